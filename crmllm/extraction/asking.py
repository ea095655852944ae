"""Whether a model is worth asking about an item: only where its answer could change something.

The rules know what they miss, and `admission` knows what it would let in. Where a mail is no business of the CRM, or
all that stands in it has been read, the question would cost seconds and end in agreement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmllm.extraction.admission import admitted, counts_things
from crmllm.extraction.merge import GUESSED, UNSURE, wants_case, wants_deal
from crmllm.extraction.rules import phones, requests
from crmllm.extraction.rules.contacts import Person
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import Candidate, letters, sentences
from crmllm.extraction.types import CONTACT_FIELDS, CRM_CATEGORIES, Item, Span

# Lines at the end of a text that may close it where no signature was seen.
LAST_LINES = 6
_PARTS = re.compile(r"\s*(?:[|,;•·/()]|[ \t]{2,}|\s[-–—]\s|:\s)\s*")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,6}(?![\w.,]\w)")


def is_worthwhile(item: Item, reading: Reading, *, gated: bool = True) -> bool:
    """Whether an answer could add a value or settle a doubt. Ungated, what an item is about bounds nothing."""
    sort = reading.category
    if gated and sort.value not in CRM_CATEGORIES:
        return sort.confidence < GUESSED
    return (
        (gated and sort.confidence < GUESSED)
        or _person_is_open(item, reading)
        or _deal_is_open(item, reading)
        or (wants_case(reading, sort.value) and not (reading.problem or reading.bill or reading.opening))
        or (not reading.actions and any(requests.owner(one.text) for one in sentences(reading.text)))
    )


def _person_is_open(item: Item, reading: Reading) -> bool:
    """Whether words in the author's place have the form of a field that the rules left empty or doubt."""
    person = reading.persons[0] if reading.persons else Person("sender")
    wanted = [
        field
        for field in ("name", "title", "company")
        if (value := getattr(person, field)) is None or value.confidence < UNSURE
    ]
    known = {letters(value.value) for one in reading.persons for value in _values(one)}
    pieces = [one for one in _pieces(reading) if letters(one) not in known] if wanted else []
    if any(admitted(item, reading, person, field, piece) for field in wanted for piece in pieces):
        return True
    numbers = phones.places(reading.text, 0, len(reading.text)) if person.phone is None else ()
    return any(admitted(item, reading, person, "phone", reading.text[start:end]) for start, end in numbers)


def _values(person: Person) -> Iterator[Candidate]:
    return (value for field in CONTACT_FIELDS if (value := getattr(person, field)) is not None)


def _pieces(reading: Reading) -> Iterator[str]:
    """The stretches between marks of the lines in which an author stands."""
    lines = [line for start, end in reading.signatures for line in reading.text[start:end].splitlines()]
    written = [line for line in reading.text.splitlines() if line.strip()]
    lines += [line for line in written if "@" in line] + written[-LAST_LINES:]
    for line in dict.fromkeys(lines):
        yield from (piece for one in _PARTS.split(line) if 2 <= len(piece := one.strip(" .!*_\t")) <= 80)


def _deal_is_open(item: Item, reading: Reading) -> bool:
    """Whether a sale lacks its summary, its degree of commitment, or its count though something is counted."""
    deal = reading.deal
    if deal is None or not wants_deal(deal, reading.category.value):
        return False
    if deal.summary is None or deal.commitment is None:
        return True
    found = (Span(one.start(), one.end(), one.group()) for one in _NUMBER.finditer(reading.text))
    return deal.quantity is None and any(counts_things(item, reading.text, one) for one in found)
