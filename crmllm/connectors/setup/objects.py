"""What is read and written of each object, and by which fields: changed only here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.choices import Direction
from crmllm.connectors.engine import discovery
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.streams import Codec, FieldMap
from crmllm.connectors.engine.discovery import RemoteField
from crmllm.connectors.engine.mapping import Row
from crmllm.connectors.models import Connection, ExternalRecord, Stream
from crmllm.connectors.registry import declaration, object_of, open_declared
from crmllm.connectors.services import ensure_local_connection
from crmllm.connectors.setup import suggest
from crmllm.core import audit
from crmllm.core.errors import BadInput
from crmllm.crm import selectors as crm
from crmllm.crm import services as crm_services
from crmllm.crm.choices import Object
from crmllm.crm.models import FieldDef
from crmllm.jobs.services import enqueue


def can_write(declared: Declaration, name: str) -> bool:
    """Whether the CRM takes changes of this object at all."""
    stream = declared.streams.get(name)
    return stream is not None and any(one in stream.calls for one in ("create", "update"))


# --- direction


def set_direction(*, actor: User, stream: Stream, direction: Direction) -> Stream:
    """What is done with the records of an object. What was read stays; it is only no longer brought up to date."""
    require(actor, "settings.manage")
    writes = direction in (Direction.BOTH, Direction.WRITE)
    if writes and not can_write(declaration(stream.connection.connector), stream.name):
        raise BadInput("This CRM takes no changes of these records.", fields={stream.name: ["It can only be read."]})
    with transaction.atomic():
        row = Stream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
        before = row.direction
        if before == direction:
            return row
        if not writes and stream.name in stream.connection.master_of:
            raise BadInput(
                "It is the system of record of these records, so it has to be written to.",
                fields={stream.name: ["A system of record is written to; take that away first."]},
            )
        row.reads = direction in (Direction.BOTH, Direction.READ)
        if writes != (before in (Direction.BOTH, Direction.WRITE)):
            row.writes = None if writes else []
        row.next_attempt_at = timezone.now()
        row.save(update_fields=["reads", "writes", "next_attempt_at", "updated_at"])
        _record(actor, "stream.direction", row, before=before, after=direction)
        enqueue("sync")
    return row


def set_master(*, actor: User, connection: Connection, object_name: str, master: bool) -> None:
    """Makes a connection the system of record of an object: approved changes go there. Else the local CRM is it."""
    require(actor, "settings.manage")
    local = ensure_local_connection()
    with transaction.atomic():
        rows = {row.pk: row for row in Connection.objects.select_for_update().order_by("pk")}
        now = next((row for row in rows.values() if object_name in row.master_of), None)
        wanted = rows[connection.pk if master else local.pk]
        if now == wanted or (not master and now is not None and now.pk != connection.pk):
            return
        stream = Stream.objects.filter(connection=wanted, name=object_name).first()
        if wanted.pk != local.pk and (stream is None or stream.direction not in (Direction.BOTH, Direction.WRITE)):
            raise BadInput("A system of record has to be written to; choose that first.")
        for row in rows.values():
            held = [one for one in row.master_of if one != object_name] + [object_name] * (row.pk == wanted.pk)
            if held != row.master_of:
                row.master_of = held
                row.save(update_fields=["master_of", "updated_at"])
        audit.record(
            actor=actor, action="connection.master", subject_type="connection", subject_id=wanted.pk,
            details={"object": object_name, "before": now.pk if now else None},
        )  # fmt: skip


# --- fields


def discover(*, actor: User, stream: Stream) -> list[RemoteField]:
    """Reads which fields the CRM has. Raises BadInput when it does not tell, ConnectorError."""
    require(actor, "settings.manage")
    connector = open_declared(stream.connection, priority=Priority.PERSON)
    found = discovery.discover(connector.transport, connector.declaration, connector.stream(stream.name))
    with transaction.atomic():
        row = Stream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
        row.discovered, row.discovered_at = [one.stored() for one in found], timezone.now()
        shown = {one.name for one in found}
        away = [*row.hidden, *sorted(connector.stream(stream.name).optional)]
        row.hidden = [one for one in dict.fromkeys(away) if one not in shown]  # what is shown again is read again
        row.save(update_fields=["discovered", "discovered_at", "hidden", "updated_at"])
        _record(actor, "stream.discovered", row, fields=len(found))
    stream.discovered, stream.discovered_at, stream.hidden = row.discovered, row.discovered_at, row.hidden
    return found


def discover_all(*, actor: User, connection: Connection) -> None:
    """Reads the fields of all objects, where the CRM tells of them."""
    if declaration(connection.connector).discovery is None:
        return
    for stream in connection.streams.select_related("connection"):
        if object_of(stream) in Object.values:
            discover(actor=actor, stream=stream)


def mapping_of(stream: Stream, choices: Mapping[str, str]) -> dict[str, Any]:
    """What an admin's choices mean: {our field: "" for none, "=" as declared, or a name there}, as Stream.mapping.

    Raises BadInput, at each field whose kind does not fit.
    """
    declared = declaration(stream.connection.connector)
    ours, theirs = crm.field_map(object_of(stream)), remote_fields(stream)
    numerals = any(one.codec == Codec.NUMERAL for each in declared.streams.values() for one in each.fields.values())
    made: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, choice in choices.items():
        usual = declared.streams[stream.name].fields.get(name)
        if name not in ours or choice == "=" or (not choice and usual is None):
            continue
        try:
            made[name] = suggest.field_map(ours[name], _known(theirs, choice), numerals=numerals) if choice else None
        except BadInput as error:
            wrong[name] = [error.message]
    if wrong:
        raise BadInput("Some fields do not fit.", fields=wrong)
    return made


def _known(theirs: Mapping[str, RemoteField], name: str) -> RemoteField:
    if name not in theirs:
        raise BadInput("The CRM has no such field (any more); read its fields again.")
    return theirs[name]


def remote_fields(stream: Stream) -> dict[str, RemoteField]:
    """The CRM's fields as they were last read, by name."""
    found = (RemoteField.of(one) for one in stream.discovered)
    return {one.name: one for one in found}


def set_fields(*, actor: User, stream: Stream, mapping: Mapping[str, Any], writes: list[str] | None) -> Stream:
    """Which field is which, and which may be written (none given: all). All records are read again with it."""
    require(actor, "settings.manage")
    _refuse_bad(stream, mapping)
    with transaction.atomic():
        row = Stream.objects.select_for_update(of=("self",)).select_related("connection").get(pk=stream.pk)
        moved = row.mapping != mapping
        if row.direction in (Direction.BOTH, Direction.WRITE):
            row.writes = writes
        if moved:
            row.mapping, row.position, row.full_wanted = dict(mapping), {}, True
            row.next_attempt_at = timezone.now()
            # Records that did not change there since are taken over again, by their new fields.
            seen = ExternalRecord.objects.filter(connection=row.connection, object=row.name)
            seen.update(modified_at=None)
        row.save()
        _record(actor, "stream.fields", row, mapping=dict(mapping), writes=writes)
        if moved:
            enqueue("sync")
    return row


def _refuse_bad(stream: Stream, mapping: Mapping[str, Any]) -> None:
    """Each is whole, and no two of ours write to one of theirs."""
    declared = declaration(stream.connection.connector).streams[stream.name]
    in_force = {**declared.fields}
    for name, one in mapping.items():
        in_force.pop(name, None)
        if one is not None:
            try:
                in_force[name] = FieldMap.model_validate(one)
            except ValidationError:
                raise BadInput("This is no mapping of a field.", fields={name: ["It cannot be read."]}) from None
    taken: dict[str, str] = {}
    for name, mapped in in_force.items():
        for column in mapped.columns if mapped.writable and not mapped.link else ():
            if column in taken and name in mapping:
                raise BadInput(
                    "A field there can be one of ours only.",
                    fields={name: [f"“{column}” is “{taken[column]}” already."]},
                )
            taken[column] = name


def take_over_field(*, actor: User, stream: Stream, name: str) -> FieldDef:
    """A field of the CRM becomes a custom field of ours, with its type and pick-list, and is mapped to it."""
    require(actor, "settings.manage")
    remote = _known(remote_fields(stream), name)
    with transaction.atomic():
        made = crm_services.add_field(
            actor=actor,
            object_name=object_of(stream),
            name=suggest.own_name(remote, crm.field_map(object_of(stream))),
            label=remote.label[:80],
            type=suggest.own_type(remote),
            choices=[value for value, _ in remote.choices],
        )
        choice = {made.name: remote.name}
        set_fields(
            actor=actor, stream=stream, mapping={**stream.mapping, **mapping_of(stream, choice)},
            writes=None if stream.writes is None else [*stream.writes, made.name],
        )  # fmt: skip
    return made


# --- a look at real records


def preview(*, actor: User, stream: Stream, mapping: Mapping[str, Any], most: int = 5) -> list[Row]:
    """The first records there as that mapping reads them; nothing is stored. Raises ConnectorError."""
    require(actor, "settings.manage")
    connector = open_declared(stream.connection, priority=Priority.PERSON)
    connector.rows[stream.name] = Stream(name=stream.name, mapping=dict(mapping), hidden=stream.hidden)
    return connector.reader(stream.name).first(most).rows


def _record(actor: User, action: str, row: Stream, **details: Any) -> None:
    audit.record(actor=actor, action=action, subject_type="stream", subject_id=row.pk, details=details)
