"""Whose words an item holds: the stretches in which the customer's side speaks, whatever kind the item is of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmllm.extraction.rules import contacts, cues, labelled, talk
from crmllm.extraction.rules.talk.sides import entries_of, turns_of
from crmllm.extraction.rules.text import Piece, mask, sentences
from crmllm.extraction.types import Item

# Somebody else's words within a sentence. Single quotes are apostrophes far too often.
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»\n]{3,200}[\"”“»]")


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one person says without a break; `noted` are our own notes about them, in the third person."""

    start: int
    end: int
    name: str = ""
    email: str = ""
    noted: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """The customer's side of an item. `text` has the length of the item's own, with what is not theirs to say blank:
    quoted lines, words in quotation marks, and sentences that speak to a machine."""

    text: str
    stretches: tuple[Stretch, ...]

    def sentences(self) -> list[tuple[Stretch, Piece]]:
        """Each of their sentences with whose it is."""
        return [(one, piece) for one in self.stretches for piece in sentences(self.text, one.start, one.end)]


def by_customer(item: Item) -> Said:
    """What the customer's side says in an item; nothing of what we say ourselves."""
    machine = cues.aimed_at_machine(item.text) if item.wary else []
    hidden = [*machine, *cues.quoted_lines(item.text)]
    hidden += [match.span() for match in _QUOTED.finditer(item.text)]
    text = mask(item.text, hidden)
    if labelled.is_labelled(item):
        return Said(text, tuple(_written_freely(item)))
    if item.kind in talk.KINDS:
        return Said(text, tuple(_spoken(item, text)))
    if item.kind == "document":
        return Said(text, (Stretch(0, len(text)),))
    return Said(text, tuple(_written(item, text)))


def _written_freely(item: Item) -> list[Stretch]:
    """The message of a form; who filled it in is the form's first person."""
    return [Stretch(zone.start, zone.end) for zone in item.zones if zone.kind == "message"]


def _spoken(item: Item, text: str) -> list[Stretch]:
    noted = any(zone.kind == "notes" for zone in item.zones)
    return [
        Stretch(turn.start, turn.end, turn.speaker, noted=noted and not turn.speaker)
        for turn in turns_of(item, text, entries_of(item, text))
        if not turn.ours
    ]


def _written(item: Item, text: str) -> list[Stretch]:
    found = []
    for part in contacts.parts(item, text):
        author = part.author or item.sender
        if author is None or not item.us.owns(author.email):
            email, name = (author.email, author.name) if author is not None else ("", "")
            found.append(Stretch(part.start, part.body_end, name, email))
    return found
