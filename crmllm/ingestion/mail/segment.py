"""Who wrote which lines of a mail: the author's newest words, quoted history, forwarded mail, signature, boilerplate.

Works on whole lines. Hints from the HTML come first, then the conventions of mail programs and of letters. Nothing is
dropped: every line gets a kind, and only the kind decides whether it belongs to the text that is read for values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmllm.ingestion.mail.boundaries import Boundary, find_boundaries, quote_follows
from crmllm.ingestion.mail.closing import mark_boilerplate, mark_closing
from crmllm.ingestion.mail.headers import Address
from crmllm.ingestion.mail.html import Hint
from crmllm.ingestion.mail.lines import Kind, Line, apply_hints, split_lines, unmarked
from crmllm.ingestion.mail.phrases import FORWARD_SUBJECT, GREETING, REPLY_SUBJECT

__all__ = ["IN_TEXT", "Kind", "Segments", "Zone", "segment"]

MAX_GREETING_CHARS = 90
IN_TEXT = frozenset(Kind) - {Kind.QUOTED, Kind.DISCLAIMER}


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of one kind, in code points, end exclusive."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Segments:
    """The zones of a body, which cover it without gap or overlap, and the text made of those that count."""

    zones: tuple[Zone, ...]
    text: str
    text_zones: tuple[Zone, ...]

    def of(self, *kinds: Kind) -> str:
        """The words of all zones of these kinds that are part of the text."""
        return "".join(self.text[zone.start : zone.end] for zone in self.text_zones if zone.kind in kinds)


def segment(body: str, *, hints: Sequence[Hint] = (), subject: str = "", sender: Address | None = None) -> Segments:
    """Split a body (in its canonical form) into zones and gather the text that counts."""
    lines = split_lines(body)
    apply_hints(lines, hints)
    _classify(lines, subject, sender)
    return _gather(body, lines)


def _classify(lines: list[Line], subject: str, sender: Address | None) -> None:
    end, boundary = _own_lines(lines)
    for line in lines[:end]:
        if line.quoted:
            line.kind = Kind.QUOTED
    _join_wrapped_quotes(lines[:end])
    own = [line for line in lines[:end] if line.kind is Kind.BODY]
    mark_boilerplate(own)
    own = [line for line in own if line.kind is Kind.BODY]
    said = any(not line.blank for line in own)
    passed_on = bool(FORWARD_SUBJECT.match(subject))
    if boundary is not None:
        silent = not said and not REPLY_SUBJECT.match(subject) and not any(line.quoted for line in lines[:end])
        _classify_older(lines, boundary, boundary.forward or silent or (passed_on and not boundary.attribution))
    elif not said and passed_on:
        for line in lines:
            line.kind = Kind.FORWARDED if line.kind is Kind.QUOTED else line.kind
    _mark_greeting(own)
    mark_closing(_last_run(lines[:end]), sender, Kind.SIGN_OFF, Kind.SIGNATURE)


def _mark_greeting(own: Sequence[Line]) -> None:
    first = next((line for line in own if not line.blank), None)
    if first and len(first.text) < MAX_GREETING_CHARS and GREETING.match(first.text):
        first.kind = Kind.GREETING


def _own_lines(lines: list[Line]) -> tuple[int, Boundary | None]:
    """Where the author's own part ends, and the boundary that ends it.

    A boundary whose message is marked with ">" (or a blockquote) doesn't end anything: the author may have gone on
    below. One whose message is not marked ends the author's part.
    """
    for boundary in find_boundaries(lines, 0, len(lines), 0):
        if quote_follows(lines, boundary.end) and not boundary.forward and not lines[boundary.start].history:
            for line in lines[boundary.start : boundary.end]:
                line.kind = Kind.QUOTED
            continue
        if boundary.attribution and not any(not line.blank for line in lines[boundary.end :]):
            # An attribution above nothing: the mail program quoted an empty message.
            for line in lines[boundary.start :]:
                line.kind = Kind.QUOTED
            return boundary.start, None
        return boundary.start, boundary
    return len(lines), None


def _classify_older(lines: list[Line], boundary: Boundary, forwarded: bool) -> None:
    for line in lines[boundary.start :]:
        line.kind = Kind.QUOTED
    if not forwarded:
        return
    start = boundary.end
    for line in lines[boundary.start : start]:
        line.kind = Kind.FORWARDED_HEADER
    stop = len(lines)
    first = next((line for line in lines[start : start + 4] if not line.blank), None)
    floor = first.depth if first else 0  # a forwarded message may be marked with ">" as a whole
    unhinted = [
        Line(line.start, line.end, unmarked(line.text) if floor else line.text, max(0, line.depth - floor))
        for line in lines
    ]
    for older in find_boundaries(unhinted, start, stop, 0):
        if older.start <= start + 1 and not any(not line.blank for line in lines[start : older.start]):
            # A forward of a forward: the first layer holds nothing but the header of the next.
            for line in lines[older.start : older.end]:
                line.kind = Kind.FORWARDED_HEADER
            start = older.end
            continue
        stop = older.start
        break
    for line, plain in zip(lines[start:stop], unhinted[start:stop], strict=True):
        line.kind = Kind.QUOTED if plain.depth else Kind.FORWARDED
    run = [line for line in lines[start:stop] if line.kind is Kind.FORWARDED]
    mark_boilerplate(run)
    run = [line for line in run if line.kind is Kind.FORWARDED]
    mark_closing(run, None, Kind.FORWARDED, Kind.FORWARDED_SIGNATURE)


def _join_wrapped_quotes(lines: Sequence[Line]) -> None:
    """The short rest of a quoted line that a mail server wrapped is still quoted."""
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        between = before.depth and after.depth and not line.depth and not line.blank
        if between and len(before.text) >= 66 and len(line.text) <= 30 and line.text[:1].islower():
            line.kind = Kind.QUOTED


def _last_run(lines: Sequence[Line]) -> list[Line]:
    """The author's last own lines: those below the last quotation, or else those above it."""
    runs: list[list[Line]] = [[]]
    for line in lines:
        if line.kind is Kind.BODY:
            runs[-1].append(line)
        elif line.kind is Kind.QUOTED and runs[-1]:
            runs.append([])
    return next((run for run in reversed(runs) if any(not line.blank for line in run)), [])


def _gather(body: str, lines: Sequence[Line]) -> Segments:
    zones: list[Zone] = []
    for line in _with_blanks_settled(lines):
        if zones and zones[-1].kind is line.kind:
            zones[-1] = Zone(zones[-1].start, line.end, line.kind)
        else:
            zones.append(Zone(line.start, line.end, line.kind))
    counted = [zone for zone in zones if zone.kind in IN_TEXT]
    while counted and not body[counted[0].start : counted[0].end].strip():
        counted.pop(0)
    while counted and not body[counted[-1].start : counted[-1].end].strip():
        counted.pop()
    if counted:
        first = counted[0]
        lead = len(body[first.start : first.end]) - len(body[first.start : first.end].lstrip())
        counted[0] = Zone(first.start + lead, first.end, first.kind)
        last = counted[-1]
        counted[-1] = Zone(last.start, last.start + len(body[last.start : last.end].rstrip()), last.kind)
    text_zones: list[Zone] = []
    parts: list[str] = []
    length = 0
    for zone in counted:
        size = zone.end - zone.start
        text_zones.append(Zone(length, length + size, zone.kind))
        parts.append(body[zone.start : zone.end])
        length += size
    return Segments(tuple(zones), "".join(parts), tuple(text_zones))


def _with_blanks_settled(lines: Sequence[Line]) -> Sequence[Line]:
    """Blank lines go with what stands above them."""
    kind = next((line.kind for line in lines if not line.blank), Kind.BODY)
    for line in lines:
        if line.blank:
            line.kind = kind
        kind = line.kind
    return lines
