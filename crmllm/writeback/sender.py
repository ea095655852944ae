"""The sender: writes of one kind to one CRM go together, each of them once, each verified by reading back.

    1. settle   what was sent before without a clear answer: is it there already?
    2. prepare  under the lease: read the CRM, three-way compare, keep the before-image, mark as sent. One transaction.
    3. send     outside any transaction.
    4. record   under the lease: identity, canonical mirror, state `written`.
    5. verify   read back and compare: `verified`.

A process that dies between 3 and 4 leaves a write that was sent but not recorded. The next one to take it up reads the
CRM first: what is there already is recorded, what is not is sent again under the same key. What goes wrong with one
write ends that one; what goes wrong with a call holds for all that were in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.connectors import base as crms
from crmllm.connectors import services as connectors
from crmllm.connectors.base import (
    Change,
    Connector,
    ConnectorError,
    RemoteGone,
    RemoteMoved,
    RemoteRecord,
    RemoteUnavailable,
    WriteContext,
)
from crmllm.connectors.engine.errors import NeedsSignIn, NotSent, QuotaGone, Throttled, told_wait
from crmllm.connectors.registry import open_connection
from crmllm.core import work
from crmllm.core.audit import System
from crmllm.core.crypto import Erased, Sealed, preload
from crmllm.core.errors import CrmllmError
from crmllm.crm import selectors as crm
from crmllm.crm import services as crm_services
from crmllm.crm import values as crm_values
from crmllm.crm.choices import WriterKind
from crmllm.crm.services import Writer
from crmllm.ingestion.choices import Step
from crmllm.ingestion.ledger import note, note_many
from crmllm.notifications.services import notify
from crmllm.writeback.choices import Operation, State
from crmllm.writeback.models import Writeback
from crmllm.writeback.outcomes import announce
from crmllm.writeback.services import audit_write, audit_writes

SENDER = System("writeback")
MAX_ATTEMPTS = 12  # about two hours of back-off before a person has to look


class Differs(CrmllmError):
    """The CRM holds something else than both what was there when this was decided and what is to be written."""

    code = "crm_moved"
    status = 409


@dataclass
class Delivery:
    """One write on its way."""

    row: Writeback
    connector: Connector
    context: WriteContext
    values: dict[str, Any]
    base: dict[str, Any]
    external_id: str | None
    sent_before: bool
    remote: RemoteRecord | None = None
    #: The CRM was read for it.
    read: bool = False
    #: It is there already, from an earlier try.
    settled: bool = False
    #: How it ended; None while it goes on, and when another sender has it now.
    ended: State | None = None
    lost: bool = False

    @property
    def names(self) -> list[str]:
        return list(self.values or self.base)

    @property
    def goes_on(self) -> bool:
        return self.ended is None and not self.lost

    @property
    def creates(self) -> bool:
        return self.row.operation == Operation.CREATE


def deliver(rows: Sequence[Writeback]) -> list[State]:
    """Brings claimed writes of one connection, object and operation as far as they go. Returns their states; those
    that another sender has taken over are left out."""
    connector, steps = open_connection(rows[0].connection), _Steps(rows)
    prefetch_related_objects(rows, "connection", "proposal__interaction")
    preload(*(sealed for row in rows for sealed in (row.values, row.base)))
    known = connectors.theirs(rows[0].connection, [(row.object, row.target_id) for row in rows])
    opened = [_open(row, connector, known.get((row.object, row.target_id))) for row in rows]
    group = [one for one in opened if one is not None]
    fresh = [one for one in group if one.row.state != State.WRITTEN]
    again = [one for one in fresh if one.sent_before]
    steps.together([one for one in again if not one.creates], _read)
    steps.together([one for one in again if one.creates], _find)
    steps.each(again, _settle)
    new = [one for one in fresh if not one.settled]
    steps.together([one for one in new if not one.creates and not one.read], _read)
    steps.each(new, _prepare)
    steps.together(new, _send)
    steps.together(fresh, _record)
    steps.together(group, _read)
    steps.each(group, _verify)
    steps.together(group, _verified)
    return [State(one.ended or one.row.state) for one in group if not one.lost]


class _Steps:
    """Takes steps with writes that still go on, and holds their leases meanwhile: a large batch takes its time."""

    def __init__(self, rows: Sequence[Writeback]) -> None:
        self.rows, self.held_at = rows, time.monotonic()

    def each(self, deliveries: Iterable[Delivery], step: Callable[[Delivery], None]) -> None:
        """A step with each; what goes wrong ends that one. They are committed together, before the next step."""
        with transaction.atomic():
            for one in deliveries:
                self._hold()
                if one.goes_on:
                    try:
                        with transaction.atomic():
                            step(one)
                    except CrmllmError as error:
                        _end(one, error)

    def together(self, deliveries: Sequence[Delivery], step: Callable[[list[Delivery]], None]) -> None:
        """A step with all at once; what goes wrong holds for all of them."""
        self._hold()
        going = [one for one in deliveries if one.goes_on]
        if not going:
            return
        try:
            step(going)
        except CrmllmError as error:
            for one in going:
                _end(one, error)

    def _hold(self) -> None:
        if time.monotonic() - self.held_at > settings.LEASE_SECONDS / 4:
            work.renew_all(self.rows, settings.LEASE_SECONDS)
            self.held_at = time.monotonic()


def _end(delivery: Delivery, error: CrmllmError) -> None:
    """What an error means for a write. LeaseLost: another sender has it now, and its word counts."""
    try:
        if isinstance(error, work.LeaseLost):
            delivery.lost = True
        elif isinstance(error, RemoteMoved | RemoteGone | Differs):
            delivery.ended = _finish(delivery.row, State.CONFLICT, error)
        elif isinstance(error, RemoteUnavailable):
            delivery.ended = _later(delivery, error)
        elif isinstance(error, ConnectorError | Erased):
            delivery.ended = _finish(delivery.row, State.FAILED, error)
        else:
            raise error
    except work.LeaseLost:
        delivery.lost = True


def _open(row: Writeback, connector: Connector, external_id: str | None) -> Delivery | None:
    """None when the content of the write was erased; it has ended then."""
    try:
        values, base = row.values.open(), row.base.open()
    except Erased as error:
        _finish(row, State.FAILED, error)
        return None
    return Delivery(
        row=row,
        connector=connector,
        context=WriteContext(key=row.pk, record_id=row.target_id, proposal_id=row.proposal_id, actor=SENDER),
        values=values,
        base=base,
        external_id=external_id,
        sent_before=row.sent_at is not None,
    )


# --- 1. and 2. before anything leaves


def _read(deliveries: list[Delivery]) -> None:
    """What the CRM holds now, in one go."""
    known = [one for one in deliveries if one.external_id is not None]
    names = list(dict.fromkeys(name for one in known for name in one.names))
    ids = list(dict.fromkeys(str(one.external_id) for one in known))
    found = deliveries[0].connector.read(deliveries[0].row.object, ids, names) if ids else {}
    for one in deliveries:
        one.remote, one.read = found.get(str(one.external_id)), True


def _find(deliveries: list[Delivery]) -> None:
    """Creates that were sent without a clear answer: what is there of them, in one go."""
    row, connector = deliveries[0].row, deliveries[0].connector
    for one, found in zip(
        deliveries, connector.find_created(row.object, [_change(one) for one in deliveries]), strict=True
    ):
        if isinstance(found, ConnectorError):
            _end(one, found)
        else:
            one.remote = found


def _settle(delivery: Delivery) -> None:
    """After an unclear try: whether the CRM already holds what was to be written."""
    row = delivery.row
    if delivery.creates:
        delivery.settled = delivery.remote is not None
    elif row.operation == Operation.DELETE:
        delivery.settled = delivery.remote is None
    else:
        delivery.settled = delivery.remote is not None and _holds(delivery, delivery.remote.values, delivery.values)


def _prepare(delivery: Delivery) -> None:
    """Three-way compare and before-image. Raises Differs when the CRM moved."""
    row = delivery.row
    if not delivery.creates:
        if delivery.remote is None:
            raise RemoteGone("The record is not in the CRM any more.")
        _compare(delivery, delivery.remote.values)
    with transaction.atomic():
        current = work.locked_under_lease(row)
        current.state, current.sent_at = (
            State.SENDING,
            current.sent_at or timezone.now(),
        )
        if delivery.remote is not None and current.before is None:
            before = {name: delivery.remote.values.get(name) for name in delivery.names}
            current.before = Sealed.of(before, row.values.key_id)
        current.save(update_fields=["state", "sent_at", "before", "updated_at"])
    row.state, row.sent_at, row.before = current.state, current.sent_at, current.before


def _compare(delivery: Delivery, now: Mapping[str, Any]) -> None:
    """Each field must hold what it held when this was decided, or already what is to be written."""
    fields = crm.field_map(delivery.row.object)
    base, wanted = _kept(delivery, delivery.base), _kept(delivery, delivery.values)
    for name in base.keys() | wanted.keys():
        held, before = now.get(name), base.get(name)
        if crm_values.same(fields[name], held, before):
            continue
        if wanted and crm_values.same(fields[name], held, wanted.get(name)):
            continue
        if name not in now:
            raise Differs(f"“{fields[name].label}” is no longer shown by the CRM; nothing was written.")
        raise Differs(f"“{fields[name].label}” was changed in the CRM in the meantime; nothing was written.")


def _holds(delivery: Delivery, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    fields = crm.field_map(delivery.row.object)
    return all(crm_values.same(fields[name], now.get(name), one) for name, one in _kept(delivery, wanted).items())


def _kept(delivery: Delivery, values: Mapping[str, Any]) -> dict[str, Any]:
    """As much of the values as the CRM keeps, in a new record or in the one that is there."""
    known = "" if delivery.creates else delivery.external_id or ""
    return delivery.connector.kept(delivery.row.object, values, known)


# --- 3. out


def _send(deliveries: list[Delivery]) -> None:
    """Sends all that is ready; each learns what came of it."""
    row, connector = deliveries[0].row, deliveries[0].connector
    outcomes = connector.send(row.object, sent_as(row), [_change(one) for one in deliveries])
    for one, outcome in zip(deliveries, outcomes, strict=True):
        if isinstance(outcome, ConnectorError):
            _end(one, outcome)
        else:
            one.remote = outcome


def _change(delivery: Delivery) -> Change:
    remote = delivery.remote
    return Change(
        context=delivery.context,
        values={} if delivery.row.operation == Operation.DELETE else delivery.values,
        external_id=remote.external_id if remote else delivery.external_id or "",
        etag=remote.etag if remote else "",
    )


def sent_as(row: Writeback) -> crms.Operation:
    """What a connector does for this write."""
    return _SENT_AS[Operation(row.operation)]


_SENT_AS = {
    Operation.CREATE: crms.Operation.CREATE,
    Operation.UPDATE: crms.Operation.UPDATE,
    Operation.RESTORE: crms.Operation.UPDATE,
    Operation.DELETE: crms.Operation.DELETE,
}


# --- 4. what came of it


def _record(deliveries: list[Delivery]) -> None:
    """Saves the results under their leases, in one transaction: identity there, our canonical records, the states."""
    with transaction.atomic():
        current, done = work.all_under_lease([one.row for one in deliveries]), []
        for one in deliveries:
            if one.row.pk not in current:
                one.lost = True
                continue
            try:
                with transaction.atomic():
                    _keep(one)
                done.append(one)
            except CrmllmError as error:
                _end(one, error)
        rows = Writeback.objects.filter(pk__in=[one.row.pk for one in done])
        rows.update(state=State.WRITTEN, updated_at=timezone.now())
        note_many(
            (one.row.proposal.interaction, Step.WRITTEN, f"{one.row.get_operation_display()}: {one.row.object}.",
             one.row.operation)
            for one in done
        )  # fmt: skip
        audit_writes(SENDER, "writeback.written", ((one.row, {"values": one.values}) for one in done))
    for one in done:
        one.row.state = State.WRITTEN
        if one.remote is not None:
            one.external_id = one.remote.external_id


def _keep(delivery: Delivery) -> None:
    row = delivery.row
    if row.operation == Operation.DELETE:
        connectors.forget(connection=row.connection, object_name=row.object, record_id=row.target_id)
        _mirror_delete(delivery)
        return
    assert delivery.remote is not None, "sent and recorded go together"
    record = _mirror(delivery)
    connectors.remember(
        connection=row.connection,
        object_name=row.object,
        record_id=row.target_id,
        key_id=record.key_id,
        remote=delivery.remote,
    )


def _mirror(delivery: Delivery) -> Any:
    """Brings the canonical record in step with what was written; for the local CRM it is so already."""
    row = delivery.row
    writer = Writer(WriterKind.PROPOSAL, row.proposal_id)
    record = crm.by_id(row.object, row.target_id)
    actor = delivery.context.actor
    if record is None:
        return crm_services.create_record(
            actor=actor,
            object_name=row.object,
            changes=delivery.values,
            writer=writer,
            record_id=row.target_id,
        )
    return crm_services.update_record(actor=actor, record=record, changes=delivery.values, writer=writer)


def _mirror_delete(delivery: Delivery) -> None:
    record = crm.by_id(delivery.row.object, delivery.row.target_id)
    if record is not None:
        writer = Writer(WriterKind.PROPOSAL, delivery.row.proposal_id)
        crm_services.delete_record(actor=delivery.context.actor, record=record, writer=writer)


# --- 5. is it true?


def _verify(delivery: Delivery) -> None:
    row, remote = delivery.row, delivery.remote
    if row.operation == Operation.DELETE:
        if remote is not None:
            raise Differs("The CRM still shows the record that was deleted.")
    elif remote is None:
        raise RemoteGone("The CRM does not show the record that was written.")
    elif not _holds(delivery, remote.values, delivery.values):
        raise Differs("The CRM shows other values than those that were written.")
    else:
        connectors.note_stamp(connection=row.connection, object_name=row.object, remote=remote)


def _verified(deliveries: list[Delivery]) -> None:
    """All that the CRM shows as written have ended well, in one transaction."""
    with transaction.atomic():
        current = work.all_under_lease([one.row for one in deliveries])
        held = [one for one in deliveries if one.row.pk in current]
        for one in deliveries:
            one.lost = one.row.pk not in current
        now, rows = timezone.now(), [current[one.row.pk] for one in held]
        ended: dict[str, Any] = {"state": State.VERIFIED, "verified_at": now, "updated_at": now}
        Writeback.objects.filter(pk__in=[row.pk for row in rows]).update(**ended, **work.GIVEN_BACK)
        for row in rows:
            row.state = State.VERIFIED
        undone = [row.undoes_id for row in rows if row.undoes_id]
        Writeback.objects.filter(pk__in=undone).update(state=State.UNDONE, updated_at=now)
        note_many((one.row.proposal.interaction, Step.VERIFIED, _told(one), "") for one in held)
        audit_writes(SENDER, "writeback.verified", ((row, {}) for row in rows))
        for row in rows:
            announce(row)
    for one in held:
        one.ended = State.VERIFIED


def _told(delivery: Delivery) -> str:
    row = delivery.row
    fields, kept = crm.field_map(row.object), _kept(delivery, delivery.values)
    ours = ", ".join(fields[name].label for name in delivery.values if name not in kept)
    told = f"Read back from {row.connection.name}: as written."
    return f"{told} Kept here alone: {ours}." if ours else told


def _finish(row: Writeback, state: State, error: CrmllmError) -> State:
    with transaction.atomic():
        current = work.locked_under_lease(row)
        work.give_back(current)
        current.state = state
        current.error_code, current.error_message = error.code, error.message[:400]
        current.save()
        note(row.proposal.interaction, Step.FAILED, error.message, code=current.error_code)
        audit_write(SENDER, f"writeback.{state}", current)
        announce(current)
        _tell(current)
    return state


def _later(delivery: Delivery, error: RemoteUnavailable) -> State:
    """No clear answer, or nothing was done: tried again, settled by reading back first where anything may have left.

    Waiting for room or for a sign-in is nobody's failure and does not count as a try.
    """
    row = delivery.row
    patient = isinstance(error, Throttled | QuotaGone | NeedsSignIn)
    if row.attempts >= MAX_ATTEMPTS and not patient:
        return _finish(row, State.FAILED, error)
    with transaction.atomic():
        current = work.locked_under_lease(row)
        if patient:
            current.attempts -= 1
        if isinstance(error, NotSent) and not delivery.sent_before and current.state == State.SENDING:
            current.state, current.sent_at = State.WAITING, None
        work.postpone(current, error, wait=told_wait(error))
        current.save()
    return State(current.state)


def _tell(row: Writeback) -> None:
    sentence = {
        State.CONFLICT: "A change could not be written because the CRM moved; it is back in review.",
        State.FAILED: "A change could not be written; it waits for somebody to retry or cancel it.",
    }[State(row.state)]
    notify(
        kind=f"writeback-{row.state}",
        users=[row.actor_id] if row.actor_id else [],
        role=Role.ADMIN,
        sentence=sentence,
        link=f"/interactions/{row.proposal.interaction_id}/",
    )
