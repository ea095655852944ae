"""How long the Figures page takes with a full database: a usual month, and a whole year."""

from __future__ import annotations

import os
import statistics
import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core.registry import seed_scale
from crmllm.core.sql import analyze
from crmllm.proposals.models import Decision, Proposal
from review.figures import selectors, services, sql
from review.figures.asked import Asked

PROPOSALS = int(os.environ.get("BENCH_PROPOSALS", "1000000"))
ROUNDS = 5
GOALS = {30: 1000, 365: 1000}  # milliseconds
PEOPLE = 20


def figures() -> list[dict[str, Any]]:
    """Milliseconds that the figures of a period take beside the goals, for an admin who sees all."""
    missing = PROPOSALS - Proposal.objects.count()
    if missing > 0:
        seed_scale["proposals"](missing)
    admin, _ = User.objects.get_or_create(username="bench-admin", defaults={"role": Role.ADMIN})
    people = [_reviewer(number).pk for number in range(PEOPLE)]
    with transaction.atomic():
        if sql.decide_all(people):
            analyze("proposals_decision", "proposals_outcome")
    services.keep()
    return [_row(admin, days) for days in GOALS]


def _reviewer(number: int) -> User:
    row, _ = User.objects.get_or_create(username=f"bench-reviewer-{number}", defaults={"role": Role.REVIEWER})
    return row


def _row(admin: User, days: int) -> dict[str, Any]:
    today = timezone.localdate()
    asked = Asked(today - timedelta(days=days - 1), today)
    times = [_timed(admin, asked) for _ in range(ROUNDS)]
    count = Decision.objects.filter(created_at__gte=asked.starts).count()
    ours = statistics.median(times)
    return {
        "what": f"figures of {days} days, {count:,} decisions of {Decision.objects.count():,} (ms, median)",
        "ours": round(ours, 1),
        "peer": GOALS[days],
        "ratio": round(GOALS[days] / ours, 2),
    }


def _timed(admin: User, asked: Asked) -> float:
    started = time.perf_counter()
    selectors.figures(admin, asked)
    return (time.perf_counter() - started) * 1000
