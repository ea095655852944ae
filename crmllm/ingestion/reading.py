"""From the bytes of a file to what is stored of it: read by the reader of its kind, or why it could not be read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import structlog
from django.conf import settings

from crmllm.core.identifiers import FREE_MAIL
from crmllm.crm.selectors import known_domains, us
from crmllm.ingestion import detectors
from crmllm.ingestion.choices import Status
from crmllm.ingestion.detectors.domains import Known
from crmllm.ingestion.kinds import MAIL, Read, Reader, Unreadable
from crmllm.ingestion.mail.headers import Address
from crmllm.ingestion.mail.parse import Attachment

log = structlog.get_logger("crmllm.ingestion")

MAX_PARTICIPANTS = 50


@dataclass(frozen=True)
class Reading:
    """What became of some bytes: where they go on (`status`), and what is stored."""

    status: Status
    fingerprint: str
    reader: Reader = MAIL
    reason_code: str = ""
    reason: str = ""
    message_id: str = ""
    thread: str = ""
    occurred_at: datetime | None = None
    subject: str = ""
    sender: Address | None = None
    people: tuple[str, ...] = ()  # e-mail addresses of the other side, the sender's first
    content: dict[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    warnings: list[str] = field(default_factory=list)


def read_file(raw: bytes, name: str = "", reader: Reader = MAIL) -> Reading:
    """Reads one file; never raises. What cannot be read is `failed` with the reason, its bytes are kept."""
    try:
        return _reading(raw, reader, reader.read(raw, name))
    except Unreadable as error:
        return _failed(raw, reader, "unparsable", f"Could not be parsed: {error.reason}")
    except Exception as error:
        log.error("reader_failed", reader=reader.name, error=type(error).__name__)
        reason = "Could not be parsed: the reader failed on it. It can be replayed."
        return _failed(raw, reader, "reader_error", reason)


def _failed(raw: bytes, reader: Reader, code: str, reason: str) -> Reading:
    return Reading(Status.FAILED, _digest(raw, reader), reader, reason_code=code, reason=reason)


def _digest(raw: bytes, reader: Reader) -> str:
    """The same bytes are the same item, unless somebody says that they are of another kind."""
    kind = "" if reader is MAIL else f"{reader.kind}:"
    return f"bytes:{kind}" + hashlib.sha256(raw).hexdigest()


def _reading(raw: bytes, reader: Reader, read: Read) -> Reading:
    skip = read.skip or (None if read.text.strip() or reader is MAIL else ("empty", "There is no text in it."))
    others = _others(read)
    findings = detectors.look(read, _known(known_domains() | us().domains)) if settings.DETECTORS else ()
    codes = (*read.warnings, *(one.code for one in findings)) if settings.DETECTORS else ()
    return Reading(
        status=Status.SKIPPED if skip else Status.PARSED,
        reason_code=skip[0] if skip else "",
        reason=skip[1] if skip else "",
        reader=reader,
        fingerprint=read.fingerprint or _digest(raw, reader),
        message_id=read.message_id,
        thread=read.thread,
        occurred_at=_plausible(read.occurred_at),
        subject=read.subject,
        sender=read.sender or (others[0] if others else None),
        people=tuple(one.email for one in ([read.sender] if read.sender else []) + others if one.email),
        content=content_of(read) | {"findings": [[one.code, one.start, one.end, one.quote] for one in findings]},
        attachments=read.attachments,
        warnings=list(dict.fromkeys(codes)),
    )


@lru_cache(maxsize=2)
def _known(domains: frozenset[str]) -> Known:
    return Known(domains, FREE_MAIL)


def _others(read: Read) -> list[Address]:
    """Who took part and is not one of us."""
    own = us()
    staff = {_folded(name) for name in own.staff}
    people = [Address(one.name, one.email) for one in read.participants[:MAX_PARTICIPANTS]]
    return [
        one
        for one in people
        if one.email.casefold() not in own.addresses
        and one.domain not in own.domains
        and _folded(one.name) not in staff
        and not (own.company and _folded(one.name) == _folded(own.company))
    ]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _plausible(sent_at: datetime | None) -> datetime | None:
    """The time of sending, unless it cannot be true; PostgreSQL and people both dislike the year 1."""
    if sent_at is None:
        return None
    moment = sent_at.astimezone(UTC) if 1970 < sent_at.year < 9999 else None
    return moment if moment and moment.year >= 1971 else None


def content_of(read: Read) -> dict[str, Any]:
    """What is stored of a file, as JSON. Offsets are code points of `text`."""
    return {
        "text": read.text,
        "zones": [[zone.kind, zone.start, zone.end] for zone in read.zones],
        "locations": [[one.start, one.end, one.label, one.speaker] for one in read.locations],
        "subject": read.subject,
        "sender": {"name": read.sender.name, "email": read.sender.email} if read.sender else None,
        "to": [[one.name, one.email] for one in read.to],
        "cc": [[one.name, one.email] for one in read.cc],
        "participants": [[one.name, one.email, one.title, one.company] for one in read.participants],
        "sent_at": read.occurred_at.isoformat() if read.occurred_at else None,
        "attachments": [one.filename for one in read.attachments],
        "hidden_text": read.hidden_text,
        "quoted_text": "",
        "headers": [],
        **read.extra,
    }
