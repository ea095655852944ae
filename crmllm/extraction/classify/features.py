"""What a classifier sees of a text: its sentence embedding, and a few things that rules count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crmllm.extraction.rules import requests, sentiment
from crmllm.extraction.rules.text import flat

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENGLISH = "en"
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


def cues(text: str) -> list[float]:
    """Signs of mood and of a request, each between about -1 and 1."""
    folded = flat(text)
    score = sentiment.score(text, ENGLISH)
    mood, sure = sentiment.read(text, ENGLISH)
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


def matrix(texts: list[str]) -> NDArray[Any]:
    """Embeddings and cues side by side, one row a text. Raises EmbeddingUnavailable."""
    import numpy as np

    from crmllm.llm.embedding import embed

    vectors = np.asarray(embed(texts), dtype=np.float32)
    return np.hstack([vectors, np.asarray([cues(text) for text in texts], dtype=np.float32)])
