"""One read of a stream: a pass over everything or over what changed, page by page.

    waiting (next_attempt_at) -> a run: pages are taken over, the position is kept after each -> done, next run due
                                  |-> stopped: time is up, room is needed, the CRM asks to wait; goes on where it was
                                  |-> failed: the CRM says no; the stream is paused until a person has looked

A worker that dies leaves the position of the last page that was taken over; the next one goes on from there. After a
full pass the CRM's own count is compared with ours, and records that did not come are asked for one by one: hidden is
not deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.base import RemoteUnavailable
from crmllm.connectors.choices import ConnectionState, ExternalState, RunKind, RunState
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.engine.errors import CursorExpired, FieldRefused, NotSent, told_wait, understood
from crmllm.connectors.engine.mapping import Row
from crmllm.connectors.engine.reader import Page, Position, Reader
from crmllm.connectors.models import Connection, ExternalRecord, Stream, SyncRun
from crmllm.connectors.registry import declaration, object_of, open_declared
from crmllm.connectors.services import hide_records
from crmllm.connectors.sync import apply, lists
from crmllm.connectors.sync.apply import Taken
from crmllm.core import audit, work
from crmllm.core.errors import Conflict, CrmllmError, NotFound
from crmllm.crm.choices import Object
from crmllm.jobs.services import enqueue
from crmllm.notifications.services import notify

STAGE = "sync"
MAX_HIDDEN = 20  # fields that may prove hidden in one run before it is called a failure
FULL_EVERY = timedelta(days=7)  # a pass over everything finds what no change told of
TIES_EVERY = timedelta(hours=1)
TIES_AT_ONCE = 1000  # records
ASKED_AGAIN = 200  # records that did not come, asked for at once


def run(stream: Stream, *, should_stop: Callable[[], bool] = lambda: False) -> SyncRun:
    """Reads a claimed stream as far as it goes. Raises LeaseLost when another worker has it now."""
    connector = open_declared(stream.connection, priority=Priority.BACKFILL if _wants_full(stream) else Priority.SYNC)
    one = _Pass(stream, connector, should_stop)
    try:
        with understood(stream.connection.name):
            one.go()
    except work.LeaseLost:
        raise
    except (NotSent, RemoteUnavailable) as error:
        return one.end(RunState.STOPPED, error)
    except CrmllmError as error:
        return one.end(RunState.FAILED, error)
    return one.end(RunState.DONE if one.finished else RunState.STOPPED, None)


def _wants_full(stream: Stream) -> bool:
    overdue = stream.last_full_at is None or stream.last_full_at < timezone.now() - FULL_EVERY
    return stream.full_wanted or overdue or bool(stream.position.get("full") and stream.position.get("started"))


class _Pass:
    """One pass on its way."""

    def __init__(self, stream: Stream, connector: DeclaredConnector, should_stop: Callable[[], bool]) -> None:
        self.stream, self.connector, self.should_stop = stream, connector, should_stop
        self.object = object_of(stream)
        self.counts: Counter[str] = Counter()
        self.finished = False
        self.there: int | None = None
        self.here: int | None = None
        self.position = self._start()
        kind = RunKind.FULL if self.position.full else RunKind.CHANGES
        self.row = SyncRun.objects.create(stream=stream, kind=kind)

    def _start(self) -> Position:
        """Where a pass that was broken off goes on; else the beginning, or behind the last change that was seen."""
        held = Position.of(self.stream.position)
        if held.started:
            return held
        now = timezone.now().isoformat()
        if _wants_full(self.stream):
            return Position(full=True, started=now)
        return Position(full=False, since=held.since, newest=held.newest, started=now)

    def go(self) -> None:
        hidden = 0
        while True:
            try:
                self._pages(self.connector.reader(self.stream.name))
            except FieldRefused as error:
                hidden += 1
                if not error.field or hidden > MAX_HIDDEN or not self._hide(error.field):
                    raise
                continue
            break
        if not self.finished:
            return
        self._ties()
        try:
            self._deletions()
        except CursorExpired:  # it was deleted too long ago to be told: everything is read and compared instead
            Stream.objects.filter(pk=self.stream.pk).update(full_wanted=True)
        if self.position.full and self.object in Object.values:
            self._count()

    def _pages(self, reader: Reader) -> None:
        for page in reader.pages(self.position):
            self._take(page)
            if page.last:
                self.finished = True
                return
            if self.should_stop():
                return

    def _take(self, page: Page) -> None:
        """Takes a page over; the position is kept under the lease, after the page and never before it."""
        taken = self._taken(page.rows)
        self.counts += taken.counts
        self.counts["skipped"] += len(page.unreadable)
        self.position = page.position
        with transaction.atomic():
            current = work.locked_under_lease(self.stream)
            current.position = page.position.stored()
            current.read_until = _newest(page.rows, current.read_until)
            current.leased_until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
            current.save(update_fields=["position", "read_until", "leased_until", "updated_at"])
            SyncRun.objects.filter(pk=self.row.pk).update(counts=dict(self.counts), updated_at=timezone.now())

    def _taken(self, rows: list[Row]) -> Taken:
        return apply.take(self.stream, rows) if self.object in Object.values else lists.take(self.stream, rows)

    def _hide(self, column: str) -> bool:
        """A field that the CRM refuses to show is left out from now on; our values of it stay as they are."""
        if not self.connector.hide(self.stream.name, column):
            return False
        self.stream.hidden = self.connector.rows[self.stream.name].hidden
        self.counts["fields_hidden"] += 1
        return True

    def _ties(self) -> None:
        """Ties that changed there without the record's stamp, asked for by id now and then: a list of everything brings
        them by itself, a list of what changed does not."""
        if self.position.full or not self.connector.stream(self.stream.name).complete or self._knows_ties():
            return
        ids = list(self._known().order_by("id").values_list("external_id", flat=True))
        for start in range(0, len(ids), TIES_AT_ONCE):
            rows = self.connector.ties(self.stream.name, ids[start : start + TIES_AT_ONCE])
            moved = apply.tied_anew(self.stream, rows)
            for first in range(0, len(moved), ASKED_AGAIN):
                found = self.connector.rows_by_id(self.stream.name, moved[first : first + ASKED_AGAIN])
                self.counts += apply.take(self.stream, found, compare=True).counts
        self.counts["ties"] = len(ids)

    def _knows_ties(self) -> bool:
        """Whether they were asked for a short while ago."""
        since = timezone.now() - TIES_EVERY
        if self.stream.last_full_at is not None and self.stream.last_full_at > since:
            return True
        return self.stream.runs.filter(counts__has_key="ties", created_at__gt=since).exists()

    # --- what is gone

    def _deletions(self) -> None:
        """What the CRM says was deleted or merged since the last pass began."""
        since = self.stream.last_run_at or datetime.fromisoformat(self.position.started) - FULL_EVERY
        since -= timedelta(minutes=10) + self.connector.transport.behind
        batch: list[Row] = []
        for row in self.connector.reader(self.stream.name).deletions(since):
            batch.append(row)
            if len(batch) >= ASKED_AGAIN:
                self.counts += self._taken(self._confirmed(batch)).counts
                batch = []
        if batch:
            self.counts += self._taken(self._confirmed(batch)).counts

    def _confirmed(self, rows: list[Row]) -> list[Row]:
        """Deletions of records that we have, looked at once more: what was restored may be told as deleted for days."""
        stream = self.connector.stream(self.stream.name)
        if self.object not in Object.values or not (stream.call("read") or stream.call("read_many")):
            return rows
        told = [row.external_id for row in rows if row.deleted and not row.merged_into]
        here = list(self._known().filter(external_id__in=told).values_list("external_id", flat=True))
        found = self.connector.rows_by_id(self.stream.name, here) if here else []
        there = {row.external_id: row for row in found if not row.deleted and row.external_id in here}
        return [there.get(row.external_id, row) for row in rows]

    def _count(self) -> None:
        """After a pass over everything: do the numbers agree, and what became of records that did not come?"""
        known = self._known()
        missing = known.filter(updated_at__lt=datetime.fromisoformat(self.position.started))
        unseen = list(missing.values_list("external_id", flat=True))
        for start in range(0, len(unseen), ASKED_AGAIN):
            self._ask_again(unseen[start : start + ASKED_AGAIN])
        self.there, self.here = self.connector.reader(self.stream.name).count(), known.count()

    def _known(self) -> QuerySet[ExternalRecord]:
        """What we know of this list, among those that hold records of the same object."""
        rows = ExternalRecord.objects.filter(
            connection=self.stream.connection, object=self.object, state=ExternalState.ACTIVE
        )
        mark = self.connector.stream(self.stream.name).mark
        if mark:
            return rows.filter(external_id__startswith=mark)
        for other in self.connector.declaration.lists_of(self.object).values():
            if other.mark:
                rows = rows.exclude(external_id__startswith=other.mark)
        return rows

    def _ask_again(self, ids: list[str]) -> None:
        """Records that a list left out, asked for by id: those that still do not come are hidden, not deleted."""
        found = {row.external_id: row for row in self.connector.rows_by_id(self.stream.name, ids)}
        self.counts += apply.take(self.stream, list(found.values())).counts
        self.counts["hidden"] += hide_records(
            self.stream.connection, self.object, [one for one in ids if one not in found]
        )

    # --- the end

    def end(self, state: RunState, error: CrmllmError | None) -> SyncRun:
        """Keeps how the pass ended, and when the stream is read again."""
        with transaction.atomic():
            current = work.locked_under_lease(self.stream)
            if error is not None:
                work.postpone(current, error, wait=told_wait(error))
            else:
                work.give_back(current)
                current.attempts = 0
                current.next_attempt_at = timezone.now() + (
                    timedelta(seconds=current.every) if state == RunState.DONE else timedelta()
                )
            if state == RunState.FAILED:
                current.paused = True
            if state == RunState.DONE:
                self._done(current)
            current.save()
            self.row.state, self.row.finished_at = state, timezone.now()
            self.row.counts, self.row.there, self.row.here = dict(self.counts), self.there, self.here
            self.row.reason = error.message[:400] if error else self._difference()
            self.row.save()
        if state == RunState.FAILED and error is not None:
            _tell(self.stream, f"Reading {self.stream.name} from the CRM stopped: {error.message}")
        return self.row

    def _done(self, current: Stream) -> None:
        now = timezone.now()
        current.position = self.connector.reader(self.stream.name).after(self.position).stored()
        current.last_run_at = datetime.fromisoformat(self.position.started)
        if self.position.full:
            current.full_wanted, current.last_full_at = False, now

    def _difference(self) -> str:
        """Why the CRM's count and ours differ, as far as we know."""
        if self.there is None or self.here is None or self.there == self.here:
            return ""
        skipped = self.stream.skipped.count()
        return (
            f"The CRM counts {self.there:,}, we know {self.here:,}: {skipped:,} were skipped (see below); "
            "others changed while the pass went on and come with the next one."
        )


def _newest(rows: list[Row], held: datetime | None) -> datetime | None:
    return max([row.modified_at for row in rows if row.modified_at] + ([held] if held else []), default=None)


def _tell(stream: Stream, sentence: str) -> None:
    link = f"/settings/connections/{stream.connection_id}/sync/"
    notify(kind="sync", role=Role.ADMIN, sentence=f"{stream.connection.name}: {sentence}", link=link)


# --- rows that wait

#: The order in which streams are read: what is referred to comes first.
ORDER = ("owner", "product", "stage", "account", "contact", "lead", "opportunity", "case", "activity")


def due() -> QuerySet[Stream]:
    """Streams whose time has come, of connections that work."""
    return (
        Stream.objects.filter(reads=True, paused=False, connection__state=ConnectionState.ACTIVE)
        .select_related("connection")
        .order_by("next_attempt_at", "created_at")
    )


def add_streams(
    *, actor: audit.Actor, connection: Connection, names: list[str] | None = None, reads: bool = True
) -> list[Stream]:
    """The streams of a new connection, in the order in which they are first read; `reads` false lets them rest."""
    declared = declaration(connection.connector)
    wanted = sorted(declared.streams, key=lambda name: ORDER.index(declared.object_of(name)))
    wanted = [name for name in wanted if names is None or name in names]
    now = timezone.now()
    rows = [
        Stream(
            connection=connection,
            name=name,
            reads=reads,
            writes=None if reads else [],
            next_attempt_at=now + timedelta(milliseconds=index),
        )
        for index, name in enumerate(wanted)
    ]
    with transaction.atomic():
        Stream.objects.bulk_create(rows, ignore_conflicts=True)
        audit.record(actor=actor, action="connection.streams", subject_type="connection", subject_id=connection.pk)
        if reads:
            enqueue(STAGE)
    return list(Stream.objects.filter(connection=connection))


# --- what people may do


def set_paused(*, actor: User, stream: Stream, paused: bool) -> Stream:
    """Pauses the reading of a stream, or lets it go on."""
    require(actor, "settings.manage")
    with transaction.atomic():
        row = Stream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
        row.paused = paused
        if not paused:
            row.next_attempt_at, row.attempts, row.error_code, row.error_message = timezone.now(), 0, "", ""
        row.save()
        action = "stream.paused" if paused else "stream.resumed"
        audit.record(actor=actor, action=action, subject_type="stream", subject_id=row.pk)
        if not paused:
            enqueue(STAGE)
    return row


def read_now(*, actor: User, stream: Stream, full: bool = False) -> Stream:
    """Reads a stream now; all of it, if asked."""
    require(actor, "settings.manage")
    with transaction.atomic():
        row = Stream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
        row.next_attempt_at, row.paused = timezone.now(), False
        if full:
            row.full_wanted, row.position = True, {}
        row.save()
        audit.record(actor=actor, action="stream.read", subject_type="stream", subject_id=row.pk)
        enqueue(STAGE)
    return row


def read_record(
    *, actor: audit.Actor, stream: Stream, external_id: str, priority: Priority = Priority.PERSON
) -> SyncRun:
    """Reads one record again and takes it over. Raises ConnectorError; NotFound when the CRM does not show it."""
    if isinstance(actor, User):
        require(actor, "settings.manage")
    if object_of(stream) not in Object.values:
        raise Conflict("Lists like this are short and read as a whole; read this one now instead.")
    connector = open_declared(stream.connection, priority=priority)
    rows = connector.rows_by_id(stream.name, [external_id])
    if not rows:
        hide_records(stream.connection, object_of(stream), [connector.stream(stream.name).outer(external_id)])
        raise NotFound("The CRM does not show this record: it was deleted there, or is hidden from us.")
    taken = apply.take(stream, rows, compare=True)
    return SyncRun.objects.create(
        stream=stream,
        kind=RunKind.RECORD,
        state=RunState.DONE,
        finished_at=timezone.now(),
        counts=dict(taken.counts),
        reason="; ".join(error.message for error in taken.skipped.values())[:400],
    )


# --- for the Jobs page


def retry(*, actor: User, pk: UUID) -> None:
    set_paused(actor=actor, stream=_stream(pk), paused=False)


def cancel(*, actor: User, pk: UUID) -> None:
    set_paused(actor=actor, stream=_stream(pk), paused=True)


def _stream(pk: UUID) -> Stream:
    found = Stream.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such stream.")
    return found
