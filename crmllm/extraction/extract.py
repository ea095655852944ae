"""The one door: an item, and a model's answers where there are any, to what was found. Pure and synchronous."""

from __future__ import annotations

from crmllm.extraction import windows
from crmllm.extraction.rules.reader import RULES_VERSION
from crmllm.extraction.schema import MailAnswer, ModelAnswer
from crmllm.extraction.types import Extracted, Item

__all__ = ["RULES_VERSION", "MailAnswer", "ModelAnswer", "extract", "prompt_for", "questions"]


def extract(
    item: Item, *answers: ModelAnswer | None, gated: bool = True, weighed: bool = True, classified: bool = True
) -> Extracted:
    """Everything found in an item: by rules alone, or together with a model's answers, one for each of `questions`.

    `gated` leaves items without records that may not create any (newsletters, vendors, our own side, ...). Confidences
    are probabilities, by the curve that ships; without `weighed` they are the raw ones that it is fitted on. Without
    `classified` the rules (and the answers) stand alone: no small classifier takes a second look.
    """
    return windows.finish(windows.plan(item), answers, gated=gated, weighed=weighed, classified=classified)


def questions(item: Item) -> list[tuple[str, dict[str, str]]]:
    """The prompts' names and variables to ask a model about an item: one, or one for each window of a long one."""
    return windows.plan(item).questions()


def prompt_for(item: Item) -> tuple[str, dict[str, str]]:
    """The first question about an item; the only one about a mail."""
    return questions(item)[0]
