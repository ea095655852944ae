"""Where older messages begin: the lines that mail programs of all kinds and languages write above them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmllm.ingestion.mail.lines import Line, is_attribution, is_closed
from crmllm.ingestion.mail.phrases import (
    DATE,
    EMAIL,
    FORWARD_LINE,
    GROUPWISE,
    OPENER,
    ORIGINAL_LINE,
    QUOTING,
    TIME,
    WROTE,
)

MAX_HEADER_LINES = 80
MAX_ATTRIBUTION_LINES = 4

_DRAWN_RULE = re.compile(r"[-_=*\u2014]{3,}(?:[^-_=*]{1,60}[-_=*\u2014]{3,})?")


@dataclass(frozen=True, slots=True)
class Boundary:
    """Lines of a mail program that stand above an older message."""

    start: int
    end: int
    forward: bool = False
    attribution: bool = False


def _label_block(lines: Sequence[Line], at: int) -> tuple[int, frozenset[str]]:
    """The end of a block of labels ("From: ... Sent: ... To: ...") that begins at a line, and what they stand for."""
    roles: set[str] = set()
    end = index = at
    stop = min(len(lines), at + MAX_HEADER_LINES)
    while index < stop:
        role = lines[index].role
        if role and not (role in ("from", "to", "subject") and role in roles):
            roles.add(role)
            end = index + 1
            if role == "subject":
                end = index = _after_subject(lines, end)
                continue
        elif role or index == at or not _goes_on(lines, index, stop):
            break
        index += 1
    return end, frozenset(roles - {"other"})


def _header_block(lines: Sequence[Line], at: int) -> int:
    """The end of a header that stands without a separator; 0 if the labels may be words of the author.

    "From: Hamburg, To: Munich, Date: 3 May" may be an order. A header has a subject, an address, or a date and a time.
    """
    end, roles = _label_block(lines, at)
    if "from" not in roles:
        whole = roles >= {"to", "cc", "subject"} and (at == 0 or lines[at - 1].blank)
        return end if whole else 0
    words = " ".join(line.text for line in lines[at:end])[:2_000]
    mailed = EMAIL.search(words) is not None
    timed = DATE.search(words) is not None and TIME.search(words) is not None
    if len(roles) >= 3:
        return end if "subject" in roles or mailed or timed else 0
    return end if len(roles) == 2 and mailed and (timed or "subject" in roles) else 0


def _goes_on(lines: Sequence[Line], index: int, stop: int) -> bool:
    """Whether a line that is no label still belongs to the block: another label follows before a paragraph ends."""
    if lines[index].blank:
        following = next((line for line in lines[index + 1 : min(stop, index + 3)] if not line.blank), None)
        return following is not None and bool(following.role)
    for line in lines[index : min(stop, index + 60)]:
        if line.blank:
            return False
        if line.role:
            return True
    return False


def _after_subject(lines: Sequence[Line], index: int) -> int:
    """After the subject the block ends, but for a wrapped subject and a few labels that may follow."""
    if index < len(lines) and not lines[index].blank and not lines[index].role:
        wrapped = len(lines[index - 1].text) >= 60 and (index + 1 == len(lines) or lines[index + 1].blank)
        if wrapped and len(lines[index].text) < 60:
            index += 1
    while index < len(lines):
        following = index
        while following < min(len(lines), index + 2) and lines[following].blank:
            following += 1
        known = following < len(lines) and lines[following].role in ("sent", "to", "cc", "other")
        if not known or (following > index and lines[following].role != "other"):
            return index
        index = following + 1
    return index


def _attribution(lines: Sequence[Line], at: int) -> int:
    """The end of an attribution that begins at a line, which may be wrapped; 0 if there is none."""
    first = lines[at].text
    ahead = lines[at : at + MAX_ATTRIBUTION_LINES + 1]
    if not any(is_closed(line.text) or line.quoted for line in ahead) and not GROUPWISE.match(first):
        return 0
    if not (OPENER.match(first) or WROTE.search(first) or QUOTING.match(first) or GROUPWISE.match(first)):
        return 0
    words = ""
    for end in range(at, min(len(lines), at + MAX_ATTRIBUTION_LINES)):
        text = lines[end].text
        if not text or (end > at and lines[end].quoted and not lines[at].quoted):
            return 0
        words = f"{words} {text}".strip()
        if is_attribution(words, quote_follows(lines, end + 1)):
            return end + 1
        if text.endswith((".", "!", "?")) and not EMAIL.search(text):
            return 0
    return 0


def quote_follows(lines: Sequence[Line], at: int) -> bool:
    following = next((line for line in lines[at : at + 4] if not line.blank), None)
    return following is not None and following.quoted


def _separator(lines: Sequence[Line], at: int) -> tuple[int, bool]:
    """The end of a line such as "----- Original Message -----" (0: none), and whether it says "forwarded"."""
    text = lines[at].text
    if (
        len(text) < 6
        or len(text) > 300
        or not (text[0] in "-_=*~#\u2014\u2013" or ":" in text or "\uff1a" in text or "--" in text)
    ):
        return 0, False
    for end in range(at + 1, min(len(lines), at + 3) + 1):
        joined = " ".join(line.text for line in lines[at:end])
        closed = text[:2] not in ("--", "__", "==", "**") or end == at + 1 or joined.endswith(("--", "__", "==", "**"))
        if FORWARD_LINE.match(joined) and closed:
            while end < len(lines) and not joined.endswith("--") and end < at + 3 and lines[end].text.endswith("----"):
                end += 1
            return end, True
        if end == at + 1 and ORIGINAL_LINE.match(joined):
            return end, False
    return 0, False


def _notes_header(lines: Sequence[Line], at: int) -> Boundary | None:
    """Lotus Notes: a name, a date and a time, then "To:", "cc:" and "Subject:"."""
    if lines[at].role != "to":
        return None
    end, roles = _label_block(lines, at)
    if not roles & {"subject", "cc"}:
        return None
    above = at - 1
    seen = 0
    while above >= 0 and seen < 4 and at - above < 8:
        text = lines[above].text
        if text:
            seen += 1
            joined = f"{text} {lines[above + 1].text}"
            if DATE.search(text) and (TIME.search(text) or TIME.search(joined)) and len(text) < 160:
                return Boundary(_name_above(lines, above), end)
            if not lines[above].role and not EMAIL.search(text) and len(text) > 80:
                return None
        above -= 1
    return None


def _name_above(lines: Sequence[Line], at: int) -> int:
    """Where the name above a bare date begins."""
    rest = TIME.sub("", DATE.sub("", lines[at].text))
    if len(re.findall(r"[^\W\d_]{2,}", rest)) > 1:
        return at
    above = at - 1
    if above >= 0 and not lines[above].blank and len(lines[above].text) < 80:
        return above
    return at


def find_boundaries(lines: Sequence[Line], start: int, stop: int, depth: int) -> Iterator[Boundary]:
    """All boundaries among the lines that stand at the given depth of quotation, in order."""
    index = start
    while index < stop:
        line = lines[index]
        if line.blank or line.depth > depth or line.hinted:
            if line.history:
                yield Boundary(index, _skip_header(lines, index, stop))
            index += 1
            continue
        boundary = _boundary_at(lines, index, stop, start)
        if boundary is None:
            index += 1
            continue
        yield boundary
        index = max(boundary.end, index + 1)


def _boundary_at(lines: Sequence[Line], at: int, stop: int, floor: int) -> Boundary | None:
    end, forward = _separator(lines, at)
    if end:
        return Boundary(at, _skip_header(lines, end, stop), forward)
    role = lines[at].role
    if role == "to":
        notes = _notes_header(lines, at)
        if notes and notes.start >= floor:
            return notes
    if role in ("from", "sent", "subject", "to"):
        end = _header_block(lines, at)
        if end:
            return Boundary(_rule_above(lines, at, floor), end)
    end = _attribution(lines, at)
    if end:
        return Boundary(at, end, attribution=True)
    if lines[at].history:
        return Boundary(at, _skip_header(lines, at, stop))
    return None


def _rule_above(lines: Sequence[Line], at: int, floor: int) -> int:
    """A line of dashes right above the labels, or the letterhead of a Notes box, belongs to them."""
    above = at - 1
    while above >= floor and lines[above].blank:
        above -= 1
    if above >= floor and _DRAWN_RULE.fullmatch(lines[above].text) and not lines[above].quoted:
        return above
    return at


def _skip_header(lines: Sequence[Line], at: int, stop: int) -> int:
    """Past the labels that follow a separator, if any do."""
    index = at
    while index < min(stop, at + 6) and (lines[index].blank or re.fullmatch(r"[-_=*]{3,}", lines[index].text)):
        index += 1
    if index >= stop:
        return at
    if lines[index].role:
        return _label_block(lines, index)[0]
    for ahead in range(index, min(stop, index + 6)):
        if lines[ahead].role == "to":
            notes = _notes_header(lines, ahead)
            if notes and notes.start >= at:
                return notes.end
        if lines[ahead].role == "from":
            return _label_block(lines, ahead)[0]
    return _attribution(lines, index) or at
