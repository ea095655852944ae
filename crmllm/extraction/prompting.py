"""The variables of the extraction prompt.

The system text comes first and never changes, our own facts next: model servers keep such a prefix in their cache. Then
what is known of the customer; what comes from outside stands last, trimmed to a budget and stripped of anything that
could close the data block.
"""

from __future__ import annotations

import re

from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.types import CONTACT_FIELDS, Item

PROMPT = "extract-mail"
#: Other kinds have prompts of their own, with the same variables and the same answer.
PROMPTS = {"call": "extract-call", "meeting": "extract-meeting", "chat": "extract-chat"}
# From this confidence on a value of the rules is certain.
CERTAIN = 0.85
MAX_TEXT_TOKENS = 1200
# A careful guess that holds for small vocabularies and for German or Polish: three characters a token.
CHARS_PER_TOKEN = 3
NO_CONTEXT = "nothing is known"
_TAGS = re.compile(r"</?\s*(?:mail|transcript|notes|chat|context)\s*>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|<\|[^|>]{1,40}\|>")


def prompt_name(kind: str) -> str:
    """The prompt for items of a kind."""
    return PROMPTS.get(kind, PROMPT)


def prompt_for(
    item: Item, reading: Reading, *, max_text_tokens: int = MAX_TEXT_TOKENS, context: str = ""
) -> tuple[str, dict[str, str]]:
    """The prompt's name and its variables for one item; `context` is made of lines that went through `line`."""
    sender, recipients = _sides(item, reading)
    return prompt_name(item.kind), {
        "us": line(item.us.company or ", ".join(sorted(item.us.domains)) or "unknown"),
        "products": line(", ".join(item.products[:40]) or "not listed", 900),
        "context": context or NO_CONTEXT,
        "sent_at": item.sent_at.strftime("%A, %Y-%m-%d %H:%M %z") if item.sent_at is not None else "unknown",
        "sender": line(sender or "unknown", 200 if item.kind == "email" else 400),
        "recipients": line(recipients or "unknown", 400),
        "subject": line(item.subject),
        "candidates": _candidates(reading),
        "text": _data(_trimmed(reading, max_text_tokens * CHARS_PER_TOKEN)),
    }


def _sides(item: Item, reading: Reading) -> tuple[str, str]:
    """Who wrote to whom; of a talk, who was there for the customer and who for us."""
    if item.kind in PROMPTS:
        theirs = [one.name.value for one in reading.persons if one.name is not None and one.role == "sender"]
        ours = [one.name for one in item.participants if one.name and one.name not in theirs]
        return ", ".join(theirs[:6]), ", ".join(ours[:6])
    sender = f"{item.sender.name} <{item.sender.email}>" if item.sender is not None else ""
    return sender, ", ".join(f"{one.name} <{one.email}>" for one in item.recipients[:6])


def line(text: str, limit: int = 200) -> str:
    """One line of outside text, safe inside the prompt."""
    return _data(" ".join(text.split()))[:limit]


def _data(text: str) -> str:
    return _CONTROL.sub(" ", _TAGS.sub(" ", text))


def _trimmed(reading: Reading, limit: int) -> str:
    """The readable text within a budget: its beginning and its signature; the middle goes first."""
    text = re.sub(r"[ \t]{2,}", " ", re.sub(r"\n{3,}", "\n\n", reading.text)).strip()
    if len(text) <= limit:
        return text
    tail = ""
    if reading.signatures:
        start, end = reading.signatures[0]
        tail = reading.text[start:end].strip()[: limit // 3]
    return f"{text[: limit - len(tail) - 10].rstrip()}\n[...]\n{tail}".rstrip()


def _candidates(reading: Reading) -> str:
    """What the rules found and are not sure of, numbered, one line a value.

    What is certain is left out: it needs no help, and whether the model finds it too tells how far to trust its answer.
    """
    found: list[str] = []
    for number, person in enumerate(reading.persons[:3]):
        who = person.role if number == 0 else f"contact {number + 1} ({person.role})"
        for field in CONTACT_FIELDS:
            value = getattr(person, field)
            if value is not None and (number > 0 or value.confidence < CERTAIN):
                found.append(f"{who} {field}: {value.value}")
    if reading.deal is not None:
        found += [f"product: {one.value}" for one in reading.deal.products]
        for field in ("quantity", "amount", "currency", "close_by", "commitment"):
            value = getattr(reading.deal, field)
            if value is not None and value.confidence < CERTAIN:
                found.append(f"{field}: {value.value}")
    found += [f"action ({one.owner}): {one.text.value}" for one in reading.actions[:3]]
    return "\n".join(f"{number}. {line(one)}" for number, one in enumerate(found, start=1)) or "none"
