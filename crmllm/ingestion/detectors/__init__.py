"""What a reviewer should beware of in an item: found, named and shown. Nothing is decided by it.

Safety rests on structure (a model without tools, values located in the item's own text, a person or a policy that
decides); these only save people from having to notice by themselves. Pure Python: the caller brings what the CRM knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crmllm.ingestion.detectors import domains, links, words
from crmllm.ingestion.kinds.types import Read

MOST = 30
MAX_QUOTE = 160
#: Codes of what was hidden, by how; whatever else is hidden is `hidden_text`.
_HIDDEN = {
    "comment": "html_comment",
    "colour of the background": "same_colour",
    "invisible characters": "invisible_characters",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to look twice. `start` and `end` are code points of the text; both 0 where the words are not in it."""

    code: str
    start: int = 0
    end: int = 0
    quote: str = ""


def look(read: Read, known: domains.Known) -> tuple[Finding, ...]:
    """Everything to beware of in an item, the same only once, at most MOST."""
    found: dict[tuple[str, int, str], Finding] = {}
    for one in (*_hidden(read), *_instructions(read), *_links(read), *_domains(read, known)):
        key = (one.code, one.start, one.quote)
        if len(found) < MOST or one.code not in {kept.code for kept in found.values()}:
            found.setdefault(key, one)
    return tuple(found.values())


def _hidden(read: Read) -> Iterator[Finding]:
    how_and_text = read.extra.get("hidden") or ([["", read.hidden_text]] if read.hidden_text else [])
    for how, text in how_and_text:
        yield Finding(_HIDDEN.get(how, "hidden_text"), quote=_short(text))


def _instructions(read: Read) -> Iterator[Finding]:
    for start, end in words.aimed_at_machines(read.text):
        yield Finding("instructions", start, end, _short(read.text[start:end]))
    for text in (read.subject, read.sender.name if read.sender else "", read.hidden_text, *_names(read)):
        for start, end in words.aimed_at_machines(text):
            yield Finding("instructions", quote=_short(text[start:end]))


def _names(read: Read) -> Iterable[str]:
    return (file.filename for file in read.attachments)


def _links(read: Read) -> Iterator[Finding]:
    for start, end in links.places(read.text):
        if links.is_unsafe(read.text[start:end]):
            yield Finding("unsafe_link", start, end, _short(read.text[start:end]))
    for address, shown in read.links:
        if links.is_unsafe(address) or links.pretends(address, shown):
            yield Finding("unsafe_link", quote=_short(f"{shown} → {address}" if shown else address))


def _domains(read: Read, known: domains.Known) -> Iterator[Finding]:
    sender = read.sender.domain if read.sender else ""
    if sender and (like := known.lookalike(sender)):
        yield Finding("lookalike_domain", quote=f"{sender} ≈ {like}")
    elif sender and not known.holds(sender):
        yield Finding("new_domain", quote=sender)
    for start, end, domain in domains.places(read.text):
        if like := known.lookalike(domain):
            yield Finding("lookalike_domain", start, end, f"{domain} ≈ {like}")
    for address, _ in read.links:
        domain = links.host(address)
        if domain and (like := known.lookalike(domain)):
            yield Finding("lookalike_domain", quote=f"{domain} ≈ {like}")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_QUOTE else f"{text[: MAX_QUOTE - 1]}…"
