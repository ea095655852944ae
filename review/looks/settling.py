"""Where two people disagree, a third settles who was right; and how often people are asked is set."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.errors import BadInput, Conflict, Forbidden
from crmllm.proposals.choices import Judged
from crmllm.proposals.outcomes import correct
from review.looks.choices import Label, State, Truth, Why
from review.looks.models import GuardSettings, Look

PERMISSION = "policies.manage"
_JUDGED = {
    Label.KEPT: Judged.KEPT,
    Label.EDITED: Judged.EDITED,
    Label.OTHERWISE: Judged.EDITED,
    Label.REJECTED: Judged.REJECTED,
}


def settle(*, user: User, look: Look, truth: Truth) -> Look:
    """Says who was right where two people disagree. The labels that the first decision left are corrected by it; what
    was written stays as it is until somebody takes that decision back."""
    require(user, PERMISSION)
    with transaction.atomic():
        current = Look.objects.select_for_update(of=("self",)).select_related("decision").get(pk=look.pk)
        if current.why != Why.SECOND or current.state != State.DECIDED or current.agreed:
            raise Conflict("There is nothing to settle here.", code="nothing_to_settle")
        if current.truth:
            raise Conflict("This was settled already.", code="settled")
        if user.pk in (current.user_id, current.decision.actor_id if current.decision else None):
            raise Forbidden("You are one of the two who disagree: a third person settles it.")
        current.truth, current.settled_by, current.settled_at = truth, user, timezone.now()
        current.save(update_fields=["truth", "settled_by", "settled_at", "updated_at"])
        if truth != Truth.FIRST and current.decision is not None:
            correct(current.decision, _labels(current, truth))
        audit.record(actor=user, action="look.settled", subject_type="look", subject_id=current.pk,
                     details={"proposal": current.proposal_id, "truth": truth})  # fmt: skip
    return current


def _labels(look: Look, truth: Truth) -> dict[Any, Judged]:
    """What the values of a first decision were worth, by the truth; only where the two disagree."""
    rows = look.lines.filter(agreed=False)
    if truth == Truth.NEITHER:
        return {line.change_id: Judged.REJECTED for line in rows}
    return {line.change_id: _JUDGED[Label(line.second)] for line in rows}


def set_guards(
    *, user: User, second_share: float, planted_on: bool, planted_share: float, fast_ms: int
) -> GuardSettings:
    """Sets how often people are asked for a blind look, and below what time a decision counts as fast."""
    require(user, PERMISSION)
    wanted = {"second_share": second_share, "planted_on": planted_on, "planted_share": planted_share,
              "fast_ms": fast_ms}  # fmt: skip
    with transaction.atomic():
        GuardSettings.objects.get_or_create()
        row = GuardSettings.objects.select_for_update().get()
        before = {name: getattr(row, name) for name in wanted}
        for name, value in wanted.items():
            setattr(row, name, value)
        if not (0 <= second_share <= 0.2 and 0 <= planted_share <= 0.2 and 0 <= fast_ms <= 60_000):
            raise BadInput("A share is at most 20 %, a time at most a minute.")
        row.save()
        audit.record(actor=user, action="guards.set", subject_type="guards", subject_id=row.pk,
                     details={"before": before, "after": wanted})  # fmt: skip
    return row
