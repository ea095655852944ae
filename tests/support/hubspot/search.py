"""Search: filter groups, sorts, pages of 200, never more than 10,000 results, and an index that may lag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from tests.support.hubspot.errors import invalid
from tests.support.hubspot.schema import Property
from tests.support.hubspot.store import Row, Store, Table
from tests.support.hubspot.values import moment, number

PAGE, MOST = 200, 10_000
_GROUPS, _FILTERS, _ALL_FILTERS, _QUERY = 5, 10, 25, 3_000
_BOUNDS = {"GT", "GTE", "EQ", "BETWEEN"}  # operators that need no older stamp than their value

Test = Callable[[Row], bool]
Comparable = Decimal | int | str


class Search:
    """One question to one table. Its result is kept while the table does not change: pages are asked one by one."""

    def __init__(self, store: Store, table: Table) -> None:
        self.store, self.table = store, table
        self.properties: Mapping[str, Property] = {}
        self._asked: tuple[Any, ...] = ()
        self._found: list[Row] = []

    def run(
        self, body: Mapping[str, Any], properties: Mapping[str, Property], visible: Test
    ) -> tuple[int, list[Row], int | None]:
        """The total, one page, and where the next one begins."""
        self.properties = properties
        limit, after = _whole(body, "limit", 10), _whole(body, "after", 0)
        if not 0 < limit <= PAGE:
            raise invalid(f"limit must be between 1 and {PAGE}")
        if after + limit > MOST:
            raise invalid(f"The search cannot go beyond its first {MOST} results")
        asked = (self.table.version, repr([body.get(key) for key in ("filterGroups", "sorts", "query")]))
        if self._is_behind() or asked != self._asked:
            self._found = self._matching(body)
            self._asked = asked
        seen = self._found if visible is everything else [row for row in self._found if visible(row)]
        page = seen[after : after + limit]
        return len(seen), page, after + limit if after + limit < len(seen) else None

    def _matching(self, body: Mapping[str, Any]) -> list[Row]:
        groups = body.get("filterGroups") or []
        count = [len(group.get("filters") or []) for group in groups]
        if len(groups) > _GROUPS or any(one > _FILTERS for one in count) or sum(count) > _ALL_FILTERS:
            raise invalid(f"At most {_GROUPS} groups of {_FILTERS} filters each and {_ALL_FILTERS} filters are allowed")
        if 0 in count:
            raise invalid("A filter group needs filters")
        tests = [[self._test(one) for one in group["filters"]] for group in groups]
        words = str(body.get("query") or "").lower()
        if len(words) > _QUERY:
            raise invalid(f"query must not be longer than {_QUERY} characters")
        rows = [
            row
            for row in self._candidates(groups)
            if (not tests or any(all(test(row) for test in group) for group in tests))
            and (not words or any(words in value.lower() for value in row.values.values()))
        ]
        return self._sorted(rows, body.get("sorts") or [])

    def _candidates(self, groups: list[Any]) -> Iterable[Row]:
        """Live rows by stamp, from the oldest that could match, as the index knows them."""
        if not self.table.lagging and len(groups) == 1:
            for one in groups[0]["filters"]:
                if one.get("operator") == "EQ" and one.get("propertyName") in self.table.unique:
                    found = self.table.find(one["propertyName"], str(one.get("value")).lower())
                    found = found or self.table.find(one["propertyName"], str(one.get("value")))
                    return [found] if found else []
        bounds = [self._bound(group["filters"]) for group in groups]
        since = min(bounds) if bounds else 0
        lagging = self.table.lagging
        known = (kept[0][1] for kept in lagging.values())
        fresh = self.table.changed_since(since)
        if not lagging:
            return fresh
        old = [row for row in known if row is not None and row.updated >= since]
        return sorted([*(row for row in fresh if row.id not in lagging), *old], key=lambda row: (row.updated, row.id))

    def _bound(self, filters: list[Any]) -> int:
        stamps = [
            moment(str(one.get("value"))) or 0
            for one in filters
            if one.get("propertyName") == self.table.kind.stamp and one.get("operator") in _BOUNDS
        ]
        return max(stamps, default=0)

    def _is_behind(self) -> bool:
        """Forgets what the index has caught up with. What was found while it lagged is not to be kept."""
        now, lagging = self.store.clock.now(), self.table.lagging
        was_behind = bool(lagging)
        for row_id in list(lagging):
            lagging[row_id] = [kept for kept in lagging[row_id] if kept[0] > now]
            if not lagging[row_id]:
                del lagging[row_id]
        return was_behind

    def _sorted(self, rows: list[Row], sorts: list[Any]) -> list[Row]:
        if len(sorts) > 1:
            raise invalid("Only one sort is supported")
        if not sorts:
            return sorted(rows, key=lambda row: row.id)
        one = sorts[0]
        name = (one if isinstance(one, str) else str(one.get("propertyName"))).removeprefix("-")
        down = one.startswith("-") if isinstance(one, str) else one.get("direction") == "DESCENDING"
        if name == self.table.kind.stamp:
            return rows[::-1] if down else rows
        read = self._reader(name)
        filled = [row for row in rows if read(row) is not None]
        empty = [row for row in rows if read(row) is None]
        return [*sorted(filled, key=lambda row: read(row) or 0, reverse=down), *empty]

    def _reader(self, name: str) -> Callable[[Row], Comparable | None]:
        """How a property is compared: times and numbers by size, text without its case."""
        known = self.properties.get(name)
        if known is None:
            raise invalid(f"There was a problem with the request: property '{name}' does not exist")
        kind = self.table.kind
        if name == kind.stamp:
            return lambda row: row.updated
        if name == kind.created:
            return lambda row: row.created
        if name == "hs_object_id":
            return lambda row: row.id
        convert = _CONVERTERS.get(known.type, str.lower)

        def read(row: Row) -> Comparable | None:
            value = self.table.value(row, name)
            return None if value is None else convert(value)

        return read

    def _test(self, one: Mapping[str, Any]) -> Test:
        name, operator = str(one.get("propertyName")), str(one.get("operator"))
        read = self._reader(name)
        if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
            return lambda row: (read(row) is not None) == (operator == "HAS_PROPERTY")
        if operator in ("IN", "NOT_IN"):
            values = {self._converted(name, value) for value in one.get("values") or []}
            if not values:
                raise invalid(f"operator {operator} needs values")
            return lambda row: (read(row) in values) == (operator == "IN")
        value = one.get("value")
        if value is None or value == "":
            raise invalid(f"operator {operator} needs a value")
        if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
            token = str(value).lower().strip("*")
            return lambda row: (token in str(read(row) or "")) == (operator == "CONTAINS_TOKEN")
        low = self._converted(name, value)
        if operator == "BETWEEN":
            high = self._converted(name, one.get("highValue"))
            return lambda row: (got := read(row)) is not None and low <= got <= high  # type: ignore[operator]
        if operator == "NEQ":
            return lambda row: read(row) != low
        compare = _COMPARE.get(operator)
        if compare is None:
            raise invalid(f"operator {operator} is not one of those that exist")
        return lambda row: (got := read(row)) is not None and compare(got, low)

    def _converted(self, name: str, value: Any) -> Comparable:
        convert = _CONVERTERS.get(self.properties[name].type, str.lower)
        converted: Comparable | None = convert(str(value))
        if converted is None:
            raise invalid(f"{value} is not a valid value for property '{name}'")
        return converted


_CONVERTERS: dict[str, Callable[[str], Any]] = {"number": number, "datetime": moment, "date": moment}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda got, wanted: got == wanted,
    "LT": lambda got, wanted: got < wanted,
    "LTE": lambda got, wanted: got <= wanted,
    "GT": lambda got, wanted: got > wanted,
    "GTE": lambda got, wanted: got >= wanted,
}


def everything(row: Row) -> bool:
    return True


def _whole(body: Mapping[str, Any], name: str, usual: int) -> int:
    value = body.get(name)
    if value in (None, ""):
        return usual
    if not str(value).isdigit():
        raise invalid(f"{name} must be a whole number")
    return int(str(value))
