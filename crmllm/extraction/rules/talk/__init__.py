"""Calls, chats and notes: who is on which side, and what each side says, asks for and promises.

The result is the same `Reading` as that of a mail. Turns are read one by one: what the customer's side says counts;
what our side says counts where it was asked about or agreed to; the last figure on the table wins.
"""

from __future__ import annotations

import re
from dataclasses import replace

from crmllm.extraction.rules import cases, category, cues, deals, language, phones, pitch, requests, sentiment, trouble
from crmllm.extraction.rules.contacts import Person
from crmllm.extraction.rules.reader import Reading, Said
from crmllm.extraction.rules.talk.actions import MAX_ACTIONS, actions_of
from crmllm.extraction.rules.talk.attending import persons_of, told_company
from crmllm.extraction.rules.talk.sides import PITCH, Entry, Turn, entries_of, turns_of, with_our_speakers
from crmllm.extraction.rules.talk.table import deal_of
from crmllm.extraction.rules.text import Candidate, flat, lines, mask, sentences
from crmllm.extraction.types import Item

__all__ = ["KINDS", "MAX_ACTIONS", "read", "with_our_speakers"]

KINDS = frozenset({"call", "meeting", "chat"})
# A talk has no address to tell its country: money and legal forms do.
_COUNTRY_CUES = (
    ("GB", re.compile(r"£|\bGBP\b|\bpounds?\b(?! of)|\b(?:Ltd|plc|LLP)\b")),
    ("US", re.compile(r"\b(?:USD|LLC|Inc)\b|\bdollars?\b")),
    ("CH", re.compile(r"\bCHF\b|\b(?:Schweizer )?Franken\b")),
)


def read(item: Item) -> Reading:
    """All rules over one call, chat or set of notes."""
    machine = cues.aimed_at_machine(item.text) if item.wary else []
    text = mask(item.text, [*machine, *cues.quoted_lines(item.text)])
    listed = entries_of(item, text)
    turns = turns_of(item, text, listed)
    theirs = [turn for turn in turns if not turn.ours]
    body = "\n".join(text[turn.start : turn.end] for turn in theirs)
    tongue, sure = language.detect(body or text)
    region = next((country for country, cue in _COUNTRY_CUES if cue.search(text)), item.region)
    countries = phones.regions(region=region, emails=_addresses(item), language=tongue)
    persons = persons_of(item, text, turns, listed, countries)
    mood, mood_sure = sentiment.read(body)
    month_first = tongue == "en" and item.region.upper() in {"US", "PH"}
    reading = Reading(
        text=text,
        persons=persons,
        language=Candidate("language", tongue, 0, 0, sure, "common words"),
        category=Candidate("category", "", 0, 0, 0.0, ""),
        sentiment=Candidate("sentiment", mood, 0, 0, mood_sure, "words of praise and complaint"),
        machine_words=machine,
        countries=countries,
        month_first=month_first,
    )
    country = next((found for one in persons if one.phone and (found := phones.country_of(one.phone.value))), "")
    country = country or (countries[0] if countries and (item.region or len(countries) < 4) else "")
    reading.deal = deal_of(item, text, turns, country, month_first)
    known = [Entry(one.name, one.title, one.company) for one in persons if one.name is not None]
    reading.actions = actions_of(item, text, turns, [*listed, *known], month_first)
    told = mask(text, _beside_the_point(text, listed, reading.actions)) if item.kind == "meeting" else text
    anybody = (bool(theirs) or bool(persons)) and not _among_us(item, text, listed, persons)
    bills = (category.about_bill(told, turn.start, turn.end) for turn in theirs)
    reading.bill = next((one for one in bills if one is not None), None)
    kind, kind_sure, why = _category(item, text, turns, reading.deal, anybody, billed=reading.bill is not None)
    reading.category = Candidate("category", kind, 0, 0, kind_sure, why)
    reading.said = [Said(one, turn.ours) for turn in turns for one in sentences(text, turn.start, turn.end)]
    telling = max(theirs, key=lambda turn: _told(text, turn), default=None)
    if telling is not None and _told(text, telling) >= 0.5:
        reading.problem = cases.summary(told, telling.start, telling.end)
    openings = (cases.opening(told, turn.start, turn.end) for turn in theirs)
    reading.opening = next((one for one in openings if one is not None), None)
    reading.severity = cases.most_severe(text, [(turn.start, turn.end) for turn in theirs])
    return reading


# "3. Faktury bez uwag": a point of the agenda that nobody had anything to say about.
_NOTHING_TO_SAY = re.compile(
    r"\b(?:(?:all|otherwise|rest|everything) (?:fine|ok|okay|good|in order)|no (?:issues|complaints|remarks|concerns)|"
    r"ohne (?:beanstandung\w*|befund)|keine (?:anmerkungen|beanstandung\w*|fragen)|(?:alles|passt) (?:ok|gut|in "
    r"ordnung|soweit)|rien a (?:signaler|redire)|ras\b|sans remarques?|sin (?:incidencias|novedad|comentarios)|todo (?:"
    r"bien|correcto)|nessun(?:a)? (?:osservazion\w+|problema|anomalia)|tutto (?:ok|bene|a posto)|geen (?:opmerkingen|"
    r"bijzonderheden|klachten)|sem (?:reparos|observacoes|problemas)|tudo (?:bem|ok|certo)|bez (?:uwag|zastrzezen))\b"
)


def _beside_the_point(text: str, listed: list[Entry], actions: list[requests.Action]) -> list[tuple[int, int]]:
    """What in notes tells nothing of what is wrong: who was there, what is to be done, points without a remark."""
    places = [(one.text.start, one.text.end) for one in actions]
    marked = [one.name.start for one in listed]
    title = re.match(r"\s*[^\n]*[^\n.!?](?=\s*\n)", text)
    if title is not None:
        places.append(title.span())
    for line in lines(text):
        if any(line.start <= place < line.end for place in marked) or _NOTHING_TO_SAY.search(flat(line.text)):
            places.append((line.start, line.end))
    return places


def _among_us(item: Item, text: str, listed: list[Entry], persons: list[Person]) -> bool:
    """Whether notes list only our own people and name no customer above."""
    alone = bool(listed) and all(one.ours for one in listed) and not persons
    return item.kind == "meeting" and alone and told_company(item, text) is None


def _addresses(item: Item) -> list[str]:
    return [one.email for one in item.participants if one.email and not item.us.owns(one.email)]


def _category(
    item: Item, text: str, turns: list[Turn], deal: deals.Deal, anybody: bool, *, billed: bool
) -> tuple[str, float, str]:
    """A talk with a customer is about a sale, a problem or an invoice; only our own side talking is internal.

    A bill counts where more is said of it than what is to be done (`billed`).
    Customers tell of problems in every sale: only one that weighs more than what they want makes it a service call.
    """
    theirs = [turn for turn in turns if not turn.ours]
    body = "\n".join(text[turn.start : turn.end] for turn in theirs)
    if not anybody:
        return "internal", 0.85, "only our own side speaks"
    kind, sure, why = category.read(replace(item, sender=None, headers=(), zones=()), body, signed=True)
    told = max((_told(text, turn) for turn in theirs), default=0.0)
    ours = " ".join(text[turn.start : turn.end] for turn in turns if turn.ours)
    pitched = len({hit.group() for hit in PITCH.finditer(flat(ours))})
    wanted = 0.7 * pitched
    if deal.asks or deal.amount:
        wanted += deal.demand + bool(deal.products) + bool(deal.quantity) + bool(deal.amount)
    if (kind == "billing" and billed) or (kind == "vendor" and sure >= 0.7):
        return kind, sure, why
    if pitch.is_refused(flat(ours)) and pitch.selling(flat(body).replace("\n", " ")):
        return "vendor", 0.7, "we decline what they sell"
    if told > wanted and told >= (0.8 if wanted else 0.5):
        return "support", min(0.9, 0.5 + 0.1 * (told - wanted)), "words of trouble"
    decided = deal.commitment is not None and deal.commitment.end > deal.commitment.start
    if deal.products and not wanted and not decided:
        return "support", 0.5, "a talk about what they have of ours, in which nothing is wanted or declined"
    return "sales", min(0.9, 0.55 + 0.08 * max(0.0, wanted - told)), "a talk about what is wanted"


def _told(text: str, turn: Turn) -> float:
    """How much somebody reports a problem in one turn, by its words and by how it is told."""
    said = text[turn.start : turn.end]
    return cases.strength(said) + trouble.score(said)[0]
