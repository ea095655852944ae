"""Where the model answers, for everybody who need not talk to it: the client library is slow to load."""

from __future__ import annotations

import os

from django.conf import settings

from crmllm.core.runtime.home import home
from crmllm.core.runtime.setup import packaged_model


def is_set_up() -> bool:
    """Whether there is a model at all: LLM=none without another server means that everything goes by rules alone."""
    return settings.LLM != "none" or bool(settings.LLM_BASE_URL)


def packaged_names() -> frozenset[str]:
    """What the packaged model may be called: by its folder, or as LLM_MODEL says where our own server serves it."""
    ours = not settings.LLM_BASE_URL and not os.environ.get("LLM_MODEL_PATH")
    return frozenset({packaged_model(home()).name, settings.LLM_MODEL if ours else ""} - {""})


def base_url() -> str:
    """Where the model answers: the server that the settings name, else our own."""
    return settings.LLM_BASE_URL or f"http://127.0.0.1:{home().llm_port}/v1"
