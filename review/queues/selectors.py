"""Reads of queues: which there are, what is in one, whose work an item is, and what was said about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crmllm.access.choices import PERMISSIONS, Role
from crmllm.access.models import Team, User
from crmllm.access.rules import load, visible
from crmllm.core.crypto import open_or
from crmllm.ingestion.models import Interaction
from crmllm.proposals.choices import OPEN
from crmllm.proposals.models import Proposal
from review.queues.models import Assignment, Comment, ReviewQueue

#: So long before it is overdue an item is shown as due soon.
SOON = timedelta(hours=1)
DECIDERS = PERMISSIONS["proposals.decide"]


def shown_to(user: User) -> Q:
    """Which queues are for those who do not see all: everybody's, and those of their team."""
    return Q(team=None) | Q(team=user.team_id) if user.team_id else Q(team=None)


def queues(user: User) -> list[ReviewQueue]:
    """The queues that this person works on, in their order."""
    return list(visible(user, ReviewQueue.objects.select_related("team", "mailbox")))


def queue(user: User, pk: object, *, permission: str = "") -> ReviewQueue:
    """One queue: NotFound for who has nothing to do with it."""
    return load(user, ReviewQueue.objects.all(), pk, permission=permission)


def inside(row: ReviewQueue) -> Q:
    """The condition on an open interaction to be in a queue."""
    wanted = Q()
    if row.team_id:
        wanted &= Q(team=row.team_id)
    if row.kinds:
        wanted &= Q(kind__in=row.kinds)
    if row.origins:
        wanted &= Q(origin__in=row.origins)
    if row.mailbox_id:
        wanted &= Q(mailbox=row.mailbox_id)
    if row.risk:
        wanted &= Q(risk=row.risk)
    if row.objects_in:
        about = Proposal.objects.filter(interaction=OuterRef("pk"), state__in=OPEN, object__in=row.objects_in)
        wanted &= Q(Exists(about))
    return wanted


def holds(row: ReviewQueue, interaction: Interaction, objects: Collection[str]) -> bool:
    """Whether an interaction, whose open proposals are about these objects, is in a queue."""
    return (
        (not row.team_id or row.team_id == interaction.team_id)
        and (not row.kinds or interaction.kind in row.kinds)
        and (not row.origins or interaction.origin in row.origins)
        and (not row.mailbox_id or row.mailbox_id == interaction.mailbox_id)
        and (not row.risk or row.risk == interaction.risk)
        and (not row.objects_in or bool(set(row.objects_in) & set(objects)))
    )


# --- whose work it is


def for_hands_of(user: User) -> Q:
    """Interactions that may be handed to this person: their own, their team's, and nobody's."""
    theirs = Q(assignment__isnull=True) | Q(assignment__user=user)
    return theirs | Q(assignment__team=user.team_id) if user.team_id else theirs


def assigned_to(user: User) -> Q:
    """Interactions that are this person's work, or their team's."""
    own = Q(assignment__user=user)
    return own | Q(assignment__team=user.team_id) if user.team_id else own


def colleagues(user: User) -> QuerySet[User]:
    """Who else decides: people that an item can be handed to, and named in a comment."""
    return User.objects.filter(is_active=True, role__in=DECIDERS).exclude(pk=user.pk).order_by("username")


def managers(user: User) -> list[User]:
    """Whom an item can be handed up to: managers and admins, those of one's own team first."""
    found = colleagues(user).filter(role__in=[Role.MANAGER, Role.ADMIN])
    return sorted(found, key=lambda one: (one.team_id is None or one.team_id != user.team_id, one.username))


def teams() -> QuerySet[Team]:
    return Team.objects.order_by("name")


def sees(user: User, interaction: Interaction) -> bool:
    """Whether somebody may see an interaction at all."""
    return visible(user, Interaction.objects.filter(pk=interaction.pk)).exists()


@dataclass(frozen=True)
class Clock:
    """How an item stands to its deadline."""

    due_at: datetime
    overdue: bool
    soon: bool


def clock(due_at: datetime | None) -> Clock | None:
    """The clock of an item that waits; None where it has no deadline."""
    if due_at is None:
        return None
    left = due_at - timezone.now()
    return Clock(due_at, left < timedelta(), timedelta() <= left < SOON)


def assignments(ids: Collection[UUID]) -> dict[UUID, Assignment]:
    """Whose work several interactions are."""
    rows = Assignment.objects.filter(interaction__in=ids).select_related("user", "team")
    return {row.interaction_id: row for row in rows}


def comments(interaction: Interaction) -> list[dict[str, Any]]:
    """What was said about an item, oldest first; what was erased is left out."""
    rows = Comment.objects.filter(interaction=interaction).select_related("author")
    said = ((row, open_or(row.text)) for row in rows)
    return [
        {"author": str(row.author or ""), "text": text, "at": row.created_at} for row, text in said if text is not None
    ]
