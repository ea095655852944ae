"""Counting decisions: a day at a time, by person and object. What is kept and what is counted live come from here.

The rows that are given in decide of whom and of what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg, BitOr
from django.db.models import Aggregate, Count, F, FloatField, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, ExtractHour, TruncDate

from crmllm.proposals.choices import REJECT_REASONS, Judged, Verdict
from crmllm.proposals.models import Decision, Outcome, Proposal

#: A verdict that decides, in contrast to leaving it for later and to taking it back.
DECIDES = Q(verdict__in=[Verdict.APPROVE, Verdict.EDIT, Verdict.REJECT])
#: What people write themselves is not shown, only counted.
KNOWN_REASONS = [str(reason) for reason in REJECT_REASONS]


_HOUR = Func(
    Value(1), Cast(ExtractHour("created_at"), IntegerField()),
    template="(%(expressions)s)", arg_joiner=" << ", output_field=IntegerField(),
)  # fmt: skip


class Percentile(Aggregate):
    """PERCENTILE_CONT of PostgreSQL: the value below which a share of the values lies."""

    template = "PERCENTILE_CONT(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: str, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


@dataclass(frozen=True, slots=True)
class PaceLine:
    """What one person, or no person (None), decided on one kind of object on one day."""

    day: date
    actor: UUID | None
    object: str
    approved: int
    edited: int
    rejected: int
    skipped: int
    taken_back: int
    due: int
    in_time: int
    hours: int  # a bit for each clock hour in which something was decided
    times: list[int]
    reasons: list[str]  # the known ones

    @property
    def decisions(self) -> int:
        return self.approved + self.edited + self.rejected


@dataclass(frozen=True, slots=True)
class FieldLine:
    """What one person, or no person, said of the values of one field on one day."""

    day: date | None
    actor: UUID | None
    field: str
    kept: int
    edited: int
    rejected: int
    automatic: int
    automatic_undone: int


def came(rows: QuerySet[Proposal]) -> dict[tuple[date, str], int]:
    """How many proposals came in, by day and object."""
    found = rows.order_by().annotate(day=TruncDate("created_at")).values_list("day", "object")
    return {(day, name): count for day, name, count in found.annotate(count=Count("pk"))}


def paces(rows: QuerySet[Decision]) -> Iterator[PaceLine]:
    """What was decided, by day, person and object."""
    has_due = DECIDES & Q(proposal__interaction__due_at__isnull=False)
    found = rows.order_by().annotate(day=TruncDate("created_at")).values_list("day", "actor", "proposal__object")
    counted = found.annotate(
        approved=Count("pk", filter=Q(verdict=Verdict.APPROVE)),
        edited=Count("pk", filter=Q(verdict=Verdict.EDIT)),
        rejected=Count("pk", filter=Q(verdict=Verdict.REJECT)),
        skipped=Count("pk", filter=Q(verdict=Verdict.SKIP)),
        taken_back=Count("pk", filter=Q(verdict=Verdict.UNDO)),
        due=Count("pk", filter=has_due),
        in_time=Count("pk", filter=has_due & Q(created_at__lte=F("proposal__interaction__due_at"))),
        hours=BitOr(_HOUR, filter=DECIDES, default=Value(0)),
        times=ArrayAgg("milliseconds", filter=DECIDES & Q(milliseconds__isnull=False), default=Value([])),
        said=ArrayAgg("reason", filter=Q(verdict=Verdict.REJECT, reason__in=KNOWN_REASONS), default=Value([])),
    )
    return (PaceLine(*row) for row in counted)


def fields(rows: QuerySet[Outcome]) -> Iterator[FieldLine]:
    """What was said of values, by day, person and field. What was taken back judges nothing."""
    found = rows.order_by().annotate(day=TruncDate("created_at")).values_list("day", "decision__actor", "field")
    theirs = Q(automatic=False, undone=False)
    counted = found.annotate(
        kept=Count("pk", filter=theirs & Q(judged=Judged.KEPT)),
        edited=Count("pk", filter=theirs & Q(judged=Judged.EDITED)),
        rejected=Count("pk", filter=theirs & Q(judged=Judged.REJECTED)),
        alone=Count("pk", filter=Q(automatic=True)),
        alone_undone=Count("pk", filter=Q(automatic=True, undone=True)),
    )
    return (FieldLine(*row) for row in counted)
