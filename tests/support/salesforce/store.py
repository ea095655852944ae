"""The org: its rows, their order by SystemModstamp, its clock, who may see what, and a ledger of what was committed."""

from __future__ import annotations

import itertools
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.salesforce.calls import Refused, not_found
from tests.support.salesforce.schema import (
    CONVERTED,
    LEAD_STATUSES,
    STAGES,
    Field,
    ObjectType,
    standard_objects,
)

Row = Mapping[str, Any]

# In the order of ASCII, so that ids sort as they were made.
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def long_id(short: str) -> str:
    """15 characters and three that say which of them are capitals; 18 stay as they are."""
    if len(short) != 15:
        return short
    bits = [sum(char.isupper() << place for place, char in enumerate(short[at : at + 5])) for at in (0, 5, 10)]
    return short + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[value] for value in bits)


def make_id(prefix: str, number: int) -> str:
    """The id of the n-th record."""
    digits = ""
    while number:
        number, rest = divmod(number, len(DIGITS))
        digits = DIGITS[rest] + digits
    return long_id(prefix + digits.rjust(12, "0"))


def stamp(moment: datetime) -> str:
    """The API's form of a moment, to the second: as text it sorts by time."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"


@dataclass
class Clock:
    """The CRM's own clock, which may go wrong or stand still."""

    skew: float = 0
    stands_at: datetime | None = None

    def now(self) -> datetime:
        return (self.stands_at or datetime.now(UTC)) + timedelta(seconds=self.skew)


@dataclass
class Table:
    """The rows of one object. A row is never changed, only replaced, so that whoever holds one may keep it."""

    rows: dict[str, Row] = field(default_factory=dict)
    order: list[tuple[str, str]] = field(default_factory=list)
    lookup: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    purged: list[tuple[str, str]] = field(default_factory=list)

    def put(self, record_id: str, row: Row | None) -> Row | None:
        """Sets or removes one row and keeps the indexes; returns what was there."""
        old = self.rows.pop(record_id, None)
        if old is not None:
            del self.order[bisect_left(self.order, (old["SystemModstamp"], record_id))]
            self._forget(record_id, old)
        if row is not None:
            self.rows[record_id] = row
            insort(self.order, (row["SystemModstamp"], record_id))
            for name, ids in self.lookup.items():
                if row.get(name) is not None and not row["IsDeleted"]:
                    ids.setdefault(str(row[name]).lower(), set()).add(record_id)
        return old

    def _forget(self, record_id: str, row: Row) -> None:
        for name, ids in self.lookup.items():
            ids.get(str(row.get(name)).lower(), set()).discard(record_id)

    def index(self, name: str) -> None:
        """From now on `lookup` finds living rows by this field."""
        ids: dict[str, set[str]] = {}
        for record_id, row in self.rows.items():
            if row.get(name) is not None and not row["IsDeleted"]:
                ids.setdefault(str(row[name]).lower(), set()).add(record_id)
        self.lookup[name] = ids

    def since(self, moment: str) -> Iterator[Row]:
        """Rows in the order of their stamps, deleted ones too."""
        start = bisect_left(self.order, (moment, "")) if moment else 0
        return (self.rows[record_id] for _, record_id in itertools.islice(self.order, start, None))


@dataclass
class Access:
    """What users may not do; the user "" stands for everyone."""

    hidden_fields: set[tuple[str, str, str]] = field(default_factory=set)
    locked_fields: set[tuple[str, str, str]] = field(default_factory=set)
    hidden_rows: set[tuple[str, str]] = field(default_factory=set)
    locked_rows: set[tuple[str, str]] = field(default_factory=set)
    refused: set[tuple[str, str, str]] = field(default_factory=set)  # user, object, create|edit|delete|hardDelete

    def sees(self, user: str, record_id: str) -> bool:
        return ("", record_id) not in self.hidden_rows and (user, record_id) not in self.hidden_rows

    def edits(self, user: str, record_id: str) -> bool:
        return ("", record_id) not in self.locked_rows and (user, record_id) not in self.locked_rows

    def may(self, user: str, kind: str, what: str) -> bool:
        return ("", kind, what) not in self.refused and (user, kind, what) not in self.refused

    def reads(self, user: str, kind: str, name: str) -> bool:
        return ("", kind, name) not in self.hidden_fields and (user, kind, name) not in self.hidden_fields

    def writes(self, user: str, kind: str, name: str) -> bool:
        return ("", kind, name) not in self.locked_fields and (user, kind, name) not in self.locked_fields


@dataclass(frozen=True)
class Write:
    """One line of the ledger: something that was really committed."""

    number: int
    at: str
    user: str
    operation: str
    object: str
    id: str
    changes: Row
    origin: str = ""


@dataclass
class Org:
    """Everything that lasts. Made of plain data, so that it can be stored in a file."""

    objects: dict[str, ObjectType] = field(default_factory=standard_objects)
    tables: dict[str, Table] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    access: Access = field(default_factory=Access)
    ledger: list[Write] = field(default_factory=list)
    described_at: str = ""
    origin: str = ""  # what the request of this moment calls its client
    numbers: dict[str, int] = field(default_factory=dict)
    journal: list[tuple[str, str, Row | None]] | None = None

    def __post_init__(self) -> None:
        for name, kind in self.objects.items():
            self.tables[name] = Table()
            for made in kind.fields.values():
                if made.external or made.unique:
                    self.tables[name].index(made.name)
        self.schema_changed()
        self.id = self.insert(
            "Organization", {"Name": "Acme", "IsSandbox": True, "OrganizationType": "Developer Edition"}
        )
        self.admin = self.add_user("ada@acme.example", "Ada", "Admin")
        for place, (name, (percent, closed, won, forecast)) in enumerate(STAGES.items(), 1):
            values = {"MasterLabel": name, "ApiName": name, "SortOrder": place, "IsActive": True, "IsClosed": closed}
            more = {"IsWon": won, "DefaultProbability": percent, "ForecastCategoryName": forecast}
            self.insert("OpportunityStage", values | more)
        for place, name in enumerate(LEAD_STATUSES, 1):
            values = {"MasterLabel": name, "ApiName": name, "SortOrder": place, "IsDefault": place == 1}
            self.insert("LeadStatus", values | {"IsConverted": name == CONVERTED})

    def add_user(self, username: str, first: str, last: str, **more: Any) -> str:
        """Someone who can own records and sign in."""
        names = {"FirstName": first, "LastName": last, "Name": f"{first} {last}"}
        settings = {
            "IsActive": True,
            "UserType": "Standard",
            "TimeZoneSidKey": "Europe/Berlin",
            "LocaleSidKey": "de_DE",
        }
        return self.insert("User", {"Username": username, "Email": username, **names, **settings, **more})

    def now(self) -> str:
        """The CRM's time as it is written into rows."""
        return stamp(self.clock.now())

    def schema_changed(self) -> None:
        """Describe is new from this second on."""
        self.described_at = self.now()

    def kind(self, name: str) -> ObjectType:
        """An object by its name, in any capitals."""
        found = self.objects.get(name) or next(
            (o for o in self.objects.values() if o.name.lower() == name.lower()), None
        )
        if found is None:
            raise not_found()
        return found

    def kind_of(self, record_id: str) -> ObjectType | None:
        """An object by its ids' first three characters."""
        return next((kind for kind in self.objects.values() if kind.prefix == record_id[:3]), None)

    def field(self, user: str, kind: ObjectType, name: str) -> Field | None:
        """A field that this user may read."""
        found = kind.find(name)
        return found if found and self.access.reads(user, kind.name, found.name) else None

    def row(self, kind: str, record_id: str) -> Row | None:
        """A row as it is, deleted or hidden too."""
        return self.tables[kind].rows.get(long_id(record_id))

    def visible(self, user: str, kind: str, record_id: str) -> Row:
        """A living row that this user may see."""
        row = self.row(kind, record_id)
        if row is None or row["IsDeleted"] or not self.access.sees(user, row["Id"]):
            raise not_found()
        return row

    def insert(self, kind: str, values: Row, user: str = "", at: str = "") -> str:
        """Commits a new row as it is given."""
        number = self.numbers[kind] = self.numbers.get(kind, 0) + 1
        record_id, now = make_id(self.objects[kind].prefix, number), at or self.now()
        author = user or getattr(self, "admin", None)
        made = {
            "Id": record_id,
            "IsDeleted": False,
            "CreatedDate": now,
            "LastModifiedDate": now,
            "SystemModstamp": now,
            "CreatedById": author,
            "LastModifiedById": author,
            **values,
        }
        self._commit("create", kind, record_id, made, values, user)
        return record_id

    def update(self, kind: str, record_id: str, changes: Row, user: str = "", operation: str = "update") -> None:
        """Commits changes to a row as they are given."""
        now = self.now()
        stamps = {"LastModifiedDate": now, "SystemModstamp": now, "LastModifiedById": user or self.admin}
        row = {**self.tables[kind].rows[record_id], **stamps, **changes}
        self._commit(operation, kind, record_id, row, changes, user)

    def remove(self, kind: str, record_id: str, user: str = "") -> None:
        """Takes a row out of the recycle bin for good; only the log of deletions still knows it."""
        self.tables[kind].purged.append((self.now(), record_id))
        self._commit("purge", kind, record_id, None, {}, user)

    def _commit(self, operation: str, kind: str, record_id: str, row: Row | None, changes: Row, user: str) -> None:
        old = self.tables[kind].put(record_id, row)
        if self.journal is not None:
            self.journal.append((kind, record_id, old))
        line = Write(len(self.ledger), self.now(), user, operation, kind, record_id, dict(changes), self.origin)
        self.ledger.append(line)

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """What happens inside is undone when it ends with an error."""
        outer, self.journal, mark = self.journal, [], len(self.ledger)
        try:
            yield
        except Exception:
            for kind, record_id, old in reversed(self.journal):
                self.tables[kind].put(record_id, old)
            del self.ledger[mark:]
            self.journal = []
            raise
        finally:
            if outer is not None:
                outer.extend(self.journal)
            self.journal = outer


def refuse_duplicate(field: Field, record_id: str) -> Refused:
    """Two rows with the same unique value."""
    message = f"duplicate value found: {field.name} duplicates value on record with id: {record_id}"
    return Refused(400, "DUPLICATE_VALUE", message, [field.name])
