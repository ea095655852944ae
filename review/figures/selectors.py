"""The figures of the review: counts of days that are over as they were kept, everything else counted now.

Both are counted by the same statements (`counting`) from the rows of decisions, and docs/quality.md has each figure in
SQL. A day in which something was touched since counts as not kept, and so do all days for those who do not see all.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, DateTimeField, Exists, ExpressionWrapper, Model, OuterRef, Q, QuerySet, Sum, Value
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.access.rules import require, visible
from crmllm.core.errors import NotFound
from crmllm.proposals.choices import OPEN
from crmllm.proposals.models import Decision, Outcome, Proposal
from review.figures import counting
from review.figures.asked import Asked, midnight
from review.figures.counting import FieldLine, PaceLine
from review.figures.models import CountedDay, FieldCount, PaceCount, Touched
from review.looks.agreement import Share
from review.looks.choices import State, Truth, Why
from review.looks.models import Look
from review.people import people

PERMISSION = "quality.view"
#: Longer than a transaction lasts. Something that is touched while a day is counted leaves the count in doubt.
SLACK = timedelta(hours=1)
DAY = timedelta(days=1)
Row = TypeVar("Row", bound=Model)


def today() -> datetime:
    """The midnight before which looks count."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much was decided, and how fast. `hours` are clock hours in which something was decided."""

    decisions: int = 0
    edited: int = 0
    rejected: int = 0
    skipped: int = 0
    taken_back: int = 0
    hours: int = 0
    median_ms: float | None = None
    p90_ms: float | None = None

    @property
    def an_hour(self) -> float | None:
        return self.decisions / self.hours if self.hours else None


@dataclass(frozen=True, slots=True)
class PersonPace:
    """The pace of one person."""

    person: UUID
    name: str
    pace: Pace


@dataclass(frozen=True, slots=True)
class FieldEdits:
    """What people said of the values of one field, and what was written without them."""

    field: str
    kept: int
    edited: int
    rejected: int
    automatic: int
    automatic_undone: int

    @property
    def edit_share(self) -> Share:
        return Share(self.edited, self.kept + self.edited + self.rejected)


@dataclass(frozen=True, slots=True)
class Day:
    """What came in and what was decided on one day."""

    day: date
    came: int
    decided: int
    automatic: int


@dataclass(frozen=True)
class Figures:
    """Everything that the page shows, the file holds and the API answers."""

    total: Pace
    people: list[PersonPace]
    fields: list[FieldEdits]
    reasons: list[tuple[str, int]]
    days: list[Day]
    #: Decisions that a policy made, of all that approved something.
    automation: Share
    #: Values of second reviews on which two people agree.
    agreement: Share
    #: Decisions by people that were made by the deadline of their message, of those that had one.
    in_time: Share
    #: Errors that were found in what had been applied, by how they were found.
    errors: dict[str, int]
    open_now: int
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def figures(user: User, asked: Asked) -> Figures:
    """The figures of a period for those people whose figures this person may see."""
    require(user, PERMISSION)
    known = list(people(user).select_related("team"))
    chosen = _chosen(known, asked)
    # An admin who asks for all means everybody, those too who decide no more.
    everyone = user.role == Role.ADMIN and not (asked.team or asked.person)
    actors = None if everyone else {one.pk for one in chosen}
    counts = _counts(user, asked)
    own = [line for line in counts.paces if _theirs(line.actor, actors)]
    per_person = _per_person(own)
    total = _pace(own)
    fields = _fields(counts.fields, actors)
    found = _looks(user, asked, chosen)
    return Figures(
        total=total,
        people=[PersonPace(one.pk, str(one), per_person[one.pk]) for one in chosen if one.pk in per_person],
        fields=fields,
        reasons=_reasons(own),
        days=_days(asked, counts, actors),
        automation=_automation(counts.paces),
        agreement=found["agreement"],
        in_time=Share(sum(line.in_time for line in own), sum(line.due for line in own)),
        errors={
            "sample": found["sample"],
            "settled": found["settled"],
            "automatic_undone": sum(one.automatic_undone for one in fields),
            "taken_back": total.taken_back,
        },
        open_now=_proposals(user, asked).filter(state__in=OPEN).count(),
        choices=_choices(known),
    )


# --- whose, and of what


def _chosen(known: Iterable[User], asked: Asked) -> list[User]:
    """Those of the people that are asked for. Raises NotFound for somebody whose figures are not theirs to see."""
    found = [one for one in known if asked.team in (None, one.team_id) and asked.person in (None, one.pk)]
    if not found and (asked.person or asked.team):
        raise NotFound("There is nobody here, or their figures are not yours to see.")
    return found


def _choices(known: Iterable[User]) -> dict[str, list[tuple[str, str]]]:
    teams = {one.team_id: one.team for one in known if one.team is not None}
    return {
        "person": [(str(one.pk), str(one)) for one in known],
        "team": sorted(((str(pk), _name(team)) for pk, team in teams.items()), key=lambda pair: pair[1]),
    }


def _name(team: Team) -> str:
    return team.name


def _proposals(user: User, asked: Asked) -> QuerySet[Proposal]:
    rows = visible(user, Proposal.objects.order_by())
    return rows.filter(object=asked.object_name) if asked.object_name else rows


def _theirs(actor: UUID | None, actors: set[UUID] | None) -> bool:
    """Whether a person decided, and one of these (None: whoever it was)."""
    return actor is not None and (actors is None or actor in actors)


# --- what is kept, and what is counted now


@dataclass(frozen=True)
class Counts:
    """What was counted in a period, by day."""

    came: Counter[date]
    paces: list[PaceLine]
    fields: list[FieldLine]


def outdated() -> QuerySet[CountedDay]:
    """Days in which something was touched since they were counted, or while they were."""
    since = ExpressionWrapper(OuterRef("counted_at") - Value(SLACK), output_field=DateTimeField())
    touched = Touched.objects.filter(at__gte=OuterRef("starts"), at__lt=OuterRef("ends"), marked_at__gt=since)
    return CountedDay.objects.filter(Exists(touched))


def _counts(user: User, asked: Asked) -> Counts:
    kept = _kept(asked) if user.sees_all else []
    now = _stretches(set(asked.days) - {one.day for one in kept})
    came = Counter({one.day: _of_object(one.came, asked) for one in kept})
    for (day, _name), count in counting.came(_in(now, _proposals(user, asked))).items():
        came[day] += count
    return Counts(
        came,
        [*_kept_paces(kept, asked), *counting.paces(_in(now, _decisions(user, asked)))],
        [*_kept_fields(kept, asked), *counting.fields(_in(now, _outcomes(user, asked)))],
    )


def _kept(asked: Asked) -> list[CountedDay]:
    rows = CountedDay.objects.filter(day__gte=asked.first, day__lte=asked.last).exclude(pk__in=outdated().values("pk"))
    return [one for one in rows if one.starts == midnight(one.day) and one.ends == midnight(one.day + DAY)]


def _stretches(days: set[date]) -> Q:
    """Days as few stretches of time."""
    found = Q(pk=None)
    for first in (day for day in days if day - DAY not in days):
        last = first
        while last + DAY in days:
            last += DAY
        found |= Q(created_at__gte=midnight(first), created_at__lt=midnight(last + DAY))
    return found


def _in(stretches: Q, rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.filter(stretches)


def _decisions(user: User, asked: Asked) -> QuerySet[Decision]:
    rows = Decision.objects.order_by()
    return rows if user.sees_all and not asked.object_name else rows.filter(proposal__in=_proposals(user, asked))


def _outcomes(user: User, asked: Asked) -> QuerySet[Outcome]:
    rows = visible(user, Outcome.objects.order_by())
    return rows.filter(field__startswith=f"{asked.object_name}.") if asked.object_name else rows


def _of_object(came: dict[str, int], asked: Asked) -> int:
    return came.get(asked.object_name, 0) if asked.object_name else sum(came.values())


def _kept_paces(kept: Sequence[CountedDay], asked: Asked) -> Iterator[PaceLine]:
    rows = PaceCount.objects.filter(day__in=kept)
    if asked.object_name:
        rows = rows.filter(object=asked.object_name)
    return (PaceLine(*row) for row in rows.values_list("day__day", *PaceLine.__slots__[1:]))


def _kept_fields(kept: Sequence[CountedDay], asked: Asked) -> Iterator[FieldLine]:
    """Added up over the days: no figure of a field is shown by day."""
    rows = FieldCount.objects.filter(day__in=kept)
    if asked.object_name:
        rows = rows.filter(field__startswith=f"{asked.object_name}.")
    sums = rows.values_list("actor", "field").annotate(*(Sum(name) for name in _FIELD_COUNTS))
    return (FieldLine(None, *row) for row in sums)


# --- how much and how fast


def _pace(lines: Sequence[PaceLine]) -> Pace:
    hours: dict[date, int] = defaultdict(int)
    for line in lines:
        hours[line.day] |= line.hours
    times = array("q", chain.from_iterable(line.times for line in lines))
    return Pace(
        decisions=sum(line.decisions for line in lines),
        edited=sum(line.edited for line in lines),
        rejected=sum(line.rejected for line in lines),
        skipped=sum(line.skipped for line in lines),
        taken_back=sum(line.taken_back for line in lines),
        hours=sum(bits.bit_count() for bits in hours.values()),
        median_ms=_percentile(times, 0.5),
        p90_ms=_percentile(times, 0.9),
    )


def _per_person(lines: Iterable[PaceLine]) -> dict[UUID, Pace]:
    found: dict[UUID, list[PaceLine]] = defaultdict(list)
    for line in lines:
        if line.actor is not None:
            found[line.actor].append(line)
    return {person: _pace(theirs) for person, theirs in found.items()}


def _percentile(times: array[int], share: float) -> float | None:
    """The value below which a share of the values lies, between two of them as PostgreSQL's PERCENTILE_CONT has it."""
    import numpy as np

    return float(np.quantile(np.frombuffer(times, dtype=np.int64), share)) if times else None


def _days(asked: Asked, counts: Counts, actors: set[UUID] | None) -> list[Day]:
    """What came in and what went out by day."""
    decided, automatic = Counter[date](), Counter[date]()
    for line in counts.paces:
        if line.actor is None:
            automatic[line.day] += line.approved + line.edited
        elif _theirs(line.actor, actors):
            decided[line.day] += line.decisions
    return [Day(day, counts.came[day], decided[day], automatic[day]) for day in asked.days]


def _automation(lines: Sequence[PaceLine]) -> Share:
    """How many of all approvals were automatic."""
    alone = sum(line.approved + line.edited for line in lines if line.actor is None)
    return Share(alone, sum(line.approved + line.edited for line in lines))


# --- what was said


def _fields(lines: Iterable[FieldLine], actors: set[UUID] | None) -> list[FieldEdits]:
    """By field what these people said of its values, and what was applied without them."""
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(_FIELD_COUNTS))
    for line in lines:
        said = (line.kept, line.edited, line.rejected)
        counts = (*(said if _theirs(line.actor, actors) else (0, 0, 0)), line.automatic, line.automatic_undone)
        found[line.field] = [before + more for before, more in zip(found[line.field], counts, strict=True)]
    edits = [FieldEdits(name, *counts) for name, counts in found.items() if any(counts)]
    return sorted(edits, key=lambda one: (-one.edited, -one.kept, one.field))


_FIELD_COUNTS = ("kept", "edited", "rejected", "automatic", "automatic_undone")


def _reasons(lines: Iterable[PaceLine]) -> list[tuple[str, int]]:
    """How often each reason was given; what people wrote themselves is not shown, only counted."""
    counted, rejected = Counter[str](), 0
    for line in lines:
        counted.update(line.reasons)
        rejected += line.rejected
    found = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = rejected - counted.total()
    return [*found, ("", rest)] if rest else found


def _looks(user: User, asked: Asked, chosen: Iterable[User]) -> dict[str, Any]:
    """Agreement of second reviews, and the errors that looks found; up to yesterday, or a person could tell by these
    figures which of their cards was a look."""
    rows = visible(user, Look.objects.filter(state=State.DECIDED))
    rows = rows.filter(decided_at__gte=asked.starts, decided_at__lt=min(asked.ends, today()))
    if asked.object_name:
        rows = rows.filter(proposal__object=asked.object_name)
    theirs = Q(why=Why.SECOND, decision__actor__in=[one.pk for one in chosen])
    counted = rows.aggregate(
        same=Count("pk", filter=theirs & Q(agreed=True)),
        second=Count("pk", filter=theirs),
        settled=Count("pk", filter=theirs & Q(truth__in=[Truth.SECOND, Truth.NEITHER])),
        sample=Count("pk", filter=Q(why=Why.SAMPLE, agreed=False)),
    )
    return counted | {"agreement": Share(counted["same"], counted["second"])}
