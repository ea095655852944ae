"""Words, lines and sentences with their places; folding that makes comparison fair."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

# Abbreviations whose full stop ends no sentence.
_ABBREVIATIONS = frozenset(
    """
    dr prof mr mrs ms st nr no inc ltd corp co jr sr vs etc approx ca bzw z.b inkl exkl zzgl usw evtl ggf tel fa hr
    fr str sig dott ing mme mlle sra srta dra dna av env art dhr mevr bv nv ref fig mio mrd mln tsd i.d.r d.h u.a szt
    stk pcs
    stuks wg ul exa exas ilmo exmo exmos godz dyr ltg pos poz lic arq avv rag jan feb
    mar apr jun jul aug sep sept oct okt nov dec dez subj resp dept e.g i.e p.a excl incl bijv evt n tél telef
    """.split()
)
_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*(?=\s|$)|\n[ \t]*\n+|\n(?=[ \t]*(?:[-*•–·▪►]|\d{1,2}[.)])[ \t])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text with its place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One find of a rule: canonical value, place, how sure, and which rule says so."""

    field: str
    value: str
    start: int
    end: int
    confidence: float
    rule: str


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Case, accents, ligatures and width removed: for comparing, never for showing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _flat_char(char: str) -> str:
    base = unicodedata.normalize("NFKD", char)[:1].lower()[:1]
    return {
        "ß": "s",
        "ø": "o",
        "ł": "l",
        "æ": "a",
        "œ": "o",
        "’": "'",
        "‘": "'",
        "´": "'",
        "\u00a0": " ",
    }.get(base, base) or char


_FLAT = {code: _flat_char(chr(code)) for code in range(0x80, 0x2100)}


@lru_cache(maxsize=1024)
def flat(text: str) -> str:
    """Like `fold` but one character for one character, so that places found in it hold in the text."""
    lowered = text.lower()
    return (lowered if len(lowered) == len(text) else "".join(char.lower()[:1] for char in text)).translate(_FLAT)


def run(text: str) -> str:
    """`flat` text of one sentence with its line breaks as spaces: mails are wrapped anywhere."""
    return flat(text).replace("\n", " ")


@lru_cache(maxsize=8192)
def letters(text: str) -> str:
    """Only the folded letters and digits, as in a domain name."""
    return "".join(char for char in fold(text) if char.isalnum())


def trimmed(text: str, start: int, end: int, extra: str = "") -> Piece:
    """The stretch without white space and the `extra` characters at both ends."""
    while start < end and (text[start].isspace() or text[start] in extra):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in extra):
        end -= 1
    return Piece(start, end, text[start:end])


def lines(text: str, start: int = 0, end: int | None = None) -> Iterator[Piece]:
    """The lines between two places, trimmed, empty ones included."""
    limit = len(text) if end is None else end
    position = start
    while position < limit:
        stop = text.find("\n", position, limit)
        stop = limit if stop < 0 else stop
        yield trimmed(text, position, stop)
        position = stop + 1


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Piece]:
    """Sentences between two places: full stops that end none, paragraphs and list items respected."""
    limit = len(text) if end is None else end
    found: list[Piece] = []
    position = start
    for match in _SENTENCE_END.finditer(text, start, limit):
        if match.group().startswith(".") and not _ends_sentence(text, match.start(), match.end(), limit):
            continue
        _keep(found, text, position, match.end())
        position = match.end()
    _keep(found, text, position, limit)
    return found


_UNITS = frozenset({"h", "m", "g", "l", "t"})
_MONTH_BEFORE = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|"
    r"Jul|"
    r"Aug|Sept?|Oct|Nov|Dec)\.?\s+$"
)


# Words that begin a sentence and never follow an ordinal: "on the 5th" is "el día 5. Les ruego ...".
_OPENERS = frozenset(
    """
    i we you they he she it please could can the this that our my wir ich ihr bitte konnten konnen das die der es
    ist nous je vous on il elle merci pouvez pourriez les le la los nos me mi su por si no ya hemos puede pueden
    podria podrian vi ci per non se abbiamo potete potrebbe wij ik graag kunt kunnen kun zou het dat de os as nao
    poderia poderiam podem temos prosze prosimy czy mamy zwracamy
    zwracam wnosimy solicitamos rogamos pedimos agradecemos exigimos chiediamo preghiamo veuillez wilt wenden
    """.split()
)
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)")


@lru_cache(maxsize=64)
def _writes_small(text: str) -> bool:
    """Whether the writer begins sentences with small letters, as on a telephone."""
    small = len(re.findall(r"[^\W\d_]{4,}[.!?] +[a-zà-ž]", text))
    return small >= 2 and small >= 2 * len(re.findall(r"[^\W\d_]{4,}[.!?] +[A-ZÀ-Ž]", text))


def _ends_sentence(text: str, dot: int, after: int, limit: int) -> bool:
    word_start = dot
    while word_start > 0 and not text[word_start - 1].isspace() and text[word_start - 1] not in "(":
        word_start -= 1
    word = text[word_start:dot].casefold()
    rest = text[after : min(limit, after + 3)].lstrip(" \t")
    if word in _UNITS and text[max(0, word_start - 2) : word_start].strip().isdigit():
        return not rest[:1].islower()  # "at 8 h. Call me"
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return rest.startswith("\n")
    if word.isdigit() and len(word) <= 2 and _MONTH_BEFORE.search(text[max(0, word_start - 12) : word_start]):
        return not rest[:1].islower()  # "by March 15. We ..."
    if word.isdigit() and len(word) <= 2:  # "15. March" and list numbers
        next_word = _NEXT_WORD.match(text, after, limit)
        opens = next_word is not None and next_word[1][0].isupper() and fold(next_word[1]) in _OPENERS
        return not rest or rest.startswith("\n") or (opens and text[:word_start].rstrip()[-1:].isalpha())
    if rest[:1].islower() and len(word) > 3 and word.isalpha():
        return _writes_small(text)
    return not rest[:1].islower()


def _keep(found: list[Piece], text: str, start: int, end: int) -> None:
    piece = trimmed(text, start, end)
    if piece.text:
        found.append(piece)


def mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with the given places blanked, all offsets kept."""
    chars = list(text)
    for start, end in spans:
        for index in range(start, min(end, len(chars))):
            if chars[index] != "\n":
                chars[index] = " "
    return "".join(chars)


def words(text: str) -> list[str]:
    """Folded words and numbers, in order."""
    return re.findall(r"\w+", fold(text))


@lru_cache(maxsize=512)
def phrase_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern over `flat` text for many phrases, each as whole words; a trailing `*` leaves a word's end open."""
    parts = []
    for phrase in sorted(phrases, key=len, reverse=True):
        one = [re.escape(flat(word.rstrip("*"))) + (r"\w*" if word.endswith("*") else "") for word in phrase.split()]
        parts.append(r"\s+".join(one))
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")


def phrases(listed: str) -> re.Pattern[str]:
    """A pattern from a list of phrases divided by semicolons and line ends."""
    return phrase_pattern(tuple(part.strip() for part in re.split(r"[;\n]", listed) if part.strip()))
