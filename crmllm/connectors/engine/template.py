"""{placeholders} in calls: a text that is one placeholder becomes its value as it is, a longer one is filled in.

    "{size}" -> 100          "/contacts/{id}" -> "/contacts/7"          {"email": "{email}"} -> {"email": None}

`{name|filter}` writes a value in the form that its place asks for; {"$json|base64url": [...]} does so with a structure.
A dictionary's entry whose name ends in "?" is left out when it comes out as None: {"after?": "{cursor}"}. The entry
"..." holds a dictionary whose entries are taken in. GraphQL's braces stand apart from names: `{ nodes { id } }`.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from crmllm.core.errors import BadInput

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_.]*)((?:\|[a-z0-9_]+)*)\}")


def _at(value: Any) -> datetime:
    """A moment, also as a CRM wrote it (ISO 8601)."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).replace("+0000", "+00:00"))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _soql(value: Any) -> str:
    """A string literal of SOQL: backslash and quote are escaped."""
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _as_text(value: Any) -> str:
    """For CRMs whose values are all texts: nothing is the empty one."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


FILTERS: dict[str, Callable[[Any], Any]] = {
    "in_30_days": lambda value: (date.fromisoformat(str(value)[:10]) + timedelta(days=30)).isoformat(),
    "path": lambda value: quote(str(value), safe=""),
    "text": str,
    "number": int,
    "numbers": lambda values: [int(one) for one in values],
    "iso": lambda value: _at(value).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    "seconds": lambda value: int(_at(value).timestamp()),
    "milliseconds": lambda value: int(_at(value).timestamp() * 1000),
    "http_date": lambda value: format_datetime(_at(value).replace(microsecond=0), usegmt=True),
    "soql": _soql,
    "soql_list": lambda values: ",".join(_soql(one) for one in values),
    "blank": lambda values: " ".join(map(str, values)),
    "texts": lambda values: {name: _as_text(value) for name, value in values.items()},
    "as_ids": lambda values: [{"id": str(one)} for one in values],
    "before_slash": lambda value: str(value).partition("/")[0],
    "behind_slash": lambda value: str(value).partition("/")[2],
    "comma": lambda values: ",".join(map(str, values)),
    "json": lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
    "base64url": lambda value: urlsafe_b64encode(str(value).encode()).decode(),
    "year": lambda value: _at(value).year,
    "month": lambda value: _at(value).month,
    "day": lambda value: _at(value).day,
    "hour": lambda value: _at(value).hour,
    "minute": lambda value: _at(value).minute,
    "second": lambda value: _at(value).second,
}


def fill(written: Any, values: Mapping[str, Any]) -> Any:
    """The template with its values: dictionaries and lists are filled through. Raises BadInput for an unknown name."""
    if isinstance(written, str):
        whole = PLACEHOLDER.fullmatch(written)
        if whole:
            return _value(whole, values)
        return PLACEHOLDER.sub(lambda match: _in_text(_value(match, values)), written)
    if isinstance(written, Mapping):
        names = list(written)
        if len(names) == 1 and str(names[0]).startswith("$"):
            return _filtered(fill(written[names[0]], values), names[0][1:].split("|"))
        return dict(_entries(written, values))
    if isinstance(written, list):
        return [fill(one, values) for one in written]
    return written


def _entries(written: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, one in written.items():
        filled = fill(one, values)
        if name.endswith("?"):
            if filled is None:
                continue
            name = name[:-1]
        if name == "...":  # the entries of a dictionary that comes as a value
            yield from filled.items()
        else:
            yield str(fill(name, values)), filled


def _value(match: re.Match[str], values: Mapping[str, Any]) -> Any:
    name, filters = match.group(1), match.group(2)
    value = _look_up(name, values)
    return None if value is None else _filtered(value, filters.split("|")[1:])


def _filtered(value: Any, filters: Iterable[str]) -> Any:
    for one in filters:
        if one not in FILTERS:
            raise BadInput(f"There is no filter “{one}”. Known: {', '.join(sorted(FILTERS))}.")
        try:
            value = FILTERS[one](value)
        except (ValueError, TypeError, AttributeError, OverflowError):
            raise BadInput(f"The filter “{one}” does not fit what it is used for in the declaration.") from None
    return value


def _look_up(name: str, values: Mapping[str, Any]) -> Any:
    found: Any = values
    for step in name.split("."):
        if not isinstance(found, Mapping) or step not in found:
            raise BadInput(f"“{{{name}}}” stands for nothing here. Known: {', '.join(sorted(values))}.")
        found = found[step]
    return found


def _in_text(value: Any) -> str:
    return "" if value is None else str(value)


def collect(written: Any) -> list[str]:
    """All texts with placeholders in a structure."""
    if isinstance(written, str):
        return [written] if PLACEHOLDER.search(written) else []
    if isinstance(written, Mapping):
        return [text for pair in written.items() for one in pair for text in collect(one)]
    if isinstance(written, list | tuple):
        return [text for one in written for text in collect(one)]
    return []


def names(written: Any) -> set[str]:
    """What the templates in a structure ask for, by the first step of each name."""
    return {found[1].partition(".")[0] for text in collect(written) for found in PLACEHOLDER.finditer(text)}


def unknown_filters(written: Any) -> list[str]:
    """Filters named anywhere in a structure that nobody knows."""
    named = {
        one for text in collect(written) for found in PLACEHOLDER.finditer(text) for one in found[2].split("|")[1:]
    }
    return sorted(named - set(FILTERS))
