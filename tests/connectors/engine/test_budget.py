"""The CRM's limits, counted for all workers together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from crmllm.connectors.engine import budget
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.declared.limits import Limit
from crmllm.connectors.engine.errors import QuotaGone, Throttled
from crmllm.connectors.models import Connection, LimitWindow

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

PACE = {"default": Limit(seconds=10, calls=100, share=0.8)}
DAY = {"daily": Limit(seconds=86_400, calls=1000, share=0.8, header="X-Usage", used=r"used=(\d+)", most=r"of=(\d+)")}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [datetime(2026, 11, 22, 9, tzinfo=UTC)]
    monkeypatch.setattr(timezone, "now", lambda: now[0])

    def forward(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    return forward


@pytest.fixture
def connection() -> Connection:
    return Connection.objects.create(name="A CRM", connector="local")


def taken(connection: Connection, limits: dict[str, Limit], priority: Priority, most: int = 10_000) -> int:
    """How many calls go through before one is refused."""
    for count in range(most):
        try:
            budget.take(connection, limits, limits, priority=priority)
        except (Throttled, QuotaGone):
            return count
    return most


def test_each_kind_of_work_leaves_room_for_the_next(connection: Connection, clock: Any) -> None:
    assert taken(connection, PACE, Priority.BACKFILL) == 56
    assert taken(connection, PACE, Priority.SYNC) == 72 - 56
    assert taken(connection, PACE, Priority.EVENT) == 80 - 72
    assert taken(connection, PACE, Priority.PERSON) == 100 - 80


def test_what_was_used_falls_away_as_the_window_slides(connection: Connection, clock: Any) -> None:
    assert taken(connection, PACE, Priority.PERSON) == 100
    clock(10)
    assert taken(connection, PACE, Priority.PERSON) == 0, "the window before still counts in full"
    clock(5)
    assert taken(connection, PACE, Priority.PERSON) == 50
    clock(20)
    assert taken(connection, PACE, Priority.PERSON) == 100


def test_the_wait_that_is_told_is_enough(connection: Connection, clock: Any) -> None:
    taken(connection, PACE, Priority.PERSON)
    with pytest.raises(Throttled) as refusal:
        budget.take(connection, PACE, PACE, priority=Priority.PERSON)
    assert 0 < refusal.value.wait <= 10
    for _ in range(5):
        clock(refusal.value.wait)
    budget.take(connection, PACE, PACE, priority=Priority.PERSON)


def test_the_crm_says_not_before(connection: Connection, clock: Any) -> None:
    budget.block(connection, PACE, PACE, seconds=30, quota=False)
    with pytest.raises(Throttled) as refusal:
        budget.take(connection, PACE, PACE, priority=Priority.PERSON)
    assert refusal.value.wait == 30
    clock(31)
    budget.take(connection, PACE, PACE, priority=Priority.PERSON)


def test_a_quota_is_not_a_pace(connection: Connection, clock: Any) -> None:
    budget.take(connection, DAY, DAY, cost=1000, priority=Priority.PERSON)
    with pytest.raises(QuotaGone):
        budget.take(connection, DAY, DAY, priority=Priority.PERSON)


def test_the_crms_own_count_is_believed(connection: Connection, clock: Any) -> None:
    budget.learn(connection, DAY, httpx.Headers({"X-Usage": "used=450 of=500"}))
    row = LimitWindow.objects.get()
    assert (row.used, row.most) == (450, 500)
    assert taken(connection, DAY, Priority.SYNC) == 0
    assert taken(connection, DAY, Priority.PERSON) == 50
    budget.learn(connection, DAY, httpx.Headers({"X-Usage": "nonsense"}))
    assert LimitWindow.objects.get().used == 500


def test_calls_that_count_towards_nothing_cost_nothing(connection: Connection) -> None:
    budget.take(connection, {}, ["default"])
    budget.take(connection, PACE, PACE, cost=0)
    assert not LimitWindow.objects.exists()
