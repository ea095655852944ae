"""Reads of policies: the list, one with all that its page shows, what targets would bring, and why a card waits."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import load, require, visible
from crmllm.crm import selectors as crm
from crmllm.proposals.choices import Judged
from crmllm.proposals.choices import State as ProposalState
from crmllm.proposals.models import Decision, Outcome, Proposal, ProposedChange
from crmllm.proposals.weighing import NOT_READ
from review.policies import drift, evidence, services
from review.policies.choices import Blocker, CheckState, Label, Task
from review.policies.deciding import looks_waiting
from review.policies.derive import Derivation, Promise, derive, risk_of
from review.policies.evidence import Evidence
from review.policies.models import AutomatedValue, PolicyCheck, ReviewPolicy
from review.policies.pools import Pool, covered, pool_of, pools

READ = "quality.view"
TARGETS = (50, 100, 200, 500, 1000)
#: What comes in is counted over so many days.
DAYS = 28
MOST_ROWS = 20_000
MOST_CHECKS = 2000
#: Of values that go wrong from now on at these rates, how many would be written before the fall-back.
WRONG_RATES = (0.1, 0.5, 1.0)


def policies(user: User) -> QuerySet[ReviewPolicy]:
    """All policies, with what the list shows of each."""
    require(user, READ)
    applied = Q(values__paper=False)
    return (
        visible(user, ReviewPolicy.objects.select_related("fit"))
        .annotate(
            applied=Count("values", filter=applied),
            looked_at=Count("values", filter=applied & Q(values__label__in=[Label.RIGHT, Label.WRONG])),
            wrong=Count("values", filter=applied & Q(values__label=Label.WRONG)),
        )
        .order_by("object", "field", "source", "id")
    )


def policy(user: User, pk: object, *, permission: str = "") -> ReviewPolicy:
    """One policy. Raises NotFound, and Forbidden for a reader who wants to change it."""
    return load(user, policies(user), pk, permission=permission)


def scope_in_words(row: ReviewPolicy) -> str:
    """What a policy covers: "Contact, Title, from the model"."""
    known = crm.field_map(row.object)
    field = known[row.field].label if row.field in known else _("all fields that may be automated")
    source = _(", read by %(source)s") % {"source": row.source} if row.source else ""
    return f"{row.get_object_display()}: {field}{source}"


# --- what a target would bring


@dataclass(frozen=True)
class Traffic:
    """What comes in in a week, as of the last weeks."""

    confidences: list[float]
    seconds: float

    @property
    def weekly(self) -> float:
        return len(self.confidences) * 7 / DAYS

    def share_above(self, threshold: float) -> float:
        if not self.confidences:
            return 0.0
        return sum(one >= threshold for one in self.confidences) / len(self.confidences)


@dataclass(frozen=True)
class Outlook:
    """What one target would bring, from decisions alone."""

    promise: Promise
    pool: str
    #: Decisions that are there, and how many more the first derivation needs.
    held: int
    missing: int
    derived: Derivation | None
    traffic: Traffic

    @property
    def threshold(self) -> float | None:
        return self.derived.threshold if self.derived else None

    @cached_property
    def rate(self) -> float:
        return self.traffic.share_above(self.threshold) if self.threshold is not None else 0.0

    @property
    def applied_weekly(self) -> float:
        return self.rate * self.traffic.weekly

    @property
    def hours(self) -> float:
        """Person-hours that it would spare in a week."""
        return self.applied_weekly * self.traffic.seconds / 3600

    @property
    def wrong_monthly(self) -> tuple[float, float]:
        """Wrong writes a month: as the decisions have it, and at most."""
        proven = self.derived.proven if self.derived else None
        if proven is None:
            return 0.0, 0.0
        monthly = self.applied_weekly * 52 / 12
        return monthly * proven.errors / proven.decisions, monthly * proven.bound


def outlooks(row: ReviewPolicy, targets: Sequence[int] = TARGETS) -> list[Outlook]:
    """What each target would bring to a policy's scope, on as many decisions as its derivation would take."""
    found, traffic, collected = pools(row), traffic_of(row), dict[int, Evidence]()
    counts = {pool.level: evidence.count(pool, row.evidence_from) for pool in found}
    return [_outlook(row, one_in, found, counts, collected, traffic) for one_in in targets]


def _outlook(
    row: ReviewPolicy,
    one_in: int,
    found: list[Pool],
    counts: dict[int, int],
    collected: dict[int, Evidence],
    traffic: Traffic,
) -> Outlook:
    plain = Promise(one_in, row.confidence)
    promise = risk_of(1, plain, whole_history=row.whole_history)
    pool = next((one for one in found if counts[one.level] >= promise.needed), None)
    if pool is None:
        held = counts[found[0].level]
        return Outlook(plain, found[0].words, held, promise.needed - held, None, traffic)
    if pool.level not in collected:
        collected[pool.level] = evidence.collect(pool, row.evidence_from)
    size = promise.needed
    while size * 2 <= len(collected[pool.level]):
        size *= 2
    used = collected[pool.level].first(size)
    return Outlook(plain, pool.words, counts[pool.level], 0, derive(used.scores, used.wrong, promise), traffic)


def traffic_of(row: ReviewPolicy) -> Traffic:
    """The confidences of what came in of late in a policy's scope, and how long a person takes for a value."""
    since = timezone.now() - timedelta(days=DAYS)
    names = [name.partition(".")[2] for name in covered(row)]
    rows = ProposedChange.objects.filter(created_at__gte=since, proposal__object=row.object, field__in=names)
    rows = rows.filter(source=row.source) if row.source else rows.exclude(source__in=NOT_READ)
    return Traffic(list(rows.order_by("-id").values_list("confidence", flat=True)[:MOST_ROWS]), _seconds(row, since))


def _seconds(row: ReviewPolicy, since: datetime) -> float:
    """Seconds that a person takes for one value: the median decision, shared among its values."""
    decided = Decision.objects.filter(
        proposal__object=row.object, created_at__gte=since, actor__isnull=False, milliseconds__isnull=False
    ).annotate(lines=Count("outcomes"))
    latest = decided.order_by("-id").values_list("milliseconds", "lines")[:MOST_CHECKS]
    taken = [ms / max(lines, 1) / 1000 for ms, lines in latest if ms is not None]
    return statistics.median(taken) if taken else 0.0


# --- one policy


@dataclass(frozen=True)
class Doings:
    """What a policy did, and what came of it."""

    applied: int
    looked_at: int
    wrong: int
    waiting: int
    taken_back: int
    on_paper: int
    paper_decided: int
    paper_wrong: int


def doings(row: ReviewPolicy) -> Doings:
    """Counts over all that a policy applied, and what people said of what it would have applied on paper."""
    values = AutomatedValue.objects.filter(policy=row)
    said = Outcome.objects.filter(change=OuterRef("change"), automatic=False, undone=False)
    kept, wrong = said.filter(judged=Judged.KEPT), said.filter(judged__in=[Judged.EDITED, Judged.REJECTED])
    applied, paper = Q(paper=False), Q(paper=True)
    counts = values.annotate(kept=Exists(kept), bad=Exists(wrong)).aggregate(
        applied=Count("pk", filter=applied),
        looked_at=Count("pk", filter=applied & Q(label__in=[Label.RIGHT, Label.WRONG])),
        wrong=Count("pk", filter=applied & Q(label=Label.WRONG)),
        taken_back=Count("pk", filter=applied & Q(proposal__state=ProposalState.UNDONE)),
        on_paper=Count("pk", filter=paper),
        paper_decided=Count("pk", filter=paper & (Q(kept=True) | Q(bad=True))),
        paper_wrong=Count("pk", filter=paper & Q(bad=True)),
    )
    return Doings(waiting=looks_waiting(row), **counts)


def blocked_because(row: ReviewPolicy) -> list[tuple[str, int]]:
    """Why proposals of a policy's object were left to a person of late, the most frequent reason first."""
    held = PolicyCheck.objects.filter(proposal__object=row.object, task=Task.APPLY, state=CheckState.HELD)
    rows = held.order_by("-checked_at").values_list("blockers", flat=True)[:MOST_CHECKS]
    counted = Counter(code for blockers in rows for code in {one["code"] for one in blockers})
    return [(_BECAUSE[Blocker(code)](), count) for code, count in counted.most_common()]


_BECAUSE: dict[Blocker, Any] = {
    Blocker.NO_POLICY: lambda: _("a field that no policy covers"),
    Blocker.FALLEN: lambda: _("a policy that has fallen back"),
    Blocker.NOT_PROVEN: lambda: _("no threshold is proven yet"),
    Blocker.BELOW: lambda: _("a value below the threshold"),
    Blocker.HIGH_RISK: lambda: _("a field of high risk"),
    Blocker.INFERRED: lambda: _("a value that stands nowhere in the text"),
    Blocker.CHECK: lambda: _("a warning on a line"),
    Blocker.IDENTITY: lambda: _("doubt which record is meant"),
    Blocker.LOOKS: lambda: _("samples that wait to be looked at"),
    Blocker.BLOCKED: lambda: _("it could not be approved at that time"),
    Blocker.CLAIMED: lambda: _("somebody had opened it"),
    Blocker.MOVED: lambda: _("the CRM had changed"),
    Blocker.BY_HAND: lambda: _("filled in by a person"),
}


def exposures(row: ReviewPolicy) -> list[tuple[float, int]]:
    """If values go wrong at these rates from now on: wrong writes until the fall-back, in 95 of 100 cases, those
    included that are written while looks wait."""
    unseen = row.most_waiting / row.sample_share
    return [(rate, drift.exposure(row.one_in, row.sample_share, rate) + round(rate * unseen)) for rate in WRONG_RATES]


def corrections(user: User, row: ReviewPolicy) -> list[PolicyCheck]:
    """What looks found wrong of late, as far as this person may see it."""
    proposals = AutomatedValue.objects.filter(policy=row, paper=False).values("proposal")
    rows = PolicyCheck.objects.filter(task=Task.CORRECT, proposal__in=proposals).select_related("proposal")
    return list(visible(user, rows).order_by("-id")[:20])


def last_good_sample(row: ReviewPolicy) -> datetime | None:
    """When the last value was applied that a look found right, before the first one after it that was wrong."""
    looked = AutomatedValue.objects.filter(policy=row, paper=False)
    wrong = looked.filter(label=Label.WRONG).order_by("-created_at").first()
    if wrong is None:
        return None
    good = looked.filter(label=Label.RIGHT, created_at__lt=wrong.created_at).order_by("-created_at").first()
    return good.created_at if good else None


def of_its_kind(row: ReviewPolicy) -> dict[str, str] | None:
    """What can be taken back after a wrong value was found: the same field and source, and the same model, since the
    last good sample. None where nothing was found wrong."""
    wrong = (
        AutomatedValue.objects.filter(policy=row, paper=False, label=Label.WRONG)
        .select_related("proposal__extraction")
        .order_by("-labelled_at")
        .first()
    )
    if wrong is None:
        return None
    since, extraction = last_good_sample(row), wrong.proposal.extraction
    model = extraction.request_model if extraction and wrong.source in ("model", "both") else ""
    return {
        "field": wrong.field,
        "source": wrong.source,
        "model": model,
        "since": since.isoformat() if since else "",
    }


def pool_in_words(row: ReviewPolicy) -> str:
    """Whose decisions the threshold in force rests on."""
    return pool_of(row, row.fit.pool).words if row.fit else ""


def still_needed(row: ReviewPolicy) -> tuple[int, int]:
    """How many decisions of its own a policy has, and how many it needs without an error."""
    promise = risk_of(row.fits.count() + 1, Promise(row.one_in, row.confidence), whole_history=row.whole_history)
    return evidence.count(pools(row)[0], row.evidence_from), promise.needed


def watched(row: ReviewPolicy) -> drift.Watch:
    return services.watched(row)


# --- for others


def blockers(proposals: Iterable[Proposal]) -> dict[UUID, list[str]]:
    """For each proposal the sentences that say why no policy applied it; empty where none was asked."""
    ids = [one.pk for one in proposals]
    rows = PolicyCheck.objects.filter(proposal__in=ids, task=Task.APPLY, state=CheckState.HELD)
    found = {check.proposal_id: [one["sentence"] for one in check.blockers] for check in rows}
    return {pk: found.get(pk, []) for pk in ids}
