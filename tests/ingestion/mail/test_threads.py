"""Threads hang together, and the same message is known again."""

from __future__ import annotations

import pytest

from crmllm.ingestion.mail.parse import ParsedMail, parse_mail
from crmllm.ingestion.mail.threads import fingerprint, normalise_subject, subject_key, thread_key

BODY = "We take 20 pumps.\r\n\r\nFrom here on it is easy.\r\n"


def mail(*headers: str, body: str = BODY, message_id: str = "2@example.com") -> ParsedMail:
    head = [
        "From: Ann <ann@example.com>",
        "To: sales@example.net",
        "Subject: Re: Pumps",
        "Date: Mon, 3 May 2021 10:00:00 +0200",
    ]
    if message_id:
        head.append(f"Message-ID: <{message_id}>")
    return parse_mail("\r\n".join([*head, *headers, "", body]).encode())


@pytest.mark.parametrize(
    "subject",
    [
        "Pumps for Bonn",
        "Re: Pumps for Bonn",
        "RE: AW: Fwd: Pumps for  Bonn",
        "SV: VS: pumps for bonn",
        "Re[2]: Pumps for Bonn",
        "WG: TR : RV: Pumps for Bonn",
        "[EXTERNAL] Re: [EXT] Pumps for Bonn",
        "回复：Pumps for Bonn",
        "Odp: R: Pumps for Bonn",
    ],
)
def test_subjects_lose_their_prefixes(subject: str) -> None:
    assert normalise_subject(subject) == "pumps for bonn"


@pytest.mark.parametrize(("subject", "bare"), [("Re:", "re:"), ("", ""), ("Reply: x", "reply: x"), ("Fwd", "fwd")])
def test_a_subject_is_never_emptied(subject: str, bare: str) -> None:
    assert normalise_subject(subject) == bare


def test_answers_share_the_key_of_the_first_message() -> None:
    first = mail(message_id="1@example.com")
    answer = mail("In-Reply-To: <1@example.com>", "References: <1@example.com>")
    third = mail(
        "In-Reply-To: <2@example.com>", "References: <1@example.com>\r\n <2@example.com>", message_id="3@example.com"
    )
    assert thread_key(first) == thread_key(answer) == thread_key(third)
    assert thread_key(mail(message_id="9@example.com")) != thread_key(first)


def test_without_ids_subject_and_people_tell() -> None:
    one, two = mail(message_id=""), mail(message_id="", body="And 10 valves.")
    assert thread_key(one) == thread_key(two) == subject_key(one)
    other = parse_mail(b"From: eve@example.com\r\nTo: sales@example.net\r\nSubject: Pumps\r\n\r\nx")
    assert thread_key(other) != thread_key(one)
    bare = parse_mail(b"From: eve@example.com\r\nSubject: Hi\r\n\r\nx")
    assert subject_key(bare) == ""
    assert thread_key(bare).startswith("content:")


def test_the_way_a_message_came_does_not_count() -> None:
    known = fingerprint(mail())
    assert fingerprint(mail("Received: by mx.example", "Delivered-To: bob@example.net", "X-Spam-Score: 1")) == known
    assert fingerprint(mail(body=BODY.replace("\r\n", "\n") + "\n\n")) == known
    assert fingerprint(mail(body=BODY.replace("From here", ">From here"))) == known


def test_other_words_are_another_message_even_under_the_same_id() -> None:
    assert fingerprint(mail(body="We take 30 pumps.")) != fingerprint(mail())
    assert fingerprint(mail(message_id="other@example.com")) != fingerprint(mail())


def test_without_an_id_the_date_tells_messages_apart() -> None:
    one = mail(message_id="")
    assert fingerprint(one) == fingerprint(mail(message_id=""))
    later = parse_mail(
        b"From: Ann <ann@example.com>\r\nTo: sales@example.net\r\nSubject: Re: Pumps\r\n"
        b"Date: Tue, 4 May 2021 10:00:00 +0200\r\n\r\n" + BODY.encode()
    )
    assert fingerprint(later) != fingerprint(one)
