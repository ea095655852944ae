"""What blind looks say of people, fields and pairs: counted, with intervals, in a fixed number of queries.

Only looks up to yesterday count: otherwise a person could see by their own figures which card was one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import visible
from crmllm.proposals.models import Decision, ProposedChange
from review.figures.counting import DECIDES, Percentile
from review.figures.selectors import today
from review.looks.agreement import FEW_FOR_KAPPA, Kappa, Share, kappa
from review.looks.choices import State, Truth, Why
from review.looks.models import FLOOR, GuardSettings, Look, LookLine

LOOK_BACK = timedelta(days=90)
#: A decision is fast that takes less than this share of the person's own median, and less than nobody can read in.
OF_THE_MEDIAN = 0.25

Table = dict[tuple[Any, Any], int]
NONE = Share(0, 0)


@dataclass(slots=True)
class Reviewer:
    """What is known of one person's decisions. No rank follows from it: people decide on different things."""

    person: UUID
    name: str
    decisions: int = 0
    median_ms: float | None = None
    #: Second reviews in which the two agree, whoever of them came first.
    agreement: Share = NONE
    #: First decisions that held, of those on which the two agree or that a third settled.
    held: Share = NONE
    caught: Share = NONE
    fast: Share = NONE
    fast_below_ms: float = FLOOR
    kappa: Kappa | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far values of one field, or of one pair of people, are agreed upon."""

    name: str
    share: Share
    kappa: Kappa | None


@dataclass(frozen=True)
class Quality:
    """Everything that the page shows."""

    reviewers: list[Reviewer]
    fields: list[Agreed]
    pairs: list[Agreed]
    since: datetime
    until: datetime = field(default_factory=timezone.now)


def settings() -> GuardSettings:
    """How often people are asked; the usual where nobody has set it."""
    return GuardSettings.objects.first() or GuardSettings()


def quality(user: User, whose: Sequence[User]) -> Quality:
    """The figures of these people over the last three months. The caller says whose somebody may see."""
    until = today()
    since = until - LOOK_BACK
    found = {one.pk: Reviewer(one.pk, str(one)) for one in whose}
    _pace(found, since)
    _looked_at(user, found, since, until)
    tables = _tables(user, since, until)
    for one in found.values():
        one.kappa = _kappa(_of_person(tables, one.person))
    return Quality(
        reviewers=[one for one in found.values() if one.decisions or one.agreement.count or one.caught.count],
        fields=_agreed(_by_field(tables, found)),
        pairs=_agreed(_by_pair(tables, found)),
        since=since,
        until=until,
    )


def _pace(found: dict[UUID, Reviewer], since: datetime) -> None:
    """How many, how fast; and how many of those with several lines took less time than anybody reads them in."""
    rows = Decision.objects.filter(DECIDES, actor__in=list(found), created_at__gte=since).order_by()
    for row in rows.values("actor").annotate(count=Count("pk"), median=Percentile("milliseconds", 0.5)):
        one = found[row["actor"]]
        one.decisions, one.median_ms = row["count"], row["median"]
    floor = settings().fast_ms
    fast = Q(pk=None)
    for one in found.values():
        one.fast_below_ms = max(floor, OF_THE_MEDIAN * (one.median_ms or 0))
        fast |= Q(actor=one.person, milliseconds__lt=one.fast_below_ms)
    several = Exists(ProposedChange.objects.filter(proposal=OuterRef("proposal"), position__gte=1))
    timed = rows.filter(several, milliseconds__isnull=False)
    counted = timed.values_list("actor").annotate(count=Count("pk"), fast=Count("pk", filter=fast))
    for actor, count, quick in counted:
        found[actor].fast = Share(quick, count)


def _looked_at(user: User, found: dict[UUID, Reviewer], since: datetime, until: datetime) -> None:
    rows = visible(user, Look.objects.filter(state=State.DECIDED, decided_at__gte=since, decided_at__lt=until))
    counted = rows.order_by().values("why", "decision__actor", "user", "agreed", "truth").annotate(count=Count("pk"))
    agreement: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    held, caught = defaultdict(lambda: [0, 0]), defaultdict(lambda: [0, 0])  # type: ignore[var-annotated]
    for row in counted:
        times, agreed = row["count"], bool(row["agreed"])
        if row["why"] == Why.PLANTED:
            _add(caught[row["user"]], times, hit=agreed)
        if row["why"] == Why.SECOND:
            for person in (row["decision__actor"], row["user"]):
                _add(agreement[person], times, hit=agreed)
            if agreed or row["truth"]:
                _add(held[row["decision__actor"]], times, hit=agreed or row["truth"] == Truth.FIRST)
    for pk, one in found.items():
        one.agreement, one.held, one.caught = Share(*agreement[pk]), Share(*held[pk]), Share(*caught[pk])


def _add(counts: list[int], times: int, *, hit: bool) -> None:
    counts[0] += times * hit
    counts[1] += times


# --- tables of what two people said: (first person, second person, field) -> (label, label) -> how often

Tables = dict[tuple[UUID | None, UUID | None, str], Table]


def _tables(user: User, since: datetime, until: datetime) -> Tables:
    looks = visible(user, Look.objects.filter(state=State.DECIDED, why=Why.SECOND))
    looks = looks.filter(decided_at__gte=since, decided_at__lt=until)
    rows = LookLine.objects.filter(look__in=looks).order_by()
    counted = rows.values_list("look__decision__actor", "look__user", "field", "first", "second")
    tables: Tables = defaultdict(Counter)
    for actor, second_person, name, first, second, count in counted.annotate(count=Count("pk")):
        tables[actor, second_person, name][first, second] += count
    return tables


def _of_person(tables: Tables, person: UUID) -> Table:
    """What a person said beside what others said, whoever came first."""
    merged: Table = Counter()
    for (first, second, _name), table in tables.items():
        for (left, right), count in table.items():
            if first == person:
                merged[left, right] += count
            elif second == person:
                merged[right, left] += count
    return merged


def _by_field(tables: Tables, found: dict[UUID, Reviewer]) -> dict[str, Table]:
    merged: dict[str, Table] = defaultdict(Counter)
    for (first, second, name), table in tables.items():
        if first in found or second in found:
            _merge(merged[name], table)
    return merged


def _by_pair(tables: Tables, found: dict[UUID, Reviewer]) -> dict[str, Table]:
    """Pairs both of whose figures may be seen, each once, in the order of their names."""
    merged: dict[str, Table] = defaultdict(Counter)
    for (first, second, _name), table in tables.items():
        if first in found and second in found:
            left, right = found[first].name, found[second].name
            turned = left > right
            names = f"{right} · {left}" if turned else f"{left} · {right}"
            _merge(merged[names], {(b, a): count for (a, b), count in table.items()} if turned else table)
    return merged


def _merge(into: Table, table: Table) -> None:
    for labels, count in table.items():
        into[labels] = into.get(labels, 0) + count


def _agreed(tables: dict[str, Table]) -> list[Agreed]:
    return [
        Agreed(name, Share(_same(table), sum(table.values())), _kappa(table)) for name, table in sorted(tables.items())
    ]


def _same(table: Table) -> int:
    return sum(count for (left, right), count in table.items() if left == right)


def _kappa(table: Table) -> Kappa | None:
    return kappa(table) if sum(table.values()) >= FEW_FOR_KAPPA else None


def caught(people: Iterable[User]) -> dict[UUID, Share]:
    """How many of the planted values each person caught, over the last three months."""
    rows = Look.objects.filter(why=Why.PLANTED, state=State.DECIDED, user__in=[one.pk for one in people])
    rows = rows.filter(decided_at__gte=today() - LOOK_BACK).order_by()
    counted = rows.values_list("user").annotate(hits=Count("pk", filter=Q(agreed=True)), count=Count("pk"))
    return {user: Share(hits, count) for user, hits, count in counted}
