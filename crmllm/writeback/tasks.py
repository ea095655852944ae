"""The write stage's drain: claims what may be sent, one by one, until nothing is left or time is up."""

from __future__ import annotations

from django.conf import settings

from crmllm.core import work
from crmllm.jobs.drain import Drain
from crmllm.writeback import selectors, sender
from crmllm.writeback.choices import State


def drain_write(run: Drain) -> None:
    """Sends every write whose turn it is."""
    while not run.should_stop():
        rows = work.claim(selectors.sendable(), limit=1, seconds=settings.LEASE_SECONDS)
        if not rows:
            return
        try:
            state = sender.deliver(rows[0])
        except work.LeaseLost:
            continue
        run.tick(
            done=int(state == State.VERIFIED),
            failed=int(state in (State.CONFLICT, State.FAILED)),
        )
