"""Web forms, contact cards and invitations: every value stands where its zone says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.ingestion import kinds
from crmllm.ingestion.kinds.cards import read_cards, read_invitation
from crmllm.ingestion.kinds.forms import meaning, read_form


def zones(found: kinds.Read, start: str = "field:") -> list[tuple[str, str]]:
    return [
        (one.kind.removeprefix(start), found.text[one.start : one.end])
        for one in found.zones
        if one.kind.startswith(start)
    ]


def form(**fields: object) -> kinds.Read:
    return read_form(json.dumps(fields).encode(), "form.json")


# --- forms


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("E-Mail-Adresse", "email"), ("firstName", "first_name"), ("Nachname", "last_name"), ("Téléphone", "phone"),
        ("Firma", "company"), ("Company size", ""), ("Ihre Nachricht", "message"), ("Job title", "title"),
        ("Anzahl", "quantity"), ("Orçamento", "amount"), ("Preferred contact time", ""), ("Contact", "name"),
        ("I agree to receive the newsletter by e-mail", "consent"), ("Shoe colour", ""), ("Number of employees", ""),
        ("e-mailadres", "email"), ("Numer telefonu", "phone"), ("telefoonnummer", "phone"), ("Institución", "company"),
        ("École", "company"), ("comentarios", "message"), ("Opis", "message"),
        ("portable", "phone"), ("Tfno.", "phone"), ("06-nummer", "phone"), ("Posta elettronica", "email"),
        ("Attività", "company"), ("Praktijk", "company"), ("Escritório", "company"), ("nominativo", "name"),
        ("Modèle souhaité", "product"), ("Numero di pezzi", "quantity"), ("Número de empleados", ""),
        ("Ihr Beruf", "title"), ("Descreva o problema", "message"), ("Cuéntenos", "message"), ("Testo", "message"),
    ],
)  # fmt: skip
def test_labels_of_eight_languages_say_what_is_asked(label: str, meant: str) -> None:
    assert meaning(label) == meant


@pytest.mark.parametrize(
    "label",
    ["eingegangen_am", "fecha", "Date de soumission", "data zgłoszenia", "inviato il", "enviado em", "ingezonden op"],
)
def test_when_a_form_was_sent_is_said_in_eight_languages(label: str) -> None:
    sent = form(email="a@b.example", **{label: "2026-05-04"}).occurred_at
    assert sent is not None and sent.date().isoformat() == "2026-05-04"


@pytest.mark.parametrize("label", ["fecha de entrega", "data di consegna", "Datum der Lieferung"])
def test_a_day_that_a_form_asks_for_is_not_when_it_was_sent(label: str) -> None:
    assert form(email="a@b.example", **{label: "2026-05-04"}).occurred_at is None


def test_what_is_written_in_sentences_is_a_message_whatever_its_label() -> None:
    words = "Vorremmo due banchi per la nuova aula di musica."
    assert zones(form(email="a@scuola.example", **{"In che cosa": words}), "message") == [("", words)]
    assert (
        zones(form(email="a@scuola.example", colore="verde come il logo della nostra scuola di musica"), "message")
        == []
    )


def test_a_flat_form_becomes_labelled_lines_with_zones_and_places() -> None:
    found = form(
        first_name="Anna", last_name="Nowak", email="Anna.Nowak@fabryka.example", Firma="Fabryka Sp. z o.o.",
        message="We need two.\nCall me.", newsletter=True, submitted_at="2026-03-04T10:00:00+01:00", ip="192.0.2.1",
    )  # fmt: skip
    assert zones(found) == [
        ("first_name", "Anna"), ("last_name", "Nowak"), ("email", "Anna.Nowak@fabryka.example"),
        ("company", "Fabryka Sp. z o.o."), ("consent", "yes"),
    ]  # fmt: skip
    assert zones(found, "message") == [("", "We need two.\nCall me.")]
    assert found.sender is not None
    assert (found.sender.name, found.sender.email) == ("Anna Nowak", "anna.nowak@fabryka.example")
    assert [found.text[one.start : one.end] for one in found.locations if one.label == "field “Firma”"] == [
        "Fabryka Sp. z o.o."
    ]
    assert found.occurred_at is not None and found.occurred_at.isoformat() == "2026-03-04T10:00:00+01:00"
    assert "192.0.2.1" not in found.text


def test_fields_may_come_as_a_list_that_says_what_they_mean() -> None:
    fields = [{"label": "Who?", "meaning": "name", "value": "Anna Nowak"}, {"name": "colour", "value": ["red", "blue"]}]
    found = form(form="Demo request", fields=fields)
    assert zones(found) == [("name", "Anna Nowak"), ("", "red, blue")]
    assert found.subject == "Demo request"


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"hello", b'{"a": null}', b"[" * 5000])
def test_what_is_no_form_is_refused(raw: bytes) -> None:
    with pytest.raises(kinds.Unreadable):
        read_form(raw, "a.json")


def test_json_goes_to_the_reader_that_it_fits() -> None:
    sent = json.dumps({"email": "a@b.example", "name": "A", "message": "hi"}).encode()
    talk = json.dumps({"segments": [{"speaker": "A", "start": 1.0, "text": "Hello there"}] * 3}).encode()
    assert [found.name for raw in (sent, talk) if (found := kinds.find("x.json", raw))] == ["web-form", "call-json"]


# --- contact cards

CARDS = """BEGIN:VCARD
VERSION:3.0
N:Weiß;Jörg;;Dr.;
FN:Dr. Jörg Weiß
ORG:Weiß & Söhne KG;Einkauf
TITLE:Leiter Einkauf
TEL;TYPE=FAX:+49 30 111
TEL;TYPE=WORK,VOICE:+49 30 901820
EMAIL;TYPE=INTERNET:Joerg.Weiss@weiss.example
PHOTO;ENCODING=b;TYPE=JPEG:AAAA
 BBBB
NOTE:Met at the fair.
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:info@weiss.example
EMAIL:info@weiss.example
END:VCARD
"""


def test_several_cards_in_a_file_are_several_people() -> None:
    found = read_cards(CARDS.replace("\n", "\r\n").encode(), "team.vcf")
    assert zones(found) == [
        ("name", "Jörg Weiß"), ("title", "Leiter Einkauf"), ("company", "Weiß & Söhne KG"), ("phone", "+49 30 901820"),
        ("email", "joerg.weiss@weiss.example"), ("email", "info@weiss.example"),
    ]  # fmt: skip
    assert [label for label, _ in zones(found, "card:")] == ["mentioned", "mentioned"]
    assert found.subject == "Contact card: Jörg Weiß and 1 more"
    assert [one.email for one in found.participants] == ["joerg.weiss@weiss.example", "info@weiss.example"]


def test_a_broken_card_does_not_take_the_others_with_it(caplog: pytest.LogCaptureFixture) -> None:
    broken = "BEGIN:VCARD\nVERSION:3.0\nN:;;\nsecret words without a colon\nEND:VCARD\n"
    assert len(read_cards((broken + CARDS).encode(), "a.vcf").participants) == 2
    with pytest.raises(kinds.Unreadable, match="no contact card"):
        read_cards(broken.encode(), "a.vcf")


def test_an_address_book_is_no_contact_card() -> None:
    with pytest.raises(kinds.Unreadable, match="Import such a list into the CRM"):
        read_cards((CARDS * 101).encode(), "all.vcf")


# --- invitations

INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:one@example.test
DTSTAMP:20260302T080000Z
DTSTART;TZID=Europe/Berlin:20260310T140000
DTEND;TZID=Europe/Berlin:20260310T150000
SUMMARY:Demo of the laser cell
LOCATION:Room 4
ORGANIZER;CN=Jörg Weiß:mailto:joerg.weiss@weiss.example
ATTENDEE;CN="Lena Vos":mailto:lena@ours.example
ATTENDEE;CN=Anna Nowak;ROLE=REQ-PARTICIPANT:mailto:anna@weiss.example
ATTENDEE;CUTYPE=ROOM;CN=Room 4:mailto:room4@weiss.example
DESCRIPTION:Please bring the offer.
END:VEVENT
END:VCALENDAR
"""


def test_an_invitation_tells_who_what_and_when() -> None:
    found = read_invitation(INVITATION.encode(), "demo.ics")
    assert zones(found, "event:") == [("summary", "Demo of the laser cell"), ("start", "2026-03-10 14:00 CET")]
    assert [one.name for one in found.participants] == ["Jörg Weiß", "Lena Vos", "Anna Nowak"]
    assert zones(found, "message") == [("", "Please bring the offer.")]
    assert found.skip is None and found.sender is not None and found.sender.email == "joerg.weiss@weiss.example"
    assert found.fingerprint == read_invitation(INVITATION.replace("0302T08", "0303T09").encode(), "").fingerprint


@pytest.mark.parametrize(("method", "code"), [("REPLY", "calendar_reply"), ("CANCEL", "cancelled_meeting")])
def test_answers_and_cancellations_are_skipped(method: str, code: str) -> None:
    found = read_invitation(INVITATION.replace("METHOD:REQUEST", f"METHOD:{method}").encode(), "")
    assert found.skip is not None and found.skip[0] == code


@pytest.mark.parametrize("raw", [b"", b"hello", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", b"BEGIN:VCALENDAR\nBEGIN:VEVENT"])
def test_what_is_no_invitation_is_refused(raw: bytes) -> None:
    with pytest.raises(kinds.Unreadable):
        read_invitation(raw, "a.ics")


# --- any bytes

READERS = st.sampled_from([(read_cards, CARDS), (read_invitation, INVITATION), (read_form, '{"name": "A", "b": [1]}')])


@given(READERS, st.binary(max_size=300), st.integers(0, 900), st.integers(0, 40))
def test_any_bytes_are_read_or_refused(reader: tuple[object, str], junk: bytes, at: int, gone: int) -> None:
    read, whole = reader
    raw = whole.encode()
    for given_bytes in (junk, raw[:at] + junk[:20] + raw[at + gone :]):
        try:
            found = read(given_bytes, "a")  # type: ignore[operator]
        except kinds.Unreadable:
            continue
        assert all(0 <= one.start <= one.end <= len(found.text) for one in (*found.zones, *found.locations))
