"""The doors of a proposal that is there: claim, decide, undo. With `proposing`, `identity` and `undoing` the only place
where states change.

pending <-> claimed -> approved | rejected | skipped      superseded: a replay or another approval made it void
approved -> undone; rejected, skipped -> pending again by undo; undone -> approved | rejected
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.audit import SYSTEM
from crmllm.core.crypto import Sealed
from crmllm.core.errors import BadInput, Conflict
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.ingestion.choices import Step
from crmllm.ingestion.ledger import note
from crmllm.ingestion.models import Interaction
from crmllm.privacy import services as privacy
from crmllm.proposals import selectors
from crmllm.proposals.choices import DECIDABLE, OPEN, Action, State, Verdict
from crmllm.proposals.models import Decision, Proposal
from crmllm.proposals.outcomes import note_outcomes
from crmllm.proposals.rebasing import plan_anew, rebase_twins, refresh, refresh_or_raise
from crmllm.proposals.settling import locked, require_free, settle
from crmllm.proposals.statements import record_statements
from crmllm.writeback import services as writeback
from crmllm.writeback.choices import Operation
from crmllm.writeback.choices import State as WritebackState
from crmllm.writeback.models import Writeback

CLAIM = timedelta(minutes=10)
MAX_REASON = 300


# --- claim


def claim(*, user: User, interaction: Interaction) -> bool:
    """Holds the open proposals of an interaction for one person. False when somebody else has them."""
    require(user, "proposals.decide")
    until = timezone.now() + CLAIM
    with transaction.atomic():
        free = Interaction.objects.filter(Interaction.free_for(user), pk=interaction.pk)
        won = free.update(claimed_by=user, claimed_until=until)
        if won:
            rows = Proposal.objects.filter(interaction=interaction, state__in=OPEN)
            rows.update(state=State.CLAIMED, claimed_by=user, claimed_until=until)
    return bool(won)


def release(*, user: User, interaction: Interaction) -> None:
    """Gives back what a person holds without deciding."""
    with transaction.atomic():
        mine = Interaction.objects.filter(pk=interaction.pk, claimed_by=user)
        if mine.update(claimed_by=None, claimed_until=None):
            _unclaim(Proposal.objects.filter(interaction=interaction, state=State.CLAIMED, claimed_by=user))


def expire_claims() -> int:
    """Frees what was claimed and forgotten."""
    now = timezone.now()
    with transaction.atomic():
        Interaction.objects.filter(claimed_until__lt=now).update(claimed_by=None, claimed_until=None)
        return _unclaim(Proposal.objects.filter(state=State.CLAIMED, claimed_until__lt=now))


def _unclaim(rows: Any) -> int:
    return int(rows.update(state=State.PENDING, claimed_by=None, claimed_until=None))


# --- decide


def approve(
    *,
    user: User,
    proposal: Proposal,
    edits: Mapping[str, Any] | None = None,
    milliseconds: int | None = None,
) -> Proposal:
    """Approves the proposal, with a person's own values where `edits` maps a change's id to one; None leaves the field
    as it is in the CRM. Writes the outbox in the same transaction.

    Raises Conflict when it was decided already, is blocked, or the CRM has moved since; BadInput for a wrong value.
    """
    require(user, "proposals.decide")
    refresh_or_raise(proposal)
    with transaction.atomic():
        current = locked(proposal.pk)
        require_free(current, user, allowed=DECIDABLE)
        return _approve(user, current, edits or {}, milliseconds)


def apply(*, actor: audit.Actor, proposal: Proposal) -> Proposal:
    """Approves without a person, for a policy that people set: no actor stands on the decision.

    Raises Conflict for what must not be applied alone, is decided already, blocked, being decided on by a person, or
    was overtaken by the CRM.
    """
    refresh_or_raise(proposal)
    with transaction.atomic():
        current = locked(proposal.pk)
        if current.state not in OPEN:
            raise Conflict(f"This proposal is {current.get_state_display()} already.", code="decided")
        if current.state == State.CLAIMED or current.claimed_by_id is not None:
            raise Conflict("A person is deciding on this one right now.", code="claimed")
        if not selectors.may_apply_alone(current):
            raise Conflict("A person has to look at this one.", code="needs_person")
        return _approve(actor, current, {}, None)


def _approve(actor: audit.Actor, current: Proposal, edits: Mapping[str, Any], milliseconds: int | None) -> Proposal:
    wanted, edited = _values(current, edits)
    blocked = selectors.blocked_by(current, edited=edited)
    if blocked:
        raise Conflict(" ".join(blocked), code="blocked")
    if current.state == State.UNDONE and current.action == Action.CREATE:
        plan_anew(current)
    verdict = Verdict.EDIT if edited else Verdict.APPROVE
    _decide(actor, current, State.APPROVED, verdict, milliseconds=milliseconds, values=wanted, edits=edited)
    if wanted:
        _write(actor, current, wanted)
        if isinstance(actor, User):  # what somebody says on being reached is of high risk: nothing else approves it
            record_statements(actor, current, wanted)
    rebase_twins(current, wanted)
    settle(current.interaction_id)
    return current


def reject(*, user: User, proposal: Proposal, reason: str = "", milliseconds: int | None = None) -> Proposal:
    """Refuses the proposal; what was to hang on it stands by itself."""
    require(user, "proposals.decide")
    with transaction.atomic():
        current = locked(proposal.pk)
        require_free(current, user, allowed=DECIDABLE)
        _decide(user, current, State.REJECTED, Verdict.REJECT, milliseconds=milliseconds, reason=reason)
        settle(current.interaction_id)
    return current


def skip(*, user: User, proposal: Proposal, milliseconds: int | None = None) -> Proposal:
    """Leaves the decision for later."""
    require(user, "proposals.decide")
    with transaction.atomic():
        current = locked(proposal.pk)
        require_free(current, user, allowed=OPEN)
        _decide(user, current, State.SKIPPED, Verdict.SKIP, milliseconds=milliseconds)
        settle(current.interaction_id)
    return current


def _values(proposal: Proposal, edits: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values to write and, apart, those that a person set. Lines that were edited to nothing are left out."""
    fields = crm.field_map(proposal.object)
    changes = {str(change.pk): change for change in proposal.changes.all()}
    unknown = sorted(set(edits) - set(changes))
    if unknown:
        wrong = {key: ["Unknown change."] for key in unknown}
        raise BadInput("There is no such change in this proposal.", fields=wrong)
    wanted, edited = {}, {}
    refused = selectors.refused_targets(proposal)
    for key, change in changes.items():
        field = fields[change.field]
        if key in edits:
            value = edited[change.field] = values.normalise(field, edits[key])
        else:
            value = change.proposed.open()
        if value is not None and not selectors.leads_to(refused, change, value):
            wanted[change.field] = value
    return wanted, edited


def _decide(
    actor: audit.Actor,
    proposal: Proposal,
    state: State,
    verdict: Verdict,
    *,
    milliseconds: int | None,
    reason: str = "",
    values: Mapping[str, Any] | None = None,
    edits: Mapping[str, Any] | None = None,
) -> None:
    key_id = proposal.interaction.key_id
    proposal.state, proposal.decided_at, proposal.note = state, timezone.now(), ""
    proposal.claimed_by, proposal.claimed_until = None, None
    proposal.save()
    decision = Decision.objects.create(
        proposal=proposal,
        verdict=verdict,
        actor=actor if isinstance(actor, User) else None,
        reason=reason[:MAX_REASON],
        edits=Sealed.of(dict(edits), key_id) if edits else None,
        values=Sealed.of(dict(values), key_id) if values is not None else None,
        milliseconds=milliseconds,
    )
    note_outcomes(decision, edits or {})
    note(
        proposal.interaction,
        Step.UNDONE if verdict == Verdict.UNDO else Step.DECIDED,
        f"{verdict.label}: {proposal.title}.".capitalize(),
        code=verdict,
    )
    audit.record(
        actor=actor,
        action=f"proposal.{state}",
        subject_type="proposal",
        subject_id=proposal.pk,
        details={"reason": reason, "values": values, "edits": edits},
        key_id=key_id,
    )


def _write(actor: audit.Actor, proposal: Proposal, wanted: Mapping[str, Any]) -> None:
    base = {change.field: change.old.open() for change in proposal.changes.all() if change.field in wanted}
    parents = Proposal.objects.filter(needed_by=proposal, state=State.APPROVED)
    writeback.queue(
        actor=actor,
        proposal=proposal,
        operation=Operation.CREATE if proposal.action == Action.CREATE else Operation.UPDATE,
        values=wanted,
        base=base,
        after=[row for parent in parents if (row := writeback.latest(parent))],
    )


# --- undo


def undo(*, user: User, proposal: Proposal, milliseconds: int | None = None) -> list[Proposal]:
    """Takes a decision back. Before sending, the write is cancelled; afterwards the before-image is written back. What
    hangs on a create from the same interaction is taken back first. Returns all that was taken back, in order.

    Raises Conflict when somebody changed the record since: a person's value is safe.
    """
    require(user, "proposals.decide")
    with transaction.atomic():
        current = locked(proposal.pk)
        if current.state in (State.REJECTED, State.SKIPPED):
            _decide(user, current, State.PENDING, Verdict.UNDO, milliseconds=milliseconds)
            Proposal.objects.filter(pk=current.pk).update(decided_at=None)
            settle(current.interaction_id)
            return [current]
        if current.state != State.APPROVED:
            raise Conflict("There is no decision here that could be taken back.", code="nothing_to_undo")
        undone = []
        for row in [*_hanging_on(current), current]:
            writeback.take_back(actor=user, proposal=row)
            privacy.retract_statements(actor=user, proposal_id=row.pk)
            _decide(user, row, State.UNDONE, Verdict.UNDO, milliseconds=milliseconds)
            undone.append(row)
        settle(current.interaction_id)
    return undone


def _hanging_on(proposal: Proposal) -> list[Proposal]:
    """Approved proposals of the interaction that need this one, leaves first."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("interaction")
    found: list[Proposal] = []
    for child in rows.filter(needs=proposal, state=State.APPROVED):
        for row in [*_hanging_on(child), child]:
            if row not in found:
                found.append(row)
    return found


# --- what becomes of the write


def heed(outcome: Writeback) -> None:
    """What a write's end means for its proposal; write-back calls it inside its own transaction."""
    proposal = locked(outcome.proposal_id)
    if outcome.state == WritebackState.VERIFIED:
        if proposal.action == Action.CREATE:
            proposal.written = outcome.operation == Operation.CREATE
            proposal.save(update_fields=["written", "updated_at"])
    elif outcome.undoes_id and outcome.state in (WritebackState.CONFLICT, WritebackState.CANCELLED):
        # The CRM still holds what was approved.
        proposal.state, proposal.note = State.APPROVED, (outcome.error_message or "The undo was cancelled.")[:300]
        proposal.save(update_fields=["state", "note", "updated_at"])
    elif outcome.state in (WritebackState.CONFLICT, WritebackState.CANCELLED) and proposal.state == State.APPROVED:
        for child in _hanging_on(proposal):
            writeback.take_back(actor=SYSTEM, proposal=child)
            _reopen(child, f"“{proposal.name}” could not be written.")
        _reopen(proposal, outcome.error_message or "The write was cancelled.")
    settle(proposal.interaction_id)


def _reopen(proposal: Proposal, reason: str) -> None:
    """The CRM moved between decision and write: the change goes back to review with the CRM's present values."""
    privacy.retract_statements(actor=SYSTEM, proposal_id=proposal.pk)
    proposal.state, proposal.decided_at = State.PENDING, None
    refresh(proposal)
    proposal.note = reason[:300]
    proposal.save(update_fields=["state", "decided_at", "note", "updated_at"])
    audit.record(actor=SYSTEM, action="proposal.reopened", subject_type="proposal", subject_id=proposal.pk)
