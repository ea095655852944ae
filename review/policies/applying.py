"""What policies do with proposals: every new one is put on a list with its proposals' transaction, and worked off.

A proposal is applied when every value of it is spoken for by a policy that is on and nothing is in the way; else it is
left to a person with the reasons. Locks are taken in one order: policies, then the proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit, work
from crmllm.core.crypto import blind_index
from crmllm.core.errors import Conflict
from crmllm.jobs.services import enqueue
from crmllm.proposals import selectors as proposals
from crmllm.proposals import services as deciding_on
from crmllm.proposals.choices import OPEN
from crmllm.proposals.models import Proposal
from review.looks import services as looks
from review.looks.choices import Why
from review.policies import correcting, deciding
from review.policies.choices import AWAKE, Blocker, CheckState, State, Task
from review.policies.deciding import Verdict
from review.policies.models import AutomatedValue, PolicyCheck, ReviewPolicy
from review.policies.services import POLICY

STAGE = "automate"


def heed_proposed(made: Sequence[Proposal]) -> None:
    """New proposals are put on the list while any policy is on, or on paper."""
    if not made or not ReviewPolicy.objects.filter(state__in=AWAKE).exists():
        return
    PolicyCheck.objects.bulk_create(PolicyCheck(proposal=one) for one in made)
    enqueue(STAGE)


def settle(*, row: PolicyCheck) -> CheckState:
    """Works one claimed row off, in one transaction. LeaseLost when another drain has it."""
    with transaction.atomic():
        current = work.locked_under_lease(row)
        state = correcting.correct(current) if current.task == Task.CORRECT else _decide(current)
        work.give_back(current)
        current.state, current.checked_at = state, timezone.now()
        current.save()
    return state


def _decide(check: PolicyCheck) -> CheckState:
    found = ReviewPolicy.objects.select_for_update(of=("self",), no_key=True).select_related("fit")
    proposal = proposals.whole(Proposal.objects.filter(pk=check.proposal_id)).get()
    policies = list(found.exclude(state=State.OFF).filter(object=proposal.object).order_by("pk"))
    if proposal.state not in OPEN:
        return CheckState.VOID
    said = deciding.judge(proposal, policies)
    if not said.blockers and deciding.waits_for_looks(said.policies):
        said.block(Blocker.LOOKS)
    if said.blockers:
        return _hold(check, said)
    if said.on_paper:
        _note_values(proposal, said, paper=True)
        return CheckState.PAPER
    try:
        # The three-way compare leaves its mark on the lines when it refuses: nothing is rolled back with it.
        deciding_on.apply(actor=POLICY, proposal=proposal)
    except Conflict as refusal:
        code = {"claimed": Blocker.CLAIMED, "crm_moved": Blocker.MOVED}.get(refusal.code, Blocker.BLOCKED)
        said.block(code, message=refusal.message)
        return _hold(check, said)
    sampled = _sampled(proposal, said)
    _note_values(proposal, said, paper=False, sampled=sampled is not None)
    if sampled is not None:
        looks.request(proposal=proposal, why=Why.SAMPLE, subject_id=sampled)
    return CheckState.APPLIED


def _hold(check: PolicyCheck, said: Verdict) -> CheckState:
    check.blockers = said.blockers
    return CheckState.HELD


def _note_values(proposal: Proposal, said: Verdict, *, paper: bool, sampled: bool = False) -> None:
    AutomatedValue.objects.bulk_create(
        AutomatedValue(
            policy=policy,
            fit=policy.fit,
            proposal=proposal,
            change=change,
            field=f"{proposal.object}.{change.field}",
            source=change.source,
            confidence=change.confidence,
            paper=paper,
            sampled=sampled,
        )
        for change, policy in said.spoken
        if not paper or policy.state == State.SHADOW
    )


def _sampled(proposal: Proposal, said: Verdict) -> UUID | None:
    """The policy for which this is looked at blindly: each of the first after a start, then a share drawn by a secret,
    so that nobody knows beforehand which."""
    drawn = int.from_bytes(blind_index("policy sample", str(proposal.pk))[:8], "big") / 2**64
    for policy in said.policies:
        applied = AutomatedValue.objects.filter(policy=policy, paper=False, created_at__gte=policy.on_since)
        if drawn < policy.sample_share or len(applied.values("pk")[: policy.first_looks]) < policy.first_looks:
            return policy.pk
    return None


# --- rows that failed, on the Jobs page


def retry(*, actor: User, pk: UUID) -> None:
    """Tries a failed row again."""
    _settle_failed(actor, pk, CheckState.WAITING, "policy-check.retried")


def cancel(*, actor: User, pk: UUID) -> None:
    """Gives a failed row up: a person decides."""
    _settle_failed(actor, pk, CheckState.HELD, "policy-check.cancelled")


def _settle_failed(actor: User, pk: UUID, state: CheckState, action: str) -> None:
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = PolicyCheck.objects.select_for_update().get(pk=pk)
        if row.state != CheckState.FAILED:
            raise Conflict(f"This is {row.get_state_display()}; there is nothing to settle.")
        work.give_back(row)
        row.state, row.attempts, row.next_attempt_at = state, 0, timezone.now()
        row.save()
        audit.record(actor=actor, action=action, subject_type="policy_check", subject_id=row.pk)
        if state == CheckState.WAITING:
            enqueue(STAGE)
