"""The lines of a paper, cut into their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crmllm.extraction.rules.text import Piece, flat, lines, trimmed

COLUMN = re.compile(r"\s*\|\s*|(?<=\S)\s+[·•]\s+|[ \t]{3,}|\t+")
# In a table two spaces part columns; in letters they only follow a full stop.
NARROW = re.compile(r"\s*\|\s*|(?<=\S)\s+[·•]\s+|[ \t]{2,}|\t+")


@dataclass(slots=True)
class Row:
    """A line and its columns."""

    start: int
    end: int
    cells: list[Piece]
    flat: list[str] = field(default_factory=list)


def rows(text: str, columns: re.Pattern[str] = COLUMN) -> Iterator[Row]:
    """Every line of a text, cut where the pattern of its columns says; empty lines have no cells."""
    for line in lines(text):
        cells, at = [], line.start
        for gap in [*columns.finditer(text, line.start, line.end), None]:
            stop = gap.start() if gap is not None else line.end
            piece = trimmed(text, at, stop, "*#")
            if piece.text:
                cells.append(piece)
            at = gap.end() if gap is not None else line.end
        yield Row(line.start, line.end, cells, [flat(cell.text) for cell in cells])
