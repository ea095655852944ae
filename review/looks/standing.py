"""A decided proposal as it stood while it waited: changed in memory only, for the card and for the form."""

from __future__ import annotations

from crmllm.core.crypto import Sealed
from crmllm.proposals.choices import Action, Verdict
from crmllm.proposals.choices import State as ProposalState
from crmllm.proposals.models import Proposal
from review.looks.models import Look

_SHOWN_AS = {
    Verdict.APPROVE: ProposalState.APPROVED,
    Verdict.EDIT: ProposalState.APPROVED,
    Verdict.REJECT: ProposalState.REJECTED,
    Verdict.SKIP: ProposalState.SKIPPED,
}


def stand(look: Look, proposal: Proposal) -> Proposal:
    """Makes a loaded proposal, its changes prefetched, what the person of this look sees. Nothing is saved."""
    proposal.state = _SHOWN_AS[Verdict(look.verdict)] if look.verdict else ProposalState.PENDING
    proposal.note, proposal.decided_at, proposal.written = "", look.decided_at, False
    proposal.claimed_by, proposal.claimed_until = None, None
    if look.planted is None:
        return proposal
    planted = look.planted.open()
    for change in proposal.changes.all():
        if change.field in planted:
            change.proposed = Sealed.of(planted[change.field], look.planted.key_id)
    if "name" in planted and proposal.action == Action.CREATE:
        proposal.name = str(planted["name"])
    return proposal
