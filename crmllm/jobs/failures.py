"""An exception as a code and a sentence: what may be stored and shown. The text of a database error quotes values."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

import structlog
from django.db.utils import DatabaseError, InterfaceError, OperationalError
from django_q.exceptions import TimeoutException

from crmllm.core.errors import CrmllmError

log = structlog.get_logger("crmllm.jobs")


@dataclass(frozen=True)
class Failure:
    """Why a job failed, without any value that it worked on."""

    code: str
    sentence: str


STOPPED = Failure("stopped", "The worker was stopped; its items were taken over by another.")
NOT_FINISHED = Failure("stopped", "The worker was stopped before it was done. Start it again.")


def explain(error: BaseException) -> Failure:
    """The failure that an exception stands for."""
    if isinstance(error, CrmllmError):
        return Failure(error.code, error.message)
    if isinstance(error, TimeoutException):
        return Failure("timed_out", "It took longer than ten minutes and was stopped.")
    if isinstance(error, OperationalError | InterfaceError):
        return Failure("database_away", "The database did not answer. The work is taken up again by itself.")
    if isinstance(error, DatabaseError):
        return Failure("database_refused", f"The database refused a statement (SQLSTATE {_sqlstate(error)}).")
    if isinstance(error, MemoryError):
        return Failure("memory", "There was not enough memory for it.")
    return Failure("fault", f"A fault of the program: {type(error).__name__} in {_places(error)[-1]}.")


def report(error: BaseException, *, job: str) -> Failure:
    """Explains an exception and logs where it came from: files, lines and functions, never its text."""
    failure = explain(error)
    log.error("job failed", job=job, code=failure.code, kind=type(error).__name__, places=_places(error)[-8:])
    return failure


def _sqlstate(error: DatabaseError) -> str:
    return str(getattr(error.__cause__, "sqlstate", None) or "unknown")


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames] or ["an unknown place"]


def _module(path: str) -> str:
    """The last parts of a path: enough to find the file, nothing of the machine."""
    return "/".join(path.split("/")[-3:])
