"""Notes that somebody took in a meeting or on the phone: headings, bullets, who was there, what is to be done."""

from __future__ import annotations

import re

from crmllm.ingestion.kinds.people import LABEL, attendees
from crmllm.ingestion.kinds.text import decode, moment
from crmllm.ingestion.kinds.types import Location, Read, Reader, Unreadable, Zone

ATTENDEES, ACTIONS, NOTES = "attendees", "actions", "notes"

_ACTIONS = (
    r"actions?(?: items?| points?)?|next steps?|to[ -]?dos?|follow[ -]?ups?|tasks?|aufgaben|maßnahmen|nächste schritte|"
    r"offene punkte|actions à mener|à faire|prochaines étapes|acciones|próximos pasos|tareas|azioni|prossimi passi|"
    r"acties|actiepunten|vervolgstappen|ações|próximos passos|pendências|encaminhamentos|tarefas|"
    r"zadania|dalsze kroki|do zrobienia|ustalenia|cose da fare|da fare|compiti|pendientes|acuerdos|compromisos|"
    r"points d'action|afspraken|action lists?|actielijst|plan d'actions?|plan de acci[oó]n|piano d'azione|"
    r"who does what|wer macht was|qui fait quoi|qui[eé]n hace qu[eé]|chi fa (?:che )?cosa|wie doet wat|"
    r"quem faz o qu[eê]|kto co robi|who\s*/\s*what|wer\s*/\s*was|qui\s*/\s*quoi|wie\s*/\s*wat|impegni|compromissos|"
    r"engagements"
)
_HEADING = re.compile(
    r"^(?:#{1,6}[ \t]+(?P<marked>\S[^\n]{0,120}?)[ \t#:*]*|"
    r"[*_]{0,2}(?P<plain>[^\W\d_][^\n:.!?]{1,50}):?[*_]{0,2}:?[ \t]*)$"
)
_BOLD = re.compile(r"(\*\*|__)(?!\s)[^*_\n:]{2,50}\1")  # "**Decisions**", alone in its line
_ACTION_HEADING = re.compile(rf"[*_ ]*(?:{_ACTIONS})\b", re.IGNORECASE)
_ACTION_LINE = re.compile(rf"^[ \t#>*_-]*(?:{_ACTIONS})[*_]*[ \t]*:[*_]*[ \t]*\S", re.IGNORECASE)
_BULLET = re.compile(r"^[ \t]*(?:[-*•–+▪]|\d{1,2}[.)]|\[[ xX]\])[ \t]+\S")
_SHORT = re.compile(
    r"\b(?:w/|tbc|tbd|qty|mtg|re:|fyi|eom|eow|eoq|b/c|nxt|pls|approx|appr\.|cust\.?|req\.?|opp)\b", re.IGNORECASE
)


def read_notes(raw: bytes, name: str) -> Read:
    """Notes as they were typed; sections become zones, and each section's heading the location of what stands in it."""
    text = decode(raw).strip("\n")
    if not text.strip():
        raise Unreadable("It holds no words.")
    zones, locations = _sections(text)
    head = "\n".join(text.splitlines()[:15])
    when = next((found for line in head.splitlines() if (found := moment(line))), None) or moment(name)
    return Read(
        text=text,
        zones=zones,
        locations=locations,
        subject=_title(text, name),
        participants=attendees(text),
        occurred_at=when,
    )


def _sections(text: str) -> tuple[tuple[Zone, ...], tuple[Location, ...]]:
    """Stretches between headings: who attended, what is to be done, and notes."""
    cuts: list[tuple[int, int, str, str]] = []  # start of the heading, start of what follows, kind, heading
    position = 0
    for line in text.splitlines(keepends=True):
        end = position + len(line)
        bare = line.strip()
        label, heading = LABEL.match(bare), _HEADING.match(bare)
        if label is not None:
            cuts.append((position, position, ATTENDEES, ""))
            if label["rest"] and label["rest"].strip():
                cuts.append((end, end, NOTES, ""))
        elif _ACTION_LINE.match(bare):
            cuts.append((position, position, ACTIONS, ""))
            cuts.append((end, end, NOTES, ""))
        elif heading is not None and (
            heading["marked"]
            or bare.rstrip("*_ ").endswith(":")
            or _ACTION_HEADING.fullmatch(bare.rstrip("*_ "))
            or _BOLD.fullmatch(bare)
        ):
            title = (heading["marked"] or heading["plain"]).strip(" *_:#")
            kind = ACTIONS if _ACTION_HEADING.match(title) else NOTES
            cuts.append((position, end, kind, title))
        elif (
            cuts
            and cuts[-1][2] == ATTENDEES
            and text[:position].endswith("\n\n")
            and (not _BULLET.match(line) or "\n" in text[cuts[-1][0] : position].strip())
        ):
            cuts.append((position, position, NOTES, ""))
        position = end
    ends = [cut[0] for cut in cuts[1:]] + ([len(text)] if cuts else [])
    zones = [Zone("heading", 0, cuts[0][0] if cuts else 0)] if cuts and cuts[0][0] else []
    zones = [Zone(NOTES, one.start, one.end) for one in zones] or ([] if cuts else [Zone(NOTES, 0, len(text))])
    locations = []
    for (begin, start, kind, title), end in zip(cuts, ends, strict=True):
        if start > begin:
            zones.append(Zone("heading", begin, start))
        if end > start and text[start:end].strip():
            zones.append(Zone(kind, start, end))
            if title and text[:begin].strip():  # the first line is the title of the whole
                locations.append(Location(start, end, title[:80]))
    return tuple(zones), tuple(locations)


def _title(text: str, name: str) -> str:
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r"^(?:#+|subject:|betreff:|title:|meeting:|re:)[ \t]*", "", first, flags=re.IGNORECASE).strip(" *_#")
    if bare and len(bare) <= 120 and not _BULLET.match(first):
        return bare
    return re.sub(r"[_-]+", " ", re.sub(r"\.\w{1,5}$", "", name.rpartition("/")[2])).strip()[:200]


def fits_notes(raw: bytes, name: str) -> float:
    """How much a text looks like notes: who was there, what is to be done, bullets, abbreviations."""
    try:
        text = decode(raw[:30_000])
    except Unreadable:
        return 0.0
    lines = [line for line in text.splitlines() if line.strip()]
    bullets = sum(bool(_BULLET.match(line)) for line in lines)
    told = bool(LABEL.search(text)) + any(_ACTION_HEADING.match(line.strip(" #*-_")) for line in lines)
    score = (
        0.3 + 0.25 * told + (0.2 if lines and bullets >= 0.3 * len(lines) else 0.0) + 0.1 * bool(_SHORT.search(text))
    )
    return min(0.85, score)


NOTES_READER = Reader("notes", "meeting", (".txt", ".md"), ("text/plain", "text/markdown"), read_notes, fits_notes)
