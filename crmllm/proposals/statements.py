"""What a person said on being reached, recorded when somebody approves the lines that say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmllm.access.models import User
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.privacy import services as privacy
from crmllm.privacy.choices import Channel, ConsentState
from crmllm.proposals.models import Evidence, Proposal


def record_statements(user: User, proposal: Proposal, wanted: Mapping[str, Any]) -> None:
    """What a person said on being reached counts from the approval on, with the message and the words that say it.

    It is known by the person's address, else by their number; where neither is known, only the record holds it.
    """
    ways = [way for way in Channel if f"{way}_consent" in wanted]
    if not ways:
        return
    person = wanted.get("email") or wanted.get("phone") or _reached_by(proposal)
    if not person:
        return
    words = {
        row.change.field: row.quote
        for row in Evidence.objects.filter(change__proposal=proposal).select_related("change")
    }
    for way in ways:
        quote = words.get(f"{way}_consent")
        privacy.record_statement(
            actor=user,
            person=person,
            channel=way,
            state=ConsentState(wanted[f"{way}_consent"]),
            said_at=proposal.interaction.occurred_at,
            interaction_id=proposal.interaction_id,
            proposal_id=proposal.pk,
            words=quote.open() if quote else "",
            key_id=proposal.interaction.key_id,
        )


def _reached_by(proposal: Proposal) -> str | None:
    record = crm.by_id(proposal.object, proposal.target_id)
    if record is None:
        return None
    fields = crm.field_map(proposal.object)
    held = values.read(record, [fields["email"], fields["phone"]])
    address: str | None = held["email"] or held["phone"]
    return address
