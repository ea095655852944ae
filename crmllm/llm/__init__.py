"""The model's door: `complete` asks it for a checked answer, `embed` makes vectors.

Both are loaded when first asked for: most processes of the application never talk to a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmllm.llm.client import Completion, Model, complete
    from crmllm.llm.embedding import embed

__all__ = ["Completion", "Model", "complete", "embed"]


def __getattr__(name: str) -> Any:
    if name in ("Completion", "Model", "complete"):
        from crmllm.llm import client

        return getattr(client, name)
    if name == "embed":
        from crmllm.llm.embedding import embed

        return embed
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
