"""The sync stage's drain: reads every stream whose time has come."""

from __future__ import annotations

from django.conf import settings

from crmllm.connectors.choices import RunState
from crmllm.connectors.sync import services
from crmllm.core import work
from crmllm.jobs.drain import Drain


def drain_sync(run: Drain) -> None:
    """Reads streams one after the other; a long one stops when room is needed and goes on later."""
    while not run.should_stop():
        rows = work.claim(services.due(), limit=1, seconds=settings.LEASE_SECONDS)
        if not rows:
            return
        try:
            done = services.run(rows[0], should_stop=run.should_stop)
        except work.LeaseLost:
            continue
        run.tick(done=int(done.state == RunState.DONE), failed=int(done.state == RunState.FAILED))
