"""A roll-back: planned (the dry run), started, worked off in batches, stopped.

    planned -> running -> done | stopped | failed; failed -> running by a person

Each item is taken back as if its author had pressed undo (`proposals.services.undo`): newest first, so that what was
built on a change goes before it. What somebody changed since is left as it is, and listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit, work
from crmllm.core.errors import Conflict, CrmllmError
from crmllm.jobs.services import enqueue
from crmllm.notifications.services import notify
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import State as ProposalState
from crmllm.proposals.models import Proposal
from crmllm.proposals.undoing import undo_plain
from crmllm.writeback.choices import State as WritebackState
from crmllm.writeback.models import Writeback
from crmllm.writeback.standing import Standing, Way, standing
from review.rollback.choices import OPEN, Result, State
from review.rollback.models import Rollback, RollbackItem
from review.rollback.subjects import Kind, allow, kind_of

STAGE = "roll_back"
#: Items that are taken back in one transaction: the plain ones together, each other behind a savepoint of its own.
BATCH = 200
MAX_WHY = 300
_EXPECTED = {
    Way.NOTHING: Result.READY,
    Way.RESTORE: Result.READY,
    Way.CANCEL: Result.UNSENT,
    Way.CONFLICT: Result.CONFLICT,
}


# --- plan


def plan(*, user: User, subject_type: str, subject_id: UUID, scope: Mapping[str, Any] | None = None) -> Rollback:
    """The dry run: lists what would be taken back, in order, and what stands in the way. It writes nothing else."""
    kind = allow(user, subject_type)
    given = {key: value for key, value in (scope or {}).items() if value}
    words = kind.words(user, subject_id, given)
    with transaction.atomic():
        row = Rollback.objects.create(
            subject_type=subject_type, subject_id=subject_id, subject=words[:200], scope=given, user=user
        )
        items = _listed(row, kind, user)
        RollbackItem.objects.bulk_create(items, batch_size=2000)
        audit.record(
            actor=user,
            action="rollback.planned",
            subject_type="rollback",
            subject_id=row.pk,
            details={"of": subject_type, "id": subject_id, "items": len(items)},
        )
    return row


def _listed(row: Rollback, kind: Kind, user: User) -> list[RollbackItem]:
    assert row.subject_id is not None
    if kind.whole is not None:
        why = kind.whole.conflict(user=user, subject_id=row.subject_id)
        return [_item(row, 0, None, Result.CONFLICT if why else Result.READY, why)]
    assert kind.proposals is not None, "a kind is a set of proposals or a whole"
    found = kind.proposals(user, row.subject_id, row.scope).only("id", "decided_at", "position").order_by()
    ordered = sorted(found, key=lambda one: (one.decided_at or one.created_at, one.position), reverse=True)
    ids = [one.pk for one in ordered]
    stand = standing(ids, leaving=ids)
    return [_planned(row, place, pk, stand[pk]) for place, pk in enumerate(ids)]


def _planned(row: Rollback, place: int, proposal: UUID, found: Standing) -> RollbackItem:
    return _item(row, place, proposal, _EXPECTED[found.way], found.why)


def _item(row: Rollback, place: int, proposal: UUID | None, result: Result, why: str) -> RollbackItem:
    return RollbackItem(rollback=row, position=place, proposal_id=proposal, result=result, why=why[:MAX_WHY])


# --- start and stop


def start(*, user: User, rollback: Rollback) -> Rollback:
    """Begins to take back what was planned."""
    allow(user, rollback.subject_type)
    with transaction.atomic():
        row = Rollback.objects.select_for_update().get(pk=rollback.pk)
        if row.state != State.PLANNED:
            raise Conflict(_("This roll-back is %(state)s.") % {"state": row.get_state_display()})
        if not row.items.filter(result__in=OPEN).exists():
            raise Conflict(_("There is nothing here that could be taken back."), code="nothing_to_undo")
        row.state, row.user, row.started_at, row.next_attempt_at = State.RUNNING, user, timezone.now(), timezone.now()
        row.save()
        _record(user, "started", row)
        enqueue(STAGE)
    return row


def cancel(*, user: User, rollback: Rollback) -> Rollback:
    """Stops it after the present batch, or drops the plan. What was taken back stays so."""
    allow(user, rollback.subject_type)
    with transaction.atomic():
        row = Rollback.objects.select_for_update().get(pk=rollback.pk)
        if row.state not in (State.PLANNED, State.RUNNING):
            raise Conflict(_("This roll-back is %(state)s.") % {"state": row.get_state_display()})
        if row.state == State.PLANNED:
            row.state, row.finished_at = State.CANCELLED, timezone.now()
        row.stop = True
        row.save(update_fields=["state", "stop", "finished_at", "updated_at"])
        _record(user, "stopped", row)
    return row


def retry(*, actor: User, pk: UUID) -> None:
    """Lets one that failed go on."""
    _settle_failed(actor, pk, State.RUNNING)
    enqueue(STAGE)


def cancel_failed(*, actor: User, pk: UUID) -> None:
    """Gives one up that failed; what was taken back stays so."""
    _settle_failed(actor, pk, State.CANCELLED)


def _settle_failed(actor: User, pk: UUID, state: State) -> None:
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = Rollback.objects.select_for_update().get(pk=pk)
        if row.state != State.FAILED:
            raise Conflict(_("This roll-back is %(state)s.") % {"state": row.get_state_display()})
        work.give_back(row)
        row.state, row.attempts, row.next_attempt_at = state, 0, timezone.now()
        row.save()
        _record(actor, "retried" if state == State.RUNNING else "stopped", row)


def _record(actor: audit.Actor, done: str, row: Rollback) -> None:
    audit.record(actor=actor, action=f"rollback.{done}", subject_type="rollback", subject_id=row.pk)


# --- work it off


def advance(row: Rollback) -> int:
    """The next batch, in one transaction under the lease. Returns how many items it held; 0 when all is done."""
    with transaction.atomic():
        current = work.locked_under_lease(row)
        items = [] if current.stop else list(current.items.filter(result__in=OPEN)[:BATCH])
        kind = kind_of(current.subject_type)
        if kind.whole is not None:
            _whole(current, kind, items)
        else:
            _undo(current.user, items)
        RollbackItem.objects.bulk_update(items, ["result", "why", "updated_at"])
        if not items:
            _finish(current)
    return len(items)


def _finish(current: Rollback) -> None:
    work.give_back(current)
    current.state = State.CANCELLED if current.stop else State.DONE
    current.finished_at = timezone.now()
    current.save()
    _record(current.user, "finished", current)
    stayed = current.items.filter(result__in=[Result.CONFLICT, Result.STAYED]).count()
    notify(
        kind="rollback",
        users=[current.user_id],
        sentence=_("Rolled back: %(subject)s. %(stayed)d stay as they are.")
        % {"subject": current.subject, "stayed": stayed},
        link=f"/review/rollbacks/{current.pk}/",
    )


def _whole(current: Rollback, kind: Kind, items: Sequence[RollbackItem]) -> None:
    assert kind.whole is not None and current.subject_id is not None
    for item in items:
        try:
            with transaction.atomic():
                kind.whole.take_back(user=current.user, subject_id=current.subject_id)
            item.result = Result.TAKEN_BACK
        except Conflict as refusal:
            item.result, item.why = Result.STAYED, refusal.message[:MAX_WHY]


def _undo(user: User, items: Sequence[RollbackItem]) -> None:
    ids = [item.proposal_id for item in items if item.proposal_id is not None]
    plain = undo_plain(user=user, proposals=ids)
    rows = Proposal.objects.in_bulk(ids)
    for item in items:
        assert item.proposal_id is not None
        if item.proposal_id in plain:
            item.result = Result.TAKEN_BACK
            continue
        proposal = rows[item.proposal_id]
        try:
            with transaction.atomic():
                undone = proposals.undo(user=user, proposal=proposal)
            item.result = Result.TAKEN_BACK
            item.why = _with_others(len(undone) - 1)
        except CrmllmError as refusal:
            proposal.refresh_from_db(fields=["state"])
            gone = proposal.state == ProposalState.UNDONE
            item.result = Result.TAKEN_BACK if gone else Result.STAYED
            item.why = (_("With the record that it hung on.") if gone else refusal.message)[:MAX_WHY]
    unsent = _cancelled([item.proposal_id for item in items if item.result == Result.TAKEN_BACK and item.proposal_id])
    for item in items:
        if item.proposal_id in unsent:
            item.result = Result.CANCELLED


def _with_others(count: int) -> str:
    return _("Took %(count)d with it that hung on it.") % {"count": count} if count else ""


def _cancelled(proposal_ids: Sequence[UUID]) -> set[UUID]:
    """Those whose write was cancelled before it left."""
    rows = Writeback.objects.filter(proposal__in=proposal_ids, undoes=None).order_by("id")
    latest = dict(rows.values_list("proposal", "state"))
    return {pk for pk, state in latest.items() if state == WritebackState.CANCELLED}


def heed_write(outcome: Writeback) -> None:
    """An undo that the CRM refused: the record stays as it is, and the roll-back's list says so."""
    if outcome.undoes_id is None or outcome.state not in (WritebackState.CONFLICT, WritebackState.CANCELLED):
        return
    items = RollbackItem.objects.filter(proposal=outcome.proposal_id, result=Result.TAKEN_BACK)
    items.update(result=Result.STAYED, why=(outcome.error_message or _("The undo was cancelled."))[:MAX_WHY])
