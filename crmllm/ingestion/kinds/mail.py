"""Mail (RFC 5322): parsed, split from what it quotes, and held against what needs no reading."""

from __future__ import annotations

from typing import Any

from crmllm.ingestion.kinds.types import Read, Reader, Unreadable, Zone
from crmllm.ingestion.mail.filters import skip_reason
from crmllm.ingestion.mail.headers import Address
from crmllm.ingestion.mail.parse import ParsedMail, Unparsable, parse_mail
from crmllm.ingestion.mail.segment import Kind, Segments, segment
from crmllm.ingestion.mail.threads import fingerprint, thread_key


def read(raw: bytes, name: str) -> Read:
    """Reads one mail. Which addresses are ours comes from the CRM: the only thing here that needs a database."""
    from crmllm.crm.selectors import us

    try:
        mail = parse_mail(raw)
    except Unparsable as error:
        raise Unreadable(error.reason) from None
    segments = segment(mail.body, hints=mail.hints, subject=mail.subject, sender=mail.sender)
    own = us()
    skip = skip_reason(mail, text=segments.text, own_addresses=own.addresses, own_domains=own.domains)
    return Read(
        text=segments.text,
        zones=tuple(Zone(str(zone.kind), zone.start, zone.end) for zone in segments.text_zones),
        subject=mail.subject,
        sender=mail.sender,
        to=mail.to,
        cc=mail.cc,
        occurred_at=mail.sent_at,
        attachments=mail.attachments,
        links=mail.links,
        hidden_text="\n".join(hidden.text for hidden in mail.hidden_text),
        extra=_extra(mail, segments),
        skip=(skip.code, skip.sentence) if skip else None,
        fingerprint=fingerprint(mail),
        message_id=mail.message_id,
        thread=thread_key(mail),
    )


def _extra(mail: ParsedMail, segments: Segments) -> dict[str, Any]:
    """What only mail has, as JSON. `body_zones` count code points of `body`."""
    quoted = [mail.body[zone.start : zone.end] for zone in segments.zones if zone.kind == Kind.QUOTED]
    return {
        "body": mail.body,
        "body_zones": [[str(zone.kind), zone.start, zone.end] for zone in segments.zones],
        "quoted_text": "\n".join(quoted),
        "hidden": [[hidden.how, hidden.text] for hidden in mail.hidden_text],
        "html": mail.html,
        "reply_to": [_address(one) for one in mail.reply_to],
        "recipient_count": mail.recipient_count,
        "headers": [[name, value] for name, values in mail.headers.items() for value in values],
        "defects": list(mail.defects),
    }


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "email": address.email}


MAIL = Reader("mail", "email", (".eml", ".mail", ".mbox", ".mbx"), ("message/rfc822",), read)
