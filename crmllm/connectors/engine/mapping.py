"""Our fields and theirs: what a row of a CRM says in canonical values, and what a change of ours is there.

Absent is not empty: a field that the CRM did not send, hides, or that we cannot read is left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from nameparser import HumanName

from crmllm.connectors.engine.declared.streams import Codec, FieldMap, Stream
from crmllm.connectors.engine.errors import UNFORESEEN, OddRecord
from crmllm.connectors.engine.template import fill, names
from crmllm.connectors.engine.transport import pick, search
from crmllm.core.errors import BadInput, CrmllmError
from crmllm.crm import values as crm_values
from crmllm.crm.models import FieldDef

ABSENT = object()
HEADLINE = 200  # letters
LONGEST_ID = 200  # letters that our books have room for
MAX_DIGITS = 30  # of a number, before or behind the point
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Reference:
    """Another record, by its id in the CRM."""

    target: str
    external_id: str


@dataclass(frozen=True)
class Link:
    """A reference that is written by a call of its own; without an id there, the tie is to go."""

    field: str
    target: str
    call: str
    external_id: str | None


@dataclass
class Row:
    """One record as a CRM listed it."""

    external_id: str
    values: dict[str, Any] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    etag: str = ""
    modified_at: datetime | None = None
    deleted: bool = False
    merged_into: str = ""
    merged_from: list[str] = field(default_factory=list)
    owner: str = ""
    our_id: UUID | None = None

    @property
    def references(self) -> list[Reference]:
        return [value for value in self.values.values() if isinstance(value, Reference)]


class FieldMapping:
    """The fields of one stream in force: declared, changed by an admin, without those that the CRM hides."""

    def __init__(
        self,
        stream: Stream,
        fields: Mapping[str, FieldDef],
        *,
        changed: Mapping[str, Any],
        hidden: Iterable[str] = (),
        allowed: Iterable[str] | None = None,
        known: Mapping[str, Any] | None = None,
    ) -> None:
        self.stream, self.definitions = stream, fields
        self.allowed = None if allowed is None else frozenset(allowed)
        away = set(hidden)
        #: The field there that carries our id; empty where the CRM has none, or does not show it.
        self.our_id = "" if stream.our_id in away else stream.our_id
        in_force = _in_force(stream, changed)
        self.fields = {name: one for name, one in in_force.items() if not away.intersection(one.columns)}
        #: What holds where the CRM tells none, as far as it is known; and of these, fields that it does not have.
        self.usual = {name: held for name, one in in_force.items() if (held := self._usual(name, one, known or {}))}
        self.instead = {name: held for name, held in self.usual.items() if name not in self.fields}

    def _usual(self, name: str, mapped: FieldMap, known: Mapping[str, Any]) -> Any:
        if not mapped.usual or not names(mapped.usual) <= known.keys():
            return None
        found, definition = fill(mapped.usual, known), self.definitions.get(name)
        return crm_values.normalise(definition, found) if definition is not None else found

    @property
    def lossy(self) -> set[str]:
        """Fields of which the CRM may hold less than we do."""
        return {name for name, mapped in self.fields.items() if mapped.codec in _LOSSY}

    def columns(self, names: Iterable[str] | None = None) -> list[str]:
        """Their fields to ask for, each once, in a stable order."""
        wanted = list(self.fields) if names is None else [name for name in names if name in self.fields]
        asked = [column for name in wanted for column in self.fields[name].columns if self.fields[name].readable]
        ours = [self.our_id] if self.our_id else []
        return list(dict.fromkeys([*self.stream.columns, *ours, *asked]))

    # --- theirs to ours

    def row(self, found: Mapping[str, Any]) -> Row:
        """A record of the CRM. Raises BadInput when it has no id."""
        stream = self.stream
        external_id = _id(pick(stream.id, found))
        if not external_id:
            raise OddRecord("A record came without an id.")
        if len(stream.outer(external_id)) > LONGEST_ID:
            raise OddRecord(f"A record came with an id of more than {LONGEST_ID} letters.")
        etag = _text(pick(stream.etag, found))
        row = Row(
            external_id=stream.outer(external_id),
            etag=etag if len(etag) <= LONGEST_ID else "",
            modified_at=instant(pick(stream.stamp, found), stream.stamp_format),
            deleted=_true(pick(stream.deleted, found)),
            merged_into=_text(pick(stream.merged_into, found)),
            merged_from=_several(pick(stream.merged_from, found)),
            owner=_text(pick(stream.owner, found)),
            our_id=_uuid(_at(found, self.our_id)) if self.our_id else None,
        )
        for name, mapped in self.fields.items():
            if mapped.readable:
                self._read(row, name, mapped, found)
        row.values.update(self.instead)
        return row

    def _read(self, row: Row, name: str, mapped: FieldMap, found: Mapping[str, Any]) -> None:
        try:
            given = _given(mapped, found)
            if given is ABSENT or given in mapped.silent:
                return
            value = READERS[mapped.codec](mapped, given)
            definition = self.definitions.get(name)
            if definition is not None and not isinstance(value, Reference):
                value = crm_values.normalise(definition, value)
        except (CrmllmError, *UNFORESEEN):
            row.left.append(name)  # the CRM holds what has no form here: our value stays as it is
            return
        row.values[name] = self.usual.get(name) if value in (None, "") else value

    # --- ours to theirs

    def body(
        self, values: Mapping[str, Any], resolve: Callable[[str, UUID], str | None], *, create: bool = False
    ) -> dict[str, Any]:
        """A change in their fields. What the CRM has no place for, or may not be written, stays with us.

        Where two fields share one place there, the one declared last has it, and a value has it before an empty one.
        Raises BadInput for a parent that the CRM does not know.
        """
        body: dict[str, Any] = {}
        for name, value in self._in_order(values):
            mapped = self.fields[name]
            if not self.writes(name) or (mapped.created_only and not create) or (create and value is None):
                continue
            if mapped.codec == Codec.REFERENCE and value is not None:
                value = resolve(mapped.target, UUID(str(value)))
                if value is None:
                    raise BadInput(f"The record that “{name}” refers to is not in this CRM.", code="crm_reference")
            written = WRITERS[mapped.codec](mapped, value) if value is not None else _emptied(mapped)
            if mapped.written is not None and value is not None:
                body.update(fill(mapped.written, {"value": written[0]}))
            elif not mapped.link:
                body.update(zip(mapped.columns, written, strict=True))
        return body

    def targets(self, values: Mapping[str, Any]) -> list[tuple[str, UUID]]:
        """Records that a change refers to, where they are told to the CRM: their object and our id."""
        return [
            (mapped.target, UUID(str(values[name])))
            for name, mapped in self.fields.items()
            if mapped.target and values.get(name) and self.writes(name)
        ]

    def links(self, values: Mapping[str, Any], resolve: Callable[[str, UUID], str | None]) -> list[Link]:
        """References of a change that no field carries, to be tied or untied once the record is there."""
        return [
            Link(
                name,
                mapped.target,
                mapped.link,
                resolve(mapped.target, UUID(str(values[name]))) if values[name] else None,
            )
            for name, mapped in self.fields.items()
            if mapped.link and name in values and self.writes(name)
        ]

    def kept(self, values: Mapping[str, Any], *, create: bool = True) -> dict[str, Any]:
        """The values as the CRM shows them again: only what is written there; of a list of domains it may keep one."""
        shown: dict[str, Any] = {}
        holder: dict[str, str] = {}  # which field has a place there
        for name, value in self._in_order(values):
            mapped = self.fields[name]
            if not self.writes(name) or not mapped.readable or (mapped.created_only and not create):
                continue
            for column in mapped.columns:
                shown.pop(holder.get(column, ""), None)
                holder[column] = name
            if value is not None and mapped.codec in _LOSSY:
                written = WRITERS[mapped.codec](mapped, value)
                given = written if isinstance(mapped.theirs, list) else written[0]
                if given in mapped.silent:
                    continue
                value = READERS[mapped.codec](mapped, given)
            shown[name] = self.usual.get(name) if value is None else value
        return shown

    def _in_order(self, values: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Values of fields that have a place there: empty ones first, then as the fields are declared."""
        known = [(name, values[name]) for name in self.fields if name in values]
        return sorted(known, key=lambda pair: pair[1] is not None)

    def writes(self, name: str) -> bool:
        """Whether the field is written there: it has a place, and an admin did not keep us from it."""
        mapped = self.fields.get(name)
        return mapped is not None and mapped.writable and (self.allowed is None or name in self.allowed)


def _in_force(stream: Stream, changed: Mapping[str, Any]) -> dict[str, FieldMap]:
    """Declared fields, with an admin's changes: {"field": {...}} sets one, {"field": None} takes one out."""
    fields = dict(stream.fields)
    for name, one in changed.items():
        if one is None:
            fields.pop(name, None)
        else:
            fields[name] = FieldMap.model_validate(one)
    return fields


def instant(given: Any, written: str = "iso") -> datetime | None:
    """A moment as the CRM writes it, in UTC; None when it is none."""
    if given in (None, ""):
        return None
    try:
        if isinstance(given, Mapping):
            told = {part: int(given.get(part) or 0) for part in _PARTS}
            return datetime(**told, tzinfo=UTC)
        if written != "iso":
            number = float(given)
            return datetime.fromtimestamp(number / 1000 if written == "milliseconds" else number, UTC)
        text = str(given).strip().replace(" ", "T", 1)
        found = datetime.fromisoformat(text.replace("+0000", "+00:00"))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None


#: How a moment is told in parts.
_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


# --- codecs: what stands there, and what it is here


def _given(mapped: FieldMap, found: Mapping[str, Any]) -> Any:
    """What the row has for a field: one value, or a list of the parts. ABSENT when the row has none of it."""
    if mapped.pick:
        value = search(mapped.pick, found)
        if value is not None:
            return value
        places = mapped.columns
        if not places or _at(found, places[0]) is not None:
            return ABSENT  # what stands there is another field's
        return None if _holds(found, places[0]) else ABSENT
    parts = [_at(found, column) if _holds(found, column) else ABSENT for column in mapped.columns]
    if all(part is ABSENT for part in parts):
        return ABSENT
    known = [None if part is ABSENT else part for part in parts]
    return known if isinstance(mapped.theirs, list) else known[0]


def _holds(found: Mapping[str, Any], column: str) -> bool:
    """Whether a dotted column is there at all; a parent that is null holds null."""
    inside: Any = found
    for step in column.split("."):
        if inside is None:
            return True
        if not isinstance(inside, Mapping) or step not in inside:
            return False
        inside = inside[step]
    return True


def _at(found: Mapping[str, Any], column: str) -> Any:
    inside: Any = found
    for step in column.split("."):
        inside = inside.get(step) if isinstance(inside, Mapping) else None
    return inside


def _read_country(mapped: FieldMap, given: Any) -> Any:
    if given in (None, ""):
        return None
    text = str(given).strip()
    return text.upper() if len(text) == 2 and text.isalpha() else mapped.also[text]


def _read_text(mapped: FieldMap, given: Any) -> Any:
    return None if given is None else _plain(given)


def _plain(given: Any) -> str:
    """Raises ValueError for what has parts: it is no text, however it may be printed."""
    if isinstance(given, Mapping | list):
        raise ValueError("has parts")
    return str(given)


def _read_number(mapped: FieldMap, given: Any) -> Any:
    if given in (None, ""):
        return None
    number = Decimal(str(given))
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError("is no amount of anything")
    return f"{number.normalize():f}"


def _read_date(mapped: FieldMap, given: Any) -> Any:
    if isinstance(given, Mapping):
        return date(*(int(given[part]) for part in _PARTS[:3])).isoformat()
    return None if given in (None, "") else date.fromisoformat(str(given)[:10]).isoformat()


def _read_instant_date(mapped: FieldMap, given: Any) -> Any:
    if given in (None, ""):
        return None
    if re.fullmatch(r"-?\d{9,15}|0", str(given), re.ASCII):  # a shorter number is a date without dashes
        return (EPOCH + timedelta(milliseconds=int(given))).date().isoformat()
    return _read_date(mapped, given)


def _read_choice(mapped: FieldMap, given: Any) -> Any:
    if given in (None, ""):
        return None
    written = str(given).lower() if isinstance(given, bool) else _plain(given)
    return {**mapped.also, **{theirs: ours for ours, theirs in reversed(mapped.choices.items())}}[written]


def _read_joined(mapped: FieldMap, given: Any) -> Any:
    parts = given if isinstance(given, list) else _plain(given).split(mapped.separator) if given else []
    return [written for one in parts if (written := _plain(one).strip())]


def _read_list(mapped: FieldMap, given: Any) -> Any:
    return [] if not given else [_plain(one) for one in (given if isinstance(given, list) else [given])]


def _read_parts(mapped: FieldMap, given: Any) -> Any:
    parts = given if isinstance(given, list) else [given]
    joint = "\n" if mapped.codec == Codec.LINES else " "
    return joint.join(written for part in parts if part is not None and (written := _plain(part).strip())) or None


def _read_headline(mapped: FieldMap, given: Any) -> Any:
    plain = html.unescape(re.sub(r"<(?:br|/p|/div|/li|/h\d)[^>]*>", "\n", str(given or "")))
    lines = (" ".join(re.sub(r"<[^>]*>", "", line).split()) for line in plain.splitlines())
    return next((line for line in lines if line), "")[:HEADLINE] or None


def _read_domain(mapped: FieldMap, given: Any) -> Any:
    host = str(given or "").strip().casefold().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    return [host.partition("/")[0]] if host else []


def _read_reference(mapped: FieldMap, given: Any) -> Any:
    return None if given in (None, "") else Reference(mapped.target, _plain(given))


def _read_boolean(mapped: FieldMap, given: Any) -> Any:
    if given in (None, ""):
        return None
    if not isinstance(given, bool) and str(given).casefold() not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError("is neither yes nor no")
    return _true(given)


#: Codecs that do not bring back all that was written.
_LOSSY = (Codec.DOMAIN, Codec.PERSON, Codec.LINES, Codec.CHOICE)

READERS: dict[Codec, Callable[[FieldMap, Any], Any]] = {
    Codec.TEXT: _read_text,
    Codec.NUMBER: _read_number,
    Codec.NUMERAL: _read_number,
    Codec.DATE: _read_date,
    Codec.INSTANT_DATE: _read_instant_date,
    Codec.BOOLEAN: _read_boolean,
    Codec.CHOICE: _read_choice,
    Codec.JOINED: _read_joined,
    Codec.LIST: _read_list,
    Codec.PERSON: _read_parts,
    Codec.LINES: _read_parts,
    Codec.HEADLINE: _read_headline,
    Codec.DOMAIN: _read_domain,
    Codec.COUNTRY: _read_country,
    Codec.REFERENCE: _read_reference,
}


def _emptied(mapped: FieldMap) -> list[Any]:
    return [mapped.empty for _ in mapped.columns]


def _number(mapped: FieldMap, value: Any) -> list[Any]:
    number = Decimal(str(value))
    return [int(number) if number == number.to_integral_value() else float(number)]


def _choice(mapped: FieldMap, value: Any) -> list[Any]:
    if str(value) not in mapped.choices:
        raise BadInput(f"“{value}” has no counterpart in this CRM.", code="crm_value")
    theirs = mapped.choices[str(value)]
    return [{"true": True, "false": False}.get(theirs, theirs)]


def _person(mapped: FieldMap, value: Any) -> list[Any]:
    """A name in parts. A single word is a family name: that is what CRMs insist on."""
    name = HumanName(str(value))
    given = " ".join(part for part in (name.first, name.middle) if part)
    family = " ".join(part for part in (name.last, name.suffix) if part)
    title = name.title
    words = str(value).replace(",", " ").split()
    if sorted(f"{title} {given} {family}".split()) != sorted(words):  # a nickname, an emoji: no word may be lost
        title, given, family = "", " ".join(words[:-1]), words[-1]
    elif not family:
        given, family = "", given or str(value)
    parts = [given, family]
    if len(mapped.columns) == 3:
        parts = [title, *parts]
    elif title:
        parts[0] = f"{title} {given}".strip()
    return [part or mapped.empty for part in parts]


def _lines(mapped: FieldMap, value: Any) -> list[Any]:
    """An address: the first line to the first part, the rest where it has room; nothing is lost."""
    written = [line.strip() for line in str(value).splitlines() if line.strip()]
    room = len(mapped.columns)
    kept = [*written[: room - 1], "\n".join(written[room - 1 :])] if len(written) > room else written
    return [*kept, *[mapped.empty] * (room - len(kept))]


WRITERS: dict[Codec, Callable[[FieldMap, Any], list[Any]]] = {
    Codec.TEXT: lambda mapped, value: [str(value)],
    Codec.NUMBER: _number,
    Codec.NUMERAL: lambda mapped, value: [str(value)],
    Codec.DATE: lambda mapped, value: [str(value)],
    Codec.INSTANT_DATE: lambda mapped, value: [f"{value}T00:00:00Z"],
    Codec.BOOLEAN: lambda mapped, value: [bool(value)],
    Codec.CHOICE: _choice,
    Codec.JOINED: lambda mapped, value: [mapped.separator.join(value)],
    Codec.LIST: lambda mapped, value: [list(value)],
    Codec.PERSON: _person,
    Codec.LINES: _lines,
    Codec.DOMAIN: lambda mapped, value: [value[0] if value else mapped.empty],
    Codec.COUNTRY: lambda mapped, value: [str(value)],
    Codec.REFERENCE: lambda mapped, value: [value],
}


def _id(value: Any) -> str:
    """An id, also one that came as a number; empty for what cannot be one."""
    if isinstance(value, Mapping | list | bool) or value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _true(value: Any) -> bool:
    return value is True or str(value).casefold() in ("true", "1", "yes")


def _several(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.replace(",", ";").split(";") if part.strip()]
    return [_text(one) for one in (value if isinstance(value, list) else [value]) if one]


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
