"""What people say about being reached: found in eight languages, and left alone where they say something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.extraction.extract import extract
from crmllm.extraction.rules import consent
from crmllm.extraction.types import Address, Item, Location, Us, Zone, from_json, to_json

US = Us("Northlight Labels", frozenset({"northlight.example"}), frozenset(), frozenset({"Tom Lee"}))
ANN = Address("ann@meadow.example", "Ann Bee")


def mail(text: str, **more: object) -> Item:
    given: dict[str, object] = {"sender": ANN, "us": US} | more
    return Item(text=text, **given)  # type: ignore[arg-type]


def said(text: str, **more: object) -> list[tuple[str, str]]:
    return [(one.channel, one.state) for one in consent.find(mail(text, **more))]


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        # English
        ("Please don't call me any more.", "phone"),
        ("Stop calling me, please.", "phone"),
        ("No more calls, please.", "phone"),
        ("From now on please do not phone us.", "phone"),
        ("Could you please stop calling me?", "phone"),
        ("I told you not to call me.", "phone"),
        ("If you have more offers, please don't call me.", "phone"),
        ("Please don't contact me by phone.", "phone"),
        ("Please contact me only by e-mail.", "phone"),
        ("Please stop writing to me.", "email"),
        ("I do not want to receive any more emails.", "email"),
        ("Please unsubscribe me.", "marketing"),
        ("Take me off your mailing list.", "marketing"),
        ("Unsubscribe", "marketing"),
        ("I do not wish to be contacted again.", "all"),
        ("I hereby withdraw my consent.", "all"),
        # German
        ("Rufen Sie mich bitte nicht mehr an.", "phone"),
        ("Bitte keine weiteren Anrufe.", "phone"),
        ("Ich möchte nicht mehr angerufen werden.", "phone"),
        ("Schreiben Sie mir nicht mehr.", "email"),
        ("Bitte senden Sie mir keine weiteren Mails.", "email"),
        ("Bitte nehmen Sie mich aus dem Verteiler.", "marketing"),
        ("Ich möchte mich vom Newsletter abmelden.", "marketing"),
        ("Kontaktieren Sie mich nicht mehr.", "all"),
        ("Hiermit widerrufe ich meine Einwilligung.", "all"),
        # French
        ("Ne m'appelez plus, merci.", "phone"),
        ("Merci de ne plus me téléphoner.", "phone"),
        ("Merci de ne plus m’écrire.", "email"),
        ("Je ne souhaite plus recevoir vos mails.", "email"),
        ("Veuillez me désabonner.", "marketing"),
        ("Je ne souhaite plus être contactée.", "all"),
        # Spanish
        ("No me llamen más, por favor.", "phone"),
        ("Dejen de llamarme.", "phone"),
        ("Dejen de escribirme.", "email"),
        ("No me envíen más correos.", "email"),
        ("Por favor, denme de baja de la lista.", "marketing"),
        ("No quiero ser contactado.", "all"),
        # Italian
        ("Non chiamatemi più.", "phone"),
        ("Smettete di chiamarmi.", "phone"),
        ("Non scrivetemi più.", "email"),
        ("Cancellatemi dalla lista.", "marketing"),
        ("Non voglio più essere contattato.", "all"),
        # Dutch
        ("Bel me niet meer.", "phone"),
        ("Ik wil niet meer gebeld worden.", "phone"),
        ("Mail mij niet meer.", "email"),
        ("Graag geen nieuwsbrieven meer.", "marketing"),
        ("Laat mij met rust.", "all"),
        # Portuguese
        ("Não me liguem mais.", "phone"),
        ("Parem de me ligar.", "phone"),
        ("Não me enviem mais e-mails.", "email"),
        ("Retirem-me da vossa lista.", "marketing"),
        ("Não quero mais ser contactada.", "all"),
        # Polish
        ("Proszę do mnie nie dzwonić.", "phone"),
        ("Przestańcie do mnie dzwonić.", "phone"),
        ("Proszę nie pisać do mnie.", "email"),
        ("Proszę wypisać mnie z newslettera.", "marketing"),
        ("Nie życzę sobie dalszego kontaktu.", "all"),
    ],
)
def test_a_withdrawal_is_found(text: str, channel: str) -> None:
    assert said(text) == [(channel, "withdrawn")]


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("You may phone me.", "phone"),
        ("You have my permission to write to me.", "email"),
        ("I would like to receive your newsletter.", "marketing"),
        ("I agree to be contacted.", "all"),
        ("Sie dürfen mich gerne anrufen.", "phone"),
        ("Ich bin einverstanden, dass Sie mich anrufen.", "phone"),
        ("Sie dürfen mir schreiben.", "email"),
        ("Vous pouvez m'appeler.", "phone"),
        ("J'accepte d'être contactée.", "all"),
        ("Pueden llamarme.", "phone"),
        ("Quiero recibir el boletín.", "marketing"),
        ("Potete chiamarmi.", "phone"),
        ("U mag mij bellen.", "phone"),
        ("Ik ontvang graag uw nieuwsbrief.", "marketing"),
        ("Podem ligar-me.", "phone"),
        ("Mogą Państwo do mnie dzwonić.", "phone"),
        ("Wyrażam zgodę na kontakt telefoniczny.", "phone"),
    ],
)
def test_a_permission_is_found(text: str, channel: str) -> None:
    assert said(text) == [(channel, "granted")]


@pytest.mark.parametrize(
    "text",
    [
        # a time, a condition, a place: not the whole way
        "Please don't call me before ten.",
        "This week please don't call me.",
        "Don't call me on my mobile.",
        "Don't call me if I am in a meeting.",
        "If you don't call me by Friday, we buy elsewhere.",
        "Rufen Sie mich bitte nicht vor 10 Uhr an.",
        "Bitte nicht anrufen bis Montag.",
        "Wenn Sie mich nicht anrufen, bestellen wir woanders.",
        "Ne m'appelez pas avant lundi.",
        "Si vous ne m'appelez pas, j'annule.",
        "No me llamen hasta el lunes.",
        "Non chiamatemi prima delle nove.",
        "Bel me niet voor tien uur.",
        "Não me liguem antes das dez.",
        "Proszę nie dzwonić przed dziesiątą.",
        "You may call me tomorrow at 3.",
        # courtesy, questions, the past
        "Please don't hesitate to call me.",
        "Why don't you call me?",
        "You did not call me yesterday.",
        "Sie haben mich nicht angerufen.",
        "Sie brauchen mich nicht anzurufen.",
        "U hoeft mij niet te bellen.",
        "Vous ne m'avez pas appelée.",
        "Nie dzwonili Państwo do mnie.",
        "I had no calls from you.",
        # doubt and denial
        "Maybe you should stop calling me.",
        "Vielleicht rufen Sie mich nicht mehr an.",
        "I never said don't call me.",
        "I am not saying you should stop writing to me.",
        # somebody else's
        "Please don't call my assistant.",
        "Our customers don't want to be called.",
        "He told me: don't call me.",
        "My colleague said you may not call me.",
        'On the form stood "please do not call me", is that usual?',
        "> Please don't call me any more.\n\nWhat did she mean?",
        "Please do not write to the old address.",
        "Don't send me e-mails larger than ten megabytes.",
        # footers of machines
        "To unsubscribe, click here: https://mail.example/u",
        "You can unsubscribe at any time.",
        "If you want no more of it, click here: UNSUBSCRIBE MY EMAIL",
        "News of the week. " * 100 + "See www.news.example.\n\nPlease unsubscribe me.",
        "Please cancel my subscription to the service plan.",
    ],
)
def test_what_is_no_statement_is_left_alone(text: str) -> None:
    assert said(text) == []


def test_the_words_are_quoted_where_they_stand() -> None:
    text = "Hello,\n\nthank you. Please don't call me any more.\n\nAnn"
    (one,) = consent.find(mail(text))
    assert text[one.start : one.end] == "don't call me"
    assert (one.name, one.email) == ("Ann Bee", "ann@meadow.example")


def test_each_way_is_told_apart() -> None:
    assert said("Please don't call me, but you may write to me.") == [("phone", "withdrawn"), ("email", "granted")]


def test_the_last_word_counts() -> None:
    assert said("Please don't call me. Sorry, that was rude: you may call me.") == [("phone", "granted")]


def test_a_newsletter_says_nothing_for_its_sender() -> None:
    text = "Please unsubscribe me."
    assert said(text, headers=(("List-Unsubscribe", "<mailto:u@meadow.example>"),)) == []


def test_our_own_words_count_for_nothing() -> None:
    assert said("Please don't call me any more.", sender=Address("tom@northlight.example", "Tom Lee")) == []


def test_in_a_call_only_the_customers_side_counts() -> None:
    ours, theirs = "Please do not call me on this matter", "Please don't call me any more."
    text = f"{ours}\n{theirs}"
    cut = len(ours) + 1
    item = Item(
        text=text,
        kind="call",
        us=US,
        zones=(Zone("turn", 0, cut - 1), Zone("turn", cut, len(text))),
        locations=(Location(0, cut - 1, "00:01", "Tom Lee"), Location(cut, len(text), "00:05", "Ann Bee")),
    )
    assert [(one.name, text[one.start : one.end]) for one in consent.find(item)] == [("Ann Bee", "don't call me")]


def test_notes_tell_of_it_in_the_third_person() -> None:
    text = "Attendees: Ann Bee (Meadow Dairy)\n\n- Ann does not want to be called, mail only\n"
    notes = Item(text=text, kind="meeting", us=US, zones=(Zone("notes", 0, len(text)),))
    (one,) = consent.find(notes)
    assert (one.channel, one.state) == ("phone", "withdrawn")


def test_a_form_and_a_document_tell_it_too() -> None:
    text = "Ann Bee\nann@meadow.example\nSie dürfen mich anrufen."
    zones = (Zone("card:sender", 0, len(text)), Zone("message", text.index("Sie"), len(text)))
    assert [one.channel for one in consent.find(Item(text=text, kind="web_form", zones=zones, us=US))] == ["phone"]
    assert [one.state for one in consent.find(Item(text="Please don't call me.", kind="document", us=US))] == [
        "withdrawn"
    ]


def test_the_whole_way_keeps_it_whatever_the_category() -> None:
    found = extract(mail("Please unsubscribe me from your list.\n\nAnn"))
    assert [(one.channel, one.state.value, one.email) for one in found.consents] == [
        ("marketing", "withdrawn", "ann@meadow.example")
    ]
    assert from_json(to_json(found)) == found


@given(st.text(max_size=400), st.sampled_from(["email", "call", "chat", "meeting", "document", "web_form"]))
def test_any_text_is_read_and_every_quote_stands_where_it_says(text: str, kind: str) -> None:
    item = mail(text + "\nPlease don't call me any more.\n", kind=kind)
    for one in consent.find(item):
        assert 0 <= one.start < one.end <= len(item.text)
        assert item.text[one.start : one.end].strip()
