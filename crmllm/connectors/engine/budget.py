"""A CRM's limits, shared by all workers: one row a limit, counted before each call.

Use in a window is estimated by the sliding-window counter: what was used in this fixed window, and of the one before
the part that still lies within the last `seconds`. Background work stops at the limit's share, so that people's own
calls still go through; what the CRM's headers say of its own count is believed over ours.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import httpx
from django.db import transaction
from django.utils import timezone

from crmllm.connectors.engine.declared.limits import Limit
from crmllm.connectors.engine.errors import QuotaGone, Throttled
from crmllm.connectors.models import Connection, LimitWindow

MOST = 2_000_000_000  # calls; what a header tells beyond is no number of calls
LONG = 3600  # seconds: a window as long as this is a quota, not a pace


class Priority(StrEnum):
    """For whom a call is made."""

    PERSON = "person"  # somebody waits for it: may use everything
    WRITE = "write"  # an approved change: may use everything
    EVENT = "event"
    SYNC = "sync"
    BACKFILL = "backfill"  # slowed first


#: What part of a limit's background share each kind of work may use.
SHARE = {Priority.EVENT: 1.0, Priority.SYNC: 0.9, Priority.BACKFILL: 0.7}


def take(
    connection: Connection,
    limits: Mapping[str, Limit],
    names: Iterable[str],
    *,
    cost: int = 1,
    priority: Priority = Priority.SYNC,
) -> None:
    """Counts a call towards its limits. Raises Throttled or QuotaGone, with the seconds to wait, when one is full."""
    wanted = sorted({name for name in names if name in limits})
    if not wanted or not cost:
        return
    now = timezone.now()
    with transaction.atomic():
        rows = [_row(connection, name, limits[name], now) for name in wanted]
        for row in rows:
            _refuse_if_used_up(row, limits[row.name], cost, priority, now)
        for row in rows:
            row.used += cost
            row.save(update_fields=["started_at", "used", "before", "updated_at"])


def _row(connection: Connection, name: str, limit: Limit, now: datetime) -> LimitWindow:
    """The limit's row, locked, moved on to the present window."""
    row, _made = LimitWindow.objects.select_for_update().get_or_create(
        connection=connection, name=name, defaults={"started_at": now, "most": limit.calls}
    )
    passed = (now - row.started_at).total_seconds()
    if passed >= limit.seconds:
        windows = int(passed // limit.seconds)
        row.before, row.used = (row.used if windows == 1 else 0), 0
        row.started_at += timedelta(seconds=windows * limit.seconds)
    return row


def _refuse_if_used_up(row: LimitWindow, limit: Limit, cost: int, priority: Priority, now: datetime) -> None:
    if row.blocked_until and row.blocked_until > now:
        raise _too_many(limit, (row.blocked_until - now).total_seconds())
    allowed = max(1, math.floor(row.most * limit.share * SHARE[priority])) if priority in SHARE else row.most
    if in_use(row, limit, now) + cost > allowed:
        raise _too_many(limit, _until_room(row, limit, cost, allowed, now))


def in_use(row: LimitWindow, limit: Limit, now: datetime) -> float:
    """Calls within the last `seconds`, estimated."""
    passed = min((now - row.started_at).total_seconds() / limit.seconds, 1.0)
    return row.used + row.before * (1 - passed)


def _until_room(row: LimitWindow, limit: Limit, cost: int, allowed: int, now: datetime) -> float:
    """Seconds until the estimate has fallen far enough; at least a twentieth of the window."""
    left = limit.seconds - (now - row.started_at).total_seconds()
    too_many = in_use(row, limit, now) + cost - allowed
    falls = row.before / limit.seconds
    soon = too_many / falls if falls else left
    return max(limit.seconds / 20, min(soon, left))


def _too_many(limit: Limit, wait: float) -> Throttled | QuotaGone:
    if limit.seconds >= LONG:
        return QuotaGone("The CRM's quota of calls for background work is used up; work goes on by itself.", wait=wait)
    return Throttled("As many calls as the CRM allows are on their way; work goes on by itself.", wait=wait)


def block(
    connection: Connection, limits: Mapping[str, Limit], names: Iterable[str], *, seconds: float, quota: bool
) -> None:
    """The CRM says: not before so many seconds. Holds for the call's paces, or for its quotas."""
    now = timezone.now()
    for name in names:
        limit = limits.get(name)
        if limit is None or (limit.seconds >= LONG) != quota:
            continue
        with transaction.atomic():
            row = _row(connection, name, limit, now)
            until = now + timedelta(seconds=seconds)
            row.blocked_until = max(until, row.blocked_until) if row.blocked_until else until
            row.save(update_fields=["started_at", "used", "before", "blocked_until", "updated_at"])


def learn(connection: Connection, limits: Mapping[str, Limit], headers: httpx.Headers) -> None:
    """Takes over what the answer's headers say of the CRM's own count: others use the same quota."""
    for name, limit in limits.items():
        used, most = _told(limit, headers)
        if used is None and most is None:
            continue
        with transaction.atomic():
            row = _row(connection, name, limit, timezone.now())
            row.most = row.most if most is None else max(1, most)
            if used is not None and used > row.used:
                row.used = used
            row.save(update_fields=["started_at", "used", "before", "most", "updated_at"])


def _told(limit: Limit, headers: httpx.Headers) -> tuple[int | None, int | None]:
    """Used, and allowed, as far as the headers tell."""
    text = headers.get(limit.header, "") if limit.header else ""
    most = _number(limit.most, headers.get(limit.most_header, "") if limit.most_header else text)
    used = _number(limit.used, text)
    left = _number(limit.left, text)
    if used is None and left is not None:
        used = max(0, (most if most is not None else limit.calls) - left)
    return used, most


def _number(pattern: str, text: str) -> int | None:
    found = re.search(pattern, text) if pattern and text else None
    return min(int(found[1]), MOST) if found and re.fullmatch(r"\d{1,18}", found[1], re.ASCII) else None
