"""Times and numbers as they go over the wire: epoch milliseconds inside, ISO 8601 strings outside."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

DAY = 86_400_000


class Clock:
    """The account's clock in milliseconds: the real one, moved by `offset`, or standing still at `fixed`."""

    def __init__(self) -> None:
        self.offset = 0
        self.fixed: int | None = None

    def now(self) -> int:
        return (time.time_ns() // 1_000_000 if self.fixed is None else self.fixed) + self.offset

    def advance(self, seconds: float) -> None:
        """Time passes without anybody waiting for it."""
        self.offset += int(seconds * 1000)


def iso(milliseconds: int) -> str:
    """1795340000123 -> 2026-11-22T09:33:20.123Z"""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def moment(text: str) -> int | None:
    """Epoch milliseconds out of what clients send for a time: milliseconds themselves, or ISO 8601."""
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def day(text: str) -> str | None:
    """The date of a date property: given as a date or as midnight in UTC."""
    at = moment(text)
    if at is None or at % DAY:
        return None
    return iso(at)[:10]


def number(text: str) -> Decimal | None:
    """A decimal number; None for anything else."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
