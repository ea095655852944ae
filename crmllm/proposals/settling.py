"""Rows under lock, and what an interaction's state follows from: the states of its proposals and their writes."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from crmllm.access.models import User
from crmllm.core.errors import Conflict
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.proposals.choices import OPEN, State
from crmllm.proposals.models import Proposal
from crmllm.proposals.urgency import weigh as weigh_urgency
from crmllm.writeback.choices import UNFINISHED


def locked(proposal_id: UUID) -> Proposal:
    """The proposal as it stands, held until the transaction ends."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("interaction")
    return rows.get(pk=proposal_id)


def require_free(proposal: Proposal, user: User, *, allowed: Iterable[str]) -> None:
    """Raises Conflict for what was decided already or what somebody else holds."""
    if proposal.state not in allowed:
        raise Conflict(f"This proposal is {proposal.get_state_display()} already.", code="decided")
    if proposal.held_by_other_than(user):
        raise Conflict(f"{proposal.claimed_by} is deciding on this one right now.", code="claimed")


@transaction.atomic(savepoint=False)
def settle(interaction_id: UUID) -> None:
    """Counts what is open and closes the interaction when nothing is left to decide or to write."""
    interaction = Interaction.objects.select_for_update(of=("self",)).get(pk=interaction_id)
    states = list(interaction.proposals.values_list("state", flat=True))
    before, interaction.open_proposals = interaction.open_proposals, sum(state in OPEN for state in states)
    if interaction.open_proposals > before:
        weigh_urgency(interaction)
    if interaction.open_proposals == 0:
        interaction.claimed_by, interaction.claimed_until = None, None
    waiting = State.SKIPPED in states or interaction.open_proposals
    if interaction.status in (Status.PROPOSED, Status.DONE):
        unwritten = not waiting and interaction.proposals.filter(writebacks__state__in=UNFINISHED).exists()
        interaction.status = Status.PROPOSED if waiting or unwritten else Status.DONE
    interaction.save(
        update_fields=[
            "open_proposals", "status", "urgency", "risk", "due_at", "claimed_by", "claimed_until", "updated_at",
        ]
    )  # fmt: skip
