"""Listens to what a CRM tells of changes, and keeps it as events, with the place up to which it was heard.

    waiting -> a conversation: messages are kept, with their place, in one transaction -> time is up -> waiting again

What is no longer told (messages are kept there for days, not for ever), or not in full, is read as a pass over the
changes of the list would: nothing is missed, it only comes later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.base import ConnectorError
from crmllm.connectors.choices import LISTENING_TRIES, ConnectionState
from crmllm.connectors.engine.bayeux import Conversation, Message, Missed
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.declared.events import Listening
from crmllm.connectors.engine.errors import told_wait, understood
from crmllm.connectors.engine.mapping import instant
from crmllm.connectors.engine.transport import pick
from crmllm.connectors.events.services import STAGE as EVENTS
from crmllm.connectors.events.services import digest
from crmllm.connectors.models import Connection, Listener, RemoteEvent, Stream
from crmllm.connectors.registry import declaration, open_declared
from crmllm.core import work
from crmllm.core.errors import NotFound
from crmllm.jobs.services import enqueue

STAGE = "listen"
ALL = "*"  # in an id: not this record, but all of them
PAUSE = timedelta(seconds=1)  # between two turns, so that several CRMs have theirs


def arrange(connection: Connection) -> None:
    """Begins or ends listening, as the connection's settings say. Called where they are kept."""
    spec = declaration(connection.connector).listening
    if spec is None:
        return
    if connection.options.get(spec.setting) != "yes":
        Listener.objects.filter(connection=connection).delete()
        return
    Listener.objects.get_or_create(connection=connection)
    enqueue(STAGE)


def due() -> QuerySet[Listener]:
    """Conversations that somebody should hold now."""
    rows = Listener.objects.filter(connection__state=ConnectionState.ACTIVE, attempts__lt=LISTENING_TRIES)
    return rows.select_related("connection").order_by("next_attempt_at", "id")


def listen(row: Listener, *, should_stop: Callable[[], bool]) -> int:
    """Holds one conversation until it is time to stop. Returns how many changes were heard.

    Raises LeaseLost when another process listens now.
    """
    spec = declaration(row.connection.connector).listening
    assert spec is not None, "rows are made for those who tell"
    crm = open_declared(row.connection, priority=Priority.EVENT)
    heard = 0
    talk = Conversation(crm.transport, spec)
    try:
        with understood(row.connection.name):
            _begin(row, talk)
            while True:
                messages = talk.hear()
                heard += _keep(row, spec, messages)
                if should_stop():
                    break
        with suppress(ConnectorError):
            talk.end()
    except ConnectorError as error:
        _later(row, error)
    else:
        _rest(row)
    return heard


def _begin(row: Listener, talk: Conversation) -> None:
    """Goes on where we left off. Without such a place, or where that is no longer told, with what is new: then the
    changes up to now are read."""
    note = ""
    try:
        talk.begin(row.replay_id)
        if row.replay_id is not None:
            return
    except Missed as error:
        talk.begin(None)
        note = f"{error.message} The changes of all lists are read instead."
    with transaction.atomic():
        current = work.locked_under_lease(row)
        current.replay_id, current.note = None, note[:400] or current.note
        current.save(update_fields=["replay_id", "note", "updated_at"])
        _read(row.connection.streams.filter(reads=True))


def _keep(row: Listener, spec: Listening, messages: list[Message]) -> int:
    """Keeps what was heard together with its place: it is never heard twice for nothing, and never lost."""
    events = [event for one in messages for event in _events(row.connection, spec, one)]
    with transaction.atomic():
        current = work.locked_under_lease(row)
        current.leased_until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
        current.heard_at, current.attempts = timezone.now(), 0
        current.replay_id = max([one.replay_id for one in messages], default=current.replay_id)
        current.save(update_fields=["leased_until", "heard_at", "attempts", "replay_id", "updated_at"])
        for one in messages:
            _read_missed(row.connection, spec, one)
        if events:
            RemoteEvent.objects.bulk_create(events, ignore_conflicts=True)
            enqueue(EVENTS)
    return len(events)


def _events(connection: Connection, spec: Listening, message: Message) -> Iterable[RemoteEvent]:
    """One event for each record of a change, but for what we wrote ourselves."""
    told: Any = pick(spec.row, message.data)
    name = spec.objects.get(str(pick(spec.object, told)))
    if name is None or (spec.own and pick(spec.own, told)):
        return
    for one in pick(spec.ids, told) or []:
        if ALL not in str(one):
            yield RemoteEvent(
                connection=connection,
                key=digest([pick(spec.key, told), one]),
                object=name,
                external_id=str(one)[:200],
                occurred_at=instant(pick(spec.at, told), "milliseconds"),
                deleted=bool(spec.deleted and pick(spec.deleted, told)),
            )


def _read_missed(connection: Connection, spec: Listening, message: Message) -> None:
    """A change of which the CRM could not tell all: the list's changes are read; of one to all records, everything."""
    told: Any = pick(spec.row, message.data)
    name = spec.objects.get(str(pick(spec.object, told)), "")
    streams = connection.streams.filter(name=name, reads=True)
    if any(ALL in str(one) for one in pick(spec.ids, told) or []):
        _read(streams, full=True)
    elif spec.missed and pick(spec.missed, told):
        _read(streams)


def _read(streams: QuerySet[Stream], *, full: bool = False) -> None:
    more: dict[str, Any] = {"full_wanted": True, "position": {}} if full else {}
    if streams.update(next_attempt_at=timezone.now(), **more):
        enqueue("sync")


def _rest(row: Listener) -> None:
    with transaction.atomic():
        current = work.locked_under_lease(row)
        work.give_back(current)
        current.next_attempt_at = timezone.now() + PAUSE
        current.save()


def _later(row: Listener, error: ConnectorError) -> None:
    """No conversation came about, or it broke off: later again. Meanwhile the passes find what changes."""
    with transaction.atomic():
        current = work.locked_under_lease(row)
        work.postpone(current, error, wait=told_wait(error))
        current.save()


# --- for the Jobs page


def retry(*, actor: User, pk: UUID) -> None:
    """Begins to listen again."""
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = _locked(pk)
        row.attempts, row.next_attempt_at, row.error_code, row.error_message = 0, timezone.now(), "", ""
        row.save()
        enqueue(STAGE)


def cancel(*, actor: User, pk: UUID) -> None:
    """Listens no more until somebody wants it again: changes are found by the passes."""
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = _locked(pk)
        row.attempts = LISTENING_TRIES
        row.save()


def _locked(pk: UUID) -> Listener:
    row = Listener.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotFound("Nobody listens there.")
    return row
