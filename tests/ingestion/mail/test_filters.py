"""Which mail is not read further, and that real mail always is."""

from __future__ import annotations

import pytest

from crmllm.ingestion.mail.filters import SkipCode, skip_reason
from crmllm.ingestion.mail.parse import ParsedMail, parse_mail

OWN = {"own_domains": ["ours.example"], "own_addresses": ["crm@hosted.example"]}


def mail(
    *headers: str,
    body: str = "Please send an offer for 20 pumps.",
    subject: str = "Order",
    sender: str = "ann@example.com",
) -> ParsedMail:
    head = [
        f"From: {sender}",
        f"Subject: {subject}",
        "Date: Mon, 3 May 2021 10:00:00 +0200",
        "Message-ID: <1@example.com>",
    ]
    if not any(line.lower().startswith("to:") for line in headers):
        head.append("To: sales@ours.example")
    return parse_mail("\r\n".join([*head, *headers, "", body]).encode())


def code(found: ParsedMail) -> SkipCode | None:
    reason = skip_reason(found, **OWN)
    assert reason is None or reason.sentence.endswith(".")
    return reason.code if reason else None


def test_a_customer_is_read() -> None:
    assert code(mail()) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["X-Spam-Flag: YES"], SkipCode.SPAM),
        (["X-Spam-Status: Yes, score=9"], SkipCode.SPAM),
        (["X-MS-Exchange-Organization-SCL: 6"], SkipCode.SPAM),
        (["X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:9;SRV:"], SkipCode.SPAM),
        (["Auto-Submitted: auto-replied"], SkipCode.AUTO_REPLY),
        (["X-Autoreply: yes"], SkipCode.AUTO_REPLY),
        (["Precedence: auto_reply"], SkipCode.AUTO_REPLY),
        (["X-Failed-Recipients: bob@example.net"], SkipCode.BOUNCE),
        (["Content-Type: multipart/report; report-type=delivery-status; boundary=B"], SkipCode.BOUNCE),
        (["Content-Type: multipart/report; report-type=disposition-notification; boundary=B"], SkipCode.RECEIPT),
        (["Content-Type: text/calendar; method=REPLY"], SkipCode.CALENDAR),
        (["Content-Class: urn:content-classes:calendarmessage"], SkipCode.CALENDAR),
        (["List-Id: <dev.lists.example.org>", "List-Post: <mailto:dev@lists.example.org>"], SkipCode.LIST),
        (
            ["List-Unsubscribe: <https://news.example/u>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"],
            SkipCode.NEWSLETTER,
        ),
        (["List-Unsubscribe: <https://news.example/u>"], SkipCode.NEWSLETTER),
        (["Precedence: bulk"], SkipCode.NEWSLETTER),
    ],
)
def test_headers_that_tell(headers: list[str], expected: SkipCode) -> None:
    assert code(mail(*headers, body="METHOD:REPLY")) is expected


@pytest.mark.parametrize(
    "headers",
    [
        ["X-Spam-Flag: NO"],
        ["X-Spam-Status: No, score=-1"],
        ["X-MS-Exchange-Organization-SCL: 1"],
        ["Auto-Submitted: no"],
        ["X-Auto-Response-Suppress: All"],
        ["List-Id: <sales.ours.example>", "List-Post: <mailto:sales@ours.example>", "Precedence: list"],
        ["List-Unsubscribe: <https://crm.example/u>", "In-Reply-To: <2@ours.example>"],
        ["Auto-Submitted: auto-generated", "Reply-To: kim@example.com"],
        ["Return-Path: <>"],
    ],
)
def test_headers_that_tell_nothing(headers: list[str]) -> None:
    assert code(mail(*headers)) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Offer",
        "Out of Office: back on Monday",
        "Out of office",
        "Abwesenheitsnotiz: Angebot",
        "Automatische Antwort: Angebot",
        "Réponse automatique : Offre",
        "Respuesta automática: Oferta",
        "Risposta automatica: Offerta",
        "Automatisch antwoord: Offerte",
        "Resposta automática: Oferta",
        "Odpowiedź automatyczna: Oferta",
        "Autosvar: Offert",
        "Автоматический ответ: Заказ",
        "自動返信: 見積",
    ],
)
def test_automatic_replies_in_many_languages(subject: str) -> None:
    encoded = mail(subject=subject)
    assert code(encoded) is SkipCode.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    ["Re: Automatic reply to our order?", "Out of office space, need more", "Absent parts", "Automatic doors: offer"],
)
def test_subjects_that_only_sound_automatic(subject: str) -> None:
    assert code(mail(subject=subject)) is None


def test_bounces_by_sender_and_subject() -> None:
    assert code(mail(sender="MAILER-DAEMON@mx.example", subject="failure notice")) is SkipCode.BOUNCE
    assert code(mail(sender="postmaster@example.com", subject="Undeliverable: Offer")) is SkipCode.BOUNCE
    assert code(mail(sender="postmaster@example.com", subject="We need 20 pumps")) is None
    assert code(mail(subject="Undelivered goods: where are my pumps?")) is None


def test_own_mail_to_somebody_outside_is_not_read_but_what_colleagues_pass_on_is() -> None:
    assert code(mail("To: kim@example.com", sender="rep@ours.example")) is SkipCode.OWN
    assert code(mail("To: kim@example.com", sender="rep@mail.ours.example")) is SkipCode.OWN
    assert code(mail("To: kim@example.com", sender="crm@hosted.example")) is SkipCode.OWN
    assert code(mail(sender="rep@ours.example", subject="Fwd: Order")) is None
    assert code(mail(sender="rep@ours.example", subject="Notes of the visit")) is None
    assert code(mail("Reply-To: kim@example.com", sender="form@ours.example")) is None
    assert code(mail("To: kim@example.com", sender="rep@notours.example")) is None


def test_a_newsletter_without_headers() -> None:
    body = "News!\n\nTo unsubscribe, click here: https://news.example/u\n"
    assert code(mail(body=body, sender="newsletter@shop.example")) is SkipCode.NEWSLETTER
    links = "".join(f"https://shop.example/{number}\n" for number in range(6))
    assert code(mail(body=body + links)) is SkipCode.NEWSLETTER


def test_a_customer_who_writes_about_newsletters_is_read() -> None:
    assert code(mail(body="Please unsubscribe me from your newsletter. And we need 20 pumps.")) is None
    assert code(mail(body="How do I unsubscribe? I receive this mail because my colleague left.")) is None


def test_notifications_of_programs() -> None:
    assert code(mail("Auto-Submitted: auto-generated", sender="no-reply@tool.example")) is SkipCode.AUTOMATIC


def test_mail_without_text() -> None:
    assert code(mail(body="")) is SkipCode.EMPTY
    reason = skip_reason(mail(body="> only old words"), text="")
    assert reason is not None
    assert reason.code is SkipCode.EMPTY
