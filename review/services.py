"""What the review adds to deciding one proposal: a whole message at once."""

from __future__ import annotations

from crmllm.access.models import User
from crmllm.core.errors import CrmllmError
from crmllm.ingestion.models import Interaction
from crmllm.proposals import selectors, services
from crmllm.proposals.choices import OPEN, State
from crmllm.proposals.models import Proposal

#: What is approved together with the rest of its message: not what was skipped on purpose.
WAITING = (*OPEN, State.UNDONE)


def approve_all(
    *, user: User, interaction: Interaction, milliseconds: int | None = None
) -> tuple[list[Proposal], CrmllmError | None]:
    """Approves what waits in an interaction, each by itself and parents first, up to the first that is refused.

    Returns what was approved and the refusal; the time is shared out.
    """
    rows = [row for row in selectors.of_interaction(user, interaction) if row.state in WAITING]
    each = None if milliseconds is None else milliseconds // max(len(rows), 1)
    approved: list[Proposal] = []
    for row in rows:
        try:
            approved.append(services.approve(user=user, proposal=row, milliseconds=each))
        except CrmllmError as refusal:
            return approved, refusal
    return approved, None
