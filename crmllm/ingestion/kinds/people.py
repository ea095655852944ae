"""Who took part, from a line or a list that says so ("Attendees: …")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmllm.ingestion.kinds.types import Participant

LABEL = re.compile(
    r"^[ \t#>*_-]*(?:attendees|attended(?: by)?|participants?|present|in attendance|attending|people|on the (?:call|"
    r"line)|"
    r"in the room|dialled in|joined(?: by)?|round the table|who(?: was there)?|met(?: with)?|with|"
    r"teilnehmer(?::?innen)?|teilnehmende|teiln\.?|tn|anwesend(?:e)?|anw\.?|dabei|mit dabei|vor ort|runde|"
    r"présents?|presents?|participants?|autour de la table|sur place|étaient présents|"
    r"asistentes|asistieron|asist\.?|participantes|presentes|partecipanti|presenti|part\.|"
    r"(?:estiveram|estavam) presentes|erano presenti|byli obecni|(?:anwesend|dabei) waren|aanwezig waren|ont participé|"
    r"aanwezig(?:en)?|deelnemers|aanw\.?|uczestnicy|uczestniczyli|obecni|skład|"
    r"(?:customer|client|their) side|kundenseite|seitens (?:des )?kunden|côté client|lado (?:del )?cliente|"
    r"por parte del cliente|lato cliente|per il cliente|klantzijde|namens de klant|do lado do cliente|pelo cliente|"
    r"ze strony klienta|po stronie klienta)[*_]*[ \t]*"
    r"(?:\([^)\n]*\))?[ \t]*(?::[*_]*[ \t]*(?P<rest>.*))?$",
    re.IGNORECASE | re.MULTILINE,
)
_BULLET = re.compile(r"^[ \t]*(?:[-*•–+]|\d{1,2}[.)])[ \t]+(?P<entry>\S.*)$")
_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_LEAD = re.compile(r"^(?:[^:()<>]{2,40}):[ \t]+")
_AND = re.compile(r"[ \t](?:and|und|et|y|e|en|i|oraz|&)[ \t]+(?=[^\W\d_a-z])")
MOST = 50


def entries(text: str) -> Iterator[tuple[int, int]]:
    """The places of all entries of the attendance lists of a text: a person each, with what is said of them."""
    for label in LABEL.finditer(text):
        rest_start = label.start("rest") if label["rest"] is not None else label.end()
        if label["rest"] and label["rest"].strip():
            yield from cut(text, rest_start, label.end("rest"))
            continue
        position = label.end() + 1
        listed = blank = False
        while position < len(text):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            line = text[position:end]
            bullet = _BULLET.match(line)
            if listed and blank and line.strip():
                break
            listed = listed or bool(line.strip())  # a list may begin behind an empty line, and ends at the next one
            if bullet is not None and _LEAD.match(bullet["entry"]):  # "- Their side: Ana Reis (buyer), Tom Aalders"
                yield from cut(text, position + bullet.start("entry"), position + len(line.rstrip()))
            elif bullet is not None:
                yield position + bullet.start("entry"), position + len(line.rstrip())
            elif line.strip() and (
                len(line.split()) > 12 or line.lstrip().startswith("#") or line.rstrip().endswith(":")
            ):
                break
            elif line.strip():
                yield from cut(text, position, end)
            blank = not line.strip()
            position = end + 1


def cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Entries of one line: apart by semicolons, else by commas, slashes, plus and "and"; never within brackets."""
    line = text[start:end]
    lead = _LEAD.match(line)
    begin = lead.end() if lead else 0
    depth, last, cuts = 0, begin, []
    separators = ";" if ";" in line and "(" not in line else ",/;+"
    for index in range(begin, len(line)):
        char = line[index]
        depth += char in "([<"
        depth -= char in ")]>" and depth > 0
        if char in separators and not depth:
            cuts.append((last, index))
            last = index + 1
    cuts.append((last, len(line)))
    for first, stop in cuts:
        for piece in _pairs(line, first, stop):
            words = line[piece[0] : piece[1]]
            left = len(words) - len(words.lstrip(" \t*_"))
            kept = words.strip(" \t*_.")
            if kept:
                yield start + piece[0] + left, start + piece[0] + left + len(kept)


def _pairs(line: str, first: int, stop: int) -> Iterator[tuple[int, int]]:
    """Two people where an "and" outside of brackets stands between two names."""
    for cut in _AND.finditer(line, first, stop):
        if line.count("(", first, cut.start()) == line.count(")", first, cut.start()):
            yield first, cut.start()
            yield from _pairs(line, cut.end(), stop)
            return
    yield first, stop


def attendees(text: str) -> tuple[Participant, ...]:
    """The people of all attendance lists, by name and e-mail."""
    found: dict[str, Participant] = {}
    for start, end in entries(text):
        entry = text[start:end]
        address = _EMAIL.search(entry)
        name = re.split(r"[(<\[,;|]|[ \t][-–—][ \t]|[ \t]from[ \t]|[ \t]at[ \t]", _LEAD.sub("", entry), maxsplit=1)[
            0
        ].strip(" *_-")
        name = "" if "@" in name else name
        if (name[:1].isupper() and len(name.split()) <= 6) or address:
            found.setdefault(
                (name or (address[0] if address else "")).casefold(),
                Participant(name[:80], address[0].lower() if address else ""),
            )
        if len(found) == MOST:
            break
    return tuple(found.values())
