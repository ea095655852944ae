"""From a stored interaction to what extraction reads; and the latest extraction of one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from crmllm.core.crypto import open_or
from crmllm.crm import selectors as crm
from crmllm.extraction.models import Extraction
from crmllm.extraction.rules import language, phones
from crmllm.extraction.types import Address, Extracted, Item, Location, Participant, Role, Us, Zone, from_json
from crmllm.ingestion.choices import Kind
from crmllm.ingestion.models import Interaction

#: Code points that are read of a message. Nobody writes more; what a machine pasted below must not hold up the others.
MAX_TEXT = 100_000
#: People say more than they write: some five hours of talk.
MAX_TALK = 250_000


def item(interaction: Interaction) -> Item:
    """What the rules and the model read. Raises Erased when the content is gone."""
    assert interaction.content is not None, "only what was read can be understood"
    return item_of(interaction.kind, interaction.content.open(), insisted=interaction.insisted)


def item_of(kind: str, content: dict[str, Any], *, insisted: bool = False) -> Item:
    """The same, from the content alone."""
    text = content["text"][: MAX_TEXT if kind == Kind.EMAIL else MAX_TALK]
    sent_at = _moment(content.get("sent_at"))
    return Item(
        text=text,
        kind=kind,
        zones=tuple(
            Zone(kind, start, min(end, len(text))) for kind, start, end in content.get("zones", ()) if start < len(text)
        ),
        subject=content.get("subject", ""),
        sender=_sender(content),
        recipients=tuple(
            Address(email, name, "recipient") for key in ("to", "cc") for name, email in content.get(key, ()) if email
        ),
        sent_at=sent_at,
        us=us(),
        products=crm.product_names(),
        rivals=crm.competitor_names(),
        locations=tuple(
            Location(start, min(end, len(text)), label, speaker)
            for start, end, label, speaker in content.get("locations", ())
            if start < len(text)
        ),
        participants=tuple(Participant(*one) for one in content.get("participants", ())),
        quoted_text=content.get("quoted_text", ""),
        hidden_text=content.get("hidden_text", ""),
        region=_region(text, sent_at),
        headers=tuple((name, value) for name, value in content.get("headers", ())),
        attachments=tuple(content.get("attachments", ())),
        wary=settings.DETECTORS,
        insisted=insisted,
    )


def us() -> Us:
    """Our own side, never a customer."""
    own = crm.us()
    return Us(own.company, own.domains, own.addresses, own.staff)


def _sender(content: dict[str, Any]) -> Address | None:
    sender = content.get("sender")
    role: Role = "sender"
    return Address(sender["email"], sender.get("name", ""), role) if sender and sender.get("email") else None


def _moment(value: str | None) -> datetime | None:
    """The time of sending with its own offset: relative dates are counted from it."""
    try:
        return datetime.fromisoformat(value) if value else None
    except ValueError:
        return None


def _region(text: str, sent_at: datetime | None) -> str:
    """Where numbers without a country are from: our own country, unless language or clock point elsewhere.

    English is written everywhere, other languages where they are spoken.
    """
    tongue, _ = language.detect(text)
    offset = sent_at.utcoffset() if sent_at else None
    spoken_here = settings.DEFAULT_REGION in phones.regions(language=tongue)
    overseas = offset is not None and offset <= timedelta(hours=-3)
    return settings.DEFAULT_REGION if spoken_here or (tongue == "en" and not overseas) else ""


def latest(interaction: Interaction) -> Extraction | None:
    """The newest extraction of an interaction."""
    return interaction.extractions.order_by("-created_at").first()


def found(extraction: Extraction) -> Extracted | None:
    """What an extraction found; None when it was erased."""
    data = open_or(extraction.result)
    return from_json(data) if data else None
