"""Answers a parsed query from the rows: fields by what the user may see, conditions, order, parents' fields."""

from __future__ import annotations

import fnmatch
import itertools
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.support.salesforce.calls import Refused
from tests.support.salesforce.schema import IDS, NUMBERS, TEXTS, Field, ObjectType
from tests.support.salesforce.soql import (
    Both,
    Compare,
    Condition,
    Day,
    Either,
    Moment,
    Opposite,
    Order,
    Path,
    Query,
)
from tests.support.salesforce.store import Org, Row, long_id

Read = Callable[[Row], Any]
Test = Callable[[Row], bool]
Render = Callable[[Row], dict[str, Any]]

_COMPARE = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


class Reader:
    """One query of one user."""

    def __init__(self, org: Org, user: str, query: Query, deleted: bool = False, version: str = "68.0") -> None:
        self.org, self.user, self.query, self.deleted, self.version = org, user, query, deleted, version
        self.kind = self._object(query.object)
        self.select = [self._resolve(path) for path in query.paths]
        own_fields_only = all(len(names) == 1 for names, _ in self.select)
        self.flat = [names[0] for names, _ in self.select] if own_fields_only else []
        self.test = self._test(query.where) if query.where else None
        self.orders = [(order, self._value(order.path)) for order in query.order]

    def ids(self) -> list[str]:
        """The rows that fulfil the query, in its order."""
        rows: Iterator[Row] = filter(self._seen, self._candidates())
        if self.test:
            rows = filter(self.test, rows)
        for order, read in reversed([] if self._in_order() else self.orders):
            rows = iter(sorted(rows, key=_sort_key(order, read), reverse=order.descending))
        end = None if self.query.limit is None else self.query.offset + self.query.limit
        return [row["Id"] for row in itertools.islice(rows, self.query.offset, end)]

    def records(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        """The rows as they are answered; those that have gone since are left out."""
        if self.kind.name == "UserRecordAccess":
            found = {row["Id"]: row for row in self._rights()}
            return [self._record(self.kind, found[record_id], self.select) for record_id in ids]
        rows = self.org.tables[self.kind.name].rows
        return [self._record(self.kind, rows[record_id], self.select) for record_id in ids if record_id in rows]

    def _object(self, name: str) -> ObjectType:
        try:
            return self.org.kind(name)
        except Refused:
            raise Refused(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.") from None

    def _candidates(self) -> Iterator[Row]:
        if self.kind.name == "UserRecordAccess":
            return self._rights()
        table = self.org.tables[self.kind.name]
        ids = self.query.wanted("Id")
        if ids is not None:
            known = (table.rows.get(record_id) for record_id in sorted({long_id(one) for one in ids}))
            return (row for row in known if row is not None)
        for name, lookup in table.lookup.items():
            values = None if self.deleted else self.query.wanted(name)
            if values is not None:
                found = set().union(*(lookup.get(value.lower(), set()) for value in values))
                return (table.rows[record_id] for record_id in sorted(found))
        return table.since(self.query.starts_at())

    def _in_order(self) -> bool:
        """Whether the rows come in the wanted order anyway: a table is kept by stamp and id."""
        wanted = [(order.path[0], len(order.path), order.descending) for order, _ in self.orders]
        natural = wanted == [("SystemModstamp", 1, False), ("Id", 1, False)][: len(wanted)]
        looked_up = self.query.wanted("Id") is not None or any(
            self.query.wanted(name) is not None for name in self.org.tables[self.kind.name].lookup
        )
        return natural and not looked_up

    def _seen(self, row: Row) -> bool:
        return (self.deleted or not row["IsDeleted"]) and self.org.access.sees(self.user, row["Id"])

    def _rights(self) -> Iterator[Row]:
        users, ids = self.query.wanted("UserId"), self.query.wanted("RecordId")
        if not users or ids is None or len(ids) > 200:
            message = "Can select only RecordId, a Has*Access field and MaxAccessLevel; filter by UserId and RecordId"
            raise Refused(400, "MALFORMED_QUERY", message)
        for record_id in map(long_id, ids):
            kind, user, access = self.org.kind_of(record_id), long_id(users[0]), self.org.access
            name = kind.name if kind else ""
            row = self.org.row(name, record_id) if kind else None
            reads = row is not None and not row["IsDeleted"] and access.sees(user, record_id)
            edits = reads and access.edits(user, record_id) and access.may(user, name, "edit")
            yield {
                "Id": record_id,
                "IsDeleted": False,
                "UserId": user,
                "RecordId": record_id,
                "HasReadAccess": reads,
                "HasEditAccess": edits,
                "HasDeleteAccess": edits and access.may(user, name, "delete"),
                "MaxAccessLevel": "All" if edits else "Read" if reads else "None",
            }

    def _resolve(self, path: Path) -> tuple[Path, list[Field]]:
        """The names as the schema spells them, and the fields on the way."""
        kinds, names, fields = [self.kind], list[str](), list[Field]()
        for part in path[:-1]:
            if part.lower() == self.kind.name.lower() and not names:
                continue  # Contact.Email FROM Contact
            relation = next((found for kind in kinds if (found := kind.relation(part))), None)
            if relation is None or not self.org.access.reads(self.user, kinds[0].name, relation.name):
                message = f"Didn't understand relationship '{part}' in field path."
                raise Refused(400, "INVALID_FIELD", message)
            kinds = [self.org.objects[target] for target in relation.targets]
            names.append(str(relation.relationship))
            fields.append(relation)
        if fields and len(kinds) > 1 and path[-1].lower() == "type":
            return (*names, "Type"), [*fields, Field("Type")]
        found = next((found for kind in kinds if (found := self.org.field(self.user, kind, path[-1]))), None)
        if found is None:
            message = f"No such column '{path[-1]}' on entity '{kinds[0].name}'."
            raise Refused(400, "INVALID_FIELD", f"ERROR at Row:1:Column:8\n{message}")
        return (*names, found.name), [*fields, found]

    def _parent(self, row: Row, relation: Field) -> Row | None:
        record_id = row.get(relation.name)
        kind = self.org.kind_of(record_id) if record_id else None
        parent = kind and self.org.row(kind.name, str(record_id))
        if not kind or not parent or not self.org.access.sees(self.user, parent["Id"]):
            return None
        return {"Type": kind.name, **parent} if len(relation.targets) > 1 else parent

    def _value(self, path: Path) -> Read:
        names, fields = self._resolve(path)
        if len(fields) == 1:
            name = names[0]
            return lambda row: row.get(name)

        def read(row: Row) -> Any:
            parent: Row | None = row
            for relation in fields[:-1]:
                parent = parent and self._parent(parent, relation)
            return parent.get(names[-1]) if parent else None

        return read

    def _test(self, node: Condition) -> Test:
        if isinstance(node, Both):
            tests = [self._test(part) for part in node.parts]
            return lambda row: all(test(row) for test in tests)
        if isinstance(node, Either):
            tests = [self._test(part) for part in node.parts]
            return lambda row: any(test(row) for test in tests)
        if isinstance(node, Opposite):
            inner = self._test(node.part)
            return lambda row: not inner(row)
        return self._comparison(node)

    def _comparison(self, node: Compare) -> Test:
        made, read = self._resolve(node.path)[1][-1], self._value(node.path)
        if not made.filterable:
            raise Refused(400, "INVALID_FIELD", f"field '{made.name}' can not be filtered in a query call")
        for value in node.value if isinstance(node.value, list) else [node.value]:
            _check_literal(made, value)
        if node.operator in ("includes", "excludes"):
            sets = [set(str(value).lower().split(";")) for value in node.value]
            includes = node.operator == "includes"
            return lambda row: any(one <= set(str(read(row) or "").lower().split(";")) for one in sets) == includes
        if node.operator == "like":
            pattern = re.compile(_like(str(node.value)), re.IGNORECASE | re.DOTALL)
            return lambda row: pattern.match(str(read(row) or "")) is not None
        fold = _fold(made)
        if node.operator == "in":
            values = {fold(value) for value in node.value}
            return lambda row: fold(read(row)) in values
        wanted = fold(node.value)
        if node.operator == "=":
            return lambda row: fold(read(row)) == wanted
        if node.operator == "!=":
            return lambda row: fold(read(row)) != wanted
        compare = _COMPARE[node.operator]
        return lambda row: (value := fold(read(row))) is not None and wanted is not None and compare(value, wanted)

    def _record(self, kind: ObjectType, row: Row, select: list[tuple[Path, list[Field]]]) -> dict[str, Any]:
        url = f"/services/data/v{self.version}/sobjects/{kind.name}/{row['Id']}"
        record: dict[str, Any] = {"attributes": {"type": kind.name, "url": url}}
        if select is self.select and self.flat:
            return record | {name: row.get(name) for name in self.flat}
        for names, fields in select:
            if len(names) == 1:
                record[names[0]] = row.get(names[0])
            elif names[0] not in record:
                below = [(n[1:], f[1:]) for n, f in select if len(n) > 1 and n[0] == names[0]]
                parent = self._parent(row, fields[0])
                at = self.org.kind_of(parent["Id"]) if parent else None
                record[names[0]] = self._record(at, parent, below) if parent and at else None
        return record


def _fold(made: Field) -> Callable[[Any], Any]:
    if made.type in IDS or made.name == "RecordId":
        return lambda value: long_id(value) if isinstance(value, str) else value
    if made.type in TEXTS:
        return lambda value: value.lower() if isinstance(value, str) else value
    if made.type == "datetime":
        return lambda value: None if value is None else str(value)
    return lambda value: value


def _check_literal(made: Field, value: Any) -> None:
    if value is None:
        return
    bare = f"value of filter criterion for field '{made.name}' must be of type {made.type}"
    quoted = isinstance(value, str) and not isinstance(value, (Moment, Day))
    if made.type in TEXTS | IDS:
        fits = quoted
    elif made.type == "datetime":
        fits = isinstance(value, Moment)
    elif made.type == "date":
        fits = isinstance(value, Day)
    elif made.type in NUMBERS:
        fits = isinstance(value, float)
    else:
        fits = isinstance(value, bool)
    if not fits:
        hint = " and should not be enclosed in quotes" if quoted else " and should be enclosed in quotes"
        raise Refused(400, "INVALID_FIELD", bare + hint)
    if made.type in IDS and len(value) not in (15, 18):
        raise Refused(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value}")


def _like(pattern: str) -> str:
    escaped = re.sub(r"([*?\[])", r"[\1]", pattern)
    return fnmatch.translate(escaped.replace("%", "*").replace("_", "?"))


def _sort_key(order: Order, read: Read) -> Callable[[Row], tuple[bool, Any]]:
    """Empty values come first unless the query says otherwise, in both directions."""

    def key(row: Row) -> tuple[bool, Any]:
        value = read(row)
        empty_high = order.nulls_last != order.descending
        filled = (value is None) if empty_high else (value is not None)
        return filled, "" if value is None else value.lower() if isinstance(value, str) and order.path[
            -1
        ] != "Id" else value

    return key
