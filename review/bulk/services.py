"""Deciding many proposals of one pattern: a sample first, then all of them by a worker.

sample -> running -> done; sample, running -> stopped: by a wrong one, or by the person

All of it is taken back with one roll-back (review.rollback). Each item goes through the door that a single decision
takes, with the person as its actor. What is refused there stays in the queue, with the reason. Fields of high risk are
never decided in bulk.
"""

from __future__ import annotations

import random
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit, work
from crmllm.core.errors import BadInput, Conflict, CrmllmError
from crmllm.jobs.services import enqueue
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import Verdict
from crmllm.proposals.models import Proposal
from crmllm.proposals.rebasing import refresh_or_raise
from review.bulk import selectors
from review.bulk.choices import Result, Seen, State
from review.bulk.models import Bulk, BulkItem

STAGE = "bulk"
SAMPLE = 5
FEWEST = 2


def prepare(*, user: User, proposal: Proposal, verdict: Verdict, reason: str = "") -> Bulk:
    """Collects what waits of a proposal's pattern, with a random sample to look at. Decides nothing."""
    require(user, "proposals.decide")
    if verdict not in (Verdict.APPROVE, Verdict.REJECT):
        raise BadInput(_("Many can be approved or rejected."))
    risky = selectors.risky_fields(proposal)
    if risky:
        raise Conflict(
            _("%(fields)s: of high risk, each needs a look of its own.") % {"fields": ", ".join(risky)},
            code="high_risk",
        )
    with transaction.atomic():
        rows = list(selectors.alike(user, proposal.pattern)[: selectors.MOST])
        if len(rows) < FEWEST or not proposal.pattern:
            raise Conflict(_("There is nothing else of this kind that waits."), code="alone")
        bulk = Bulk.objects.create(user=user, pattern=proposal.pattern, verdict=verdict, reason=reason[:300])
        looked_at = {row.pk for row in random.sample(rows, min(SAMPLE, len(rows)))}
        BulkItem.objects.bulk_create(BulkItem(bulk=bulk, proposal=row, sample=row.pk in looked_at) for row in rows)
        _note(user, bulk, "prepared", count=len(rows))
    return bulk


def judge(*, user: User, item: BulkItem, seen: Seen) -> Bulk:
    """What a person says of one of the sample. A wrong one stops the whole: nothing of it is decided."""
    with transaction.atomic():
        bulk = _own(user, item.bulk_id, State.SAMPLE)
        row = bulk.items.select_for_update().filter(pk=item.pk, sample=True).first()
        if row is None or seen not in (Seen.RIGHT, Seen.WRONG):
            raise BadInput(_("This is not part of the sample."))
        row.seen = seen
        row.save(update_fields=["seen", "updated_at"])
        if seen == Seen.WRONG:
            _end(bulk, State.STOPPED)
            _note(user, bulk, "stopped")
    return bulk


def run(*, user: User, bulk: Bulk) -> Bulk:
    """Decides all of it, once every item of the sample was found right."""
    with transaction.atomic():
        current = _own(user, bulk.pk, State.SAMPLE)
        if current.items.filter(sample=True).exclude(seen=Seen.RIGHT).exists():
            raise Conflict(_("Look at the whole sample first."), code="sample")
        current.state = State.RUNNING
        current.save()
        _note(user, current, "started")
        enqueue(STAGE)
    return current


def stop(*, user: User, bulk: Bulk) -> Bulk:
    """Decides no more of it; what was decided stays, until it is taken back."""
    with transaction.atomic():
        current = _own(user, bulk.pk, State.SAMPLE, State.RUNNING)
        _end(current, State.STOPPED)
        _note(user, current, "stopped")
    return current


def carry_out(item: BulkItem) -> Result:
    """Decides one claimed item. LeaseLost when another worker has it."""
    bulk = Bulk.objects.select_related("user").get(pk=item.bulk_id)
    with transaction.atomic():
        current = work.locked_under_lease(item)
        if bulk.state == State.RUNNING and current.result == Result.WAITING:
            current.result, current.why = _decide(bulk, current)
        work.give_back(current)
        current.save()
    _finish_if_empty(bulk.pk)
    return Result(current.result)


def _decide(bulk: Bulk, item: BulkItem) -> tuple[Result, str]:
    """Through the door of a single decision; what is refused there, and why."""
    proposal = Proposal.objects.get(pk=item.proposal_id)
    try:
        if bulk.verdict == Verdict.APPROVE:
            refresh_or_raise(proposal)  # outside: what the CRM holds now stays on the lines of what is refused
        with transaction.atomic():
            if bulk.verdict == Verdict.APPROVE:
                proposals.approve(user=bulk.user, proposal=proposal)
            else:
                proposals.reject(user=bulk.user, proposal=proposal, reason=bulk.reason)
    except CrmllmError as refusal:
        return Result.REFUSED, refusal.message[:300]
    return Result.DECIDED, ""


def _finish_if_empty(pk: UUID) -> None:
    with transaction.atomic():
        bulk = Bulk.objects.select_for_update(of=("self",)).get(pk=pk)
        if bulk.state == State.RUNNING and not bulk.items.filter(result=Result.WAITING).exists():
            _end(bulk, State.DONE)


def _end(bulk: Bulk, state: State) -> None:
    bulk.state, bulk.ended_at = state, timezone.now()
    bulk.save()


def retry(*, actor: User, pk: UUID) -> None:
    """Tries an item again that a person wants to see through (the jobs page asks)."""
    require(actor, "jobs.manage")
    BulkItem.objects.filter(pk=pk).update(next_attempt_at=timezone.now(), leased_until=None, lease_token=None)
    enqueue(STAGE)


def cancel(*, actor: User, pk: UUID) -> None:
    """Leaves an item as it is (the jobs page asks)."""
    require(actor, "jobs.manage")
    with transaction.atomic():
        item = BulkItem.objects.select_for_update(of=("self",)).get(pk=pk)
        item.result, item.why = Result.REFUSED, str(_("Left out by an admin."))
        work.give_back(item)
        item.save()
        audit.record(actor=actor, action="bulk.item_left", subject_type="bulk", subject_id=item.bulk_id)
    _finish_if_empty(item.bulk_id)


def _own(user: User, pk: UUID, *states: State) -> Bulk:
    """A person's own decision about many, locked, in one of these states."""
    require(user, "proposals.decide")
    bulk = Bulk.objects.select_for_update(of=("self",)).get(pk=pk)
    if bulk.user_id != user.pk or bulk.state not in states:
        raise Conflict(_("This is %(state)s already.") % {"state": bulk.get_state_display()}, code="moved_on")
    return bulk


def _note(user: User, bulk: Bulk, done: str, **details: object) -> None:
    audit.record(
        actor=user,
        action=f"bulk.{done}",
        subject_type="bulk",
        subject_id=bulk.pk,
        details={"pattern": bulk.pattern, "verdict": bulk.verdict} | details,
    )
