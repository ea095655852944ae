"""What a labelled set is called and how it is recognised again."""

from __future__ import annotations

import hashlib
from pathlib import Path

#: Made-up items of every kind in eight languages, with their labels.
OWN = Path(__file__).parent / "own"


def name(path: Path) -> str:
    """The set's name for people: its folder, with the one above where the own name says little."""
    path = path.resolve()
    place = path if path.is_dir() else path.parent
    own = place.name if path.is_dir() else f"{place.name}/{path.name}"
    return f"{place.parent.name}/{own}" if place.name in ("open", "held", "test", "train", "data") else own


def fingerprint(path: Path, *read: object) -> str:
    """A hash over all files of a set, and over what of it was read (columns, layout, limit)."""
    digest = hashlib.sha256(repr(read).encode())
    for file in [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file()):
        digest.update(hashlib.sha256(file.relative_to(path).as_posix().encode()).digest())
        with file.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()
