"""From the bytes of a mail to what is stored of it: parsed, segmented, filtered. Pure but for our own addresses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from crmllm.crm.selectors import us
from crmllm.ingestion.choices import Status
from crmllm.ingestion.mail.filters import skip_reason
from crmllm.ingestion.mail.headers import Address
from crmllm.ingestion.mail.parse import Attachment, ParsedMail, Unparsable, parse_mail
from crmllm.ingestion.mail.segment import Kind, Segments, segment
from crmllm.ingestion.mail.threads import fingerprint, thread_key

log = structlog.get_logger("crmllm.ingestion")


@dataclass(frozen=True)
class Reading:
    """What became of some bytes: where they go on (`status`), and what is stored."""

    status: Status
    fingerprint: str
    reason_code: str = ""
    reason: str = ""
    message_id: str = ""
    thread: str = ""
    occurred_at: datetime | None = None
    subject: str = ""
    sender: Address | None = None
    content: dict[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    warnings: list[str] = field(default_factory=list)


def read_mail(raw: bytes) -> Reading:
    """Reads one mail; never raises. What cannot be read is `failed` with the reason, its bytes are kept."""
    try:
        mail = parse_mail(raw)
        segments = segment(mail.body, hints=mail.hints, subject=mail.subject, sender=mail.sender)
        return _reading(mail, segments)
    except Unparsable as error:
        return _failed(raw, "unparsable", f"Could not be parsed: {error.reason}")
    except Exception as error:
        log.error("mail_reader_failed", error=type(error).__name__)
        return _failed(
            raw,
            "reader_error",
            "Could not be parsed: the reader failed on it. It can be replayed.",
        )


def _failed(raw: bytes, code: str, reason: str) -> Reading:
    digest = "bytes:" + hashlib.sha256(raw).hexdigest()
    return Reading(Status.FAILED, digest, reason_code=code, reason=reason)


def _reading(mail: ParsedMail, segments: Segments) -> Reading:
    own = us()
    skip = skip_reason(mail, text=segments.text, own_addresses=own.addresses, own_domains=own.domains)
    return Reading(
        status=Status.SKIPPED if skip else Status.PARSED,
        reason_code=skip.code if skip else "",
        reason=skip.sentence if skip else "",
        fingerprint=fingerprint(mail),
        message_id=mail.message_id,
        thread=thread_key(mail),
        occurred_at=_plausible(mail.sent_at),
        subject=mail.subject,
        sender=mail.sender,
        content=_content(mail, segments),
        attachments=mail.attachments,
        warnings=["hidden_text"] if mail.hidden_text else [],
    )


def _plausible(sent_at: datetime | None) -> datetime | None:
    """The time of sending, unless it cannot be true; PostgreSQL and people both dislike the year 1."""
    if sent_at is None:
        return None
    moment = sent_at.astimezone(UTC) if 1970 < sent_at.year < 9999 else None
    return moment if moment and moment.year >= 1971 else None


def _content(mail: ParsedMail, segments: Segments) -> dict[str, Any]:
    """What is stored of a mail, as JSON. Offsets are code points: `zones` of `text`, `body_zones` of `body`."""
    quoted = [mail.body[zone.start : zone.end] for zone in segments.zones if zone.kind == Kind.QUOTED]
    return {
        "text": segments.text,
        "zones": [[str(zone.kind), zone.start, zone.end] for zone in segments.text_zones],
        "body": mail.body,
        "body_zones": [[str(zone.kind), zone.start, zone.end] for zone in segments.zones],
        "quoted_text": "\n".join(quoted),
        "hidden_text": "\n".join(hidden.text for hidden in mail.hidden_text),
        "hidden": [[hidden.how, hidden.text] for hidden in mail.hidden_text],
        "html": mail.html,
        "subject": mail.subject,
        "sender": _address(mail.sender),
        "reply_to": [_address(one) for one in mail.reply_to],
        "to": [[one.name, one.email] for one in mail.to],
        "cc": [[one.name, one.email] for one in mail.cc],
        "recipient_count": mail.recipient_count,
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
        "headers": [[name, value] for name, values in mail.headers.items() for value in values],
        "attachments": [one.filename for one in mail.attachments],
        "defects": list(mail.defects),
    }


def _address(address: Address | None) -> dict[str, str] | None:
    return {"name": address.name, "email": address.email} if address else None
