"""The doors of a declared CRM: reads, writes and lists, all by its declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from django.utils import timezone

from crmllm.connectors import services
from crmllm.connectors.base import (
    Change,
    ConnectorError,
    Operation,
    Outcome,
    RemoteGone,
    RemoteRecord,
    RemoteRefused,
    RemoteUnavailable,
)
from crmllm.connectors.engine import strategy
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.completion import completed
from crmllm.connectors.engine.declaration import Call, Declaration, Stream
from crmllm.connectors.engine.errors import Duplicate, FieldRefused, NotSent
from crmllm.connectors.engine.mapping import FieldMapping, Link, Reference, Row
from crmllm.connectors.engine.reader import Reader
from crmllm.connectors.engine.template import fill
from crmllm.connectors.engine.transport import Transport, pick
from crmllm.connectors.models import Connection
from crmllm.connectors.models import Stream as StreamRow
from crmllm.core.errors import BadInput
from crmllm.crm.choices import Object
from crmllm.crm.selectors import field_map

Found = TypeVar("Found")
Ready = tuple[int, Change, dict[str, Any]]  # its place among the changes, the change, and what a call says of it


class DeclaredConnector:
    """One connection to a declared CRM."""

    def __init__(
        self, connection: Connection, declaration: Declaration, *, priority: Priority = Priority.WRITE
    ) -> None:
        self.connection, self.declaration = connection, declaration
        self.key, self.label = declaration.key, declaration.label
        self.transport = Transport(connection, declaration, priority=priority)
        self.strategy = strategy.find(declaration.strategy)(self)
        self._unseen: dict[str, list[str]] = {}  # fields that the CRM does not show, of objects without a row
        self.rows = {row.name: row for row in StreamRow.objects.filter(connection=connection)}

    # --- parts

    def stream(self, name: str) -> Stream:
        """The declared list of that name. Raises RemoteRefused when this CRM has none."""
        found = self.declaration.streams.get(name)
        if found is None:
            raise RemoteRefused(f"{self.label} has no {name}.", code="crm_no_object")
        return found

    def mapping(self, name: str) -> FieldMapping:
        """The fields in force for an object."""
        row = self.rows.get(name)
        definitions = field_map(name) if name in Object.values else {}
        return FieldMapping(
            self.stream(name),
            definitions,
            changed=row.mapping if row else {},
            hidden=[*(row.hidden if row else ()), *self._unseen.get(name, ())],
            allowed=row.writes if row else None,
        )

    def hide(self, name: str, column: str) -> bool:
        """Leaves out a field from now on that the CRM does not show. False when it is none of those asked for."""
        known = {*self.mapping(name).columns(), self.mapping(name).our_id}
        away = sorted(one for one in known if one and (one == column or one.startswith(f"{column}.")))
        row = self.rows.get(name)
        if row is not None and away:
            self.rows[name] = services.hide_fields(stream=row, columns=away)
        elif away:
            self._unseen[name] = [*self._unseen.get(name, ()), *away]
        return bool(column and away)

    def _as_shown(self, name: str, ask: Callable[[FieldMapping], Found]) -> Found:
        """Asks again without a field that the CRM turns out not to show (any more)."""
        while True:
            try:
                return ask(self.mapping(name))
            except FieldRefused as error:
                if not self.hide(name, error.field):
                    raise

    def _way(self, stream: Stream, mapping: FieldMapping, name: str) -> Call | None:
        """The call of this name, or its plain form where the CRM has no field for our id."""
        plain = stream.call(f"{name}_plain") if stream.our_id and not mapping.our_id else None
        return plain or stream.call(name)

    def reader(self, name: str) -> Reader:
        return Reader(self.transport, self.stream(name), self.mapping(name))

    # --- read

    def read(self, object_name: str, external_ids: Sequence[str], fields: list[str]) -> dict[str, RemoteRecord]:
        mapping = self.mapping(object_name)
        rows = self.rows_by_id(object_name, external_ids, fields or None)
        links = services.ours(self.connection, [one for row in rows for one in row.references])
        return {row.external_id: self._record(row, links, mapping) for row in rows if not row.deleted}

    def rows_by_id(self, object_name: str, external_ids: Sequence[str], fields: list[str] | None = None) -> list[Row]:
        """Rows of these ids, in as few calls as the CRM allows. A field that it refuses is noted as hidden and left."""
        return self._as_shown(object_name, lambda mapping: self._rows(object_name, mapping, external_ids, fields))

    def _rows(
        self, object_name: str, mapping: FieldMapping, external_ids: Sequence[str], fields: list[str] | None
    ) -> list[Row]:
        stream = self.stream(object_name)
        many = stream.call("read_many")
        found: list[Row] = []
        if many is not None and (len(external_ids) > 1 or stream.call("read") is None):
            for start in range(0, len(external_ids), many.size):
                found += self._read_many(many, stream, mapping, external_ids[start : start + many.size], fields)
            return found
        one = self._needed(stream, "read")
        for external_id in external_ids:
            values = {**stream.values, "object": stream.theirs, "id": external_id, "columns": mapping.columns(fields)}
            try:
                body = pick(one.row, self.transport.send(one, values))
            except RemoteGone:
                continue
            if body:
                found.append(mapping.row(body))
        return found

    def _read_many(
        self, call: Call, stream: Stream, mapping: FieldMapping, ids: Sequence[str], fields: list[str] | None
    ) -> list[Row]:
        values = {**stream.values, "object": stream.theirs, "ids": list(ids), "columns": mapping.columns(fields)}
        found = [pick(call.row, one) for one in pick(call.rows, self.transport.send(call, values)) or []]
        return [mapping.row(one) for one in completed(self.transport, stream, call, found)]

    def find_created(self, object_name: str, changes: Sequence[Change]) -> list[Outcome]:
        """See Connector: many in one call where the CRM can be asked for our ids, else one by one."""
        many = self.stream(object_name).call("find_many")
        if many is None or len(changes) == 1 or not self.mapping(object_name).our_id:
            return [self._found(object_name, one) for one in changes]
        try:
            return [
                outcome
                for start in range(0, len(changes), many.size)
                for outcome in self._find_many(object_name, many, changes[start : start + many.size])
            ]
        except FieldRefused:  # the CRM turns out to have no field for our id
            return [self._found(object_name, one) for one in changes]

    def _found(self, object_name: str, change: Change) -> Outcome:
        try:
            return self._as_shown(object_name, lambda mapping: self._find_created(object_name, mapping, change))
        except ConnectorError as error:
            return error

    def _find_many(self, object_name: str, call: Call, changes: Sequence[Change]) -> list[Outcome]:
        """By our ids, in one call. Raises ConnectorError: then nothing is known of any of them."""
        self.strategy.ready(object_name)
        stream, ids = self.stream(object_name), [str(one.context.record_id) for one in changes]

        def ask(mapping: FieldMapping) -> list[Row]:
            values = {**stream.values, "object": stream.theirs, "our_ids": ids, "columns": mapping.columns()}
            found = [pick(call.row, one) for one in pick(call.rows, self.transport.send(call, values)) or []]
            return [mapping.row(one) for one in completed(self.transport, stream, call, found)]

        rows, mapping = self._as_shown(object_name, ask), self.mapping(object_name)
        links = services.ours(self.connection, [one for row in rows for one in row.references])
        by_id = {row.our_id: self._record(row, links, mapping) for row in rows if not row.deleted}
        return [by_id.get(one.context.record_id) for one in changes]

    def _find_created(self, object_name: str, mapping: FieldMapping, change: Change) -> RemoteRecord | None:
        stream = self.stream(object_name)
        self.strategy.ready(object_name)  # who was stopped before sending may have been stopped before that, too
        call = self._way(stream, mapping, "find") or self._needed(stream, "find")
        if not mapping.our_id and not all(change.values.get(name) for name in stream.natural_key):
            raise RemoteRefused(f"{self.label}: nothing tells whether the record was made; a person has to look.")
        values = {
            **stream.values,
            "object": stream.theirs,
            "our_id": str(change.context.record_id),
            "columns": mapping.columns(),
            "keys": {name: change.values.get(name) or "" for name in stream.natural_key},
        }
        try:
            body = self.transport.send(call, values)
        except RemoteGone:
            return None
        found = pick(call.rows, body) if call.rows else [pick(call.row, body)]
        rows = [mapping.row(one if not call.rows else pick(call.row, one)) for one in found or [] if one]
        if len(rows) > 1:
            raise RemoteRefused(
                f"{self.label} has several records like the one that was to be made; a person has to look."
            )
        return self._record(rows[0], services.ours(self.connection, rows[0].references), mapping) if rows else None

    def _record(self, row: Row, links: Mapping[Reference, UUID], mapping: FieldMapping) -> RemoteRecord:
        return RemoteRecord(row.external_id, resolved(row, links), row.etag, row.modified_at)

    # --- write

    def batch(self, object_name: str, operation: Operation) -> int:
        many = self.stream(object_name).call(f"{operation}_many")
        return self.strategy.bulk_size(object_name, operation) or (many.size if many else 1)

    def send(self, object_name: str, operation: Operation, changes: Sequence[Change]) -> list[Outcome]:
        """See Connector. A change that cannot be put in the CRM's words is refused by itself; the others go on."""
        mapping = self.mapping(object_name)
        if mapping.allowed is not None and not mapping.allowed:
            label = mapping.stream.label or mapping.stream.theirs
            sentence = f"{label} may only be read in {self.connection.name}; see Settings > Connections."
            return [RemoteRefused(sentence, code="crm_read_only") for _ in changes]
        outcomes = self._sent(object_name, operation, mapping, changes)
        missing = [one for one in outcomes if isinstance(one, FieldRefused) and one.field == mapping.our_id]
        if missing and len(missing) == len(outcomes) and self.hide(object_name, mapping.our_id):
            return self._sent(object_name, operation, self.mapping(object_name), changes)
        return outcomes

    def _sent(
        self, object_name: str, operation: Operation, mapping: FieldMapping, changes: Sequence[Change]
    ) -> list[Outcome]:
        outcomes: list[Outcome] = [None] * len(changes)
        ready: list[Ready] = []
        for index, change in enumerate(changes):
            if operation == Operation.UPDATE and not any(mapping.writes(name) for name in change.values):
                outcomes[index] = RemoteRecord(change.external_id, {}, change.etag)  # all of it stays with us
                continue
            try:
                item = self._item(object_name, mapping, operation, change)
            except RemoteUnavailable as error:  # what had to be done before it; the change itself did not leave
                outcomes[index] = error if isinstance(error, NotSent) else NotSent(error.message)
                continue
            except ConnectorError as error:
                outcomes[index] = error
                continue
            except BadInput as error:
                outcomes[index] = RemoteRefused(f"{self.label}: {error.message}", code=error.code)
                continue
            if operation == Operation.UPDATE and not item["body"]:
                outcomes[index] = RemoteRecord(change.external_id, {}, change.etag)  # only ties
            else:
                ready.append((index, change, item))
        for part in self._parts(object_name, mapping, operation, ready):
            try:
                told = self._send(object_name, mapping, operation, part)
            except ConnectorError as error:  # holds for this call alone: others have gone out before
                told = [error] * len(part)
            for (index, change, _), outcome in zip(part, told, strict=True):
                is_twin = operation == Operation.CREATE and isinstance(outcome, Duplicate)
                outcomes[index] = self._own(object_name, mapping, change, outcome) if is_twin else outcome
        return [self._tied(object_name, mapping, operation, *one) for one in zip(changes, outcomes, strict=True)]

    def _own(self, object_name: str, mapping: FieldMapping, change: Change, outcome: Outcome) -> Outcome:
        """Whether the record that is in a create's way is our own, of a try that the CRM was slow to carry out."""
        try:
            return (mapping.our_id and self._find_created(object_name, mapping, change)) or outcome
        except ConnectorError:
            return outcome

    def _tied(
        self, object_name: str, mapping: FieldMapping, operation: Operation, change: Change, outcome: Outcome
    ) -> Outcome:
        """The outcome, once the references that no field carries are written too."""
        links = mapping.links(change.values, self._theirs) if operation != Operation.DELETE else []
        if not links or not isinstance(outcome, RemoteRecord):
            return outcome
        try:
            self.strategy.tie(object_name, operation, outcome.external_id, links)
        except ConnectorError as error:
            return error
        return outcome

    def link(self, object_name: str, external_id: str, link: Link) -> None:
        """Ties a record to another by the call that the field names."""
        stream = self.stream(object_name)
        values = {"object": stream.theirs, "id": external_id, "field": link.field, "far": link.external_id}
        self.transport.send(self._needed(stream, link.call), {**stream.values, **values})

    def _theirs(self, target: str, pk: UUID) -> str | None:
        return services.external_id(self.connection, target, pk)

    def _parts(
        self, object_name: str, mapping: FieldMapping, operation: Operation, ready: list[Ready]
    ) -> Iterator[list[Ready]]:
        """What goes out together: all as one job, as much as a batch takes, or each by itself."""
        bulk = self.strategy.bulk_size(object_name, operation)
        many = self._way(self.stream(object_name), mapping, f"{operation}_many")
        size = len(ready) if bulk is not None and len(ready) >= bulk else many.size if many else 1
        for start in range(0, len(ready), size):
            yield ready[start : start + size]

    def _body(self, stream: Stream, mapping: FieldMapping, operation: Operation, change: Change) -> dict[str, Any]:
        if operation == Operation.DELETE:
            return {}
        body = mapping.body(
            change.values,
            self._theirs,
            create=operation == Operation.CREATE,
        )
        if operation == Operation.CREATE:
            known = {
                **self.transport.values(),
                "our_id": str(change.context.record_id),
                "today": timezone.localdate().isoformat(),
                "now": timezone.now(),
            }
            body = {**fill(stream.defaults, known), **body}
            if mapping.our_id:
                body[mapping.our_id] = str(change.context.record_id)
        return body

    def _send(self, object_name: str, mapping: FieldMapping, operation: Operation, part: list[Ready]) -> list[Outcome]:
        stream, items = self.stream(object_name), [item for _, _, item in part]
        many = self._way(stream, mapping, f"{operation}_many")
        size = self.strategy.bulk_size(object_name, operation)
        if size is not None and len(part) >= size:
            done = self.strategy.bulk(operation, items)
            return [self._outcome(operation, change, one) for (_, change, _), one in zip(part, done, strict=True)]
        if many is not None and len(part) > 1:
            with suppress(RemoteRefused):  # nothing was done: it takes one by one to see whose fault it is
                return self._send_many(many, operation, part, items)
        call = self._way(stream, mapping, operation) or self._needed(stream, operation)
        return [self._send_one(call, operation, change, item) for (_, change, _), item in zip(part, items, strict=True)]

    def _item(self, object_name: str, mapping: FieldMapping, operation: Operation, change: Change) -> dict[str, Any]:
        """What a call's template may use for one change. Raises BadInput, ConnectorError."""
        stream = self.stream(object_name)
        if operation == Operation.CREATE:
            self.strategy.ready(object_name)
        our_id, body = str(change.context.record_id), self._body(stream, mapping, operation, change)
        item = {
            **stream.values,
            "object": stream.theirs,
            "id": change.external_id or None,
            "our_id": our_id,
            "our_id_field": mapping.our_id or None,
            "key": str(change.context.key),
            "body": body,
            "body_without_id": {name: value for name, value in body.items() if name != mapping.our_id},
            "etag": change.etag or None,
        }
        links = mapping.links(change.values, self._theirs) if operation != Operation.DELETE else []
        return self.strategy.item(object_name, operation, change, item, links)

    def _send_one(
        self, call: Call, operation: Operation, change: Change, values: dict[str, Any]
    ) -> RemoteRecord | ConnectorError | None:
        if change.etag and call.guard:
            call = call.model_copy(update={"headers": {**call.headers, **call.guard}})
        try:
            answer = self.transport.send(call, values)
        except ConnectorError as error:
            return error
        return self._outcome(operation, change, str(pick(call.id, answer) or change.external_id))

    def _send_many(
        self,
        call: Call,
        operation: Operation,
        part: list[Ready],
        items: list[dict[str, Any]],
    ) -> list[Outcome]:
        """One call for many; the answer tells of each, in order or by key."""
        values = {
            "object": items[0]["object"],
            "our_id_field": items[0]["our_id_field"],
            "items": [fill(call.item, {**self.transport.values(), **one}) for one in items],
            "ids": [one["id"] for one in items],
        }
        body = self.transport.send(call, values)
        if not call.rows:  # an answer that says nothing of each says that all went well
            return [self._outcome(operation, change, change.external_id) for _, change, _ in part]
        told = pick(call.rows, body) or []
        if call.key:
            by_key = {str(pick(call.key, one)): one for one in told}
            told = [by_key.get(one["id"] or one["our_id"]) for one in items]
        if len(told) != len(part):
            raise RemoteUnavailable(f"{self.label} did not say what became of each record; they are looked up.")
        return [self._told(call, operation, change, one) for (_, change, _), one in zip(part, told, strict=True)]

    def _told(self, call: Call, operation: Operation, change: Change, one: Any) -> Outcome:
        if one is None:
            return RemoteUnavailable(f"{self.label} did not say what became of the record; it is looked up.")
        if not call.done or pick(call.done, one):
            return self._outcome(operation, change, str(pick(call.id, one) or change.external_id))
        problem = pick(call.problem, one) if call.problem else one
        rule = self.transport.rule_for(None, problem, str(problem))
        if rule is None:
            words = str(pick(self.declaration.message, problem) or "no reason given")[:160]
            return RemoteRefused(f"{self.label}: {words}")
        return self.transport.told(rule, problem, str(problem), wait=rule.wait)

    def _outcome(self, operation: Operation, change: Change, told: Any) -> Outcome:
        """What came of a change whose answer was an id, or an error of a bulk job."""
        if isinstance(told, ConnectorError):
            return told
        if operation == Operation.DELETE:
            return None
        if not told:
            return RemoteUnavailable(f"{self.label} gave the new record no id; it is looked up.")
        return RemoteRecord(str(told), dict(change.values))

    def kept(self, object_name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return self.mapping(object_name).kept(values)

    def erase(self, object_name: str, external_id: str) -> None:
        """Erases a record for good, where the CRM offers that. Raises ConnectorError."""
        stream = self.stream(object_name)
        values = {**stream.values, "object": stream.theirs, "id": external_id}
        self.transport.send(self._needed(stream, "erase"), values)

    # --- for set-up

    def test(self) -> Any:
        """A harmless call that shows whether we are let in. Raises ConnectorError."""
        call = self.declaration.test
        return pick(call.row, self.transport.send(call, {}))

    @staticmethod
    def _needed(stream: Stream, name: str) -> Call:
        call = stream.call(name)
        if call is None:
            raise RemoteRefused(
                f"This CRM offers no way to {name} a {stream.label or stream.theirs}.", code="crm_no_way"
            )
        return call


def resolved(row: Row, links: Mapping[Reference, UUID]) -> dict[str, Any]:
    """A row's values with our ids for theirs; a reference to a record that we do not know is left out."""
    values = {}
    for name, value in row.values.items():
        if isinstance(value, Reference):
            if value not in links:
                continue
            value = str(links[value])
        values[name] = value
    return values
