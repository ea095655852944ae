"""Tables in notes, as Markdown writes them: cells between bars, known by the words in the head."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmllm.extraction.rules.text import Piece, flat, lines, trimmed

_RULE = re.compile(r"[\s|:+-]*-[\s|:+-]*")


def rows(text: str, heads: dict[str, re.Pattern[str]], needed: set[str]) -> Iterator[dict[str, Piece]]:
    """The cells of every table's rows by the names of its columns, where its head has the needed ones."""
    columns: dict[str, int] = {}
    for line in lines(text):
        if "|" not in line.text:
            columns = {}
            continue
        cells = _cells(text, line)
        if not columns:
            columns = _columns([flat(cell.text).strip(" *_:?¿") for cell in cells], heads)
            columns = columns if needed <= columns.keys() else {}
        elif not _RULE.fullmatch(line.text) and len(cells) > max(columns[name] for name in needed):
            yield {name: cells[index] for name, index in columns.items() if index < len(cells)}


def _columns(written: list[str], heads: dict[str, re.Pattern[str]]) -> dict[str, int]:
    found = {}
    for name, pattern in heads.items():
        index = next((at for at, head in enumerate(written) if pattern.fullmatch(head)), None)
        if index is not None:
            found[name] = index
    return found


def _cells(text: str, line: Piece) -> list[Piece]:
    start = line.start + 1 if line.text.startswith("|") else line.start
    end = line.end - 1 if line.text.endswith("|") and line.end - 1 > start else line.end
    found, position = [], start
    for cut in range(start, end + 1):
        if cut == end or text[cut] == "|":
            found.append(trimmed(text, position, cut, "*_"))
            position = cut + 1
    return found
