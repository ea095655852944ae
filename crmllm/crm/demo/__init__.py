"""The made-up demo company and its records, hand-written, always as fresh as today.

The JSON files beside this module hold no dates. A moment is written as days from today (negative: past), and
`dataset(today)` turns it into a real one:

- a key named in DAYS ("created", "from", "close", "opened", "closed", "due") holds a whole number of days
  and becomes a `date`: {"created": -410, "close": 25};
- "at" holds days and a time of the company's own time zone, "-12 09:30", and becomes an aware `datetime` in UTC.

A day that falls on a weekend becomes the Friday before, because nobody in this company works on Sundays. Order is
kept by that: what was earlier stays earlier or falls on the same day.

Records point at each other by what a person would use: an account by its `key`, a contact by its e-mail, a user by
username, a product by SKU, a stage by its key. An opportunity carries its whole history: `stages`, `amounts`,
`closes` and `owners` are lists of intervals, each valid from `from` until the next one begins. `exchange_rates`
say what one unit of a currency is worth in the company's currency. Every person, company, address and number is
invented; domains are reserved names (RFC 2606 and 6761), phone numbers come from ranges kept for fiction where a
country has them.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

DAYS = frozenset({"created", "from", "close", "opened", "closed", "due"})
NAMES = (
    "company",
    "products",
    "competitors",
    "pipeline",
    "accounts",
    "contacts",
    "leads",
    "opportunities",
    "cases",
    "activities",
)


def working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend day."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def dataset(today: date) -> dict[str, Any]:
    """Everything, by file name without its ending; amounts and rates are Decimal where they have decimals."""
    raw = {name: json.loads(_text(name), parse_float=Decimal) for name in NAMES}
    resolve = partial(_resolve, today=today, zone=ZoneInfo(raw["company"]["time_zone"]))
    return {name: resolve(content) for name, content in raw.items()}


def _text(name: str) -> str:
    return (Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8")


def _resolve(node: Any, *, today: date, zone: ZoneInfo) -> Any:
    if isinstance(node, list):
        return [_resolve(item, today=today, zone=zone) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _value(key, value, today, zone) for key, value in node.items()}


def _value(key: str, value: Any, today: date, zone: ZoneInfo) -> Any:
    if key in DAYS and isinstance(value, int):
        return working_day(today + timedelta(days=value))
    if key == "at":
        days, clock = value.split()
        day = working_day(today + timedelta(days=int(days)))
        return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)
    return _resolve(value, today=today, zone=zone)
