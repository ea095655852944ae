"""What a reader of files gives back, and how it is registered. Pure data, no Django.

Offsets count Unicode code points of `Read.text`, end exclusive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crmllm.ingestion.mail.headers import Address
from crmllm.ingestion.mail.parse import Attachment


class Unreadable(Exception):
    """The bytes cannot be read as this kind of file; `reason` is a sentence for people, without personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the text and what it is: `turn`, `speaker`, `heading`, `signature`, …; extraction goes by them."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where a stretch of the text stands in the original, in words for people: "page 3", "Sheet1!B4", "00:12:31".

    `speaker` is whose words they are, in calls and chats. Locations may nest; the shortest around a place tells most.
    """

    start: int
    end: int
    label: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """Who took part, spoke, attended or signed, as the file names them. Which side they are on is found later."""

    name: str
    email: str = ""
    title: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """All that was read out of a file. Only `text` is needed; everything else is as far as the file tells."""

    text: str = ""
    zones: tuple[Zone, ...] = ()
    locations: tuple[Location, ...] = ()
    subject: str = ""
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    participants: tuple[Participant, ...] = ()
    occurred_at: datetime | None = None  # aware; relative dates count from it, in its own offset
    warnings: tuple[str, ...] = ()  # codes, see ingestion.selectors.WARNINGS
    attachments: tuple[Attachment, ...] = ()  # parts with bytes of their own; a refused part has the reason and none
    hidden_text: str = ""  # in the file but not visible to a reader: never used, shown to the reviewer
    links: tuple[tuple[str, str], ...] = ()  # of marked-up text: where to, and the words that are shown
    extra: dict[str, Any] = field(default_factory=dict)  # JSON that only this kind knows, stored beside the rest
    # Where the file itself says that it is of no use (an out-of-office reply): (code, sentence).
    skip: tuple[str, str] | None = None
    # What tells that two files are the same item; empty for "the same bytes".
    fingerprint: str = ""
    message_id: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read one kind of file.

    `read` takes the bytes and the file's name and raises Unreadable, nothing else, for what it cannot read. Where
    several readers claim an extension, `fits` decides when nobody said the kind: 0 (not mine) to 1.
    """

    name: str  # stored with the item, so that a replay takes the same reader; never renamed
    kind: str  # a value of ingestion.choices.Kind
    extensions: tuple[str, ...]  # lower case, with the dot
    content_types: tuple[str, ...]
    read: Callable[[bytes, str], Read]
    fits: Callable[[bytes, str], float] = field(default=lambda raw, name: 0.5)

    def __reduce__(self) -> tuple[Callable[[str], Reader], tuple[str]]:
        """Another process finds the reader by its name."""
        from crmllm.ingestion import kinds

        return kinds.by_name, (self.name,)
