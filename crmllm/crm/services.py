"""The only writer of canonical records: values, last writers, history and version in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from crmllm.access.models import Team, User
from crmllm.access.rules import require
from crmllm.connectors.models import Connection
from crmllm.core import audit
from crmllm.core.bulk import update_many
from crmllm.core.crypto import new_key
from crmllm.core.datamap import Category
from crmllm.core.errors import Conflict, NotFound
from crmllm.core.ids import uuid7
from crmllm.crm import selectors, values
from crmllm.crm.choices import ActivityKind, Object, RecordState, StageKind, WriterKind
from crmllm.crm.derived import close_history, derive, keep_history
from crmllm.crm.models import CrmUser, FieldDef, Opportunity, Record, Stage, model_for


@dataclass(frozen=True)
class Writer:
    """Who writes: a person, a CRM, or an approved proposal. Kept with each field as its provenance."""

    kind: WriterKind
    id: UUID | None = None

    def stamp(self, at: datetime) -> dict[str, str | None]:
        return {
            "by": self.kind,
            "id": str(self.id) if self.id else None,
            "at": at.isoformat(),
        }


class Moved(Conflict):
    """The record is no longer as the caller saw it."""

    code = "record_moved"


def create_record(
    *,
    actor: audit.Actor,
    object_name: str,
    changes: Mapping[str, Any],
    writer: Writer,
    record_id: UUID | None = None,
    owner: CrmUser | None = None,
    team: Team | None = None,
    at: datetime | None = None,
) -> Record:
    """Makes a record. With a `record_id` that exists already the record is returned as it is: a second try is harmless.

    Raises BadInput for a value of the wrong form or a required field left out.
    """
    fields = selectors.field_map(object_name)
    wanted = normalised(fields, _with_defaults(object_name, changes))
    model, at = model_for(object_name), at or timezone.now()
    key_id = new_key()
    with transaction.atomic():
        existing = model._base_manager.select_for_update().filter(pk=record_id).first() if record_id else None
        if existing is not None and existing.state == RecordState.ACTIVE:
            return existing
        if existing is not None:
            raise Conflict("This record was deleted and is not made again.", code="record_deleted")
        record = model(id=record_id or uuid7(), key_id=key_id, owner=owner, team=team)
        values.assign(record, fields, wanted)
        record.field_meta = {name: writer.stamp(at) for name, value in wanted.items() if value is not None}
        derive(record, wanted)
        record.save(force_insert=True)
        keep_history(record, at)
        _audit(actor, "record.created", record, {"fields": wanted})
    return record


def update_record(
    *,
    actor: audit.Actor,
    record: Record,
    changes: Mapping[str, Any],
    writer: Writer,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Record:
    """Changes some fields of a record; absent fields stay, None empties one.

    Raises Moved when `expected_version` is not the present one, BadInput for a value of the wrong form.
    """
    fields = selectors.field_map(record.object_name)
    wanted = normalised(fields, changes)
    at = at or timezone.now()
    with transaction.atomic():
        current = lock(record.object_name, record.pk)
        if expected_version is not None and current.version != expected_version:
            raise Moved("The record was changed by somebody else in the meantime.")
        entry = _change(current, fields, wanted, writer.stamp(at), actor)
        if entry is not None:
            current.save()
            keep_history(current, at)
            audit.record_many([entry])
    return current


def update_records(
    *,
    actor: audit.Actor,
    object_name: str,
    changes: Mapping[UUID, Mapping[str, Any]],
    writer: Writer,
) -> dict[UUID, Record]:
    """As `update_record`, for many records of an object: all or none, in a few statements. Returns them by id.

    Raises NotFound for one that is not there, BadInput for a value of the wrong form.
    """
    fields, at = selectors.field_map(object_name), timezone.now()
    wanted = {pk: normalised(fields, one) for pk, one in changes.items()}
    with transaction.atomic():
        rows = model_for(object_name)._base_manager.select_for_update(of=("self",)).filter(pk__in=wanted)
        records = {row.pk: row for row in rows.order_by("pk")}
        if len(records) < len(wanted):
            raise NotFound("There is no such record.")
        values.preload_many(
            records.values(), [fields[name] for name in {name for one in wanted.values() for name in one}]
        )
        stamp = writer.stamp(at)
        entries = {pk: _change(row, fields, wanted[pk], stamp, actor) for pk, row in records.items()}
        moved = [records[pk] for pk, entry in entries.items() if entry is not None]
        update_many(moved)
        for row in moved:
            keep_history(row, at)
        audit.record_many([entry for entry in entries.values() if entry is not None])
    return records


def _change(
    record: Record,
    fields: Mapping[str, FieldDef],
    wanted: Mapping[str, Any],
    stamp: Mapping[str, str | None],
    actor: audit.Actor,
) -> audit.Entry | None:
    """Puts those values into a locked record that it does not hold yet. Returns what is to be recorded, None when it
    holds all of them."""
    before = values.read(record, [fields[name] for name in wanted])
    moved = {name: value for name, value in wanted.items() if not values.same(fields[name], before[name], value)}
    if not moved:
        return None
    values.assign(record, fields, moved)
    record.field_meta = {**record.field_meta, **dict.fromkeys(moved, stamp)}
    record.version += 1
    derive(record, moved)
    details = {"before": {name: before[name] for name in moved}, "after": moved}
    return audit.Entry(actor, "record.changed", record.object_name, record.pk, details, record.key_id)


def delete_record(
    *,
    actor: audit.Actor,
    record: Record,
    writer: Writer,
    expected_version: int | None = None,
) -> Record:
    """Marks a record as deleted: it leaves every list, its row and history stay until retention or erasure."""
    with transaction.atomic():
        current = lock(record.object_name, record.pk)
        if expected_version is not None and current.version != expected_version:
            raise Moved("The record was changed by somebody else in the meantime.")
        if current.state == RecordState.DELETED:
            return current
        current.state = RecordState.DELETED
        current.version += 1
        current.save(update_fields=["state", "version", "updated_at"])
        if isinstance(current, Opportunity):
            close_history(current, timezone.now())
        _audit(actor, "record.deleted", current, {"writer": writer.kind})
    return current


def restore_record(*, actor: audit.Actor, record: Record, writer: Writer) -> Record:
    """Takes a record back that was marked as deleted: the CRM shows it again."""
    with transaction.atomic():
        current = lock(record.object_name, record.pk)
        if current.state == RecordState.ACTIVE:
            return current
        current.state = RecordState.ACTIVE
        current.version += 1
        current.save(update_fields=["state", "version", "updated_at"])
        keep_history(current, timezone.now())
        _audit(actor, "record.restored", current, {"writer": writer.kind})
    return current


def give(*, actor: audit.Actor, record: Record, owner: CrmUser, writer: Writer) -> Record:
    """Gives a record to another owner, and with it to that person's team."""
    at = timezone.now()
    with transaction.atomic():
        current = lock(record.object_name, record.pk)
        before, current.owner, current.team = current.owner_id, owner, owner.team
        current.field_meta = {**current.field_meta, "owner": writer.stamp(at)}
        current.version += 1
        current.save(update_fields=["owner", "team", "field_meta", "version", "updated_at"])
        keep_history(current, at)
        _audit(actor, "record.given", current, {"before": before, "after": owner.pk})
    return current


def lock(object_name: str, record_id: UUID) -> Record:
    """The record, locked until the end of the transaction. Raises NotFound."""
    record = model_for(object_name)._base_manager.select_for_update(of=("self",)).filter(pk=record_id).first()
    if record is None:
        raise NotFound("There is no such record.")
    return record


def normalised(fields: Mapping[str, FieldDef], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes in the one JSON form of values. Raises NotFound for an unknown field, BadInput for a wrong value."""
    unknown = sorted(set(changes) - set(fields))
    if unknown:
        raise NotFound(f"There is no field named {', '.join(unknown)}. Known: {', '.join(sorted(fields))}.")
    return {name: values.normalise(fields[name], value) for name, value in changes.items()}


def _with_defaults(object_name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    filled = dict(changes)
    if object_name == Object.OPPORTUNITY and not filled.get("stage"):
        filled["stage"] = first_stage().id
    if object_name == Object.ACTIVITY and not filled.get("kind"):
        filled["kind"] = ActivityKind.TODO
    required = [f for f in selectors.field_map(object_name).values() if f.required and not filled.get(f.name)]
    if required:
        values.refuse_missing(required)
    return filled


def first_stage() -> Stage:
    """Where a new opportunity begins."""
    stage = Stage.objects.filter(kind=StageKind.OPEN, active=True).order_by("pipeline__created_at", "position").first()
    if stage is None:
        raise Conflict("There is no open stage in any pipeline; an admin has to make one first.")
    return stage


def _audit(actor: audit.Actor, action: str, record: Record, details: Mapping[str, Any]) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject_type=record.object_name,
        subject_id=record.pk,
        details=details,
        key_id=record.key_id,
    )


def require_admin(actor: audit.Actor) -> None:
    """A program may; a person only as an admin. Raises Forbidden."""
    if isinstance(actor, User):
        require(actor, "settings.manage")


def is_editable(object_name: str) -> bool:
    """Whether people may change such records here: only where no other CRM is the system of record."""
    return not Connection.objects.filter(master_of__contains=[object_name]).exclude(connector="local").exists()


# --- fields of one's own


def add_field(
    *, actor: User, object_name: str, name: str, label: str, type: str, choices: Sequence[str] = ()
) -> FieldDef:
    """Adds a custom field. What it may hold is unknown, so it counts as personal, and its values are sealed."""
    require(actor, "settings.manage")
    if selectors.field_map(object_name).get(name) is not None:
        raise Conflict("There is a field of this name already.", fields={"name": ["This name is taken."]})
    with transaction.atomic():
        last = FieldDef.objects.filter(object=object_name).order_by("-position").first()
        row = FieldDef.objects.create(
            object=object_name, name=name, label=label, type=type, choices=list(choices), custom=True,
            sealed=True, category=Category.CONTENT, position=last.position + 1 if last else 0,
        )  # fmt: skip
        audit.record(actor=actor, action="field.added", subject_type="field", subject_id=row.pk)
    selectors.forget_fields()
    return row
