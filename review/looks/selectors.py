"""What somebody has before them as a look, and what two people disagree about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import load, visible
from crmllm.core.crypto import open_or
from crmllm.crm import selectors as crm
from crmllm.ingestion.models import Interaction
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import Verdict
from crmllm.proposals.models import Proposal
from crmllm.proposals.selectors import ChangeLine
from review.looks.choices import ALIVE, Label, State, Why
from review.looks.models import Look
from review.looks.standing import stand

# --- for the screen: everything of one person

_KEPT = "_blind_looks"  # on the person of a request, so that a page asks once


def _mine(user: User) -> list[Look]:
    """What a person has before them, and what they said within the time in which they can take it back."""
    found: list[Look] | None = user.__dict__.get(_KEPT)
    if found is None:
        recent = Q(state=State.DECIDED, decided_at__gt=timezone.now() - proposals.UNDO_IN_SIGHT)
        rows = Look.objects.filter(Q(state=State.GIVEN) | recent, user=user)
        found = user.__dict__[_KEPT] = list(rows.select_related("proposal").order_by("id"))
    return found


def forget(user: User) -> None:
    """What a person has before them has changed."""
    user.__dict__.pop(_KEPT, None)


def held(user: User, proposal_id: UUID) -> Look | None:
    """The look that this person has on a proposal; one whose time ran out counts while nobody else has it."""
    return Look.objects.filter(proposal=proposal_id, user=user, state__in=ALIVE).order_by("-id").first()


def said_by(user: User, proposal_id: UUID) -> Look | None:
    """What this person said of a proposal in a look, decided or skipped, while they can take it back."""
    return next((look for look in _mine(user) if look.proposal_id == proposal_id and look.verdict), None)


def as_shown(user: User, row: Proposal) -> Proposal:
    """A proposal as this person sees it: as it stood, where they have a look on it. Nothing is saved."""
    look = next((look for look in _mine(user) if look.proposal_id == row.pk), None)
    return stand(look, row) if look else row


def on_card(user: User, interaction: Interaction) -> list[Proposal]:
    """The proposals of a message that this person looks at blindly, as they stood; empty for an ordinary card.

    What else was proposed from the message is not shown: it would tell that the message is done.
    """
    looks = {look.proposal_id: look for look in _mine(user) if look.proposal.interaction_id == interaction.pk}
    if not looks:
        return []
    found = proposals.whole(Proposal.objects.filter(pk__in=looks)).order_by("position", "id")
    return [stand(looks[row.pk], row) for row in found]


def in_queue(user: User, *, skipped: bool = False) -> dict[UUID, UUID]:
    """Interaction to proposal of the looks that lie in a person's queue, or among what they skipped."""
    verdict = Verdict.SKIP if skipped else ""
    found = (look for look in _mine(user) if look.state == State.GIVEN and look.verdict == verdict)
    return {look.proposal.interaction_id: look.proposal_id for look in found}


def as_then(found: dict[UUID, list[ChangeLine]]) -> dict[UUID, list[ChangeLine]]:
    """Lines without what the CRM holds by now: it may well hold what was decided since."""
    return {pk: [replace(line, moved_to=None) for line in rows] for pk, rows in found.items()}


def decisions_since(user: User, moment: datetime) -> int:
    """How many looks a person decided or skipped today: they count among what was done."""
    return sum(bool(look.verdict) and look.updated_at >= moment for look in _mine(user))


def last(user: User) -> Look | None:
    """What this person said last in a look and can take back."""
    found = [look for look in _mine(user) if look.verdict and not look.truth]
    return max(found, key=lambda look: look.updated_at, default=None)


# --- for managers


def disagreements(user: User) -> QuerySet[Look]:
    """Second reviews in which two people disagree and nobody has settled who is right."""
    rows = visible(user, Look.objects.filter(state=State.DECIDED, why=Why.SECOND, agreed=False, truth=""))
    return rows.select_related("proposal", "user", "decision__actor").order_by("-decided_at")


def disagreement(user: User, pk: UUID, *, permission: str) -> Look:
    """One of them, settled or not."""
    rows = Look.objects.filter(state=State.DECIDED, why=Why.SECOND, agreed=False)
    found = rows.select_related("proposal__interaction", "user", "decision__actor", "settled_by")
    return load(user, found, pk, permission=permission)


@dataclass(frozen=True, slots=True)
class Said:
    """One value, and what the two said of it."""

    label: str
    proposed: str
    first: str
    second: str
    agreed: bool
    quotes: list[str]


def said(user: User, look: Look) -> list[Said]:
    """The lines of a disagreement, those that differ first; fields that this person may not see are absent."""
    row = proposals.whole(Proposal.objects.filter(pk=look.proposal_id)).get()
    shown = {line.change.pk: line for line in proposals.lines(user, [row])[row.pk]}
    before = open_or(look.decision.edits, {}) if look.decision else {}
    after = open_or(look.edits, {})
    found = []
    for line in look.lines.order_by("agreed", "id"):
        if line.change_id not in shown:
            continue
        known = shown[line.change_id]
        name = known.field.name
        found.append(
            Said(
                str(known.field.label),
                known.shown,
                _in_words(line.first, known, before.get(name)),
                _in_words(line.second, known, after.get(name)),
                line.agreed,
                [" ".join(span["quote"].split()) for span in known.evidence],
            )
        )
    return found


def _in_words(label: str, line: Any, value: Any) -> str:
    """ "kept", "rejected", or the value that was set."""
    if label in (Label.EDITED, Label.OTHERWISE):
        return crm.in_words(line.field, value, {}) or "–"
    return str(Label(label).label)
