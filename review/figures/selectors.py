"""The figures of the review, added up from the counts of a period; docs/quality.md has each figure in SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.access.rules import require, visible
from crmllm.core.errors import NotFound
from crmllm.proposals.choices import OPEN
from review.figures import gathering
from review.figures.asked import Asked
from review.figures.counting import FieldLine, PaceLine
from review.figures.gathering import FIELD_COUNTS, Counts
from review.looks.agreement import Share
from review.looks.choices import State, Truth, Why
from review.looks.models import Look
from review.people import people

PERMISSION = "quality.view"


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
    counts = gathering.counts(user, asked)
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
        open_now=gathering.proposals(user, asked).filter(state__in=OPEN).count(),
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


def _theirs(actor: UUID | None, actors: set[UUID] | None) -> bool:
    """Whether a person decided, and one of these (None: whoever it was)."""
    return actor is not None and (actors is None or actor in actors)


# --- how much and how fast


def _pace(lines: Sequence[PaceLine]) -> Pace:
    hours: dict[date, int] = defaultdict(int)
    for line in lines:
        hours[line.day] |= line.hours
    times = b"".join(line.times for line in lines)
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


def _percentile(times: bytes, share: float) -> float | None:
    """The value below which a share of the values lies, between two of them as PostgreSQL's PERCENTILE_CONT has it."""
    import numpy as np

    return float(np.quantile(np.frombuffer(times, dtype=">i4"), share)) if times else None


def _days(asked: Asked, counts: Counts, actors: set[UUID] | None) -> list[Day]:
    """What came in and what went out by day."""
    came, decided, automatic = Counter[date](), Counter[date](), Counter[date]()
    for one in counts.came:
        came[one.day] += one.came
    for line in counts.paces:
        if line.actor is None:
            automatic[line.day] += line.approved + line.edited
        elif _theirs(line.actor, actors):
            decided[line.day] += line.decisions
    return [Day(day, came[day], decided[day], automatic[day]) for day in asked.days]


def _automation(lines: Sequence[PaceLine]) -> Share:
    """How many of all approvals were automatic."""
    alone = sum(line.approved + line.edited for line in lines if line.actor is None)
    return Share(alone, sum(line.approved + line.edited for line in lines))


# --- what was said


def _fields(lines: Iterable[FieldLine], actors: set[UUID] | None) -> list[FieldEdits]:
    """By field what these people said of its values, and what was applied without them."""
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(FIELD_COUNTS))
    for line in lines:
        said = (line.kept, line.edited, line.rejected)
        counts = (*(said if _theirs(line.actor, actors) else (0, 0, 0)), line.automatic, line.automatic_undone)
        found[line.field] = [before + more for before, more in zip(found[line.field], counts, strict=True)]
    edits = [FieldEdits(name, *counts) for name, counts in found.items() if any(counts)]
    return sorted(edits, key=lambda one: (-one.edited, -one.kept, one.field))


def _reasons(lines: Iterable[PaceLine]) -> list[tuple[str, int]]:
    """How often each reason was given; what people wrote themselves is not shown, only counted."""
    counted, rejected = Counter[str](), 0
    for line in lines:
        counted.update(line.reasons.splitlines())
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
