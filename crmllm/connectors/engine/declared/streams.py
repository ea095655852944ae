"""The lists of a CRM, the fields of their rows, and how it tells which fields there are."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.declared.part import Part, Pick

FURTHER = re.compile(r"[a-z]{2,12}")  # the name of a further list of an object


class Codec(StrEnum):
    """How a value is written there."""

    TEXT = "text"
    NUMBER = "number"  # a JSON number
    NUMERAL = "numeral"  # a number as text
    DATE = "date"  # YYYY-MM-DD
    INSTANT_DATE = "instant_date"  # midnight UTC of a date, as text
    BOOLEAN = "boolean"
    CHOICE = "choice"  # by the table in `choices`
    JOINED = "joined"  # several values in one text
    LIST = "list"
    PERSON = "person"  # a name in parts: [given, family] or [title, given, family]
    LINES = "lines"  # an address in parts, one a line
    HEADLINE = "headline"  # the first line of a longer text, without its mark-up; only read
    DOMAIN = "domain"  # a list of mail domains, of which the CRM keeps one
    COUNTRY = "country"  # a code of two letters; names of countries by the table in `also`
    REFERENCE = "reference"  # another record's id there; stages, owners and products too


class FieldMap(Part):
    """One of our fields and what it is there."""

    theirs: str | list[str] = Field(
        description="Its name there, dotted where it lies deeper; a list for a value in parts."
    )
    codec: Codec = Codec.TEXT
    pick: Pick = Field(default="", description="Where a row has the value; else by `theirs`.")
    choices: dict[str, str] = Field(default={}, description="Our value to theirs.")
    also: dict[str, str] = Field(default={}, description="Further values there, and which of ours they are.")
    silent: list[Any] = Field(default=[], description="Values there that tell nothing: ours stays as it is.")
    separator: str = ";"
    target: str = Field(default="", description="The object that a reference points to.")
    readable: bool = True
    writable: bool = True
    written: Any = Field(default=None, description="How the value goes into a body, as a template over {value}.")
    created_only: bool = Field(default=False, description="Goes along with a create; an update leaves it.")
    link: str = Field(default="", description="A reference that is written by the call of this name, not as a field.")
    empty: Any = Field(default=None, description="What clears the field there.")
    optional: bool = Field(default=False, description="Not every account has it: left out without a word then.")
    usual: str = Field(default="", description="What holds where the CRM tells none: a template over plain settings.")

    @property
    def columns(self) -> list[str]:
        return [self.theirs] if isinstance(self.theirs, str) else list(self.theirs)


class StreamName(StrEnum):
    """What is read from a CRM beside the six objects."""

    OWNER = "owner"
    PRODUCT = "product"
    STAGE = "stage"


class Stream(Part):
    """One list of a CRM: where it is, how its rows look, and what can be done with them."""

    theirs: str = Field(description="Its name there, as {object}.")
    label: str = Field(default="", description="As people there call it.")
    object: str = Field(default="", description="Our object, where this list is a further one of its records.")
    mark: str = Field(default="", description="With `object`: stands before the ids of these records in our books.")
    holds: dict[str, list[str]] = Field(
        default={}, description="With `object`: the values of ours with which a new record is made in this list."
    )
    id: Pick = Field(description="A row's id.")
    stamp: Pick = Field(default="", description="When the row was last changed.")
    stamp_format: Literal["iso", "milliseconds", "seconds"] = "iso"
    etag: Pick = Field(default="", description="What tells one state of a row from another.")
    deleted: Pick = Field(default="", description="True in a row that was deleted.")
    merged_into: Pick = Field(default="", description="In a loser's row: the winner's id.")
    merged_from: Pick = Field(default="", description="In a winner's row: the losers' ids.")
    owner: Pick = Field(default="", description="The owner's id.")
    our_id: str = Field(default="", description="The field there that carries our id.")
    url: str = Field(
        default="", description="Where a person opens the record, a template over {id} and plain settings."
    )
    natural_key: list[str] = Field(default=[], description="Our fields that tell a record, where our id is not kept.")
    columns: list[str] = Field(default=[], description="Fields to ask for beside those that are mapped.")
    overlap: int = Field(default=300, ge=0, description="Seconds that a later run reads again.")
    fields: dict[str, FieldMap] = Field(default={}, description="Our fields there.")
    defaults: dict[str, Any] = Field(default={}, description="What a create must hold there, where we have nothing.")
    calls: dict[str, Call] = Field(default={}, description="What can be done, by name.")
    values: dict[str, Any] = Field(default={}, description="What the calls' templates may use beside the usual.")
    complete: dict[str, Call] = Field(default={}, description="Calls for {ids}, by the field that each brings.")
    bin: str = Field(default="", description="What becomes of a deleted record that “erased” still finds, in words.")
    fixed: list[dict[str, Any]] = Field(default=[], description="The rows themselves, where the CRM lists none.")

    def call(self, name: str) -> Call | None:
        return self.calls.get(name)

    @property
    def optional(self) -> set[str]:
        """Fields there that not every account has."""
        return {column for one in self.fields.values() if one.optional for column in one.columns}

    def inner(self, external_id: str) -> str:
        """The id as the CRM has it; the mark tells its list from others of the same object."""
        return external_id.removeprefix(self.mark)

    def outer(self, external_id: str) -> str:
        """The id in our books."""
        return f"{self.mark}{self.inner(external_id)}"


#: What the engine asks of a stream, by name.
CALLS = frozenset(
    {
        "list", "changed", "deleted", "count", "read", "read_many", "find", "find_many", "create", "update", "delete",
        "create_many", "update_many", "delete_many", "erase", "erased", "describe", "link", "gone",
        "convert", "converted",
        "find_plain", "create_plain", "create_many_plain",  # where a CRM has not been given the field for our id
    }
)  # fmt: skip


class Discovery(Part):
    """How the CRM tells of its fields."""

    call: Call = Field(description="Lists the fields of {object}.")
    name: Pick = Field(description="Its name.")
    label: Pick = Field(description="What people there call it.")
    type: Pick = Field(description="Its type, in the CRM's word.")
    types: dict[str, str] = Field(description="Their word for a type to ours.")
    choices: Pick = Field(default="", description="The values of a pick-list.")
    writable: Pick = Field(default="", description="Whether it can be written.")
    required: Pick = Field(default="", description="Whether it must be given.")
    reference: Pick = Field(default="", description="The object that it points to.")
