"""The MIME tree of a message, walked with limits.

The standard library's parser recurses as deep as the message says and tests every line against every open boundary, so
a small hostile message keeps it busy for minutes. This walk splits by offsets, never copies a part, and stops at
limits; the standard library still reads the headers of each part.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import collapse_rfc2231_value
from itertools import islice

from crmllm.ingestion.mail.headers import (
    HeaderBlock,
    header_text,
    lenient_base64,
    read_block,
)

MAX_PARTS = 500
MAX_DEPTH = 20
MAX_FILENAME_CHARS = 200

_MULTIPART_NAMES = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_BOUNDARY_GUESS = re.compile(rb"^--([^\r\n\s][^\r\n]{0,200}?|)[ \t]*\r?\n", re.MULTILINE)
_MIME_FIELD = re.compile(rb"(?:Content-[A-Za-z-]{2,40}|MIME-Version)[ \t]*:", re.IGNORECASE)
MAX_GUESSES = 50
# A boundary line and at least one header after it.
_PART_HEAD = re.compile(
    r"^--(?P<boundary>(?:\S[^\n]{0,200})?)\n"
    r"(?:(?:Content-[A-Za-z-]{2,40}|MIME-Version)[ \t]*:[^\n]*\n?(?:[ \t]+\S[^\n]*\n?)*)+\n?",
    re.MULTILINE | re.IGNORECASE,
)
_ENCODED_FILE = re.compile(r"^Content-Transfer-Encoding[ \t]*:[ \t]*base64", re.MULTILINE | re.IGNORECASE)
_BASE64_LINES = re.compile(r"(?:[A-Za-z0-9+/]{4,}={0,2}[ \t]*(?:\n+|$))*")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^(?:`[ \t]*\r?\n)?(?:end|====)[ \t]*\r?$", re.MULTILINE)


@dataclass(slots=True)
class Part:
    """One leaf of the tree: where its body lies in the message, and what its headers say of it."""

    block: HeaderBlock
    content_type: str
    start: int
    end: int
    parents: tuple[tuple[str, int], ...] = ()
    charset: str | None = None
    disposition: str = ""
    filename: str = ""
    content_id: str = ""
    encoding: str = ""
    method: str = ""
    refused: str = ""

    def bytes(self, raw: bytes) -> bytes:
        """The decoded body of the part."""
        data = raw[self.start : self.end]
        if self.encoding == "base64":
            return lenient_base64(data)
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(data)
        if self.encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return uudecode(data)
        return data

    def size(self) -> int:
        """The size of the decoded body, near enough to compare with a limit before anything is decoded."""
        length = self.end - self.start
        return length * 3 // 4 if self.encoding == "base64" else length

    def inside(self, multipart: str) -> int | None:
        """The number of the innermost enclosing multipart of that type, if there is one."""
        return next((number for kind, number in reversed(self.parents) if kind == f"multipart/{multipart}"), None)


@dataclass(slots=True)
class Tree:
    """A message taken apart."""

    root: HeaderBlock
    content_type: str
    report_type: str = ""
    parts: list[Part] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    too_deep: bool = False
    # The parts could not be told apart for sure: part headers may stand in what is taken for text.
    doubtful: bool = False
    multiparts: int = 0


def take_apart(raw: bytes, start: int) -> Tree:
    """Read the headers of the message at `start` and find its parts."""
    block = read_block(raw, start, len(raw))
    tree = Tree(root=block, content_type=_content_type(block, "text/plain"))
    tree.report_type = _parameter(block, "report-type").lower()
    _walk(raw, block, len(raw), (), "text/plain", tree)
    tree.defects = list(dict.fromkeys(block.defects + tree.defects))
    return tree


def _walk(
    raw: bytes, block: HeaderBlock, end: int, parents: tuple[tuple[str, int], ...], default: str, tree: Tree
) -> None:
    content_type = _content_type(block, default)
    if not parents and not block.raw("content-type") and _starts_with_a_part(raw, block.body_start, end):
        content_type = "multipart/alternative"  # the header that says so is lost; texts must not be read twice
    if content_type.startswith("multipart/"):
        if len(parents) >= MAX_DEPTH:
            tree.too_deep = True
            reason = f"Parts are nested more than {MAX_DEPTH} levels deep."
            tree.defects.append(reason)
            tree.parts.append(Part(block, content_type, block.body_start, end, parents, refused=reason))
            return
        boundary = _boundary(raw, block, end, tree)
        if boundary is not None:
            number = tree.multiparts
            tree.multiparts += 1
            inner = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
            deeper = (*parents, (content_type, number))
            for piece_start, piece_end in _split(raw, boundary, block.body_start, end, tree):
                if len(tree.parts) >= MAX_PARTS:
                    tree.defects.append(f"The message has more than {MAX_PARTS} parts; the rest was not read.")
                    break
                child = read_block(raw, piece_start, piece_end)
                tree.defects.extend(child.defects)
                _walk(raw, child, piece_end, deeper, inner, tree)
            return
        content_type = "text/plain"
    tree.parts.append(_leaf(block, content_type, end, parents))


def _leaf(block: HeaderBlock, content_type: str, end: int, parents: tuple[tuple[str, int], ...]) -> Part:
    disposition = block.structured("content-disposition")
    return Part(
        block=block,
        content_type=content_type,
        start=block.body_start,
        end=end,
        parents=parents,
        charset=_parameter(block, "charset") or None,
        disposition=header_text(str(disposition.get("content-disposition", "")).split(";")[0]).lower(),
        filename=_filename(block),
        content_id=block.text("content-id").strip("<> ")[:MAX_FILENAME_CHARS],
        encoding=header_text(b"".join(block.raw("content-transfer-encoding")[:1])[:100]).split(";")[0].strip().lower(),
        method=_parameter(block, "method").upper(),
    )


def _content_type(block: HeaderBlock, default: str) -> str:
    value = header_text(b"".join(block.raw("content-type")[:1])[:1000]).split(";")[0].strip().lower()
    if _MULTIPART_NAMES.fullmatch(value):
        return value
    return "text/plain" if value.startswith("text") else default


def _parameter(block: HeaderBlock, name: str, header: str = "content-type") -> str:
    try:
        value = block.structured(header).get_param(name, "", header)
        return collapse_rfc2231_value(value).strip() if value else ""
    except (ValueError, LookupError, TypeError, AttributeError, UnicodeError):
        # The standard library trips over some broken parameters; the part is then read as if it had none.
        return ""


def _filename(block: HeaderBlock) -> str:
    name = _parameter(block, "filename", "content-disposition") or _parameter(block, "name")
    name = header_text(name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    if len(name) > MAX_FILENAME_CHARS:
        stem, dot, ending = name.rpartition(".")
        ending = f".{ending}" if dot and len(ending) <= 10 else ""
        name = (stem or name)[: MAX_FILENAME_CHARS - len(ending)] + ending
    return name


def _boundary(raw: bytes, block: HeaderBlock, end: int, tree: Tree) -> bytes | None:
    """The boundary of a multipart: as declared, else the first line of the body that looks like one."""
    declared = _parameter(block, "boundary").rstrip()
    if declared:
        boundary = declared.encode("utf-8", "surrogateescape")
        if next(_delimiters(raw, boundary, block.body_start, end), None):
            return boundary
    tree.doubtful = True
    guessed = _guess_boundary(raw, block.body_start, min(end, block.body_start + 100_000))
    if guessed is None:
        tree.defects.append("The message says that it has parts, but none were found.")
    else:
        tree.defects.append("The boundary between the parts was missing or wrong; it was guessed.")
    return guessed


def _guess_boundary(raw: bytes, start: int, end: int) -> bytes | None:
    """The first line of dashes that headers of a part follow; it may be nothing but two dashes."""
    for guess in islice(_BOUNDARY_GUESS.finditer(raw, start, end), MAX_GUESSES):
        name = guess[1]
        soon = (
            name
            and not name.startswith(b"-")
            and re.search(rb"^Content-", raw[guess.end() : guess.end() + 200], re.MULTILINE | re.IGNORECASE)
        )
        if soon or _MIME_FIELD.match(raw, guess.end()):
            return name.removesuffix(b"--")
    return None


def _starts_with_a_part(raw: bytes, start: int, end: int) -> bool:
    """Whether a body begins with a boundary line and the headers of a part."""
    first = re.compile(rb"\s*").match(raw, start, min(end, start + 200))
    guess = _BOUNDARY_GUESS.match(raw, first.end() if first else start, end)
    return guess is not None and bool(guess[1]) and _MIME_FIELD.match(raw, guess.end()) is not None


def _delimiters(raw: bytes, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Where the boundary lines are: start of line, start of the next line, whether it is the closing one."""
    mark = b"--" + boundary
    at = raw.find(mark, start, end)
    while at >= 0:
        line_end = raw.find(b"\n", at, end)
        line_end = end if line_end < 0 else line_end
        rest = raw[at + len(mark) : line_end].strip() if line_end - at < len(mark) + 200 else b"?"
        if not boundary and (rest or not _MIME_FIELD.match(raw, line_end + 1)):
            rest = b"?"  # two dashes alone also stand above a signature
        if (at == start or raw[at - 1 : at] == b"\n") and rest in (b"", b"--"):
            yield at, min(line_end + 1, end), rest == b"--"
        at = raw.find(mark, line_end, end)


def _split(raw: bytes, boundary: bytes, start: int, end: int, tree: Tree) -> Iterator[tuple[int, int]]:
    opened: int | None = None
    for line_start, line_end, closing in _delimiters(raw, boundary, start, end):
        if opened is not None:
            yield opened, _without_line_end(raw, opened, line_start)
        opened = None if closing else line_end
        if closing:
            return
    if opened is not None:
        tree.defects.append("The end of the last part is missing; the message may be cut off.")
        tree.doubtful = True
        yield opened, end


def _without_line_end(raw: bytes, start: int, end: int) -> int:
    """The line end before a boundary belongs to the boundary."""
    if end > start and raw[end - 1 : end] == b"\n":
        end -= 1
        if end > start and raw[end - 1 : end] == b"\r":
            end -= 1
    return end


def without_part_headers(text: str) -> str:
    """A text without the boundary lines, part headers and encoded files that a broken message leaves in it."""
    kept: list[str] = []
    boundaries: set[str] = set()
    position = 0
    for head in _PART_HEAD.finditer(text):
        kept.append(text[position : head.start()])
        position = head.end()
        boundaries.add(head["boundary"].strip())
        if _ENCODED_FILE.search(head.group()):
            payload = _BASE64_LINES.match(text, position)
            position = payload.end() if payload else position
    if not boundaries:
        return text
    marks = {
        mark for name in boundaries - {""} for mark in (f"--{name}", f"--{name}--", f"--{name.removesuffix('--')}")
    }
    lines = ("".join(kept) + text[position:]).split("\n")
    return "\n".join(line for line in lines if line.strip() not in marks)


def find_uuencoded(data: bytes, limit: int) -> Iterator[tuple[int, int, str]]:
    """Files written into a text the old way: where each begins and ends, and its name."""
    position = 0
    for _ in range(limit):
        begin = _UU_BEGIN.search(data, position)
        finish = _UU_END.search(data, begin.end()) if begin else None
        if not begin or not finish:
            return
        yield begin.start(), finish.end(), header_text(begin[1])[:MAX_FILENAME_CHARS]
        position = finish.end()


def uudecode(data: bytes) -> bytes:
    """Decode uuencoded lines, leaving out those that are none."""
    out: list[bytes] = []
    lines = data.splitlines()
    if any(line.startswith(b"begin-base64 ") for line in lines[:3]):
        return lenient_base64(b"".join(line for line in lines[1:] if not line.startswith((b"begin", b"="))))
    for line in lines:
        if line.startswith(b"begin ") or line in (b"end", b"`", b""):
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders pad lines too long: take what the length byte promises.
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:wanted]))
            except binascii.Error:
                continue
    return b"".join(out)
