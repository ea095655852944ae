"""`manage.py audit_sealer`: chains audit events every second until it is told to stop."""

from __future__ import annotations

import signal
import threading

import structlog
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connections
from django.db.utils import DatabaseError, InterfaceError

from crmllm.core import audit

log = structlog.get_logger("crmllm.audit")
BATCH = 5000
PAUSE = 1.0  # seconds
AWAY = 2.0  # seconds between tries while the database does not answer


class Command(BaseCommand):
    help = "Seals the audit trail every second. Run one; a second one only waits for the first to end."

    def handle(self, *args: object, **options: object) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        away = False
        while True:
            pause = PAUSE
            try:
                close_old_connections()
                while audit.seal(BATCH) == BATCH and not stop.is_set():
                    pass
                away = False
            except (DatabaseError, InterfaceError):
                if not away:  # its text may quote values, and one line an outage is enough
                    log.warning("the database does not answer; the sealer waits for it")
                away, pause = True, AWAY
                connections.close_all()
            if stop.is_set() or stop.wait(pause):
                break
        if not away:
            self._last()

    def _last(self) -> None:
        """What was done up to the end is sealed too, if the database is still there."""
        try:
            audit.seal(BATCH)
        except (DatabaseError, InterfaceError):
            log.warning("the database ended before the sealer; the rest is sealed at the next start")
