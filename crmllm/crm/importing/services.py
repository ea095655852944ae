"""Takes over many records with their past, all or none, in a few statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crmllm.core import audit
from crmllm.core.bulk import insert_many
from crmllm.core.crypto import new_keys
from crmllm.core.errors import BadInput
from crmllm.core.ids import uuid7
from crmllm.crm import selectors, values
from crmllm.crm.choices import Object, WriterKind
from crmllm.crm.derived import HISTORY
from crmllm.crm.models import (
    MODELS,
    Activity,
    CrmUser,
    ExchangeRate,
    Opportunity,
    OpportunityHistory,
    Record,
    Stage,
    model_for,
)
from crmllm.crm.services import Writer, normalised, require_admin

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


def import_records(*, actor: audit.Actor, records: Sequence[Import], writer: Writer | None = None) -> list[Record]:
    """Takes over many records with their past, all or none, in a few statements. One whose id is known stays as it is.

    Records may refer to others of the same call. Raises BadInput for a value of the wrong form.
    """
    require_admin(actor)
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
        wanted = normalised(fields, changes)
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

    def _forecast_of(self, stage: Any) -> str:
        """Raises BadInput for a stage that nobody told of: who is in it is refused by itself, the others go on."""
        found = self._stages.get(str(stage))
        if found is None:
            raise BadInput("Its stage is none of those that we know: the stages have to be read first, or it has gone.")
        return found.forecast_category

    def _past(self, one: Import) -> dict[str, list[tuple[datetime, Any]]]:
        """Since when each field of HISTORY had which value; what was not told held from the beginning."""
        if one.object_name != Object.OPPORTUNITY:
            return {}
        past: dict[str, list[tuple[datetime, Any]]] = {}
        for name in HISTORY:
            told = one.past.get(name)
            if name == "forecast_category" and told is None:
                past[name] = [(at, self._forecast_of(stage)) for at, stage in past["stage"]]
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
