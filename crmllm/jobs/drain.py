"""What a running job is given: when to stop, and where to say how far it is.

A thread of its own writes the heartbeat and the progress and reads whether somebody asked to stop, so that
`should_stop` and `tick` only touch memory: they may be called from a coroutine and after every item.
"""

from __future__ import annotations

import threading
import time
from multiprocessing.sharedctypes import RawValue
from types import TracebackType

from django.db import connection
from django.db.utils import DatabaseError, InterfaceError
from django.utils import timezone

from crmllm.jobs import flow
from crmllm.jobs.choices import RunState
from crmllm.jobs.models import JobRun, StageWake

LONGEST = 300.0  # seconds after which a drain makes room; the rest is taken up by the next task
FAIR = 5.0  # seconds that a drain has at least before it makes room for another one
BEAT = 2.0  # seconds between two heartbeats

#: Set by the cluster when it is told to end; shared with the workers that it forks, without a lock that one who is
#: killed could hold for ever.
STOPPING = RawValue("b", 0)


class Drain:
    """One run at work. Use it as a context: the heart beats inside."""

    def __init__(self, run: JobRun, *, seconds: float = LONGEST) -> None:
        self.run = run
        self.cancelled = False
        self._room_wanted = False
        self._started = time.monotonic()
        self._ends = self._started + seconds
        self._counts = {"progress": 0, "failures": 0}
        self._total: int | None = None
        self._doing = ""
        self._lock = threading.Lock()
        self._finished = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    # --- for the job

    def should_stop(self) -> bool:
        """Time is up, somebody asked to stop, another stage waits for this worker, or the cluster ends."""
        return self._room_wanted or self.must_stop()

    def must_stop(self) -> bool:
        """As `should_stop`, but does not make room for others: for a job on whose end a person waits."""
        return self.cancelled or bool(STOPPING.value) or time.monotonic() > self._ends

    def tick(self, *, done: int = 0, failed: int = 0, doing: str = "") -> None:
        """So many more items done or failed; `doing` says in words what is done now, without personal data."""
        with self._lock:
            self._counts["progress"] += done
            self._counts["failures"] += failed
            self._doing = doing or self._doing

    def expect(self, total: int) -> None:
        """How many items there will be, where that is known."""
        self._total = total

    # --- for the wrapper

    def figures(self) -> dict[str, object]:
        """Progress as columns of the run."""
        with self._lock:
            return {**self._counts, "total": self._total, "message": self._doing[:400]}

    def __enter__(self) -> Drain:
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finished.set()
        self._heart.join()

    def _beat(self) -> None:
        try:
            while not self._finished.wait(BEAT):
                try:
                    self._report()
                except (DatabaseError, InterfaceError):
                    connection.close()  # the database is away: the next beat finds out whether it is back
        finally:
            connection.close()

    def _report(self) -> None:
        mine = JobRun.objects.filter(pk=self.run.pk, state=RunState.RUNNING)
        alive = mine.update(heartbeat_at=timezone.now(), **self.figures())
        # No row: the run was declared dead while this process hung; its items are somebody else's now.
        self.cancelled = not alive or mine.filter(cancel_requested=True).exists()
        if time.monotonic() - self._started > FAIR:
            self._room_wanted = _others_wait(self.run)


def _others_wait(run: JobRun) -> bool:
    """Whether another stage or job is queued for the same cluster."""
    neighbours = [one.name for one in flow.STAGES if one.cluster == run.cluster and one.name != run.name]
    return (
        StageWake.objects.filter(stage__in=neighbours, queued_at__isnull=False, paused_at__isnull=True).exists()
        or JobRun.objects.filter(cluster=run.cluster, state=RunState.WAITING).exists()
    )
