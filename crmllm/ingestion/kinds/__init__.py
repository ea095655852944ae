"""Every kind of file that can come in, and who reads it.

One line in READERS is all that a new kind needs: the doors (upload page, API, `manage.py ingest`, archives), replay,
storing and showing take whatever is listed there.

    reader = find(name, raw, kind="", content_type="")    # None: nobody reads such a file
    read = reader.read(raw, name)                          # Read, or Unreadable with a sentence

How to write one (a module beside this one, pure Python: no Django, no database, no network):

- `read(raw: bytes, name: str) -> Read` never raises anything but Unreadable, whatever the bytes are. Unreadable becomes
  a failed interaction that keeps the bytes and the reason, so that it can be replayed once the reader can do more.
- `Read.text` is what extraction reads and what evidence is quoted from: plain text, in reading order, bounded in
  length. All offsets (zones, locations) count code points of it.
- `Read.locations` say where a stretch stands in the original ("page 3", "Sheet1!B4", "00:12:31"): they are stored as
  `content["locations"]`, reach extraction as `Item.locations`, and stand beside the evidence in the review.
- `Read.extra` is stored beside the rest as JSON for the kind's own page (`templates/ingestion/kinds/<kind>.html`).
- Slow libraries are imported inside of the function that needs them: everybody imports this module.

Where several readers share an extension (.txt may be a call, notes, a chat or a document) a kind that somebody gave
decides, else the highest `Reader.fits`. Extraction takes its own way for each kind in `crmllm.extraction`.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from crmllm.ingestion.kinds.cards import INVITATION, VCARD
from crmllm.ingestion.kinds.chats import CHAT
from crmllm.ingestion.kinds.documents import ADVICE, DOCUMENTS
from crmllm.ingestion.kinds.forms import WEB_FORM
from crmllm.ingestion.kinds.mail import MAIL
from crmllm.ingestion.kinds.notes import NOTES_READER
from crmllm.ingestion.kinds.recorders import CALL_JSON, CHAT_JSON
from crmllm.ingestion.kinds.transcripts import SRT, TXT, VTT
from crmllm.ingestion.kinds.types import Location, Participant, Read, Reader, Unreadable, Zone
from crmllm.ingestion.mail.archive import DOUBTFUL_NAME, HEAD_BYTES, has_header

__all__ = [
    "MAIL", "READERS", "Location", "Participant", "Read", "Reader", "Unreadable", "Zone",
    "by_name", "content_types", "extension", "extensions", "find", "is_whole", "refusal",
]  # fmt: skip

READERS: tuple[Reader, ...] = (
    MAIL,
    VTT,
    SRT,
    TXT,
    CALL_JSON,
    CHAT,
    CHAT_JSON,
    NOTES_READER,
    *DOCUMENTS,
    WEB_FORM,
    VCARD,
    INVITATION,
)

_NUMBERED = re.compile(r"#\d+$")


def find(name: str, raw: bytes, *, kind: str = "", content_type: str = "") -> Reader | None:
    """Who reads a file: by the kind that was given, its extension, its content type; mail also by its headers."""
    ending = extension(name)
    wanted = [one for one in READERS if ending in one.extensions]
    if not wanted and content_type:
        wanted = [one for one in READERS if content_type.partition(";")[0].strip().lower() in one.content_types]
    if not wanted and _may_be_mail(ending, raw):
        wanted = [MAIL]
    wanted = [one for one in wanted if kind in ("", one.kind)]
    if len(wanted) < 2:
        return wanted[0] if wanted else None
    return max(wanted, key=lambda one: one.fits(raw, name))


def by_name(name: str) -> Reader:
    """The reader that read a stored item; mail for items from before there were others."""
    return next((one for one in READERS if one.name == name), MAIL)


def extension(name: str) -> str:
    """The ending of a file's name in lower case with its dot; the mails of an mbox are numbered behind it."""
    return PurePosixPath(_NUMBERED.sub("", name.replace("\\", "/"))).suffix.lower()


def is_whole(name: str) -> bool:
    """Whether a file of this name is one item: it is neither a mailbox nor an archive, whatever its bytes look like."""
    ending = extension(name)
    return ending in ADVICE or any(ending in one.extensions for one in READERS if one is not MAIL)


def extensions() -> list[str]:
    """All that can be taken in, for people and file pickers; archives come on top."""
    return list(dict.fromkeys(ending for one in READERS for ending in one.extensions))


def content_types() -> list[str]:
    """All content types that a request's body may have."""
    return list(dict.fromkeys(one for reader in READERS for one in reader.content_types))


def refusal(name: str, kind: str = "") -> str:
    """Why nobody reads a file, in a sentence for people."""
    ending = extension(name)
    what = f"Files of the type {ending[:12]}" if ending else "Files without an ending in their name"
    as_what = f" as {kind}" if kind else ""
    advice = f": {ADVICE[ending]}" if ending in ADVICE else ""
    return f"{what} are not read{as_what}{advice}. Known are: {', '.join(extensions())}, and .zip archives of them."


def _may_be_mail(ending: str, raw: bytes) -> bool:
    """Mailboxes write numbers, flags and host names behind the last dot; else a mail shows its headers."""
    return not DOUBTFUL_NAME.search(ending) or has_header(raw[:HEAD_BYTES])
