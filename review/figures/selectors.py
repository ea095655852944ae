"""The figures of the review, each counted by the database from the rows of decisions: nothing is kept twice.

A fixed number of queries, however many decisions there are. docs/quality.md has each of them in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, F, FloatField, Q, QuerySet
from django.db.models.functions import TruncDate, TruncHour
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.access.rules import require, visible
from crmllm.core.errors import NotFound
from crmllm.proposals.choices import OPEN, REJECT_REASONS, Judged, Verdict
from crmllm.proposals.models import Decision, Outcome, Proposal
from review.figures.asked import Asked
from review.looks.agreement import Share
from review.looks.choices import State, Truth, Why
from review.looks.models import Look
from review.people import people

PERMISSION = "quality.view"
#: A verdict that decides, in contrast to leaving it for later and to taking it back.
DECIDES = Q(verdict__in=[Verdict.APPROVE, Verdict.EDIT, Verdict.REJECT])
APPROVED = Q(verdict__in=[Verdict.APPROVE, Verdict.EDIT])
BY_PERSON = Q(actor__isnull=False)


def today() -> datetime:
    """The midnight before which looks count."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


class Percentile(Aggregate):
    """PERCENTILE_CONT of PostgreSQL: the value below which a share of the values lies."""

    template = "PERCENTILE_CONT(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: str, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


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
    rows = _decisions(user, asked)
    # An admin who asks for all means everybody, those too who decide no more; and it spares the database a join.
    everyone = user.role == Role.ADMIN and not (asked.team or asked.person)
    theirs = BY_PERSON if everyone else Q(actor__in=[one.pk for one in chosen])
    own = rows.filter(theirs)
    per_person = {row["actor"]: _pace(row) for row in _paces(own.values("actor"))}
    total = own.order_by().aggregate(**_PACE, **_TIMES)
    days, automation = _days(_created(user, asked), asked, rows, theirs)
    fields = _fields(user, asked, None if everyone else chosen)
    found = _looks(user, asked, chosen)
    return Figures(
        total=_pace(total),
        people=[PersonPace(one.pk, str(one), per_person[one.pk]) for one in chosen if one.pk in per_person],
        fields=fields,
        reasons=_reasons(own, total["rejected"]),
        days=days,
        automation=automation,
        agreement=found["agreement"],
        in_time=_in_time(own),
        errors={
            "sample": found["sample"],
            "settled": found["settled"],
            "automatic_undone": sum(one.automatic_undone for one in fields),
            "taken_back": total["taken_back"],
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


def _decisions(user: User, asked: Asked) -> QuerySet[Decision]:
    rows = Decision.objects.filter(created_at__gte=asked.starts, created_at__lt=asked.ends).order_by()
    if user.sees_all and not asked.object_name:
        return rows
    return rows.filter(proposal__in=_proposals(user, asked))


def _proposals(user: User, asked: Asked) -> QuerySet[Proposal]:
    rows = visible(user, Proposal.objects.order_by())
    return rows.filter(object=asked.object_name) if asked.object_name else rows


def _created(user: User, asked: Asked) -> QuerySet[Proposal]:
    return _proposals(user, asked).filter(created_at__gte=asked.starts, created_at__lt=asked.ends)


# --- how much and how fast

_PACE = {
    "decisions": Count("pk", filter=DECIDES),
    "edited": Count("pk", filter=Q(verdict=Verdict.EDIT)),
    "rejected": Count("pk", filter=Q(verdict=Verdict.REJECT)),
    "skipped": Count("pk", filter=Q(verdict=Verdict.SKIP)),
    "taken_back": Count("pk", filter=Q(verdict=Verdict.UNDO)),
}
_TIMES = {
    "median_ms": Percentile("milliseconds", 0.5, filter=DECIDES),
    "p90_ms": Percentile("milliseconds", 0.9, filter=DECIDES),
    "hours": Count(TruncHour("created_at"), distinct=True, filter=DECIDES),
}


def _paces(rows: Any) -> Iterable[Mapping[str, Any]]:
    found: Iterable[Mapping[str, Any]] = rows.annotate(**_PACE, **_TIMES)
    return found


def _pace(row: Mapping[str, Any]) -> Pace:
    return Pace(**{name: row[name] for name in Pace.__dataclass_fields__})


def _days(created: QuerySet[Proposal], asked: Asked, rows: QuerySet[Decision], theirs: Q) -> tuple[list[Day], Share]:
    """What came in and what went out by day; and how many of all approvals were automatic."""
    day = TruncDate("created_at")
    came = dict(created.annotate(day=day).values_list("day").annotate(count=Count("pk")))
    counted = rows.filter(DECIDES).annotate(day=day).values_list("day").annotate(
        decided=Count("pk", filter=theirs),
        alone=Count("pk", filter=APPROVED & ~BY_PERSON),
        approved=Count("pk", filter=APPROVED),
    )  # fmt: skip
    out = {one: (decided, alone, approved) for one, decided, alone, approved in counted}
    days = [Day(one, came.get(one, 0), *out.get(one, (0, 0, 0))[:2]) for one in asked.days]
    return days, Share(sum(alone for _, alone, _ in out.values()), sum(approved for *_, approved in out.values()))


def _in_time(own: QuerySet[Decision]) -> Share:
    """The service level: a skipped item is not decided, and one that was decided twice counts twice."""
    due = own.filter(DECIDES, proposal__interaction__due_at__isnull=False)
    kept = Count("pk", filter=Q(created_at__lte=F("proposal__interaction__due_at")))
    counted = due.aggregate(kept=kept, all=Count("pk"))
    return Share(counted["kept"], counted["all"])


# --- what was said


def _fields(user: User, asked: Asked, chosen: Iterable[User] | None) -> list[FieldEdits]:
    """By field what these people said of its values (None: everybody), and what was applied without them."""
    rows = visible(user, Outcome.objects.filter(created_at__gte=asked.starts, created_at__lt=asked.ends)).order_by()
    if asked.object_name:
        rows = rows.filter(field__startswith=f"{asked.object_name}.")
    by_them = Q(automatic=False) if chosen is None else Q(decision__actor__in=[one.pk for one in chosen])
    theirs = by_them & Q(undone=False)
    found = rows.values("field").annotate(
        kept=Count("pk", filter=theirs & Q(judged=Judged.KEPT)),
        edited=Count("pk", filter=theirs & Q(judged=Judged.EDITED)),
        rejected=Count("pk", filter=theirs & Q(judged=Judged.REJECTED)),
        alone=Count("pk", filter=Q(automatic=True)),
        alone_undone=Count("pk", filter=Q(automatic=True, undone=True)),
    )
    ordered = found.order_by(F("edited").desc(), F("kept").desc(), "field")
    return [FieldEdits(*row) for row in ordered.values_list(*_FIELD_EDITS) if any(row[1:])]


_FIELD_EDITS = ("field", "kept", "edited", "rejected", "alone", "alone_undone")


def _reasons(own: QuerySet[Decision], rejected: int) -> list[tuple[str, int]]:
    """How often each reason was given; what people wrote themselves is not shown, only counted."""
    known = [str(reason) for reason in REJECT_REASONS]
    rows = own.filter(verdict=Verdict.REJECT, reason__in=known).values_list("reason").annotate(count=Count("pk"))
    found = sorted(rows, key=lambda pair: (-pair[1], pair[0]))
    rest = rejected - sum(count for _reason, count in found)
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
