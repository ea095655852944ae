"""The judgements: mood of a text, and whether a sentence asks for something.

English has classifiers of its own; those for other languages learned from the same English sentences through an
embedding that many languages share. What that does not know is judged by the rules, which have words for some of it;
English falls to the others' classifier where its own embedding is not installed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmllm.extraction.classify import encoder, features
from crmllm.extraction.classify.features import ENGLISH
from crmllm.extraction.rules import language, requests, sentiment
from crmllm.llm.embedding import EmbeddingUnavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS = Path(__file__).with_name("weights")
# What the rules alone take for a request.
_ASKING = 0.5
_SURE_OF_LANGUAGE = 0.6


@dataclass(frozen=True, slots=True)
class Judgement:
    """One class, how probable it is, and who says so."""

    value: str
    confidence: float
    by: str


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression: one row of coefficients a class. With landmarks, it weighs how near a text is to each of
    them (Gaussian, of that width) and not what it holds."""

    classes: tuple[str, ...]
    coefficients: NDArray[Any]
    intercepts: NDArray[Any]
    version: str
    landmarks: NDArray[Any] | None = None
    width: float = 0.0

    def probabilities(self, rows: NDArray[Any]) -> NDArray[Any]:
        """One row of probabilities a text."""
        import numpy as np

        if self.landmarks is not None:
            squares = (rows**2).sum(axis=1)[:, None] + (self.landmarks**2).sum(axis=1)
            rows = np.exp(-self.width * np.maximum(squares - 2 * rows @ self.landmarks.T, 0.0))
        scores = rows @ self.coefficients.T + self.intercepts
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: NDArray[Any] = powers / powers.sum(axis=1, keepdims=True)
        return shares


def sentiments(texts: Sequence[str]) -> list[Judgement]:
    """positive, neutral or negative for each text."""
    return _judged("sentiment", texts, sentiment_by_rules)


def asking(texts: Sequence[str]) -> list[Judgement]:
    """yes or no for each sentence: does it ask its reader for something?"""
    return _judged("asks", texts, asking_by_rules)


def sentiment_by_rules(text: str) -> Judgement:
    """The mood by words of praise and complaint alone."""
    return Judgement(*sentiment.read(text), by="rules")


def asking_by_rules(text: str) -> Judgement:
    """Whether the rules know a sentence's words as those of a request."""
    sure = requests.asks(text)
    return Judgement("yes", sure, "rules") if sure >= _ASKING else Judgement("no", 1 - sure, "rules")


def _judged(task: str, texts: Sequence[str], by_rules: Callable[[str], Judgement]) -> list[Judgement]:
    judged = [by_rules(text) for text in texts]
    tongues = [_tongue(text) for text in texts]
    english = [place for place, tongue in enumerate(tongues) if tongue == ENGLISH]
    others = [place for place, tongue in enumerate(tongues) if tongue != ENGLISH and tongue in encoder.TONGUES]
    for places, ask in ((english, _in_english), (others, _anywhere)):
        if places:
            found = ask(task, [texts[place] for place in places], [tongues[place] for place in places])
            for place, one in zip(places, found, strict=True):
                judged[place] = one
    return judged


def _in_english(task: str, texts: list[str], tongues: list[str]) -> list[Judgement]:
    try:
        rows = features.english(task, texts)
    except EmbeddingUnavailable:
        return _anywhere(task, texts, tongues)
    return _verdicts(task, rows)


def _anywhere(task: str, texts: list[str], tongues: list[str]) -> list[Judgement]:
    return _verdicts(anywhere(task), features.anywhere(task, texts, tongues))


def _verdicts(name: str, rows: NDArray[Any]) -> list[Judgement]:
    known = weights(name)
    best = [(int(row.argmax()), float(row.max())) for row in known.probabilities(rows)]
    return [Judgement(known.classes[place], round(share, 3), "classifier") for place, share in best]


def anywhere(task: str) -> str:
    """What the weights of a task for all languages but English are called."""
    return f"{task}-anywhere"


def _tongue(text: str) -> str:
    """The language of a text; English where it is too short to tell."""
    tongue, sure = language.detect(text)
    return ENGLISH if tongue == "" or sure < _SURE_OF_LANGUAGE else tongue


@lru_cache(maxsize=8)
def weights(task: str) -> Weights:
    """The shipped weights of a task."""
    import numpy as np

    data = json.loads((WEIGHTS / f"{task}.json").read_text(encoding="utf-8"))
    width = float(data.get("width", 0.0))
    return Weights(
        tuple(data["classes"]),
        np.asarray(data["coefficients"], dtype=np.float32),
        np.asarray(data["intercepts"], dtype=np.float32),
        str(data["version"]),
        np.load(landmarks_file(task, WEIGHTS)).astype(np.float32) if width else None,
        width,
    )


def landmarks_file(task: str, folder: Path) -> Path:
    """Where the landmarks of a task lie, if it has any."""
    return folder / f"{task}.landmarks.npy"


def version() -> str:
    """What the shipped weights are called in reports."""
    return weights("sentiment").version
