"""Items that say themselves what is what: web forms, contact cards, invitations.

Zones mark people (`card:<role>`), what is told of them (`field:<meaning>`), the meeting (`event:<…>`) and free words
(`message`), which are read like a mail.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import InvalidOperation

from crmllm.extraction.rules import (
    category,
    contacts,
    cues,
    dates,
    deals,
    emails,
    language,
    money,
    organisations,
    paper_asks,
    people,
    phones,
    products,
    reader,
    requests,
    sentiment,
)
from crmllm.extraction.rules.contacts import FORM, Part, Person
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import Candidate, mask, trimmed
from crmllm.extraction.types import Item, Role, Zone

SURE = 0.97
_NOTHING = re.compile(
    r"(?:[-–.x?/]+|n/?a|none|no|keine?|privat(?:e|person)?|test|aucune?|ning\w+|nada|nessun\w*)", re.IGNORECASE
)
_WHOLE = re.compile(r"(?<![\d.,])\d{1,7}(?![\d.,]*\d)")
_RANGE = re.compile(r"\d\s*(?:-|–|to|bis|à|a|tot)\s*\d", re.IGNORECASE)


def is_labelled(item: Item) -> bool:
    return any(zone.kind.startswith("card:") for zone in item.zones)


def read(item: Item) -> Reading:
    """The same reading as that of a mail, out of labelled values and the rules over what was written freely."""
    text = mask(item.text, [*cues.aimed_at_machine(item.text), *cues.quoted_lines(item.text)])
    messages = [zone for zone in item.zones if zone.kind == "message" and text[zone.start : zone.end].strip()]
    body = "\n".join(text[zone.start : zone.end] for zone in messages)
    tongue, sure = language.detect(body or text)
    addresses = [one.value for one in emails.find(text) if not item.us.owns(one.value)]
    countries = phones.regions(region=item.region, emails=addresses, language=tongue if body else "", text=text)
    mood, mood_sure = sentiment.read(body)
    reading = Reading(
        text=text,
        persons=_persons(item, text, messages, countries, tongue),
        language=Candidate("language", tongue, 0, 0, sure, "common words"),
        category=Candidate("category", "sales", 0, 0, 0.75, "somebody leaves how to reach them"),
        sentiment=Candidate("sentiment", mood, 0, 0, mood_sure, "words of praise and complaint"),
        machine_words=cues.aimed_at_machine(item.text),
        countries=countries,
        month_first=reader.is_month_first(item, tongue),
    )
    for zone in messages:
        part = Part(zone.start, zone.end, zone.end, None, item.sender)
        reader.read_part(reading, item, text, part, countries, reading.month_first)
    reading.deal = _deal(item, reading, text)
    reading.actions = paper_asks.without_repeats([*reading.actions, *_meeting(item, text)])
    if item.kind == "web_form":
        kind, kind_sure, why = category.read(item, body, form=True, deal=reader.deal_weight(reading.deal))
        reading.category = Candidate("category", kind, 0, 0, kind_sure, why)
        if kind == "personal" and any(person.company for person in reading.persons):
            reading.category = Candidate("category", "sales", 0, 0, 0.55, "a company fills in a form")
    return reading


# --- people


def _persons(item: Item, text: str, messages: list[Zone], countries: tuple[str, ...], tongue: str) -> list[Person]:
    cards = [zone for zone in item.zones if zone.kind.startswith("card:")]
    found = [_person(item, text, card, countries) for card in cards]
    found = [one for one in found if _is_wanted(item, one)]
    parts = [Part(zone.start, zone.end, zone.end, None, item.sender) for zone in messages]
    for other in contacts.find(replace(item, recipients=()), text, parts, tongue) if parts else []:
        known = next((one for one in found if _same(one, other)), None)
        if known is None and other.role == "mentioned":
            found.append(other)
        elif known is not None:
            known.title, known.phone = known.title or other.title, known.phone or other.phone
            known.company = known.company or other.company
    return found


def _person(item: Item, text: str, card: Zone, countries: tuple[str, ...]) -> Person:
    role: Role = "sender" if card.kind == "card:sender" else "mentioned"
    inside = {
        zone.kind.removeprefix("field:"): zone
        for zone in reversed(item.zones)
        if zone.kind.startswith("field:") and card.start <= zone.start and zone.end <= card.end
    }
    person = Person(role, name=_name(text, inside))
    for field in ("title", "company"):
        zone = inside.get(field)
        if zone is not None and not _NOTHING.fullmatch(text[zone.start : zone.end].strip()):
            candidate = _plain(field, text, zone)
            if field == "title" or organisations.is_plausible(candidate.value):
                setattr(person, field, candidate)
    if (zone := inside.get("email")) is not None and (mails := emails.find(text[zone.start : zone.end])):
        person.email = Candidate(
            "email", mails[0].value, zone.start + mails[0].start, zone.start + mails[0].end, SURE, FORM
        )
    if (zone := inside.get("phone")) is not None:
        number = phones.first_of(phones.find(text, zone.start, zone.end, countries, signature=True))
        if number is not None:
            sure = min(SURE, number.confidence + 0.02)
            person.phone = Candidate("phone", number.e164, number.start, number.end, sure, FORM)
    return person


def _name(text: str, inside: dict[str, Zone]) -> Candidate | None:
    """The name as it was given; of two fields the words of both, which stand one after the other."""
    parts = [zone for key in ("first_name", "last_name") if (zone := inside.get(key)) is not None]
    zones = [inside["name"]] if "name" in inside else parts
    if not zones:
        return None
    value = people.clean(" ".join(" ".join(text[one.start : one.end].split()) for one in zones))
    if not value or "@" in value or _NOTHING.fullmatch(value) or not any(char.isalpha() for char in value):
        return None
    sure = SURE if people.shape(value) >= 0.3 else 0.6
    place = trimmed(text, zones[-1].start, zones[-1].end)
    return Candidate("name", value, place.start, place.end, sure if len(zones) == 1 else min(sure, 0.9), FORM)


def _plain(field: str, text: str, zone: Zone) -> Candidate:
    piece = trimmed(text, zone.start, zone.end)
    return Candidate(field, " ".join(piece.text.split()), piece.start, piece.end, SURE, FORM)


def _is_wanted(item: Item, person: Person) -> bool:
    """Not our own people, and no mere mailbox of a department."""
    if person.email is not None and item.us.owns(person.email.value):
        return False
    if person.name is not None:
        return not item.us.employs(person.name.value)
    return person.phone is not None or (person.email is not None and not emails.is_generic(person.email.value))


def _same(one: Person, other: Person) -> bool:
    if one.email is not None and other.email is not None:
        return one.email.value.casefold() == other.email.value.casefold()
    return bool(one.name and other.name and people.same_person(one.name.value, other.name.value))


# --- the rest


def _deal(item: Item, reading: Reading, text: str) -> deals.Deal | None:
    """What fields say of a sale goes before what was read out of the message."""
    deal = reading.deal or deals.Deal()
    told = {zone.kind.removeprefix("field:"): zone for zone in reversed(item.zones) if zone.kind.startswith("field:")}
    if (zone := told.get("product")) is not None:
        found = [
            Candidate("products", one.name, one.start, one.end, SURE, FORM)
            for one in products.listed(text, item.products, zone.start, zone.end)
        ]
        if not found and not item.products and not _NOTHING.fullmatch(text[zone.start : zone.end].strip()):
            found = [_plain("products", text, zone)]
        deal.products = found or deal.products
    if (zone := told.get("quantity")) is not None and not _RANGE.search(text[zone.start : zone.end]):
        if (number := _WHOLE.search(text, zone.start, zone.end)) and int(number[0]):
            deal.quantity = Candidate("quantity", str(int(number[0])), number.start(), number.end(), SURE, FORM)
    if (zone := told.get("amount")) is not None:
        _amount(deal, reading, text, zone)
    if (zone := told.get("close_by")) is not None:
        days = dates.find(text, item.sent_at, zone.start, zone.end, month_first=reading.month_first)
        if days:
            deal.close_by = Candidate("close_by", days[0].day.isoformat(), days[0].start, days[0].end, 0.93, FORM)
    held = [one for one in (*deal.products, deal.quantity) if one is not None and one.rule == FORM]
    said = deal.summary
    if held and (
        said is None or not any(said.start <= one.start < said.end for one in (*deal.products, deal.quantity) if one)
    ):
        deal.summary = _in_fields(deal, held[0])
    if {"product", "quantity", "amount"} & told.keys() and (deal.products or deal.quantity or deal.amount):
        deal.demand = max(deal.demand, 0.4)
    return deal if reading.deal is not None or deal.demand else None


def _in_fields(deal: deals.Deal, place: Candidate) -> Candidate:
    """What is wanted as the fields say it, where the message speaks of other things."""
    things = ", ".join(one.value for one in deal.products[:3])
    words = " ".join(one for one in (deal.quantity.value if deal.quantity else "", things) if one)
    return Candidate("summary", words, place.start, place.end, 0.6, FORM)


def _amount(deal: deals.Deal, reading: Reading, text: str, zone: Zone) -> None:
    """A budget or price; ranges and "more than" are no single value. The label stands before it on its line."""
    line = text.rfind("\n", 0, zone.start) + 1
    sums = [one for one in money.find(text, line, zone.end) if one.start >= zone.start]
    if len(sums) == 1 and sums[0].kind == "total":
        value, currency, start, end = money.plain(sums[0].value), sums[0].currency, sums[0].start, sums[0].end
    elif not sums and re.fullmatch(r"\d[\d.,' ]*", written := text[zone.start : zone.end].strip()):
        try:
            value, currency, start, end = money.plain(money.number(written)), "", zone.start, zone.end
        except InvalidOperation:
            return
    else:
        return
    deal.amount = Candidate("amount", value, start, end, 0.95, FORM)
    if currency or (currency := money.currency_of(reading.countries[0] if reading.countries else "")):
        deal.currency = Candidate("currency", currency, start, end, 0.95 if sums and sums[0].currency else 0.6, FORM)


def _meeting(item: Item, text: str) -> list[requests.Action]:
    """The meeting of an invitation, as something that we have to be at on its day."""
    told = {zone.kind: zone for zone in item.zones if zone.kind.startswith("event:")}
    if "event:summary" not in told:
        return []
    title = _plain("text", text, told["event:summary"])
    start = told.get("event:start")
    day = text[start.start : start.start + 10] if start is not None else ""
    due = Candidate("due", day, start.start, start.start + 10, SURE, "start of the meeting") if start and day else None
    return [requests.Action(replace(title, rule="an invitation", confidence=0.93), "us", due)]
