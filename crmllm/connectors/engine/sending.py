"""Changes of one kind on their way out: put in the CRM's words, sent together where it takes several, told apart again.

A change that cannot be put in the CRM's words is refused by itself; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from crmllm.connectors import services
from crmllm.connectors.base import (
    Change,
    ConnectorError,
    Operation,
    Outcome,
    RemoteRecord,
    RemoteRefused,
    RemoteUnavailable,
)
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.errors import Duplicate, NotSent, understood
from crmllm.connectors.engine.mapping import Link
from crmllm.connectors.engine.template import fill
from crmllm.connectors.engine.transport import pick, search
from crmllm.core.errors import BadInput

if TYPE_CHECKING:
    from crmllm.connectors.engine.connector import DeclaredConnector

MIXED = 207  # some went well, some did not

Ready = tuple[int, Change, dict[str, Any]]  # its place among the changes, the change, and what a call says of it


class Sending:
    """One batch. What its changes refer to is looked up once for all of them."""

    def __init__(
        self, crm: DeclaredConnector, object_name: str, operation: Operation, changes: Sequence[Change]
    ) -> None:
        self.crm, self.object, self.operation, self.changes = crm, object_name, operation, changes
        self.mapping = mapping = crm.mapping(object_name)
        self.stream = mapping.stream
        self._asked = {one.external_id for one in changes if one.external_id}
        writes = () if operation == Operation.DELETE else changes
        self._known = services.theirs(crm.connection, [one for it in writes for one in mapping.targets(it.values)])

    def outcomes(self) -> list[Outcome]:
        """Sends all changes. What came of each, in order."""
        outcomes: list[Outcome] = [None] * len(self.changes)
        ready: list[Ready] = []
        for index, change in enumerate(self.changes):
            item = self._item_or_outcome(change)
            if isinstance(item, dict):
                ready.append((index, change, item))
            else:
                outcomes[index] = item
        for part in self._parts(ready):
            try:
                with understood(self.crm.connection.name):
                    told = self._send(part)
            except ConnectorError as error:  # holds for this call alone: others have gone out before
                told = [error] * len(part)
            for (index, change, _), outcome in zip(part, told, strict=True):
                is_twin = self.operation == Operation.CREATE and isinstance(outcome, Duplicate)
                outcomes[index] = self._own(change, outcome) if is_twin else outcome
        return [self._tied(*one) for one in zip(self.changes, outcomes, strict=True)]

    def _own(self, change: Change, outcome: Outcome) -> Outcome:
        """Whether the record that is in a create's way is our own, of a try that the CRM was slow to carry out."""
        try:
            return (self.mapping.our_id and self.crm.find_one(self.object, self.mapping, change)) or outcome
        except ConnectorError:
            return outcome

    def _tied(self, change: Change, outcome: Outcome) -> Outcome:
        """The outcome, once the references that no field carries are written too."""
        links = self._links(change)
        if not links or not isinstance(outcome, RemoteRecord):
            return outcome
        try:
            self.crm.strategy.tie(self.object, self.operation, outcome.external_id, links)
        except ConnectorError as error:
            return error
        return outcome

    # --- in the CRM's words

    def _item_or_outcome(self, change: Change) -> dict[str, Any] | Outcome:
        """What a call says of a change; its outcome where there is nothing to be sent, or where it cannot be said."""
        is_update = self.operation == Operation.UPDATE
        stays = RemoteRecord(change.external_id, {}, change.etag)
        if is_update and not any(self.mapping.writes(name) for name in change.values):
            return stays  # all of it stays with us
        try:
            item = self._item(change)
        except RemoteUnavailable as error:  # what had to be done before it; the change itself did not leave
            return error if isinstance(error, NotSent) else NotSent(error.message)
        except ConnectorError as error:
            return error
        except BadInput as error:
            return RemoteRefused(f"{self.crm.label}: {error.message}", code=error.code)
        return stays if is_update and not item["body"] else item  # without a body it is ties alone

    def _item(self, change: Change) -> dict[str, Any]:
        """What a call's template may use for one change. Raises BadInput, ConnectorError."""
        if self.operation == Operation.CREATE:
            self.crm.strategy.ready(self.object)
        our_id, body = str(change.context.record_id), self._body(change)
        item = {
            **self.stream.values,
            "object": self.stream.theirs,
            "id": change.external_id or None,
            "our_id": our_id,
            "our_id_field": self.mapping.our_id or None,
            "key": str(change.context.key),
            "body": body,
            "body_without_id": {name: value for name, value in body.items() if name != self.mapping.our_id},
            "etag": change.etag or None,
        }
        return self.crm.strategy.item(self.object, self.operation, change, item, self._links(change))

    def _body(self, change: Change) -> dict[str, Any]:
        if self.operation == Operation.DELETE:
            return {}
        body = self.mapping.body(change.values, self._theirs, create=self.operation == Operation.CREATE)
        if self.operation != Operation.CREATE:
            return body
        our_id = str(change.context.record_id)
        known = {
            **self.crm.transport.values(),
            "our_id": our_id,
            "today": timezone.localdate().isoformat(),
            "now": timezone.now(),
        }
        ours = {self.mapping.our_id: our_id} if self.mapping.our_id else {}
        return {**fill(self.stream.defaults, known), **body, **ours}

    def _links(self, change: Change) -> list[Link]:
        return [] if self.operation == Operation.DELETE else self.mapping.links(change.values, self._theirs)

    def _theirs(self, target: str, pk: UUID) -> str | None:
        return self._known.get((target, pk))

    # --- out

    @property
    def _bulk(self) -> int | None:
        return self.crm.strategy.bulk_size(self.object, self.operation)

    def _parts(self, ready: list[Ready]) -> Iterator[list[Ready]]:
        """What goes out together: all as one job, as much as a batch takes, or each by itself."""
        bulk, many = self._bulk, self.crm.way(self.mapping, f"{self.operation}_many")
        size = len(ready) if bulk is not None and len(ready) >= bulk else many.size if many else 1
        for start in range(0, len(ready), size):
            yield ready[start : start + size]

    def _send(self, part: list[Ready]) -> list[Outcome]:
        items, bulk = [item for _, _, item in part], self._bulk
        if bulk is not None and len(part) >= bulk:
            done = self.crm.strategy.bulk(self.operation, items)
            return [self._outcome(change, one) for (_, change, _), one in zip(part, done, strict=True)]
        many = self.crm.way(self.mapping, f"{self.operation}_many")
        if many is not None and len(part) > 1:
            with suppress(RemoteRefused):  # nothing was done: it takes one by one to see whose fault it is
                return self._send_many(many, part, items)
        call = self.crm.way(self.mapping, self.operation) or self.crm.needed(self.stream, self.operation)
        return [self._send_one(call, change, item) for _, change, item in part]

    def _send_one(self, call: Call, change: Change, values: dict[str, Any]) -> Outcome:
        if change.etag and call.guard:
            call = call.model_copy(update={"headers": {**call.headers, **call.guard}})
        try:
            answer = self.crm.transport.send(call, values)
        except ConnectorError as error:
            return error
        return self._outcome(change, str(pick(call.id, answer) or change.external_id))

    def _send_many(self, call: Call, part: list[Ready], items: list[dict[str, Any]]) -> list[Outcome]:
        """One call for many; the answer tells of each, in order or by key."""
        known = self.crm.transport.values()
        values = {
            **self.stream.values,
            "object": items[0]["object"],
            "our_id_field": items[0]["our_id_field"],
            "items": [fill(call.item, {**known, **one}) for one in items],
            "ids": [one["id"] for one in items],
        }
        answer = self.crm.transport.ask(call, values)
        if not call.rows and answer.status != MIXED:  # an answer that says nothing of each says that all went well
            return [self._outcome(change, change.external_id) for _, change, _ in part]
        told = pick(call.rows, self.crm.transport.parsed(answer)) or []
        if call.key:
            by_key = {str(pick(call.key, one)): one for one in told}
            told = [by_key.get(one["id"] or one["our_id"]) for one in items]
        if len(told) != len(part):
            raise RemoteUnavailable(f"{self.crm.label} did not say what became of each record; they are looked up.")
        return [self._told(call, change, one) for (_, change, _), one in zip(part, told, strict=True)]

    # --- what came of it

    def _told(self, call: Call, change: Change, one: Any) -> Outcome:
        label, transport = self.crm.label, self.crm.transport
        if one is None:
            return RemoteUnavailable(f"{label} did not say what became of the record; it is looked up.")
        if not call.done or search(call.done, one):
            told = str(pick(call.id, one) or change.external_id)
            if change.external_id and told != change.external_id and told in self._asked:
                return RemoteUnavailable(f"{label} told of another record than was sent; it is looked up.")
            return self._outcome(change, told)
        problem = pick(call.problem, one) if call.problem else one
        rule = transport.rule_for(None, problem, str(problem))
        if rule is None:
            words = str(pick(self.crm.declaration.message, problem) or "no reason given")[:160]
            return RemoteRefused(f"{label}: {words}")
        return transport.told(rule, problem, str(problem), wait=rule.wait)

    def _outcome(self, change: Change, told: Any) -> Outcome:
        """What came of a change whose answer was an id, or an error of a bulk job."""
        if isinstance(told, ConnectorError):
            return told
        if self.operation == Operation.DELETE:
            return None
        if not told:
            return RemoteUnavailable(f"{self.crm.label} gave the new record no id; it is looked up.")
        return RemoteRecord(str(told), dict(change.values))
