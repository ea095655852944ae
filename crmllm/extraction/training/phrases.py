"""Sentences by language and purpose, from the files in `sentences/`: a heading for each purpose, a sentence a line.

Words in [ ] are the right answer for their sentence. Slots: {q} quantity, {p} product, {m} and {m2} money, {by} a time
limit in words, {n} another person, {t} a job title, {f} a phone, {e} an e-mail address, {c} a company, {x} a number of
an order or invoice.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "sentences"


def _read(path: Path) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    key = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            key = line[2:]
            found[key] = []
        elif line:
            found[key].append(line)
    return {name: tuple(lines) for name, lines in found.items()}


PHRASES: dict[str, dict[str, tuple[str, ...]]] = {path.stem: _read(path) for path in sorted(FOLDER.glob("*.txt"))}
