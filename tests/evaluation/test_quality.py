"""The figures of daily work, from decisions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmllm.access.models import User
from crmllm.evaluation import quality
from crmllm.extraction.models import Calibration
from crmllm.proposals.choices import Judged
from crmllm.proposals.models import Outcome
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def outcomes(count: int, judged: str = Judged.KEPT, **more: object) -> None:
    proposal = factories.proposals()["contact"]
    decision = proposal.decisions.create(verdict="approve")
    given = {"field": "contact.title", "source": "rule", "raw_confidence": 0.9, "confidence": 0.6, "judged": judged}
    at = {"created_at": more.pop("at")} if "at" in more else {}
    row = proposal.changes.get(field="title")
    Outcome.objects.bulk_create(
        Outcome(decision=decision, change=row, **(given | more), **at)
        for _ in range(count)  # type: ignore[arg-type]
    )


def calibration(hours_ago: int) -> Calibration:
    until = timezone.now() - timedelta(hours=hours_ago)
    return Calibration.objects.create(number=hours_ago, fitted_until=until, decisions=100, curves={})


def test_accuracy_counts_what_judges_the_value(reviewer: User) -> None:
    outcomes(6)
    outcomes(2, Judged.EDITED)
    outcomes(1, Judged.REJECTED)
    outcomes(5, Judged.LEFT)
    outcomes(4, undone=True)
    rows = quality.outcomes(reviewer)
    found = quality.totals(rows)
    assert (found.judged, found.accuracy) == (9, pytest.approx(6 / 9))
    assert (found.automation, found.automatic) == (None, 0)
    [title] = quality.by_field(rows)
    assert (title.kept, title.edited, title.rejected) == (6, 2, 1)


def test_automation_succeeds_where_nobody_takes_it_back(reviewer: User) -> None:
    outcomes(3, automatic=True)
    outcomes(1, automatic=True, undone=True)
    assert quality.totals(quality.outcomes(reviewer)).automation == 0.75


def test_the_reliability_uses_only_decisions_that_came_after_the_fit(reviewer: User) -> None:
    fit = calibration(2)
    outcomes(4, calibration=fit, at=timezone.now() - timedelta(hours=3))
    assert list(quality.calibrated(quality.outcomes(reviewer))) == []
    outcomes(3, calibration=fit, at=timezone.now() - timedelta(hours=1))
    outcomes(2, Judged.EDITED, calibration=fit)
    rows = quality.outcomes(reviewer)
    [bin_] = quality.binned(quality.calibrated(rows), "confidence")["contact.title"]
    assert (bin_.count, bin_.right, bin_.confidence) == (5, 0.6, pytest.approx(0.6))
    [title] = quality.by_field(rows)
    assert title.error == pytest.approx(0.0)
    assert title.raw_error == pytest.approx(abs(0.9 - 7 / 9))


def test_weeks_and_pooled_bins(reviewer: User) -> None:
    outcomes(2, at=timezone.now() - timedelta(days=21))
    outcomes(2, Judged.EDITED)
    outcomes(4, field="contact.name")
    rows = quality.outcomes(reviewer)
    assert [(judged, share) for _, judged, share in quality.by_week(rows)] == [(2, 1.0), (6, pytest.approx(4 / 6))]
    [bin_] = quality.pooled(quality.binned(rows, "raw_confidence").values())
    assert (bin_.count, bin_.right) == (8, 0.75)


def test_the_page(page: Client) -> None:
    path = reverse("evaluation:quality")
    assert "Nothing was decided yet" in page.get(path).text
    outcomes(6, calibration=calibration(2))
    outcomes(2, Judged.EDITED, at=timezone.now() - timedelta(days=14))
    outcomes(1, field="contact.shoe_size")
    shown = page.get(path).text
    assert "77.8%" in shown and "Contact: " in shown and "shoe_size" in shown
    assert "Reliability of all fields" in shown and "<svg" in shown
    assert "Reliability of Contact" in page.get(path, {"field": "contact.title"}).text
