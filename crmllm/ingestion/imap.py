"""One IMAP folder, only read: raw messages after a UID. Mails stay as they are on the server, unread ones unread.

Every fault becomes a `MailboxProblem` with a sentence for an admin; texts of servers and exceptions go nowhere.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError, MailboxStarttlsError

from crmllm.core.errors import CrmllmError

TIMEOUT = 30.0
BATCH = 50
BATCH_BYTES = 16 * 2**20
REFUSED = "The server refused this name and password."

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")


class MailboxProblem(CrmllmError):
    """The mailbox could not be read; the sentence says what an admin can do."""

    code = "mailbox_unreadable"
    status = 502


@dataclass(frozen=True)
class Access:
    """Where a folder is and how to get in."""

    host: str
    port: int
    tls: str
    username: str
    password: str = field(repr=False)
    folder: str
    timeout: float = TIMEOUT


@dataclass(frozen=True)
class Message:
    """One message; `raw` is None where it is larger than was asked for."""

    uid: int
    size: int
    raw: bytes | None = field(repr=False)


class Folder:
    """An open folder."""

    def __init__(self, box: BaseMailBox, access: Access) -> None:
        self._box, self._access = box, access
        # EXAMINE, not SELECT: nothing that we do can change a flag.
        self.count = int(box.folder.set(access.folder, readonly=True)[1][0] or 0)
        self.uid_validity = int(box.client.response("UIDVALIDITY")[1][0] or 0)

    def uids_after(self, uid: int) -> list[int]:
        """The UIDs above `uid`, in their order."""
        with _explained(self._access):
            found = [int(one) for one in self._box.uids(f"UID {uid + 1}:*")]
        # "7:*" means the last message where there is no seventh.
        return sorted(one for one in found if one > uid)

    def batches(self, uids: Sequence[int], *, largest: int) -> Iterator[list[Message]]:
        """The messages in batches that fit into memory; one that was deleted in the meantime is left out."""
        for start in range(0, len(uids), BATCH):
            sizes = self._sizes(uids[start : start + BATCH])
            batch: list[int] = []
            for uid, size in sorted(sizes.items()):
                if batch and sum(sizes[one] for one in batch if sizes[one] <= largest) + size > BATCH_BYTES:
                    yield self._messages(batch, sizes, largest)
                    batch = []
                batch.append(uid)
            if batch:
                yield self._messages(batch, sizes, largest)

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        sizes = {}
        for line in self._fetch(uids, "(UID RFC822.SIZE)"):
            if isinstance(line, bytes) and (uid := _UID.search(line)) and (size := _SIZE.search(line)):
                sizes[int(uid[1])] = int(size[1])
        return sizes

    def _messages(self, uids: list[int], sizes: dict[int, int], largest: int) -> list[Message]:
        fitting = [uid for uid in uids if sizes[uid] <= largest]
        raws: dict[int, bytes] = {}
        lines = self._fetch(fitting, "(UID BODY.PEEK[])") if fitting else []
        for line, after in zip(lines, [*lines[1:], b""], strict=True):
            if isinstance(line, tuple):
                # The UID stands before the message or after it, as the server likes.
                uid = _UID.search(line[0]) or _UID.search(after if isinstance(after, bytes) else b"")
                if uid:
                    raws[int(uid[1])] = line[1]
        return [Message(uid, sizes[uid], raws.get(uid)) for uid in uids if uid in raws or sizes[uid] > largest]

    def _fetch(self, uids: Sequence[int], parts: str) -> list[bytes | tuple[bytes, bytes]]:
        with _explained(self._access):
            status, lines = self._box.client.uid("FETCH", ",".join(map(str, uids)), parts)
            if status != "OK":
                raise MailboxProblem("The server would not hand out the messages.", code="mailbox_fetch")
        return [line for line in lines if line is not None]


@contextmanager
def opened(access: Access) -> Iterator[Folder]:
    """The folder, open and logged in. Raises MailboxProblem."""
    with _explained(access):
        box = _connect(access)
    try:
        with _explained(access):
            _log_in(box, access)
            folder = Folder(box, access)
        yield folder
    finally:
        # What we wanted is done or has failed by now; a server that hangs up first is no problem of ours.
        with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
            box.logout()


def _connect(access: Access) -> BaseMailBox:
    if access.tls == "none":
        return MailBoxUnencrypted(access.host, access.port, timeout=access.timeout)
    # imaplib by itself would accept any certificate.
    trusted = ssl.create_default_context()
    kind = MailBoxStartTls if access.tls == "starttls" else MailBox
    try:
        return kind(access.host, access.port, timeout=access.timeout, ssl_context=trusted)
    except ssl.SSLError:  # is a ValueError, too
        raise
    except (imaplib.IMAP4.error, MailboxStarttlsError, ValueError):
        if access.tls == "starttls":
            raise MailboxProblem("The server does not offer STARTTLS on this port.", code="mailbox_tls") from None
        raise


def _log_in(box: BaseMailBox, access: Access) -> None:
    if (access.username + access.password).isascii():
        box.login(access.username, access.password, initial_folder=None)
        return
    try:
        box.login_utf8(access.username, access.password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise MailboxProblem(REFUSED, code="mailbox_login") from None


@contextmanager
def _explained(access: Access) -> Iterator[None]:
    try:
        yield
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        code, sentence = _explain(error, access)
        raise MailboxProblem(sentence, code=code) from None


def _explain(error: Exception, access: Access) -> tuple[str, str]:
    where = f"{access.host}, port {access.port}"
    if isinstance(error, MailboxLoginError):
        if b"PRIVACYREQUIRED" in b"".join(part for part in error.command_result[1] if isinstance(part, bytes)):
            return "mailbox_tls", "The server takes no password without encryption; choose TLS or STARTTLS."
        return "mailbox_login", REFUSED
    if isinstance(error, MailboxFolderSelectError):
        return "mailbox_folder", f"The mailbox has no folder “{access.folder}”, or it may not be read."
    if isinstance(error, ssl.SSLCertVerificationError):
        return "mailbox_certificate", f"The certificate of {where} is not trusted: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return "mailbox_tls", f"There is no TLS at {where}; check the port and the kind of encryption."
    if isinstance(error, TimeoutError):
        return "mailbox_timeout", f"{where} did not answer within {access.timeout:.0f} seconds."
    if isinstance(error, socket.gaierror):
        return "mailbox_host", f"There is no server named {access.host}."
    if isinstance(error, imaplib.IMAP4.abort):
        return "mailbox_lost", f"{where} ended the connection."
    if isinstance(error, OSError):
        return "mailbox_connect", f"No connection to {where}."
    return "mailbox_answer", f"{where} gave an answer that is not IMAP as we know it."
