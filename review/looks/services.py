"""The doors of blind looks: ask for one, give it, decide it, settle it. A look writes nothing to any record."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from crmllm.core import audit
from crmllm.core.audit import SYSTEM
from crmllm.core.errors import Conflict
from crmllm.proposals.choices import State as ProposalState
from crmllm.proposals.choices import Verdict
from crmllm.proposals.models import Decision, Proposal
from review.looks.choices import ALIVE, Why
from review.looks.models import Look

#: A look stands beside a decision that stands.
STANDING = (ProposalState.APPROVED, ProposalState.REJECTED)


def request(*, proposal: Proposal, why: Why, subject_id: UUID | None = None) -> Look:
    """Asks for a blind look at a decided proposal; while one waits for the same reason, that one is returned.

    Raises Conflict for a proposal on which nobody has decided. Call it in the transaction of the decision, or later.
    """
    with transaction.atomic():
        current = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
        if current.state not in STANDING:
            raise Conflict("Nobody has decided on this proposal yet.", code="not_decided")
        waiting = Look.objects.filter(proposal=current, why=why, state__in=ALIVE).first()
        if waiting is not None:
            return waiting
        look = Look.objects.create(
            proposal=current, decision=_standing_decision(current), why=why, subject_id=subject_id
        )
        audit.record(actor=SYSTEM, action="look.requested", subject_type="look", subject_id=look.pk,
                     details={"proposal": current.pk, "why": why})  # fmt: skip
    return look


def _standing_decision(proposal: Proposal) -> Decision | None:
    verdicts = [Verdict.APPROVE, Verdict.EDIT, Verdict.REJECT]
    return proposal.decisions.filter(verdict__in=verdicts).order_by("-created_at", "-id").first()
