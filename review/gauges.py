"""What an operator draws and sets alarms on: does the review keep up, do policies keep their promise?"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from crmllm.core.registry import Gauge
from crmllm.ingestion.models import Interaction
from review.looks.choices import State as LookState
from review.looks.models import Look
from review.policies.choices import State as PolicyState
from review.policies.models import ReviewPolicy


def review() -> Iterator[Gauge]:
    """Five figures, each from an index; no label, nobody's name."""
    now = timezone.now()
    waiting = Interaction.objects.filter(open_proposals__gt=0)
    oldest = waiting.order_by("occurred_at", "id").values_list("occurred_at", flat=True).first()
    age = (now - oldest).total_seconds() if oldest else 0
    yield Gauge("crmllm_review_waiting", "Messages with something to decide.", waiting.count())
    yield Gauge("crmllm_review_oldest_seconds", "Age of the oldest message with something to decide.", max(age, 0))
    yield Gauge(
        "crmllm_review_overdue", "Messages that should be decided by now.", waiting.filter(due_at__lt=now).count()
    )
    looks = Look.objects.filter(state=LookState.WAITING).count()
    yield Gauge("crmllm_review_looks_waiting", "Blind looks that nobody has yet.", looks)
    fallen = ReviewPolicy.objects.filter(state=PolicyState.FALLEN).count()
    yield Gauge("crmllm_review_policies_fallen", "Policies that fell back to review.", fallen)
