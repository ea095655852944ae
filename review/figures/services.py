"""Keeping the counts of days that are over, and counting a day again in which something was touched since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from crmllm.proposals.models import Decision, Outcome, Proposal
from review.figures import counting, gathering
from review.figures.asked import midnight
from review.figures.counting import CameLine, FieldLine, PaceLine
from review.figures.models import CameCount, Count, CountedDay, FieldCount, PaceCount, Touched

#: Days that are counted in one transaction.
STRETCH = 31
Line = CameLine | PaceLine | FieldLine


def keep() -> int:
    """Counts the days that are over and not counted, or touched since. Returns how many."""
    now = timezone.now()
    gathering.outdated().delete()
    missing = list(_missing(now))
    for first in range(0, len(missing), STRETCH):
        _count(missing[first : first + STRETCH])
    Touched.objects.filter(marked_at__lt=now - 2 * gathering.SLACK).delete()
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
    while midnight(first + timedelta(days=1)) <= now - 2 * gathering.SLACK:
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
    CountedDay.objects.bulk_create(made.values())
    _save(CameCount, made, counting.came(Proposal.objects.filter(**stretch)))
    _save(PaceCount, made, counting.paces(Decision.objects.filter(**stretch)))
    _save(FieldCount, made, counting.fields(Outcome.objects.filter(**stretch)))


def _save(model: type[Count], made: dict[date, CountedDay], lines: Iterable[Line]) -> None:
    rows = (model(**asdict(line) | {"day": made[line.day]}) for line in lines if line.day in made)
    model._default_manager.bulk_create(rows, batch_size=1000)
