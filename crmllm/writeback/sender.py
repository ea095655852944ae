"""The sender: one write at a time to a record, each once, each verified by reading back.

    1. prepare  under the lease: read the CRM, three-way compare, keep the before-image, mark as sent. One transaction.
    2. send     outside any transaction.
    3. record   under the lease: identity, canonical mirror, state `written`.
    4. verify   read back and compare: `verified`.

A process that dies between 2 and 3 leaves a write that was sent but not recorded. The next one to take it up reads the
CRM first: what is there already is recorded, what is not is sent again under the same key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.connectors import services as connectors
from crmllm.connectors.base import (
    Connector,
    ConnectorError,
    RemoteGone,
    RemoteMoved,
    RemoteRecord,
    RemoteRefused,
    RemoteUnavailable,
    WriteContext,
)
from crmllm.connectors.registry import open_connection
from crmllm.core import work
from crmllm.core.audit import System
from crmllm.core.crypto import Erased, Sealed
from crmllm.core.errors import CrmllmError
from crmllm.crm import selectors as crm
from crmllm.crm import services as crm_services
from crmllm.crm import values as crm_values
from crmllm.crm.choices import WriterKind
from crmllm.crm.services import Writer
from crmllm.ingestion.choices import Step
from crmllm.ingestion.ledger import note
from crmllm.notifications.services import notify
from crmllm.writeback.choices import Operation, State
from crmllm.writeback.models import Writeback
from crmllm.writeback.outcomes import announce
from crmllm.writeback.services import audit_write

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

    @property
    def names(self) -> list[str]:
        return list(self.values or self.base)


def deliver(row: Writeback) -> State:
    """Brings one claimed write as far as it goes. Returns its state; LeaseLost when another sender has it now."""
    try:
        delivery = _open(row)
        if row.state != State.WRITTEN and not _settled(delivery):
            _prepare(delivery)
            _send(delivery)
        if row.state != State.WRITTEN:
            _record(delivery)
        return _verify(delivery)
    except work.LeaseLost:
        raise
    except (RemoteMoved, RemoteGone, Differs) as error:
        return _finish(row, State.CONFLICT, error)
    except RemoteUnavailable as error:
        return _later(row, error)
    except (RemoteRefused, ConnectorError, Erased) as error:
        return _finish(row, State.FAILED, error)


def _open(row: Writeback) -> Delivery:
    actor = System("writeback")
    return Delivery(
        row=row,
        connector=open_connection(row.connection),
        context=WriteContext(
            key=row.pk,
            record_id=row.target_id,
            proposal_id=row.proposal_id,
            actor=actor,
        ),
        values=row.values.open(),
        base=row.base.open(),
        external_id=connectors.external_id(row.connection, row.object, row.target_id),
        sent_before=row.sent_at is not None,
    )


# --- 1. before anything leaves


def _settled(delivery: Delivery) -> bool:
    """After an unclear try: whether the CRM already holds what was to be written."""
    if not delivery.sent_before:
        return False
    row = delivery.row
    if row.operation == Operation.CREATE:
        delivery.remote = delivery.connector.find_created(row.object, delivery.context)
        return delivery.remote is not None
    delivery.remote = _read(delivery)
    if row.operation == Operation.DELETE:
        return delivery.remote is None
    return delivery.remote is not None and _holds(delivery, delivery.remote.values, delivery.values)


def _prepare(delivery: Delivery) -> None:
    """Three-way compare and before-image. Raises Differs when the CRM moved."""
    row = delivery.row
    delivery.remote = None if row.operation == Operation.CREATE else _read(delivery)
    if row.operation != Operation.CREATE:
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
    for name in delivery.names:
        held, before = now.get(name), delivery.base.get(name)
        if crm_values.same(fields[name], held, before):
            continue
        if delivery.values and crm_values.same(fields[name], held, delivery.values.get(name)):
            continue
        raise Differs(f"“{fields[name].label}” was changed in the CRM by somebody else; nothing was written.")


def _holds(delivery: Delivery, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    fields = crm.field_map(delivery.row.object)
    return all(crm_values.same(fields[name], now.get(name), value) for name, value in wanted.items())


def _read(delivery: Delivery) -> RemoteRecord | None:
    if delivery.external_id is None:
        return None
    return delivery.connector.read(delivery.row.object, delivery.external_id, delivery.names)


# --- 2. out


def _send(delivery: Delivery) -> None:
    row, connector, context = delivery.row, delivery.connector, delivery.context
    if row.operation == Operation.CREATE:
        delivery.remote = connector.create(row.object, delivery.values, context)
        return
    assert delivery.remote is not None
    external_id, etag = delivery.remote.external_id, delivery.remote.etag
    if row.operation == Operation.DELETE:
        connector.delete(row.object, external_id, etag=etag, context=context)
        delivery.remote = None
    else:
        delivery.remote = connector.update(row.object, external_id, delivery.values, etag=etag, context=context)


# --- 3. what came of it


def _record(delivery: Delivery) -> None:
    """Saves the result under the lease: identity there, our canonical record, the state."""
    row = delivery.row
    with transaction.atomic():
        current = work.locked_under_lease(row)
        if delivery.remote is None:
            connectors.forget(
                connection=row.connection,
                object_name=row.object,
                record_id=row.target_id,
            )
            _mirror_delete(delivery)
        else:
            record = _mirror(delivery)
            connectors.remember(
                connection=row.connection,
                object_name=row.object,
                record_id=row.target_id,
                key_id=record.key_id,
                remote=delivery.remote,
            )
        current.state = State.WRITTEN
        current.save(update_fields=["state", "updated_at"])
        note(
            row.proposal.interaction,
            Step.WRITTEN,
            f"{row.get_operation_display()}: {row.object}.",
            code=row.operation,
        )
        audit_write(
            delivery.context.actor,
            "writeback.written",
            current,
            {"values": delivery.values},
        )
    row.state = current.state
    delivery.external_id = connectors.external_id(row.connection, row.object, row.target_id)


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


# --- 4. is it true?


def _verify(delivery: Delivery) -> State:
    row = delivery.row
    remote = _read(delivery)
    if row.operation == Operation.DELETE:
        if remote is not None:
            raise Differs("The CRM still shows the record that was deleted.")
    elif remote is None:
        raise RemoteGone("The CRM does not show the record that was written.")
    elif not _holds(delivery, remote.values, delivery.values):
        raise Differs("The CRM shows other values than those that were written.")
    return _finish(row, State.VERIFIED, None)


def _finish(row: Writeback, state: State, error: CrmllmError | None) -> State:
    with transaction.atomic():
        current = work.locked_under_lease(row)
        work.give_back(current)
        current.state = state
        if error is not None:
            current.error_code, current.error_message = error.code, error.message[:400]
        else:
            current.verified_at = timezone.now()
        current.save()
        if state == State.VERIFIED and current.undoes_id:
            Writeback.objects.filter(pk=current.undoes_id).update(state=State.UNDONE, updated_at=timezone.now())
        step = Step.VERIFIED if state == State.VERIFIED else Step.FAILED
        sentence = error.message if error else f"Read back from {row.connection.name}: as written."
        note(row.proposal.interaction, step, sentence, code=current.error_code)
        audit_write(System("writeback"), f"writeback.{state}", current)
        announce(current)
        if error is not None:
            _tell(current)
    return state


def _later(row: Writeback, error: CrmllmError) -> State:
    """No clear answer: tried again with back-off, settled by reading back first."""
    if row.attempts >= MAX_ATTEMPTS:
        return _finish(row, State.FAILED, error)
    with transaction.atomic():
        current = work.locked_under_lease(row)
        work.postpone(current, error)
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
