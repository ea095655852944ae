"""The figures of daily work, computed from what people decide: no labelled set, always fresh.

Data extraction accuracy is the share of values that people approved unchanged among those that they judged. Automation
success rate is the share of values written without a person that nobody took back. What left a value out for another
reason ("already in the CRM") says nothing about it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast, Floor, Least, TruncWeek
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require, visible
from crmllm.evaluation.scorer import coverage
from crmllm.extraction.calibration.curves import BINS, Bin, expected_error
from crmllm.proposals.choices import Judged
from crmllm.proposals.models import Outcome

LOOK_BACK = timedelta(days=90)
#: Coverage is computed on so many of the latest values.
LATEST = 10_000
KEPT, JUDGED = Q(judged=Judged.KEPT), Q(judged__in=[Judged.KEPT, Judged.EDITED, Judged.REJECTED])


def outcomes(user: User) -> QuerySet[Outcome]:
    """The judged values of the last three months that this person may see."""
    require(user, "quality.view")
    since = timezone.now() - LOOK_BACK
    return visible(user, Outcome.objects.filter(JUDGED, created_at__gte=since).order_by())


@dataclass(frozen=True, slots=True)
class FieldQuality:
    """How the values of one field fared. `raw_error` and `error`: ECE before and after calibration."""

    field: str
    kept: int
    edited: int
    rejected: int
    raw_error: float | None = None
    error: float | None = None

    @property
    def judged(self) -> int:
        return self.kept + self.edited + self.rejected

    @property
    def accuracy(self) -> float:
        return self.kept / self.judged


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures at the top of the page; None where nothing was decided that would tell."""

    accuracy: float | None
    judged: int
    automation: float | None
    automatic: int
    coverage: float | None


def totals(rows: QuerySet[Outcome]) -> Totals:
    """Over all fields. A value that was taken back is right no more, whoever decided."""
    stands = Q(undone=False)
    counted = rows.aggregate(
        all=Count("pk", filter=stands),
        kept=Count("pk", filter=stands & KEPT),
        alone=Count("pk", filter=Q(automatic=True)),
        successful=Count("pk", filter=Q(automatic=True) & stands),
    )
    latest = rows.filter(stands).order_by("-created_at").values_list("confidence", "judged")[:LATEST]
    graded = [(confidence, judged == Judged.KEPT) for confidence, judged in latest]
    return Totals(
        counted["kept"] / counted["all"] if counted["all"] else None,
        counted["all"],
        counted["successful"] / counted["alone"] if counted["alone"] else None,
        counted["alone"],
        coverage(graded) if graded else None,
    )


def by_field(rows: QuerySet[Outcome]) -> list[FieldQuality]:
    """Each field with its outcomes and calibration errors, the most judged first."""
    raw, weighed = binned(rows, "raw_confidence"), binned(calibrated(rows), "confidence")
    found = rows.filter(undone=False).values("field").annotate(
        kept=Count("pk", filter=KEPT),
        edited=Count("pk", filter=Q(judged=Judged.EDITED)),
        rejected=Count("pk", filter=Q(judged=Judged.REJECTED)),
        all=Count("pk"),
    )  # fmt: skip
    return [
        FieldQuality(
            row["field"],
            row["kept"],
            row["edited"],
            row["rejected"],
            expected_error(raw.get(row["field"], [])),
            expected_error(weighed.get(row["field"], [])),
        )
        for row in found.order_by("-all", "field")
    ]


def by_week(rows: QuerySet[Outcome]) -> list[tuple[datetime, int, float]]:
    """Week, judged values, and the share of them that were right, oldest first."""
    weeks = (
        rows.filter(undone=False)
        .annotate(week=TruncWeek("created_at"))
        .values("week")
        .annotate(all=Count("pk"), kept=Count("pk", filter=KEPT))
        .order_by("week")
    )
    return [(row["week"], row["all"], row["kept"] / row["all"]) for row in weeks]


def calibrated(rows: QuerySet[Outcome]) -> QuerySet[Outcome]:
    """Values whose confidence comes from a fit that has not seen their decision, nor any later one."""
    return rows.filter(calibration__fitted_until__lt=F("created_at"))


def binned(rows: QuerySet[Outcome], confidence: str) -> dict[str, list[Bin]]:
    """Reliability of each field: tenths of the scale with their mean confidence and share right."""
    tenth = Least(Floor(Cast(confidence, FloatField()) * BINS), BINS - 1.0)
    counted = (
        rows.filter(undone=False)
        .annotate(tenth=tenth)
        .values("field", "tenth")
        .annotate(count=Count("pk"), total=Sum(confidence), kept=Count("pk", filter=KEPT))
        .order_by("field", "tenth")
    )
    found: dict[str, list[Bin]] = defaultdict(list)
    for row in counted:
        bin_ = Bin(row["count"], row["total"] / row["count"], row["kept"] / row["count"])
        found[row["field"]].append(bin_)
    return dict(found)


def pooled(bins: Iterable[Sequence[Bin]]) -> list[Bin]:
    """The bins of several fields as one reliability plot."""
    held: dict[int, list[Bin]] = defaultdict(list)
    for one in (bin_ for field in bins for bin_ in field):
        held[min(BINS - 1, int(one.confidence * BINS))].append(one)
    result = []
    for _, members in sorted(held.items()):
        count = sum(one.count for one in members)
        result.append(
            Bin(
                count,
                sum(one.confidence * one.count for one in members) / count,
                sum(one.right * one.count for one in members) / count,
            )
        )
    return result
