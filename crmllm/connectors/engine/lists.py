"""A declared CRM as write-back sees it: by our objects, whatever lists it keeps their records in.

Most objects have one list. Where there are several (calls, meetings and notes are all activities of ours), a record's
id tells by its mark which list it is in, and a new record goes where its values belong (`holds`), else to the object's
own list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crmllm.connectors.base import Change, Erasure, Operation, Outcome, RemoteRecord
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.engine.errors import understood


class Lists:
    """See Connector."""

    def __init__(self, crm: DeclaredConnector) -> None:
        self.crm, self.key, self.label = crm, crm.key, crm.label

    def read(self, object_name: str, external_ids: Sequence[str], fields: list[str]) -> dict[str, RemoteRecord]:
        by_list: dict[str, list[str]] = {}
        for one in external_ids:
            by_list.setdefault(self.list_of(object_name, {}, one), []).append(one)
        with understood(self.crm.connection.name):
            found = [self.crm.read(name, ids, fields) for name, ids in by_list.items()]
        return {pk: record for one in found for pk, record in one.items()}

    def find_created(self, object_name: str, changes: Sequence[Change]) -> list[Outcome]:
        return self._each(object_name, changes, self.crm.find_created)

    def batch(self, object_name: str, operation: Operation) -> int:
        return max(self.crm.batch(name, operation) for name in self._lists(object_name))

    def send(self, object_name: str, operation: Operation, changes: Sequence[Change]) -> list[Outcome]:
        return self._each(object_name, changes, lambda name, part: self.crm.send(name, operation, part))

    def kept(self, object_name: str, values: Mapping[str, Any], external_id: str = "") -> dict[str, Any]:
        return self.crm.kept(self.list_of(object_name, values, external_id), values, external_id)

    def erase(self, object_name: str, external_id: str) -> Erasure:
        """See DeclaredConnector."""
        return self.crm.erase(self.list_of(object_name, {}, external_id), external_id)

    def list_of(self, object_name: str, values: Mapping[str, Any], external_id: str = "") -> str:
        """The list that a record is in, or that a new one with these values goes to."""
        lists = self._lists(object_name)
        if external_id:
            return self.crm.declaration.list_with(object_name, external_id)
        held = (name for name, stream in lists.items() if stream.holds and _fits(values, stream.holds))
        return next(held, object_name)

    def _lists(self, object_name: str) -> Mapping[str, Any]:
        self.crm.stream(object_name)  # refuses an object that this CRM has none of
        return self.crm.declaration.lists_of(object_name)

    def _each(
        self, object_name: str, changes: Sequence[Change], act: Callable[[str, Sequence[Change]], list[Outcome]]
    ) -> list[Outcome]:
        """Acts on the changes of each list together; what came of them, in the order of the changes."""
        by_list: dict[str, list[int]] = {}
        for index, one in enumerate(changes):
            by_list.setdefault(self.list_of(object_name, one.values, one.external_id), []).append(index)
        outcomes: list[Outcome] = [None] * len(changes)
        for name, indexes in by_list.items():
            stream = self.crm.stream(name)
            part = [replace(changes[at], external_id=stream.inner(changes[at].external_id)) for at in indexes]
            with understood(self.crm.connection.name):
                told = act(name, part)
            for at, outcome in zip(indexes, told, strict=True):
                if isinstance(outcome, RemoteRecord):
                    outcome = replace(outcome, external_id=stream.outer(outcome.external_id))
                outcomes[at] = outcome
        return outcomes


def _fits(values: Mapping[str, Any], holds: Mapping[str, list[str]]) -> bool:
    return all(values.get(field) in wanted for field, wanted in holds.items())
