"""One request, as the endpoints see it: who asks, for which object, with what; and how records are shown to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.hubspot.account import Account, Rights
from tests.support.hubspot.errors import invalid, missing_scopes, not_found
from tests.support.hubspot.oauth import Token
from tests.support.hubspot.schema import NAMES, OBJECTS, ObjectType, Property
from tests.support.hubspot.store import Row, Table
from tests.support.hubspot.values import iso


@dataclass(frozen=True)
class Reply:
    """A status and a body; no body for 204."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """`path` are the parts of the address, `query` what follows it (repeated names become lists)."""

    account: Account
    token: Token
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: Any
    address: str

    @property
    def rights(self) -> Rights:
        user = self.token.user_id if self.token.user_level else None
        return self.account.rights.get(user) or self.account.rights[None]

    def need(self, *scopes: str) -> None:
        """Raises 403 unless the token has one of these scopes."""
        if not set(scopes) & set(self.token.scopes):
            raise missing_scopes(scopes)

    def one(self, name: str, usual: str = "") -> str:
        return (self.query.get(name) or [usual])[-1]

    def names(self, name: str) -> list[str]:
        """A list of names, given with commas or by repeating the parameter."""
        return [part.strip() for given in self.query.get(name, []) for part in given.split(",") if part.strip()]

    def flag(self, name: str) -> bool:
        return self.one(name).lower() == "true"

    def whole(self, name: str, usual: int) -> int:
        value = self.one(name, str(usual))
        if not value.isdigit():
            raise invalid(f"Invalid value for parameter '{name}'")
        return int(value)

    def inputs(self, most: int = 100) -> list[dict[str, Any]]:
        """The inputs of a batch."""
        given = self.body.get("inputs") if isinstance(self.body, dict) else None
        if not isinstance(given, list) or not given:
            raise invalid("Some required fields were not set: [inputs]")
        if len(given) > most:
            raise invalid(f"The maximum number of inputs is {most}; {len(given)} were given")
        return given


class Records:
    """The records of one object for one caller: what they may see, and in which form."""

    def __init__(self, call: Call, name: str, *, write: bool = False) -> None:
        self.call, self.account = call, call.account
        self.kind = kind_of(name)
        self.name = self.kind.name
        call.need(self.kind.write if write else self.kind.read)
        self.table: Table = self.account.table(self.name)
        self.hidden = self._hidden()

    def visible(self, row: Row) -> bool:
        return self.call.rights.sees(self.name, self.table, row)

    @property
    def sees_all(self) -> bool:
        rights = self.call.rights
        return rights.only_owner is None and not rights.hidden_rows

    def known(self) -> dict[str, Property]:
        """The properties that exist for this caller."""
        return {name: one for name, one in self.account.schema[self.name].items() if name not in self.hidden}

    def find(self, key: str, id_property: str = "", archived: bool = False) -> Row | None:
        """A row by its id, or by a unique property; None also where it may not be seen."""
        if id_property and id_property != "hs_object_id":
            known = self.known().get(id_property)
            if known is None or not known.unique:
                text = f"Unable to perform update/upsert by non-unique {self.kind.type_id} property {id_property}"
                raise invalid(f"{text} in portal ID {self.account.hub_id}")
            row = self.table.find(id_property, key.lower() if id_property == "email" else key)
        else:
            row = self.table.get(int(key)) if key.isdigit() else None
        if row is None or (row.archived is not None) != archived or not self.visible(row):
            return None
        return row

    def get(self, key: str, id_property: str = "", archived: bool = False) -> Row:
        row = self.find(key, id_property, archived)
        if row is None:
            raise not_found()
        return row

    def show(
        self, row: Row, names: Collection[str] = (), history: Collection[str] = (), others: Collection[str] = ()
    ) -> dict[str, Any]:
        """The record with these properties; those that do not exist or are hidden are left out without a word."""
        always = (self.kind.created, "hs_object_id", self.kind.stamp)
        schema, value = self.account.schema[self.name], self.table.value
        wanted = (*(names or self.kind.shown), *always)
        properties = {name: value(row, name) for name in wanted if name in schema and name not in self.hidden}
        shown: dict[str, Any] = {
            "id": str(row.id),
            "properties": properties,
            "createdAt": iso(row.created),
            "updatedAt": iso(row.updated),
            "archived": row.archived is not None,
        }
        if row.archived is not None:
            shown["archivedAt"] = iso(row.archived)
        if history:
            shown["propertiesWithHistory"] = {
                name: self._history(row, name) for name in history if name in schema and name not in self.hidden
            }
        if others:
            ties = {NAMES.get(other, other): self._ties(row, NAMES.get(other, other)) for other in others}
            if any(ties.values()):
                shown["associations"] = {other: {"results": found} for other, found in ties.items() if found}
        return shown

    def _history(self, row: Row, name: str) -> list[dict[str, Any]]:
        return [
            {
                "value": change.value,
                "timestamp": iso(change.at),
                "sourceType": change.source.kind,
                "sourceId": change.source.id,
                **({"updatedByUserId": change.source.user} if change.source.user is not None else {}),
            }
            for change in row.history(name)
        ]

    def _ties(self, row: Row, other: str) -> list[dict[str, str]]:
        found = []
        for far_id, numbers in sorted(row.links.get(other, {}).items()):
            far = self.account.table(other).rows.get(far_id)
            if (
                far is not None
                and far.archived is None
                and self.call.rights.sees(other, self.account.table(other), far)
            ):
                for known in self.account.associations.between(self.name, other):
                    if known.number in numbers:
                        words = f"_{known.label.lower().replace(' ', '_')}" if known.label else ""
                        ends = f"{self.kind.singular}_to_{OBJECTS[other].singular}{words}"
                        found.append({"id": str(far_id), "type": ends})
        return found

    def _hidden(self) -> frozenset[str]:
        names = self.call.rights.hidden_properties.get(self.name, set())
        scopes = self.call.token.scopes
        guarded = {
            name
            for name, one in self.account.schema[self.name].items()
            if (one.needs and one.needs not in scopes)
            or (one.sensitivity == "sensitive" and "crm.objects.contacts.sensitive.read" not in scopes)
            or (one.sensitivity == "highly_sensitive" and "crm.objects.contacts.highly_sensitive.read.v2" not in scopes)
        }
        return frozenset(names | guarded)


def kind_of(name: str) -> ObjectType:
    """contacts, contact or 0-1 -> the kind; 400 for what does not exist."""
    if name not in NAMES:
        raise invalid(f"Unable to infer object type from: {name}")
    return OBJECTS[NAMES[name]]
