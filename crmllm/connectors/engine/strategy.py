"""What data cannot say: small named pieces of Python beside a declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from crmllm.connectors.base import Change, Operation, RemoteRefused

if TYPE_CHECKING:
    from crmllm.connectors.engine.connector import DeclaredConnector
    from crmllm.connectors.engine.mapping import Link


@dataclass(frozen=True)
class Conversion:
    """How a lead is converted: into which records of the CRM (new ones where none is named), and whether with an
    opportunity. `to` holds external ids by object."""

    to: Mapping[str, str]
    opportunity: str = ""  # the name of a new one; empty: none is made


@dataclass(frozen=True)
class Converted:
    """What a lead became, as external ids."""

    account: str
    contact: str
    opportunity: str = ""


class Strategy:
    """Hooks of one CRM. Each has the answer that suits a CRM without anything special."""

    #: What `item` adds to what a call's template may use for one change.
    brings: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, connector: DeclaredConnector) -> None:
        self.connector = connector

    def bulk_size(self, object_name: str, operation: Operation) -> int | None:
        """From how many changes on a bulk job takes fewer calls than batches; None when there is none."""
        return None

    def bulk(self, operation: Operation, items: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Carries changes out as one job. For each, in order: the record's id, or a ConnectorError."""
        raise NotImplementedError

    def erase(self, object_name: str, values: Mapping[str, Any]) -> None:
        """Erases a record as far as the CRM can. Raises ConnectorError."""
        self.connector.transport.send(self.connector.needed(self.connector.stream(object_name), "erase"), values)

    def convert(self, lead: str, wish: Conversion) -> Converted:
        """Makes an account, a contact and perhaps an opportunity out of a lead. Raises ConnectorError."""
        raise RemoteRefused("This CRM converts no leads.", code="crm_no_way")

    def converted(self, lead: str) -> Converted | None:
        """What a lead became that is converted there already; None for one that is not. Raises ConnectorError."""
        return None

    def ready(self, object_name: str) -> None:
        """Makes in the CRM what a create needs there, a field for our id for example.

        Called before each create is sent or looked for, so it must cost nothing once all of it is there.
        """

    def item(
        self, object_name: str, operation: Operation, change: Change, item: dict[str, Any], links: Sequence[Link]
    ) -> dict[str, Any]:
        """What a call's template may use for one change; `links` are its references that no field carries."""
        return item

    def tie(self, object_name: str, operation: Operation, external_id: str, links: Sequence[Link]) -> None:
        """Ties a record to others, or unties it, by the calls that the fields name."""
        for link in links:
            self.connector.link(object_name, external_id, link)


_strategies: dict[str, type[Strategy]] = {"": Strategy}


def register(name: str, strategy: type[Strategy]) -> None:
    _strategies[name] = strategy


def known() -> list[str]:
    return sorted(name for name in _strategies if name)


def find(name: str) -> type[Strategy]:
    """Raises KeyError for a name that nobody registered."""
    return _strategies[name]
