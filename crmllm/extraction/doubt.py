"""How sure anything can be: no surer than what it hangs on, which is the item's category.

Were the item no business after all, nobody in it would be a contact; were it no sale, there would be no opportunity.
"""

from __future__ import annotations

from dataclasses import replace

from crmllm.extraction.types import CRM_CATEGORIES, Extracted, Value, with_values


def bounded(found: Extracted) -> Extracted:
    """The same values, each as sure at most as the category lets it be."""
    if found.category is None or found.category.value not in CRM_CATEGORIES:
        return found
    sure = found.category.confidence
    # Of two doubtful categories one is mostly as much business as the other: people and actions would stay.
    business = (1 + sure) / 2
    sale = found.category.value == "sales"
    limits = {"opportunity": sure if sale else business, "case": business if sale else sure}

    def limited(name: str, value: Value) -> Value:
        limit = limits.get(name.partition(".")[0], business)
        return replace(value, confidence=round(min(value.confidence, limit), 3))

    return with_values(found, limited)
