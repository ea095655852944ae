"""Reads of roll-backs: the list, and one with its counts, its conflicts and what is put back."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from crmllm.access.models import User
from crmllm.access.rules import load, require, visible
from crmllm.core.crypto import open_or, preload
from crmllm.crm import selectors as crm
from crmllm.proposals.models import Proposal
from crmllm.writeback.choices import UNFINISHED, Operation
from crmllm.writeback.models import Writeback
from review.rollback.choices import OPEN, Result
from review.rollback.models import Rollback, RollbackItem
from review.rollback.subjects import kind_of

READ = "quality.view"
SHOWN = 50
LATEST = 100
STAYS = (Result.CONFLICT, Result.STAYED)


def rollbacks(user: User) -> QuerySet[Rollback]:
    """All roll-backs, newest first."""
    require(user, READ)
    stay = Count("items", filter=Q(items__result__in=STAYS))
    rows = visible(user, Rollback.objects.select_related("user"))
    return rows.annotate(changes=Count("items"), conflicts=stay).order_by("-id")


def rollback(user: User, pk: object) -> Rollback:
    """One roll-back. Raises NotFound."""
    require(user, READ)
    return load(user, Rollback.objects.select_related("user"), pk)


def may_change(user: User, row: Rollback) -> bool:
    """Whether this person may start and stop it."""
    return user.may("proposals.decide") and user.may(kind_of(row.subject_type).permission)


def counts(row: Rollback) -> Counter[str]:
    """How many items there are of each result."""
    rows = row.items.order_by().values_list("result").annotate(n=Count("pk"))
    return Counter(dict(rows))


def left(found: Counter[str]) -> int:
    """How many are still to be worked off."""
    return sum(found[one] for one in OPEN)


def unwritten(row: Rollback) -> int:
    """Undos of this roll-back that are still on their way to the CRM."""
    items = row.items.filter(result=Result.TAKEN_BACK).values("proposal")
    return Writeback.objects.filter(proposal__in=items, undoes__isnull=False, state__in=UNFINISHED).count()


def shown(user: User, row: Rollback, *, stays: bool) -> list[dict[str, Any]]:
    """The first items, with what was written and what is put back, as far as this person may see it."""
    mine = visible(user, Proposal.objects.all()).values("pk")
    rows = row.items.filter(Q(proposal=None) | Q(proposal__in=mine)).select_related("proposal")
    items = list((rows.filter(result__in=STAYS) if stays else rows.exclude(result__in=STAYS))[:SHOWN])
    lines = {} if stays else _lines(user, items)
    return [
        {
            "item": one,
            "name": one.proposal.name if one.proposal else row.subject,
            "interaction": one.proposal.interaction_id if one.proposal else None,
            "result": one.get_result_display(),
            "why": one.why,
            **lines.get(one.proposal_id, {}),
        }
        for one in items
    ]


def _lines(user: User, items: list[RollbackItem]) -> dict[UUID | None, dict[str, Any]]:
    ids = [one.proposal_id for one in items if one.proposal_id]
    latest = {one.proposal_id: one for one in Writeback.objects.filter(proposal__in=ids, undoes=None).order_by("id")}
    preload(*(sealed for one in latest.values() for sealed in (one.values, one.before)))
    return {pk: _line(user, write) for pk, write in latest.items()}


def _line(user: User, write: Writeback) -> dict[str, Any]:
    if write.operation == Operation.CREATE:
        return {"deletes": True}
    fields = {one.name: one for one in crm.visible_fields(user, write.object)}
    written, before = open_or(write.values, {}), open_or(write.before, {}) if write.before else {}
    return {
        "lines": [
            {
                "label": str(fields[name].label),
                "written": crm.in_words(fields[name], value, {}),
                "before": crm.in_words(fields[name], before.get(name), {}),
            }
            for name, value in written.items()
            if name in fields
        ]
    }
