"""Bytes to text when the declared charset is right, missing, unknown or a lie, and the canonical form of text.

Every offset that the product keeps counts code points of the canonical form made here.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

# Labels seen in mail that Python's codecs don't know, or know as something narrower than what senders mean by them.
_ALIASES = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-utf-8": "utf-8",
    "cp-850": "cp850",
    "big5": "big5hkscs",
}
# Codecs that are no mail charset: some are slow on hostile input, some run escapes.
_FORBIDDEN = {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
_GUESS_SAMPLE = 16_384
_GUESSED = ["cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "gb18030", "big5", "cp932", "euc_jp", "cp949"]
# Letters of Central Europe, read as Western: "za\xbf\xf3\xb3\xe6" becomes "za¿ó³æ".
_CENTRAL_EUROPEAN = re.compile(r"[^\W\d_][¿³¹œŸ][^\W\d_]|[^\W\d_][³¹¿]\b")
_LONGEST_LABEL = 40

_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n"} | {127: None}
_NEWLINES = re.compile("\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Invisible characters that carry no meaning in a mail: zero width, soft hyphen, bidi control, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]"
)
# They choose among the shapes of one ideograph; behind anything else they can only carry hidden words.
_STRAY_SELECTOR = re.compile("(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]+")
# Joiners are needed by some scripts and by emoji, but never beside ASCII.
_MARKS = re.compile(r"[^\w\s\x00-\u02ff]{31,}")
_MOST_MARKS = 30
_STRAY_JOINER = re.compile("(?:^|(?<=[\x00-\x7f]))[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\x7f]|$)")


def codec_name(label: str | None) -> str | None:
    """The Python codec for a charset label from a message, or None if there is none that we use."""
    if not label:
        return None
    key = label.strip().strip("\"'").split("*")[0].lower()[:_LONGEST_LABEL]
    try:
        name = codecs.lookup(_ALIASES.get(key, key)).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if name.replace("_", "-") in _FORBIDDEN else name


def decode(data: bytes, label: str | None) -> tuple[str, str | None]:
    """Text of `data`, and a sentence if the declared charset could not be used as it is."""
    codec = codec_name(label)
    if data.isascii() and codec in (None, "cp1252", "utf-8"):
        return data.decode("ascii"), None
    if codec and codec != "cp1252":
        text = _strictly(data, codec)
        if text is not None:
            return text, None
    named = bool(label and label.strip())
    defect = f"The charset {_printable(label)} could not be used; another was guessed." if named and label else None
    text = _strictly(data, "utf-8")
    if text is not None:
        # UTF-8 under a one-byte label is never an accident: it fits no other charset by chance.
        return text, None if codec == "cp1252" else defect
    if codec == "cp1252" and label and "ascii" not in label.lower():
        return _windows(data), None
    if codec and _mostly_fits(data, codec):
        return data.decode(codec, "replace"), f"Some bytes are not valid in the charset {_printable(label)}."
    return _guessed(data), defect


def _guessed(data: bytes) -> str:
    """Text in the likeliest of the charsets that mail is written in."""
    guess = from_bytes(data[:_GUESS_SAMPLE], cp_isolation=_GUESSED).best()
    western = _windows(data)
    if guess is None or (guess.encoding == "cp1250" and not _CENTRAL_EUROPEAN.search(western)):
        # The guesser can't tell the two apart in short texts, and Western European mail is far more common.
        return western
    text = _strictly(data, guess.encoding)
    return western if text is None else text


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _windows(data: bytes) -> str:
    """Windows-1252, with its five unused bytes read as Latin-1: never fails, loses nothing."""
    return _strictly(data, "cp1252") or data.decode("latin-1")


def _mostly_fits(data: bytes, codec: str) -> bool:
    try:
        sample = data[:_GUESS_SAMPLE].decode(codec, "replace")
    except (UnicodeError, LookupError, ValueError):
        return False
    return sample.count("\ufffd") * 20 <= len(sample)


def _printable(label: str | None) -> str:
    return ascii((label or "")[:_LONGEST_LABEL])


def canonical(text: str) -> tuple[str, str]:
    """The canonical form of text, and the invisible characters that were taken out of it.

    Line ends become LF, control characters go (databases refuse NUL), composed letters are used (NFC), invisible
    characters go. Everything else stays as its author wrote it.
    """
    if "\r" in text or not text.isprintable():
        text = _NEWLINES.sub("\n", text).translate(_CONTROLS)
    if text.isascii():
        return text, ""
    text = _MARKS.sub(_without_heaps, _SURROGATES.sub("\ufffd", text))
    text = unicodedata.normalize("NFC", text)
    removed = "".join(_INVISIBLE.findall(text))
    if removed:
        text = _INVISIBLE.sub("", text)
    if selectors := "".join(_STRAY_SELECTOR.findall(text)):
        text, removed = _STRAY_SELECTOR.sub("", text), removed + selectors
    return _STRAY_JOINER.sub("", text), removed


def _without_heaps(match: re.Match[str]) -> str:
    """No letter has more than a few marks; heaps of them make normalising take quadratic time."""
    kept: list[str] = []
    marks = 0
    for char in match[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def spelled(invisible: str) -> str:
    """What invisible characters say: letters hidden in tag characters, or how many there are."""
    tags = "".join(chr(ord(char) - 0xE0000) for char in invisible if 0xE0020 <= ord(char) < 0xE007F)
    return tags or f"{len(invisible)} invisible characters"
