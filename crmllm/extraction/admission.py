"""What of a model's answer is let in beside the rules: words with the form of their field, in a place of the author's.

A small model copies well and chooses badly: what it calls a title or a company stands in the text, but may be anything.
So the form decides (a job word, a legal form, a number that can be called), and the place: the signature, or a line
that names the author. How far the whole answer can be trusted matters less than these two.
"""

from __future__ import annotations

import re

from crmllm.extraction.rules import contacts, dates, emails, organisations, people, phones, titles
from crmllm.extraction.rules.contacts import Person
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import flat, letters
from crmllm.extraction.trust import locate, same
from crmllm.extraction.types import Item, Span

# Small models fill in a company where there is none: it must have a legal form or a company's word, or fit the sender's
# domain.
SEEMS_A_COMPANY = 0.6
SEEMS_A_NAME = 0.5
# A first name alone is a name where nothing else stands on the line that closes the mail.
SEEMS_A_FIRST_NAME = 0.3
MOST_OF_A_LABEL = 2
_PARTS = re.compile(r"\s[-–|•·]\s|[,;]")
_CALL_ME = re.compile(
    r"\b(?:(?:call|ring|phone|reach|text) (?:me|us)\b|ask for\b|(?:rufen|erreichen) sie (?:mich|uns)|"
    r"(?:bin ich|sind wir)\b.{0,40}\berreich|(?:r?appele[zr]|joindre|joignable)|(?:llam|telefone)\w+(?:me|nos)\b|"
    r"(?:ri)?chiam\w+(?:mi|ci)\b|bel(?:t u|len)? (?:me|mij|ons)|lig\w+[- ](?:me|nos)\b|"
    r"(?:za)?dzwon\w*|pod numer\w*)"
)
_MIXED_CASE = re.compile(r"[^\W\d_][a-zß-ÿ]+[A-Z]")
_PARTED_BEFORE = re.compile(r"(?:^|[\n|,;:•·/(*_–—]|[ \t]-|[ \t]{2})[ \t]*$")
_PARTED_AFTER = re.compile(r"[ \t]*(?:$|[\n|,;•·/)*_–—]|-[ \t]|[ \t]{2}|\.(?:\s|$))")


def admitted(item: Item, reading: Reading, person: Person, field: str, said: str) -> Span | None:
    """Where a value that a model gives for a field of a person stands so that it is theirs; None where nowhere."""
    if not _has_form(item, reading, field, said):
        return None
    for span in locate(item, reading, field, said) or ():
        if field in ("title", "company") and not _stands_alone(reading.text, span):
            continue
        if _is_signed(reading, span) and (field != "name" or _is_name(reading.text, said, span)):
            return span
        if field == "name" and is_person(item, said) and _has_address(reading, span):
            return span
        if field == "phone" and _is_own_number(item, reading, person, said, span):
            return span
        if field in ("title", "company") and _is_beside(reading, person, span):
            return span
    return None


def is_person(item: Item, name: str) -> bool:
    """Whether words have the form of a person's name, and of nobody's on our side."""
    return people.shape(name) >= SEEMS_A_NAME and not item.us.employs(name)


def line_of(text: str, start: int, end: int) -> str:
    """The whole line around a place."""
    return text[text.rfind("\n", 0, start) + 1 : (text + "\n").find("\n", end)]


# --- form


def _has_form(item: Item, reading: Reading, field: str, value: str) -> bool:
    """Whether a value can be what its field says, and is nobody else's."""
    if field == "name":
        return people.shape(value) >= SEEMS_A_FIRST_NAME and not item.us.employs(value)
    if field == "phone":
        return bool(phones.e164(value, reading.countries)) and not dates.find(value, None)
    if field == "title" and not titles.score(value) and not titles.is_whole_area(value):
        return False
    if field == "company" and organisations.score(value, _domain_label(item)) < SEEMS_A_COMPANY:
        return False
    if field == "company" and item.us.company and letters(value) in letters(item.us.company):
        return False
    return 2 <= len(value) <= 80 and "@" not in value


def _domain_label(item: Item) -> str:
    return emails.domain_label(item.sender.email) if item.sender is not None else ""


def _is_name(text: str, name: str, span: Span) -> bool:
    """Two words of a name's form anywhere in a signature; a first name only on a line of its own."""
    if people.shape(name) >= SEEMS_A_NAME:
        return True
    alone = line_of(text, span.start, span.end).strip(" \t,.!*_–—-") == text[span.start : span.end]
    return alone and not _MIXED_CASE.search(name)


# --- place


def _is_signed(reading: Reading, span: Span) -> bool:
    return any(start <= span.start < end for start, end in reading.signatures)


def _stands_alone(text: str, span: Span) -> bool:
    """Whether words are a whole stretch between marks or ends of lines, not the half of one."""
    before, after = text[max(0, span.start - 40) : span.start], text[span.end : span.end + 40]
    whole = "\n" not in span.quote.strip() and "  " not in span.quote
    return whole and bool(_PARTED_BEFORE.search(before)) and bool(_PARTED_AFTER.match(after))


def _is_beside(reading: Reading, person: Person, span: Span) -> bool:
    """Whether a line, or the one above it, names the person or their address, and nobody else."""
    above = reading.text.rfind("\n", 0, max(0, reading.text.rfind("\n", 0, span.start))) + 1
    lines = reading.text[above : (reading.text + "\n").find("\n", span.end)]
    return _names(lines, person) and not _names_others(lines, reading, person)


def _names(words: str, person: Person) -> bool:
    known = [one.value for one in (person.name, person.email) if one is not None]
    return any(letters(one) in letters(words) for one in known if len(letters(one)) > 2)


def _names_others(words: str, reading: Reading, person: Person) -> bool:
    others = [one for one in reading.persons if one.name != person.name or one.email != person.email]
    return contacts.is_somebody_else(words) or any(_names(words, one) for one in others)


def _has_address(reading: Reading, span: Span) -> bool:
    """Whether a line gives a person's address beside their name, and speaks of nobody else's."""
    line = line_of(reading.text, span.start, span.end)
    return "@" in line and not contacts.is_somebody_else(line)


def _is_own_number(item: Item, reading: Reading, person: Person, said: str, span: Span) -> bool:
    """Whether a number can be called and is its owner's: said by them, on their line, after a label or "call me"."""
    line = line_of(reading.text, span.start, span.end)
    if _names_others(line, reading, person):
        return False
    before = reading.text.rfind("\n", 0, span.start) + 1
    numbers = phones.find(reading.text, before, span.start + len(line), reading.countries, signature=True)
    found = [one for one in numbers if same("phone", said, one.e164, reading.countries) and one.confidence > 0.8]
    if not found or found[0].kind not in ("phone", "mobile"):
        return False
    speakers = [one.speaker for one in item.locations if one.speaker and one.start <= span.start < one.end]
    if speakers:
        return person.name is not None and people.same_person(speakers[0], person.name.value)
    label = _PARTS.split(line[: max(0, line.find(span.quote))])[-1]
    labelled = found[0].labelled and len(label.split()) <= MOST_OF_A_LABEL
    return labelled or _CALL_ME.search(flat(line)) is not None or _is_beside(reading, person, span)


# --- figures


_OF_SOMETHING = re.compile(r" ?(?:x|no\.|pcs\.?|pieces|units?|st(?:k|uck|\.)?)? ?[^\W\d_]{3,}")
_YEARS = range(1990, 2101)


def counts_things(item: Item, text: str, span: Span) -> bool:
    """Whether a number stands before what it counts: neither a year, nor a row's number, nor part of a name."""
    written = span.quote.strip()
    if written.isdecimal() and int(written) in _YEARS:
        return False
    named = any(re.search(rf"(?<!\w){re.escape(written)}(?!\w)", product) for product in item.products)
    return not named and _OF_SOMETHING.match(flat(text[span.end : span.end + 40])) is not None
