"""Approved changes with values of one's choice, for tests of what becomes of them in a CRM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from crmllm.access.models import User
from crmllm.core.crypto import Sealed
from crmllm.crm import selectors, values
from crmllm.crm.models import Record
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services
from crmllm.proposals.choices import Action
from crmllm.proposals.models import Proposal, ProposedChange
from crmllm.writeback.models import Writeback
from tests.support import factories


def approved(
    user: User,
    object_name: str,
    wanted: Mapping[str, Any],
    *,
    record: Record | None = None,
    interaction: Interaction | None = None,
) -> Writeback:
    """One proposal, approved; without a record it makes one."""
    row = interaction or factories.interaction()
    fields = selectors.field_map(object_name)
    before = values.read(record, [fields[name] for name in wanted]) if record else {}
    proposal = Proposal.objects.create(
        interaction=row,
        object=object_name,
        action=Action.UPDATE if record else Action.CREATE,
        name=str(wanted.get("name", "A record")),
        **({"target_id": record.pk} if record else {}),
    )
    ProposedChange.objects.bulk_create(
        ProposedChange(
            proposal=proposal,
            field=name,
            position=position,
            old=Sealed.of(before.get(name), row.key_id),
            proposed=Sealed.of(value, row.key_id),
            confidence=0.9,
            source="rule",
        )
        for position, (name, value) in enumerate(wanted.items())
    )
    services.approve(user=user, proposal=proposal)
    return Writeback.objects.get(proposal=proposal)


def deliver(rounds: int = 1) -> list[str]:
    """Sends what waits, also what waits for its next try; returns the states of the last round."""
    states: list[str] = []
    for _ in range(rounds):
        Writeback.objects.update(next_attempt_at=timezone.now())
        states = factories.deliver_all()
    return states
