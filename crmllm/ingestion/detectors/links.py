"""Links that nobody should follow: schemes that run code, addresses that say one thing and go elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmllm.ingestion.detectors.domains import registered

_LINK = re.compile(r"(?<!\w)(?:https?://|javascript:|vbscript:|data:text/|file://)[^\s<>\"]{2,2000}", re.IGNORECASE)
_UNSAFE = frozenset("javascript vbscript livescript data file blob mhtml ms-msdt search-ms ms-officecmd".split())
_WEB = re.compile(r"https?:/*([^/?#\\]*)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|\d{7,10}|0x[0-9a-f]{6,8}|\[[0-9a-f:.]+\])(?::\d+)?", re.IGNORECASE)
_SHOWN = re.compile(r"(?:https?://)?((?:[\w-]{1,63}\.){1,5}[a-z]{2,24})(?:[/?#:]\S*)?", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]+")
_MOST = 200


def places(text: str) -> Iterator[tuple[int, int]]:
    """The links that are written out in a text."""
    for number, match in enumerate(_LINK.finditer(text)):
        if number >= _MOST:
            return
        yield match.start(), match.start() + len(match[0].rstrip(".,;:!?)'»”"))


def host(address: str) -> str:
    """The host that a web address leads to, in lower case; empty for what is none."""
    match = _WEB.match(_BLANKS.sub("", address))
    return match[1].rpartition("@")[2].partition(":")[0].casefold() if match else ""


def is_unsafe(address: str) -> bool:
    """Whether an address runs code, holds a page itself, leads to a number, or hides its host behind another name."""
    bare = _BLANKS.sub("", address)
    scheme, colon, _ = bare.partition(":")
    if colon and scheme.casefold() in _UNSAFE:
        return True
    match = _WEB.match(bare)
    return match is not None and ("@" in match[1] or _NUMBER.fullmatch(match[1]) is not None)


def pretends(address: str, shown: str) -> bool:
    """Whether the words of a link are an address of another domain than the one that it leads to."""
    match = _SHOWN.fullmatch(shown.strip())
    goes_to = host(address)
    return match is not None and bool(goes_to) and registered(match[1]) != registered(goes_to)
