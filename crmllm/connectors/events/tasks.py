"""The events stage's drain: reads the records that CRMs told us of."""

from __future__ import annotations

from django.conf import settings

from crmllm.connectors.events import services
from crmllm.jobs.drain import Drain


def drain_events(run: Drain) -> None:
    """Takes up events, those of one object together."""
    while not run.should_stop():
        events = services.claim(settings.LEASE_SECONDS)
        if not events:
            return
        services.take_up(events)
        run.tick(done=len(events))
