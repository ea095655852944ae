"""Fits the curves on what people decided, and finds those that are in force."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from crmllm.core import audit
from crmllm.core.audit import SYSTEM
from crmllm.extraction.calibration import curves
from crmllm.extraction.calibration.curves import Curve, Curves, Decided, Signs
from crmllm.extraction.models import Calibration
from crmllm.proposals.choices import Judged
from crmllm.proposals.models import Outcome

#: Decisions that a fit looks back on at most, the latest.
LOOK_BACK = 50_000


def in_force() -> Calibration | None:
    """The latest calibration."""
    return Calibration.objects.order_by("-number").first()


def curves_of(calibration: Calibration | None) -> Curves:
    """Its curves; none before the first fit."""
    if calibration is None:
        return {}
    return {
        name: Curve(tuple(one["coefficients"]), one["intercept"], one["decisions"])
        for name, one in calibration.curves.items()
    }


def signs_of(source: str, stored: dict[str, object]) -> Signs:
    """The signs as they were stored with a value."""
    return Signs(source=source, **stored)  # type: ignore[arg-type]


def refit(*, until: datetime | None = None) -> Calibration | None:
    """Fits all curves on the decisions up to a moment (now) and puts them in force.

    None when nothing was decided since the last fit, or too little was decided at all.
    """
    rows = Outcome.objects.filter(judged__in=[Judged.KEPT, Judged.EDITED, Judged.REJECTED], undone=False)
    if until is not None:
        rows = rows.filter(created_at__lte=until)
    last = in_force()
    newest = rows.aggregate(at=Max("created_at"))["at"]
    if newest is None or (last is not None and last.fitted_until >= newest):
        return None
    decided = [
        Decided(field, raw, signs_of(source, signs), judged == Judged.KEPT)
        for field, source, raw, signs, judged in rows.order_by("-created_at").values_list(
            "field", "source", "raw_confidence", "signs", "judged"
        )[:LOOK_BACK]
    ]
    fitted = curves.fit(decided)
    if not fitted:
        return None
    with transaction.atomic():
        made = Calibration.objects.create(
            number=last.number + 1 if last else 1,
            fitted_until=newest,
            decisions=len(decided),
            curves={
                name: {
                    "coefficients": [round(value, 6) for value in one.coefficients],
                    "intercept": round(one.intercept, 6),
                    "decisions": one.decisions,
                }
                for name, one in sorted(fitted.items())
            },
        )
        audit.record(
            actor=SYSTEM,
            action="calibration.fitted",
            subject_type="calibration",
            subject_id=made.pk,
            details={"number": made.number, "decisions": made.decisions},
        )
    return made
