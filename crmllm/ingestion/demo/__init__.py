"""The demo mailbox: hand-written mails that are always a few days old.

Each `.eml` file beside this module is a message that a person can read and edit: UTF-8, Unix line ends, bodies in
plain characters. `messages(today)` makes real mail of it in two steps.

1. Markers become dates, counted in days from today (a weekend day becomes the Friday before):

   - `{{date -3 09:12 Europe/Amsterdam}}`: a header date, `Thu, 19 Nov 2026 09:12:00 +0100`;
   - `{{utc -3 09:12 Europe/Amsterdam}}`: an iCalendar moment, `20261119T081200Z`;
   - `{{day -10 STYLE}}`: a day as people write it in a text or a quoted header, STYLE being one of STYLES;
   - `{{weekday 4 LANG}}`: its name, LANG being one of WEEKDAYS.

   "next Thursday" and its like stay as they are: they are read against the message's own date.

2. What the headers promise is carried out. Headers that are not ASCII are encoded (RFC 2047, 2231); a text part is
   put into its declared charset and transfer encoding; line ends become CRLF. Parts that are not text hold their
   base64 as it is. A charset that nobody knows, or `us-ascii` over other letters, is left as UTF-8 under the wrong
   label: such mail exists.

`talks/` beside this module holds calls, notes and chats, whose markers become dates in the same way.

Message-IDs are fixed, so that loading the mailbox twice, also on another day, adds nothing.
"""

import re
from base64 import encodebytes
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email.message import Message
from email.parser import HeaderParser
from email.policy import SMTP
from email.quoprimime import body_encode
from email.utils import format_datetime
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

from crmllm.crm.demo import working_day

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
}
WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
}
#: How a day is written: {d} day, {m} month name, {mon} its first three letters, {w} weekday, {wd} its first three
#: letters, {y} year, {dd} and {mm} two digits, {n} month number. The two letters before a dash name the language.
STYLES = {
    "en": "{d} {m} {y}",
    "en-us": "{m} {d}, {y}",
    "en-us-num": "{n}/{d}/{y}",
    "en-num": "{dd}/{mm}/{y}",
    "en-quote": "{wd}, {d} {mon} {y}",
    "en-us-quote": "{wd}, {mon} {d}, {y}",
    "en-us-long": "{w}, {m} {d}, {y}",
    "en-long": "{w}, {d} {m} {y}",
    "de": "{d}. {m} {y}",
    "de-num": "{dd}.{mm}.{y}",
    "de-short": "{dd}.{mm}.",
    "fr": "{d} {m} {y}",
    "fr-num": "{dd}/{mm}/{y}",
    "fr-long": "{w} {d} {m} {y}",
    "nl": "{d} {m} {y}",
    "nl-num": "{dd}-{mm}-{y}",
    "nl-short": "{d} {m}",
    "es": "{d} de {m} de {y}",
    "es-num": "{dd}/{mm}/{y}",
    "it": "{d} {m} {y}",
    "it-num": "{dd}/{mm}/{y}",
    "iso": "{y}-{mm}-{dd}",
}

_MARKER = re.compile(r"\{\{(date|utc|day|weekday) (-?\d+) ([^{}]+)\}\}")


def messages(today: date) -> Iterator[tuple[str, bytes]]:
    """File name and RFC 5322 bytes of every demo mail, in the order of the names."""
    for path in sorted(Path(__file__).parent.glob("*.eml")):
        yield path.name, render(path.read_text(encoding="utf-8"), today)


def talks(today: date) -> Iterator[tuple[str, bytes]]:
    """File name and bytes of every demo call, set of notes and chat, in the order of the names."""
    for path in sorted((Path(__file__).parent / "talks").iterdir()):
        if path.is_file():
            yield path.name, dated(path.read_text(encoding="utf-8"), today).encode()


def render(template: str, today: date) -> bytes:
    """One message from its template."""
    return _encode(dated(template, today))


def dated(template: str, today: date) -> str:
    """A text with its markers as dates."""
    return _MARKER.sub(lambda found: _marker(found, today), template)


def _marker(found: re.Match[str], today: date) -> str:
    kind, days, rest = found.groups()
    day = working_day(today + timedelta(days=int(days)))
    if kind == "day":
        return _day(day, rest)
    if kind == "weekday":
        return WEEKDAYS[rest].split()[day.weekday()]
    clock, zone = rest.split()
    moment = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone))
    return format_datetime(moment) if kind == "date" else f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _day(day: date, style: str) -> str:
    lang = style[:2] if style[:2] in _MONTHS else "en"
    month = _MONTHS[lang].split()[day.month - 1]
    weekday = WEEKDAYS[lang].split()[day.weekday()]
    return STYLES[style].format(
        d=day.day, m=month, mon=month[:3], w=weekday, wd=weekday[:3], y=day.year, dd=f"{day:%d}", mm=f"{day:%m}",
        n=day.month,
    )  # fmt: skip


def _encode(text: str) -> bytes:
    """Walk the message line by line: a header block, its body up to the next boundary, and so on."""
    lines = text.removesuffix("\n").split("\n")
    boundaries: set[str] = set()
    out: list[bytes] = []
    at_headers, at = True, 0
    while at < len(lines):
        if at_headers:
            block = list(takewhile(bool, lines[at:]))
            at += len(block) + 1
            part = HeaderParser().parsestr("\n".join(block))
            out += [*_headers(block), b""]
            if boundary := part.get_boundary():
                boundaries |= {f"--{boundary}", f"--{boundary}--"}
            at_headers = part.get_content_type() == "message/rfc822"
            if at_headers:
                continue
        else:
            part = Message()
        end = next((row for row in range(at, len(lines)) if lines[row] in boundaries), len(lines))
        out.append(_body(part, "\n".join(lines[at:end])))
        at = end
        if at < len(lines):
            out.append(lines[at].encode())
            at_headers = not lines[at].endswith("--")
            at += 1
    return b"\r\n".join(out) + b"\r\n"


def _headers(block: list[str]) -> list[bytes]:
    """The lines as they are, but for headers that need encoding: those are folded anew."""
    headers: list[str] = []
    for line in block:
        if line.startswith((" ", "\t")) and headers:
            headers[-1] += f"\n{line}"
        else:
            headers.append(line)
    return [_header(header) for header in headers]


def _header(header: str) -> bytes:
    if header.isascii():
        return header.replace("\n", "\r\n").encode()
    name, _, value = header.partition(":")
    folded: str = SMTP.header_factory(name, " ".join(value.split())).fold(policy=SMTP)
    return folded.removesuffix("\r\n").encode("ascii")


def _body(part: Message, text: str) -> bytes:
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if part.get_content_maintype() != "text" or encoding not in {"base64", "quoted-printable"}:
        return _charset(part, text).replace(b"\n", b"\r\n")
    content = _charset(part, text).replace(b"\n", b"\r\n")
    if encoding == "base64":
        return encodebytes(content).removesuffix(b"\n").replace(b"\n", b"\r\n")
    return body_encode(content.decode("latin-1"), eol="\r\n").encode("ascii")


def _charset(part: Message, text: str) -> bytes:
    charset: str = part.get_content_charset("us-ascii")
    try:
        return text.encode("utf-8" if charset == "us-ascii" else charset)
    except LookupError:
        return text.encode()
