"""Who signs a paper: under its closing words, under an office, or at its foot without either."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from crmllm.extraction.rules import cues, emails, organisations, people, signature, titles
from crmllm.extraction.rules.contacts import Person
from crmllm.extraction.rules.paper_rows import Row
from crmllm.extraction.rules.paper_words import CLOSING
from crmllm.extraction.rules.text import Candidate, Piece, run, sentences, trimmed
from crmllm.extraction.types import Item

_DEFINITE = re.compile(r"(?:the|der|die|das|le|la|l['’]|il|lo|el|de|het|o|a)\s+|l['’]", re.IGNORECASE)
# "i. A. Anna Roth", "Fdo.: Anna Roth", and "im Auftrag" on a line of its own.
_FOR = r"(?:i\.?\s?[av]\.?|ppa\.?|p\.\s?[ap]\.|im auftrag|in vertretung|p\.\s?o\.|par delegation|z up\.)"
_SIGNED = r"(?:fdo\.?|firmado|signed|gez\.?|gezeichnet|signe|f\.to|firmato|w\.g\.|assinado|\(-\)|podpisano)"
_LEAD = re.compile(rf"^(?:{_FOR}|{_SIGNED})(?:\s*:)?\s+(?=\S+\s)", re.IGNORECASE)
_ONLY_LEAD = re.compile(rf"^(?:{_FOR}|{_SIGNED})\s*[:.]?$", re.IGNORECASE)
_FOOT = 8


def find(item: Item, text: str, rows: list[Row], countries: tuple[str, ...]) -> list[Person]:
    """Who signs, from the surest way of signing to the barest."""
    return [
        *_closed(text, rows, countries),
        *_under_office(item, text, rows),
        *_at_foot(text, rows, countries),
    ]


_NAME = r"[^\W\d_a-z][\w'’.-]+(?:\s+(?:d[eao]s?|del|van|von|der|den|di|la|le)\b)*(?:\s+[^\W\d_a-z][\w'’-]+){1,3}"
_COURTESY = (
    r"(?:(?:Mme|M\.|Mr\.?|Mrs\.?|Ms\.?|Frau|Herrn?|Sra?\.|Sig\.?(?:ra)?|Dott\.?(?:ssa)?|Mevr\.|mevrouw|dhr\.|Dr\.?|"
    r"pani|pan)\s+)?"
)
# "Mme Yvette Caradec, adjointe aux écoles," and "the ward sister, Una Trelawney,".
_BESIDE = (
    re.compile(rf"(?<!\w){_COURTESY}(?P<name>{_NAME}),\s+(?P<what>[^\W\d_][^,.;:()\n\d]{{2,50}})(?=[,.;])"),
    re.compile(
        r"(?<!\w)(?i:our|the|unsere?|die|der|notre|la|le|nuestr[oa]|el|nostr[oa]|il|onze|de|noss[oa]|a|o|nasz[a]?)\s+"
        rf"(?P<what>[^\W\d_][^,.;:()\n\d]{{2,50}}),\s+{_COURTESY}(?P<name>{_NAME})(?=[,.;])",
    ),
)
_OTHERS = re.compile(
    r"\b(?:your|ihre?[rnms]?|votre|vos|vuestr\w+|sus?|vostr\w+|uw|jullie|voss\w+|panstwa|wasz\w*|assistant|lawyer|"
    r"anwalt|avocat\w*|abogad\w+|avvocat\w+|advocaat|advogad\w+|adwokat\w*)\b"
)


def mentioned(item: Item, prose: str, company: Candidate | None, known: list[str]) -> list[Person]:
    """People of the house whom its letter names beside what they are."""
    found: list[Person] = []
    for sentence in sentences(prose):
        if cues.is_competitor(sentence.text):
            continue
        for match in (one for pattern in _BESIDE for one in pattern.finditer(prose, sentence.start, sentence.end)):
            name, what = people.clean(match["name"]), " ".join(match["what"].split())
            if _OTHERS.search(run(prose[max(sentence.start, match.start() - 12) : match.end()])):
                continue
            if titles.score(what) < 0.9 or people.shape(name) < 0.6 or not match["name"][:1].isupper():
                continue
            if titles.has_head(name) or organisations.has_word(name) or item.us.employs(name):
                continue
            if any(people.same_person(name, one) for one in known):
                continue
            known = [*known, name]
            place, job = match.span("name"), match.span("what")
            found.append(
                Person(
                    "mentioned",
                    Candidate("name", name, *place, 0.6, "named beside a job"),
                    Candidate("title", what, *job, 0.6, "beside a name"),
                    company,
                )
            )
    return found


def _closed(text: str, rows: list[Row], countries: tuple[str, ...]) -> list[Person]:
    """Who stands under the closing words of a letter."""
    found = []
    for number, row in enumerate(rows):
        if len(row.cells) != 1 or len(row.flat[0]) > 90 or not CLOSING.match(row.flat[0]):
            continue
        block: list[Row] = []
        for one in rows[number + 1 : number + 12]:
            if one.cells and not (not block and _ONLY_LEAD.match(one.cells[0].text)):
                block.append(one)
            elif len(block) > 1:
                break
        if not block:
            continue
        card = signature.parse(text, block[0].start, block[-1].end, countries=countries)
        name = card.name
        if name is None or len(name.value.split()) < 2:
            continue
        if organisations.legal_form(" ".join(text[name.start : name.end + 12].split("\n")[0].split())):
            continue  # "Norte Foods, S.L." is no "last, first"
        title = _without_article(card.title) if card.title is not None else None
        found.append(Person("sender", name, title, card.company, card.email, card.phone))
    return found


def _without_article(title: Candidate) -> Candidate:
    """ "La Responsabile" signs as "Responsabile"."""
    lead = _DEFINITE.match(title.value)
    return replace(title, value=title.value[lead.end() :], start=title.start + lead.end()) if lead else title


def _under_office(item: Item, text: str, rows: list[Row]) -> list[Person]:
    """Who stands at the foot under their office: "Il Direttore Tecnico", and below it the name."""
    foot = [row for row in rows if row.cells][-6:]
    for above, below in pairwise(foot):
        if len(above.cells) != 1 or len(below.cells) != 1 or len(above.cells[0].text) > 60:
            continue
        lead = _DEFINITE.match(above.cells[0].text)
        at = lead.end() if lead else 0
        office = above.cells[0].text[at:].rstrip(" ,:")
        name = people.clean(below.cells[0].text)
        if titles.score(office) < 0.9 or ":" in office or titles.score(name) >= 0.9:
            continue
        if office.endswith((".", "!", "?")) or not office[0].isalpha() or len(office.split()) > 8:
            continue  # a sentence that speaks of a technician
        if organisations.legal_form(below.cells[0].text) or organisations.has_word(name):
            continue
        if len(name.split()) < 2 or people.shape(name) < 0.6:
            continue
        start = above.cells[0].start + at
        place = below.cells[0]
        person = Person(
            "sender",
            Candidate("name", name, place.start, place.end, 0.8, "under an office"),
            Candidate("title", office, start, start + len(office), 0.8, "over the name"),
        )
        under = [one for one in emails.find(text) if one.start >= place.end and not item.us.owns(one.value)]
        if under:
            person.email = replace(under[0], field="email", confidence=0.8, rule="under the name")
        return [person]
    return []


def _at_foot(text: str, rows: list[Row], countries: tuple[str, ...]) -> list[Person]:
    """Who stands at the foot with nothing before them: a name, and behind or under it what they are."""
    foot = [row for row in rows if row.cells][-_FOOT:]
    for number, row in enumerate(foot):
        name = _name(row.cells[0])
        if name is None:
            continue
        below = next((one.cells[0] for one in foot[number + 1 : number + 2] if one.start - row.end < 3), None)
        office = _office(_behind(row.cells[0], name)) or next(map(_office, row.cells[1:2]), None)
        office = office or (_office(below) if below is not None else None)
        if office is None:
            continue
        card = signature.parse(text, name.end, foot[-1].end, countries=countries)
        return [Person("sender", name, office, None, card.email, card.phone)]
    return []


def _name(cell: Piece) -> Candidate | None:
    """A whole name that begins a line and goes on with nothing but what its bearer is."""
    if cell.text.endswith((".", "!", "?")) and len(cell.text.split()) > 6:
        return None  # a sentence
    lead = _LEAD.match(cell.text)
    at = lead.end() if lead else 0
    stop = next((one.start() for one in re.finditer(r",\s|\s[-–—]\s", cell.text)), len(cell.text))
    place = trimmed(cell.text, at, max(at, stop), "*_.:")
    name = people.clean(place.text)
    if not 2 <= len(name.split()) <= 5 or people.shape(name) < 0.6 or titles.has_head(name):
        return None
    if organisations.legal_form(cell.text) or organisations.has_word(name) or organisations.is_address(name):
        return None
    return Candidate("name", name, cell.start + place.start, cell.start + place.end, 0.8, "at the foot of a paper")


def _behind(cell: Piece, name: Candidate) -> Piece:
    rest = trimmed(cell.text, name.end - cell.start, len(cell.text), ",-–— *_")
    return Piece(cell.start + rest.start, cell.start + rest.end, rest.text)


def _office(piece: Piece) -> Candidate | None:
    """A job, or the part of a house that somebody speaks for."""
    stop = next((one.start() for one in re.finditer(r",\s(?=\S+@)|\s[-–—|]\s", piece.text)), len(piece.text))
    place = trimmed(piece.text, 0, stop, ",*_. ")
    if not place.text or len(place.text) > 60 or "@" in place.text or any(map(str.isdigit, place.text)):
        return None
    if titles.score(place.text) < 0.6 and not titles.is_whole_area(place.text):
        return None
    start = piece.start + place.start
    return _without_article(Candidate("title", place.text, start, start + len(place.text), 0.8, "beside the name"))
