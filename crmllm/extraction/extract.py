"""The one door: an item, and a model's answer where there is one, to what was found. Pure and synchronous."""

from __future__ import annotations

from crmllm.extraction import merge, prompting
from crmllm.extraction.rules import reader
from crmllm.extraction.rules.reader import RULES_VERSION
from crmllm.extraction.schema import MailAnswer, ModelAnswer
from crmllm.extraction.types import Extracted, Item

__all__ = ["RULES_VERSION", "MailAnswer", "ModelAnswer", "extract", "prompt_for"]


def extract(item: Item, answer: ModelAnswer | None = None, *, gated: bool = True) -> Extracted:
    """Everything found in an item: by rules alone, or together with a model's answer.

    `gated` leaves mails without records that may not create any (newsletters, vendors, our own side, ...).
    """
    return merge.merge(item, reader.read(item), answer, gated=gated)


def prompt_for(item: Item) -> tuple[str, dict[str, str]]:
    """The prompt's name and variables to ask a model about an item."""
    return prompting.prompt_for(item, reader.read(item))
