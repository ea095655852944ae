"""What HubSpot refuses to store, and the form in which it stores the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.support.hubspot.errors import exists, invalid, invalid_values
from tests.support.hubspot.pipelines import Pipeline
from tests.support.hubspot.schema import OBJECTS, Property
from tests.support.hubspot.store import Row
from tests.support.hubspot.values import day, iso, moment, number

if TYPE_CHECKING:
    from tests.support.hubspot.account import Account

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_STAGES = {
    "deals": ("pipeline", "dealstage", "default"),
    "tickets": ("hs_pipeline", "hs_pipeline_stage", "0"),
    "leads": ("hs_pipeline", "hs_pipeline_stage", "lead-pipeline-id"),
}
_LONGEST = 65_536

Problem = tuple[str, str, str]  # property, code, words


def checked(
    account: Account,
    name: str,
    sent: Mapping[str, Any],
    row: Row | None = None,
    hidden: frozenset[str] | set[str] = frozenset(),
) -> dict[str, str]:
    """The values as they are stored, "" for what is cleared; raises 400 with every problem, or 409."""
    values, problems = {}, []
    for key, value in sent.items():
        known = None if key in hidden else account.schema[name].get(key)
        if not isinstance(value, str):
            raise invalid(f"Invalid input JSON: the value of property '{key}' must be a string")
        stored, problem = _stored(known, key, value.strip() if key != "content" else value)
        values[key] = stored
        problems += [problem] if problem else []
    problems += _missing(account, name, values, row)
    problems += _wrong_owner(account, values)
    if name in _STAGES and not problems:
        values, problems = _staged(account, name, values, row)
    if problems:
        raise invalid_values(problems)
    _refuse_doubles(account, name, values, row)
    return values


def _stored(known: Property | None, key: str, value: str) -> tuple[str, Problem | None]:
    if known is None:
        return "", (key, "PROPERTY_DOESNT_EXIST", f'Property "{key}" does not exist')
    if known.read_only:
        return "", (key, "READ_ONLY_VALUE", f'"{key}" is a read only property; its value cannot be set.')
    if value == "":
        return "", None
    if known.type == "enumeration" and not known.external_options:
        return _option(known, value)
    if key == "email":
        wrong = None if _EMAIL.fullmatch(value) else (key, "INVALID_EMAIL", f"Email address {value} is invalid")
        return value.lower(), wrong
    stored = _READERS[known.type](value) if known.type in _READERS else value
    if stored is None:
        return "", (key, _CODES[known.type], f"{value} was not a valid {known.type}.")
    if len(stored) > _LONGEST:
        return "", (key, "VALUE_TOO_LONG", f"{key} must not be longer than {_LONGEST} characters.")
    return stored, None


def _option(known: Property, value: str) -> tuple[str, Problem | None]:
    allowed = [option for option, _ in known.options]
    chosen = value.strip(";").split(";") if known.field_type == "checkbox" else [value]
    for one in chosen:
        if one not in allowed:
            words = f"{one} was not one of the allowed options: [{', '.join(allowed)}]"
            return "", (known.name, "INVALID_OPTION", words)
    return ";".join(chosen), None


def _datetime(value: str) -> str | None:
    at = moment(value)
    return None if at is None else iso(at)


def _bool(value: str) -> str | None:
    return value.lower() if value.lower() in ("true", "false") else None


_READERS: dict[str, Callable[[str], str | None]] = {
    "number": lambda value: value if number(value) is not None else None,
    "date": day,
    "datetime": _datetime,
    "bool": _bool,
}
_CODES = {"number": "INVALID_DOUBLE", "date": "INVALID_DATE", "datetime": "INVALID_LONG", "bool": "INVALID_OPTION"}


def _missing(account: Account, name: str, values: Mapping[str, str], row: Row | None) -> list[Problem]:
    """Required properties of HubSpot's own, and the rules of the account's admins."""
    result = {**(row.values if row else {}), **values}
    problems = []
    for key in OBJECTS[name].required:
        if not result.get(key) and (row is None or key in values):
            problems.append((key, "MISSING_REQUIRED_PROPERTY", f'Property "{key}" is required.'))
    for rule in account.rules.get(name, ()):
        if all(result.get(key) == value for key, value in rule.when.items()) and not result.get(rule.property):
            words = rule.message or f'Property "{rule.property}" is required.'
            problems.append((rule.property, "REQUIRED_PROPERTY_RULE", words))
    return problems


def _wrong_owner(account: Account, values: Mapping[str, str]) -> list[Problem]:
    owner = values.get("hubspot_owner_id")
    known = account.owners.get(owner) if owner else None
    if not owner or (known is not None and not known.archived):
        return []
    return [("hubspot_owner_id", "INVALID_OWNER_ID", f"Owner {owner} does not exist or is not active.")]


def _staged(
    account: Account, name: str, values: dict[str, str], row: Row | None
) -> tuple[dict[str, str], list[Problem]]:
    """The stage has to be one of the pipeline; what follows from the stage is computed."""
    pipeline_key, stage_key, usual = _STAGES[name]
    before = row.values if row else {}
    pipeline_id = values.get(pipeline_key, before.get(pipeline_key)) or usual
    stage_id = values.get(stage_key, before.get(stage_key))
    found: Pipeline | None = next((one for one in account.pipelines[name] if one.id == pipeline_id), None)
    if found is None or found.archived:
        return values, [(pipeline_key, "INVALID_PIPELINE", f"{pipeline_id} is not a valid pipeline ID")]
    if not stage_id and name == "leads":
        stage_id = found.stages[0].id
    stage = found.stage(stage_id or "")
    if stage is None:
        words = f"{stage_id} is not a valid stage ID for pipeline {pipeline_id}"
        return values, [(stage_key, "INVALID_PIPELINE_STAGE", words)]
    values = {**values, pipeline_key: pipeline_id, stage_key: stage.id}
    if name == "deals":
        share = stage.metadata["probability"]
        values |= {"hs_deal_stage_probability": share, "hs_is_closed": stage.metadata["isClosed"]}
        values |= {"hs_is_closed_won": "true" if share == "1.0" else "false"}
    return values, []


def _refuse_doubles(account: Account, name: str, values: Mapping[str, str], row: Row | None) -> None:
    table = account.table(name)
    for key, value in values.items():
        if not value or not account.schema[name][key].unique:
            continue
        found = table.find(key, value)
        if found is not None and (row is None or found.id != row.id):
            raise exists(OBJECTS[name].singular.capitalize(), found.id)
        if name == "contacts" and key == "email" and value in account.blocked_emails:
            raise invalid_values([(key, "BLOCKED_EMAIL", f"{value} belongs to a person who was erased for good.")])
