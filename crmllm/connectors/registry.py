"""The connectors that this installation knows, by key. A new CRM is one folder and one line in its app's ready()."""

from __future__ import annotations

from collections.abc import Callable

from crmllm.connectors.base import Connector
from crmllm.connectors.models import Connection
from crmllm.core.errors import NotFound

Factory = Callable[[Connection], Connector]
_factories: dict[str, Factory] = {}


def register(key: str, factory: Factory) -> None:
    """Makes a connector known; the factory gets a Connection and opens it."""
    _factories[key] = factory


def open_connection(connection: Connection) -> Connector:
    """The connector of a connection. Raises NotFound, naming the known ones."""
    factory = _factories.get(connection.connector)
    if factory is None:
        known = ", ".join(sorted(_factories))
        raise NotFound(f"There is no connector named “{connection.connector}”. Known: {known}.")
    return factory(connection)


def known() -> list[str]:
    return sorted(_factories)
