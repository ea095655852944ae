"""Plausible wrong values that contradict the words shown beside them. Pure: a value in, a value out, or None.

A planted value is fair: whoever reads the marked words sees that it is wrong. So each is checked against the text, and
what cannot be told from it is not planted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crmllm.crm.choices import FieldType

_PERSON = re.compile(r"(?<![^\W_])[A-ZÀ-Þ][a-zß-ÿ]{2,} [A-ZÀ-Þ][a-zß-ÿ]{2,}(?![^\W_])")
#: Words that begin a line in front of a name, and are none.
_GREETS = frozenset("Dear Hello Hallo Liebe Lieber Hi Best Kind Warm Many Thanks Regards Viele Mit Herr Frau".split())
TRIES = 20


@dataclass(frozen=True, slots=True)
class Spot:
    """One right value with what is shown beside it. `others` are names that could be taken for it."""

    name: str
    type: str
    value: Any
    quotes: Sequence[str]
    text: str
    others: Sequence[str] = field(default=())


def wrong(spot: Spot, chance: random.Random) -> Any:
    """Another value that looks like the right one and that the words contradict; None when there is none to be had."""
    make = _MAKERS.get(spot.type)
    if make is None or spot.value in (None, "", []) or not any(quote.strip() for quote in spot.quotes):
        return None
    for _try in range(TRIES):
        made = make(spot, chance)
        if made is not None and made != spot.value and _contradicts(spot, made):
            return made
    return None


def neighbours(text: str) -> list[str]:
    """What looks like the names of people in a text."""
    found = dict.fromkeys(_PERSON.findall(text))
    return [name for name in found if name.split()[0] not in _GREETS]


def _contradicts(spot: Spot, made: Any) -> bool:
    """Whether the words beside it do not say the made value. Names of others may stand elsewhere in the text."""
    if spot.type == FieldType.TEXT:
        return not any(_bare(str(made)) in _bare(quote) for quote in spot.quotes)
    if spot.type == FieldType.EMAIL:
        return _bare(str(made)) not in _bare(spot.text)
    if spot.type == FieldType.DATE:
        return True  # its maker looks at the words
    return _digits(str(made)) not in _digits(spot.text)


def _bare(text: str) -> str:
    return "".join(text.casefold().split())


def _digits(text: str) -> str:
    whole = re.sub(r"[.,]00\b", "", text)
    return "".join(char for char in whole if char.isdigit())


def _phone(spot: Spot, chance: random.Random) -> str:
    """Another digit behind the country and area codes."""
    return _other_digit(spot.value, range(len(spot.value) - 4, len(spot.value)), chance)


def _other_digit(value: str, places: range, chance: random.Random) -> str:
    place = chance.choice([at for at in places if value[at].isdigit()])
    digit = chance.choice([one for one in "0123456789" if one != value[place]])
    return value[:place] + digit + value[place + 1 :]


def _email(spot: Spot, chance: random.Random) -> str | None:
    """Two neighbouring letters of the name have changed places."""
    local, _at, domain = str(spot.value).partition("@")
    places = [at for at in range(len(local) - 1) if local[at].isalpha() and local[at + 1].isalpha()
              and local[at] != local[at + 1]]  # fmt: skip
    if not places or not domain:
        return None
    at = chance.choice(places)
    return f"{local[:at]}{local[at + 1]}{local[at]}{local[at + 2 :]}@{domain}"


def _amount(spot: Spot, chance: random.Random) -> str:
    return str((Decimal(spot.value) * chance.choice([10, 100])).quantize(Decimal("0.01")))


def _number(spot: Spot, chance: random.Random) -> int:
    return int(spot.value) * chance.choice([10, 100])


def _date(spot: Spot, chance: random.Random) -> str | None:
    """Another day, where the words name the day of the month: "next week" would leave room for it."""
    right = date.fromisoformat(spot.value)
    named = {int(digits) for quote in spot.quotes for digits in re.findall(r"\d+", quote) if len(digits) < 5}
    moved = right + timedelta(days=chance.choice([3, 5, 9, 12]))
    return moved.isoformat() if right.day in named and moved.day not in named else None


def _name(spot: Spot, chance: random.Random) -> str | None:
    """Somebody else who could be meant: a name of the text, or of another record."""
    others = [one for one in spot.others if _bare(one) != _bare(str(spot.value))]
    return chance.choice(others) if others else None


_MAKERS: dict[str, Callable[[Spot, random.Random], Any]] = {
    FieldType.PHONE: _phone,
    FieldType.EMAIL: _email,
    FieldType.DECIMAL: _amount,
    FieldType.INTEGER: _number,
    FieldType.DATE: _date,
    FieldType.TEXT: _name,
}
