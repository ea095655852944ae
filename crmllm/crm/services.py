"""The only writer of canonical records: values, last writers, history and version in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crmllm.access.models import Team
from crmllm.core import audit
from crmllm.core.crypto import new_key
from crmllm.core.errors import Conflict, NotFound
from crmllm.core.ids import uuid7
from crmllm.crm import selectors, values
from crmllm.crm.choices import ActivityKind, Object, RecordState, StageKind, WriterKind
from crmllm.crm.models import (
    CrmUser,
    ExchangeRate,
    FieldDef,
    Opportunity,
    OpportunityHistory,
    Record,
    Stage,
    model_for,
)

#: Kept as validity intervals, so that the pipeline of any past day is a query.
HISTORY = ("stage", "amount", "close_date", "owner", "forecast_category")


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
    wanted = _normalised(fields, _with_defaults(object_name, changes))
    model, at = model_for(object_name), at or timezone.now()
    key_id = new_key()
    with transaction.atomic():
        existing = (
            model._base_manager.select_for_update().filter(pk=record_id).first()
            if record_id
            else None
        )
        if existing is not None and existing.state == RecordState.ACTIVE:
            return existing
        if existing is not None:
            raise Conflict(
                "This record was deleted and is not made again.", code="record_deleted"
            )
        record = model(id=record_id or uuid7(), key_id=key_id, owner=owner, team=team)
        values.assign(record, fields, wanted)
        record.field_meta = {
            name: writer.stamp(at)
            for name, value in wanted.items()
            if value is not None
        }
        _derive(record, wanted)
        record.save(force_insert=True)
        _keep_history(record, at)
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
    wanted = _normalised(fields, changes)
    at = at or timezone.now()
    with transaction.atomic():
        current = lock(record.object_name, record.pk)
        if expected_version is not None and current.version != expected_version:
            raise Moved("The record was changed by somebody else in the meantime.")
        before = values.read(current, [fields[name] for name in wanted])
        moved = {
            name: value
            for name, value in wanted.items()
            if not values.same(fields[name], before[name], value)
        }
        if not moved:
            return current
        values.assign(current, fields, moved)
        current.field_meta = {
            **current.field_meta,
            **{name: writer.stamp(at) for name in moved},
        }
        current.version += 1
        _derive(current, moved)
        current.save()
        _keep_history(current, at)
        _audit(
            actor,
            "record.changed",
            current,
            {"before": {name: before[name] for name in moved}, "after": moved},
        )
    return current


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
            _close_history(current, timezone.now())
        _audit(actor, "record.deleted", current, {"writer": writer.kind})
    return current


def lock(object_name: str, record_id: UUID) -> Record:
    """The record, locked until the end of the transaction. Raises NotFound."""
    record = (
        model_for(object_name)
        ._base_manager.select_for_update(of=("self",))
        .filter(pk=record_id)
        .first()
    )
    if record is None:
        raise NotFound("There is no such record.")
    return record


def _normalised(
    fields: Mapping[str, FieldDef], changes: Mapping[str, Any]
) -> dict[str, Any]:
    unknown = sorted(set(changes) - set(fields))
    if unknown:
        raise NotFound(
            f"There is no field named {', '.join(unknown)}. Known: {', '.join(sorted(fields))}."
        )
    return {
        name: values.normalise(fields[name], value) for name, value in changes.items()
    }


def _with_defaults(object_name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    filled = dict(changes)
    if object_name == Object.OPPORTUNITY and not filled.get("stage"):
        filled["stage"] = first_stage().id
    if object_name == Object.ACTIVITY and not filled.get("kind"):
        filled["kind"] = ActivityKind.TODO
    required = [
        f
        for f in selectors.field_map(object_name).values()
        if f.required and not filled.get(f.name)
    ]
    if required:
        values.refuse_missing(required)
    return filled


def first_stage() -> Stage:
    """Where a new opportunity begins."""
    stage = (
        Stage.objects.filter(kind=StageKind.OPEN)
        .order_by("pipeline__created_at", "position")
        .first()
    )
    if stage is None:
        raise Conflict(
            "There is no open stage in any pipeline; an admin has to make one first."
        )
    return stage


def _derive(record: Record, changed: Mapping[str, Any]) -> None:
    """Fields that follow from others: the forecast category from the stage, the base amount from amount and rate."""
    if not isinstance(record, Opportunity):
        return
    if "stage" in changed and "forecast_category" not in changed:
        record.forecast_category = Stage.objects.get(
            pk=record.stage_id
        ).forecast_category
    if {"amount", "currency"} & set(changed):
        record.base_amount = in_base_currency(record.amount, record.currency)


def in_base_currency(amount: Decimal | None, currency: str) -> Decimal | None:
    """The amount by the latest rate that is known; None when there is no rate: never taken as 0."""
    if amount is None or not currency:
        return None
    if currency == settings.BASE_CURRENCY:
        return amount
    rate = (
        ExchangeRate.objects.filter(currency=currency, day__lte=timezone.localdate())
        .order_by("-day")
        .first()
    )
    return (amount * rate.rate).quantize(Decimal("0.01")) if rate else None


def _keep_history(record: Record, at: datetime) -> None:
    if not isinstance(record, Opportunity):
        return
    open_rows = {row.field: row for row in record.history.filter(valid_to=None)}
    for name in HISTORY:
        value = _history_value(record, name)
        row = open_rows.get(name)
        if row and row.value == value:
            continue
        if row and row.valid_from < at:
            row.valid_to = at
            row.save(update_fields=["valid_to", "updated_at"])
        elif row:
            row.delete()
        OpportunityHistory.objects.create(
            opportunity=record, field=name, value=value, valid_from=at
        )


def _history_value(record: Opportunity, name: str) -> str:
    value = (
        getattr(record, f"{name}_id")
        if name in ("stage", "owner")
        else getattr(record, name)
    )
    return "" if value is None else str(value)


def _close_history(record: Opportunity, at: datetime) -> None:
    record.history.filter(valid_to=None, valid_from__lt=at).update(valid_to=at)


def _audit(
    actor: audit.Actor, action: str, record: Record, details: Mapping[str, Any]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject_type=record.object_name,
        subject_id=record.pk,
        details=details,
        key_id=record.key_id,
    )
