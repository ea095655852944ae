"""Which of the CRM's fields is which of ours: by name and label, where the types agree. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from crmllm.connectors.engine.declared.streams import Codec
from crmllm.connectors.engine.discovery import RemoteField
from crmllm.core.errors import BadInput
from crmllm.crm.choices import FieldType
from crmllm.crm.models import FieldDef

SURE = 0.82  # how alike two names must be to be suggested
TEXTS = frozenset({"", FieldType.TEXT, FieldType.LONG_TEXT})
#: What a field of ours can be there; a type that we have no word for is taken as text.
FITS: dict[str, frozenset[str]] = {
    FieldType.TEXT: TEXTS | {FieldType.EMAIL, FieldType.PHONE, FieldType.URL, FieldType.PICKLIST},
    FieldType.LONG_TEXT: TEXTS,
    FieldType.EMAIL: TEXTS | {FieldType.EMAIL},
    FieldType.PHONE: TEXTS | {FieldType.PHONE},
    FieldType.URL: TEXTS | {FieldType.URL},
    FieldType.DATE: frozenset({FieldType.DATE}),
    FieldType.DECIMAL: frozenset({FieldType.DECIMAL, FieldType.INTEGER}),
    FieldType.INTEGER: frozenset({FieldType.INTEGER, FieldType.DECIMAL}),
    FieldType.PICKLIST: frozenset({FieldType.PICKLIST}),
    FieldType.LIST: frozenset({FieldType.LIST}),
    FieldType.REFERENCE: frozenset({FieldType.REFERENCE}),
}
#: A custom field of ours takes over what the CRM's field is; references and unknown ones come as text.
TAKEN_OVER = frozenset(FieldType.values) - {FieldType.REFERENCE}


def fits(ours: FieldDef, theirs: RemoteField) -> bool:
    return theirs.type in FITS[ours.type] or (bool(theirs.choices) and ours.type == FieldType.PICKLIST)


def suggested(ours: Iterable[FieldDef], theirs: Iterable[RemoteField], taken: Iterable[str]) -> dict[str, str]:
    """Our field to the CRM's, each of theirs once; only where nothing better is to be found."""
    free = [one for one in theirs if one.name not in set(taken)]
    pairs = sorted(
        ((_alike(mine, one), mine.name, one.name) for mine in ours for one in free if fits(mine, one)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[str, str] = {}
    for alike, mine, one in pairs:
        if alike >= SURE and mine not in found and one not in found.values():
            found[mine] = one
    return found


def _alike(ours: FieldDef, theirs: RemoteField) -> float:
    return max(
        SequenceMatcher(None, mine, other).ratio()
        for mine in (_bare(ours.name), _bare(ours.label))
        for other in (_bare(theirs.name), _bare(theirs.label))
    )


def _bare(name: str) -> str:
    """Letters and digits only; the marks that CRMs put on custom fields are no part of a name."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"(__c|_custom)$", "", name.casefold()))


def field_map(ours: FieldDef, theirs: RemoteField, *, numerals: bool) -> dict[str, Any]:
    """How a field of ours is written as one of theirs; `numerals`: this CRM writes numbers as text.

    Raises BadInput when the types cannot be brought together.
    """
    if not fits(ours, theirs):
        raise BadInput(f"“{theirs.label}” is of another kind than “{ours.label}”.")
    made: dict[str, Any] = {"theirs": theirs.name, "codec": _codec(ours, theirs, numerals), "writable": theirs.writable}
    if ours.type == FieldType.REFERENCE:
        made["target"] = ours.target
    if ours.type == FieldType.PICKLIST and not ours.custom:
        made["choices"] = _choices(ours, theirs)
    return made


def _codec(ours: FieldDef, theirs: RemoteField, numerals: bool) -> str:
    match ours.type:
        case FieldType.DATE:  # a day is written as its first moment where the CRM keeps moments
            return Codec.INSTANT_DATE if "time" in theirs.their_type.casefold() else Codec.DATE
        case FieldType.DECIMAL | FieldType.INTEGER:
            return Codec.NUMERAL if numerals else Codec.NUMBER
        case FieldType.LIST:
            return Codec.JOINED
        case FieldType.REFERENCE:
            return Codec.REFERENCE
        case FieldType.PICKLIST if not ours.custom:
            return Codec.CHOICE
        case _:
            return Codec.TEXT


def _choices(ours: FieldDef, theirs: RemoteField) -> dict[str, str]:
    """Our pick-list's values to theirs, where they are the same but for case and signs."""
    by_name = {_bare(text): value for value, label in reversed(theirs.choices) for text in (label, value)}
    found = {mine: by_name[_bare(mine)] for mine in ours.choices if _bare(mine) in by_name}
    if not found:
        raise BadInput(f"The pick-lists of “{ours.label}” and “{theirs.label}” have no value in common.")
    return found


def own_name(theirs: RemoteField, taken: Mapping[str, Any]) -> str:
    """A name for a custom field of ours that takes over one of theirs."""
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"__c$", "", theirs.name.casefold())).strip("_")[:50] or "field"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}_{number}", number + 1
    return name


def own_type(theirs: RemoteField) -> str:
    """What type such a field has here."""
    if theirs.choices and theirs.type not in (FieldType.LIST,):
        return FieldType.PICKLIST
    if theirs.type == FieldType.PICKLIST:
        return FieldType.TEXT  # a pick-list whose values are not told
    return theirs.type if theirs.type in TAKEN_OVER else FieldType.TEXT
