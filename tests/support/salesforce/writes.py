"""Saving a record the way the CRM does: types, required fields, references, uniqueness, and the org's own rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from tests.support.salesforce.calls import Refused
from tests.support.salesforce.schema import NUMBERS, STAGES, TEXTS, Field, ObjectType
from tests.support.salesforce.store import Org, Row, long_id, refuse_duplicate, stamp

ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True)
class Validation:
    """A rule of the org's administrator: this field must not match this pattern ("" matches an empty field)."""

    object: str
    field: str
    pattern: str
    message: str

    def broken_by(self, row: Row) -> bool:
        value = row.get(self.field)
        return re.fullmatch(self.pattern, "" if value is None else str(value)) is not None


@dataclass
class Rules:
    """What an administrator has switched on."""

    validations: list[Validation] = field(default_factory=list)
    duplicates: set[tuple[str, str]] = field(default_factory=set)  # object, field that must not repeat
    busy: dict[str, int] = field(default_factory=dict)  # record id: how many more writes meet a lock


def save(
    org: Org, rules: Rules, user: str, kind: ObjectType, given: Row, record_id: str = "", force: bool = False
) -> str:
    """Creates (without an id) or updates; returns the id, or raises Refused with nothing changed."""
    creating = not record_id
    old = {} if creating else _editable(org, user, kind, record_id)
    if not kind.writable or not org.access.may(user, kind.name, "create" if creating else "edit"):
        raise _denied(kind)
    changes = _values(org, user, kind, given, creating)
    row = {**(_defaults(kind, user) if creating else {}), **old, **changes}
    missing = [f.name for f in kind.fields.values() if not f.nillable and f.createable and row.get(f.name) is None]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise Refused(400, "REQUIRED_FIELD_MISSING", message, missing)
    _unique(org, kind, changes, record_id)
    _own_rules(org, rules, user, kind, row, changes, record_id, force)
    if creating:
        return org.insert(kind.name, row | derived(org, kind.name, row, {}), user)
    org.update(kind.name, old["Id"], changes | derived(org, kind.name, row, old), user)
    return str(old["Id"])


def delete(org: Org, rules: Rules, user: str, kind: ObjectType, record_id: str) -> None:
    """Puts a row into the recycle bin."""
    row = _editable(org, user, kind, record_id)
    if not kind.writable or not org.access.may(user, kind.name, "delete"):
        raise _denied(kind)
    _lock(rules, row["Id"])
    org.update(kind.name, row["Id"], {"IsDeleted": True}, user, "delete")


def undelete(org: Org, user: str, kind: ObjectType, record_id: str) -> None:
    """Takes a row out of the recycle bin."""
    row = org.row(kind.name, record_id)
    if row is None or not row["IsDeleted"]:
        raise Refused(404, "UNDELETE_FAILED", "Entity is not in the recycle bin")
    _unique(org, kind, row, row["Id"])
    org.update(kind.name, row["Id"], {"IsDeleted": False}, user, "undelete")


def merge(org: Org, user: str, kind: ObjectType, winner: str, losers: list[str]) -> None:
    """The losers go into the recycle bin with a pointer to the winner; what hung on them hangs on the winner."""
    for loser in losers:
        org.update(kind.name, loser, {"IsDeleted": True, "MasterRecordId": winner}, user, "merge")
        for other in org.objects.values():
            refs = [made.name for made in other.fields.values() if kind.name in made.targets and made.updateable]
            for row in list(org.tables[other.name].rows.values()):
                moved = {name: winner for name in refs if row.get(name) == loser}
                if moved and not row["IsDeleted"]:
                    org.update(other.name, row["Id"], moved, user)
    org.update(kind.name, winner, {}, user)


def derived(org: Org, kind: str, row: Row, old: Row) -> dict[str, Any]:
    """What the CRM fills in by itself after a save."""
    if kind in ("Contact", "Lead"):
        return {"Name": " ".join(filter(None, (row.get("FirstName"), row.get("LastName"))))}
    if kind == "Opportunity":
        percent, closed, won, forecast = STAGES.get(row["StageName"], (None, False, False, "Pipeline"))
        if row.get("StageName") == old.get("StageName") or (not old and row.get("Probability") is not None):
            percent = row.get("Probability")
        amount = row.get("Amount")
        expected = None if amount is None else round(amount * (percent or 0) / 100, 2)
        forecasts = {"ForecastCategoryName": forecast, "ExpectedRevenue": expected}
        return {"Probability": percent, "IsClosed": closed, "IsWon": won, **forecasts}
    if kind == "Case":
        closed = row.get("Status") == "Closed"
        when = row.get("ClosedDate") or org.now() if closed else None
        number = row.get("CaseNumber") or f"{org.numbers.get('Case', 0) + 1:08d}"
        return {"IsClosed": closed, "ClosedDate": when, "CaseNumber": number}
    return {"IsClosed": row.get("Status") == "Completed"} if kind == "Task" else {}


def _editable(org: Org, user: str, kind: ObjectType, record_id: str) -> Row:
    row = org.row(kind.name, record_id)
    if row is not None and row["IsDeleted"] and org.access.sees(user, row["Id"]):
        raise Refused(404, "ENTITY_IS_DELETED", "entity is deleted", [])
    row = org.visible(user, kind.name, record_id)
    if not org.access.edits(user, row["Id"]):
        message = "insufficient access rights on object id"
        raise Refused(403, "INSUFFICIENT_ACCESS_OR_READONLY", message, [])
    return row


def _denied(kind: ObjectType) -> Refused:
    message = f"entity type cannot be written or is not permitted: {kind.name}"
    return Refused(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" if kind.writable else "INVALID_TYPE", message, [])


def _defaults(kind: ObjectType, user: str) -> dict[str, Any]:
    values = {made.name: made.default for made in kind.fields.values() if made.default is not None}
    return values | ({"OwnerId": user} if "OwnerId" in values else {})


def _values(org: Org, user: str, kind: ObjectType, given: Row, creating: bool) -> dict[str, Any]:
    changes = {}
    for name, value in given.items():
        if name == "attributes":
            continue
        relation = kind.relation(name) if isinstance(value, Mapping) else None
        if relation is not None:
            found, value = relation, _by_external_id(org, relation, value)
        else:
            named = org.field(user, kind, name)
            if named is None:
                raise Refused(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {kind.name}")
            found = named
        if not (found.createable if creating else found.updateable) or not org.access.writes(
            user, kind.name, found.name
        ):
            message = (
                f"Unable to create/update fields: {found.name}. Please check the security settings of this field"
                " and verify that it is read/write for your profile or permission set."
            )
            raise Refused(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, [found.name])
        changes[found.name] = convert(org, user, found, value)
    return changes


def _by_external_id(org: Org, relation: Field, named: Mapping[str, Any]) -> str:
    for target in relation.targets:
        for name, value in named.items():
            for record_id in org.tables[target].lookup.get(name, {}).get(str(value).lower(), ()):
                return record_id
    name, value = next(((n, v) for n, v in named.items() if n != "attributes"), ("", ""))
    message = f"Foreign key external ID: {value} not found for field {name} in entity {relation.targets[0]}"
    raise Refused(400, "INVALID_FIELD", message)


def convert(org: Org, user: str, made: Field, value: Any) -> Any:
    """A value as it is stored, or a refusal."""
    if value is None or value == "":
        if made.type == "boolean":
            raise _unreadable(made, value)
        return None
    if made.type in TEXTS:
        return _text(made, value)
    if made.type in NUMBERS:
        return _number(made, value)
    if made.type in ("id", "reference"):
        return _reference(org, user, made, value)
    return _BY_TYPE[made.type](made, value)


def _text(made: Field, value: Any) -> str | None:
    if isinstance(value, (dict, list, bool)):
        raise _unreadable(made, value)
    content = str(value).strip()
    if made.length and len(content) > made.length:
        message = f"{made.name}: data value too large: {content[:80]} (max length={made.length})"
        raise Refused(400, "STRING_TOO_LONG", message, [made.name])
    if made.type == "email" and content and not EMAIL.fullmatch(content):
        message = f"{made.name}: invalid email address: {content}"
        raise Refused(400, "INVALID_EMAIL_ADDRESS", message, [made.name])
    chosen = content.split(";") if made.type == "multipicklist" else [content]
    if made.restricted and not set(chosen) <= set(made.values):
        message = f"{made.name}: bad value for restricted picklist field: {content}"
        raise Refused(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [made.name])
    return content or None


def _number(made: Field, value: Any) -> float | int:
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        raise _unreadable(made, value) from None
    if isinstance(value, bool) or not exact.is_finite() or (made.type == "int" and exact % 1):
        raise _unreadable(made, value)
    if made.precision and abs(exact) >= Decimal(10) ** (made.precision - made.scale):
        message = f"{made.name}: value outside of valid range on numeric field: {value}"
        raise Refused(400, "NUMBER_OUTSIDE_VALID_RANGE", message, [made.name])
    if made.type == "int":
        return int(exact)
    return float(exact.quantize(Decimal(1).scaleb(-made.scale), ROUND_HALF_UP))


def _reference(org: Org, user: str, made: Field, value: Any) -> str:
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise Refused(400, "MALFORMED_ID", f"{made.name}: id value of incorrect type: {value}", [made.name])
    target, record_id = org.kind_of(value), long_id(value)
    if target is None or target.name not in made.targets:
        message = f"{made.name}: id value of incorrect type: {value}"
        raise Refused(400, "FIELD_INTEGRITY_EXCEPTION", message, [made.name])
    row = org.row(target.name, record_id)
    if row is None:
        raise Refused(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
    if row["IsDeleted"]:
        raise Refused(400, "ENTITY_IS_DELETED", "entity is deleted", [])
    if not org.access.sees(user, record_id):
        message = "insufficient access rights on cross-reference id"
        raise Refused(403, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message, [])
    return record_id


def _boolean(made: Field, value: Any) -> bool:
    known = {"true": True, "false": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in known:
        raise _unreadable(made, value)
    return known[str(value).lower()]


def _day(made: Field, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise _unreadable(made, value) from None


def _moment(made: Field, value: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise _unreadable(made, value) from None
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


_BY_TYPE: dict[str, Callable[[Field, Any], Any]] = {"boolean": _boolean, "date": _day, "datetime": _moment}


def _unreadable(made: Field, value: Any) -> Refused:
    message = f"Cannot deserialize instance of {made.type} from {type(value).__name__} value {value}"
    return Refused(400, "JSON_PARSER_ERROR", message)


def _unique(org: Org, kind: ObjectType, changes: Row, record_id: str) -> None:
    for name, ids in org.tables[kind.name].lookup.items():
        if kind.fields[name].unique and changes.get(name) is not None:
            others = ids.get(str(changes[name]).lower(), set()) - {long_id(record_id)}
            if others:
                raise refuse_duplicate(kind.fields[name], min(others))


def _own_rules(
    org: Org, rules: Rules, user: str, kind: ObjectType, row: Row, changes: Row, record_id: str, force: bool
) -> None:
    for rule in rules.validations:
        if rule.object == kind.name and rule.broken_by(row):
            raise Refused(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, [rule.field])
    for name in () if force else [name for object, name in rules.duplicates if object == kind.name]:
        if changes.get(name) is not None and _another(org, kind.name, name, changes[name], record_id):
            more = {"duplicateResult": {"allowSave": True, "duplicateRule": "Same_value", "matchResults": []}}
            raise Refused(400, "DUPLICATES_DETECTED", "Use one of these records?", [], **more)
    _lock(rules, long_id(record_id))
    for parent in {value for name, value in changes.items() if name.endswith("Id") and isinstance(value, str)}:
        _lock(rules, parent)


def _another(org: Org, kind: str, name: str, value: Any, record_id: str) -> bool:
    wanted = str(value).lower()
    rows = org.tables[kind].rows.values()
    return any(
        str(row.get(name)).lower() == wanted and not row["IsDeleted"] and row["Id"] != long_id(record_id)
        for row in rows
    )


def _lock(rules: Rules, record_id: str) -> None:
    if rules.busy.get(record_id, 0) > 0:
        rules.busy[record_id] -= 1
        message = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
        raise Refused(400, "UNABLE_TO_LOCK_ROW", message, [])
