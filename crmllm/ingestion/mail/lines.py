"""The lines of a body: where each stands, how deep it is quoted, what the HTML says of it, and what it says itself."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmllm.ingestion.mail.html import Hint, HintKind
from crmllm.ingestion.mail.phrases import (
    DATE,
    EMAIL,
    GROUPWISE,
    LABEL_LINE,
    QUOTING,
    ROLE_OF_LABEL,
    TIME,
    WROTE,
)

MAX_LINE_CHARS = 2_000
MAX_ATTRIBUTION_CHARS = 400
MAX_LABEL_CHARS = 40

_QUOTE_MARK = re.compile(r"[ \t]{0,4}((?:[>\uff1e][ \t]{0,2}){1,30})")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SPACES = " \t\u00a0\u3000"
_CLOSED = (":", "\uff1a", ":>", "...")


class Kind(StrEnum):
    """What a zone of a mail is."""

    GREETING = "greeting"
    BODY = "body"
    SIGN_OFF = "signoff"
    SIGNATURE = "signature"
    FORWARDED_HEADER = "forwarded_header"
    FORWARDED = "forwarded"
    FORWARDED_SIGNATURE = "forwarded_signature"
    QUOTED = "quoted"
    DISCLAIMER = "disclaimer"


@dataclass(slots=True)
class Line:
    """One line: its place in the body (code points), its stripped words, its depth of quotation, and its kind."""

    start: int
    end: int
    text: str
    depth: int
    hinted: bool = False
    signed: bool = False
    history: bool = False
    indented: bool = False
    kind: Kind = Kind.BODY
    _role: str | None = None

    @property
    def role(self) -> str:
        """What the line is in a header block ("from", "sent", "to", ...); empty if it is no label."""
        if self._role is None:
            self._role = label_role(self.text)
        return self._role

    @property
    def blank(self) -> bool:
        return not self.text

    @property
    def quoted(self) -> bool:
        return self.depth > 0 or self.hinted


def split_lines(body: str) -> list[Line]:
    lines: list[Line] = []
    for match in _LINE.finditer(body):
        text = match[0].rstrip("\n")
        mark = _QUOTE_MARK.match(text)
        depth = mark[1].count(">") + mark[1].count("\uff1e") if mark and not GROUPWISE.match(text) else 0
        lines.append(Line(match.start(), match.end(), text[:MAX_LINE_CHARS].strip(_SPACES), depth))
    return lines


def apply_hints(lines: list[Line], hints: Sequence[Hint]) -> None:
    starts = [line.start for line in lines]
    for hint in hints:
        first = bisect_right(starts, hint.start) - 1
        if first < 0:
            continue
        if hint.kind is HintKind.HISTORY:
            lines[first].history = True
            continue
        for at in range(first, len(lines)):
            line = lines[at]
            if line.start >= hint.end:
                break
            # A hint that covers less than half of a line says nothing about the line.
            if 2 * (min(line.end, hint.end) - max(line.start, hint.start)) < line.end - line.start:
                continue
            line.hinted |= hint.kind is HintKind.QUOTED
            line.signed |= hint.kind is HintKind.SIGNATURE
            line.indented |= hint.kind is HintKind.INDENTED
    _settle_indented(lines)


def _settle_indented(lines: list[Line]) -> None:
    """A blockquote of unknown purpose is a quotation if it stands below an attribution or a header."""
    previous = ""
    for at, line in enumerate(lines):
        if line.indented and not line.blank and not line.hinted:
            begins = at == 0 or (not lines[at - 1].hinted and not lines[at - 1].indented)
            follows = begins and bool(previous) and (is_attribution(previous) or bool(label_role(previous)))
            line.hinted = follows or (at > 0 and lines[at - 1].hinted and lines[at - 1].indented)
        elif line.indented and at > 0:
            line.hinted = line.hinted or lines[at - 1].hinted
        if not line.blank and not line.indented:
            previous = line.text


def unmarked(text: str) -> str:
    mark = _QUOTE_MARK.match(text)
    return text[mark.end() :].strip(_SPACES) if mark else text


def label_role(text: str) -> str:
    if ":" not in text[:MAX_LABEL_CHARS] and "\uff1a" not in text[:MAX_LABEL_CHARS]:
        return ""
    match = LABEL_LINE.match(text)
    return ROLE_OF_LABEL.get(match["label"].lower(), "") if match else ""


def is_closed(text: str) -> bool:
    """Whether a line ends the way lines above a quotation do."""
    return text.rstrip("*_ ").endswith(_CLOSED)


def is_attribution(text: str, quote_follows: bool = False) -> bool:
    """Whether words are a line such as "On 3 May 2021, Ann Example <ann@example.com> wrote:"."""
    if len(text) > MAX_ATTRIBUTION_CHARS:
        return False
    closed = is_closed(text)
    wrote = WROTE.search(text)
    dated = bool(DATE.search(text)) or bool(TIME.search(text))
    mailed = bool(EMAIL.search(text))
    if wrote and closed:
        return dated or mailed or (quote_follows and len(text) < 160)
    if wrote and quote_follows and (dated or mailed):
        return True
    if GROUPWISE.match(text):
        return True
    if closed and bool(QUOTING.match(text)) and (mailed or quote_follows):
        return True
    return closed and dated and bool(TIME.search(text)) and "<" in text and mailed
