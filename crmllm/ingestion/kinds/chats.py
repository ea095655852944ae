"""Chats as messengers export them: who wrote what, and when."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from crmllm.ingestion.kinds.talk import Cue
from crmllm.ingestion.kinds.text import decode, moment
from crmllm.ingestion.kinds.transcripts import call
from crmllm.ingestion.kinds.types import Read, Reader, Unreadable

_DAY = r"(?:20\d\d-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-](?:20)?\d\d)"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[ \u202f]?[AaPp]\.?[Mm]\.?)?"
_WHO = r"[^\W_][^:\n\[\]<>]{0,58}?"
# "[12/03/2026, 10:32:05] Anna: hi", "12/03/2026, 10:32 - Anna: hi", "[10:32] Anna: hi", "2026-03-12 10:32 <anna> hi"
_LINE = re.compile(
    rf"^[ \t]*\[?(?:(?P<day>{_DAY})[,T]?[ \t]+)?(?P<clock>{_CLOCK})(?:[ \t]*,?[ \t]*(?P<late>{_DAY}))?"
    rf"\]?[ \t]*[-–]?[ \t]*(?:<(?P<nick>[^>\n]{{1,60}})>|(?P<who>{_WHO}):)[ \t]+(?P<words>\S.*)$"
)
# "Anna Nowak  10:32 AM" above the words
_HEAD = re.compile(
    rf"^[ \t]*(?P<who>{_WHO})[ \t]*(?:\||[ \t]|,)[ \t]*\[?(?:(?P<day>{_DAY})[, ]+)?(?P<clock>{_CLOCK})\]?[ \t]*$"
)
_SYSTEM = re.compile(
    r"end-to-end encrypted|joined the (?:chat|conversation)|left the (?:chat|conversation)", re.IGNORECASE
)


def read_chat(raw: bytes, name: str) -> Read:
    """An exported chat. The time that counts is that of the last message."""
    preamble, cues, last = _messages(decode(raw))
    if not cues:
        raise Unreadable("No line of it says who writes, and when.")
    when = last or moment(preamble) or moment(name)
    return call(cues, name, preamble=preamble, when=when)


def _messages(text: str) -> tuple[str, list[Cue], datetime | None]:
    preamble: list[str] = []
    cues: list[Cue] = []
    last: datetime | None = None
    month_first = _is_month_first(text)
    day = ""
    for line in text.splitlines():
        message, head = _LINE.match(line), _HEAD.match(line)
        found = message or head
        if _SYSTEM.search(line):
            continue
        if found is None:
            if cues:
                cues[-1] = Cue(cues[-1].speaker, f"{cues[-1].words} {line}".strip(), cues[-1].at)
            else:
                preamble.append(line)
                day = line if moment(line) else day
            continue
        day = found["day"] or (message["late"] if message else "") or day
        at = moment(f"{day} {found['clock']}", month_first=month_first)
        last = at or last
        who = (message["nick"] or message["who"]) if message else found["who"]
        cues.append(
            Cue(who.strip(" *"), message["words"] if message else "", f"{at:%Y-%m-%d %H:%M}" if at else found["clock"])
        )
    return "\n".join(preamble), [cue for cue in cues if cue.words], last


def _is_month_first(text: str) -> bool:
    """Whether days are written month first: a second number is no month, or clocks have halves and none disagrees."""
    pairs = [(int(a), int(b)) for a, b in re.findall(r"(?<!\d)(\d{1,2})/(\d{1,2})/(?:20)?\d\d(?!\d)", text[:20_000])]
    if any(first > 12 for first, _ in pairs):
        return False
    return any(second > 12 for _, second in pairs) or (
        bool(pairs) and bool(re.search(r"\d[ \u202f]?[AaPp]\.?[Mm]\b", text))
    )


def fits_chat(raw: bytes, name: str) -> float:
    """How much of a text file is messages with times of day; a call's clock begins at nought and only goes up."""
    try:
        text = decode(raw[:60_000])
    except Unreadable:
        return 0.0
    lines = [line for line in text.splitlines() if line.strip()]
    found = [match for line in lines if (match := _LINE.match(line) or _HEAD.match(line))]
    if len(found) < 2 or len(found) < 0.25 * len(lines):
        return 0.0
    if any(match["day"] for match in found) or re.search(r"\d[ \u202f]?[AaPp]\.?[Mm]\b", found[0]["clock"]):
        return 0.95
    hour, minute = (int(part) for part in found[0]["clock"].split(":")[:2])
    long = found[0]["clock"].count(":") == 2
    return (
        0.93
        if not long and hour >= 6 and timedelta(hours=hour, minutes=minute) < timedelta(days=1) and hour < 24
        else 0.2
    )


CHAT = Reader("chat-txt", "chat", (".txt",), ("text/plain",), read_chat, fits_chat)
