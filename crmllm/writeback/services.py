"""The outbox: queued with the approval, sent once, verified, taken back.

    waiting -> sending -> written -> verified         a conflict ends it and sends the change back to review
       |          |          |                        failed waits for a person: retry or cancel
    cancelled   waiting (after a refusal to answer)   verified -> undone, when the write that takes it back is verified

A create that is verified or undone counts as done for its children; a child of a cancelled parent waits visibly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors import services as connectors
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.models import Connection
from crmllm.core import audit
from crmllm.core.crypto import Sealed
from crmllm.core.errors import Conflict
from crmllm.crm import selectors as crm
from crmllm.crm import values as crm_values
from crmllm.jobs.services import enqueue
from crmllm.proposals.models import Proposal
from crmllm.writeback import sql
from crmllm.writeback.choices import UNFINISHED, Operation, State
from crmllm.writeback.models import Writeback
from crmllm.writeback.outcomes import announce

STAGE = "write"
AT_ONCE = 100  # writes that are given up in one transaction
#: Writes that left nothing in the CRM.
GONE = (State.CANCELLED, State.UNDONE, State.CONFLICT)


def queue(
    *,
    actor: audit.Actor,
    proposal: Proposal,
    operation: Operation,
    values: Mapping[str, Any],
    base: Mapping[str, Any],
    after: Iterable[Writeback] = (),
    undoes: Writeback | None = None,
) -> Writeback:
    """Puts a write into the outbox; call it inside the transaction of the decision."""
    key_id = proposal.interaction.key_id
    connection = undoes.connection if undoes else connectors.master_of(proposal.object)
    if connection.state == ConnectionState.REMOVED:
        raise Conflict("The connection to this CRM was removed; the change has to be taken back there.")
    sql.lock_target(proposal.target_id)
    last = Writeback.objects.filter(connection=connection, target_id=proposal.target_id).aggregate(last=Max("seq"))
    row = Writeback.objects.create(
        proposal=proposal,
        connection=connection,
        operation=operation,
        object=proposal.object,
        target_id=proposal.target_id,
        seq=(last["last"] or 0) + 1,
        undoes=undoes,
        values=Sealed.of(dict(values), key_id),
        base=Sealed.of(dict(base), key_id),
        actor_id=actor.audit_id,
    )
    row.depends_on.set(after)
    enqueue(STAGE)
    return row


def latest(proposal: Proposal) -> Writeback | None:
    """The last write that carried out this proposal's approval."""
    return proposal.writebacks.filter(undoes=None).order_by("-id").first()


# --- take back


def take_back(*, actor: audit.Actor, proposal: Proposal) -> Writeback | None:
    """Cancels the write of an approved proposal if it has not been sent, else queues the one that undoes it.

    Raises Conflict when the record was changed since by somebody else. Call it inside the transaction of the undo.
    """
    latest_row = latest(proposal)
    if latest_row is None:
        return None
    row = Writeback.objects.select_for_update(of=("self",)).get(pk=latest_row.pk)
    if row.sent_at is None and row.state in (
        State.WAITING,
        State.FAILED,
        State.SENDING,
    ):
        _cancel(row)
        return None
    if row.state in GONE:
        return None
    _require_untouched(row)
    creates = row.operation == Operation.CREATE
    before = {} if creates or row.before is None else row.before.open()
    written = row.values.open()
    return queue(
        actor=actor,
        proposal=proposal,
        operation=Operation.DELETE if creates else Operation.RESTORE,
        values={} if creates else {name: before.get(name) for name in written},
        base=written,
        undoes=row,
        after=list(Writeback.objects.filter(undoes__depends_on=row, state__in=UNFINISHED)),
    )


def _require_untouched(row: Writeback) -> None:
    """A person's value is safe: nothing that we wrote may have been changed since by anybody else."""
    others = Writeback.objects.filter(connection=row.connection, target_id=row.target_id, seq__gt=row.seq)
    written = row.values.open()
    later = others.filter(undoes=None, undone_by=None).exclude(state__in=GONE)
    if any(row.operation == Operation.CREATE or set(other.values.open()) & set(written) for other in later):
        raise Conflict("A later approved change builds on this one; take that back first.", code="built_upon")
    record = crm.by_id(row.object, row.target_id)
    if record is None or row.state != State.VERIFIED:
        return
    # Fields that another undo is about to put back are compared when it is this one's turn to be sent.
    waiting = {name for undo in others.filter(state__in=UNFINISHED) for name in undo.values.open()}
    fields = crm.field_map(row.object)
    names = [name for name in written if name not in waiting]
    now = crm_values.read(record, [fields[name] for name in names])
    moved = [fields[name].label for name in names if not crm_values.same(fields[name], now[name], written[name])]
    if moved:
        raise Conflict(f"Changed by somebody else since: {', '.join(moved)}. It is left as it is.", code="crm_moved")


# --- what people may do with a stuck write


def retry(*, actor: User, pk: UUID) -> Writeback:
    """Sends a failed write again now."""
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = Writeback.objects.select_for_update(of=("self",)).get(pk=pk)
        if row.state not in (State.FAILED, State.WAITING):
            raise Conflict(f"This write is {row.get_state_display()}; there is nothing to retry.")
        row.state, row.attempts, row.next_attempt_at = State.WAITING, 0, timezone.now()
        row.save(update_fields=["state", "attempts", "next_attempt_at", "updated_at"])
        audit_write(actor, "writeback.retried", row)
        enqueue(STAGE)
    return row


def cancel(*, actor: User, pk: UUID) -> Writeback:
    """Gives a write up that was never sent, or that failed for good."""
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = Writeback.objects.select_for_update(of=("self",)).get(pk=pk)
        if row.state == State.FAILED or (row.state == State.WAITING and row.sent_at is None):
            _give_up(actor, row)
            return row
        raise Conflict(f"This write is {row.get_state_display()}; it cannot be cancelled.")


def cancel_waiting(*, actor: User, connection: Connection) -> int:
    """Gives up all writes to a connection that were never sent. Returns how many; what goes with another one that it
    hangs on is not counted again."""
    require(actor, "jobs.manage")
    waiting = Writeback.objects.filter(connection=connection, state=State.WAITING, sent_at=None)
    cancelled = 0
    while ids := list(waiting.order_by("-id").values_list("pk", flat=True)[:AT_ONCE]):  # children before parents
        with transaction.atomic():
            for pk in ids:
                row = waiting.select_for_update(of=("self",)).filter(pk=pk).first()
                if row is not None:
                    _give_up(actor, row)
                    cancelled += 1
    return cancelled


def _give_up(actor: User, row: Writeback) -> None:
    _cancel(row)
    audit_write(actor, "writeback.cancelled", row)
    announce(row)


def _cancel(row: Writeback) -> None:
    row.state = State.CANCELLED
    row.lease_token = row.leased_until = None
    row.save(update_fields=["state", "lease_token", "leased_until", "updated_at"])


def audit_writes(actor: audit.Actor, action: str, rows: Iterable[tuple[Writeback, Mapping[str, Any]]]) -> None:
    """As `audit_write`, for many writes with their details, in two statements."""
    audit.record_many([_entry(actor, action, row, details) for row, details in rows])


def audit_write(
    actor: audit.Actor,
    action: str,
    row: Writeback,
    details: Mapping[str, Any] | None = None,
) -> None:
    """One audit event about a write, its details under the interaction's key."""
    audit.record_many([_entry(actor, action, row, details or {})])


def _entry(actor: audit.Actor, action: str, row: Writeback, details: Mapping[str, Any]) -> audit.Entry:
    told = {"operation": row.operation, "target": row.target_id, **details}
    return audit.Entry(actor, action, "writeback", row.pk, told, row.values.key_id)
