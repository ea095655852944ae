"""What a log line may say about an exception: what it was and where, never its text, which may quote people's data."""

from __future__ import annotations

import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

MAX_FRAMES = 25


def without_values(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: `exc_info` becomes the types of the exception and its causes, and the innermost places."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = [f"{type(part).__module__}.{type(part).__qualname__}" for part in _chain(error)]
        event["at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__, limit=-MAX_FRAMES)
        ]
    return event


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain
