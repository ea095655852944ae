"""How sure anything can be: no surer than what it hangs on, which is the item's category.

Were the item no business after all, nobody in it would be a contact; were it no sale, there would be no opportunity.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

from crmllm.extraction.types import CRM_CATEGORIES, Case, Contact, Extracted, NextAction, Opportunity, Value

_Record = TypeVar("_Record", Contact, Opportunity, Case, NextAction)


def bounded(found: Extracted) -> Extracted:
    """The same values, each as sure at most as the category lets it be."""
    if found.category is None or found.category.value not in CRM_CATEGORIES:
        return found
    sure = found.category.confidence
    # Of two doubtful categories one is mostly as much business as the other: people and actions would stay.
    business = (1 + sure) / 2
    sale = found.category.value == "sales"
    return replace(
        found,
        contacts=tuple(_at_most(one, business) for one in found.contacts),
        opportunity=found.opportunity and _at_most(found.opportunity, sure if sale else business),
        case=found.case and _at_most(found.case, business if sale else sure),
        next_actions=tuple(_at_most(one, business) for one in found.next_actions),
    )


def _at_most(record: _Record, limit: float) -> _Record:
    return replace(record, **{one.name: _limited(getattr(record, one.name), limit) for one in fields(record)})


def _limited(given: Any, limit: float) -> Any:
    if isinstance(given, tuple):
        return tuple(_limited(one, limit) for one in given)
    return replace(given, confidence=round(min(given.confidence, limit), 3)) if isinstance(given, Value) else given
