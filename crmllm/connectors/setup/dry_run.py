"""Trying a connection without writing: approved changes wait and are shown until somebody says what becomes of them."""

from __future__ import annotations

from django.db import transaction

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.models import Connection
from crmllm.core import audit
from crmllm.jobs.services import enqueue
from crmllm.writeback import services as writeback


def begin(*, actor: User, connection: Connection) -> Connection:
    """From now on nothing is written there; approved changes wait and are shown."""
    require(actor, "settings.manage")
    return _switch(actor, connection, on=True)


def write_all(*, actor: User, connection: Connection) -> Connection:
    """Ends the trial: what waits is written, in its order."""
    require(actor, "settings.manage")
    return _switch(actor, connection, on=False)


def send_back(*, actor: User, connection: Connection) -> int:
    """Ends the trial: what waits goes back to review, and nothing of it is written. Returns how many went back.

    The trial ends last: a change that somebody approves meanwhile waits like the others, and goes back with them.
    """
    require(actor, "settings.manage")
    back = writeback.cancel_waiting(actor=actor, connection=connection)
    _switch(actor, connection, on=False)
    return back


def _switch(actor: User, connection: Connection, *, on: bool) -> Connection:
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.dry_run = on
        row.save(update_fields=["dry_run", "updated_at"])
        action = "connection.dry_run_begun" if on else "connection.dry_run_ended"
        audit.record(actor=actor, action=action, subject_type="connection", subject_id=row.pk)
        if not on:
            enqueue("write")
    return row
