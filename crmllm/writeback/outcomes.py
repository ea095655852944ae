"""Who wants to know how a write ended. Proposals subscribe; write-back knows nothing of them but their id."""

from __future__ import annotations

from collections.abc import Callable

from crmllm.writeback.models import Writeback

Listener = Callable[[Writeback], None]
_listeners: list[Listener] = []


def subscribe(listener: Listener) -> None:
    """`listener` is called inside the transaction in which a write ends."""
    _listeners.append(listener)


def announce(row: Writeback) -> None:
    for listener in _listeners:
        listener(row)
