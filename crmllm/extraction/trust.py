"""How far a model's answer can be trusted, and where the values that it gave stand in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from crmllm.extraction import grounding
from crmllm.extraction.grounding import Kind
from crmllm.extraction.prompting import CERTAIN
from crmllm.extraction.rules import money, people, phones
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import Candidate, letters
from crmllm.extraction.schema import MailAnswer, ModelAnswer
from crmllm.extraction.types import Item, Rejected, Span

_KINDS: dict[str, Kind] = {
    "name": "text", "title": "text", "company": "text", "email": "email", "phone": "phone", "products": "text",
    "quantity": "quantity", "amount": "amount", "currency": "currency", "close_by": "date", "due": "date",
}  # fmt: skip


@dataclass(slots=True)
class Checked:
    """One answer held against one item: what of it is located, and how far it can be trusted."""

    answer: MailAnswer
    trust: float
    rejected: list[Rejected]


def check(item: Item, reading: Reading, answer: ModelAnswer) -> Checked:
    """An answer held against an item: what of it is located, and how many certain values it found by itself."""
    given = answer.value
    author = reading.persons[0] if reading.persons else None
    copied: list[tuple[str, str, Candidate | None]] = [
        ("name", given.name, author.name if author else None),
        ("title", given.title, author.title if author else None),
        ("company", given.company, author.company if author else None),
        ("phone", given.phone, author.phone if author else None),
        ("name", given.name2, None),
        ("title", given.title2, None),
        ("email", given.email2, None),
        ("phone", given.phone2, None),
        ("quantity", given.quantity, reading.deal.quantity if reading.deal else None),
        ("amount", given.amount, reading.deal.amount if reading.deal else None),
        *(("products", product, None) for product in given.products),
    ]
    rejected: list[Rejected] = []
    tried = located = asked = known = 0.0
    for field, value, rule in copied:
        certain = rule is not None and rule.confidence >= CERTAIN
        if certain:
            asked += 1.0 if value.strip() else 0.3
        if not value.strip():
            continue
        tried += 1
        if locate(item, reading, field, value) or _in_header(item, field, value):
            located += 1
        else:
            why = grounding.refusal(value, _KINDS[field], item, reading.text, reading.countries)
            rejected.append(Rejected(field, value, why))
        if certain and rule is not None and same(field, value, rule.value, reading.countries):
            known += 1
    for field, value in (("close_by", given.close_by), ("due", given.due), ("due", given.due2)):
        if value.strip() and not locate(item, reading, field, value):
            rejected.append(Rejected(field, value, "no words in the text mean this day"))
    # Without a single certain value to compare with, an answer may confirm but not add.
    trust = (located / tried if tried else 0.5) * (known / asked if asked else 0.6)
    if answer.mean_logprob is not None and answer.mean_logprob < -1.0:
        trust *= 0.8
    return Checked(given, trust, rejected)


def locate(item: Item, reading: Reading, field: str, value: str) -> tuple[Span, ...] | None:
    """Where a value stands in the readable text, quoted from the item's own text."""
    found = grounding.locate(
        value.strip(),
        _KINDS[field],
        reading.text,
        sent_at=item.sent_at,
        countries=reading.countries,
        month_first=reading.month_first,
    )
    return tuple(grounding.span(item.text, one.start, one.end) for one in found) if found else None


def _in_header(item: Item, field: str, value: str) -> bool:
    people_known = [one for one in (item.sender, *item.recipients) if one is not None]
    if field == "name":
        return any(people.same_person(value, one.name) for one in people_known if one.name)
    return field == "email" and any(value.strip().casefold() == one.email.casefold() for one in people_known)


def same(field: str, one: str, other: str, countries: tuple[str, ...]) -> bool:
    """Whether two written values of a field mean the same."""
    if field == "phone":
        return phones.e164(one, countries) == phones.e164(other, countries)
    if field in {"amount", "quantity"}:
        return number(one) is not None and number(one) == number(other)
    return letters(one) == letters(other)


def number(written: str) -> Decimal | None:
    """The number that a bare figure means, currency signs left out; None for other words."""
    bare = written.strip().strip("€$£").strip()
    if not re.fullmatch(r"\d[\d.,' \u00a0]*", bare):
        return None
    try:
        return money.number(bare)
    except InvalidOperation:
        return None
