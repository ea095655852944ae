"""The demo mailbox is real mail: standard, varied, on reserved domains, and the same one on every load."""

import base64
import quopri
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from itertools import chain

import pytest

from crmllm.crm.demo import dataset
from crmllm.ingestion.demo import STYLES, messages, render

TODAY = date(2026, 11, 22)
WEEK = [TODAY + timedelta(days=n) for n in range(7)]
RESERVED = (".example", ".test", "example.com", "example.net", "example.org")
BROKEN = "080-broken-no-boundary.eml"


def mailbox(today: date = TODAY) -> dict[str, EmailMessage]:
    parsed = {name: message_from_bytes(raw, policy=policy.default) for name, raw in messages(today)}
    assert all(isinstance(message, EmailMessage) for message in parsed.values())
    return parsed


@pytest.fixture(scope="module")
def mails() -> dict[str, EmailMessage]:
    return mailbox()


def raw_text(message: EmailMessage) -> str:
    """All text parts, decoded with the stated charset, or as UTF-8 where nobody knows it."""
    texts = []
    for part in message.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            try:
                texts.append(payload.decode(part.get_content_charset("utf-8")))
            except (LookupError, UnicodeDecodeError):
                texts.append(payload.decode("utf-8"))
    return "\n".join(texts)


def test_there_are_enough_mails_of_every_kind(mails: dict[str, EmailMessage]) -> None:
    assert len(mails) >= 70
    parts = [part for message in mails.values() for part in message.walk()]
    types = {part.get_content_type() for part in parts}
    assert types >= {
        "text/plain", "text/html", "text/calendar", "text/csv", "application/pdf", "image/png", "message/rfc822",
        "message/delivery-status", "multipart/report", "multipart/alternative", "multipart/related",
    }  # fmt: skip
    charsets = {part.get_content_charset() for part in parts}
    assert charsets >= {"utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii"}
    encodings = {str(part.get("Content-Transfer-Encoding", "")) for part in parts}
    assert encodings >= {"", "7bit", "8bit", "quoted-printable", "base64"}
    headers = set(chain.from_iterable(message.keys() for message in mails.values()))
    assert headers >= {"List-Unsubscribe", "Auto-Submitted", "References", "X-Priority"}


def test_only_the_mails_that_are_meant_to_be_broken_have_defects(mails: dict[str, EmailMessage]) -> None:
    broken = {name for name, message in mails.items() if any(part.defects for part in message.walk())}
    assert broken == {BROKEN, "081-broken-truncated.eml"}


def test_lines_end_as_the_standard_says_and_are_not_too_long() -> None:
    for name, raw in messages(TODAY):
        lines = raw.split(b"\r\n")
        assert not any(b"\n" in line or b"\r" in line for line in lines), name
        assert max(map(len, lines)) <= 998, name
        header_block = raw.partition(b"\r\n\r\n")[0]
        assert header_block.isascii(), name


def test_what_is_called_seven_bit_is_ascii(mails: dict[str, EmailMessage]) -> None:
    for name, message in mails.items():
        for part in message.walk():
            payload = part.get_payload(decode=True)
            if str(part.get("Content-Transfer-Encoding", "")) == "7bit" and isinstance(payload, bytes):
                assert payload.isascii(), name


def test_no_marker_is_left(mails: dict[str, EmailMessage]) -> None:
    for name, message in mails.items():
        assert "{{" not in raw_text(message), name
        assert "{{" not in "".join(str(value) for value in message.values()), name


def test_everybody_is_on_a_reserved_domain(mails: dict[str, EmailMessage]) -> None:
    for name, message in mails.items():
        if name != BROKEN:
            fields = [message.get_all(field, []) for field in ("From", "To", "Cc", "Bcc", "Reply-To", "Return-Path")]
            found = [address for _, address in getaddresses([str(value) for value in chain(*fields)]) if address]
            assert found, name
            assert all(address.endswith(RESERVED) for address in found), name


def test_one_message_is_there_twice_and_all_others_once(mails: dict[str, EmailMessage]) -> None:
    ids = [str(message["Message-ID"]) for message in mails.values()]
    assert sorted(x for x in set(ids) if ids.count(x) > 1) == ["<hf-avon-1@hartwellfoods.example>"]
    assert all(x.startswith("<") and x.endswith(">") for x in ids)


def test_identities_do_not_depend_on_the_day() -> None:
    first, later = mailbox(), mailbox(TODAY + timedelta(days=400))
    assert {n: str(m["Message-ID"]) for n, m in first.items()} == {n: str(m["Message-ID"]) for n, m in later.items()}
    assert list(messages(TODAY)) == list(messages(TODAY))


@pytest.mark.parametrize("today", WEEK)
def test_mail_is_a_few_days_old_and_answers_come_after_questions(today: date) -> None:
    sent: dict[str, datetime] = {}
    mails = mailbox(today)
    for name, message in mails.items():
        if name != BROKEN:
            moment = parsedate_to_datetime(str(message["Date"]))
            assert timedelta(days=0) < today - moment.date() <= timedelta(days=21), name
            sent[str(message["Message-ID"])] = moment
    answers = 0
    for name, message in mails.items():
        for parent in str(message.get("References", "")).split():
            if parent in sent:
                answers += 1
                assert sent[parent] < sent[str(message["Message-ID"])], name
    assert answers >= 10


def test_threads_are_whole(mails: dict[str, EmailMessage]) -> None:
    """Who answers names the answered mail last; only an automatic answer refers to a mail that is not here."""
    known = {str(message["Message-ID"]) for message in mails.values()}
    for name, message in mails.items():
        if message["In-Reply-To"]:
            references = str(message["References"]).split()
            assert str(message["In-Reply-To"]) == references[-1], name
            assert message["Auto-Submitted"] or set(references) <= known, name


def test_mails_come_from_known_people_from_ourselves_and_from_strangers(mails: dict[str, EmailMessage]) -> None:
    data = dataset(TODAY)
    contacts = {contact["email"] for contact in data["contacts"]}
    leads = {lead["email"] for lead in data["leads"]}
    ours = tuple(f"@{domain}" for domain in data["company"]["domains"])
    senders = [getaddresses([str(message["From"])])[0][1].lower() for name, message in mails.items() if name != BROKEN]
    assert sum(sender in contacts for sender in senders) >= 35
    assert sum(sender in leads for sender in senders) >= 2
    assert sum(sender.endswith(ours) for sender in senders) >= 8
    assert sum(sender not in contacts | leads and not sender.endswith(ours) for sender in senders) >= 15


def test_attachments_are_what_they_say(mails: dict[str, EmailMessage]) -> None:
    order = next(mails["015-order-zuidwest-dc2.eml"].iter_attachments())
    content = order.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.startswith(b"%PDF-1.4") and content.rstrip().endswith(b"%%EOF")
    table = next(mails["046-billing-hartwell-remittance.eml"].iter_attachments()).get_content()
    assert table.splitlines()[0] == "invoice,date,amount"


def test_hidden_text_is_hidden_and_plain_instructions_are_plain(mails: dict[str, EmailMessage]) -> None:
    assert "display:none" in raw_text(mails["077-injection-hidden-html.eml"])
    assert "INSTRUCTIONS FOR THE LANGUAGE MODEL" in raw_text(mails["078-injection-plain-sight.eml"])


def one(body: str, *headers: str) -> EmailMessage:
    message = message_from_bytes(render("\n".join([*headers, "", body]), TODAY), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("{{date -3 09:12 Europe/Amsterdam}}", "Thu, 19 Nov 2026 09:12:00 +0100"),
        ("{{date -150 09:12 Europe/Amsterdam}}", "Thu, 25 Jun 2026 09:12:00 +0200"),
        ("{{utc -3 09:12 Europe/Amsterdam}}", "20261119T081200Z"),
        ("{{day -3 de}}", "19. November 2026"),
        ("{{day -3 fr-long}}", "jeudi 19 novembre 2026"),
        ("{{day -3 en-us-num}}", "11/19/2026"),
        ("{{day -3 en-quote}}", "Thu, 19 Nov 2026"),
        ("{{day 3 es}}", "25 de noviembre de 2026"),
        ("{{weekday 4 nl}}", "donderdag"),
        ("{{day 0 iso}}", "2026-11-20"),
        ("next Thursday", "next Thursday"),
        ("{{day soon de}}", "{{day soon de}}"),
    ],
)
def test_markers(marker: str, expected: str) -> None:
    assert render(f"Subject: x\n\n{marker}\n", TODAY) == f"Subject: x\r\n\r\n{expected}\r\n".encode()


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_can_be_written(style: str) -> None:
    assert "2026" in one(f"{{{{day 3 {style}}}}}").get_content() or style.endswith("short")


@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_a_body_arrives_as_it_was_written(charset: str, encoding: str) -> None:
    text = "Größe: 5 Stück = voilà\n\nÅse … ok\n" if charset != "iso-8859-1" else "Größe: 5 Stück = voilà\n\nÅse ok\n"
    message = one(text, f"Content-Type: text/plain; charset={charset}", f"Content-Transfer-Encoding: {encoding}")
    assert message.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")


def test_transfer_encodings_are_really_applied() -> None:
    head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {}\n\nÄpfel\n"
    quoted = render(head.format("quoted-printable"), TODAY).partition(b"\r\n\r\n")[2]
    based = render(head.format("base64"), TODAY).partition(b"\r\n\r\n")[2]
    assert b"=C3=84pfel" in quoted and quopri.decodestring(quoted).strip() == "Äpfel".encode()
    assert base64.b64decode(based) == "Äpfel".encode()


def test_a_letter_outside_its_charset_is_a_mistake_of_the_writer() -> None:
    with pytest.raises(UnicodeEncodeError):
        render("Content-Type: text/plain; charset=iso-8859-1\n\n5 €\n", TODAY)


def test_an_unknown_charset_leaves_the_text_as_utf_8() -> None:
    raw = render("Content-Type: text/plain; charset=x-nobody\n\n5 €\n", TODAY)
    assert raw.endswith("5 €\r\n".encode())


def test_headers_with_other_letters_are_encoded() -> None:
    message = one("x", "From: Ayşe Yıldız <a@elbtal.example>", "Subject: Größe")
    assert message["From"].addresses[0].display_name == "Ayşe Yıldız"
    assert message["Subject"] == "Größe"
