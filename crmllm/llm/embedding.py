"""Vectors of texts: all-MiniLM-L6-v2, quantised, on one processor core, without a model server.

Loaded at the first use: network and vocabulary cost a second and 100 MB, and only the model's worker needs them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from crmllm.llm.errors import LlmError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_TOKENS = 256  # what the model was trained on; the beginning of a longer text stands for it
BATCH = 16


class EmbeddingUnavailable(LlmError):
    """The files of the embedding model are not there, or cannot be used."""

    code = "embedding_unavailable"


def embed(texts: Sequence[str]) -> list[list[float]]:
    """One vector of length 1 for each text, in their order. Raises EmbeddingUnavailable."""
    if not texts:
        return []
    encoder = _encoder()
    # Texts of like length share a batch, so that little is spent on padding.
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    vectors: dict[int, list[float]] = {}
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        for place, vector in zip(places, encoder.encode([texts[place] for place in places]), strict=True):
            vectors[place] = vector.tolist()
    return [vectors[place] for place in range(len(texts))]


class _Encoder:
    """The loaded model."""

    def __init__(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        from crmllm.llm import embedding_files

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the other cores are the language model's
        self._session: Any = onnxruntime.InferenceSession(
            str(embedding_files.network()), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_file(str(embedding_files.tokenizer()))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Mean of the tokens' vectors, scaled to length 1."""
        import numpy as np

        with self._lock:
            rows = self._tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
        mask = np.array([row.attention_mask for row in rows], dtype=np.int64)
        ids = np.array([row.ids for row in rows], dtype=np.int64)
        (hidden,) = self._session.run(
            ["last_hidden_state"],
            {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)},
        )
        weights = mask[:, :, None].astype(np.float32)
        means = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        scaled: NDArray[np.float32] = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        return scaled


@lru_cache(maxsize=1)
def _encoder() -> _Encoder:
    try:
        return _Encoder()
    except Exception as error:  # whatever the two libraries raise for missing or damaged files
        raise EmbeddingUnavailable(
            f"The embedding model cannot be loaded ({type(error).__name__}). Run `make setup`."
        ) from None
