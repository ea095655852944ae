"""The judgements: mood of a text, and whether a sentence asks for something.

The embedding knows English only. Texts in other languages are judged by the rules, which have words for them, and so is
everything where the embedding is not installed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmllm.extraction.classify import features
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
    """A logistic regression: one row of coefficients a class."""

    classes: tuple[str, ...]
    coefficients: NDArray[Any]
    intercepts: NDArray[Any]
    version: str

    def probabilities(self, rows: NDArray[Any]) -> NDArray[Any]:
        """One row of probabilities a text."""
        import numpy as np

        scores = rows @ self.coefficients.T + self.intercepts
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: NDArray[Any] = powers / powers.sum(axis=1, keepdims=True)
        return shares


def sentiments(texts: Sequence[str]) -> list[Judgement]:
    """positive, neutral or negative for each text."""
    return _judged("sentiment", texts, lambda text: Judgement(*sentiment.read(text), by="rules"))


def asking(texts: Sequence[str]) -> list[Judgement]:
    """yes or no for each sentence: does it ask its reader for something?"""
    return _judged("asks", texts, _asking_by_rules)


def _asking_by_rules(text: str) -> Judgement:
    sure = requests.asks(text)
    return Judgement("yes", sure, "rules") if sure >= _ASKING else Judgement("no", 1 - sure, "rules")


def _judged(task: str, texts: Sequence[str], by_rules: Callable[[str], Judgement]) -> list[Judgement]:
    judged = [by_rules(text) for text in texts]
    english = [place for place, text in enumerate(texts) if is_english(text)]
    if not english:
        return judged
    try:
        rows = features.matrix(task, [texts[place] for place in english])
    except EmbeddingUnavailable:
        return judged
    known = weights(task)
    for place, shares in zip(english, known.probabilities(rows), strict=True):
        best = int(shares.argmax())
        judged[place] = Judgement(known.classes[best], round(float(shares[best]), 3), "classifier")
    return judged


def is_english(text: str) -> bool:
    """Whether a text is in English, or too short to tell."""
    tongue, sure = language.detect(text)
    return tongue in ("en", "") or sure < _SURE_OF_LANGUAGE


@lru_cache(maxsize=4)
def weights(task: str) -> Weights:
    """The shipped weights of a task."""
    import numpy as np

    data = json.loads((WEIGHTS / f"{task}.json").read_text(encoding="utf-8"))
    return Weights(
        tuple(data["classes"]),
        np.asarray(data["coefficients"], dtype=np.float32),
        np.asarray(data["intercepts"], dtype=np.float32),
        str(data["version"]),
    )


def version() -> str:
    """What the shipped weights are called in reports."""
    return weights("sentiment").version
