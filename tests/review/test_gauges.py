"""What a scraper is told of the review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from crmllm.ingestion.models import Interaction
from crmllm.monitoring import metrics
from crmllm.proposals import services
from review.looks import services as looks
from review.looks.choices import Why
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def told() -> dict[str, float]:
    lines = metrics.exposition().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line.startswith("crmllm_review_"))
    return {name: float(value) for name, value in pairs}


def test_a_scraper_is_told_whether_the_review_keeps_up(make_user: Callable[..., object]) -> None:
    assert set(told().values()) == {0.0}
    now = timezone.now()
    for minutes in (5, 90):
        row = factories.next_action(occurred_at=now - timedelta(minutes=minutes))
        Interaction.objects.filter(pk=row.pk).update(due_at=now + timedelta(minutes=60 - minutes))
    done = factories.next_action().proposals.get()
    services.reject(user=make_user("ann"), proposal=done)  # type: ignore[arg-type]
    looks.request(proposal=done, why=Why.SECOND)
    found = told()
    assert 90 * 60 <= found.pop("crmllm_review_oldest_seconds") < 91 * 60
    assert found == {
        "crmllm_review_waiting": 2,
        "crmllm_review_overdue": 1,
        "crmllm_review_looks_waiting": 1,
        "crmllm_review_policies_fallen": 0,
    }
