"""What follows from the fields of an opportunity: forecast category, base amount, and since when what held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from crmllm.crm.models import ExchangeRate, Opportunity, OpportunityHistory, Record, Stage

#: Kept as validity intervals, so that the pipeline of any past day is a query.
HISTORY = ("stage", "amount", "close_date", "owner", "forecast_category")


def derive(record: Record, changed: Mapping[str, Any]) -> None:
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


def keep_history(record: Record, at: datetime) -> None:
    """Begins an interval for each field of HISTORY that has another value now."""
    if not isinstance(record, Opportunity):
        return
    open_rows = {row.field: row for row in record.history.filter(valid_to=None)}
    for name in HISTORY:
        value = history_value(record, name)
        row = open_rows.get(name)
        if row and row.value == value:
            continue
        if row and row.valid_from < at:
            row.valid_to = at
            row.save(update_fields=["valid_to", "updated_at"])
        elif row:
            row.delete()
        OpportunityHistory.objects.create(opportunity=record, field=name, value=value, valid_from=at)


def history_value(record: Opportunity, name: str) -> str:
    """A field's value as an interval keeps it."""
    value = getattr(record, f"{name}_id") if name in ("stage", "owner") else getattr(record, name)
    return "" if value is None else str(value)


def close_history(record: Opportunity, at: datetime) -> None:
    """Ends all intervals: the record is gone."""
    record.history.filter(valid_to=None, valid_from__lt=at).update(valid_to=at)
