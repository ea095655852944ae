"""Domains that look like one that we know: other letters of the same shape, swapped letters, another script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_DOMAIN = re.compile(r"(?<![\w.-])(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{2,58})(?![\w-])")
#: Second-level names under which companies register: acme.co.uk.
_SHARED = frozenset("co com org net ac gov edu or ne gob nom".split())
#: Letters of other scripts, and digits, by the Latin letter that they are read as.
_ALIKE = str.maketrans(
    dict(
        zip(
            "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u04bb\u04cf\u051b\u051d",
            "aeopcyxisjdhlqw",
            strict=True,
        )
    )
    | dict(zip("\u043a\u043c\u0442\u0432\u043d\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c4", "kmtbhaopvikt", strict=True))
    | dict(zip("0135|\u0131\u0142\u00f8\u0111", "olesliold", strict=True))
)
_SHORTEST = 5
_MOST_PLACES = 200


def registered(domain: str) -> str:
    """The part of a domain that somebody registered: acme.co.uk of mail.acme.co.uk."""
    labels = domain.casefold().strip(".").split(".")
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED
    return ".".join(labels[-3 if deep else -2 :])


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """The domains that a text names, in links and addresses too."""
    for number, match in enumerate(_DOMAIN.finditer(text)):
        if number >= _MOST_PLACES:
            return
        yield match.start(), match.end(), match[0]


class Known:
    """The domains of our accounts and of ourselves, ready to be compared with."""

    def __init__(self, known: Iterable[str], free: Iterable[str] = ()) -> None:
        self._known = {registered(one) for one in known if "." in one}
        self._free = frozenset(free)
        self._shapes = {_shape(one): one for one in self._known}
        self._letters = {_letters(one): one for one in self._known}

    def holds(self, domain: str) -> bool:
        """Whether a domain is one of ours or of an account, or one that everybody may write from."""
        return registered(domain) in self._known or domain.casefold() in self._free

    def lookalike(self, domain: str) -> str:
        """The known domain that this one could be taken for; empty if it is known itself or like none."""
        own = registered(domain)
        if own in self._known or len(own.partition(".")[0]) < _SHORTEST:
            return ""
        return self._shapes.get(_shape(own)) or self._letters.get(_letters(own)) or ""


def _shape(domain: str) -> str:
    """What an eye in a hurry sees of a domain: `n0rthmoor`, `northrnoor` and `northmoor` are one."""
    name, _, ending = _spelled(domain).partition(".")
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_ALIKE)
    plain = "".join(char for char in plain if not unicodedata.combining(char) and char != "-")
    plain = plain.replace("rn", "m").replace("vv", "w").replace("i", "l")
    return re.sub(r"(.)\1+", r"\1", plain) + "." + ending


def _letters(domain: str) -> str:
    """First, last and sorted letters: the same for `nortmhoor` and `northmoor`."""
    name, _, ending = domain.partition(".")
    return f"{name[:1]}{''.join(sorted(name[1:-1]))}{name[-1:]}.{ending}"


def _spelled(domain: str) -> str:
    """A domain with its letters as they are shown: xn--… written out."""
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
