"""The drain of decisions about many: decides items one by one, each with a lease."""

from __future__ import annotations

from django.conf import settings

from crmllm.core import work
from crmllm.jobs import flow
from crmllm.jobs.drain import Drain
from review.bulk import services
from review.bulk.choices import Result
from review.bulk.models import BulkItem

BATCH = 20


def drain_bulk(run: Drain) -> None:
    """Decides whatever waits."""
    while not run.should_stop():
        items = work.claim(
            BulkItem.objects.filter(flow.stage(services.STAGE).waiting).order_by("id"),
            limit=BATCH,
            seconds=settings.LEASE_SECONDS,
        )
        if not items:
            return
        for item in items:
            try:
                result = services.carry_out(item)
            except work.LeaseLost:
                continue
            run.tick(done=1, failed=int(result == Result.REFUSED))
