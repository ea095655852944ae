"""What data cannot say: small named pieces of Python beside a declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmllm.connectors.base import Operation

if TYPE_CHECKING:
    from crmllm.connectors.engine.connector import DeclaredConnector


class Strategy:
    """Hooks of one CRM. Each has the answer that suits a CRM without anything special."""

    def __init__(self, connector: DeclaredConnector) -> None:
        self.connector = connector

    def bulk_size(self, theirs: str, operation: Operation) -> int | None:
        """From how many changes on a bulk job takes fewer calls than batches; None when there is none."""
        return None

    def bulk(self, operation: Operation, items: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Carries changes out as one job. For each, in order: the record's id, or a ConnectorError."""
        raise NotImplementedError

    def after_link(self, object_name: str, external_id: str, links: Mapping[str, Any]) -> None:
        """Ties records together where that is a call of its own."""


_strategies: dict[str, Callable[[DeclaredConnector], Strategy]] = {"": Strategy}


def register(name: str, strategy: Callable[[DeclaredConnector], Strategy]) -> None:
    _strategies[name] = strategy


def known() -> list[str]:
    return sorted(name for name in _strategies if name)


def find(name: str) -> Callable[[DeclaredConnector], Strategy]:
    return _strategies[name]
