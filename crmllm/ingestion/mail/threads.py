"""What keeps mails together, and what tells that two of them are the same."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from crmllm.ingestion.mail.parse import ParsedMail

# "Re:", "AW:", "Fwd:" and their like in many languages, also counted ("Re[2]:", "RE(3):").
_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|ref|rif|r|odp|res|ynt|vá|bls|atb|απ|отв|回复|回覆|返信|답장|תגובה|رد|"
    r"fwd?|fw|wg|weitergeleitet|tr|transf|rv|reenv|i|inoltro|doorst|enc|pd|vb|vl|fs|ilt|пересл|转发|轉寄|転送|전달)"
    r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\d{0,2})\s*[:\uff1a]",
    re.IGNORECASE,
)
# Tags that lists and gateways put in front.
_TAG = re.compile(r"\s*\[(?:ext|external|extern|externe|spam|caution|secure|sec|list|[\w.-]{1,30})\]\s*", re.IGNORECASE)
_MARK = re.compile(r"^\s*>+(?=From )", re.MULTILINE)
_SHORTEST_TELLING_SUBJECT = 4


def normalise_subject(subject: str) -> str:
    """A subject without reply and forward prefixes, tags, case and spacing."""
    text = unicodedata.normalize("NFKC", subject)
    while True:
        match = _PREFIX.match(text) or _TAG.match(text)
        if match is None or not match.end():
            return " ".join(text.casefold().split())
        rest = text[match.end() :]
        if not rest.strip():
            return " ".join(text.casefold().split())
        text = rest


def thread_key(mail: ParsedMail) -> str:
    """The id of the message that began the thread; without any ids, the bare subject and who writes to whom.

    Two mails with one key belong to one thread. A mail's own id is the key where it answers nothing, so that its
    answers, which name it first in their References, find it.
    """
    for ids in (mail.references, mail.in_reply_to, (mail.message_id,)):
        for message_id in ids:
            if message_id:
                return f"id:{message_id}"
    return subject_key(mail) or f"content:{fingerprint(mail)}"


def subject_key(mail: ParsedMail) -> str:
    """A key from the bare subject and the people, for mails whose ids lead nowhere; empty if it would tell nothing."""
    subject = normalise_subject(mail.subject)
    if len(subject) < _SHORTEST_TELLING_SUBJECT:
        return ""
    people = {address.email.casefold() for address in (*mail.to, *mail.cc) if address.email}
    if mail.sender and mail.sender.email:
        people.add(mail.sender.email.casefold())
    return "subject:" + _digest(subject, *sorted(people)[:50])


def fingerprint(mail: ParsedMail) -> str:
    """The same for the same message, whichever way it came: transport headers, line ends and escapes don't count.

    The content is part of it even where there is a Message-ID: programs reuse ids, and nobody shall be able to hide a
    message behind the id of another.
    """
    sent_at = mail.sent_at.timestamp() if mail.sent_at and not mail.message_id else ""
    sender = mail.sender.email.casefold() if mail.sender else ""
    body = "".join(_MARK.sub("", mail.body).split())
    files = sorted(attachment.sha256 or f"{attachment.filename} {attachment.size}" for attachment in mail.attachments)
    return _digest(mail.message_id, str(sent_at), sender, " ".join(mail.subject.split()), body, *files)


def _digest(*parts: str) -> str:
    joined = "\x00".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()
