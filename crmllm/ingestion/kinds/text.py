"""From bytes to plain text, and the moments that plain text names at its beginning. Shared by all text readers."""

from __future__ import annotations

import codecs
import re
import unicodedata
from datetime import UTC, date, datetime, time
from functools import lru_cache

from crmllm.ingestion.kinds.types import Unreadable
from crmllm.ingestion.mail import charsets

MAX_CHARS = 400_000
#: More than this share of control characters is no text.
_MOST_CONTROL = 0.02
_SAMPLE = 20_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(raw: bytes) -> str:
    """Text with Unix line ends and without control and invisible characters. Unreadable for what is no text."""
    raw = raw if len(raw) <= 4 * MAX_CHARS else raw[: 4 * MAX_CHARS].rpartition(b"\n")[0]
    charset = next((charset for bom, charset in _BOMS if raw.startswith(bom)), "")
    text = raw.decode(charset, "replace") if charset else charsets.decode(raw, None)[0]
    sample = text[:_SAMPLE]
    control = sum(unicodedata.category(char) in ("Cc", "Cn") and char not in "\r\n\t\f\v\x85" for char in sample)
    if control > _MOST_CONTROL * len(sample) + 3:
        raise Unreadable("It is no text file, whatever its name says.")
    return charsets.canonical(text)[0][:MAX_CHARS]


# --- moments

_MONTHS = (
    "jan;january;januar;janvier;enero;ene;gennaio;gen;januari;janeiro;styczen;stycznia",
    "feb;february;februar;fevrier;fev;febrero;febbraio;februari;fevereiro;luty;lutego",
    "mar;march;marz;maerz;mrz;mars;marzo;maart;mrt;marco;marzec;marca",
    "apr;april;avril;avr;abril;abr;aprile;kwiecien;kwietnia",
    "may;mai;mayo;maggio;mag;mei;maio;maj;maja",
    "jun;june;juni;juin;junio;giugno;giu;junho;czerwiec;czerwca",
    "jul;july;juli;juillet;julio;luglio;lug;julho;lipiec;lipca",
    "aug;august;aout;agosto;ago;augustus;sierpien;sierpnia",
    "sep;sept;september;septembre;septiembre;settembre;set;setembro;wrzesien;wrzesnia",
    "oct;october;oktober;okt;octobre;octubre;ottobre;ott;outubro;out;pazdziernik;pazdziernika",
    "nov;november;novembre;noviembre;novembro;listopad;listopada",
    "dec;december;dezember;dez;decembre;diciembre;dic;dicembre;dezembro;grudzien;grudnia",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split(";")}
_ISO = re.compile(r"(?<!\d)(?P<y>20\d\d)-(?P<m>\d{2})-(?P<d>\d{2})(?:[T _]*(?P<t>\d{1,2}:\d{2})(?::\d{2})?)?")
_PACKED = re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>\d{2})(?P<d>\d{2})(?:[-_T]?(?P<h>\d{2})(?P<i>\d{2})(?:\d{2})?)?(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(?P<d>\d{1,2})(?P<sep>[./-])(?P<m>\d{1,2})(?P=sep)(?P<y>20\d\d|\d\d)(?!\d)")
_WORDS = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|\.|º)?\s+(?:de\s+)?(?P<w>[^\W\d_]{3,12})\.?\s+(?:de\s+)?(?P<y>20\d\d)"
)
_WORDS_US = re.compile(r"(?P<w>[^\W\d_]{3,10})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>20\d\d)")
_CLOCK = re.compile(r"(?<![\d:])(?P<h>[01]?\d|2[0-3])[:.](?P<i>[0-5]\d)(?:\s*(?P<half>[ap])\.?m)?", re.IGNORECASE)


def moment(line: str, *, month_first: bool = False) -> datetime | None:
    """The day, and the time where there is one, that a line or a file's name gives; None where there is none."""
    found = _ISO.search(line) or _PACKED.search(line)
    if found is not None:
        return _at(found["y"], found["m"], found["d"], _time(line[found.end("d") :]) or _packed_time(found))
    found = _WORDS.search(line) or _WORDS_US.search(line)
    if found is not None:
        number = _MONTH_OF.get(fold(found["w"]))
        return _at(found["y"], number, found["d"], _time(line[found.end() :])) if number else None
    found = _NUMBERS.search(line)
    if found is None:
        return None
    day, month = int(found["d"]), int(found["m"])
    if month > 12 or (month_first and day <= 12):
        day, month = month, day
    return _at(found["y"], month, day, _time(line[found.end() :]))


def _packed_time(found: re.Match[str]) -> time | None:
    parts = found.groupdict()
    return _time(f"{parts['h']}:{parts['i']}") if parts.get("h") else None


def _time(text: str) -> time | None:
    found = _CLOCK.search(text)
    if found is None:
        return None
    hour, half = int(found["h"]), (found["half"] or "").lower()
    hour = hour % 12 + (12 if half == "p" else 0) if half and hour <= 12 else hour
    return time(hour, int(found["i"]))


def _at(year: str | int, month: str | int, day: str | int, at: time | None) -> datetime | None:
    """Without a zone a clock is taken for UTC: only the day matters for what is counted from it."""
    number = int(year)
    try:
        return datetime.combine(
            date(number + 2000 if number < 100 else number, int(month), int(day)), at or time(12), UTC
        )
    except ValueError:
        return None


@lru_cache(maxsize=256)
def fold(word: str) -> str:
    """A word without case and accents."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
