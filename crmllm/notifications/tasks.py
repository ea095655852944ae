"""The notify stage's drain."""

from __future__ import annotations

from crmllm.core import work
from crmllm.jobs.drain import Drain
from crmllm.notifications import services
from crmllm.notifications.choices import DeliveryState
from crmllm.notifications.models import Delivery

LEASE = 60.0


def drain_notify(run: Drain) -> None:
    """Sends every message that is due, one by one."""
    while not run.should_stop():
        waiting = Delivery.objects.filter(state=DeliveryState.WAITING).select_related("user")
        rows = work.claim(waiting.order_by("next_attempt_at", "id"), limit=1, seconds=LEASE)
        if not rows:
            return
        try:
            state = services.deliver(rows[0])
        except work.LeaseLost:
            continue
        run.tick(done=int(state == DeliveryState.SENT), failed=int(state == DeliveryState.FAILED))
