"""What only rules read, from the item as a whole: statements of the customer's side that no model is asked about.

Added once at the end, whatever windows and models did: each statement is checked on the item's own text and belongs to
one of the people who were found, where the item tells whose word it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crmllm.extraction import grounding
from crmllm.extraction.rules import consent, people, rivals, stages, websites
from crmllm.extraction.rules.text import flat, sentences
from crmllm.extraction.types import Consent, Contact, Extracted, Item, Value


def with_statements(found: Extracted, item: Item) -> Extracted:
    """The same extraction with what the rules read in the item as a whole."""
    found = replace(found, consents=tuple(_consent(one, found, item) for one in consent.find(item)))
    if not found.may_create_records():
        return found
    return replace(
        found, competitors=tuple(_competitors(found, item)), progress=_progress(item), website=_website(item)
    )


def _competitors(found: Extracted, item: Item) -> Iterator[Value]:
    """Those that are on our list first; nobody's own company is their competitor."""
    known = [value.value for one in found.contacts for value in (one.name, one.company) if value is not None]
    for one in sorted(rivals.find(item, known), key=lambda one: not one.listed):
        evidence = (grounding.span(item.text, one.start, one.end),)
        rule = "list of competitors" if one.listed else "words of another offer"
        yield Value(one.name, evidence, one.confidence, source="rule", rule=rule)


def _website(item: Item) -> Value | None:
    one = websites.find(item)
    if one is None:
        return None
    return Value(one.value, (grounding.span(item.text, one.start, one.end),), one.confidence, rule=one.rule)


def _progress(item: Item) -> Value | None:
    signal = stages.find(item)
    if signal is None:
        return None
    evidence = (grounding.span(item.text, signal.start, signal.end),)
    return Value(
        signal.value, evidence, signal.confidence, source="rule", rule=f"words of a sale that is {signal.value}"
    )


def _consent(one: consent.Statement, found: Extracted, item: Item) -> Consent:
    evidence = (grounding.span(item.text, one.start, one.end),)
    state = Value(one.state, evidence, one.confidence, source="rule", rule=f"{one.channel} {one.state}")
    who = _whose(one, found, item)
    if who is None:
        return Consent(one.channel, state, one.name, one.email)
    return Consent(
        one.channel, state, who.name.value if who.name else one.name, who.email.value if who.email else one.email
    )


def _whose(one: consent.Statement, found: Extracted, item: Item) -> Contact | None:
    """The contact whose word a statement is: by address, by name, by the sentence of a note, else whoever wrote."""
    for person in found.contacts:
        if one.email and person.email is not None and person.email.value == one.email.lower():
            return person
        if one.name and person.name is not None and people.same_person(person.name.value, one.name):
            return person
    if one.name or one.email:
        return None
    around = next((flat(s.text) for s in sentences(item.text) if s.start <= one.start < s.end), "")
    named = [person for person in found.contacts if person.name and _is_named(person.name.value, around)]
    writers = [person for person in found.contacts if person.role == "sender"]
    return next(iter(named or writers or found.contacts), None)


def _is_named(name: str, sentence: str) -> bool:
    return any(len(part) > 2 and part in sentence.split() for part in flat(name).split())
