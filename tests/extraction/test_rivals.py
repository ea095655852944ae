"""Competitors in the customer's words: listed ones, others by their wording, and names that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.extraction.extract import extract
from crmllm.extraction.rules import rivals
from crmllm.extraction.types import Address, Item, Us, from_json, to_json

US = Us("Northlight Labels", frozenset({"northlight.example"}), frozenset(), frozenset({"Tom Lee"}))
KNOWN = (("Zebrano Coding", "Zebrano Coding"), ("Zebrano", "Zebrano Coding"))


def mail(text: str, sender: str = "ann@meadow.example", **more: object) -> Item:
    given: dict[str, object] = {"products": ("GTX Pro",), "rivals": KNOWN} | more
    return Item(text=text, sender=Address(sender, "Ann Bee"), us=US, **given)  # type: ignore[arg-type]


def named(text: str, *others: str, **more: object) -> list[str]:
    return [one.name for one in rivals.find(mail(text, **more), others)]


@pytest.mark.parametrize(
    "text",
    [
        "We also look at Zebrano.",
        "Zebrano Coding is on our list as well.",
        "Wir sprechen auch mit Zebrano über die Drucker.",
        "Nous avons aussi rencontré Zebrano.",
        "También hablamos con Zebrano.",
        "Abbiamo visto anche Zebrano.",
        "We praten ook met Zebrano.",
        "Falamos também com a Zebrano.",
        "Rozmawiamy też z firmą Zebrano.",
    ],
)
def test_a_listed_competitor_is_found_under_its_own_name(text: str) -> None:
    (one,) = rivals.find(mail(text))
    assert (one.name, one.listed) == ("Zebrano Coding", True)
    assert text[one.start : one.end].startswith("Zebrano")


@pytest.mark.parametrize(
    "text",
    [
        "We also have an offer from Norvant.",
        "Norvant has offered us the same for less.",
        "Your printers are dearer, Norvant is cheaper.",
        "In the end we may be better off: this is cheaper than Norvant.",
        "We went with Norvant.",
        "Wir haben auch ein Angebot von Norvant.",
        "Norvant hat uns ein ähnliches Gerät angeboten.",
        "Wir haben uns für Norvant entschieden.",
        "Das ist günstiger als Norvant.",
        "Nous avons aussi un devis de Norvant.",
        "Norvant nous propose un meilleur prix.",
        "Tenemos también una oferta de Norvant.",
        "Norvant nos ha ofrecido menos.",
        "Abbiamo anche un preventivo di Norvant.",
        "Norvant ci ha offerto di meno.",
        "We hebben ook een offerte van Norvant.",
        "We hebben gekozen voor Norvant.",
        "Temos também uma proposta da Norvant.",
        "Escolhemos a Norvant.",
        "Mamy też ofertę firmy Norvant.",
        "Wybraliśmy Norvant.",
    ],
)
def test_an_unknown_competitor_is_found_by_the_words_around_it(text: str) -> None:
    (one,) = rivals.find(mail(text))
    assert (one.name, text[one.start : one.end], one.listed) == ("Norvant", "Norvant", False)
    assert one.confidence <= 0.5 < rivals.LISTED


@pytest.mark.parametrize(
    "text",
    [
        # denied and long past
        "We have no offer from Norvant.",
        "We are not talking to Zebrano.",
        "Wir haben kein Angebot von Norvant.",
        "Nous n'avons pas de devis de Norvant.",
        "No tenemos ninguna oferta de Norvant.",
        "Non abbiamo un preventivo di Norvant.",
        "We hebben geen offerte van Norvant.",
        "Não temos proposta da Norvant.",
        "Nie mamy oferty firmy Norvant.",
        "We ruled out Zebrano.",
        "Last year we had an offer from Norvant.",
        # somebody else's, and quoted
        "Our customer has an offer from Norvant.",
        "Unser Kunde hat ein Angebot von Norvant.",
        'The note said "we have an offer from Norvant" and nothing more.',
        "> We have an offer from Norvant.\n\nWho wrote that?",
        # no competitors
        "Thank you for the offer from Northlight.",
        "Thank you for the offer from Tom Lee.",
        "The offer from October is fine.",
        "We need an offer by Friday.",
        "Your quote of GTX Pro is fine, and the offer from you as well.",
        "If we get an offer from Norvant, we will tell you.",
    ],
)
def test_what_names_no_competitor_is_left_alone(text: str) -> None:
    assert named(text) == []


def test_doubt_makes_it_less_sure() -> None:
    (one,) = rivals.find(mail("Maybe we ask for an offer from Norvant."))
    assert one.confidence == rivals.DOUBTED


def test_nobodys_own_company_is_their_competitor() -> None:
    text = "Here is the order, and the offer from Zebrano that you asked for."
    assert named(text, "Zebrano Coding GmbH") == []


def test_our_own_words_name_none() -> None:
    assert named("Zebrano is cheaper.", sender="tom@northlight.example") == []


def test_it_reaches_the_extraction_listed_ones_first() -> None:
    found = extract(
        mail("We need 12 GTX Pro. We also have an offer from Norvant, and we talk to Zebrano.\n\nAnn Bee\nMeadow Ltd")
    )
    assert [(one.value, one.rule) for one in found.competitors] == [
        ("Zebrano Coding", "list of competitors"),
        ("Norvant", "words of another offer"),
    ]
    assert from_json(to_json(found)) == found


@given(st.text(max_size=300))
def test_any_text_is_read_and_every_name_stands_where_it_says(text: str) -> None:
    item = mail(f"{text}\n\nWe also have an offer from Norvant.")
    for one in rivals.find(item):
        assert item.text[one.start : one.end].strip()
        assert one.listed or one.name == item.text[one.start : one.end]
