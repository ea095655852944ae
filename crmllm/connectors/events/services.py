"""Takes events in, and works them off by reading the record anew: an event is a hint, never the truth."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.base import RemoteUnavailable
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.engine.bodies import PARSERS
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.events import Events
from crmllm.connectors.engine.errors import told_wait, understood
from crmllm.connectors.engine.mapping import Row, instant
from crmllm.connectors.engine.signatures import Call, genuine
from crmllm.connectors.engine.transport import pick
from crmllm.connectors.models import Connection, RemoteEvent, Stream
from crmllm.connectors.registry import declaration, object_of, open_declared
from crmllm.connectors.services import hide_records
from crmllm.connectors.sync import apply
from crmllm.core import work
from crmllm.core.errors import BadInput, CrmllmError, Forbidden, NotFound
from crmllm.jobs.services import enqueue

STAGE = "events"
MAX_EVENTS = 1000  # in one call
TOGETHER = 100  # events whose records are read at once
MAX_ATTEMPTS = 10


def receive(*, connection: Connection, call: Call) -> None:
    """Checks and stores what a CRM tells; what it told before is known and left.

    Raises NotFound when this CRM sends none, Forbidden for a wrong signature, BadInput for a body of another form.
    """
    declared = declaration(connection.connector)
    spec = declared.events
    if spec is None:
        raise NotFound("This CRM sends no events.")
    if not genuine(call, spec.signature, _secrets(connection, spec)):
        raise Forbidden("The signature does not fit, or is too old.")
    body = PARSERS[spec.form](call.body)
    wanted = str(connection.options.get(spec.sender_is) or "")
    if wanted and str(pick(spec.sender, body) or "") != wanted:
        raise Forbidden("These are the events of somebody else.")
    rows = _events(connection, declared, spec, body)
    if rows:
        with transaction.atomic():
            RemoteEvent.objects.bulk_create(rows, ignore_conflicts=True)
            enqueue(STAGE)


def _secrets(connection: Connection, spec: Events) -> list[str]:
    """The present secret, and the one before while it is being changed."""
    held: Mapping[str, Any] = connection.credentials.open() if connection.credentials else {}
    secrets = held.get("secrets") or {}
    return [str(secrets.get(name) or "") for name in (spec.signature.secret, f"{spec.signature.secret}_before")]


def _events(connection: Connection, declared: Declaration, spec: Events, body: Any) -> list[RemoteEvent]:
    """The events of a body, of objects that we keep in step."""
    found = pick(spec.rows, body)
    found = found if isinstance(found, list) else [found] if found else []
    if len(found) > MAX_EVENTS:
        raise BadInput(f"More than {MAX_EVENTS} events in one call.")
    rows = {}
    for one in found:
        name = spec.objects.get(str(pick(spec.object, one)))
        external_id = pick(spec.id, one)
        if name is None or external_id in (None, ""):
            continue
        key = digest(pick(spec.key, one))
        rows[key] = RemoteEvent(
            connection=connection,
            key=key,
            object=name,
            external_id=str(external_id)[:200],
            occurred_at=instant(pick(spec.at, one), spec.at_format) if spec.at else None,
            deleted=bool(spec.deleted and pick(spec.deleted, one)),
        )
    return list(rows.values())


def digest(key: Any) -> str:
    """What makes an event the same event, as it is kept."""
    return hashlib.sha256(json.dumps(key, sort_keys=True, default=str).encode()).hexdigest()


# --- work them off


def claim(seconds: float) -> list[RemoteEvent]:
    """Events of one connection and object whose records are read together."""
    waiting = (
        RemoteEvent.objects.filter(done_at=None, connection__state=ConnectionState.ACTIVE)
        .select_related("connection")
        .order_by("next_attempt_at", "id")
    )
    rows = work.claim(waiting, limit=1, seconds=seconds)
    if rows:
        alike = waiting.filter(connection=rows[0].connection, object=rows[0].object)
        rows += work.claim(alike, limit=TOGETHER - 1, seconds=seconds)
    return rows


def take_up(events: list[RemoteEvent]) -> None:
    """Reads the records that events point to and takes them over. Several events of a record are one read."""
    first = events[0]
    stream = Stream.objects.select_related("connection").filter(connection=first.connection, name=first.object).first()
    if stream is None or not stream.reads:
        _done(events, {}, "left")
        return
    try:
        crm = open_declared(first.connection, priority=Priority.EVENT)
        ids = list(dict.fromkeys(crm.stream(first.object).outer(event.external_id) for event in events))
        with understood(first.connection.name):
            rows = crm.rows_by_id(first.object, ids)
        told = {crm.stream(first.object).outer(event.external_id) for event in events if event.deleted}
        there = {row.external_id for row in rows}
        gone = [Row(external_id=one, deleted=True) for one in ids if one not in there and one in told]
        taken = apply.take(stream, [*rows, *gone], compare=True)
        hidden = [one for one in ids if one not in there and one not in told]
        hide_records(first.connection, object_of(stream), hidden)
    except CrmllmError as error:
        for event in events:
            _later(event, error)
        return
    _done(events, taken.skipped, "taken")


def _done(events: list[RemoteEvent], skipped: Mapping[str, CrmllmError], outcome: str) -> None:
    for event in events:
        with transaction.atomic():
            try:
                current = work.locked_under_lease(event)
            except work.LeaseLost:
                continue
            work.give_back(current)
            current.done_at = timezone.now()
            current.outcome = "skipped" if event.external_id in skipped else outcome
            current.save()


def _later(event: RemoteEvent, error: CrmllmError) -> None:
    with transaction.atomic():
        try:
            current = work.locked_under_lease(event)
        except work.LeaseLost:
            return
        work.postpone(current, error, wait=told_wait(error))
        if not isinstance(error, RemoteUnavailable) or current.attempts >= MAX_ATTEMPTS:
            current.done_at, current.outcome = timezone.now(), "failed"
        current.save()


# --- for the Jobs page


def retry(*, actor: User, pk: UUID) -> None:
    """Takes an event up again."""
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = RemoteEvent.objects.select_for_update(of=("self",)).get(pk=pk)
        row.done_at, row.outcome, row.attempts, row.next_attempt_at = None, "", 0, timezone.now()
        row.error_code = row.error_message = ""
        row.save()
        enqueue(STAGE)


def cancel(*, actor: User, pk: UUID) -> None:
    """Leaves an event: the next pass over the stream finds the change by itself."""
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = RemoteEvent.objects.select_for_update(of=("self",)).get(pk=pk)
        row.done_at, row.outcome = timezone.now(), "left"
        row.save()
