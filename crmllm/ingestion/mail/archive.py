"""The messages in a file, a folder or an archive, one after the other, with little memory and firm limits."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from crmllm.ingestion.mail.parse import MAX_MESSAGE_BYTES, TELLING_HEADERS

MAX_ENTRIES = 100_000
MAX_TOTAL_BYTES = 8 * 1024 * 1024 * 1024
MAX_NESTED_BYTES = 1024 * 1024 * 1024
MAX_RATIO = 200
RATIO_FREE_BYTES = 10 * 1024 * 1024
MAX_NESTING = 1
CHUNK_BYTES = 1024 * 1024
MAX_NAME_CHARS = 200
HEAD_BYTES = 4096

_FROM_LINE = re.compile(rb"From .{0,300}\b\d{1,2}:\d{2}(?::\d{2})?\b.{0,60}\b\d{4}\b")
_ESCAPED_FROM = re.compile(rb">+From ")
_IGNORED = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_OTHER_NAMES = frozenset(
    ".pdf .doc .docx .xls .xlsx .ppt .pptx .csv .html .htm .xml .json .jpg .jpeg .png .gif .svg "
    ".mp3 .mp4 .mov .wav .exe .dll .js".split()
)
# Other names may be a mail's: mailboxes write numbers, flags and whole host names behind the last dot.
DOUBTFUL_NAME = re.compile(r"\.(?!(?:eml|mail|mbox|mbx|msg)$)[a-z][a-z0-9_]{0,9}$", re.IGNORECASE)
_MAIL_HEADER = re.compile(rb"^(?:%s)[ \t]*:" % "|".join(sorted(TELLING_HEADERS)).encode(), re.MULTILINE | re.IGNORECASE)
_NO_MAIL = "It is no mail: it has neither the name nor the headers of one."
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "It is an Outlook .msg file; save it as .eml and try again."),
    (b"!BDN", "It is an Outlook .pst file; export its mails as .eml or .mbox and try again."),
    (b"\x1f\x8b", "It is a gzip file; only .zip archives are read."),
    (b"7z\xbc\xaf", "It is a 7z archive; only .zip archives are read."),
    (b"Rar!", "It is a RAR archive; only .zip archives are read."),
    (b"%PDF", "It is a PDF, not a mail."),
    (b"\x89PNG", "It is a picture, not a mail."),
    (b"\xff\xd8\xff", "It is a picture, not a mail."),
    (b"GIF8", "It is a picture, not a mail."),
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that is not handed on as a message; `reason` is a sentence for people."""

    reason: str


Entry = tuple[str, bytes | Refused]
Whole = Callable[[str], bool]


def no_other(name: str) -> bool:
    """Only mails are asked for."""
    return False


@dataclass(slots=True)
class _Budget:
    """What one call may still unpack, nested archives included, and which names it hands on untouched."""

    entries: int = MAX_ENTRIES
    total: int = MAX_TOTAL_BYTES
    whole: Whole = no_other


def iterate(source: str | Path | IO[bytes], name: str = "", whole: Whole = no_other) -> Iterator[Entry]:
    """All messages of a path (file or folder) or an open file: each with its name, or why it was refused.

    A file whose name is `whole` is no mail and no archive: it is handed on as it is (a .docx is a zip by its bytes).
    """
    if isinstance(source, str | Path):
        path = Path(source)
        if path.is_dir():
            yield from _folder(path, whole)
            return
        try:
            with path.open("rb") as file:
                yield from _file(file, name or path.name, _Budget(whole=whole), 0)
        except OSError as error:
            yield (name or path.name, Refused(f"The file could not be read: {error.strerror or 'unknown error'}."))
        return
    yield from _file(source, name or "upload", _Budget(whole=whole), 0)


def _folder(folder: Path, whole: Whole) -> Iterator[Entry]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or _IGNORED.search(name):
            continue
        yield from _mails(iterate(path, name, whole), whole)


def _mails(entries: Iterator[Entry], whole: Whole) -> Iterator[Entry]:
    """Folders and archives hold other files too: one that does not look like a mail is refused."""
    for name, content in entries:
        if isinstance(content, bytes) and DOUBTFUL_NAME.search(name) and not whole(name):
            content = content if has_header(content[:HEAD_BYTES]) else Refused(_NO_MAIL)
        yield name, content


def has_header(head: bytes) -> bool:
    """Whether the beginning of a file shows a header that tells of a mail."""
    return bool(_MAIL_HEADER.search(head.replace(b"\0", b"").replace(b"\r", b"\n")))  # UTF-16 and old Macs too


def _file(file: IO[bytes], name: str, budget: _Budget, nesting: int) -> Iterator[Entry]:
    name = name[-MAX_NAME_CHARS:]
    with ExitStack() as stack:
        if not file.seekable():
            file = stack.enter_context(_spooled(file, MAX_TOTAL_BYTES))
        start = file.tell()
        head = file.read(512)
        file.seek(start)
        if budget.whole(name):
            yield from _one(file, name, head)
        elif head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            yield from _zip(file, name, budget, nesting)
        else:
            yield from _messages(file, name, head)


def _messages(file: IO[bytes], name: str, head: bytes) -> Iterator[Entry]:
    """The message or messages of a file that is no archive."""
    foreign = next((reason for mark, reason in _FOREIGN if head.startswith(mark)), "")
    if foreign:
        yield name, Refused(foreign)
    elif not head.strip():
        yield name, Refused("The file is empty.")
    elif _is_mbox(name, head):
        yield from _mbox(file, name)
    else:
        yield from _one(file, name, head)


def _one(file: IO[bytes], name: str, head: bytes) -> Iterator[Entry]:
    """A file that is one item."""
    content = file.read(MAX_MESSAGE_BYTES + 1)
    if not head.strip():
        yield name, Refused("The file is empty.")
    else:
        yield name, _too_large() if len(content) > MAX_MESSAGE_BYTES else content


def _is_mbox(name: str, head: bytes) -> bool:
    if not head.lstrip(b"\r\n").startswith(b"From "):
        return False
    return not name.lower().endswith((".eml", ".msg"))


def _mbox(file: IO[bytes], name: str) -> Iterator[Entry]:
    """Split a mailbox at its "From " lines, which follow an empty line, holding one message at a time."""
    number = 0
    kept: list[bytes] = []
    size = 0
    blank = True
    while line := file.readline(CHUNK_BYTES):
        if blank and line.startswith(b"From ") and (_FROM_LINE.match(line) or not number):
            if kept:
                yield f"{name}#{number}", _joined(kept, size)
            number += 1
            kept, size = [], 0
        size += len(line)
        if size <= MAX_MESSAGE_BYTES:
            kept.append(line[1:] if _ESCAPED_FROM.match(line) else line)
        blank = line in (b"\n", b"\r\n")
    if kept:
        yield f"{name}#{number}", _joined(kept, size)


def _joined(lines: list[bytes], size: int) -> bytes | Refused:
    return _too_large() if size > MAX_MESSAGE_BYTES else b"".join(lines)


def _too_large() -> Refused:
    return Refused(f"The message is larger than the limit of {MAX_MESSAGE_BYTES // (1024 * 1024)} MB.")


def _zip(file: IO[bytes], name: str, budget: _Budget, nesting: int) -> Iterator[Entry]:
    if nesting > MAX_NESTING:
        yield (name, Refused("Archives inside of archives inside of archives are not opened."))
        return
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                budget.entries -= 1
                if budget.entries < 0:
                    yield (name, Refused(f"The archive has more than {MAX_ENTRIES} entries; the rest was not read."))
                    return
                if info.is_dir() or _IGNORED.search(info.filename):
                    continue
                yield from _zip_entry(archive, info, f"{name}/{info.filename}"[-MAX_NAME_CHARS:], budget, nesting)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        yield name, Refused("The archive is damaged and could not be read to its end.")


def _zip_entry(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: _Budget, nesting: int
) -> Iterator[Entry]:
    reason = _refusal(info, budget)
    if reason:
        yield name, Refused(reason)
        return
    try:
        with archive.open(info) as packed, _spooled(packed, min(_cap(info), budget.total)) as content:
            budget.total -= content.seek(0, 2)
            content.seek(0)
            yield from _mails(_file(content, name, budget, nesting + 1), budget.whole)
    except _TooMuch:
        budget.total -= _cap(info)
        yield (name, Refused("The entry unpacks to more than it says, or to more than is allowed."))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        yield (name, Refused("The entry is damaged or packed in a way that is not supported."))


def _refusal(info: zipfile.ZipInfo, budget: _Budget) -> str:
    path = info.filename.replace("\\", "/")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/") or "\x00" in path:
        return "The name of the entry points outside of the archive."
    if info.flag_bits & 0x1:
        return "The entry is encrypted."
    if stat.S_ISLNK(info.external_attr >> 16):
        return "The entry is a link, not a file."
    suffix = Path(path).suffix.lower()
    if suffix in _OTHER_NAMES and not budget.whole(path):
        return _NO_MAIL
    if info.file_size > RATIO_FREE_BYTES and info.file_size > MAX_RATIO * max(1, info.compress_size):
        return "The entry is packed so tightly that it may be a trap."
    if info.file_size > MAX_NESTED_BYTES and suffix not in (".mbox", ".mbx"):
        return f"The entry is larger than the limit of {MAX_NESTED_BYTES // (1024 * 1024)} MB."
    if info.file_size > budget.total:
        return "The archive unpacks to more than is allowed; the rest was not read."
    return ""


def _cap(info: zipfile.ZipInfo) -> int:
    """An entry may not grow past the size that it declares."""
    return info.file_size


class _TooMuch(Exception):
    """More came out than was allowed."""


def _spooled(source: IO[bytes], limit: int) -> IO[bytes]:
    """A copy that can be rewound, in memory while small and on disk when large."""
    copy: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=16 * CHUNK_BYTES)  # noqa: SIM115 - the caller closes it
    size = 0
    try:
        while chunk := source.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                raise _TooMuch
            copy.write(chunk)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy
