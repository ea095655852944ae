"""The records: rows in dictionaries, two sorted indexes, a ledger of every committed write, a file to outlive a kill.

Whoever calls has checked the values; here they are only kept.
"""

from __future__ import annotations

import json
import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.hubspot.schema import OBJECTS, ObjectType
from tests.support.hubspot.values import Clock, iso


class Source(NamedTuple):
    """Who changed something, in the words of HubSpot's property history."""

    kind: str = "INTEGRATION"
    id: str = "54321"
    user: int | None = None


PRIMARY_COMPANY = 1  # the type of association from a contact

APP = Source()
PERSON = Source("CRM_UI", "userId:789", 789)


class Change(NamedTuple):
    """One value of one property, and since when it holds."""

    value: str
    at: int
    source: Source


@dataclass(slots=True)
class Row:
    """One record. `past` names only what changed since it was created, newest first."""

    id: int
    values: dict[str, str]
    created: int
    updated: int
    source: Source = APP
    archived: int | None = None
    links: dict[str, dict[int, set[int]]] = field(default_factory=dict)
    past: dict[str, list[Change]] = field(default_factory=dict)
    merged: list[int] = field(default_factory=list)

    def history(self, name: str) -> list[Change]:
        if name in self.past:
            return self.past[name]
        return [Change(self.values[name], self.created, self.source)] if name in self.values else []


@dataclass(frozen=True)
class Write:
    """A line of the ledger: something that was committed, whatever became of the answer."""

    number: int
    at: int
    what: str
    object: str
    id: int
    values: Mapping[str, str]
    trace: str | None = None
    source: Source = APP
    changed: tuple[str, ...] = ()  # of the values, those that were different before


class Table:
    """The records of one object."""

    def __init__(self, kind: ObjectType) -> None:
        self.kind = kind
        self.rows: dict[int, Row] = {}
        self.ids: list[int] = []  # ascending; ids of erased rows stay and lead nowhere
        self.by_updated: list[tuple[int, int]] = []  # live rows only
        self.unique: dict[str, dict[str, int]] = {}
        self.winners: dict[int, int] = {}  # merged away -> the record that took it in
        self.lagging: dict[
            int, list[tuple[int, Row | None]]
        ] = {}  # what the search index still believes, and until when
        self.version = 0

    def get(self, row_id: int) -> Row | None:
        while row_id in self.winners:
            row_id = self.winners[row_id]
        return self.rows.get(row_id)

    def value(self, row: Row, name: str) -> str | None:
        """A property as a reader gets it, the computed ones among them."""
        if name == "hs_object_id":
            return str(row.id)
        if name == self.kind.stamp:
            return iso(row.updated)
        if name == self.kind.created:
            return iso(row.created)
        if name == "hs_merged_object_ids":
            return ";".join(map(str, row.merged)) or None
        if name == "associatedcompanyid":
            firms = row.links.get("companies", {})
            return next((str(firm) for firm, numbers in firms.items() if PRIMARY_COMPANY in numbers), None)
        return row.values.get(name)

    def listed(self, after: int, archived: bool) -> Iterable[Row]:
        """Rows in the order of their ids, beginning behind `after`."""
        for place in range(bisect_right(self.ids, after), len(self.ids)):
            row = self.rows.get(self.ids[place])
            if row is not None and (row.archived is not None) == archived:
                yield row

    def changed_since(self, milliseconds: int) -> Iterable[Row]:
        """Live rows by (stamp, id), oldest first."""
        start = bisect_left(self.by_updated, (milliseconds, 0))
        return (self.rows[row_id] for _, row_id in self.by_updated[start:])

    def find(self, name: str, value: str) -> Row | None:
        found = self.unique.get(name, {}).get(value)
        return self.rows.get(found) if found is not None else None


class Store:
    """All tables of the account."""

    def __init__(self, clock: Clock, unique: Callable[[str], set[str]], path: Path | None = None) -> None:
        self.clock = clock
        self.tables = {name: Table(kind) for name, kind in OBJECTS.items()}
        self.ledger: list[Write] = []
        self.index_lag = 0  # milliseconds until the search index has a write
        self.lock = threading.RLock()
        self.watchers: list[Callable[[Write], None]] = []
        self._unique = unique
        self._last_id = 50
        self._file = path.open("a") if path else None

    # what changes rows ------------------------------------------------------------

    def create(self, name: str, values: Mapping[str, str], source: Source = APP, trace: str | None = None) -> Row:
        with self.lock:
            now = self.clock.now()
            self._last_id += 1
            row = Row(self._last_id, dict(values), now, now, source)
            table = self.tables[name]
            self._remember(table, row.id, None)
            self._place(table, row)
            self._commit("create", table, row, values, trace, source, tuple(values))
            return row

    def change(
        self, name: str, row: Row, values: Mapping[str, str], source: Source = APP, trace: str | None = None
    ) -> Row:
        """Sets values; "" clears. What stays the same leaves no trace, as in HubSpot."""
        with self.lock:
            table, now = self.tables[name], self.clock.now()
            new = {key: value for key, value in values.items() if row.values.get(key, "") != value}
            self._touch(table, row, now if new else row.updated)
            for key, value in new.items():
                row.past[key] = [Change(value, now, source), *row.history(key)]
                self._set(table, row, key, value)
            self._commit("update", table, row, values, trace, source, tuple(new))
            return row

    def archive(self, name: str, row: Row) -> None:
        with self.lock:
            table = self.tables[name]
            self._remember(table, row.id, row)
            self._unplace(table, row)
            row.archived = self.clock.now()
            self._commit("archive", table, row)

    def restore(self, name: str, row: Row) -> None:
        """What a person does in the recycle bin."""
        with self.lock:
            table = self.tables[name]
            row.archived, row.updated = None, self.clock.now()
            self._remember(table, row.id, None)
            self._place(table, row)
            self._commit("restore", table, row, source=PERSON)

    def erase(self, name: str, row: Row) -> None:
        """For good: the row and every mention of it among other rows' associations."""
        with self.lock:
            table = self.tables[name]
            if row.archived is None:
                self._remember(table, row.id, row)
                self._unplace(table, row)
            for other, links in row.links.items():
                for other_id in links:
                    self.tables[other].rows[other_id].links.get(name, {}).pop(row.id, None)
            del table.rows[row.id]
            self._commit("erase", table, row)

    def merge(self, name: str, winner: Row, loser: Row) -> Row:
        """The winner keeps its values, takes what it had not, and answers for the loser's id from now on."""
        with self.lock:
            table = self.tables[name]
            self._remember(table, loser.id, loser)
            self._unplace(table, loser)
            del table.rows[loser.id]
            table.winners[loser.id] = winner.id
            self._touch(table, winner, self.clock.now())
            winner.merged += [loser.id, *loser.merged]
            for key, value in loser.values.items():
                if key not in winner.values:
                    self._set(table, winner, key, value)
            for other, links in loser.links.items():
                for other_id, numbers in links.items():
                    far = self.tables[other].rows[other_id].links[name]
                    far.setdefault(winner.id, set()).update(far.pop(loser.id))
                    winner.links.setdefault(other, {}).setdefault(other_id, set()).update(numbers)
            self._commit("merge", table, winner, {"merged": str(loser.id)})
            return winner

    def link(self, name: str, row: Row, other: str, far: Row, there: int, back: int) -> None:
        with self.lock:
            row.links.setdefault(other, {}).setdefault(far.id, set()).add(there)
            far.links.setdefault(name, {}).setdefault(row.id, set()).add(back)
            self._save(self.tables[other], far)
            self._commit("associate", self.tables[name], row, {other: str(far.id), "type": str(there)})

    def unlink(self, name: str, row: Row, other: str, far: Row, pairs: Iterable[tuple[int, int]] | None = None) -> None:
        """Takes away these types (there, back), or all of them."""
        with self.lock:
            there, back = row.links.get(other, {}), far.links.get(name, {})
            if far.id not in there:
                return
            for mine, theirs in pairs if pairs is not None else ():
                there[far.id].discard(mine)
                back[row.id].discard(theirs)
            if pairs is None or not there[far.id]:
                del there[far.id], back[row.id]
            self._save(self.tables[other], far)
            self._commit("dissociate", self.tables[name], row, {other: str(far.id)})

    def seed(self, name: str, many: Iterable[Mapping[str, str]], at: int | None = None, step: int = 0) -> list[Row]:
        """Many rows at once, without events or ledger; stamps begin at `at` and go up by `step` milliseconds."""
        with self.lock:
            table, stamp, rows = self.tables[name], self.clock.now() if at is None else at, []
            for values in many:
                self._last_id += 1
                rows.append(Row(self._last_id, dict(values), stamp, stamp, PERSON))
                self._place(table, rows[-1])
                self._save(table, rows[-1])
                stamp += step
            table.version += 1
            return rows

    # the indexes ------------------------------------------------------------

    def _place(self, table: Table, row: Row) -> None:
        table.rows[row.id] = row
        place = bisect_left(table.ids, row.id)
        if table.ids[place : place + 1] != [row.id]:
            table.ids.insert(place, row.id)
        insort(table.by_updated, (row.updated, row.id))
        for key in self._unique(table.kind.name):
            if key in row.values:
                table.unique.setdefault(key, {})[row.values[key]] = row.id

    def _unplace(self, table: Table, row: Row) -> None:
        del table.by_updated[bisect_left(table.by_updated, (row.updated, row.id))]
        for key in self._unique(table.kind.name):
            if key in row.values:
                table.unique.get(key, {}).pop(row.values[key], None)

    def _touch(self, table: Table, row: Row, now: int) -> None:
        self._remember(table, row.id, row)
        del table.by_updated[bisect_left(table.by_updated, (row.updated, row.id))]
        row.updated = now
        insort(table.by_updated, (now, row.id))

    def _set(self, table: Table, row: Row, key: str, value: str) -> None:
        if key in self._unique(table.kind.name):
            known = table.unique.setdefault(key, {})
            known.pop(row.values.get(key, ""), None)
            if value:
                known[value] = row.id
        if value:
            row.values[key] = value
        else:
            row.values.pop(key, None)

    def _remember(self, table: Table, row_id: int, before: Row | None) -> None:
        """Keeps what the index knew, as long as it lags."""
        if self.index_lag:
            known = before and Row(
                before.id, dict(before.values), before.created, before.updated, merged=[*before.merged]
            )
            table.lagging.setdefault(row_id, []).append((self.clock.now() + self.index_lag, known))

    # ledger and file ------------------------------------------------------------

    def _commit(
        self,
        what: str,
        table: Table,
        row: Row,
        values: Mapping[str, str] | None = None,
        trace: str | None = None,
        source: Source = APP,
        changed: tuple[str, ...] = (),
    ) -> None:
        number, now, sent = len(self.ledger) + 1, self.clock.now(), dict(values or {})
        write = Write(number, now, what, table.kind.name, row.id, sent, trace, source, changed)
        self.ledger.append(write)
        table.version += 1
        self._save(table, row, write)
        for watcher in self.watchers:
            watcher(write)

    def _save(self, table: Table, row: Row, write: Write | None = None) -> None:
        if self._file is None:
            return
        kept = asdict(row) if row.id in table.rows else None
        line = {"object": table.kind.name, "id": row.id, "row": kept, "write": write and asdict(write)}
        self.note(line)

    def note(self, line: Mapping[str, Any]) -> None:
        """Appends to the file, if there is one, and hands it to the system: a killed server has lost nothing."""
        if self._file is not None:
            self._file.write(json.dumps(line, default=list) + "\n")
            self._file.flush()

    def load(self, line: Mapping[str, Any]) -> None:
        """One line of the file."""
        table = self.tables[line["object"]]
        self._forget(table, line["id"])
        if line["row"] is not None:
            row = _row(line["row"])
            self._place(table, row)
            if row.archived is not None:
                self._unplace(table, row)
            for merged in row.merged:
                self._forget(table, merged)
                table.winners[merged] = row.id
        if line["write"] is not None:
            kept = line["write"]
            known = {"source": Source(*kept["source"]), "changed": tuple(kept["changed"])}
            self.ledger.append(Write(**{**kept, **known}))
        self._last_id = max(self._last_id, line["id"])

    def _forget(self, table: Table, row_id: int) -> None:
        row = table.rows.pop(row_id, None)
        if row is not None and row.archived is None:
            self._unplace(table, row)


def _row(kept: dict[str, Any]) -> Row:
    links = {
        name: {int(key): set(numbers) for key, numbers in links.items()} for name, links in kept.pop("links").items()
    }
    past = {
        name: [Change(value, at, Source(*source)) for value, at, source in changes]
        for name, changes in kept.pop("past").items()
    }
    return Row(**{**kept, "source": Source(*kept["source"])}, links=links, past=past)
