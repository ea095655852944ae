"""What the readers of documents give back, and how they put it together."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from crmllm.ingestion.mail.charsets import canonical

MAX_CHARS = 400_000
MAX_HIDDEN_CHARS = 20_000
CELL = " | "
_PRIME = re.compile(r"(?<=\d)′(?=\d{3})")


class Refusal(Exception):
    """The document is not read; `reason` is a sentence for people, without a word of the document."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Paper:
    """The text of a document in reading order; `places` are (start, end, label) in code points of `text`."""

    text: str = ""
    places: list[tuple[int, int, str]] = field(default_factory=list)
    title: str = ""
    written: str = ""  # ISO 8601, from the file's own properties
    hidden: str = ""  # in the file, and not shown by the program that it was made for

    @property
    def is_full(self) -> bool:
        return len(self.text) >= MAX_CHARS

    def add(self, block: str, label: str, *, end: str = "\n\n") -> None:
        """Appends a block that stands at one place."""
        written = _tidy(block)[: MAX_CHARS - len(self.text)]
        if not written.strip():
            return
        start = len(self.text)
        self.text += written + end
        self.places.append((start, start + len(written), label))

    def add_row(self, cells: list[tuple[str, str]], end: str = "\n") -> None:
        """Appends the cells of a row of a table, each with its own place."""
        filled = [(" ".join(_tidy(text).split()), label) for text, label in cells]
        for number, (text, label) in enumerate(filled := [one for one in filled if one[0]], start=1):
            self.add(text, label, end=CELL if number < len(filled) else end)

    def gap(self) -> None:
        """An empty line, between tables and what follows."""
        if self.text and not self.text.endswith("\n\n"):
            self.text += "\n" if self.text.endswith("\n") else "\n\n"

    def hide(self, text: str) -> None:
        """Keeps what nobody sees apart from what is read."""
        if text.strip():
            self.hidden = f"{self.hidden}\n{text.strip()}".strip()[:MAX_HIDDEN_CHARS]


Format = Callable[[bytes], Paper]


def _tidy(block: str) -> str:
    # Programs that set type write the mark of thousands as a prime.
    block = _PRIME.sub("’", canonical(block)[0])
    lines = [line.rstrip() for line in block.splitlines()]
    return "\n".join(lines).strip("\n")
