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
    """Milliseconds that the figures of a period take beside the goals, for an admin who sees all and for a manager."""
    missing = PROPOSALS - Proposal.objects.count()
    if missing > 0:
        seed_scale["proposals"](missing)
    viewers = [_person(f"bench-{role}", role) for role in (Role.ADMIN, Role.MANAGER)]
    people = [_person(f"bench-reviewer-{number}", Role.REVIEWER).pk for number in range(PEOPLE)]
    with transaction.atomic():
        if sql.decide_all(people):
            analyze("proposals_decision", "proposals_outcome")
    services.keep()
    return [_row(viewer, days) for viewer in viewers for days in GOALS]


def _person(username: str, role: Role) -> User:
    row, _ = User.objects.get_or_create(username=username, defaults={"role": role})
    return row


def _row(viewer: User, days: int) -> dict[str, Any]:
    today = timezone.localdate()
    asked = Asked(today - timedelta(days=days - 1), today)
    times = [_timed(viewer, asked) for _ in range(ROUNDS)]
    count, total = Decision.objects.filter(created_at__gte=asked.starts).count(), Decision.objects.count()
    ours = statistics.median(times)
    return {
        "what": f"figures of {days} days ({viewer.role}), {count:,} of {total:,} decisions (ms, median)",
        "ours": round(ours, 1),
        "peer": GOALS[days],
        "ratio": round(GOALS[days] / ours, 2),
    }


def _timed(viewer: User, asked: Asked) -> float:
    started = time.perf_counter()
    selectors.figures(viewer, asked)
    return (time.perf_counter() - started) * 1000
