"""What a classifier sees of a text: its sentence embeddings, and a few things that rules count.

In English two embeddings stand side by side, since each tells apart what the other does not, and signs that are made of
English words. In other languages it is the one embedding that knows them, and what rules count in every language.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from crmllm.extraction.classify import encoder
from crmllm.extraction.rules import requests, sentiment
from crmllm.extraction.rules.text import flat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ENGLISH = "en"
MOOD = "sentiment"
# The places of the question's first word and of waiting times among the cues: both are made of English words.
_ENGLISH_CUES = frozenset({9, 10})
MOST_OF_A_SIDE = 3.0
# What the embedding cannot read, or reads as a subject: whom it is sent to, links, faces.
_LINK, _TO_WHOM, _TAG = re.compile(r"https?://\S+"), re.compile(r"(?:^|(?<=\s))@\w+[:,]?\s*"), re.compile(r"#(\w+)")
_INNER_CAPITAL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
_SMILE, _FROWN = re.compile(r"[:;]-?[)D](?!\w)|\(:"), re.compile(r":-?[(/](?!\w|/)")
_FACES = {
    "😊": "happy", "😀": "happy", "😃": "happy", "😄": "happy", "🙂": "happy", "👍": "great", "❤": "love",
    "💕": "love", "😍": "love", "👏": "great", "🎉": "great", "😂": "lol", "😒": "annoyed", "😩": "annoyed",
    "😡": "angry", "😠": "angry", "😤": "angry", "😢": "sad", "😭": "sad", "😞": "sad",
    "👎": "bad", "🙅": "no", "🙏": "please",
}  # fmt: skip
# What tells a request from an advertisement, a footer, a courtesy or a report, each sign 0 or 1.
_SIGNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\byou(?:r|rs)?\b",
        r"\b(?:i|we|me|us|my|our)\b",
        r"^(?:he|she|they|it|this|that|there|the|a|an|all|some)\b",
        r"\b(?:click|link|unsubscribe|newsletter|e-?mails? from|free|save|offer|sign up|subscri\w+|http|www|account|"
        r"password|settings|website|visit)\b",
        r"^(?:if|should) you\b.{0,25}\b(?:question|need|would|prefer|wish|want|like|no longer|help)",
        r"\bplease\b",
        r"\b(?:let me know|tell me|call me|send me|give me|get back|advise|confirm|thoughts|comments?|feedback|"
        r"input)\b",
        r"\b(?:i'll|i will|i am going|i'm going|i should|i have to|we will|we'll)\b",
        r"\b(?:look(?:ing)? forward|hope|thank|thanks|happy to|glad)\b",
        r"\b(?:monday|tuesday|wednesday|thursday|friday|tomorrow|today|next week|\d+ ?(?:am|pm|:\d\d))\b",
        r"\b(?:could|can|would|will) you\b",
        r"\b(?:asked|told|said|wanted|was|were|had|did|called)\b",
        r"\b(?:do not|don't) hesitate|feel free\b",
        r"^(?:who|what|when|where|which|how|is|are|do|does|did|can|could|would|will|have|has)\b",
        r"\b(?:let's|shall we|we should|we need|how about|what about|works for me|is good for me|available)\b",
        r"attached|enclosed",
        r"\d\d+|\$",
    )
)
_THANKS = re.compile(r"\b(?:thank|thanks|thx|danke|dank|merci|gracias|grazie|bedankt|obrigad|dzieki|dziekuj)")
_NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|nothing|nicht|kein|nie|ne|pas|aucun|sin|non|nessun|niet|geen|nao|sem)\b|n't\b"
)
_QUESTION = re.compile(
    r"^(?:@\w+[ ,:]*)*(?:hi|hey|hello|so|and|but|ok)?[ ,]*(?:who|what|when|where|which|how|why|do|does|did|is|are|can|"
    r"could|will|would|have|has|any|should|may)\b"
)
_LONG_WAIT = re.compile(
    r"\b\d+ ?(?:min|minute|hour|hr|h|day|week|month|stunde|tag|woche|heure|jour|semaine|hora|dia)s?n?\b"
)


def cues(text: str, tongue: str = ENGLISH) -> list[float]:
    """Signs of mood and of a request, each between about -1 and 1; those of `_ENGLISH_CUES` mean nothing elsewhere."""
    folded = flat(text)
    score = sentiment.score(text, tongue)
    mood, sure = sentiment.read(text, tongue)
    sign = {"positive": 1.0, "negative": -1.0}.get(mood, 0.0)
    return [
        max(-3.0, min(3.0, score)) / 3,
        sign * sure,
        requests.asks(text),
        float("?" in text),
        float(text.rstrip().endswith("?")),
        min(text.count("!"), 3) / 3,
        min(text.count("?"), 3) / 3,
        float(bool(_THANKS.search(folded))),
        float(bool(_NEGATION.search(folded))),
        float(bool(_QUESTION.search(folded))),
        float(bool(_LONG_WAIT.search(folded))),
        min(len(folded.split()), 60) / 60,
    ]


def sides(text: str, tongue: str = ENGLISH) -> list[float]:
    """What the words of praise and those of complaint weigh, each by itself, and which of them comes last."""
    hits = sentiment.hits(text, tongue)
    praise = sum(one.weight for one in hits if one.weight > 0)
    complaint = -sum(one.weight for one in hits if one.weight < 0)
    return [
        min(praise, MOST_OF_A_SIDE) / MOST_OF_A_SIDE,
        min(complaint, MOST_OF_A_SIDE) / MOST_OF_A_SIDE,
        float(praise > 0),
        float(complaint > 0),
        float(praise > 0 and complaint > 0),
        hits[-1].weight if hits else 0.0,
    ]


def signs(text: str) -> list[float]:
    """What kind of sentence it is, sign by sign."""
    folded = flat(text)
    return [float(bool(sign.search(folded))) for sign in _SIGNS] + [min(len(folded) / 200, 2.0)]


def plain(text: str) -> str:
    """A public message in words: without whom it is sent to and links; tags and faces as words."""
    words = _TO_WHOM.sub("", _LINK.sub("", html.unescape(text)))
    words = _TAG.sub(lambda tag: _INNER_CAPITAL.sub(" ", tag[1]), words)
    words = _FROWN.sub(" sad ", _SMILE.sub(" happy ", words)).replace("<3", " love ")
    words = "".join(f" {_FACES[char]} " if char in _FACES else char for char in words)
    return " ".join(words.split()) or "."


def english(task: str, texts: Sequence[str]) -> NDArray[Any]:
    """Both embeddings and what rules see of it side by side, one row a text. Raises EmbeddingUnavailable."""
    import numpy as np

    from crmllm.llm.embedding import embed

    seen, more = _seen(task, texts), sides if task == MOOD else signs
    counted = np.asarray([cues(text) + more(text) for text in seen], dtype=np.float32)
    return np.hstack([np.asarray(embed(seen), dtype=np.float32), encoder.vectors(seen), counted])


def anywhere(task: str, texts: Sequence[str], tongues: Sequence[str]) -> NDArray[Any]:
    """The embedding that knows many languages, and what rules count in each of them, one row a text."""
    import numpy as np

    seen = _seen(task, texts)
    counted = np.asarray([_counted(task, *pair) for pair in zip(seen, tongues, strict=True)], dtype=np.float32)
    return np.hstack([encoder.vectors(seen), counted])


def _seen(task: str, texts: Sequence[str]) -> list[str]:
    return [plain(text) for text in texts] if task == MOOD else list(texts)


def _counted(task: str, text: str, tongue: str) -> list[float]:
    everywhere = [value for place, value in enumerate(cues(text, tongue)) if place not in _ENGLISH_CUES]
    return everywhere + (sides(text, tongue) if task == MOOD else [])
