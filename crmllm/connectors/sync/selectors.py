"""What the sync pages and the API show of streams and runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require, visible
from crmllm.connectors.choices import ConnectionState, Direction, RunKind, RunState
from crmllm.connectors.models import SkippedRecord, Stream, SyncRun
from crmllm.connectors.registry import object_of
from crmllm.connectors.sync.services import ORDER
from crmllm.core.ids import first_id
from crmllm.crm.choices import Object
from crmllm.writeback.choices import State
from crmllm.writeback.models import Writeback

RUNS = 20
SKIPPED = 50
WRITTEN = timedelta(days=7)  # of writes that are counted beside what was read
#: What a run counts, in the order in which it is told.
COUNTS = ("read", "created", "updated", "unchanged", "skipped", "left", "deleted", "merged", "hidden", "fields_hidden")
TONES = {RunState.RUNNING: "accent", RunState.DONE: "good", RunState.STOPPED: "warn", RunState.FAILED: "bad"}


def words() -> dict[str, Any]:
    """The counts of a run as people read them."""
    return {
        "read": _("read"),
        "created": _("new"),
        "updated": _("changed"),
        "unchanged": _("unchanged"),
        "skipped": _("skipped"),
        "left": _("values left out"),
        "deleted": _("deleted"),
        "merged": _("merged"),
        "hidden": _("hidden"),
        "fields_hidden": _("fields hidden"),
    }


@dataclass(frozen=True)
class RunLine:
    """One run."""

    row: SyncRun
    tone: str
    counts: list[tuple[str, int]]

    @property
    def seconds(self) -> int | None:
        return round((self.row.finished_at - self.row.created_at).total_seconds()) if self.row.finished_at else None


@dataclass(frozen=True)
class StreamLine:
    """How a stream stands."""

    row: Stream
    label: str
    state: str
    tone: str
    position: str
    run: RunLine | None
    skipped: int
    running: bool
    out: list[tuple[str, int]]  # writes of the last days, by what became of them

    @property
    def next_at(self) -> datetime | None:
        """When it is read again; None while it is read, or rests."""
        works = self.row.connection.state == ConnectionState.ACTIVE
        waits = works and self.row.reads and not self.row.paused and not self.running
        return self.row.next_attempt_at if waits else None


def streams(user: User) -> QuerySet[Stream]:
    """All streams of connections that are in use."""
    require(user, "settings.view")
    return visible(user, Stream.objects.all()).select_related("connection").order_by("connection__name", "created_at")


def runs(user: User) -> QuerySet[SyncRun]:
    """All runs, newest first."""
    require(user, "settings.view")
    return SyncRun.objects.select_related("stream__connection").order_by("-id")


def lines(rows: list[Stream]) -> list[StreamLine]:
    """How these streams stand; three queries, however many there are."""
    latest = SyncRun.objects.filter(stream__in=rows).exclude(kind=RunKind.RECORD).order_by("stream_id", "-id")
    by_stream = {run.stream_id: run for run in latest.distinct("stream_id")}
    found = SkippedRecord.objects.filter(stream__in=rows).order_by().values("stream").annotate(n=Count("pk"))
    skipped = {one["stream"]: one["n"] for one in found}
    out = _out(rows)
    shown = [
        _line(row, by_stream.get(row.pk), skipped.get(row.pk, 0), out.get((row.connection_id, row.name), []))
        for row in rows
    ]
    return sorted(shown, key=lambda one: ORDER.index(object_of(one.row)))


def _out(rows: list[Stream]) -> dict[tuple[UUID, str], list[tuple[str, int]]]:
    """What was written, by connection and object: a further list of an object shows nothing of its own."""
    since, connections = timezone.now() - WRITTEN, {row.connection_id for row in rows}
    writes = Writeback.objects.filter(connection__in=connections, id__gt=first_id(since))
    counted = writes.order_by().values_list("connection", "object", "state").annotate(n=Count("pk"))
    found: dict[tuple[UUID, str], list[tuple[str, int]]] = {}
    places = list(State)
    for connection, name, state, number in sorted(counted, key=lambda one: places.index(State(one[2]))):
        found.setdefault((connection, name), []).append((str(State(state).label), number))
    return found


def _line(row: Stream, run: SyncRun | None, skipped: int, out: list[tuple[str, int]]) -> StreamLine:
    running = row.leased_until is not None and row.leased_until > timezone.now()
    state, tone = _state(row, running)
    return StreamLine(
        row=row,
        label=str(Object(row.name).label) if row.name in Object.values else row.name.capitalize(),
        state=state,
        tone=tone,
        position=_position(row, running),
        run=run_line(run) if run else None,
        skipped=skipped,
        running=running,
        out=out,
    )


def _state(row: Stream, running: bool) -> tuple[str, str]:
    if not row.reads:
        return (_("is only written"), "muted") if row.direction == Direction.WRITE else (_("off"), "muted")
    if row.paused:
        return (_("stopped"), "bad") if row.error_code else (_("paused"), "warn")
    if running:
        return _("being read"), "accent"
    if row.error_code:
        return _("tried again"), "warn"
    return (_("up to date"), "good") if row.last_run_at else (_("not read yet"), "muted")


def _position(row: Stream, running: bool) -> str:
    """How far reading has come, in words."""
    held = row.position
    if held.get("started"):
        kind = _("everything") if held.get("full") else _("changes")
        until = _("reading %(kind)s, %(count)s records so far") if running else _("%(kind)s: goes on after %(count)s")
        return until % {"kind": kind, "count": f"{held.get('count', 0):,}"}
    if row.read_until is None:
        return _("nothing read yet") if row.last_run_at is None else _("read, nothing there")
    at = formats.date_format(timezone.localtime(row.read_until), "DATETIME_FORMAT")
    return _("all changes until %(at)s") % {"at": at}


def run_line(run: SyncRun) -> RunLine:
    named = words()
    counts = [(named[name], run.counts[name]) for name in COUNTS if run.counts.get(name)]
    return RunLine(run, TONES[RunState(run.state)], counts)


def latest_runs(row: Stream) -> list[RunLine]:
    return [run_line(run) for run in row.runs.all()[:RUNS]]


def skipped(row: Stream) -> list[SkippedRecord]:
    return list(row.skipped.all()[:SKIPPED])
