"""From what was extracted to a prediction in the labels' own shape, with the confidence of every value."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from crmllm.extraction.types import (
    ACTION_FIELDS,
    CASE_FIELDS,
    CONTACT_FIELDS,
    OPPORTUNITY_FIELDS,
    Extracted,
    Value,
)

Json = dict[str, Any]


def prediction(file: str, kind: str, found: Extracted) -> Json:
    """One line of a predictions file."""
    return {
        "file": file,
        "kind": kind,
        "category": _written(found.category),
        "language": _written(found.language),
        "contacts": [
            {
                **{name: _written(getattr(one, name)) for name in CONTACT_FIELDS},
                "role": one.role,
                "inferred": [
                    name for name in CONTACT_FIELDS if (value := getattr(one, name)) is not None and value.inferred
                ],
                "confidence": {**_confidences(one, CONTACT_FIELDS), "role": _confidence(one.name or one.email)},
            }
            for one in found.contacts
        ],
        "opportunity": None
        if found.opportunity is None
        else {
            "summary": _written(found.opportunity.summary),
            "products": [one.value for one in found.opportunity.products],
            "quantity": _number(found.opportunity.quantity, int),
            "amount": _number(found.opportunity.amount, _plain),
            "currency": _written(found.opportunity.currency),
            "close_by": _written(found.opportunity.close_by),
            "commitment": _written(found.opportunity.commitment),
            "confidence": {
                **_confidences(found.opportunity, tuple(name for name in OPPORTUNITY_FIELDS if name != "products")),
                "products": [one.confidence for one in found.opportunity.products],
            },
        },
        "case": None
        if found.case is None
        else {
            **{name: _written(getattr(found.case, name)) for name in CASE_FIELDS},
            "confidence": _confidences(found.case, CASE_FIELDS),
        },
        "next_actions": [
            {
                **{name: _written(getattr(one, name)) for name in ACTION_FIELDS},
                "confidence": _confidences(one, ACTION_FIELDS),
            }
            for one in found.next_actions
        ],
        "consents": [
            {"channel": one.channel, "state": one.state.value, "who": one.email or one.name or None}
            for one in found.consents
        ],
        "competitors": [one.value for one in found.competitors],
        "progress": _written(found.progress),
        "sentiment": _written(found.sentiment),
        "confidence": {"category": _confidence(found.category), "sentiment": _confidence(found.sentiment)},
    }


def _written(value: Value | None) -> str | None:
    return None if value is None else value.value


def _confidence(value: Value | None) -> float:
    return 0.0 if value is None else value.confidence


def _confidences(record: object, names: tuple[str, ...]) -> dict[str, float]:
    return {name: value.confidence for name in names if isinstance(value := getattr(record, name), Value)}


def _number(value: Value | None, convert: Callable[[str], int | float]) -> int | float | None:
    return None if value is None else convert(value.value)


def _plain(written: str) -> int | float:
    number = Decimal(written)
    return int(number) if number == number.to_integral_value() else float(number)
