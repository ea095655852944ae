"""The only writer of canonical records: values, last writers, history and version in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crmllm.access.models import Team, User
from crmllm.access.rules import require
from crmllm.connectors.models import Connection
from crmllm.core import audit
from crmllm.core.bulk import insert_many, update_many
from crmllm.core.crypto import new_key, new_keys
from crmllm.core.datamap import Category
from crmllm.core.errors import BadInput, Conflict, NotFound
from crmllm.core.ids import uuid7
from crmllm.crm import selectors, values
from crmllm.crm.choices import ActivityKind, ForecastCategory, Object, RecordState, StageKind, WriterKind
from crmllm.crm.models import (
    MODELS,
    Activity,
    Competitor,
    CrmUser,
    ExchangeRate,
    FieldDef,
    Opportunity,
    OpportunityHistory,
    Pipeline,
    Product,
    Record,
    Stage,
    model_for,
)

Kept = TypeVar("Kept", CrmUser, Product, Stage)

#: Letters of a competitor: one alone would stand in every text.
LEAST_NAME = 2
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
        existing = model._base_manager.select_for_update().filter(pk=record_id).first() if record_id else None
        if existing is not None and existing.state == RecordState.ACTIVE:
            return existing
        if existing is not None:
            raise Conflict("This record was deleted and is not made again.", code="record_deleted")
        record = model(id=record_id or uuid7(), key_id=key_id, owner=owner, team=team)
        values.assign(record, fields, wanted)
        record.field_meta = {name: writer.stamp(at) for name, value in wanted.items() if value is not None}
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
        entry = _change(current, fields, wanted, writer.stamp(at), actor)
        if entry is not None:
            current.save()
            _keep_history(current, at)
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
    wanted = {pk: _normalised(fields, one) for pk, one in changes.items()}
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
            _keep_history(row, at)
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
    _derive(record, moved)
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
            _close_history(current, timezone.now())
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
        _keep_history(current, timezone.now())
        _audit(actor, "record.restored", current, {"writer": writer.kind})
    return current


def lock(object_name: str, record_id: UUID) -> Record:
    """The record, locked until the end of the transaction. Raises NotFound."""
    record = model_for(object_name)._base_manager.select_for_update(of=("self",)).filter(pk=record_id).first()
    if record is None:
        raise NotFound("There is no such record.")
    return record


def _normalised(fields: Mapping[str, FieldDef], changes: Mapping[str, Any]) -> dict[str, Any]:
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
    stage = Stage.objects.filter(kind=StageKind.OPEN).order_by("pipeline__created_at", "position").first()
    if stage is None:
        raise Conflict("There is no open stage in any pipeline; an admin has to make one first.")
    return stage


def _derive(record: Record, changed: Mapping[str, Any]) -> None:
    """Fields that follow from others: the forecast category from the stage, the base amount from amount and rate."""
    if not isinstance(record, Opportunity):
        return
    if "stage" in changed and "forecast_category" not in changed:
        record.forecast_category = Stage.objects.get(pk=record.stage_id).forecast_category
    if {"amount", "currency"} & set(changed):
        record.base_amount = in_base_currency(record.amount, record.currency)


def in_base_currency(amount: Decimal | None, currency: str) -> Decimal | None:
    """The amount by the latest rate that is known; None when there is no rate: never taken as 0."""
    if amount is None or not currency:
        return None
    if currency == settings.BASE_CURRENCY:
        return amount
    rate = ExchangeRate.objects.filter(currency=currency, day__lte=timezone.localdate()).order_by("-day").first()
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
        OpportunityHistory.objects.create(opportunity=record, field=name, value=value, valid_from=at)


def _history_value(record: Opportunity, name: str) -> str:
    value = getattr(record, f"{name}_id") if name in ("stage", "owner") else getattr(record, name)
    return "" if value is None else str(value)


def _close_history(record: Opportunity, at: datetime) -> None:
    record.history.filter(valid_to=None, valid_from__lt=at).update(valid_to=at)


def _audit(actor: audit.Actor, action: str, record: Record, details: Mapping[str, Any]) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject_type=record.object_name,
        subject_id=record.pk,
        details=details,
        key_id=record.key_id,
    )


# --- many at once


Past = Mapping[str, Sequence[tuple[datetime, Any]]]


@dataclass(frozen=True)
class Import:
    """One record to take over from elsewhere: `changes` in the forms that `create_record` takes, references as ids.

    `past` holds, for fields of HISTORY, since when they had which value, oldest first; the last one is the present one.
    """

    object_name: str
    changes: Mapping[str, Any]
    at: datetime
    id: UUID = field(default_factory=uuid7)
    owner: CrmUser | None = None
    happened_at: datetime | None = None
    past: Past = field(default_factory=dict)


def give(*, actor: audit.Actor, record: Record, owner: CrmUser, writer: Writer) -> Record:
    """Gives a record to another owner, and with it to that person's team."""
    at = timezone.now()
    with transaction.atomic():
        current = lock(record.object_name, record.pk)
        before, current.owner, current.team = current.owner_id, owner, owner.team
        current.field_meta = {**current.field_meta, "owner": writer.stamp(at)}
        current.version += 1
        current.save(update_fields=["owner", "team", "field_meta", "version", "updated_at"])
        _keep_history(current, at)
        _audit(actor, "record.given", current, {"before": before, "after": owner.pk})
    return current


def import_records(*, actor: audit.Actor, records: Sequence[Import], writer: Writer | None = None) -> list[Record]:
    """Takes over many records with their past, all or none, in a few statements. One whose id is known stays as it is.

    Records may refer to others of the same call. Raises BadInput for a value of the wrong form.
    """
    _require_admin(actor)
    wanted: dict[str, list[UUID]] = {}
    for one in records:
        wanted.setdefault(one.object_name, []).append(one.id)
    known = {
        pk
        for name, ids in wanted.items()
        for pk in model_for(name)._base_manager.filter(pk__in=ids).values_list("pk", flat=True)
    }
    fresh = [one for one in records if one.id not in known]
    importer = _Importer(writer or Writer(WriterKind.IMPORT))
    rows = [importer.row(one, key_id) for one, key_id in zip(fresh, new_keys(len(fresh)), strict=True)]
    with transaction.atomic():
        for model in MODELS.values():
            insert_many([row for row in rows if type(row) is model])
        insert_many(importer.history)
        audit.record_many(
            [
                audit.Entry(
                    actor, "record.imported", row.object_name, row.pk, {"fields": sorted(row.field_meta)}, row.key_id
                )
                for row in rows
            ]
        )
    return rows


class _Importer:
    """Makes rows of imports; what all of them need is read once."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.history: list[OpportunityHistory] = []
        self._fields = {name: selectors.field_map(name) for name in MODELS}
        self._stages = {str(stage.pk): stage for stage in Stage.objects.all()}
        self._rates: dict[str, list[tuple[date, Decimal]]] = {}
        for currency, day, rate in ExchangeRate.objects.order_by("day").values_list("currency", "day", "rate"):
            self._rates.setdefault(currency, []).append((day, rate))

    def row(self, one: Import, key_id: UUID) -> Record:
        """The record, not saved; its history is added to `history`."""
        fields = self._fields[one.object_name]
        past = self._past(one)
        present = {name: steps[-1][1] for name, steps in past.items()}
        changes = {**one.changes, **{name: value for name, value in present.items() if name in fields}}
        missing = [f for f in fields.values() if f.required and changes.get(f.name) in (None, "")]
        if missing:
            values.refuse_missing(missing)
        wanted = _normalised(fields, changes)
        row = model_for(one.object_name)(
            id=one.id, key_id=key_id, owner=one.owner, team=one.owner.team if one.owner else None, created_at=one.at
        )
        values.assign(row, fields, wanted)
        row.field_meta = {
            name: self.writer.stamp(past[name][-1][0] if name in past else one.at)
            for name, value in wanted.items()
            if value is not None
        }
        if isinstance(row, Activity):
            row.happened_at = one.happened_at
        if isinstance(row, Opportunity):
            row.base_amount = self._in_base_currency(row.amount, row.currency, past["amount"][-1][0])
            self.history += self._intervals(row, past)
        return row

    def _past(self, one: Import) -> dict[str, list[tuple[datetime, Any]]]:
        """Since when each field of HISTORY had which value; what was not told held from the beginning."""
        if one.object_name != Object.OPPORTUNITY:
            return {}
        past: dict[str, list[tuple[datetime, Any]]] = {}
        for name in HISTORY:
            told = one.past.get(name)
            if name == "forecast_category" and told is None:
                past[name] = [(at, self._stages[str(stage)].forecast_category) for at, stage in past["stage"]]
                continue
            first: Any = one.owner.pk if name == "owner" and one.owner else one.changes.get(name)
            steps = [*told] if told else [(one.at, first)]
            past[name] = [(at, str(value) if name in ("owner", "stage") and value else value) for at, value in steps]
        return past

    def _intervals(self, row: Opportunity, past: Past) -> Iterator[OpportunityHistory]:
        """Validity intervals that touch each other; of two values since the same instant the later one counts."""
        fields = self._fields[Object.OPPORTUNITY]
        for name, steps in past.items():
            held: dict[datetime, str] = {}
            for at, value in steps:
                written = values.normalise(fields[name], value) if name in fields else value
                held[at] = str(written) if written else ""
            turns = [at for i, at in enumerate(held) if i == 0 or held[at] != [*held.values()][i - 1]]
            for start, end in zip_longest(turns, turns[1:]):
                yield OpportunityHistory(opportunity=row, field=name, value=held[start], valid_from=start, valid_to=end)

    def _in_base_currency(self, amount: Decimal | None, currency: str, at: datetime) -> Decimal | None:
        """The amount by the rate of the day on which it was written, as a live write would have done it."""
        if amount is None or not currency or currency == settings.BASE_CURRENCY:
            return amount if currency else None
        day = timezone.localdate(at)
        rate = next((rate for since, rate in reversed(self._rates.get(currency, [])) if since <= day), None)
        return (amount * rate).quantize(Decimal("0.01")) if rate else None


# --- what records refer to


def add_crm_users(*, actor: audit.Actor, users: Sequence[CrmUser]) -> dict[str, CrmUser]:
    """Makes the users of the CRM whose e-mail is new. Returns all of them by e-mail."""
    _require_admin(actor)
    with transaction.atomic():
        CrmUser.objects.bulk_create(users, ignore_conflicts=True)
        _audit_import(actor, "crm_user", len(users))
        transaction.on_commit(selectors.forget_us)
    rows = CrmUser.objects.select_related("team").filter(email__in=[user.email for user in users])
    return {row.email: row for row in rows}


def add_products(*, actor: audit.Actor, products: Sequence[Product]) -> dict[str, Product]:
    """Adds products whose SKU is new. Returns all of them by SKU."""
    _require_admin(actor)
    with transaction.atomic():
        Product.objects.bulk_create(products, ignore_conflicts=True)
        _audit_import(actor, "product", len(products))
    return {row.sku: row for row in Product.objects.filter(sku__in=[product.sku for product in products])}


def add_competitors(*, actor: audit.Actor, competitors: Sequence[Competitor]) -> None:
    """Adds competitors whose name is new."""
    _require_admin(actor)
    with transaction.atomic():
        Competitor.objects.bulk_create(competitors, ignore_conflicts=True)
        _audit_import(actor, "competitor", len(competitors))


def add_competitor(*, actor: User, name: str, also_known_as: Iterable[str], active: bool = True) -> Competitor:
    """Adds one to the list. Raises BadInput without a name, Conflict for one that is listed."""
    return _keep_competitor(actor, Competitor(), "competitor.added", name, also_known_as, active)


def change_competitor(
    *, actor: User, competitor: Competitor, name: str, also_known_as: Iterable[str], active: bool
) -> Competitor:
    """Changes one of the list; records keep the name under which it was approved."""
    return _keep_competitor(actor, competitor, "competitor.changed", name, also_known_as, active)


def remove_competitor(*, actor: User, competitor: Competitor) -> None:
    """Takes one off the list."""
    require(actor, "settings.manage")
    with transaction.atomic():
        audit.record(actor=actor, action="competitor.removed", subject_type="competitor", subject_id=competitor.pk)
        competitor.delete()


def _keep_competitor(
    actor: User, row: Competitor, action: str, name: str, also_known_as: Iterable[str], active: bool
) -> Competitor:
    require(actor, "settings.manage")
    row.name, row.active = " ".join(name.split()), active
    others = (" ".join(one.split())[:160] for one in also_known_as)
    row.also_known_as = list(dict.fromkeys(one for one in others if one and one != row.name))
    if len(row.name) < LEAST_NAME or any(len(one) < LEAST_NAME for one in row.also_known_as):
        raise BadInput("A name needs two letters at least.", fields={"name": ["Each name needs two letters at least."]})
    with transaction.atomic():
        if Competitor.objects.filter(name__iexact=row.name).exclude(pk=row.pk).exists():
            raise Conflict("It is on the list already.", fields={"name": ["This name is on the list already."]})
        row.save()
        audit.record(
            actor=actor, action=action, subject_type="competitor", subject_id=row.pk,
            details={"name": row.name, "active": row.active},
        )  # fmt: skip
    return row


def add_pipeline(*, actor: audit.Actor, name: str, stages: Sequence[Stage]) -> dict[str, Stage]:
    """Makes a pipeline with its stages in their order; one of this name keeps its stages. Returns them by name."""
    _require_admin(actor)
    with transaction.atomic():
        pipeline, _ = Pipeline.objects.get_or_create(name=name)
        for position, stage in enumerate(stages, start=1):
            stage.pipeline, stage.position = pipeline, position
        Stage.objects.bulk_create(stages, ignore_conflicts=True)
        _audit_import(actor, "stage", len(stages))
    return {row.name: row for row in pipeline.stages.all()}


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


# --- what another CRM says of its users, products and stages


def keep_crm_user(
    *, actor: audit.Actor, known: UUID | None, name: str, email: str, team: str, active: bool
) -> tuple[UUID, bool]:
    """A user of the CRM, by our id or by e-mail, made or brought up to date. Returns its id, and whether it changed."""
    if not email:
        raise BadInput("A user of the CRM has no e-mail address.")
    row = _by_id(CrmUser, known) or CrmUser.objects.filter(email__iexact=email).first() or CrmUser(email=email)
    wanted = {"name": name[:120] or email, "active": active}
    if team:
        wanted["team"] = Team.objects.get_or_create(name=team[:80])[0]
    if not row._state.adding and all(getattr(row, key) == value for key, value in wanted.items()):
        return row.pk, False
    for key, value in wanted.items():
        setattr(row, key, value)
    row.save()
    audit.record(actor=actor, action="crm_user.kept", subject_type="crm_user", subject_id=row.pk)
    transaction.on_commit(selectors.forget_us)
    return row.pk, True


def keep_product(*, actor: audit.Actor, known: UUID | None, values: Mapping[str, Any]) -> tuple[UUID, bool]:
    """A product, known by our id or SKU, made or brought up to date. Returns its id, and whether it changed."""
    name = str(values.get("name") or "")[:160]
    if not name:
        raise BadInput("A product of the CRM has no name.")
    sku = str(values.get("sku") or name)[:40]
    row = _by_id(Product, known) or Product.objects.filter(sku=sku).first() or Product(sku=sku)
    wanted: dict[str, Any] = {"name": name, "active": values.get("active") is not False}
    if values.get("family"):
        wanted["family"] = str(values["family"])[:80]
    if values.get("list_price"):
        wanted["list_price"] = Decimal(str(values["list_price"])).quantize(Decimal("0.01"))
    if not row._state.adding and all(getattr(row, key) == value for key, value in wanted.items()):
        return row.pk, False
    for key, value in wanted.items():
        setattr(row, key, value)
    row.save()
    audit.record(actor=actor, action="product.kept", subject_type="product", subject_id=row.pk)
    return row.pk, True


def keep_stage(
    *, actor: audit.Actor, known: UUID | None, pipeline: str, values: Mapping[str, Any]
) -> tuple[UUID, bool]:
    """A stage, known by our id or by its name in its pipeline. Returns its id, and whether it changed."""
    name = str(values.get("name") or "")[:80]
    if not name:
        raise BadInput("A stage of the CRM has no name.")
    owner, _ = Pipeline.objects.get_or_create(name=str(values.get("pipeline") or pipeline)[:80])
    row = _by_id(Stage, known) or Stage.objects.filter(pipeline=owner, name=name).first()
    row = row or Stage(pipeline=owner, name=name, position=0, probability=0)
    kind = StageKind.WON if values.get("won") else StageKind.LOST if values.get("closed") else StageKind.OPEN
    wanted: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "position": int(Decimal(str(values.get("position") or 0))),
        "probability": _percent(values.get("probability"), kind),
        "forecast_category": _forecast(values.get("forecast"), kind),
    }
    if not row._state.adding and all(getattr(row, key) == value for key, value in wanted.items()):
        return row.pk, False
    for key, value in wanted.items():
        setattr(row, key, value)
    row.save()
    audit.record(actor=actor, action="stage.kept", subject_type="stage", subject_id=row.pk)
    return row.pk, True


def _by_id(model: type[Kept], pk: UUID | None) -> Kept | None:
    return model._default_manager.filter(pk=pk).first() if pk else None


def _percent(told: Any, kind: StageKind) -> int:
    """A probability as the CRM tells it: a share (0.2) or percent (20)."""
    if told in (None, ""):
        return {StageKind.WON: 100, StageKind.LOST: 0, StageKind.OPEN: 50}[kind]
    number = Decimal(str(told))
    return int(min(max(number * 100 if 0 < number <= 1 else number, Decimal(0)), Decimal(100)))


def _forecast(told: Any, kind: StageKind) -> str:
    plain = str(told or "").strip().casefold().replace(" ", "_")
    if plain in ForecastCategory.values:
        return plain
    return {
        StageKind.WON: ForecastCategory.CLOSED,
        StageKind.LOST: ForecastCategory.OMITTED,
        StageKind.OPEN: ForecastCategory.PIPELINE,
    }[kind]


def add_exchange_rates(*, actor: audit.Actor, rates: Sequence[ExchangeRate]) -> None:
    """Adds rates; a day's rate that is known already stays."""
    _require_admin(actor)
    with transaction.atomic():
        ExchangeRate.objects.bulk_create(rates, ignore_conflicts=True)
        _audit_import(actor, "exchange_rate", len(rates))


def _require_admin(actor: audit.Actor) -> None:
    if isinstance(actor, User):
        require(actor, "settings.manage")


def _audit_import(actor: audit.Actor, subject_type: str, count: int) -> None:
    details = {"count": count}
    audit.record(
        actor=actor, action=f"{subject_type}.imported", subject_type=subject_type, subject_id=None, details=details
    )


def is_editable(object_name: str) -> bool:
    """Whether people may change such records here: only where no other CRM is the system of record."""
    return not Connection.objects.filter(master_of__contains=[object_name]).exclude(connector="local").exists()
