"""Every decision of the screen: on a proposal that waits, or on a blind look at one. Whoever decides cannot tell which.

A look takes its decision here and passes none on; all else goes to the doors of proposals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from crmllm.access.models import User
from crmllm.proposals import identity, services
from crmllm.proposals.choices import REJECT_REASONS, Verdict
from crmllm.proposals.models import Proposal
from review.looks import selectors as looks
from review.looks import services as look_services

#: Who says that somebody else is meant says that the proposal is wrong.
WRONG_PERSON = REJECT_REASONS[2]


def approve(
    *, user: User, proposal: Proposal, edits: Mapping[str, Any] | None = None, milliseconds: int | None = None
) -> Proposal:
    """Approves, with a person's own values where `edits` maps a change's id to one."""
    if _looked(user, proposal, Verdict.APPROVE, edits=edits, milliseconds=milliseconds):
        return proposal
    return services.approve(user=user, proposal=proposal, edits=edits, milliseconds=milliseconds)


def reject(*, user: User, proposal: Proposal, reason: str = "", milliseconds: int | None = None) -> Proposal:
    """Refuses."""
    if _looked(user, proposal, Verdict.REJECT, reason=reason, milliseconds=milliseconds):
        return proposal
    return services.reject(user=user, proposal=proposal, reason=reason, milliseconds=milliseconds)


def skip(*, user: User, proposal: Proposal, milliseconds: int | None = None) -> Proposal:
    """Leaves the decision for later."""
    if _looked(user, proposal, Verdict.SKIP, milliseconds=milliseconds):
        return proposal
    return services.skip(user=user, proposal=proposal, milliseconds=milliseconds)


def undo(*, user: User, proposal: Proposal) -> list[Proposal]:
    """Takes the person's last word back; returns all that was taken back with it."""
    look = looks.said_by(user, proposal.pk)
    if look is None:
        return services.undo(user=user, proposal=proposal)
    look_services.take_back(user=user, look=look)
    return [proposal]


def link(*, user: User, proposal: Proposal, record_id: UUID) -> Proposal:
    """Somebody who is there is meant."""
    if _looked(user, proposal, Verdict.REJECT, reason=str(WRONG_PERSON)):
        return proposal
    return identity.link(user=user, proposal=proposal, record_id=record_id)


def part(*, user: User, proposal: Proposal) -> Proposal:
    """Somebody new is meant."""
    if _looked(user, proposal, Verdict.REJECT, reason=str(WRONG_PERSON)):
        return proposal
    return identity.part(user=user, proposal=proposal)


def _looked(user: User, proposal: Proposal, verdict: Verdict, **said: Any) -> bool:
    """Whether the person has this proposal as a look; then that has their verdict."""
    look = looks.held(user, proposal.pk)
    if look is None:
        return False
    look_services.decide(user=user, look=look, verdict=verdict, **said)
    services.release(user=user, interaction=proposal.interaction)
    return True
