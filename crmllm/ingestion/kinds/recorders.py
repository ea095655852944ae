"""The JSON of recorders and messengers: a list of segments with speaker, start and text under their usual names.

No vendor's layout is hard-coded. The longest list of objects that carry words is taken; names, times, title and people
are looked up by the keys that such exports use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from crmllm.ingestion.kinds.talk import Cue, clock, seconds
from crmllm.ingestion.kinds.text import decode, moment
from crmllm.ingestion.kinds.transcripts import call
from crmllm.ingestion.kinds.types import Participant, Read, Reader, Unreadable

Json = dict[str, Any]

_TEXT = "text content transcript sentence caption body utterance message value rawtext transcripttext words sentences"
_SPEAKER = (
    "speaker speakername speakerid speakerlabel displayname username user from fromname sender author participant "
    "participantid userid name nick role channel"
)
_START = (
    "start starttime startms starttimems startoffset offset offsetms begin begintime timestamp ts time startseconds "
    "startdatetime createdat createddatetime sentat datetime date"
)
_TITLE = "title topic subject meetingtitle meetingtopic callname meetingname name"
_WHEN = (
    "started start starttime startdatetime scheduled date datestring recordedat createdat meetingstart startedat "
    "startat calldate meetingdate recordingdate recordeddate callstart recordingstart scheduledstart scheduledat"
)
_PEOPLE = frozenset("participants parties attendees speakers invitees users members meetingattendees people".split())
_IDS = ("speakerid", "participantid", "userid", "id", "speaker", "label")
_NAMES = ("displayname", "fullname", "name", "speakername", "username")
_EMAILS = ("email", "emailaddress", "mail", "useremail")
_TITLES = ("title", "jobtitle", "position", "role")
_COMPANIES = ("company", "companyname", "organization", "organisation", "account")
MAX_DEPTH = 8
DAY_SECONDS = 86_400.0
#: Fewer words than this in a second of talk: the numbers are milliseconds.
_SLOWEST = 0.02


def read_call(raw: bytes, name: str) -> Read:
    """A recording's transcript."""
    return _read(raw, name, chat=False)


def read_chat(raw: bytes, name: str) -> Read:
    """A conversation's messages; the time that counts is that of the last one."""
    return _read(raw, name, chat=True)


def _read(raw: bytes, name: str, *, chat: bool) -> Read:
    document, segments = _parsed(raw)
    people = list(_people(document))
    names = {key: one.name for keys, one in people for key in keys if one.name}
    known = tuple({(one.name or one.email).casefold(): one for _, one in people}.values())
    said = [(_speaker(one, names), piece) for one in segments for piece in _pieces(one)]
    times = [_start(piece) for _, piece in said]
    moments = [at for at in times if isinstance(at, datetime)]
    shown = _moments(times) if chat else _offsets(times, sum(len(_text(piece).split()) for _, piece in said))
    cues = [Cue(who, _text(piece), at) for (who, piece), at in zip(said, shown, strict=True)]
    when = (moments[-1] if chat and moments else None) or _when(document) or (moments[0] if moments else None)
    subject = _title(document)
    return call(cues, name, preamble=_preamble(subject, known), known=known, when=when, subject=subject)


def _pieces(segment: Json) -> list[Json]:
    """The sentences of a segment where each has a time of its own, else the segment."""
    inner = segment.get("sentences")
    if isinstance(inner, list) and inner and all(isinstance(one, dict) and _text(one) for one in inner):
        return inner
    return [segment]


def fits_call(raw: bytes, name: str) -> float:
    """Whether a JSON file holds segments of talk; a chat's messages have moments instead of offsets."""
    try:
        document, segments = _parsed(raw)
    except Unreadable:
        return 0.0
    return 0.4 if _is_chat(document, segments) else 0.9


def fits_chat(raw: bytes, name: str) -> float:
    try:
        document, segments = _parsed(raw)
    except Unreadable:
        return 0.0
    return 0.8 if _is_chat(document, segments) else 0.3


def _is_chat(document: Any, segments: list[Json]) -> bool:
    absolute = sum(isinstance(_start(one), datetime) for one in segments)
    messages = sum(bool({"message", "body"} & _keys(one)) for one in segments)
    recorded = isinstance(document, dict) and bool({"duration", "recordingid", "callid", "meetingid"} & _keys(document))
    return not recorded and (absolute > len(segments) / 2 or messages > len(segments) / 2)


# --- finding the parts


def _parsed(raw: bytes) -> tuple[Any, list[Json]]:
    try:
        document = json.loads(decode(raw))
    except (ValueError, RecursionError):
        raise Unreadable("It is no JSON that can be read.") from None
    lists = [found for found in _lists(document, 0) if _talks(found)]
    if not lists:
        raise Unreadable("It holds no list of segments with who speaks and what.")
    best = max(lists, key=lambda found: sum(len(_text(one)) for one in found))
    return document, best


def _lists(node: Any, depth: int) -> Iterator[list[Json]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(node, list):
        rows = [one for one in node if isinstance(one, dict)]
        if rows and len(rows) == len(node):
            yield rows
        for one in node:
            yield from _lists(one, depth + 1)
    elif isinstance(node, dict):
        for key, value in node.items():
            if _bare(key) not in _PEOPLE:
                yield from _lists(value, depth + 1)


def _talks(rows: list[Json]) -> bool:
    """Whether objects are segments: most have words, and somebody or some time beside them."""
    good = sum(
        bool(_text(one)) and (_value(one, _SPEAKER) is not None or _value(one, _START) is not None) for one in rows
    )
    return good > len(rows) / 2


def _bare(key: str) -> str:
    return re.sub(r"[^a-z]", "", str(key).casefold())


def _keys(node: Json) -> set[str]:
    return {_bare(key) for key in node}


def _value(node: Json, names: str) -> Any:
    """The value under the first of several usual keys, in the order of the names."""
    known = {_bare(key): value for key, value in node.items()}
    return next((known[name] for name in names.split() if known.get(name) not in (None, "", [])), None)


def _text(segment: Json) -> str:
    found = _value(segment, _TEXT)
    if isinstance(found, list):
        words = [one if isinstance(one, str) else _text(one) for one in found if isinstance(one, str | dict)]
        return " ".join(words)
    if isinstance(found, dict):
        return _text(found)
    if isinstance(found, str):
        return found
    alone = segment.get("word") or segment.get("w")
    return alone if isinstance(alone, str) else ""


def _speaker(segment: Json, names: dict[str, str]) -> str:
    """Who speaks, by name where the list of people tells it."""
    for key in _SPEAKER.split():
        found = _value(segment, key)
        if isinstance(found, dict):
            found = _first(found, _NAMES) or _first(found, _IDS) or _first(found.get("user"), _NAMES)
        if isinstance(found, int | str) and str(found).strip():
            told = str(found).strip()
            named = names.get(told.casefold())
            if named:
                return named
            later = _value(segment, "speakername displayname username fromname")
            if isinstance(later, str) and later.strip():
                return later.strip()[:80]
            return f"Speaker {told}" if re.fullmatch(r"\d{1,24}", told) else told[:80]
    return ""


def _first(node: Any, keys: tuple[str, ...]) -> str:
    if not isinstance(node, dict):
        return ""
    known = {_bare(key): value for key, value in node.items()}
    found = next((known[key] for key in keys if isinstance(known.get(key), int | str) and str(known[key]).strip()), "")
    return str(found).strip()[:120]


def _people(document: Any, depth: int = 0) -> Iterator[tuple[set[str], Participant]]:
    """Everybody in any list of people, with the ids that segments may call them by."""
    if depth > MAX_DEPTH:
        return
    if isinstance(document, list):
        for one in document:
            yield from _people(one, depth + 1)
    if not isinstance(document, dict):
        return
    for key, value in document.items():
        if _bare(key) in _PEOPLE and isinstance(value, list):
            for one in value[:200]:
                if isinstance(one, str) and one.strip():
                    mail = one.strip() if "@" in one else ""
                    yield {one.casefold()}, Participant("" if mail else one.strip()[:120], mail.lower())
                elif isinstance(one, dict):
                    person = Participant(
                        _first(one, _NAMES), _first(one, _EMAILS).lower(), _first(one, _TITLES), _first(one, _COMPANIES)
                    )
                    if person.name or person.email:
                        yield {_first(one, (name,)).casefold() for name in (*_IDS, *_NAMES, *_EMAILS)} - {""}, person
        else:
            yield from _people(value, depth + 1)


def _title(document: Any) -> str:
    for node in _heads(document):
        if isinstance(found := _value(node, _TITLE), str):
            return " ".join(found.split())[:200]
    return ""


def _when(document: Any) -> datetime | None:
    for node in _heads(document):
        for name in _WHEN.split():
            if isinstance(found := _moment(_value(node, name)), datetime):
                return found
    return None


def _heads(document: Any) -> Iterator[Json]:
    """The object itself and what lies directly in it: where exports tell about the call."""
    if isinstance(document, dict):
        yield document
        yield from (value for value in document.values() if isinstance(value, dict))


# --- times


def _start(segment: Json) -> datetime | float | None:
    known = {_bare(key): value for key, value in segment.items()}
    for name in _START.split():
        if known.get(name) not in (None, ""):
            value = known[name]
            found = _moment(value)
            if isinstance(found, int | float) and name.endswith("ms"):
                return found / 1000
            if found is not None:
                return found
    inner = segment.get("sentences") or segment.get("words")
    return _start(inner[0]) if isinstance(inner, list) and inner and isinstance(inner[0], dict) else None


def _moment(value: Any) -> datetime | float | None:
    """An instant, or seconds from the beginning."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _epoch(value)
    if not isinstance(value, str) or len(value) > 60:
        return None
    written = value.strip().removesuffix("s") if re.fullmatch(r"\s*\d+(?:\.\d+)?s\s*", value) else value.strip()
    if (found := seconds(written)) is not None:
        return _epoch(found)
    try:
        at = datetime.fromisoformat(written.replace("Z", "+00:00"))
    except ValueError:
        return moment(written)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _epoch(number: int | float) -> datetime | float | None:
    """Numbers from 2001 on count seconds or milliseconds since 1970; smaller ones count from the beginning."""
    for scale in (1.0, 1000.0):
        if 1e9 <= number / scale < 4e9:
            return datetime.fromtimestamp(number / scale, UTC)
    return number if 0 <= number < 1e9 else None


def _offsets(times: list[datetime | float | None], words: int) -> list[str]:
    """Each segment's time from the beginning, as people read it."""
    first = next((at for at in times if isinstance(at, datetime)), None)
    plain = [(at - first).total_seconds() if isinstance(at, datetime) and first else at for at in times]
    last = max((at for at in plain if isinstance(at, int | float)), default=0.0)
    whole = all(at is None or isinstance(at, int) for at in plain)  # seconds come with a fraction or colons
    milliseconds = first is None and whole and last > 0 and (words / last < _SLOWEST or last > DAY_SECONDS)
    scale = 1000 if milliseconds else 1
    return ["" if at is None or isinstance(at, datetime) else clock(at / scale) for at in plain]


def _moments(times: list[datetime | float | None]) -> list[str]:
    """Each message's day and time."""
    return [f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else "" for at in times]


def _preamble(subject: str, known: tuple[Participant, ...]) -> str:
    """What the file tells about the call, as lines, so that it can be quoted."""
    people = "; ".join(_entry(one) for one in known)
    return "\n".join(
        line for line in (f"Title: {subject}" if subject else "", f"Participants: {people}" if people else "") if line
    )


def _entry(one: Participant) -> str:
    about = ", ".join(part for part in (one.title, one.company) if part)
    name = f"{one.name} ({about})" if about and one.name else one.name
    return f"{name} <{one.email}>".strip() if one.email else name


CALL_JSON = Reader("call-json", "call", (".json",), ("application/json",), read_call, fits_call)
CHAT_JSON = Reader("chat-json", "chat", (".json",), ("application/json",), read_chat, fits_chat)
