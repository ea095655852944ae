"""What people do with queues: make them, hand items to each other, talk about them, hand them up.

Never the same item to two people: an item is handed out by one conditional update of its claim, which only one wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import Team, User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.crypto import Sealed
from crmllm.core.errors import BadInput, Conflict
from crmllm.ingestion.models import Interaction
from crmllm.jobs import services as jobs
from crmllm.notifications.choices import Kind
from crmllm.notifications.services import notify
from crmllm.proposals import services as proposals
from crmllm.proposals.models import Proposal
from review.queues import selectors
from review.queues.models import Assignment, Comment, ReviewQueue

MOST_TEXT = 4000
LOOKS = 6  # at what could be handed out, before somebody is told that others are on it
#: By when a manager should have looked at what was handed up.
ESCALATED = timedelta(hours=4)
_MENTION = re.compile(r"(?<![\w.@])@([\w.+-]*\w)")


# --- queues


def save_queue(*, actor: User, queue: ReviewQueue, values: Mapping[str, Any]) -> ReviewQueue:
    """Makes a queue or changes one; the deadlines of what waits follow in a job."""
    require(actor, "queues.manage")
    for name, value in values.items():
        setattr(queue, name, value)
    if ReviewQueue.objects.filter(name=queue.name).exclude(pk=queue.pk).exists():
        raise BadInput(_("There is a queue of this name."), fields={"name": [_("There is a queue of this name.")]})
    with transaction.atomic():
        action = "queue.created" if queue._state.adding else "queue.changed"
        queue.save()
        _note(actor, action, "queue", queue.pk, {name: str(value) for name, value in values.items()})
        jobs.start(name="retime_reviews", user=actor)
    return queue


def delete_queue(*, actor: User, queue: ReviewQueue) -> None:
    """Removes a queue; what was in it waits on without it."""
    require(actor, "queues.manage")
    with transaction.atomic():
        _note(actor, "queue.deleted", "queue", queue.pk, {"name": queue.name})
        queue.delete()
        jobs.start(name="retime_reviews", user=actor)


def hours_for(interaction: Interaction, rows: Sequence[Proposal]) -> float | None:
    """The service level of an item: that of the first queue that it is in (proposals.urgency asks)."""
    objects = {row.object for row in rows}
    found = (row.hours for row in ReviewQueue.objects.all() if selectors.holds(row, interaction, objects))
    return next(found, None)


# --- hand out


def hand_out(*, user: User, look: Callable[[], Sequence[UUID]]) -> Interaction | None:
    """Claims the first of the items that `look` finds and nobody else holds; each try is one conditional update, so two
    people never get the same. Who comes too late for all of them looks again: many may begin in the same moment."""
    for _again in range(LOOKS):
        found = look()
        for pk in found:
            row = Interaction.objects.filter(pk=pk).first()
            if row is not None and proposals.claim(user=user, interaction=row):
                return Interaction.objects.select_related("claimed_by", "owner", "mailbox").get(pk=pk)
        if not found:
            return None
    return None


# --- whose work it is


def assign(*, actor: User, interaction: Interaction, user: User | None = None, team: Team | None = None) -> Assignment:
    """Makes an item the work of one person or one team, and tells them."""
    require(actor, "proposals.decide")
    if (user is None) == (team is None):
        raise BadInput(_("Choose one person, or one team."))
    if user is not None:
        _require_able(user, interaction)
    return _hand_to(actor, interaction, user, team, "interaction.assigned", _told_assigned)


def give_back(*, actor: User, interaction: Interaction) -> None:
    """The item is nobody's work any more, and nobody holds it."""
    require(actor, "proposals.decide")
    with transaction.atomic():
        row = Assignment.objects.select_for_update(of=("self",)).filter(interaction=interaction).first()
        if row is None:
            raise Conflict(_("This is nobody's own work."), code="not_assigned")
        row.delete()
        proposals.release(user=actor, interaction=interaction)
        _note(actor, "interaction.given_back", "interaction", interaction.pk)


def escalate(*, actor: User, interaction: Interaction, reason: str, manager: User) -> Assignment:
    """Hands an item up to somebody who may know better, with the reason; it is due within hours."""
    require(actor, "proposals.decide")
    if not reason.strip():
        raise BadInput(_("Say what is unclear."), fields={"reason": [_("Say what is unclear.")]})
    _require_able(manager, interaction)
    sealed = Sealed.of(reason.strip()[:MOST_TEXT], interaction.key_id)
    with transaction.atomic():
        row = _hand_to(actor, interaction, manager, None, "interaction.escalated", _told_escalated, reason=sealed)
        late = timezone.now() + ESCALATED
        Interaction.objects.filter(pk=interaction.pk).update(due_at=Least(F("due_at"), late))
    return row


def _hand_to(
    actor: User,
    interaction: Interaction,
    user: User | None,
    team: Team | None,
    action: str,
    tell: Callable[[Interaction], str],
    *,
    reason: Sealed | None = None,
) -> Assignment:
    with transaction.atomic():
        row, _made = Assignment.objects.update_or_create(
            interaction=interaction,
            defaults={
                "user": user,
                "team": team,
                "made_by": actor,
                "reason": reason,
                "escalated_at": timezone.now() if reason else None,
            },
        )
        if user != actor:
            proposals.release(user=actor, interaction=interaction)
        people = [user.pk] if user else list(team.users.values_list("pk", flat=True)) if team else []
        _tell(Kind.REVIEW_WORK, [pk for pk in people if pk != actor.pk], tell(interaction), interaction)
        details = {"to": str(user.pk if user else team.pk if team else "")}
        _note(actor, action, "interaction", interaction.pk, details, interaction.key_id)
    return row


def _require_able(user: User, interaction: Interaction) -> None:
    if not user.may("proposals.decide") or not selectors.sees(user, interaction):
        raise BadInput(_("%(name)s may not decide on this.") % {"name": user})


def _told_assigned(interaction: Interaction) -> str:
    return _("An item of the review is your work now.")


def _told_escalated(interaction: Interaction) -> str:
    return _("An item of the review was handed up to you.")


# --- what people say


def comment(*, author: User, interaction: Interaction, text: str) -> Comment:
    """Keeps what somebody says about an item, and tells those whom it names with @login, if they may see the item."""
    text = text.strip()
    if not text:
        raise BadInput(_("Write something first."), fields={"text": [_("Write something first.")]})
    if len(text) > MOST_TEXT:
        raise BadInput(_("At most %(count)d characters.") % {"count": MOST_TEXT})
    require(author, "proposals.decide")
    named = {name.casefold() for name in _MENTION.findall(text)}
    people = [
        one
        for one in selectors.colleagues(author)
        if one.username.casefold() in named and selectors.sees(one, interaction)
    ]
    with transaction.atomic():
        row = Comment.objects.create(interaction=interaction, author=author, text=Sealed.of(text, interaction.key_id))
        row.mentions.set(people)
        said = _("%(name)s names you in a comment on an item of the review.") % {"name": author}
        _tell(Kind.REVIEW_WORK, [one.pk for one in people], said, interaction)
        _note(author, "interaction.commented", "interaction", interaction.pk, {"comment": str(row.pk)})
    return row


def tell_overdue(*, queue: ReviewQueue) -> int:
    """Tells the managers, and the people of the queue's team, how many items became overdue since the last time."""
    with transaction.atomic():
        current = ReviewQueue.objects.select_for_update(of=("self",)).get(pk=queue.pk)
        now = timezone.now()
        rows = Interaction.objects.filter(open_proposals__gt=0, due_at__gt=current.told_until, due_at__lte=now)
        count = rows.filter(selectors.inside(current)).count()
        ReviewQueue.objects.filter(pk=current.pk).update(told_until=now)
        if count:
            team = current.team
            people = list(team.users.values_list("pk", flat=True)) if team else []
            sentence = _("%(name)s: %(count)d more overdue.") % {"name": current.name, "count": count}
            link = f"{reverse('review:queue')}?queue={current.pk}"
            notify(kind=Kind.REVIEW_OVERDUE, role="manager", users=people, sentence=sentence, link=link)
    return count


def _tell(kind: Kind, users: list[UUID], sentence: str, interaction: Interaction) -> None:
    if users:
        notify(kind=kind, users=users, sentence=sentence, link=reverse("review:card", args=[interaction.pk]))


def _note(
    actor: User,
    action: str,
    subject: str,
    pk: UUID,
    details: Mapping[str, Any] | None = None,
    key_id: UUID | None = None,
) -> None:
    audit.record(
        actor=actor, action=action, subject_type=subject, subject_id=pk, details=dict(details or {}), key_id=key_id
    )
