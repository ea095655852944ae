"""The decisions that policies rest on, in the order in which they were made.

Only what a person said counts: decisions on the card, and blind looks at what was applied. A policy's own approvals say
nothing; nor does what was left out for another reason, or taken back. The values of one decision go wrong together, so
only one of them counts: one is drawn, whatever was said of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet
from numpy.typing import NDArray

from crmllm.core.registry import Registry
from crmllm.proposals.choices import Judged
from crmllm.proposals.models import Outcome
from review.policies.choices import Label
from review.policies.derive import Promise, next_size
from review.policies.models import AutomatedValue, PolicyFit
from review.policies.pools import Pool

JUDGED = (Judged.KEPT, Judged.EDITED, Judged.REJECTED)
#: Named conditions on outcomes that say nothing of single values, though a person decided: batches, above all.
unlooked: Registry[Q] = Registry()


@dataclass(frozen=True)
class Evidence:
    """Decisions, earliest first: the confidence that each value had beforehand, and whether it was wrong."""

    at: list[datetime]
    scores: NDArray[np.float64]
    wrong: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.at)

    def first(self, count: int) -> Evidence:
        return Evidence(self.at[:count], self.scores[:count], self.wrong[:count])


def count(pool: Pool, since: datetime | None) -> int:
    """How many decisions a pool has."""
    looked_at = _looked_at(pool, since).values("proposal").distinct().count()
    return _decided(pool, since).values("decision").distinct().count() + looked_at


def collect(pool: Pool, since: datetime | None) -> Evidence:
    """All decisions of a pool."""
    decided = _decided(pool, since).values_list("decision", "change", "created_at", "confidence", "judged")
    looked = _looked_at(pool, since).values_list("proposal", "pk", "labelled_at", "confidence", "label")
    rows = [*_drawn(decided), *_drawn(looked)]
    rows.sort(key=lambda row: (row[2], row[1]))
    return Evidence(
        at=[row[2] for row in rows],
        scores=np.array([row[3] for row in rows], dtype=float),
        wrong=np.array([row[4] not in (Judged.KEPT, Label.RIGHT) for row in rows], dtype=bool),
    )


def _drawn(rows: Iterable[Any]) -> Iterable[Any]:
    """One row of each decision. The end of an id is random, and made before anybody judged."""
    drawn: dict[Any, Any] = {}
    for row in rows:
        if row[0] not in drawn or _lot(row[1]) < _lot(drawn[row[0]][1]):
            drawn[row[0]] = row
    return drawn.values()


def _lot(pk: UUID) -> int:
    return pk.int % 2**62


def _decided(pool: Pool, since: datetime | None) -> QuerySet[Outcome]:
    """A value that was applied alone counts by its look, not by the correction that followed it."""
    applied = AutomatedValue.objects.filter(change=OuterRef("change"), paper=False)
    rows = Outcome.objects.filter(pool.members, judged__in=JUDGED, automatic=False, undone=False)
    for _name, condition in unlooked.items():
        rows = rows.exclude(condition)
    rows = rows.filter(~Exists(applied)).order_by()
    return rows.filter(created_at__gte=since) if since else rows


def _looked_at(pool: Pool, since: datetime | None) -> QuerySet[AutomatedValue]:
    rows = AutomatedValue.objects.filter(
        pool.members, paper=False, label__in=[Label.RIGHT, Label.WRONG], labelled_at__isnull=False
    ).order_by()
    return rows.filter(labelled_at__gte=since) if since else rows


def due(pools: list[Pool], since: datetime | None, promise: Promise, last: PolicyFit | None) -> tuple[Pool, int] | None:
    """The pool to derive on now, the narrowest that has enough, and how many of its first decisions to take; None while
    the next size is not reached. Sizes are fixed beforehand; nothing here looks at who was right."""
    for pool in pools:
        held = count(pool, since)
        size = next_size(promise, None)
        if held < size:
            continue
        while size * 2 <= held:
            size *= 2
        done = last is not None and last.pool == pool.level and last.decisions >= size
        return None if done else (pool, size)
    return None
