"""Mail headers: the block, its encoded words, its addresses and its date. Linear in the size of what it reads."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from crmllm.ingestion.mail.charsets import canonical, codec_name, decode

MAX_HEADER_BYTES = 1024 * 1024
MAX_HEADER_FIELDS = 2_000
MAX_VALUE_CHARS = 16_384
MAX_STRUCTURED_CHARS = 4_096
MAX_ADDRESS_CHARS = 1_000
EARLIEST_YEAR, LATEST_YEAR = 1970, 2100

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=)){0,2000})\?=")
_BETWEEN_ENCODED_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_ADDRESS_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*+\\?(?:"|$)|\((?:[^()\\]|\\.){0,60}\)|<[^<>]{0,500}>|[,;:]|[^",;:(<]+|.', re.DOTALL
)
_ANGLE = re.compile(r"<([^<>]*)>")
_COMMENT = re.compile(r"\(((?:[^()\\]|\\.)*)\)")
_QUOTED_PAIR = re.compile(r"\\(.)")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_DOTTED_TIME = re.compile(r"\b(\d{1,2})\.(\d{2})(?:\.(\d{2}))?\b(?=\s*(?:[+-]\d{4}|[A-Z]{2,4}|$))")


@dataclass(frozen=True, slots=True)
class Address:
    """A person or mailbox as a header names it; `email` is empty where the header gives none."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()


@dataclass(slots=True)
class HeaderBlock:
    """The fields of one header block in their order, names in lower case, values unfolded but not decoded."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    body_start: int = 0
    defects: list[str] = field(default_factory=list)

    def raw(self, name: str) -> list[bytes]:
        return [value for key, value in self.fields if key == name]

    def text(self, name: str, charset: str | None = None) -> str:
        """The first value of a field as people read it; empty if there is none."""
        for value in self.raw(name):
            return header_text(value, charset)
        return ""

    def joined(self, name: str, charset: str | None = None) -> list[str]:
        """All values of a field as text with encoded words still encoded, for structured fields."""
        return [_eight_bit(value, charset) for value in self.raw(name)]

    def structured(self, name: str) -> Message:
        """The standard library's view of one field with parameters (Content-Type, Content-Disposition)."""
        message = Message()
        for value in self.raw(name)[:1]:
            text = _eight_bit(value[:MAX_STRUCTURED_CHARS], None)
            message[name] = re.sub(r"[\x00-\x1f]+", " ", text)
        return message


def read_block(raw: bytes, start: int, end: int) -> HeaderBlock:
    """Read the header block of raw[start:end]; where a line is no header at all, the body begins."""
    block = HeaderBlock(body_start=end)
    position = start
    lines: list[bytes] = []
    name = ""

    def flush() -> None:
        if name:
            block.fields.append((name, b"".join(lines).strip()))

    while position < end:
        following = raw.find(b"\n", position, end) + 1 or end
        if following - start > MAX_HEADER_BYTES or len(block.fields) >= MAX_HEADER_FIELDS:
            block.defects.append("The headers are too long; the rest of them was not read.")
            block.body_start = _after_blank_line(raw, position, end)
            break
        line = raw[position:following].rstrip(b"\r\n")
        if line[:1] in (b" ", b"\t") and name and (line.strip() or _goes_on(raw, following, end)):
            lines.append(line)
        elif not line.strip():
            if not _headers_resume(raw, following, end, block, name):
                block.body_start = following
                break
            block.defects.append("An empty line stands among the headers.")
        elif match := _FIELD.match(line):
            flush()
            name, lines = match[1].decode("ascii").lower(), [match[2]]
        elif block.fields or name:
            block.defects.append("A line among the headers is no header.")
            if not _goes_on(raw, following, end) and not _machine_field_ahead(raw, following, end):
                block.body_start = position
                break
        else:
            block.body_start = position
            break
        position = following
    flush()
    return block


def _goes_on(raw: bytes, position: int, end: int) -> bool:
    line = raw[position : min(end, position + 300)].split(b"\n", 1)[0].rstrip(b"\r")
    return bool(_FIELD.match(line)) or (line[:1] in (b" ", b"\t") and bool(line.strip()))


def _after_blank_line(raw: bytes, position: int, end: int) -> int:
    found = [(raw.find(mark, position, end), len(mark)) for mark in (b"\n\n", b"\n\r\n")]
    return min((at + length for at, length in found if at >= 0), default=end)


def _eight_bit(value: bytes, charset: str | None) -> str:
    """Header bytes as text; 8-bit headers are against the rules but common, and mostly in the charset of the body."""
    if value.isascii():
        return value.decode("ascii")
    for codec in ("utf-8", codec_name(charset) or "cp1252", "cp1252"):
        try:
            return value.decode(codec)
        except UnicodeError:
            continue
    return value.decode("latin-1")


def header_text(value: bytes | str, charset: str | None = None) -> str:
    """An unstructured header as people read it, on one line."""
    text = value if isinstance(value, str) else _eight_bit(value[: 4 * MAX_VALUE_CHARS], charset)
    return " ".join(canonical(decode_words(text[:MAX_VALUE_CHARS]))[0].split())


def decode_words(text: str) -> str:
    """Decode RFC 2047 encoded words, also where they stand against the rules; what can't be decoded stays."""
    if "=?" not in text:
        return text
    text = _BETWEEN_ENCODED_WORDS.sub(r"\1", text)
    out: list[str] = []
    pending: list[tuple[str, bytes]] = []
    position = 0

    def flush() -> None:
        # Adjacent words in one charset are joined first: senders split characters of several bytes between words.
        while pending:
            charset = pending[0][0]
            run = 0
            while run < len(pending) and pending[run][0] == charset:
                run += 1
            out.append(decode(b"".join(data for _, data in pending[:run]), charset)[0])
            del pending[:run]

    for match in _ENCODED_WORD.finditer(text):
        if match.start() > position:
            flush()
            out.append(text[position : match.start()])
        pending.append((match[1].split("*")[0].lower(), _word_bytes(match[2], match[3])))
        position = match.end()
    flush()
    return "".join(out) + text[position:]


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b"_", b" "), header=True)
    return lenient_base64(data)


def lenient_base64(data: bytes) -> bytes:
    """Base64 with anything foreign between its characters, and cut off anywhere."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        data = data.translate(None, _NOT_BASE64)
        data = data[:-1] if len(data) % 4 == 1 else data
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def read_addresses(values: Iterable[str], keep: int) -> tuple[tuple[Address, ...], int]:
    """The first `keep` addresses of address headers, and how many there are in all."""
    kept: list[Address] = []
    total = 0
    for piece in _split_addresses(values):
        if not piece.strip():
            continue
        total += 1
        if len(kept) < keep:
            kept.append(read_address(piece[:MAX_ADDRESS_CHARS]))
    return tuple(kept), total


def _split_addresses(values: Iterable[str]) -> Iterable[str]:
    for value in values:
        piece: list[str] = []
        for token in _ADDRESS_TOKEN.finditer(value):
            mark = token[0]
            if mark in (",", ";"):
                yield "".join(piece)
                piece = []
            elif mark == ":":
                piece = []  # the name of a group, or a "mailto"
            else:
                piece.append(mark)
        yield "".join(piece)


def read_address(piece: str) -> Address:
    """One address in any of the usual spellings."""
    comments: list[str] = []
    for _ in range(3):  # comments nest
        found = _COMMENT.findall(piece)
        if not found:
            break
        comments += found
        piece = _COMMENT.sub(" ", piece)
    angles = _ANGLE.findall(piece)
    if angles:
        email = next((angle for angle in reversed(angles) if "@" in angle), angles[-1])
        name = _ANGLE.sub(" ", piece)
        email = email.rpartition(":")[2]  # a source route, or a "mailto:"
    elif "@" in piece and len(piece.split()) > 1 and not piece.strip().startswith('"'):
        words = piece.split()
        email = next(word for word in words if "@" in word) if sum("@" in word for word in words) == 1 else piece
        name = " ".join(word for word in words if word != email) if email is not piece else ""
        if not re.fullmatch(r"[^\s@.]+.*@.*[^\s@.]+", email):
            email, name = piece, ""
    else:
        email, name = (piece, "") if "@" in piece else ("", piece)
    email = "".join(email.split()).strip("<>'")
    name = _tidy_name(name) or _tidy_name(" ".join(comments))
    if "@" not in email:
        email, name = "", name or email
    return Address(name="" if name.lower() == email.lower() else name, email=canonical(decode_words(email))[0])


def _tidy_name(name: str) -> str:
    name = name.strip()
    if name[:1] == '"':
        name = _QUOTED_PAIR.sub(r"\1", name.replace('\\"', "\x00").replace('"', "").replace("\x00", '"'))
    name = header_text(name).strip()
    while len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name.strip(" ,;")


def read_message_ids(values: Iterable[str], keep: int) -> tuple[str, ...]:
    """Message ids without their angle brackets, in order, each once; a bare id without brackets counts too."""
    ids: dict[str, None] = {}
    for value in values:
        value = value[: 100 * MAX_VALUE_CHARS]
        found = _MESSAGE_ID.findall(value) or [word for word in value.split()[:1] if "@" in word]
        ids.update(dict.fromkeys(canonical(message_id)[0] for message_id in found))
    listed = list(ids)
    # Threads hang on their first and last ids; the middle may go.
    return tuple(listed if len(listed) <= keep else [listed[0], *listed[1 - keep :]])


def read_date(value: str) -> datetime | None:
    """The date of a header as an aware time in its own offset; None if it is unusable."""
    value = header_text(value)[:200]
    for candidate in (value, _COMMENT.sub(" ", value), _DOTTED_TIME.sub(_with_colons, value)):
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            try:
                found = read(candidate.strip())
                found = found if found.tzinfo else found.replace(tzinfo=UTC)
                found.astimezone(UTC)
            except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
                continue
            if EARLIEST_YEAR <= found.year < LATEST_YEAR:
                return found
    return None


def _with_colons(match: re.Match[str]) -> str:
    return ":".join(part for part in match.groups() if part)


# No person begins a text with these.
_MIME_FIELD = re.compile(rb"(?:Content-(?:Type|Transfer-Encoding|Disposition)|MIME-Version)[ \t]*:", re.IGNORECASE)
_MACHINE_FIELD = re.compile(
    rb"(?:Content-(?:Type|Transfer-Encoding|Disposition)|MIME-Version|Message-ID|Received|DKIM-Signature|"
    rb"X-[\w-]{2,60})[ \t]*:",
    re.IGNORECASE,
)


def _headers_resume(raw: bytes, position: int, end: int, block: HeaderBlock, name: str) -> bool:
    """Whether headers that tell how to read the body stand below an empty line, and nowhere above it."""
    told = name.startswith("content-") or any(key.startswith("content-") for key, _ in block.fields)
    return not told and _MIME_FIELD.match(raw, position, end) is not None


def _machine_field_ahead(raw: bytes, position: int, end: int) -> bool:
    """Whether a header that only machines write follows within a few lines: then these lines are no body yet."""
    for line in raw[position : min(end, position + 2_000)].split(b"\n")[:6]:
        if not line.strip():
            return False
        if _MACHINE_FIELD.match(line):
            return True
    return False
