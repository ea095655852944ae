"""The customer's mood: words of praise and complaint in the text's own language, with what turns or weighs them.

A courtesy ("thanks in advance", "if there are any problems") shows no mood, and neither does a fault that is only
reported. Who complains says more: that it happens again, that nobody answers, what they feel, what they will do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crmllm.extraction.rules import language
from crmllm.extraction.rules.mood_words import LEXICON
from crmllm.extraction.rules.text import Piece, mask, phrases, run, sentences

# Weights of words and faces.
STRONG, MILD, FACE, FAULT = 1.0, 0.45, 0.35, 0.25
# Faults alone tell of a repair, however many of them a mail names.
MOST_OF_FAULTS = 0.35
CURT_TEXT, SHORT_TEXT = 170, 300


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of words that shows a mood, and how much: above zero praise, below complaint."""

    start: int
    end: int
    weight: float
    fault: bool = False


# A wait or a silence counted in weeks tells displeasure by itself; so does the time that is lost.
_LONG = re.compile(
    r"\b(?:waiting|waited|wait|warten|gewartet|attend\w*|esper\w+|llevamos|wachten|gewacht|aspett\w+|on hold|"
    r"a espera)\b"
    r"[^.!?;]{0,40}\b(?:weeks?|months?|hours?|days|wochen?|monate?n?|stunden?|tagen?|semaines?|mois|heures?|jours|"
    r"semanas?|"
    r"mes(?:es)?|horas?|dias|weken|maand(?:en)?|uur|uren|dagen|settiman\w|mesi|ore|giorni)\b"
)
_SMILE = re.compile(r"[:;]-?[)D](?!\w)|<3")
_FROWN = re.compile(r":-?[(/](?!\w|/)")
# A line with nothing but thanks or wishes closes a letter.
_CLOSING = re.compile(
    r"^[ \t]*(?:(?:all the )?best|cheers|(?:many |best )?thanks?(?: you)?(?: very much| so much| again)?|"
    r"(?:vielen |besten )?dank(?:e)?|merci(?: beaucoup)?|(?:muchas )?gracias|grazie(?: mille)?|"
    r"(?:alvast |hartelijk )?(?:be)?dank(?:t)?|(?:muito )?obrigad[oa])[ ,.!]*$",
    re.MULTILINE | re.IGNORECASE,
)
_SHOUT = re.compile(r"!{2,}|\?!|!\?")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The compiled words of one language, each kind with its weight."""

    kinds: tuple[tuple[float, re.Pattern[str]], ...]
    courtesy: re.Pattern[str]
    negation: re.Pattern[str]
    more: re.Pattern[str]
    less: re.Pattern[str]
    condition: re.Pattern[str]


@lru_cache(maxsize=len(LEXICON))
def _patterns(tongue: str) -> _Patterns:
    words = LEXICON[tongue]

    def before(listed: str, within: int) -> re.Pattern[str]:
        """The words where at most a few others stand between them and the end."""
        return re.compile(rf"(?:{phrases(listed).pattern})(?:[ ']+[\w'-]+){{0,{within}}}[ '\"]*$")

    return _Patterns(
        kinds=(
            (STRONG, phrases(words.praise)),
            (MILD, phrases(words.liking)),
            (-STRONG, phrases(words.complaint)),
            (-MILD, phrases(words.dislike)),
            (-FAULT, phrases(words.fault)),
        ),
        courtesy=phrases(words.courtesy),
        negation=before(words.negation, 2),
        more=before(words.more, 0),
        less=before(words.less, 1),
        condition=before(words.condition, 6),
    )


def _tongue(text: str) -> str:
    """The language to judge in: English where none is seen or none is known."""
    tongue, _ = language.detect(text)
    return tongue if tongue in LEXICON else "en"


@lru_cache(maxsize=64)
def hits(text: str, tongue: str = "") -> tuple[Hit, ...]:
    """Every stretch of words that shows a mood, in order; each distinct wording counts once.

    `tongue` is the language where it is known already.
    """
    known = _patterns(tongue if tongue in LEXICON else _tongue(text))
    found = [
        Hit(match.start(), match.end(), weight)
        for pattern, weight in ((_SMILE, FACE), (_FROWN, -FACE))
        if (match := pattern.search(text)) is not None
    ]
    seen: set[str] = set()
    told = mask(text, (match.span() for match in _CLOSING.finditer(text)))
    for sentence in sentences(told):
        found += _in_sentence(sentence, known, seen)
    return tuple(sorted(found, key=lambda one: one.start))


def _in_sentence(sentence: Piece, known: _Patterns, seen: set[str]) -> list[Hit]:
    folded = known.courtesy.sub(lambda match: "\x1f" * len(match.group()), run(sentence.text))
    asks = folded.rstrip().endswith("?")
    taken: list[tuple[int, int]] = []
    found: list[Hit] = []
    matches = [(match, weight) for weight, pattern in known.kinds for match in pattern.finditer(folded)]
    for match, weight in sorted(matches, key=lambda one: one[0].start() - one[0].end()):  # the longest wording counts
        start, end = match.span()
        if match.group() in seen or any(start < last and first < end for first, last in taken):
            continue
        taken.append((start, end))
        seen.add(match.group())
        value = _weighed(weight, folded[max(0, start - 60) : start], known, asks)
        if value:
            found.append(Hit(sentence.start + start, sentence.start + end, value, weight == -FAULT))
    if (wait := _LONG.search(folded)) is not None:
        found.append(Hit(sentence.start + wait.start(), sentence.start + wait.end(), -STRONG))
    return found


def _weighed(weight: float, before: str, known: _Patterns, asks: bool) -> float:
    """A word's weight after what stands before it: negations turn praise and take away complaint."""
    if weight == -FAULT and (asks or known.condition.search(before)):
        return 0.0  # a fault that is asked about or only thinkable
    if known.negation.search(before):
        return -1.2 * weight if weight > 0 else -0.3 * weight
    if known.more.search(before):
        return weight * 1.5
    return weight * 0.5 if known.less.search(before) else weight


def score(text: str, tongue: str = "") -> float:
    """Praise minus complaint; faults count little however many there are, shouting lifts a complaint."""
    found = hits(text, tongue)
    faults = [one.weight for one in found if one.fault]
    # A short message that names three faults is about little else.
    most = STRONG if len(faults) > 2 and len(text) < SHORT_TEXT else MOST_OF_FAULTS
    total = sum(one.weight for one in found if not one.fault) + max(sum(faults), -most)
    return total * 1.2 if total < 0 and _SHOUT.search(text) else total


def read(text: str, tongue: str = "") -> tuple[str, float]:
    """positive, neutral or negative, and how sure."""
    value = score(text, tongue)
    # One word sets the mood of a short message, not of a long one.
    limit = 0.4 if len(text) < CURT_TEXT else 0.6 if len(text) < SHORT_TEXT else 0.8
    if value <= -limit:
        return "negative", min(0.92, 0.6 + 0.08 * -value)
    if value >= limit:
        return "positive", min(0.9, 0.58 + 0.08 * value)
    return "neutral", max(0.4, 0.62 - 0.15 * abs(value))


def evidence(text: str, mood: str, tongue: str = "", most: int = 3) -> list[tuple[int, int]]:
    """The places of the words that show a mood most, in order; none for a neutral text."""
    sign = {"positive": 1.0, "negative": -1.0}.get(mood, 0.0)
    shown = sorted((one for one in hits(text, tongue) if one.weight * sign > 0), key=lambda one: -abs(one.weight))[
        :most
    ]
    return sorted((one.start, one.end) for one in shown)
