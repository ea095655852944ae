"""What two people said of the values of one proposal, and whether they agree: by value, not by verdict alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.crm.models import FieldDef
from crmllm.proposals.choices import Verdict
from crmllm.proposals.models import Decision, Proposal, ProposedChange
from crmllm.proposals.weighing import NOT_READ
from review.looks.choices import Label, Why
from review.looks.models import Look, LookLine

Edits = Mapping[str, Any]


def compare(look: Look, proposal: Proposal, verdict: Verdict, edits: Edits) -> tuple[bool, list[LookLine]]:
    """Whether a verdict agrees with the first decision, or with the truth where a value was planted; and line by line.

    `proposal` is the true one, as the database has it.
    """
    fields = crm.field_map(proposal.object)
    if look.why == Why.PLANTED:
        return _caught(look, proposal, verdict, edits, fields)
    first_rejected = look.decision is not None and look.decision.verdict == Verdict.REJECT
    before = _edits_of(look.decision)
    lines = []
    for change in proposal.changes.all():
        proposed = change.proposed.open()
        if change.source in NOT_READ or proposed is None:
            continue
        field = fields[change.field]
        first = _label(field, proposed, before, rejected=first_rejected)
        second = _label(field, proposed, edits, rejected=verdict == Verdict.REJECT)
        if first == second == Label.EDITED and not values.same(field, before[field.name], edits[field.name]):
            second = Label.OTHERWISE
        lines.append(_line(look, change, proposal, first, second, agreed=first == second))
    same_verdict = first_rejected == (verdict == Verdict.REJECT)
    return same_verdict and all(line.agreed for line in lines), lines


def _caught(
    look: Look, proposal: Proposal, verdict: Verdict, edits: Edits, fields: Mapping[str, FieldDef]
) -> tuple[bool, list[LookLine]]:
    """A planted value is caught by rejecting, by setting the right one and by leaving the line out."""
    assert look.planted is not None, "the database keeps it so"
    ((name, planted),) = look.planted.open().items()
    change = next(one for one in proposal.changes.all() if one.field == name)
    said = _label(fields[name], planted, edits, rejected=verdict == Verdict.REJECT)
    right = edits.get(name)
    caught = said == Label.REJECTED or (
        said == Label.EDITED and (right is None or values.same(fields[name], right, change.proposed.open()))
    )
    return caught, [_line(look, change, proposal, Label.KEPT, said, agreed=caught)]


def _edits_of(decision: Decision | None) -> Edits:
    edits: Edits = decision.edits.open() if decision is not None and decision.edits is not None else {}
    return edits


def _label(field: FieldDef, proposed: Any, edits: Edits, *, rejected: bool) -> Label:
    if rejected:
        return Label.REJECTED
    edited = field.name in edits and not values.same(field, proposed, edits[field.name])
    return Label.EDITED if edited else Label.KEPT


def _line(
    look: Look, change: ProposedChange, proposal: Proposal, first: Label, second: Label, *, agreed: bool
) -> LookLine:
    name = f"{proposal.object}.{change.field}"
    return LookLine(look=look, change=change, field=name, first=first, second=second, agreed=agreed)
