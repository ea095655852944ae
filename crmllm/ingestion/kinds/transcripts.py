"""Transcripts of calls: WebVTT, SubRip, plain text with speakers, and the JSON that recorders export.

Speakers, times and turns are kept. Who is on which side is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from crmllm.ingestion.kinds.people import attendees
from crmllm.ingestion.kinds.talk import Cue, clock, compose, is_generic, participants, seconds
from crmllm.ingestion.kinds.text import decode, moment
from crmllm.ingestion.kinds.types import Participant, Read, Reader, Unreadable

_VOICE = re.compile(r"<v(?:\.[\w-]+)*[ \t]+([^>\n]{1,80})>")
_TAG = re.compile(r"</?[a-z][^>\n]{0,80}>|<\d[\d:.]*>", re.IGNORECASE)
_TIME = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_LOOSE_TIME = r"\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,7})?"
_NAME = r"(?!https?\b)[^\W_][^:\n\[\]*<>]{0,58}?"
# "Anna Nowak: words", "[00:12:31] Anna: words", "**Anna (00:12):** words", "12:31 - Anna Nowak: words"
_SPOKEN = re.compile(
    rf"^[ \t>*_-]*(?:[\[(]?(?P<before>{_TIME})[\])]?[ \t]*[-–|]?[ \t]*)?[*_]*(?P<who>{_NAME})[*_]*[ \t]*"
    rf"(?:[\[(]?(?P<after>{_TIME})[\])]?[ \t]*)?:[*_]*(?:[ \t]+(?P<words>.*))?$"
)
# "Anna Nowak   0:03" and "0:03   Anna Nowak" above the words.
_HEAD = re.compile(
    rf"^[ \t*_#]*(?:(?P<who>{_NAME})[*_]*[ \t]+[\[(]?(?P<after>{_TIME})[\])]?|"
    rf"[\[(]?(?P<before>{_TIME})[\])]?[ \t]+[*_]*(?P<whom>{_NAME})[*_]*)[ \t:]*$"
)
_ALONE = re.compile(rf"^[ \t]*[\[(]?(?P<at>{_LOOSE_TIME})[\])]?(?:[ \t]*-+>[ \t]*{_LOOSE_TIME})?[ \t]*$")
# What stands before a colon without being a speaker.
_LABELS = re.compile(
    r"(?:date|datum|fecha|data|title|titel|titre|titulo|título|subject|betreff|objet|asunto|oggetto|onderwerp|call|"
    r"meeting|topic|thema|participants?|teilnehmer(?:innen)?|participantes|partecipanti|deelnemers|attendees|present|"
    r"présents|anwesend|asistentes|duration|dauer|durée|duración|time|zeit|uhrzeit|heure|hora|location|ort|lieu|lugar|"
    r"note|notes|notiz|recording|recorded|language|account|company|customer|client|kunde|re|fyi|ps|p\.s\.|https?|with|"
    r"host|duration|type|source|transcript|transkript|from|to|cc|sent|von|an|agenda|actions?|next steps?|summary|"
    r"aufnahme|aufzeichnung|aufgezeichnet(?: am)?|enregistrement|enregistré(?: le)?|grabación|grabado(?: el)?|"
    r"registrazione|registrato(?: il)?|opname|opgenomen(?: op)?|gravação|gravado(?: em)?|nagranie|nagrano|gespräch|"
    r"anruf|appel|llamada|chiamata|gesprek|chamada|rozmowa|spotkanie|durata|duração|duur|tijd|ora|godzina|czas|"
    r"temat|assunto|sujet|cliente|klant|klient|firma|société|empresa|azienda|bedrijf|luogo|plaats|local|miejsce|"
    r"uczestnicy|obecni|presenti|presentes|aanwezig)",
    re.IGNORECASE,
)
_NOTED = re.compile(
    r"^[ \t]*(?:#{1,4}[ \t]+\S.*|[*_]*(?:call|meeting|coach(?:ing)?|rep)?[ ]?(?:notes?|summary|outcome|notizen|"
    r"zusammenfassung|résumé|resumen)\b[^:\n]{0,40}:[*_]*)[ \t]*$",
    re.IGNORECASE,
)
_MOST_WORDS = 6
_NOISE = re.compile(r"\[(?:music|silence|applause|inaudible|crosstalk|noise|laughter|laughs)\]", re.IGNORECASE)


# --- WebVTT and SubRip


def read_vtt(raw: bytes, name: str) -> Read:
    """A WebVTT file; speakers from voice tags, else from "Name: words"."""
    text = decode(raw)
    if not text.lstrip("\ufeff\n ").startswith("WEBVTT"):
        raise Unreadable("It is no WebVTT file: it does not begin with WEBVTT.")
    head = text[: text.find("-->")] if "-->" in text else text
    told = "\n".join(
        line for note in re.findall(r"(?:^|\n)NOTE[ \t]*\n?((?:.+\n?)*)", head) for line in note.splitlines()
    )
    return call(_captions(text.lstrip("\ufeff\n "), "vtt"), name, preamble=told)


def read_srt(raw: bytes, name: str) -> Read:
    """A SubRip file."""
    return call(_captions(decode(raw).lstrip("\n "), "srt"), name)


def _captions(text: str, form: str) -> list[Cue]:
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    try:
        parsed = webvtt.from_buffer(iter(text.splitlines(keepends=True)), format=form)
        captions = [(one.start, one.raw_text) for one in parsed.captions]
    except (MalformedFileError, MalformedCaptionError, ValueError, IndexError, AttributeError) as error:
        raise Unreadable(f"It is no {form.upper()} file that can be read: its cues are damaged.") from error
    if not captions:
        raise Unreadable("It holds no cues: nobody says anything in it.")
    return [cue for at, words in captions for cue in _caption(at.partition(".")[0], words)]


def _caption(at: str, raw_text: str) -> Iterator[Cue]:
    """The cues of one caption: a voice tag begins another speaker, and so does "Name: " at the beginning of a line."""
    parts = _VOICE.split(raw_text)
    if len(parts) > 1:
        yield Cue("", _plain(parts[0]), at)
        for who, words in zip(parts[1::2], parts[2::2], strict=True):
            yield Cue(_plain(who), _plain(words), at)
        return
    who, words = "", ""
    for line in _plain(raw_text).splitlines():
        spoken = _SPOKEN.match(line.lstrip("- "))
        if spoken is not None and spoken["words"] and _is_speaker(spoken["who"]):
            yield Cue(who, words, at)
            who, words = spoken["who"], spoken["words"]
        else:
            words = f"{words} {line}"
    yield Cue(who, words, at)


def _plain(text: str) -> str:
    from html import unescape

    return unescape(_NOISE.sub(" ", _TAG.sub("", text)))


# --- plain text


def read_txt(raw: bytes, name: str) -> Read:
    """Lines of "Speaker: words", with or without time stamps; what stands above them is about the call."""
    preamble, cues, epilogue = _lines(decode(raw))
    if not any(cue.words.strip() for cue in cues):
        raise Unreadable("No line of it says who speaks (“Name: words”).")
    return call(cues, name, preamble=preamble, epilogue=epilogue)


def _lines(text: str) -> tuple[str, list[Cue], str]:
    """What stands before, what is said, and what was noted below."""
    preamble: list[str] = []
    cues: list[Cue] = []
    at, waiting = "", False  # a time, and a speaker above their words
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if cues and _NOTED.match(line):
            return "\n".join(preamble), cues, "\n".join(lines[number:])
        alone, head, spoken = _ALONE.match(line), _HEAD.match(line), _SPOKEN.match(line)
        if alone is not None:
            at = _stamp(alone["at"])
        elif head is not None and _is_speaker(head["who"] or head["whom"]):
            at, waiting = _stamp(head["after"] or head["before"]), True
            cues.append(Cue(head["who"] or head["whom"], "", at))
        elif spoken is not None and _is_speaker(spoken["who"]) and not (waiting and not cues[-1].words):
            at = _stamp(spoken["before"] or spoken["after"]) or at
            cues.append(Cue(spoken["who"], spoken["words"] or "", at))
            waiting, at = not spoken["words"], ""
        elif cues:
            last = cues[-1]
            if at and last.words and last.at != at and line.strip():
                cues.append(Cue(last.speaker, line, at))
            else:
                cues[-1] = Cue(last.speaker, f"{last.words} {line}".strip(), last.at or at)
            at = "" if line.strip() else at
            waiting = waiting and not line.strip()
        else:
            preamble.append(line)
    return "\n".join(preamble), cues, ""


def _stamp(written: str | None) -> str:
    """Times of 00:12 and 12:31.5 as 00:00:12 and 00:12:31."""
    value = seconds(written) if written else None
    return "" if value is None else clock(value)


def _is_speaker(who: str) -> bool:
    """Whether words before a colon can be a speaker: a short label, written like a name, that is no heading."""
    words = re.sub(r"[(\[].*$", "", who).split()
    if not words or len(words) > _MOST_WORDS or _LABELS.fullmatch(" ".join(words)):
        return False
    if is_generic(who):
        return True
    small = sum(word[:1].islower() for word in words)
    return words[0][:1].isupper() and small <= len(words) // 2 and not who.rstrip().endswith((".", "?", "!", ","))


def fits_txt(raw: bytes, name: str) -> float:
    """How much of a text file is people speaking in turns."""
    try:
        text = decode(raw[:60_000])
    except Unreadable:
        return 0.0
    _, cues, _ = _lines(text)
    spoken = [cue for cue in cues if cue.words.strip()]
    speakers = {cue.speaker for cue in spoken}
    lines = sum(bool(line.strip()) for line in text.splitlines())
    if len(speakers) < 2 or len(spoken) < 3:
        return 0.0
    turns_again = len(spoken) / len(speakers) >= 1.5
    return 0.9 if turns_again and len(spoken) / max(1, lines) >= 0.3 else 0.2


# --- what they share


def call(
    cues: list[Cue],
    name: str,
    *,
    preamble: str = "",
    epilogue: str = "",
    known: tuple[Participant, ...] = (),
    when: datetime | None = None,
    subject: str = "",
) -> Read:
    """What was read of a call, from its cues and all that is told about it."""
    told = compose(cues, preamble, epilogue)
    if not told.text.strip():
        raise Unreadable("It holds no words.")
    people = known or attendees(preamble)
    return Read(
        text=told.text,
        zones=told.zones,
        locations=told.locations,
        subject=subject or _title(preamble, name),
        participants=participants(told.speakers, people),
        occurred_at=when or _when(preamble, name),
    )


def _when(preamble: str, name: str) -> datetime | None:
    for line in [*preamble.splitlines()[:30], name]:
        if (found := moment(line)) is not None:
            return found
    return None


_TITLE = re.compile(
    r"^[ \t#*]*(?:title|titel|titre|t[ií]tulo|subject|betreff|objet|asunto|call|topic)[*]*[ \t]*:[*]*[ \t]*(.+)$",
    re.I | re.M,
)


def _title(preamble: str, name: str) -> str:
    """What the call is about: a title line, else the first line that is no label, else the file's name."""
    if (found := _TITLE.search(preamble)) is not None:
        return found[1].strip(" *#")[:200]
    first = next((line.strip(" *#-") for line in preamble.splitlines() if line.strip(" *#-")), "")
    if first and ":" not in first and len(first) < 120:
        return first
    return re.sub(r"[_-]+", " ", re.sub(r"(?:\.transcript)?\.\w{1,5}$", "", name.rpartition("/")[2])).strip()[:200]


VTT = Reader("vtt", "call", (".vtt",), ("text/vtt",), read_vtt)
SRT = Reader("srt", "call", (".srt",), ("application/x-subrip", "text/srt"), read_srt)
TXT = Reader("call-txt", "call", (".txt", ".md"), ("text/plain", "text/markdown"), read_txt, fits_txt)
