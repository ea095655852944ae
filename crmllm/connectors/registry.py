"""The connectors that this installation knows, by key. A new CRM is one folder and one line in its app's ready()."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from crmllm.connectors.base import Connector
from crmllm.connectors.engine import declaration as declarations
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.lists import Lists
from crmllm.connectors.models import Connection, Stream
from crmllm.core.errors import BadInput, NotFound

Factory = Callable[[Connection], Connector]
_factories: dict[str, Factory] = {}
_declarations: dict[str, Declaration] = {}


def register(key: str, factory: Factory) -> None:
    """Makes a connector known; the factory gets a Connection and opens it."""
    _factories[key] = factory


def declare(path: Path) -> Declaration:
    """Makes a CRM known that is declared in a file. Raises BadInput with every fault of it."""
    found = declarations.read(path)
    taken = _declarations.get(found.key)
    if found.key in _factories or (taken is not None and taken != found):
        raise BadInput(f"{path.name}: there is a connector “{found.key}” already; choose another key.")
    _declarations[found.key] = found
    return found


def declare_all(folders: Iterable[Path]) -> None:
    """Declares every file of an operator's folders."""
    for folder in folders:
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            declare(path)


def declaration(key: str) -> Declaration:
    """The declaration of that key. Raises NotFound."""
    found = _declarations.get(key)
    if found is None:
        raise NotFound(f"There is no declared CRM “{key}”. Known: {', '.join(sorted(_declarations))}.")
    return found


def declared() -> list[Declaration]:
    """All declared CRMs, by label."""
    return sorted(_declarations.values(), key=lambda one: one.label)


def declared_label(key: str) -> str:
    """What people call the CRM of that key."""
    found = _declarations.get(key)
    return found.label if found else key


def open_connection(connection: Connection) -> Connector:
    """The connector of a connection. Raises NotFound, naming the known ones."""
    if connection.connector in _declarations:
        return Lists(open_declared(connection))
    factory = _factories.get(connection.connector)
    if factory is None:
        raise NotFound(f"There is no connector named “{connection.connector}”. Known: {', '.join(known())}.")
    return factory(connection)


def open_declared(connection: Connection, *, priority: Priority = Priority.WRITE) -> DeclaredConnector:
    """A connection to a declared CRM; `priority` says for whom its calls are made. Raises NotFound."""
    return DeclaredConnector(connection, declaration(connection.connector), priority=priority)


def object_of(stream: Stream) -> str:
    """Our object that a list's records are; owners, products and stages are none of our six."""
    return declaration(stream.connection.connector).object_of(stream.name)


def known() -> list[str]:
    return sorted({*_factories, *_declarations})
