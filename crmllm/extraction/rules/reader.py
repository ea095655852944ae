"""All rules over one item: candidates, each with its place in the text, and what was kept out of their sight."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from crmllm.extraction.rules import (
    cases,
    category,
    contacts,
    cues,
    deals,
    foreign_offers,
    language,
    phones,
    requests,
    sentiment,
)
from crmllm.extraction.rules.text import Candidate, Piece, mask, run, sentences
from crmllm.extraction.types import Item

RULES_VERSION = "8"
MAX_CHARS = 100_000


_UNSORTED = Candidate("category", "sales", 0, 0, 0.0, "not sorted yet")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an item's own text, and which side says it."""

    piece: Piece
    ours: bool = False


@dataclass(slots=True)
class Reading:
    """What the rules found in an item. Offsets count in the item's own text."""

    text: str  # the item's text with untrusted places blanked
    language: Candidate
    category: Candidate
    sentiment: Candidate
    persons: list[contacts.Person] = field(default_factory=list)
    deal: deals.Deal | None = None
    problem: Candidate | None = None
    severity: Candidate | None = None
    opening: Candidate | None = None
    bill: Candidate | None = None  # what is said of an invoice or a payment
    actions: list[requests.Action] = field(default_factory=list)
    machine_words: list[tuple[int, int]] = field(default_factory=list)
    countries: tuple[str, ...] = ()
    month_first: bool = False
    signatures: list[tuple[int, int]] = field(default_factory=list)
    mood_words: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # the words that show each mood
    said: list[Said] = field(default_factory=list)


def read(item: Item) -> Reading:
    """Run every rule once, over as much of the text as a person would read."""
    if len(item.text) > MAX_CHARS:
        item = replace(
            item, text=item.text[:MAX_CHARS], zones=tuple(one for one in item.zones if one.start < MAX_CHARS)
        )
    first_parts = contacts.parts(item, item.text)
    body_end = first_parts[0].body_end if first_parts else len(item.text)
    machine = cues.aimed_at_machine(item.text, body_end if len(first_parts) == 1 else None) if item.wary else []
    text = mask(item.text, [*machine, *cues.quoted_lines(item.text)])
    found_parts = contacts.parts(item, text)
    spoken = _spoken(item, found_parts)
    body = "\n".join(text[part.start : part.body_end] for part in spoken) or text
    tongue, sure = language.detect(body if body.strip() else f"{item.subject} {text}")
    countries = phones.regions(
        region=item.region,
        emails=[item.sender.email] if item.sender and not item.us.owns(item.sender.email) else [],
        language=tongue,
    )
    persons = contacts.find(item, text, found_parts, tongue)
    mood, mood_sure = sentiment.read(body, tongue)
    month_first = is_month_first(item, tongue)
    reading = Reading(
        text=text,
        persons=persons,
        language=Candidate("language", tongue, 0, 0, sure, "common words"),
        category=_UNSORTED,
        sentiment=Candidate("sentiment", mood, 0, 0, mood_sure, "words of praise and complaint"),
        machine_words=machine,
        countries=countries,
        month_first=month_first,
        signatures=[part.sign for part in found_parts if part.sign is not None],
    )
    for part in spoken:
        read_part(reading, item, text, part, countries, month_first)
    kind, kind_sure, why = category.read(
        item,
        body,
        signed=_signed(persons),
        form=_form(persons),
        deal=deal_weight(reading.deal),
        job=job_of(persons),
        glad=mood == "positive",
    )
    reading.category = Candidate("category", kind, 0, 0, kind_sure, why)
    return reading


def deal_weight(deal: deals.Deal | None) -> float:
    """How much of a sale stands in a mail: an order weighs most, then a price, then a number of products."""
    if deal is None:
        return 0.0
    doubtful = "negated" in deal.signs or (deal.demand >= 0.3 and "hedged" in deal.signs)
    return (
        1.0 * ("firm" in deal.signs)
        + 0.6 * doubtful
        + 0.4 * (deal.amount is not None)
        + 0.5 * bool(deal.products and deal.quantity is not None)
        + 0.4 * ("likely" in deal.signs and _counted(deal))
    )


def _counted(deal: deals.Deal) -> bool:
    """Whether the number stands right before the product: "18 pumps", not "the pump of hall 4"."""
    count = deal.quantity
    return count is not None and any(0 < one.start - count.end < 12 for one in deal.products)


def _signed(persons: list[contacts.Person]) -> bool:
    """Whether the author signs as somebody with a job or a company."""
    named = [one for person in persons[:1] for one in (person.title, person.company) if one is not None]
    return any(one.confidence >= 0.75 for one in named)


def job_of(persons: list[contacts.Person]) -> str:
    """The job that the author signs with."""
    return persons[0].title.value if persons and persons[0].title is not None else ""


def _form(persons: list[contacts.Person]) -> bool:
    return any(person.email is not None and person.email.rule == contacts.FORM for person in persons)


def _spoken(item: Item, found_parts: list[contacts.Part]) -> list[contacts.Part]:
    """The parts in which the customer's side speaks: not a colleague's note above a forwarded mail."""
    theirs = [part for part in found_parts if part.author is None or not item.us.owns(part.author.email)]
    return theirs or found_parts


def read_part(
    reading: Reading,
    item: Item,
    text: str,
    part: contacts.Part,
    countries: tuple[str, ...],
    month_first: bool,
) -> None:
    deal = deals.read(
        text,
        part.start,
        part.body_end,
        sent_at=item.sent_at,
        names=item.products,
        country=_country(reading, item, countries),
        month_first=month_first,
        sides=foreign_offers.sides(item, reading.persons),
    )
    if reading.deal is None or deal.demand > reading.deal.demand:
        reading.deal = deal
    # What is passed on tells what is wrong; who passes it on may only ask.
    if reading.bill is None or cases.is_wish(run(reading.bill.value)):
        reading.bill = category.about_bill(text, part.start, part.body_end) or reading.bill
    if reading.problem is None:
        reading.opening = cases.opening(text, part.start, part.body_end)
        reading.problem = cases.summary(text, part.start, part.body_end)
        reading.severity = cases.severity(text, part.start, part.body_end)
    for shown in ("positive", "negative"):
        places = sentiment.evidence(text[part.start : part.body_end], shown, reading.language.value)
        reading.mood_words.setdefault(shown, []).extend((part.start + a, part.start + b) for a, b in places)
    reading.actions += requests.find(text, part.start, part.body_end, sent_at=item.sent_at, month_first=month_first)
    reading.said += [Said(one) for one in sentences(text, part.start, part.body_end)]


def _country(reading: Reading, item: Item, countries: tuple[str, ...]) -> str:
    """Where the customer is: by their own number, else by what the mail tells, else unknown."""
    for person in reading.persons:
        if person.phone is not None and (country := phones.country_of(person.phone.value)):
            return country
    return countries[0] if countries and (item.region or len(countries) < 4) else ""


def is_month_first(item: Item, tongue: str) -> bool:
    """Whether 03/04 means the fourth of March: English from the Americas."""
    if tongue != "en":
        return False
    if item.region:
        return item.region.upper() in {"US", "PH"}
    offset = item.sent_at.utcoffset() if item.sent_at is not None else None
    return offset is not None and -10 <= offset.total_seconds() / 3600 <= -4
