"""Where a value stands in a text, by code: the check between what a model says and what the words say.

Offsets are Unicode code points of the given text. Case, accents, compatibility forms, ligatures, spaces and punctuation
are folded for the comparison only; the span returned always quotes the text as it is.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from crmllm.extraction.rules import dates, money, phones, products
from crmllm.extraction.types import Item, Span

Kind = Literal["text", "email", "phone", "amount", "quantity", "date", "currency"]

MAX_SPANS = 8


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text folded to words divided by single spaces, with the place of every folded character."""

    words: str
    places: tuple[int, ...]
    solid: str  # the same without spaces
    solid_places: tuple[int, ...]
    word_starts: tuple[int, ...]  # in `solid`
    word_ends: tuple[int, ...]


@lru_cache(maxsize=64)
def _folded(text: str) -> _Folded:
    words: list[str] = []
    places: list[int] = []
    pending = False
    for place, char in enumerate(text):
        kept = [one for one in _fold_char(char) if one.isalnum()]
        if not kept:
            pending = pending or not unicodedata.combining(char)
            continue
        if pending and words:
            words.append(" ")
            places.append(place)
        pending = False
        words += kept
        places += [place] * len(kept)
    solid: list[str] = []
    solid_places: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, one in enumerate(words):
        if one == " ":
            continue
        if index == 0 or words[index - 1] == " ":
            starts.append(len(solid))
        solid.append(one)
        solid_places.append(places[index])
        if index + 1 == len(words) or words[index + 1] == " ":
            ends.append(len(solid))
    return _Folded(
        "".join(words),
        tuple(places),
        "".join(solid),
        tuple(solid_places),
        tuple(starts),
        tuple(ends),
    )


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    folded = unicodedata.normalize("NFKD", char).casefold()
    return "".join(one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one))


def span(text: str, start: int, end: int) -> Span:
    """The span between two places, marks that belong to its last letter included."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return Span(start, end, text[start:end])


def locate(
    value: str,
    kind: Kind,
    text: str,
    *,
    sent_at: datetime | None = None,
    countries: tuple[str, ...] = (),
    month_first: bool = False,
) -> tuple[Span, ...] | None:
    """Every place (at most a few) where a value stands in a text, or None where it does not."""
    if not value.strip() or not text:
        return None
    match kind:
        case "phone":
            found = _phones(value, text, countries)
        case "amount":
            found = _amounts(value, text)
        case "quantity":
            found = _quantities(value, text)
        case "date":
            found = _dates(value, text, sent_at, month_first)
        case "currency":
            found = [span(text, one.start, one.end) for one in money.find(text) if one.currency == value.upper()]
        case "email":
            found = _emails(value, text)
        case _:
            found = _words(value, text)
    return tuple(found[:MAX_SPANS]) or None


def _words(value: str, text: str) -> list[Span]:
    """Whole words in the same order, whatever stands between them; then the same letters with other word breaks."""
    wanted, within = _folded(value), _folded(text)
    if not wanted.words:
        return []
    found: list[Span] = []
    at = within.words.find(wanted.words)
    while at >= 0 and len(found) < MAX_SPANS:
        end = at + len(wanted.words)
        before = at == 0 or within.words[at - 1] == " "
        after = end == len(within.words) or within.words[end] == " "
        if before and after:
            found.append(span(text, within.places[at], within.places[end - 1] + 1))
        at = within.words.find(wanted.words, at + 1)
    if found or len(wanted.solid) < 4:
        return found
    at = within.solid.find(wanted.solid)
    while at >= 0 and len(found) < MAX_SPANS:
        end = at + len(wanted.solid)
        if _in(within.word_starts, at) and _in(within.word_ends, end):
            found.append(span(text, within.solid_places[at], within.solid_places[end - 1] + 1))
        at = within.solid.find(wanted.solid, at + 1)
    return found


def _in(ordered: tuple[int, ...], value: int) -> bool:
    index = bisect_left(ordered, value)
    return index < len(ordered) and ordered[index] == value


def _emails(value: str, text: str) -> list[Span]:
    lowered, wanted = text.lower(), value.strip().lower()
    if len(lowered) != len(text):  # a letter that lower-cases to two: compare as words instead
        return _words(value, text)
    found = []
    for match in re.finditer(re.escape(wanted), lowered):
        before, after = (
            lowered[: match.start()][-1:],
            lowered[match.end() : match.end() + 2],
        )
        if not (before.isalnum() or (before and before in "._+-@")) and not re.match(r"[\w@-]|\.\w", after):
            found.append(Span(match.start(), match.end(), text[match.start() : match.end()]))
    return found


def _phones(value: str, text: str, countries: tuple[str, ...]) -> list[Span]:
    wanted = phones.e164(value, countries or ("US",))
    digits = "".join(char for char in wanted if char.isdigit())
    if len(digits) < 5:
        return []
    found = []
    for start, end in phones.places(text, 0, len(text)):
        written = text[start:end]
        bare = "".join(char for char in written.replace("(0)", "").replace("[0]", "") if char.isdigit())
        national = bare.lstrip("0")
        same = phones.e164(written, countries) == wanted if countries else False
        if same or bare == digits or (len(national) >= 7 and digits.endswith(national)):
            found.append(span(text, start, end))
    return found


def _amounts(value: str, text: str) -> list[Span]:
    try:
        wanted = Decimal(value.replace(" ", ""))
    except InvalidOperation:
        return []
    found = [span(text, one.start, one.end) for one in money.find(text) if one.value == wanted]
    if found:
        return found
    for match in re.finditer(r"(?<![\w.,])\d[\d.,'’ \u00a0\u202f]*\d(?!\w)|(?<![\w.,])\d(?![\w.,])", text):
        try:
            if money.number(match.group()) == wanted:
                found.append(span(text, match.start(), match.end()))
        except InvalidOperation:
            continue
    return found


def _quantities(value: str, text: str) -> list[Span]:
    try:
        wanted = int(Decimal(value))
    except (InvalidOperation, ValueError, OverflowError):
        return []
    found = []
    for match in re.finditer(r"(?<![\w.,])\d{1,3}(?:[.,' ]\d{3})+(?![\w])|(?<![\w.,])\d+(?![.,]?\d|\w)", text):
        if products.count(match.group()) == wanted:
            found.append(span(text, match.start(), match.end()))
    if not found:
        found = [span(text, *place) for place in products.number_words(text, wanted)]
    return found


def _dates(value: str, text: str, sent_at: datetime | None, month_first: bool) -> list[Span]:
    try:
        wanted = date.fromisoformat(value)
    except ValueError:
        return []
    return [
        span(text, one.start, one.end)
        for one in dates.find(text, sent_at, month_first=month_first)
        if one.day == wanted
    ]


# --- why a value may not be used ---------------------------------------------------------------------------------


def refusal(value: str, kind: Kind, item: Item, readable: str, countries: tuple[str, ...] = ()) -> str:
    """Why a value that is not in the readable text is refused, in words for people.

    `readable` is the item's text with untrusted places blanked.
    """
    if locate(value, kind, item.text, sent_at=item.sent_at, countries=countries):
        return "stands only in words that are aimed at the machine or quote somebody"
    if item.hidden_text and locate(value, kind, item.hidden_text, sent_at=item.sent_at, countries=countries):
        return "stands only in hidden text"
    if item.quoted_text and locate(value, kind, item.quoted_text, sent_at=item.sent_at, countries=countries):
        return "stands only in quoted history"
    if item.prompt_examples and locate(value, kind, item.prompt_examples, sent_at=item.sent_at, countries=countries):
        return "stands only in the prompt's examples"
    return "is not in the text"
