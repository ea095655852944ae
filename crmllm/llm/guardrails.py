"""What came from outside goes to the model as data: nothing in it may be taken for the frame of the conversation.

A chat template turns roles into control tokens; the same characters inside a mail would end our message and open one
"by the system". They are broken up here. Only the copy in the prompt changes: values are located in the original.
"""

from __future__ import annotations

import re

#: `<|im_start|>`, `<|eot_id|>`, `<start_of_turn>`, `</s>`, `[INST]`, `<<SYS>>` and their like.
_CONTROL = re.compile(
    r"<(?=\|)|(?<=\|)>"
    r"|<(?=/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|start_of_image|think|tool_call|tool_response|system|assistant|user)>)"
    r"|<(?=</?SYS>>)|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])",
    re.IGNORECASE,
)
_LOOP = re.compile(r"\s{24,}")


def neutralise(text: str) -> str:
    """The text without control tokens, NUL characters and lone surrogates (JSON over HTTP cannot carry those)."""
    clean = text.replace("\0", "").encode("utf-8", "replace").decode()
    return _CONTROL.sub(lambda found: f"{found[0]} " if found[0] != ">" else " >", clean)


def is_looping(answer: str) -> bool:
    """Whether an answer lost itself in white space, as grammar-bound models sometimes do."""
    return bool(_LOOP.search(answer))
