"""What the set-up pages show: objects, fields side by side, limits, and what a trial would have written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import fields_for, require, visible
from crmllm.connectors.engine import budget
from crmllm.connectors.engine.declared.streams import FieldMap
from crmllm.connectors.engine.discovery import RemoteField
from crmllm.connectors.engine.mapping import FieldMapping, Reference
from crmllm.connectors.models import Connection, Stream
from crmllm.connectors.registry import declaration, object_of
from crmllm.connectors.selectors import connection as one_connection
from crmllm.connectors.setup import suggest
from crmllm.connectors.setup.objects import can_write, remote_fields
from crmllm.connectors.sync.services import ORDER
from crmllm.core.crypto import open_or, preload
from crmllm.core.errors import NotFound
from crmllm.crm import selectors as crm
from crmllm.crm.choices import Object
from crmllm.crm.models import FieldDef
from crmllm.writeback.choices import State
from crmllm.writeback.models import Writeback

TRIAL = timedelta(days=7)
SHOWN = 200  # changes of a trial on one page


def streams(user: User, connection: Connection) -> list[Stream]:
    """The streams of a connection, in the order in which they are read."""
    require(user, "settings.view")
    rows = list(visible(user, connection.streams.all()))
    for row in rows:
        row.connection = connection
    return sorted(rows, key=lambda row: ORDER.index(object_of(row)))


def stream(user: User, connection_id: Any, name: str) -> Stream:
    """One stream of a connection. Raises NotFound."""
    connection = one_connection(user, connection_id)
    found = visible(user, connection.streams.filter(name=name)).first()
    if found is None:
        raise NotFound("This connection has no such list.")
    found.connection = connection
    return found


def label(name: str) -> str:
    """What a stream is called."""
    return str(Object(name).label) if name in Object.values else name.capitalize()


def takes_changes(row: Stream) -> bool:
    """Whether the CRM lets the records of this list be written."""
    return can_write(declaration(row.connection.connector), row.name)


# --- fields side by side


@dataclass(frozen=True)
class Line:
    """One field of ours and what it is there. `usual` is the declared mapping in words, empty when there is none."""

    field: FieldDef
    usual: str
    choice: str  # "" none, "=" as declared, or a name there
    suggestion: str
    writable: bool
    written: bool
    options: list[RemoteField]


def lines(row: Stream) -> list[Line]:
    """Our fields beside theirs, with a suggestion where nothing is set."""
    declared = declaration(row.connection.connector).streams[row.name]
    ours, theirs = crm.field_map(object_of(row)), remote_fields(row)
    in_force = FieldMapping(declared, ours, changed=row.mapping).fields
    taken = {column for one in in_force.values() for column in one.columns}
    found = suggest.suggested([one for one in ours.values() if one.name not in in_force], theirs.values(), taken)
    writes = takes_changes(row)
    return [
        _line(one, declared.fields.get(one.name), in_force.get(one.name), row, theirs, found, writes)
        for one in ours.values()
    ]


def _line(
    ours: FieldDef,
    usual: FieldMap | None,
    now: FieldMap | None,
    row: Stream,
    theirs: dict[str, RemoteField],
    found: dict[str, str],
    writes: bool,
) -> Line:
    choice = "" if now is None else "=" if ours.name not in row.mapping else now.columns[0]
    return Line(
        field=ours,
        usual=" + ".join(_named(column, theirs) for column in usual.columns) if usual else "",
        choice=choice,
        suggestion=found.get(ours.name, ""),
        writable=writes and (now is None or now.writable),
        written=row.writes is None or ours.name in row.writes,
        options=[one for one in theirs.values() if suggest.fits(ours, one)],
    )


def _named(column: str, theirs: dict[str, RemoteField]) -> str:
    return theirs[column].label if column in theirs else column


def unmapped(row: Stream) -> list[RemoteField]:
    """The CRM's fields that nothing of ours is mapped to."""
    declared = declaration(row.connection.connector).streams[row.name]
    in_force = FieldMapping(declared, crm.field_map(object_of(row)), changed=row.mapping).fields
    used = {column for one in in_force.values() for column in one.columns} | {declared.our_id, *declared.columns}
    return [one for one in remote_fields(row).values() if one.name not in used]


def in_words(field: FieldDef | None, value: Any) -> str:
    """A value of a record that is only looked at."""
    if value is None or value == []:
        return ""
    if isinstance(value, Reference):
        return f"{value.target} {value.external_id}"
    return crm.in_words(field, value, {}) if field is not None else str(value)


# --- limits


@dataclass(frozen=True)
class LimitLine:
    """How one limit of the CRM stands."""

    name: str
    used: int
    most: int
    background: int  # what work in the background may use; the rest is people's
    seconds: int
    blocked_until: datetime | None
    full_at: datetime | None

    @property
    def period(self) -> str:
        for unit, seconds in (("d", 86_400), ("h", 3600), ("min", 60)):
            if self.seconds % seconds == 0:
                return f"{self.seconds // seconds} {unit}"
        return f"{self.seconds} s"


def limits(connection: Connection) -> list[LimitLine]:
    """The limits that a connection has met, as they stand now, with when they are full at the present pace."""
    declared, now = declaration(connection.connector).limits, timezone.now()
    return [_limit(row, declared[row.name], now) for row in connection.limits.order_by("name") if row.name in declared]


def _limit(row: Any, limit: Any, now: datetime) -> LimitLine:
    passed = (now - row.started_at).total_seconds()
    fresh = passed < limit.seconds
    used = budget.in_use(row, limit, now) if fresh else (row.used if passed < 2 * limit.seconds else 0)
    used = used if fresh else used * max(0.0, 2 - passed / limit.seconds)
    return LimitLine(
        name=row.name,
        used=round(used),
        most=row.most,
        background=int(row.most * limit.share),
        seconds=limit.seconds,
        blocked_until=row.blocked_until if row.blocked_until and row.blocked_until > now else None,
        full_at=_full_at(row, limit, used, passed, now) if fresh else None,
    )


def _full_at(row: Any, limit: Any, used: float, passed: float, now: datetime) -> datetime | None:
    """When the limit is used up if things go on as since this window began; None when the window ends before."""
    if limit.seconds < budget.LONG or not row.used or passed < 60:
        return None
    seconds = (row.most - used) / (row.used / passed)
    full = now + timedelta(seconds=max(0.0, seconds))
    return full if full < row.started_at + timedelta(seconds=limit.seconds) else None


# --- a trial


@dataclass(frozen=True)
class Would:
    """One change that would have been written: its record, and for each field what it is now and would be."""

    at: datetime
    object: str
    operation: str
    name: str
    url: str
    fields: list[tuple[str, str, str]]


def would_write(user: User, connection: Connection) -> tuple[list[Would], list[tuple[str, int]]]:
    """What waits because of the trial, of the last week, newest first; and how many there are of each object."""
    require(user, "settings.view")
    rows = visible(user, Writeback.objects.all()).filter(
        connection=connection, state=State.WAITING, sent_at=None, created_at__gt=timezone.now() - TRIAL
    )
    counts = rows.order_by().values("object").annotate(n=Count("pk")).values_list("object", "n")
    shown = list(rows.select_related("proposal").order_by("-id")[:SHOWN])
    preload(*(sealed for row in shown for sealed in (row.values, row.base)))
    values = {row.pk: (open_or(row.values, {}), open_or(row.base, {})) for row in shown}
    names = crm.names_of(
        pair
        for row in shown
        for held in values[row.pk]
        for name, value in held.items()
        if (one := crm.field_map(row.object).get(name)) is not None
        for pair in crm.references(one, value)
    )
    return [_would(user, row, *values[row.pk], names) for row in shown], [
        (str(Object(name).label), n) for name, n in sorted(counts)
    ]


def _would(user: User, row: Writeback, wanted: dict[str, Any], base: dict[str, Any], names: dict[str, str]) -> Would:
    fields = crm.field_map(row.object)
    seen = [name for name in fields_for(user, row.object, wanted) if name in fields]
    return Would(
        at=row.created_at,
        object=str(Object(row.object).label),
        operation=str(row.get_operation_display()),
        name=row.proposal.name,
        url=reverse("writeback:detail", args=[row.pk]),
        fields=[
            (
                fields[name].label,
                crm.in_words(fields[name], base.get(name), names),
                crm.in_words(fields[name], wanted[name], names),
            )
            for name in seen
        ],
    )
