"""The write stage's drain: claims what may be sent, as much as a CRM takes at once, until nothing is left."""

from __future__ import annotations

from django.conf import settings

from crmllm.connectors.registry import open_connection
from crmllm.core import work
from crmllm.jobs.drain import Drain
from crmllm.writeback import selectors, sender
from crmllm.writeback.choices import State
from crmllm.writeback.models import Writeback


def drain_write(run: Drain) -> None:
    """Sends every write whose turn it is."""
    while not run.should_stop():
        rows = claim()
        if not rows:
            return
        states = sender.deliver(rows)
        run.tick(
            done=states.count(State.VERIFIED),
            failed=states.count(State.CONFLICT) + states.count(State.FAILED),
        )


def claim() -> list[Writeback]:
    """The next write, and as many more of its kind as go together."""
    rows = work.claim(selectors.sendable(), limit=1, seconds=settings.LEASE_SECONDS)
    if not rows:
        return []
    first = rows[0]
    size = open_connection(first.connection).batch(first.object, sender.sent_as(first))
    if size > 1:
        alike = selectors.sendable().filter(
            connection=first.connection, object=first.object, operation=first.operation, state=first.state
        )
        rows += work.claim(alike, limit=size - 1, seconds=settings.LEASE_SECONDS)
    return rows
