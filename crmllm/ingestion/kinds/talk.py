"""What people said one after the other: from cues to one text whose places know speaker and time.

    Gemma Tolley: We would need thirty of them.

    Daan Verhoeven: Thirty, noted.

Consecutive cues of one speaker make a turn; each cue keeps its own time as a location. Zones are `speaker` (the name)
and `turn` (the words); what stands before the first turn is `preamble`, notes below the last one are `epilogue`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmllm.ingestion.kinds.types import Location, Participant, Zone

MAX_SPEAKER = 60


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of one speaker at one time; an empty speaker goes on where the last one stopped."""

    speaker: str
    words: str
    at: str = ""  # as people read it: 00:12:31, or 10:42 in a chat


@dataclass(frozen=True, slots=True)
class Told:
    """The composed text with its places."""

    text: str
    zones: tuple[Zone, ...]
    locations: tuple[Location, ...]
    speakers: tuple[str, ...]


def compose(cues: Iterable[Cue], preamble: str = "", epilogue: str = "") -> Told:
    """One text of all cues. Cues without words are left out."""
    parts: list[str] = []
    zones: list[Zone] = []
    locations: list[Location] = []
    size = 0

    def add(text: str) -> tuple[int, int]:
        nonlocal size
        parts.append(text)
        size += len(text)
        return size - len(text), size

    if preamble.strip():
        zones.append(Zone("preamble", *add(preamble.strip("\n"))))
    speaker: str | None = None
    for cue in cues:
        words, name = " ".join(cue.words.split()), " ".join(cue.speaker.split())[:MAX_SPEAKER]
        if not words:
            continue
        name = name or speaker or ""
        if speaker is None or name != speaker:
            add("\n\n" if size else "")
            if name:
                zones.append(Zone("speaker", *add(name)))
                add(": ")
            start, end = add(words)
            zones.append(Zone("turn", start, end))
            speaker = name
        else:
            add(" ")
            start, end = add(words)
            zones[-1] = Zone("turn", zones[-1].start, end)
        if cue.at or name:
            locations.append(Location(start, end, cue.at, name))
    if epilogue.strip():
        add("\n\n" if size else "")
        zones.append(Zone("epilogue", *add(epilogue.strip("\n"))))
    names = dict.fromkeys(one.speaker for one in locations if one.speaker)
    return Told("".join(parts), tuple(zones), tuple(locations), tuple(names))


def clock(seconds: float) -> str:
    """Seconds from the beginning as people write them."""
    whole = max(0, min(int(seconds), 359_999))
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def seconds(written: str) -> float | None:
    """The seconds of "01:02:03.450", "62:03" or "3,5"; None for anything else."""
    if not re.fullmatch(r"\s*(?:\d{1,3}:){0,2}\d{1,6}(?:[.,]\d{1,9})?\s*", written):
        return None
    total = 0.0
    for part in written.strip().replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


_GENERIC = re.compile(
    r"(?:unknown )?(?:speaker|sprecher|participant|guest|unknown|caller|teilnehmer|locuteur|interlocuteur|orador|"
    r"hablante|voice|person|user|visitor|customer|client|prospect|kunde|kundin|cliente|agent|rep|sales rep|sales|host|"
    r"support|bot|system|assistant|us|them|me|you)\s*[\w#]{0,3}",
    re.IGNORECASE,
)


def is_generic(name: str) -> bool:
    """Whether a speaker's label names nobody: "Speaker 2", "Agent", "Visitor"."""
    return not name.strip() or _GENERIC.fullmatch(name.strip()) is not None


def participants(speakers: Sequence[str], known: Iterable[Participant] = ()) -> tuple[Participant, ...]:
    """Everybody once: those that the file describes, then who spoke without being described."""
    found = {one.name.casefold() or one.email.casefold(): one for one in known if one.name or one.email}
    for name in speakers:
        bare = re.sub(r"\s*[(\[|].*$", "", name).strip()
        if not is_generic(bare):
            found.setdefault(bare.casefold(), Participant(bare))
    return tuple(found.values())
