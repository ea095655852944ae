"""Keeping the counts of days that are over, and counting a day again in which something was touched since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from crmllm.proposals.models import Decision, Outcome, Proposal
from review.figures import counting, selectors
from review.figures.asked import midnight
from review.figures.models import CountedDay, FieldCount, PaceCount, Touched

#: Days that are counted in one transaction.
STRETCH = 31


def keep() -> int:
    """Counts the days that are over and not counted, or touched since. Returns how many."""
    now = timezone.now()
    selectors.outdated().delete()
    missing = list(_missing(now))
    for first in range(0, len(missing), STRETCH):
        _count(missing[first : first + STRETCH])
    Touched.objects.filter(marked_at__lt=now - 2 * selectors.SLACK).delete()
    return len(missing)


def forget() -> None:
    """Drops all that is kept; the next run counts it again."""
    CountedDay.objects.all().delete()


def _missing(now: datetime) -> Iterator[date]:
    firsts = (model.objects.aggregate(first=Min("created_at"))["first"] for model in (Proposal, Decision))
    first = min((timezone.localdate(one) for one in firsts if one), default=None)
    if first is None:
        return
    kept = set(CountedDay.objects.values_list("day", flat=True))
    # A row that is written right at midnight may be committed a little later.
    while midnight(first + timedelta(days=1)) <= now - 2 * selectors.SLACK:
        if first not in kept:
            yield first
        first += timedelta(days=1)


@transaction.atomic
def _count(days: list[date]) -> None:
    stretch = {"created_at__gte": midnight(days[0]), "created_at__lt": midnight(days[-1] + timedelta(days=1))}
    made = {
        day: CountedDay(
            day=day, starts=midnight(day), ends=midnight(day + timedelta(days=1)), counted_at=timezone.now()
        )
        for day in days
    }
    for (day, name), count in counting.came(Proposal.objects.filter(**stretch)).items():
        if day in made:
            made[day].came[name] = count
    CountedDay.objects.bulk_create(made.values())
    paces = counting.paces(Decision.objects.filter(**stretch))
    PaceCount.objects.bulk_create((PaceCount(**_of(made, line)) for line in paces if line.day in made), batch_size=1000)
    fields = counting.fields(Outcome.objects.filter(**stretch))
    FieldCount.objects.bulk_create(
        (FieldCount(**_of(made, line)) for line in fields if line.day in made), batch_size=1000
    )


def _of(made: dict[date, CountedDay], line: counting.PaceLine | counting.FieldLine) -> dict[str, Any]:
    assert line.day is not None
    return asdict(line) | {"day": made[line.day]}
