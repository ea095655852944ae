"""An item in the pieces that are read and asked about one by one, and one extraction out of all of them.

Mail is one piece. Calls, chats, notes and documents are put into plain wording first (spoken numbers as digits,
corrections carried out; see rules.wording), then cut into windows within the token budget: at headings and turns, where
the topic changes most, with an overlap so that nothing is torn. What is found keeps its evidence: every place is led
back to the words of the whole item.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import TypeVar

from crmllm.extraction import asking, doubt, prompting, second, spoken
from crmllm.extraction.calibration import shipped
from crmllm.extraction.merge import GUESSED, merge
from crmllm.extraction.rules import labelled, language, papers, people, reader, talk, wording
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import letters, words
from crmllm.extraction.rules.wording import Correction, Wording
from crmllm.extraction.schema import ModelAnswer
from crmllm.extraction.types import (
    CRM_CATEGORIES,
    Case,
    Contact,
    Extracted,
    Item,
    Location,
    NextAction,
    Opportunity,
    Rejected,
    Span,
    Value,
    Zone,
)

#: Characters of one window; the same budget that a mail has in the prompt.
BUDGET = prompting.MAX_TEXT_TOKENS * prompting.CHARS_PER_TOKEN
#: What a window repeats of the one before.
OVERLAP = 400
#: How early a window may end for the sake of a better place.
EARLIEST = 0.6
MOST_WINDOWS = 100
_COMPARED = 600  # characters on both sides of a cut that tell whether the topic changes
_SHORT_WORD = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of an item as rules and model read it; `start` is its place in the plain wording."""

    item: Item
    reading: Reading = field(repr=False)
    start: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """An item, ready to be asked about."""

    item: Item
    windows: tuple[Window, ...]
    way_back: Wording | None = field(default=None, repr=False)
    corrections: tuple[Correction, ...] = ()

    @property
    def reading(self) -> Reading:
        """The reading that speaks for the whole."""
        return self.windows[0].reading

    def worthwhile(self, *, gated: bool = True) -> tuple[bool, ...]:
        """For each window, whether the model's answer could change something."""
        return tuple(asking.is_worthwhile(one.item, one.reading, gated=gated) for one in self.windows)

    def questions(self, context: str = "") -> list[tuple[str, dict[str, str]]]:
        """The prompt's name and variables for each window."""
        return [prompting.prompt_for(one.item, one.reading, context=context) for one in self.windows]


def plan(item: Item) -> Plan:
    """Reads an item with the rules, in one piece or several."""
    if labelled.is_labelled(item):
        return Plan(item, (Window(item, labelled.read(item)),))
    if item.kind not in talk.KINDS:
        return Plan(item, (Window(item, papers.read(item) if item.kind == "document" else reader.read(item)),))
    plain, way_back, corrections = _plain(item)
    places = cuts(plain)
    plain = talk.with_our_speakers(plain) if len(places) > 1 else plain
    pieces = [_piece(plain, start, end) for start, end in places]
    windows = tuple(Window(one, talk.read(one), start) for one, start in pieces)
    return Plan(item, windows, way_back, tuple(corrections))


def finish(
    plan: Plan,
    answers: Sequence[ModelAnswer | None],
    *,
    gated: bool = True,
    weighed: bool = True,
    classified: bool = True,
) -> Extracted:
    """What is proposed: rules and the model's answers, one a window, put together, and what rules alone read.

    Where every category may lead to records (`gated` off), nothing hangs on it and it bounds no confidence. Confidences
    are probabilities, unless the raw ones are wanted (`weighed` off). Without `classified` no small classifier looks at
    what rules and model left open.
    """
    found = _answered(plan, answers, gated=gated, classified=classified)
    found = doubt.bounded(found) if gated else found
    return spoken.with_statements(shipped.weighed(found) if weighed else found, plan.item)


def _answered(plan: Plan, answers: Sequence[ModelAnswer | None], *, gated: bool, classified: bool) -> Extracted:
    several = len(plan.windows) > 1

    def read(window: Window, answer: ModelAnswer | None) -> Extracted:
        found = merge(window.item, window.reading, answer, gated=gated and not several)
        found = second.look(found, window.item, window.reading) if classified else found
        return _shifted(found, window.start)

    given = [*answers, *[None] * (len(plan.windows) - len(answers))]
    found = [read(*pair) for pair in zip(plan.windows, given, strict=True)]
    whole = _together(found, gated=gated) if several else found[0]
    return whole if plan.way_back is None else _quoted(whole, plan)


# --- plain wording


def _plain(item: Item) -> tuple[Item, Wording, list[Correction]]:
    """The item in plain wording, its zones and locations with it."""
    tongue, _ = language.detect(item.text)
    first = wording.spoken(item.text, tongue, noted=item.kind == "meeting")
    second, corrections = wording.corrected(first.text, item.sent_at, names=item.products)
    way_back = wording.chained(first, second)
    forth = way_back.forth
    return (
        replace(
            item,
            text=way_back.text,
            zones=tuple(Zone(one.kind, forth(one.start), forth(one.end)) for one in item.zones),
            locations=tuple(
                Location(forth(one.start), forth(one.end), one.label, one.speaker) for one in item.locations
            ),
        ),
        way_back,
        corrections,
    )


# --- windows


def cuts(item: Item) -> list[tuple[int, int]]:
    """Where the windows of a text begin and end."""
    size = len(item.text)
    if size <= BUDGET:
        return [(0, size)]
    borders = _borders(item)
    found: list[tuple[int, int]] = []
    start = 0
    while start < size and len(found) < MOST_WINDOWS:
        if size - start <= BUDGET:
            found.append((start, size))
            break
        near = [one for one in borders if start + EARLIEST * BUDGET <= one <= start + BUDGET]
        end = min(near, key=lambda one: _cohesion(item.text, one)) if near else start + BUDGET
        found.append((start, end))
        back = [one for one in borders if max(start + 1, end - OVERLAP) <= one < end]
        start = back[0] if back else end
    return found


def _borders(item: Item) -> list[int]:
    """Places where a window may end: before a turn or a heading, else before a paragraph."""
    marks = [zone.start for zone in item.zones if zone.kind in ("speaker", "heading")]
    marks = marks or [match.end() for match in re.finditer(r"\n\s*\n|\n(?=[ \t]*[-*•–])", item.text)]
    return sorted({one for one in marks if 0 < one < len(item.text)})


def _cohesion(text: str, place: int) -> float:
    """How much what follows a place speaks of the same as what stands before it: 0 nothing, 1 the same words."""
    before = Counter(word for word in words(text[max(0, place - _COMPARED) : place]) if len(word) >= _SHORT_WORD)
    after = Counter(word for word in words(text[place : place + _COMPARED]) if len(word) >= _SHORT_WORD)
    shared = sum((before & after).values())
    return shared / max(1, min(sum(before.values()), sum(after.values())))


def _piece(item: Item, start: int, end: int) -> tuple[Item, int]:
    """A window as an item of its own, and where it begins."""
    if (start, end) == (0, len(item.text)):
        return item, 0
    inside = partial(_inside, start=start, end=end)
    return (
        replace(
            item,
            text=item.text[start:end],
            zones=tuple(Zone(one.kind, *place) for one in item.zones if (place := inside(one.start, one.end))),
            locations=tuple(
                Location(*place, one.label, one.speaker)
                for one in item.locations
                if (place := inside(one.start, one.end))
            ),
        ),
        start,
    )


def _inside(first: int, last: int, *, start: int, end: int) -> tuple[int, int] | None:
    first, last = max(first, start), min(last, end)
    return (first - start, last - start) if first < last else None


# --- one out of many


def _together(found: list[Extracted], *, gated: bool) -> Extracted:
    """What windows say, in their order: people once, the last figures, every request once."""
    category = _category(found)
    open_to_crm = not gated or (category is not None and category.value in CRM_CATEGORIES)
    deals = [one.opportunity for one in found if one.opportunity is not None and _is_business(one)]
    cases = [one.case for one in found if one.case is not None and one.category and one.category.value == "support"]
    support = category is not None and category.value != "sales"
    return Extracted(
        contacts=_people(found) if open_to_crm else (),
        opportunity=_deal(deals) if open_to_crm and deals and not (support and len(deals) < 2) else None,
        case=_best_case(cases) if open_to_crm and support else None,
        next_actions=_actions(found) if open_to_crm else (),
        sentiment=_mood(found),
        category=category,
        language=max((one.language for one in found if one.language), key=lambda one: one.confidence, default=None),
        rejected=tuple(dict.fromkeys(line for one in found for line in one.rejected)),
    )


def _is_business(one: Extracted) -> bool:
    return one.category is None or one.category.value in CRM_CATEGORIES


def _category(found: list[Extracted]) -> Value | None:
    """What most of the talk is about, sure windows weighing more; a customer's matter before small talk.

    Windows in which only our own side speaks say nothing about the others; those that guess count where none knows.
    """
    weights: Counter[str] = Counter()
    sorts = [one.category for one in found if one.category is not None]
    sorts = [one for one in sorts if one.value != "internal"] or sorts
    sorts = [one for one in sorts if one.confidence > GUESSED] or sorts
    for one in sorts:
        business = one.value in CRM_CATEGORIES
        weights[one.value] += round(1000 * one.confidence * (1.5 if business else 1.0))
    if not weights:
        return None
    best = weights.most_common(1)[0][0]
    return max((one for one in sorts if one.value == best), key=lambda one: one.confidence)


def _mood(found: list[Extracted]) -> Value | None:
    """The mood of the last window that shows one: how it ended is what counts."""
    moods = [one.sentiment for one in found if one.sentiment is not None]
    return next((one for one in reversed(moods) if one.value != "neutral"), moods[-1] if moods else None)


def _people(found: list[Extracted]) -> tuple[Contact, ...]:
    kept: list[Contact] = []
    for person in (person for one in found for person in one.contacts):
        twin = next((index for index, known in enumerate(kept) if _same_person(known, person)), None)
        if twin is None:
            kept.append(person)
        else:
            kept[twin] = _filled(kept[twin], person)
    return tuple(kept)


def _same_person(one: Contact, other: Contact) -> bool:
    if one.email and other.email:
        return one.email.value == other.email.value
    return bool(one.name and other.name and people.same_person(one.name.value, other.name.value))


def _filled(known: Contact, more: Contact) -> Contact:
    """A contact with what another window adds; the surer value stays, a fuller name wins."""
    full = known.name or more.name
    if known.name and more.name and people.fuller(known.name.value, more.name.value) != known.name.value:
        full = more.name
    return Contact(
        role="sender" if "sender" in (known.role, more.role) else known.role,
        name=full,
        title=_surer(known.title, more.title),
        company=_surer(known.company, more.company),
        email=_surer(known.email, more.email),
        phone=_surer(known.phone, more.phone),
    )


def _surer(one: Value | None, other: Value | None) -> Value | None:
    given = [value for value in (one, other) if value is not None]
    return max(given, key=lambda value: value.confidence) if given else None


def _deal(found: list[Opportunity]) -> Opportunity:
    """One deal: products of all windows, else the last word on each field."""
    products: dict[str, Value] = {}
    for value in (value for one in found for value in one.products):
        products.setdefault(letters(value.value), value)
    values = {
        one.name: _last_sure([getattr(deal, one.name) for deal in found])
        for one in fields(Opportunity)
        if one.name not in ("products", "summary", "currency", "commitment")
    }
    priced = next((deal for deal in reversed(found) if deal.amount and deal.amount == values["amount"]), None)
    firm = [deal.commitment for deal in found if deal.commitment is not None]
    clear = [one for one in firm if one.value not in ("likely", "past")]
    main = max(found, key=lambda deal: (bool(deal.products), deal.quantity is not None, deal.amount is not None))
    return Opportunity(
        summary=main.summary or _last([deal.summary for deal in found]),
        products=tuple(products.values()),
        currency=priced.currency if priced else _last([deal.currency for deal in found]),
        commitment=_last(clear or firm),
        **values,
    )


def _last(values: Sequence[T | None]) -> T | None:
    return next((one for one in reversed(values) if one is not None), None)


def _last_sure(values: Sequence[Value | None]) -> Value | None:
    """The last word, unless it is much less sure than another: an offer of ours that nobody answered."""
    given = [one for one in values if one is not None]
    least = 0.8 * max((one.confidence for one in given), default=0.0)
    return _last([one for one in given if one.confidence >= least])


def _best_case(found: list[Case]) -> Case | None:
    rank = {"urgent": 3, "high": 2, "normal": 1, "low": 0}
    with_words = [one for one in found if one.summary is not None]
    if not with_words:
        return None
    severity = max(
        (one.severity for one in found if one.severity), key=lambda one: rank.get(one.value, 1), default=None
    )
    return replace(with_words[0], severity=severity)


def _actions(found: list[Extracted]) -> tuple[NextAction, ...]:
    kept: dict[str, NextAction] = {}
    for action in (action for one in found for action in one.next_actions):
        key = letters(action.text.value)
        if not any(key in known or known in key for known in kept):
            kept[key] = action
    return tuple(kept.values())[-talk.MAX_ACTIONS :]


# --- back to the words as they stand


def _shifted(found: Extracted, by: int) -> Extracted:
    return found if not by else _mapped(found, lambda span: Span(span.start + by, span.end + by, span.quote))


def _quoted(found: Extracted, plan: Plan) -> Extracted:
    """Every place led back to the item's own text, and what was taken back told among the rejected."""
    assert plan.way_back is not None
    text, back = plan.item.text, plan.way_back.back

    def quoted(span: Span) -> Span:
        start, end = back(span.start, span.end)
        return Span(start, end, text[start:end])

    names = {"number": "quantity", "sum": "amount", "day": "date"}
    taken_back = (Rejected(names[one.kind], one.value, "was corrected later") for one in plan.corrections)
    return replace(_mapped(found, quoted), rejected=tuple(dict.fromkeys((*found.rejected, *taken_back))))


def _mapped(found: Extracted, change: Callable[[Span], Span]) -> Extracted:
    """The same extraction with every span changed."""

    def value(one: Value | None) -> Value | None:
        return None if one is None else replace(one, evidence=tuple(change(span) for span in one.evidence))

    def all_values(record: T) -> T:
        given = {one.name: getattr(record, one.name) for one in fields(record)}  # type: ignore[arg-type]
        return replace(record, **{name: value(one) for name, one in given.items() if isinstance(one, Value)})  # type: ignore[type-var]

    opportunity = found.opportunity
    if opportunity is not None:
        products = tuple(one for product in opportunity.products if (one := value(product)) is not None)
        opportunity = replace(all_values(opportunity), products=products)
    return replace(
        found,
        contacts=tuple(all_values(one) for one in found.contacts),
        opportunity=opportunity,
        case=all_values(found.case) if found.case else None,
        next_actions=tuple(all_values(one) for one in found.next_actions),
        sentiment=value(found.sentiment),
        category=value(found.category),
        language=value(found.language),
    )
