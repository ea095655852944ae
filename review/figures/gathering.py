"""The counts of a period: of days that are over as they were kept, everything else counted now.

Both are counted by the same statements (`counting`) from the rows of decisions. A day in which something was touched
since counts as not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import TypeVar

from django.contrib.postgres.aggregates import BitOr
from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    UUIDField,
    Value,
)

from crmllm.access.models import User
from crmllm.access.rules import visible
from crmllm.proposals.models import Decision, Outcome, Proposal
from review.figures import audience, counting
from review.figures.asked import Asked, midnight
from review.figures.counting import CameLine, FieldLine, Joined, PaceLine
from review.figures.models import CameCount, CountedDay, FieldCount, PaceCount, Touched

#: Longer than a transaction lasts. Something that is touched while a day is counted leaves the count in doubt.
SLACK = timedelta(hours=1)
DAY = timedelta(days=1)
PACE_SUMS = ("approved", "edited", "rejected", "skipped", "taken_back", "due", "in_time")
FIELD_COUNTS = ("kept", "edited", "rejected", "automatic", "automatic_undone")
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Counts:
    """What was counted in a period."""

    came: list[CameLine]
    paces: list[PaceLine]
    fields: list[FieldLine]


def outdated() -> QuerySet[CountedDay]:
    """Days in which something was touched since they were counted, or while they were."""
    since = ExpressionWrapper(OuterRef("counted_at") - Value(SLACK), output_field=DateTimeField())
    touched = Touched.objects.filter(at__gte=OuterRef("starts"), at__lt=OuterRef("ends"), marked_at__gt=since)
    return CountedDay.objects.filter(Exists(touched))


def proposals(user: User, asked: Asked) -> QuerySet[Proposal]:
    """The proposals that are asked for, as far as this person may see them."""
    return _of_object(asked, visible(user, Proposal.objects.order_by()))


def counts(user: User, asked: Asked) -> Counts:
    """What this person may see of a period."""
    kept = _days(asked)
    over = {one.day for one in kept}
    now = [_all(user, asked, _stretches(set(asked.days) - over))]
    if (owned := audience.owned(user)) is not None:
        now.append(_owned(owned, asked, _stretches(over)))
    return Counts(
        [*_came(user, asked, kept), *chain.from_iterable(counting.came(rows.proposals) for rows in now)],
        [*_paces(user, asked, kept), *chain.from_iterable(counting.paces(rows.decisions) for rows in now)],
        [*_fields(user, asked, kept), *chain.from_iterable(counting.fields(rows.outcomes) for rows in now)],
    )


def _of_object(asked: Asked, rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.filter(object=asked.object_name) if asked.object_name else rows


def _of_field(asked: Asked, rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.filter(field__startswith=f"{asked.object_name}.") if asked.object_name else rows


# --- counted now


@dataclass(frozen=True)
class Rows:
    """What is counted now."""

    proposals: QuerySet[Proposal]
    decisions: QuerySet[Decision]
    outcomes: QuerySet[Outcome]


def _all(user: User, asked: Asked, stretches: Q) -> Rows:
    """What this person may see of days that are not kept."""
    seen, decisions = proposals(user, asked), Decision.objects.filter(stretches)
    return Rows(
        seen.filter(stretches),
        decisions if user.sees_all and not asked.object_name else decisions.filter(proposal__in=seen),
        visible(user, _of_field(asked, Outcome.objects.filter(stretches))),
    )


def _owned(owned: Q, asked: Asked, stretches: Q) -> Rows:
    """What a person sees of days that are kept beside what is kept, because they own it."""
    theirs = _of_object(asked, Proposal.objects.filter(owned))
    return Rows(
        theirs.filter(stretches),
        Decision.objects.filter(stretches, proposal__in=theirs),
        _of_field(asked, Outcome.objects.filter(stretches, change__proposal__in=theirs)),
    )


def _stretches(days: set[date]) -> Q:
    """Days as few stretches of time."""
    found = Q(pk=None)
    for first in (day for day in days if day - DAY not in days):
        last = first
        while last + DAY in days:
            last += DAY
        found |= Q(created_at__gte=midnight(first), created_at__lt=midnight(last + DAY))
    return found


# --- kept


def _days(asked: Asked) -> list[CountedDay]:
    rows = CountedDay.objects.filter(day__gte=asked.first, day__lte=asked.last).exclude(pk__in=outdated().values("pk"))
    return [one for one in rows if one.starts == midnight(one.day) and one.ends == midnight(one.day + DAY)]


def _came(user: User, asked: Asked, kept: Sequence[CountedDay]) -> Iterator[CameLine]:
    rows = _of_object(asked, visible(user, CameCount.objects.filter(day__in=kept)))
    return (CameLine(*row) for row in rows.values_list("day__day", *CameLine.__slots__[1:]))


def _paces(user: User, asked: Asked, kept: Sequence[CountedDay]) -> Iterator[PaceLine]:
    """Added up over objects and audiences: no pace is shown by either."""
    rows = _of_object(asked, visible(user, PaceCount.objects.filter(day__in=kept)))
    sums = rows.values_list("day__day", "actor", Value(""), Value(None, output_field=UUIDField())).annotate(
        *(Sum(name) for name in PACE_SUMS), any=BitOr("hours"), each=Joined("times"), said=Joined("reasons")
    )
    return (PaceLine(*row) for row in sums)


def _fields(user: User, asked: Asked, kept: Sequence[CountedDay]) -> Iterator[FieldLine]:
    """Added up over the days and the audiences: no figure of a field is shown by either."""
    rows = _of_field(asked, visible(user, FieldCount.objects.filter(day__in=kept)))
    sums = rows.values_list("actor", "field").annotate(*(Sum(name) for name in FIELD_COUNTS))
    return (FieldLine(None, actor, field, None, *counted) for actor, field, *counted in sums)
