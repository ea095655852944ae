"""From examples to lines of a training file: exactly what the product sends, and exactly what it should get back.

The rules' candidates stand in the prompt. They are mostly right, so a model that only ever saw them would learn to copy
them: here some are dropped, and some spoiled, and the answer stays right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from crmllm.extraction.extract import prompt_for
from crmllm.extraction.schema import MailAnswer
from crmllm.extraction.training.mails import Example
from crmllm.extraction.types import Item

Messages = list[dict[str, str]]
Render = Callable[[Mapping[str, str]], Messages]

NONE, DROPPED, SPOILED = 0.12, 0.15, 0.1
#: The degree of commitment is judged from the whole mail: the rules' guess is mostly kept back.
JUDGED, KEPT_BACK = "commitment:", 0.7


def row(item: Item, answer: MailAnswer, render: Render, chance: Random) -> dict[str, object]:
    """One line: the messages and the answer as compact JSON."""
    _, variables = prompt_for(item)
    variables["candidates"] = _disturbed(variables["candidates"], variables["text"], chance)
    return {"messages": render(variables), "answer": written(answer)}


def row_of(example: Example, render: Render, chance: Random) -> dict[str, object]:
    return row(example.item, example.answer, render, chance)


def written(answer: MailAnswer) -> str:
    """The answer as the server's grammar makes it: no white space, and nothing about what is not stated."""
    return answer.model_dump_json(exclude_defaults=True)


def _disturbed(candidates: str, text: str, chance: Random) -> str:
    if candidates == "none" or chance.random() < NONE:
        return "none"
    kept: list[str] = []
    for line in candidates.splitlines():
        throw = chance.random()
        if JUDGED in line and chance.random() < KEPT_BACK:
            continue
        if throw >= DROPPED:
            kept.append(_spoiled(line, text, chance) if throw < DROPPED + SPOILED else line)
    bare = [re.sub(r"^\d+\. ", "", line) for line in kept]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(bare, start=1)) or "none"


def _spoiled(line: str, text: str, chance: Random) -> str:
    """A candidate with some other words of the mail in the place of its value."""
    head, _, _ = line.partition(": ")
    lines = [one.strip() for one in text.splitlines() if 3 <= len(one.strip()) <= 60]
    return f"{head}: {chance.choice(lines)}" if lines else line
