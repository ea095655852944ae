"""The listening stage's drain: holds a conversation with a CRM open for as long as it may."""

from __future__ import annotations

from django.conf import settings

from crmllm.connectors.listening import services
from crmllm.core import work
from crmllm.jobs.drain import Drain


def drain_listen(run: Drain) -> None:
    """Listens to one CRM after the other, each for a fair while; the lease sees to it that nobody else does."""
    while not run.should_stop():
        rows = work.claim(services.due(), limit=1, seconds=settings.LEASE_SECONDS)
        if not rows:
            return
        try:
            run.tick(done=services.listen(rows[0], should_stop=run.should_stop))
        except work.LeaseLost:
            continue
