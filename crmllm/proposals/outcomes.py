"""What a decision says of each value: kept, edited, rejected as wrong, or left out for a reason of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from crmllm.access.models import User
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.proposals.choices import ABOUT_THE_VALUE, Judged, Verdict
from crmllm.proposals.models import Decision, Outcome, ProposedChange
from crmllm.proposals.weighing import NOT_READ


def note_outcomes(decision: Decision, edits: Mapping[str, Any]) -> None:
    """Labels the values that a decision judged; one that takes a decision back says so of its labels."""
    if decision.verdict == Verdict.UNDO:
        Outcome.objects.filter(change__proposal_id=decision.proposal_id).update(undone=True)
        return
    if decision.verdict == Verdict.SKIP:
        return
    proposal = decision.proposal
    fields = crm.field_map(proposal.object)
    rows = []
    for change in proposal.changes.exclude(source__in=NOT_READ):
        proposed = change.proposed.open()
        if proposed is None:
            continue
        edited = change.field in edits and not values.same(fields[change.field], proposed, edits[change.field])
        rows.append(_outcome(decision, change, _judged(decision, edited)))
    Outcome.objects.bulk_create(rows)


def correct(decision: Decision, labels: Mapping[UUID, Judged]) -> None:
    """Puts labels right, by change, once it is known that a decision was wrong."""
    for change_id, judged in labels.items():
        Outcome.objects.filter(decision=decision, change_id=change_id).update(judged=judged)


def _judged(decision: Decision, edited: bool) -> Judged:
    if decision.verdict != Verdict.REJECT:
        return Judged.EDITED if edited else Judged.KEPT
    wrong = decision.reason in {str(reason) for reason in ABOUT_THE_VALUE}
    return Judged.REJECTED if wrong else Judged.LEFT


def _outcome(decision: Decision, change: ProposedChange, judged: Judged) -> Outcome:
    return Outcome(
        decision=decision,
        change=change,
        field=f"{decision.proposal.object}.{change.field}",
        source=change.source,
        raw_confidence=change.raw_confidence,
        confidence=change.confidence,
        signs=change.signs,
        calibration_id=change.calibration_id,
        judged=judged,
        automatic=not isinstance(decision.actor, User),
    )
