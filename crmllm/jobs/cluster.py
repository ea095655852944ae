"""django-q2's cluster, made safe against kills at any moment.

Its queues and timers are guarded by semaphores. A process that is killed while it holds one leaves it taken for ever,
and an idle worker holds the queue's all the time. Here the kernel frees them. And no process outlives the one that
started it, so that a killed cluster leaves no workers behind that nobody can stop.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import tempfile
from multiprocessing.sharedctypes import RawValue
from types import FrameType
from typing import Any

from django_q import cluster
from django_q.queues import Queue
from django_q.worker import worker

from crmllm.jobs.drain import STOPPING

PR_SET_PDEATHSIG = 1  # prctl(2), Linux


class ProcessLock:
    """A lock between processes that ends with its holder (a POSIX record lock on an unnamed file)."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the lock)

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX if block and timeout is None else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN)

    def __enter__(self) -> ProcessLock:
        self.acquire()
        return self

    def __exit__(self, *exception: object) -> None:
        self.release()


class _Uncounted:
    """In place of django-q2's counter, whose lock could be left taken; only its own statistics read it."""

    value = 0

    def increment(self, n: int = 1) -> None:
        """Counts nothing."""


class KillSafeQueue(Queue):  # type: ignore[misc]
    """A queue from which a process may be killed while it waits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rlock, self._wlock, self.size = ProcessLock(), ProcessLock(), _Uncounted()


class Timer:
    """A worker's remaining seconds, as `multiprocessing.Value` would hold them."""

    def __init__(self) -> None:
        self._raw, self._lock = RawValue("f", -1), ProcessLock()

    @property
    def value(self) -> float:
        return float(self._raw.value)

    @value.setter
    def value(self, seconds: float) -> None:
        self._raw.value = seconds

    def get_lock(self) -> ProcessLock:
        return self._lock


class Sentinel(cluster.Sentinel):  # type: ignore[misc]
    """Watches the workers of one cluster.

    A stop is sent to the first process of the cluster, which tells the others. A SIGTERM to the whole group, as process
    managers send it, must not end them before: they ignore it.
    """

    def start(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        super().start()

    def reincarnate(self, process: Any) -> None:
        if process in self.pool and process.timer.value == 0:  # took too long
            process.kill()
        super().reincarnate(process)

    def spawn_worker(self) -> None:
        self.spawn_process(worker, self.task_queue, self.result_queue, Timer(), self.timeout)


class Cluster(cluster.Cluster):  # type: ignore[misc]
    """One cluster: the process that a process manager starts and stops."""

    def sig_handler(self, signum: int, frame: FrameType | None) -> None:
        STOPPING.value = 1  # drains end after their present item instead of after five minutes
        super().sig_handler(signum, frame)


def run() -> int:
    """Starts the cluster that Q_CLUSTER_NAME names and waits for its end. Returns the exit status."""
    _die_with_parent()
    cluster.Queue, cluster.Sentinel = KillSafeQueue, Sentinel  # where django-q2 looks them up
    one = Cluster()
    one.start()
    one.sentinel.join()
    return 0 if STOPPING.value else 1


def _die_with_parent() -> None:
    """From here on every forked process is killed when the one that forked it ends (on Linux)."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return
    parents: list[int] = []

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parents[-1]:  # it ended before we could say so
            os._exit(1)

    os.register_at_fork(before=lambda: parents.append(os.getpid()), after_in_child=in_child)
