"""From the bytes of a file to what is stored of it: read by the reader of its kind, or why it could not be read."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

import structlog
from django.conf import settings
from django.db import connections

from crmllm.core.identifiers import FREE_MAIL
from crmllm.crm.selectors import known_domains, us
from crmllm.ingestion import detectors
from crmllm.ingestion.choices import Status
from crmllm.ingestion.detectors.domains import Known
from crmllm.ingestion.kinds import MAIL, Read, Reader, Unreadable
from crmllm.ingestion.mail.headers import Address
from crmllm.ingestion.mail.parse import Attachment

log = structlog.get_logger("crmllm.ingestion")

MAX_PARTICIPANTS = 50
CHUNK = 25  # files that a reading process is given at a time
AHEAD = 2  # batches that are read while one is stored


@dataclass(frozen=True)
class Reading:
    """What became of some bytes: where they go on (`status`), and what is stored."""

    status: Status
    fingerprint: str
    reader: Reader = MAIL
    reason_code: str = ""
    reason: str = ""
    message_id: str = ""
    thread: str = ""
    occurred_at: datetime | None = None
    subject: str = ""
    sender: Address | None = None
    people: tuple[str, ...] = ()  # e-mail addresses of the other side, the sender's first
    content: dict[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of one item, with who reads them."""

    raw: bytes
    name: str = ""
    reader: Reader = MAIL


class Batch(Protocol):
    """Files that belong together."""

    @property
    def files(self) -> list[File]: ...


B = TypeVar("B", bound=Batch)


def read_ahead(batches: Iterable[B], processes: int) -> Iterator[tuple[B, list[Reading]]]:
    """Every batch with its readings, in order. Reading is what an import spends its time on, so with several
    `processes` a few batches are read beside this process while it stores the ones before."""
    rest = iter(batches)
    first = list(islice(rest, 2))
    if processes < 2 or len(first) < 2:  # a single batch is read sooner than processes are started
        yield from ((batch, [read_file(file) for file in batch.files]) for batch in chain(first, rest))
        return
    connections.close_all()  # a connection must not be shared with a process that is forked off
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        waiting: deque[tuple[B, Iterator[Reading]]] = deque()
        for batch in chain(first, rest):
            waiting.append((batch, pool.map(read_file, batch.files, chunksize=CHUNK)))
            if len(waiting) > AHEAD:
                done, readings = waiting.popleft()
                yield done, list(readings)
        for done, readings in waiting:
            yield done, list(readings)


def read_file(file: File) -> Reading:
    """Reads one file; never raises. What cannot be read is `failed` with the reason, its bytes are kept."""
    raw, name, reader = file.raw, file.name, file.reader
    try:
        return _reading(raw, reader, reader.read(raw, name))
    except Unreadable as error:
        return _failed(raw, reader, "unparsable", f"Could not be parsed: {error.reason}")
    except Exception as error:
        log.error("reader_failed", reader=reader.name, error=type(error).__name__)
        reason = "Could not be parsed: the reader failed on it. It can be replayed."
        return _failed(raw, reader, "reader_error", reason)


def _failed(raw: bytes, reader: Reader, code: str, reason: str) -> Reading:
    return Reading(Status.FAILED, _digest(raw, reader), reader, reason_code=code, reason=reason)


def _digest(raw: bytes, reader: Reader) -> str:
    """The same bytes are the same item, unless somebody says that they are of another kind."""
    kind = "" if reader is MAIL else f"{reader.kind}:"
    return f"bytes:{kind}" + hashlib.sha256(raw).hexdigest()


def _reading(raw: bytes, reader: Reader, read: Read) -> Reading:
    skip = read.skip or (None if read.text.strip() or reader is MAIL else ("empty", "There is no text in it."))
    others = _others(read)
    findings = detectors.look(read, _known(known_domains() | us().domains)) if settings.DETECTORS else ()
    codes = (*read.warnings, *(one.code for one in findings)) if settings.DETECTORS else ()
    return Reading(
        status=Status.SKIPPED if skip else Status.PARSED,
        reason_code=skip[0] if skip else "",
        reason=skip[1] if skip else "",
        reader=reader,
        fingerprint=read.fingerprint or _digest(raw, reader),
        message_id=read.message_id,
        thread=read.thread,
        occurred_at=_plausible(read.occurred_at),
        subject=read.subject,
        sender=read.sender or (others[0] if others else None),
        people=tuple(one.email for one in ([read.sender] if read.sender else []) + others if one.email),
        content=content_of(read) | {"findings": [[one.code, one.start, one.end, one.quote] for one in findings]},
        attachments=read.attachments,
        warnings=list(dict.fromkeys(codes)),
    )


@lru_cache(maxsize=2)
def _known(domains: frozenset[str]) -> Known:
    return Known(domains, FREE_MAIL)


def _others(read: Read) -> list[Address]:
    """Who took part and is not one of us."""
    own = us()
    staff = {_folded(name) for name in own.staff}
    people = [Address(one.name, one.email) for one in read.participants[:MAX_PARTICIPANTS]]
    return [
        one
        for one in people
        if one.email.casefold() not in own.addresses
        and one.domain not in own.domains
        and _folded(one.name) not in staff
        and not (own.company and _folded(one.name) == _folded(own.company))
    ]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _plausible(sent_at: datetime | None) -> datetime | None:
    """The time of sending, unless it cannot be true; PostgreSQL and people both dislike the year 1."""
    if sent_at is None:
        return None
    moment = sent_at.astimezone(UTC) if 1970 < sent_at.year < 9999 else None
    return moment if moment and moment.year >= 1971 else None


def content_of(read: Read) -> dict[str, Any]:
    """What is stored of a file, as JSON. Offsets are code points of `text`."""
    return {
        "text": read.text,
        "zones": [[zone.kind, zone.start, zone.end] for zone in read.zones],
        "locations": [[one.start, one.end, one.label, one.speaker] for one in read.locations],
        "subject": read.subject,
        "sender": {"name": read.sender.name, "email": read.sender.email} if read.sender else None,
        "to": [[one.name, one.email] for one in read.to],
        "cc": [[one.name, one.email] for one in read.cc],
        "participants": [[one.name, one.email, one.title, one.company] for one in read.participants],
        "sent_at": read.occurred_at.isoformat() if read.occurred_at else None,
        "attachments": [one.filename for one in read.attachments],
        "hidden_text": read.hidden_text,
        "quoted_text": "",
        "headers": [],
        **read.extra,
    }
