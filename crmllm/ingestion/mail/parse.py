"""One message, from its bytes to what people and the extraction read.

`parse_mail` takes anything: it answers with a message or raises Unparsable with a sentence, in time bounded by the
limits named here and in `headers`, `structure` and `html`.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crmllm.ingestion.mail.charsets import canonical, decode, spelled
from crmllm.ingestion.mail.headers import (
    Address,
    HeaderBlock,
    header_text,
    read_addresses,
    read_date,
    read_message_ids,
)
from crmllm.ingestion.mail.html import (
    HiddenText,
    Hint,
    HintKind,
    HtmlView,
    read_html,
    transfer_hints,
)
from crmllm.ingestion.mail.structure import (
    MAX_DEPTH,
    Part,
    Tree,
    find_uuencoded,
    take_apart,
    uudecode,
    without_part_headers,
)

MAX_MESSAGE_BYTES = 150 * 1024 * 1024
MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024
MAX_ATTACHMENTS_BYTES = 50 * 1024 * 1024
MAX_TEXT_BYTES = 4 * 1024 * 1024
MAX_BODY_CHARS = 250_000
MAX_RECIPIENTS = 200
MAX_REFERENCES = 100
MAX_KEPT_VALUES = 20
MAX_UUENCODED_FILES = 50

# What the later stages ask for; everything else stays in the original bytes.
_KEPT_NAMES = (
    "auto-submitted content-class errors-to feedback-id importance list-archive list-help list-id list-owner list-post"
    " list-subscribe list-unsubscribe list-unsubscribe-post mailing-list organization precedence return-path sender"
    " thread-index thread-topic x-auto-response-suppress x-autoreply x-autorespond x-auto-reply-from x-bulkmail"
    " x-campaign x-campaign-id x-campaignid x-csa-complaints x-failed-recipients x-feedback-id "
    "x-forefront-antispam-report"
    " x-loop x-mailer x-mailgun-sid x-mc-user x-mailing-list x-ms-exchange-generated-message-source"
    " x-ms-exchange-organization-scl x-priority x-proofpoint-spam-details x-report-abuse x-rspamd-action x-sg-eid"
    " x-spam x-spam-flag x-spam-status x-yahoo-newman-property"
)
KEPT_HEADERS = frozenset(_KEPT_NAMES.split())
# A file with none of these among its first headers is no mail.
_TELLING_NAMES = (
    "from to cc bcc sender subject date message-id received return-path reply-to mime-version content-type"
    " content-transfer-encoding delivered-to in-reply-to references resent-from resent-date resent-to x-mailer"
)
TELLING_HEADERS = frozenset(_TELLING_NAMES.split())
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENRICHED_TAG = re.compile(r"<(?:/?[a-zA-Z-]{1,60}|param>[^<]{0,200}</param)>")
_STUB = re.compile(r"\bhtml\b", re.IGNORECASE)
_STUB_CHARS = 300
_CALENDAR_METHOD = re.compile(rb"^METHOD:([A-Za-z]{1,20})\s*$", re.MULTILINE | re.IGNORECASE)


class Unparsable(Exception):
    """The bytes are no message that could be shown; `reason` is a sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with the message; `content` is None where it was refused for the reason given."""

    filename: str
    content_type: str
    size: int
    sha256: str = ""
    content: bytes | None = field(default=None, repr=False)
    refused: str = ""
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A message as it is stored, shown and read. Offsets anywhere count code points of `body`."""

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    sent_at: datetime | None
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    recipient_count: int
    headers: Mapping[str, tuple[str, ...]]
    content_type: str
    report_type: str
    calendar_method: str
    body: str
    hints: tuple[Hint, ...]
    html: str
    hidden_text: tuple[HiddenText, ...]
    links: tuple[tuple[str, str], ...]
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]

    def header(self, name: str) -> str:
        """The first value of a kept header, or an empty text."""
        return next(iter(self.headers.get(name.lower(), ())), "")


def parse_mail(raw: bytes) -> ParsedMail:
    """Read one message. Raises Unparsable, and nothing else, if it is none or is over a limit."""
    if len(raw) > MAX_MESSAGE_BYTES:
        raise Unparsable(f"The message is larger than the limit of {_megabytes(MAX_MESSAGE_BYTES)}.")
    raw, start = _prepare(raw)
    tree = take_apart(raw, start)
    root = tree.root
    if not any(name in TELLING_HEADERS for name, _ in root.fields):
        raise Unparsable("The file has no mail headers, so it is not a mail message.")
    content = _Content(raw, tree)
    content.read()
    if tree.too_deep and not content.body.strip() and all(file.refused for file in content.attachments):
        raise Unparsable(f"Its parts are nested more than {MAX_DEPTH} levels deep.")
    return _assemble(root, tree, content)


def _prepare(raw: bytes) -> tuple[bytes, int]:
    """The bytes with one kind of line end, and where the headers begin."""
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            raw = raw.decode(codec, "replace").lstrip("\ufeff").encode()
            break
    if b"\r" in raw[:100_000] and b"\n" not in raw[:100_000]:
        raw = raw.replace(b"\r", b"\n")
    start = len(raw) - len(raw.lstrip(b"\r\n \t"))
    if start == len(raw):
        raise Unparsable("The file is empty.")
    while raw[start : start + 6].lstrip(b">").startswith(b"From "):
        start = raw.find(b"\n", start) + 1
        if not start:
            raise Unparsable("The file has no mail headers, so it is not a mail message.")
    return raw, start


def _assemble(root: HeaderBlock, tree: Tree, content: _Content) -> ParsedMail:
    charset = next((part.charset for part in tree.parts if part.charset), None)

    def people(name: str) -> tuple[tuple[Address, ...], int]:
        return read_addresses(root.joined(name, charset), MAX_RECIPIENTS)

    def ids(name: str) -> tuple[str, ...]:
        return read_message_ids(root.joined(name), MAX_REFERENCES)

    to, to_count = people("to")
    cc, cc_count = people("cc")
    senders = people("from")[0] or people("sender")[0] or people("resent-from")[0]
    defects = [*tree.defects, *content.defects]
    sent_at = next((read for value in root.joined("date")[:1] if (read := read_date(value))), None)
    if sent_at is None:
        defects.append("The date is unusable." if root.raw("date") else "The date is missing.")
    if not senders:
        defects.append("The sender is missing.")
    if to_count > MAX_RECIPIENTS or cc_count > MAX_RECIPIENTS:
        defects.append(f"Of {to_count + cc_count} recipients only the first {MAX_RECIPIENTS} of each kind are kept.")
    return ParsedMail(
        message_id=next(iter(ids("message-id")), ""),
        in_reply_to=ids("in-reply-to"),
        references=ids("references"),
        subject=root.text("subject", charset),
        sent_at=sent_at,
        sender=next(iter(senders), None),
        reply_to=people("reply-to")[0],
        to=to,
        cc=cc,
        recipient_count=to_count + cc_count,
        headers=_kept_headers(root),
        content_type=tree.content_type,
        report_type=tree.report_type,
        calendar_method=content.calendar_method,
        body=content.body,
        hints=content.hints,
        html=content.html,
        hidden_text=tuple(content.hidden),
        links=tuple(content.links),
        attachments=tuple(content.attachments),
        defects=tuple(dict.fromkeys(defects)),
    )


def _kept_headers(root: HeaderBlock) -> dict[str, tuple[str, ...]]:
    kept: dict[str, list[str]] = {}
    for name, value in root.fields:
        if name in KEPT_HEADERS and len(kept.setdefault(name, [])) < MAX_KEPT_VALUES:
            kept[name].append(header_text(value[:4_000]))
    return {name: tuple(values) for name, values in kept.items()}


class _Content:
    """Sorts the parts of a message into body, HTML and attachments."""

    def __init__(self, raw: bytes, tree: Tree) -> None:
        self.raw = raw
        self.tree = tree
        self.body = ""
        self.html = ""
        self.hints: tuple[Hint, ...] = ()
        self.hidden: list[HiddenText] = []
        self.links: list[tuple[str, str]] = []
        self.attachments: list[Attachment] = []
        self.defects: list[str] = []
        self.calendar_method = ""
        self._kept_bytes = 0
        self._text_bytes = 0

    def read(self) -> None:
        texts, files = self._sort()
        if not texts and len(files) == 1 and files[0].content_type == "text/plain" and not files[0].refused:
            texts, files = (files, [])  # the only part is the text, whatever its headers call it
        self._read_texts(texts)
        for part in files:
            self._attach(part)
        self._append_forwarded(files)
        if not self.body and not self.html and not self.attachments:
            self._show_undivided()
        if len(self.body) > MAX_BODY_CHARS:
            self.body = self.body[:MAX_BODY_CHARS]
            self.hints = tuple(
                Hint(hint.start, min(hint.end, MAX_BODY_CHARS), hint.kind)
                for hint in self.hints
                if hint.start < MAX_BODY_CHARS
            )
            self.defects.append("The text is too long; the rest of it was not read.")

    def _show_undivided(self) -> None:
        """Parts that can't be told apart are still shown, as the one text that they are in the file."""
        start = self.tree.root.body_start
        data = self.raw[start : start + MAX_TEXT_BYTES]
        if self.tree.content_type.startswith("multipart/") and data.strip() and not self.tree.too_deep:
            self.body = without_part_headers(canonical(decode(data, None)[0])[0]).strip("\n")
            self.defects.append("The parts could not be told apart; they are shown as one text.")

    def _sort(self) -> tuple[list[Part], list[Part]]:
        """The parts that make up the text, and those that are files."""
        texts: list[Part] = []
        files: list[Part] = []
        for part in self.tree.parts:
            readable = part.content_type in ("text/plain", "text/html", "text/enriched", "text/richtext")
            named = bool(part.filename) and part.inside("alternative") is None
            if part.refused or not readable or part.disposition == "attachment" or named:
                files.append(part)
            else:
                texts.append(part)
        return texts, files

    def _read_texts(self, texts: list[Part]) -> None:
        """Join the text parts in their order; of each set of alternatives the plain one is taken if it says enough."""
        pieces: list[tuple[str, tuple[Hint, ...]]] = []
        pages: list[str] = []
        groups: dict[int, list[Part]] = {}
        for part in texts:
            number = part.inside("alternative")
            groups.setdefault(-1 - len(groups) if number is None else number, []).append(part)
        for group in groups.values():
            views = [self._view(part) for part in group if part.content_type == "text/html"]
            written = [part for part in group if part.content_type != "text/html"]
            if group[0].inside("alternative") is not None:
                written = [part for part in written if part.content_type == "text/plain"] or written[:1]
            plain = "\n\n".join(text for part in written if (text := self._plain(part)).strip())
            pages += [view.html for view in views if view.html]
            seen = "\n\n".join(view.text for view in views if view.text)
            if plain.strip() and not _is_stub(plain, seen):
                hints = [hint for view in views[:1] for hint in view.hints]
                pieces.append((plain, transfer_hints(hints, views[0].text, plain) if hints else ()))
            else:
                pieces += [(view.text, tuple(view.hints)) for view in views if view.text]
        self.body, self.hints = _join(pieces)
        self.html = "\n<hr>\n".join(pages)

    def _view(self, part: Part) -> HtmlView:
        view = read_html(self._decoded(part))
        self.hidden += view.hidden
        self.links += view.links
        self.defects += view.defects
        return view

    def _plain(self, part: Part) -> str:
        text = self._decoded(part)
        if part.content_type != "text/plain":
            text = _ENRICHED_TAG.sub("", text)
        text, removed = canonical(text)
        if removed:
            self.hidden.append(HiddenText("invisible characters", spelled(removed)))
        if self.tree.doubtful:
            text = without_part_headers(text)
        return text.strip("\n")

    def _decoded(self, part: Part) -> str:
        if part.end - part.start > 2 * MAX_TEXT_BYTES:
            part.end = part.start + 2 * MAX_TEXT_BYTES
            self.defects.append("The text is too long; the rest of it was not read.")
        data = part.bytes(self.raw)
        room = max(0, MAX_TEXT_BYTES - self._text_bytes)
        if len(data) > room:
            data = data[:room]
            self.defects.append("The text is too long; the rest of it was not read.")
        self._text_bytes += len(data)
        if part.content_type == "text/plain" and b"begin" in data:
            data = self._take_uuencoded(data)
        text, defect = decode(data, part.charset or _meta_charset(part, data))
        if defect:
            self.defects.append(defect)
        return text

    def _take_uuencoded(self, data: bytes) -> bytes:
        rest: list[bytes] = []
        position = 0
        for start, end, name in find_uuencoded(data, MAX_UUENCODED_FILES):
            rest.append(data[position:start])
            position = end
            self._keep(name, "application/octet-stream", uudecode(data[start:end]))
        return b"".join(rest) + data[position:]

    def _attach(self, part: Part) -> None:
        name = part.filename or _default_name(part, len(self.attachments) + 1)
        inline = bool(part.content_id) and part.disposition != "attachment"
        size = part.size()
        refused = part.refused
        if not refused and size > MAX_ATTACHMENT_BYTES:
            refused = f"The file is larger than the limit of {_megabytes(MAX_ATTACHMENT_BYTES)}."
        if not refused and self._kept_bytes + size > MAX_ATTACHMENTS_BYTES:
            refused = f"The files together are larger than the limit of {_megabytes(MAX_ATTACHMENTS_BYTES)}."
        if refused:
            self.attachments.append(
                Attachment(name, part.content_type, size, refused=refused, content_id=part.content_id, inline=inline)
            )
            return
        content = part.bytes(self.raw)
        if part.content_type == "text/calendar":
            written = _CALENDAR_METHOD.search(content)
            method = part.method or (written[1].decode("ascii").upper() if written else "")
            if part.disposition != "attachment" or self.tree.content_type == "text/calendar":
                self.calendar_method = self.calendar_method or method
        if part.content_type in ("application/ms-tnef", "application/vnd.ms-tnef"):
            self.defects.append("Outlook wrapped files in its own format (winmail.dat); they were kept as they are.")
        self._keep(name, part.content_type, content, part.content_id, inline)

    def _keep(self, name: str, content_type: str, content: bytes, content_id: str = "", inline: bool = False) -> None:
        self._kept_bytes += len(content)
        digest = hashlib.sha256(content).hexdigest()
        self.attachments.append(
            Attachment(name, content_type, len(content), digest, content, content_id=content_id, inline=inline)
        )

    def _append_forwarded(self, files: list[Part]) -> None:
        """A single message forwarded as an attachment is read like one forwarded in the text."""
        messages = [part for part in files if part.content_type == "message/rfc822" and not part.refused]
        if len(messages) != 1 or self.tree.content_type in ("multipart/report", "multipart/digest"):
            return
        part = messages[0]
        if part.end - part.start > MAX_TEXT_BYTES or part.encoding in ("base64", "quoted-printable"):
            return
        raw = self.raw[part.start : part.end].lstrip(b"\r\n")
        if b"message/rfc822" in raw.lower():
            return  # forwards of forwards stay attachments
        try:
            inner = parse_mail(raw)
        except Unparsable:
            return
        self.html = "\n<hr>\n".join(page for page in (self.html, inner.html) if page)
        self.hidden += inner.hidden_text
        self.attachments += inner.attachments
        block = "\n".join(("---------- Forwarded message ----------", *_head_lines(inner), "", ""))
        body, hints = _join([(self.body, self.hints)])
        opening = f"{body}\n\n{block}" if body.strip() else block
        moved = tuple(
            Hint(hint.start + len(opening), hint.end + len(opening), hint.kind)
            for hint in inner.hints
            if hint.kind is not HintKind.SIGNATURE
        )
        self.body, self.hints = opening + inner.body, hints + moved


def _head_lines(mail: ParsedMail) -> list[str]:
    lines: list[str] = []
    if mail.sender:
        lines.append(f"From: {_written(mail.sender)}")
    if mail.sent_at:
        lines.append(f"Date: {mail.sent_at.isoformat(sep=' ', timespec='minutes')}")
    if mail.to:
        lines.append("To: " + ", ".join(_written(address) for address in mail.to[:20]))
    return [*lines, f"Subject: {mail.subject}"]


def _written(address: Address) -> str:
    if not address.email:
        return address.name
    return f"{address.name} <{address.email}>" if address.name else address.email


def _is_stub(plain: str, seen: str) -> bool:
    """A plain part that only says that the mail is in HTML."""
    return len(plain) < _STUB_CHARS and len(seen) > 2 * len(plain) and bool(_STUB.search(plain))


def _join(pieces: list[tuple[str, tuple[Hint, ...]]]) -> tuple[str, tuple[Hint, ...]]:
    body = ""
    hints: list[Hint] = []
    for text, found in pieces:
        if not text.strip():
            continue
        body += "\n\n" if body else ""
        hints += [
            Hint(hint.start + len(body), hint.end + len(body), hint.kind)
            for hint in found
            # "Everything from here on is older" holds only if nothing follows in another part.
            if hint.kind is not HintKind.HISTORY or text is pieces[-1][0]
        ]
        body += text
    return body, tuple(hints)


def _meta_charset(part: Part, data: bytes) -> str | None:
    if part.content_type != "text/html":
        return None
    match = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{2,40})", data[:4_096], re.IGNORECASE)
    return match[1].decode("ascii") if match else None


def _default_name(part: Part, number: int) -> str:
    if part.content_type == "message/rfc822":
        return "message.eml"
    ending = {"text/calendar": "ics", "text/html": "html", "text/plain": "txt", "application/ms-tnef": "dat"}
    known = ending.get(part.content_type) or part.content_type.rpartition("/")[2]
    return f"part-{number}.{re.sub(r'[^a-z0-9]', '', known)[:8] or 'bin'}"


def _megabytes(size: int) -> str:
    return f"{size // (1024 * 1024)} MB"
