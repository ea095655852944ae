"""The second reader: what people say in words that no rule knows, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crmllm.extraction import grounding
from crmllm.extraction.classify import generator, tongues
from crmllm.extraction.extract import extract
from crmllm.extraction.types import Address, Item, Us, Zone

PUMPS = "Halden Flow 400"
SPOKEN_OF = [
    ("en", "Our directors chose to spend the money elsewhere, so you can bin it.", "negated"),
    ("de", "Das Vorhaben ist bei uns leider beerdigt worden.", "negated"),
    ("de", "Noch ist völlig offen, ob die Geschäftsleitung das Geld herausrückt.", "hedged"),
    ("fr", "Ce projet est définitivement enterré chez nous.", "negated"),
    ("fr", "Encore faut-il que la direction accepte de débloquer l'argent.", "hedged"),
    ("nl", "Of het bestuur het geld vrijgeeft, is nog maar de vraag.", "hedged"),
    ("pl", "Pomysł niestety upadł i już do niego nie wrócimy.", "negated"),
    ("pl", "Nie wiadomo jeszcze, czy centrala da na to pieniądze.", "hedged"),
    ("es", "El proyecto ha quedado definitivamente aparcado.", "negated"),
    ("es", "Está por ver si la central suelta el dinero.", "hedged"),
    ("it", "Il progetto da noi è naufragato.", "negated"),
    ("it", "Resta da vedere se la sede sblocca i soldi.", "hedged"),
]
ABOUT = {
    "en": "we spoke about", "de": "es geht um", "fr": "il s'agit de", "nl": "het gaat om", "pl": "chodzi o",
    "es": "se trata de", "it": "si tratta di", "pt": "trata-se de",
}  # fmt: skip
WISHES = [
    ("the gate sensor is acting up again.", "It would put my mind at rest to hear from one of your people."),
    ("die Pumpe läuft wieder nicht.", "Über einen Rückruf Ihres Technikers wäre ich froh."),
    ("le capteur est en panne.", "Un petit coup de fil de votre part nous rendrait service."),
    ("o sensor está avariado.", "Dava-nos jeito uma visita do vosso técnico."),
]


def mail(*sentences: str, kind: str = "email") -> Item:
    return Item(
        text="Hello,\n\n" + " ".join(sentences) + "\n\nAnn",
        kind=kind,
        sender=Address("ann@meadow.example", "Ann Reed"),
        products=(PUMPS,),
        sent_at=datetime(2026, 5, 4, 9, tzinfo=UTC),
        us=Us(company="Halden", domains=("halden.example",)),
    )


def offered(tongue: str, sentence: str) -> Item:
    return mail(f"{ABOUT[tongue]} 4 {PUMPS}.", sentence)


@pytest.mark.parametrize(("tongue", "sentence", "value"), SPOKEN_OF)
def test_how_firm_a_sale_is_in_words_that_no_rule_knows(tongue: str, sentence: str, value: str) -> None:
    item = offered(tongue, sentence)
    alone, found = extract(item, classified=False).opportunity, extract(item).opportunity
    assert alone is not None and alone.commitment is not None and alone.commitment.value == "likely"
    assert found is not None and found.commitment is not None and found.commitment.value == value
    assert found.commitment.evidence == (
        grounding.span(item.text, item.text.index(sentence), item.text.index("\n\nAnn")),
    )
    assert found.commitment.source == "learned"
    assert replace(found, commitment=alone.commitment) == alone, "nothing else of the sale is touched"


def test_what_the_rules_took_for_granted_is_shown_where_a_sentence_says_it() -> None:
    sentence = "Sobald der Preis stimmt, sind wir uns einig."
    item = offered("de", sentence)
    alone, found = extract(item, classified=False).opportunity, extract(item).opportunity
    assert alone is not None and alone.commitment is not None and not alone.commitment.evidence
    assert found is not None and found.commitment is not None
    assert [one.quote for one in found.commitment.evidence] == [sentence]
    assert (found.commitment.value, found.commitment.source) == (alone.commitment.value, "rule")
    assert found.commitment.confidence == alone.commitment.confidence


def test_words_that_a_rule_knows_stand() -> None:
    item = offered("en", "We hereby order them. Nobody here wanted the other offer, that one is dead.")
    found = extract(item).opportunity
    assert found is not None and found.commitment is not None
    assert (found.commitment.value, found.commitment.rule) == ("firm", "firm words")


@pytest.mark.parametrize(("trouble", "wish"), WISHES)
def test_a_wish_without_words_of_asking_is_a_task_of_ours(trouble: str, wish: str) -> None:
    item = mail(trouble, wish)
    assert extract(item, classified=False).next_actions == ()
    (action,) = extract(item).next_actions
    assert (action.text.value, action.owner.value) == (wish.rstrip("."), "us")
    assert action.text.evidence[0].quote == wish.rstrip(".")


def test_where_somebody_asks_in_plain_words_nothing_is_added() -> None:
    item = mail(*WISHES[0], "Please send us the manual.")
    found = extract(item)
    assert [one.text.value for one in found.next_actions] == ["send us the manual"]
    assert found == replace(extract(item, classified=False), sentiment=found.sentiment)


@pytest.mark.parametrize(
    "sentence",
    [
        "Thank you so much for taking the time to talk to me.",
        "You can reach me under ann@meadow.example at any time of the day.",
        "If the board agrees we might take four of them next year.",
        "The gate has been painted green by my nephew last summer.",
    ],
)
def test_courtesies_addresses_and_the_sale_itself_are_no_tasks(sentence: str) -> None:
    assert extract(mail("the sensor is broken again.", sentence)).next_actions == ()


def test_a_figure_that_is_off_the_table_gets_into_no_task() -> None:
    said = (f"we need 4 {PUMPS} for the new hall.", "A competitor offered us theirs for 9,000 EUR.")
    wish = "It would put my mind at rest to hear from one of your people"
    (action,) = extract(mail(*said, f"{wish}.")).next_actions
    assert action.text.value == wish
    assert extract(mail(*said, "A word from one of you on 9,000 EUR would put my mind at rest.")).next_actions == ()


def test_what_our_own_side_says_is_not_the_customers() -> None:
    words = (
        "Rep: We do sell 4 Halden Flow 400.\nCustomer: Yes, 4 Halden Flow 400.\nRep: Il progetto da noi è naufragato."
    )
    spans = [(0, 3, 5, 34), (35, 43, 45, 65), (66, 69, 71, len(words))]
    zones = [zone for a, b, c, d in spans for zone in (Zone("speaker", a, b), Zone("turn", c, d))]
    item = replace(mail(), text=words, kind="call", zones=tuple(zones), sender=None)
    found = extract(item)
    assert (
        found.opportunity is None
        or found.opportunity.commitment is None
        or (found.opportunity.commitment.value != "negated")
    )


def test_a_paper_is_not_taken_for_an_order_because_it_sounds_like_one() -> None:
    text = f"Objeto: suministro de 120 {PUMPS} para el polideportivo.\n\nAdjudicación prevista: 31 de julio de 2026."
    found = extract(replace(mail(), text=text, kind="document", sender=None)).opportunity
    assert found is None or found.commitment is None or found.commitment.value != "firm"


def test_a_language_without_a_bank_is_left_to_the_rules() -> None:
    item = offered("en", "")
    swedish = replace(
        item, text=f"Hej,\n\ndet gäller 4 {PUMPS}. Det blir tyvärr ingenting av med det hos oss i år.\n\nAnn"
    )
    assert extract(swedish) == extract(swedish, classified=False)


@pytest.mark.parametrize("task", tongues.TASKS)
def test_the_banks_hold_every_language_and_keep_lines_apart(task: str) -> None:
    seen, kept = list(tongues.examples(task)), list(tongues.examples(task, test=True))
    assert {one.tongue for one in kept} == tongues.TONGUES
    assert not {(one.tongue, one.text) for one in kept} & {(one.tongue, one.text) for one in seen}
    for tongue in tongues.TONGUES:
        labels = set(generator.bank_of(f"{task}.{tongue}", False))
        assert labels == {one.label for one in kept if one.tongue == tongue}
        assert tongues.NOTHING[task] in labels


@pytest.mark.parametrize("task", tongues.TASKS)
def test_lines_that_were_kept_are_judged_far_better_than_by_chance(task: str) -> None:
    right = total = 0
    for tongue in sorted(tongues.TONGUES):
        kept = [one for one in tongues.examples(task, test=True) if one.tongue == tongue]
        shares = tongues.shares(task, [one.text for one in kept], tongue)
        assert all(abs(sum(one.values()) - 1) < 1e-4 for one in shares)
        right += sum(max(one, key=one.__getitem__) == line.label for one, line in zip(shares, kept, strict=True))
        total += len(kept)
    assert right / total > 0.65
