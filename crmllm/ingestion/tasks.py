"""The read stage's drain, and the schedule that polls mailboxes. Thin."""

from __future__ import annotations

from crmllm.core import work
from crmllm.ingestion import services
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.jobs.drain import Drain

LEASE = 60.0


def drain_read(run: Drain) -> None:
    """Parses every interaction that was sent through the stages again."""
    while not run.should_stop():
        waiting = Interaction.objects.filter(status=Status.RECEIVED).select_related("source")
        rows = work.claim(waiting.order_by("next_attempt_at", "id"), limit=10, seconds=LEASE)
        if not rows:
            return
        for row in rows:
            try:
                status = services.read_again(row)
            except work.LeaseLost:
                continue
            run.tick(done=1, failed=int(status == Status.FAILED))
