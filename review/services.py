"""What the review adds to deciding one proposal: a whole message at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from crmllm.access.models import User
from crmllm.core.errors import CrmllmError
from crmllm.ingestion.models import Interaction
from crmllm.proposals import selectors
from crmllm.proposals.choices import OPEN, State
from crmllm.proposals.models import Proposal
from review import deciding
from review.looks.selectors import on_card

#: What is approved together with the rest of its message: not what was skipped on purpose.
WAITING = (*OPEN, State.UNDONE)


@dataclass
class Together:
    """What became of the proposals of a message that were approved at once; `left` wait for a look of their own."""

    approved: list[Proposal] = field(default_factory=list)
    left: list[Proposal] = field(default_factory=list)
    refusal: CrmllmError | None = None


def approve_all(
    *, user: User, interaction: Interaction, high_risk: bool = False, milliseconds: int | None = None
) -> Together:
    """Approves what waits in an interaction, each by itself and parents first, up to the first that is refused.

    What changes a field of high risk is left, with what hangs on it, unless the person said so with `high_risk`.
    The time is shared out.
    """
    found = on_card(user, interaction) or selectors.of_interaction(user, interaction)
    rows = [row for row in found if row.state in WAITING]
    done = Together(left=[] if high_risk else risky(rows))
    wanted = [row for row in rows if row not in done.left]
    each = None if milliseconds is None else milliseconds // max(len(wanted), 1)
    for row in wanted:
        try:
            done.approved.append(deciding.approve(user=user, proposal=row, milliseconds=each))
        except CrmllmError as refusal:
            done.refusal = refusal
            break
    return done


def risky(rows: Sequence[Proposal]) -> list[Proposal]:
    """Those of a message's proposals, parents first, that change a field of high risk or hang on one that does."""
    found: dict[UUID, Proposal] = {}
    for row in rows:
        if selectors.high_risk(row) or any(parent.pk in found for parent in row.needs.all()):
            found[row.pk] = row
    return list(found.values())
