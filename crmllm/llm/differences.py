"""Two texts line by line: what is only in the one, and what is only in the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Lines that are shown around a change.
AROUND = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `kind` is same, added, removed, or skipped (then `text` is empty and `count` tells how many)."""

    kind: str
    text: str = ""
    count: int = 0


def compared(before: str, after: str) -> list[Line]:
    """All changed lines with some around them; a run of equal ones between them is told by its length."""
    return list(_lines(before.splitlines(), after.splitlines()))


def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    blocks = matcher.get_opcodes()
    for place, (what, start, end, other_start, other_end) in enumerate(blocks):
        if what == "equal":
            yield from _equal(before[start:end], first=place == 0, last=place == len(blocks) - 1)
            continue
        yield from (Line("removed", text) for text in before[start:end])
        yield from (Line("added", text) for text in after[other_start:other_end])


def _equal(lines: list[str], *, first: bool, last: bool) -> Iterator[Line]:
    head, tail = 0 if first else AROUND, 0 if last else AROUND
    if len(lines) <= head + tail + 1:
        yield from (Line("same", text) for text in lines)
        return
    yield from (Line("same", text) for text in lines[:head])
    yield Line("skipped", count=len(lines) - head - tail)
    yield from (Line("same", text) for text in lines[len(lines) - tail :])
