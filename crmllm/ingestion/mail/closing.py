"""The end of a message: boilerplate that nobody wrote for this mail, the contact block, and the sign-off."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from crmllm.ingestion.mail.headers import Address
from crmllm.ingestion.mail.lines import Kind, Line
from crmllm.ingestion.mail.phrases import (
    ADDRESS_LINE,
    BOILERPLATE_LINE,
    BOILERPLATE_WORDS,
    COMPANY,
    CONTACT_LABEL,
    DATE,
    EMAIL,
    JOB_TITLE,
    LIST_FOOTER,
    PHONE,
    SENT_FROM,
    SIGN_OFF_LINE,
    WEB,
)

MAX_SIGNATURE_LINES = 25
_DRAWN_RULE = re.compile(r"[-_=*#~\u2014]{3,}")


def mark_closing(run: list[Line], sender: Address | None, sign_off: Kind, signature: Kind) -> None:
    """Find signature and sign-off among the last lines of one message."""
    while run and (run[-1].blank or _is_file_line(run[-1].text) or _DRAWN_RULE.fullmatch(run[-1].text)):
        run = run[:-1]
    if not run:
        return
    start, end = _signature(run, sender)
    for line in run[start:end]:
        line.kind = signature
    _mark_sign_off(run[:start], sender, sign_off)


def mark_boilerplate(run: list[Line]) -> None:
    paragraphs = list(_paragraphs(run))
    for number, paragraph in enumerate(paragraphs):
        last = number == len(paragraphs) - 1
        if _is_boilerplate(paragraph) and not (number == 0 and last and not BOILERPLATE_LINE.match(paragraph[0].text)):
            for line in paragraph:
                line.kind = Kind.DISCLAIMER
        else:
            for line in paragraph:
                if BOILERPLATE_LINE.match(line.text) and line is paragraph[-1]:
                    line.kind = Kind.DISCLAIMER
    # Rules drawn around boilerplate go with it.
    for before, line in zip([None, *run], run, strict=False):
        rule = re.fullmatch(r"[-_=*#~\u2014]{5,}", line.text)
        if rule and line.kind is not Kind.DISCLAIMER:
            after = _next_said(run, line)
            if (after and after.kind is Kind.DISCLAIMER) or (before and before.kind is Kind.DISCLAIMER):
                line.kind = Kind.DISCLAIMER


def _next_said(run: Sequence[Line], line: Line) -> Line | None:
    at = bisect_right([other.start for other in run], line.start)
    return next((other for other in run[at : at + 3] if not other.blank), None)


def _paragraphs(run: Sequence[Line]) -> Iterator[list[Line]]:
    paragraph: list[Line] = []
    for line in run:
        if line.blank:
            if paragraph:
                yield paragraph
            paragraph = []
        else:
            paragraph.append(line)
    if paragraph:
        yield paragraph


def _is_boilerplate(paragraph: Sequence[Line]) -> bool:
    text = " ".join(line.text for line in paragraph)[:6_000]
    first = paragraph[0].text
    if BOILERPLATE_LINE.match(first) or LIST_FOOTER.search(first):
        return len(text) < 2_500
    words = {match[0].lower().split()[0][:8] for match in BOILERPLATE_WORDS.finditer(text)}
    return (len(words) >= 3 and len(text) >= 80) or (len(words) >= 5)


def _signature(run: Sequence[Line], sender: Address | None) -> tuple[int, int]:
    """Where the signature begins and ends among the lines of a message; empty if there is none."""
    size = len(run)
    signed = next((at for at, line in enumerate(run) if line.signed and not line.blank), size)
    if signed < size and size - signed <= 2 * MAX_SIGNATURE_LINES:
        return signed, size
    for at in range(size - 1, max(-1, size - 2 * MAX_SIGNATURE_LINES), -1):
        if re.fullmatch(r"--|\u2014|\u2013\u2013|__|\*\*", run[at].text):
            return at, size
    tail = _tail(run)
    sent_from = next((at for at in range(tail, size) if SENT_FROM.match(run[at].text)), size)
    block_end = sent_from
    while block_end > tail and run[block_end - 1].blank:
        block_end -= 1
    start, end = _block(run, tail, block_end, sender)
    if start < end:
        return start, size if sent_from < size else end
    return sent_from, size


def _tail(run: Sequence[Line]) -> int:
    """Where the last lines that are no prose begin."""
    at = len(run)
    said = 0
    while at > 0 and said < MAX_SIGNATURE_LINES:
        line = run[at - 1]
        if not line.blank:
            if _is_prose(line.text) or line.kind is not run[-1].kind:
                break
            said += 1
        elif at >= 3 and run[at - 2].blank and run[at - 3].blank:
            break
        at -= 1
    while at < len(run) and run[at].blank:
        at += 1
    return at


def _is_prose(text: str) -> bool:
    words = text.split()
    if len(words) < 5:
        return False
    if re.match(r"P\.?\s?S\.?[\s:,-]", text):
        return True
    facts = _facts(text)
    if len(text) > 120 and facts < 2:
        return True
    if text[-1:] in ".?!" and len(words) >= 5 and not COMPANY.search(text[-12:]):
        return True
    return len(words) >= (16 if facts else 9)


def _facts(text: str) -> int:
    """How many kinds of contact details a line holds."""
    return _reaches(text) + bool(WEB.search(text))


def _reaches(text: str) -> int:
    """How many ways to reach a person a line holds: phone numbers and mail addresses."""
    digits = sum(map(str.isdigit, text))
    phone = digits >= 7 and PHONE.search(text) is not None and not DATE.search(text)
    labelled = (digits >= 4 or "@" in text) and CONTACT_LABEL.search(text) is not None
    return phone + labelled + ("@" in text and EMAIL.search(text) is not None)


def _describes(text: str) -> bool:
    """Whether a short line reads like a job title, a company or an address."""
    return bool(JOB_TITLE.search(text) or COMPANY.search(text) or ADDRESS_LINE.search(text)) and len(text.split()) <= 10


_NAME = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau|Dipl|Ing|Mag|M|Mme)\.?[\s-]*){0,3}"
    r"[^\W\d_a-zß-öø-ÿ][\w.'’-]*(?:\s+(?:[^\W\d_a-zß-öø-ÿ][\w.'’-]*|\([^()]{2,20}\)|de|van|von|der|den|di|da|la|le|el|bin|zu|zur|af|av)){0,4}"
    r"(?:,?\s+(?:Ph\.?D\.?|MBA|CPA|Jr\.?|Sr\.?|Esq\.?|M\.?Sc\.?|B\.?A\.?|M\.?A\.?|II|III|CFA|P\.?E\.?))*"
)


def _is_name(text: str, sender: Address | None) -> bool:
    text = text.strip("-\u2013\u2014*_~ ").rstrip(",.")
    if not text or len(text) > 50:
        return False
    if sender and sender.name and _same_person(text, sender.name):
        return True
    return bool(_NAME.fullmatch(text)) and not SIGN_OFF_LINE.match(text)


def _same_person(text: str, name: str) -> bool:
    mine = set(re.findall(r"\w{2,}", name.lower()))
    theirs = re.findall(r"\w{2,}", text.lower())
    return bool(theirs) and len(theirs) <= 4 and all(word in mine for word in theirs)


def _sign_off(text: str) -> re.Match[str] | None:
    """A sign-off line, with a name behind it at most."""
    match = SIGN_OFF_LINE.match(text)
    if match is None or len(text) > 70:
        return None
    rest = match["rest"].strip()
    if not rest or (match["mark"] and len(rest.split()) <= 4) or _NAME.fullmatch(rest.rstrip(".,!")):
        return match
    return match if len(text.split()) <= 5 and len(match["phrase"].split()) >= 2 and rest[-1:] in "!.," else None


def _block(run: Sequence[Line], tail: int, end: int, sender: Address | None) -> tuple[int, int]:
    """Where the contact block of run[tail:end] starts and ends; empty if these lines are none."""
    signed_off = max((at for at in range(tail, end) if _sign_off(run[at].text)), default=None)
    low = tail if signed_off is None else signed_off + 1
    while low < end and run[low].blank:
        low += 1
    if low >= end:
        return end, end
    groups = _groups(run, low, end)
    # A short line or two may stand below the block ("Enclosure: ...").
    for _ in range(2):
        if len(groups) > 1 and groups[-1][1] - groups[-1][0] <= 2 and not _tells(run, *groups[-1]):
            groups.pop()
    start = end = groups[-1][1]
    for first, last in reversed(groups):
        if not _tells(run, first, last) and not (last - first <= 2 and _is_name(run[first].text, sender)):
            break
        start = first
    if start >= end:
        return end, end
    start = _first_of_block(run, start, end, sender, signed_off is not None)
    said = sum(not run[at].blank for at in range(start, end))
    reach = sum(_reaches(run[at].text) for at in range(start, end))
    described = sum(_describes(run[at].text) for at in range(start, end))
    named = start < end and _is_name(run[start].text, sender)
    if signed_off is not None:
        return (start, end) if reach or (described and said >= 2) else (end, end)
    if start == 0 and not (named and reach >= 2):
        return end, end  # the whole message is such lines: that is what it says
    if said >= 2 and ((named and (reach or described)) or (reach >= 2 and described and said <= 8)):
        return start, end
    return end, end


def _tells(run: Sequence[Line], first: int, last: int) -> bool:
    return any(_facts(run[at].text) or _describes(run[at].text) for at in range(first, last))


def _groups(run: Sequence[Line], low: int, high: int) -> list[tuple[int, int]]:
    groups: list[tuple[int, int]] = []
    first = None
    for at in range(low, high + 1):
        blank = at == high or run[at].blank
        if not blank and first is None:
            first = at
        elif blank and first is not None:
            groups.append((first, at))
            first = None
    return groups


def _first_of_block(run: Sequence[Line], start: int, end: int, sender: Address | None, signed_off: bool) -> int:
    """Begin at the name: a first name alone above the full block is still the sign-off."""
    at = start
    if not signed_off:
        while at < end and not (_is_name(run[at].text, sender) or _facts(run[at].text) or _describes(run[at].text)):
            at += 1
    following = at + 1
    while following < end and run[following].blank:
        following += 1
    alone = following < end and len(run[at].text.split()) == 1 and _is_name(run[at].text, sender)
    if alone and len(run[following].text.split()) >= 2 and _is_name(run[following].text, sender):
        first = run[at].text.strip("-,. ").lower()
        if following > at + 1 or first in run[following].text.lower():
            return following
    return at


def _mark_sign_off(run: Sequence[Line], sender: Address | None, kind: Kind) -> None:
    """A phrase such as "Best regards" and the name under it, at the end of the lines."""
    at = len(run)
    names = 0
    while at > 0:
        line = run[at - 1]
        if line.blank:
            at -= 1
        elif _sign_off(line.text):
            if not names and not any(not above.blank for above in run[: at - 1]):
                return  # "Thanks" or "tak" alone is what the mail says
            for marked in run[at - 1 :]:
                marked.kind = kind
            return
        elif (names < 2 and _is_name(line.text, sender)) or (names == 0 and len(line.text) <= 12):
            names += 1
            at -= 1
        else:
            break
    named = [line for line in run[at:] if not line.blank]
    if len(named) == 1 and _is_name(named[0].text, sender) and at > 0:
        named[0].kind = kind


def _is_file_line(text: str) -> bool:
    """How mail programs list attachments at the end of a text."""
    return bool(
        re.fullmatch(r"(?:[-*]\s*|<{1,2}|\[|\(See attached file:\s*)[^<>\[\]]{1,120}\.\w{1,5}(?:>{1,2}|\]|\))?", text)
    )
