"""Counting decisions: a day at a time, by person, object and audience. What is kept and what is counted live come from
here.

The rows that are given in decide of whom and of what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import BitOr
from django.db.models import Aggregate, BinaryField, Count, F, FloatField, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, ExtractHour, TruncDate

from crmllm.proposals.choices import REJECT_REASONS, Judged, Verdict
from crmllm.proposals.models import Decision, Outcome, Proposal
from review.figures import audience

#: A verdict that decides, in contrast to leaving it for later and to taking it back.
DECIDES = Q(verdict__in=[Verdict.APPROVE, Verdict.EDIT, Verdict.REJECT])
#: What people write themselves is not shown, only counted.
KNOWN_REASONS = [str(reason) for reason in REJECT_REASONS]

_HOUR = Func(
    Value(1), Cast(ExtractHour("created_at"), IntegerField()),
    template="(%(expressions)s)", arg_joiner=" << ", output_field=IntegerField(),
)  # fmt: skip
_MILLISECONDS = Func("milliseconds", function="int4send", output_field=BinaryField())
_LINE = Concat("reason", Value("\n"))


class Percentile(Aggregate):
    """PERCENTILE_CONT of PostgreSQL: the value below which a share of the values lies."""

    template = "PERCENTILE_CONT(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: str, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


class Joined(Aggregate):
    """STRING_AGG of PostgreSQL, of bytes or of text: one behind the other."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, '')"


@dataclass(frozen=True, slots=True)
class CameLine:
    """How many proposals of one kind of object came in on one day."""

    day: date
    object: str
    audience: UUID | None
    came: int


@dataclass(frozen=True, slots=True)
class PaceLine:
    """What one person, or no person (None), decided on one kind of object on one day."""

    day: date
    actor: UUID | None
    object: str
    audience: UUID | None
    approved: int
    edited: int
    rejected: int
    skipped: int
    taken_back: int
    due: int
    in_time: int
    hours: int  # a bit for each clock hour in which something was decided
    times: bytes  # milliseconds of each decision, four bytes each (the most significant first)
    reasons: str  # the known ones, each on a line

    @property
    def decisions(self) -> int:
        return self.approved + self.edited + self.rejected


@dataclass(frozen=True, slots=True)
class FieldLine:
    """What one person, or no person, said of the values of one field on one day."""

    day: date | None
    actor: UUID | None
    field: str
    audience: UUID | None
    kept: int
    edited: int
    rejected: int
    automatic: int
    automatic_undone: int


def came(rows: QuerySet[Proposal]) -> Iterator[CameLine]:
    """What came in, by day, object and audience."""
    found = rows.order_by().annotate(day=TruncDate("created_at")).values_list("day", "object", audience.of())
    return (CameLine(*row) for row in found.annotate(count=Count("pk")))


def paces(rows: QuerySet[Decision]) -> Iterator[PaceLine]:
    """What was decided, by day, person, object and audience."""
    has_due = DECIDES & Q(proposal__interaction__due_at__isnull=False)
    by = ("day", "actor", "proposal__object", audience.of("proposal__"))
    found = rows.order_by().annotate(day=TruncDate("created_at")).values_list(*by)
    counted = found.annotate(
        approved=Count("pk", filter=Q(verdict=Verdict.APPROVE)),
        edited=Count("pk", filter=Q(verdict=Verdict.EDIT)),
        rejected=Count("pk", filter=Q(verdict=Verdict.REJECT)),
        skipped=Count("pk", filter=Q(verdict=Verdict.SKIP)),
        taken_back=Count("pk", filter=Q(verdict=Verdict.UNDO)),
        due=Count("pk", filter=has_due),
        in_time=Count("pk", filter=has_due & Q(created_at__lte=F("proposal__interaction__due_at"))),
        hours=BitOr(_HOUR, filter=DECIDES, default=Value(0)),
        times=Joined(_MILLISECONDS, filter=DECIDES, default=Value(b"")),
        reasons=Joined(_LINE, filter=Q(verdict=Verdict.REJECT, reason__in=KNOWN_REASONS), default=Value("")),
    )
    return (PaceLine(*row) for row in counted)


def fields(rows: QuerySet[Outcome]) -> Iterator[FieldLine]:
    """What was said of values, by day, person, field and audience. What was taken back judges nothing."""
    by = ("day", "decision__actor", "field", audience.of("change__proposal__"))
    found = rows.order_by().annotate(day=TruncDate("created_at")).values_list(*by)
    theirs = Q(automatic=False, undone=False)
    counted = found.annotate(
        kept=Count("pk", filter=theirs & Q(judged=Judged.KEPT)),
        edited=Count("pk", filter=theirs & Q(judged=Judged.EDITED)),
        rejected=Count("pk", filter=theirs & Q(judged=Judged.REJECTED)),
        alone=Count("pk", filter=Q(automatic=True)),
        alone_undone=Count("pk", filter=Q(automatic=True, undone=True)),
    )
    return (FieldLine(*row) for row in counted)
