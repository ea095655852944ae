"""The doors of a declared CRM: reads, writes and lists, all by its declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from crmllm.connectors import services
from crmllm.connectors.base import (
    Change,
    ConnectorError,
    Erasure,
    Operation,
    Outcome,
    Reach,
    RemoteGone,
    RemoteRecord,
    RemoteRefused,
    RemoteUnavailable,
)
from crmllm.connectors.engine import strategy
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.completion import completed
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.declared.streams import Stream
from crmllm.connectors.engine.errors import FieldRefused, understood
from crmllm.connectors.engine.mapping import FieldMapping, Link, Reference, Row
from crmllm.connectors.engine.reader import Reader
from crmllm.connectors.engine.sending import Sending
from crmllm.connectors.engine.transport import Transport, pick
from crmllm.connectors.models import Connection
from crmllm.connectors.models import Stream as StreamRow
from crmllm.crm.choices import Object
from crmllm.crm.selectors import field_map

Found = TypeVar("Found")


class DeclaredConnector:
    """One connection to a declared CRM."""

    def __init__(
        self, connection: Connection, declaration: Declaration, *, priority: Priority = Priority.WRITE
    ) -> None:
        self.connection, self.declaration = connection, declaration
        self.key, self.label = declaration.key, declaration.label
        self.transport = Transport(connection, declaration, priority=priority)
        self.strategy = strategy.find(declaration.strategy)(self)
        self._mappings: dict[str, FieldMapping] = {}
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
        """The fields in force for an object, as they are when it is first asked for."""
        if name not in self._mappings:
            self._mappings[name] = self._mapping(name)
        return self._mappings[name]

    def _mapping(self, name: str) -> FieldMapping:
        row = self.rows.get(name)
        ours = self.declaration.object_of(name)
        definitions = field_map(ours) if ours in Object.values else {}
        return FieldMapping(
            self.stream(name),
            definitions,
            changed=row.mapping if row else {},
            hidden=[*(row.hidden if row else ()), *self._unseen.get(name, ())],
            allowed=row.writes if row else None,
            known=self.transport.values(),
        )

    def hide(self, name: str, column: str) -> bool:
        """Leaves out a field from now on that the CRM does not show. False when it is none of those asked for."""
        known = {*self.mapping(name).columns(), self.mapping(name).our_id}
        away = sorted(one for one in known if one and (one == column or one.startswith(f"{column}.")))
        row = self.rows.get(name)
        if row is not None and away:
            optional = self.stream(name).optional
            self.rows[name] = services.hide_fields(stream=row, columns=away, optional=optional)
        elif away:
            self._unseen[name] = [*self._unseen.get(name, ()), *away]
        self._mappings.pop(name, None)
        return bool(column and away)

    def _as_shown(self, name: str, ask: Callable[[FieldMapping], Found]) -> Found:
        """Asks again without a field that the CRM turns out not to show (any more)."""
        while True:
            try:
                return ask(self.mapping(name))
            except FieldRefused as error:
                if not self.hide(name, error.field):
                    raise

    def way(self, mapping: FieldMapping, name: str) -> Call | None:
        """The call of this name, or its plain form where the CRM has no field for our id."""
        stream = mapping.stream
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
        external_ids = [stream.inner(one) for one in external_ids]
        many = stream.call("read_many")
        found: list[Row] = []
        if many is not None and (len(external_ids) > 1 or stream.call("read") is None):
            for start in range(0, len(external_ids), many.size):
                found += self._read_many(many, stream, mapping, external_ids[start : start + many.size], fields)
            return found
        one = self.needed(stream, "read")
        for external_id in external_ids:
            values = {**stream.values, "object": stream.theirs, "id": external_id, "columns": mapping.columns(fields)}
            with suppress(RemoteGone):
                if body := self._one(one, values):
                    found.append(mapping.row(body))
        return found

    def _one(self, call: Call, values: Mapping[str, Any]) -> Any:
        """The record in an answer; None where the CRM has none. Raises RemoteUnavailable for an answer that says
        nothing: it must not pass for a record that is gone."""
        answer = self.transport.ask(call, values)
        body = self.transport.parsed(answer)
        if call.rows:
            return next((pick(call.row, one) for one in self.transport.rows(call, answer, body)), None)
        if answer.status != 204 and not (body and isinstance(body, Mapping | list)):
            raise RemoteUnavailable(f"{self.connection.name} answered without the record that was asked for.")
        return pick(call.row, body)

    def _read_many(
        self, call: Call, stream: Stream, mapping: FieldMapping, ids: Sequence[str], fields: list[str] | None
    ) -> list[Row]:
        values = {**stream.values, "object": stream.theirs, "ids": list(ids), "columns": mapping.columns(fields)}
        found = [pick(call.row, one) for one in self.transport.listed(call, values)]
        return [mapping.row(one) for one in completed(self.transport, stream, call, found)]

    def ties(self, name: str, external_ids: Sequence[str]) -> list[Row]:
        """Rows that say of these records only what the list's `complete` calls tell: which others they are tied to."""
        stream, mapping = self.stream(name), self.mapping(name)
        bare = [{stream.id: stream.inner(one)} for one in external_ids]
        asked = Call(path="", complete=True)  # as a list's answer would be completed
        return [mapping.row(one) for one in completed(self.transport, stream, asked, bare)]

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
            return self._as_shown(object_name, lambda mapping: self.find_one(object_name, mapping, change))
        except ConnectorError as error:
            return error

    def _find_many(self, object_name: str, call: Call, changes: Sequence[Change]) -> list[Outcome]:
        """By our ids, in one call. Raises ConnectorError: then nothing is known of any of them."""
        self.strategy.ready(object_name)
        stream, ids = self.stream(object_name), [str(one.context.record_id) for one in changes]

        def ask(mapping: FieldMapping) -> list[Row]:
            values = {**stream.values, "object": stream.theirs, "our_ids": ids, "columns": mapping.columns()}
            found = [pick(call.row, one) for one in self.transport.listed(call, values)]
            return [mapping.row(one) for one in completed(self.transport, stream, call, found)]

        rows, mapping = self._as_shown(object_name, ask), self.mapping(object_name)
        links = services.ours(self.connection, [one for row in rows for one in row.references])
        by_id = {row.our_id: self._record(row, links, mapping) for row in rows if not row.deleted}
        return [by_id.get(one.context.record_id) for one in changes]

    def find_one(self, object_name: str, mapping: FieldMapping, change: Change) -> RemoteRecord | None:
        """What an earlier try of a create left there; None for nothing. Raises ConnectorError."""
        stream = self.stream(object_name)
        self.strategy.ready(object_name)  # who was stopped before sending may have been stopped before that, too
        call = self.way(mapping, "find") or self.needed(stream, "find")
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
            asked = self.transport.listed if call.rows else self.transport.send
            answer = asked(call, values)
        except RemoteGone:
            return None
        found = [pick(call.row, one) for one in (answer if call.rows else [answer])]
        rows = [mapping.row(one) for one in found if one]
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
        """See Connector. A change that cannot be put in the CRM's words is refused by itself; the others go on.

        One that was refused for a field which not every account has, or not for our id, goes again without it.
        """
        mapping = self.mapping(object_name)
        if mapping.allowed is not None and not mapping.allowed:
            label = mapping.stream.label or mapping.stream.theirs
            sentence = f"{label} may only be read in {self.connection.name}; see Settings > Connections."
            return [RemoteRefused(sentence, code="crm_read_only") for _ in changes]
        outcomes = Sending(self, object_name, operation, changes).outcomes()
        refused = {place: one.field for place, one in enumerate(outcomes) if isinstance(one, FieldRefused)}
        lacked = {field for field in refused.values() if field in mapping.stream.optional}
        if len(refused) == len(outcomes) and mapping.our_id:
            lacked |= set(refused.values()) & {mapping.our_id}
        if not [field for field in sorted(lacked) if self.hide(object_name, field)]:
            return outcomes
        places = [place for place, field in refused.items() if field in lacked]
        again = self.send(object_name, operation, [changes[place] for place in places])
        for place, outcome in zip(places, again, strict=True):
            outcomes[place] = outcome
        return outcomes

    def link(self, object_name: str, external_id: str, link: Link) -> None:
        """Ties a record to another by the call that the field names."""
        stream = self.stream(object_name)
        values = {"object": stream.theirs, "id": external_id, "field": link.field, "far": link.external_id}
        self.transport.send(self.needed(stream, link.call), {**stream.values, **values})

    def kept(self, object_name: str, values: Mapping[str, Any], external_id: str = "") -> dict[str, Any]:
        return self.mapping(object_name).kept(values, create=not external_id)

    def erase(self, name: str, external_id: str) -> Erasure:
        """Erases a record for good, as far as the CRM offers that, and looks for what is left of it.

        What the CRM refuses is no error but a result: somebody has to know of it. Raises RemoteUnavailable.
        """
        stream = self.stream(name)
        values = {**stream.values, "object": stream.theirs, "id": stream.inner(external_id)}
        with suppress(RemoteGone):
            try:
                self.strategy.erase(name, values)
            except RemoteRefused as error:
                return Erasure(Reach.OUT_OF_REACH, error.message)
        where = f"{stream.label or stream.theirs} in {self.connection.name}"
        if self._left_of(stream, values):
            return Erasure(Reach.REQUESTED, f"{where}: deleted. {stream.bin}".strip())
        if stream.call("erased") is None:
            return Erasure(Reach.REQUESTED, f"{where}: deleted; whether a copy is kept there cannot be asked.")
        return Erasure(Reach.PROVEN, f"{where}: erased, and not found there any more.")

    def _left_of(self, stream: Stream, values: Mapping[str, Any]) -> bool:
        """Whether the CRM still has a record, in a bin or an archive too."""
        for call in (stream.call("erased"), stream.call("read")):
            if call is None:
                continue
            with suppress(RemoteGone):
                if self._one(call, {"columns": [stream.id], **values}):
                    return True
        return False

    # --- for set-up

    def test(self) -> Any:
        """A harmless call that shows whether we are let in. Raises ConnectorError."""
        call = self.declaration.test
        with understood(self.connection.name):
            return pick(call.row, self.transport.send(call, {}))

    def learnt(self, answer: Any) -> dict[str, Any]:
        """What of the answer to `test` is kept with the connection."""
        found = {name: pick(path, answer) for name, path in self.declaration.keep.items()}
        return {name: value for name, value in found.items() if value not in (None, "")}

    @staticmethod
    def needed(stream: Stream, name: str) -> Call:
        """The call of that name. Raises RemoteRefused where the CRM offers none."""
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
