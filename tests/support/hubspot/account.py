"""Everything that one HubSpot account is made of, with the switches that tests turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.hubspot.associations import Associations
from tests.support.hubspot.events import Events
from tests.support.hubspot.limits import Limits
from tests.support.hubspot.oauth import Tokens
from tests.support.hubspot.pipelines import owners, pipelines
from tests.support.hubspot.rules import checked
from tests.support.hubspot.schema import Property, Schema
from tests.support.hubspot.search import Search
from tests.support.hubspot.store import APP, PERSON, Row, Source, Store, Table
from tests.support.hubspot.values import Clock


@dataclass
class Rights:
    """What somebody may not see: properties by object, single records, and whatever belongs to other owners."""

    hidden_properties: dict[str, set[str]] = field(default_factory=dict)
    hidden_rows: set[tuple[str, int]] = field(default_factory=set)
    only_owner: str | None = None

    def sees(self, name: str, table: Table, row: Row) -> bool:
        if (name, row.id) in self.hidden_rows:
            return False
        return self.only_owner is None or table.value(row, "hubspot_owner_id") == self.only_owner


@dataclass(frozen=True)
class Rule:
    """An admin's validation rule: with these values present, that property must be there too."""

    property: str
    when: Mapping[str, str] = field(default_factory=dict)
    message: str = ""


class Account:
    """The state behind the server. `rights[None]` holds for tokens of the account, `rights[789]` for that user's."""

    def __init__(self, path: Path | None = None) -> None:
        self.hub_id = 123456
        self.clock = Clock()
        self.schema = Schema()
        self.associations = Associations()
        self.pipelines = pipelines()
        self.owners = owners()
        self.rights: dict[int | None, Rights] = {None: Rights()}
        self.rules: dict[str, list[Rule]] = {}
        self.blocked_emails: set[str] = set()
        self.limits = Limits(self.clock)
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path and path.exists() else []
        self.store = Store(self.clock, self._unique, path)
        self.tokens = Tokens(self.clock, self.hub_id, self.store.note)
        self._searches: dict[tuple[str, frozenset[str]], Search] = {}
        self._load(lines)
        self.events = Events(self)
        self.store.watchers.append(self.events.wrote)

    def table(self, name: str) -> Table:
        return self.store.tables[name]

    def search(self, name: str, hidden: frozenset[str]) -> Search:
        """The last search of one object, for callers from whom the same is hidden."""
        return self._searches.setdefault((name, hidden), Search(self.store, self.table(name)))

    def add_property(self, name: str, /, **definition: Any) -> Property:
        """An admin adds a property: add_property("contacts", name="vip", type="bool")."""
        made = self.schema.add(name, **definition)
        self.keep_schema()
        return made

    def keep_schema(self) -> None:
        """To be called when properties have changed."""
        self.store.note({"properties": self.schema.custom()})

    def edit(self, name: str, row_id: int, /, source: Source = PERSON, **values: str) -> Row:
        """Somebody else changes a record in HubSpot's own pages; checked as everybody's values are."""
        row = self.table(name).get(row_id)
        assert row is not None, f"no {name} {row_id}"
        return self.store.change(name, row, checked(self, name, values, row), source)

    def make(self, name: str, /, source: Source = APP, **values: str) -> Row:
        """A record out of nowhere, checked as everybody's."""
        return self.store.create(name, checked(self, name, values), source)

    def _unique(self, name: str) -> set[str]:
        return {one.name for one in self.schema[name].values() if one.unique}

    def _load(self, lines: list[dict[str, Any]]) -> None:
        for line in lines:
            if "token" in line:
                self.tokens.load(line["token"])
            elif "properties" in line:
                for one in line["properties"]:
                    self.schema.load(one)
            else:
                self.store.load(line)
