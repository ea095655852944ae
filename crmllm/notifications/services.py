"""Telling people something, once, through the channels that they chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit, work
from crmllm.core.errors import Conflict, CrmllmError
from crmllm.jobs.services import enqueue
from crmllm.notifications import channels
from crmllm.notifications.choices import PERSONAL, Channel, DeliveryState, Kind
from crmllm.notifications.models import Delivery, Notification, Preference

TRIES = 6  # about two minutes; a message that is older helps nobody


def notify(*, kind: str, sentence: Any, users: Iterable[UUID] = (), role: str = "", link: str = "") -> int:
    """Tells the given people and all of a role. The sentence holds no personal data of customers. Returns how many.

    Call it inside the transaction of what happened: then it is told exactly when that is true.
    """
    said = {"kind": str(Kind(kind)), "sentence": str(sentence)[:300], "link": link}
    people = list(User.objects.filter(Q(pk__in=list(users)) | Q(role=role), is_active=True))
    wanted = _wanted(people, kind)
    with transaction.atomic():
        Notification.objects.bulk_create(
            Notification(user=person, **said) for person in people if wanted[person.pk, Channel.APP]
        )
        out = [Delivery(channel=Channel.MAIL, user=person, **said) for person in people if _gets_mail(person, wanted)]
        if settings.WEBHOOK_URL:
            out.append(Delivery(channel=Channel.WEBHOOK, **said))
        if Delivery.objects.bulk_create(out):
            enqueue("notify")
    return len(people)


def _wanted(people: list[User], kind: str) -> dict[tuple[UUID, str], bool]:
    """For each person and channel: what they chose, else the default."""
    chosen = Preference.objects.filter(user__in=people, kind=kind).values_list("user_id", "channel", "wanted")
    defaults = {(person.pk, str(channel)): on for person in people for channel, on in PERSONAL.items()}
    return defaults | {(user, channel): on for user, channel, on in chosen}


def _gets_mail(person: User, wanted: Mapping[tuple[UUID, str], bool]) -> bool:
    return bool(settings.EMAIL_HOST and person.email and wanted[person.pk, Channel.MAIL])


def choose(*, user: User, choices: Mapping[tuple[str, str], bool]) -> None:
    """Sets what a person wants to be told: {(kind, channel): wanted}."""
    rows = [
        Preference(user=user, kind=Kind(kind), channel=Channel(channel), wanted=wanted)
        for (kind, channel), wanted in choices.items()
    ]
    with transaction.atomic():
        Preference.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["user", "kind", "channel"],
            update_fields=["wanted", "updated_at"],
        )


def mark_read(*, user: User, notifications: Iterable[UUID] | None = None) -> int:
    """Marks a person's notifications as read: the given ones, or all."""
    rows = Notification.objects.filter(user=user, read_at=None)
    if notifications is not None:
        rows = rows.filter(pk__in=list(notifications))
    return rows.update(read_at=timezone.now())


# --- on their way out


def deliver(row: Delivery) -> DeliveryState:
    """Sends one claimed message and notes what came of it. LeaseLost when another has it."""
    failure: CrmllmError | None = None
    try:
        channels.send(row)
    except channels.NotSent as error:
        failure = error
    with transaction.atomic():
        current = work.locked_under_lease(row)
        if failure is None:
            work.give_back(current)
            current.state = DeliveryState.SENT
        else:
            work.postpone(current, failure)
            if current.attempts >= TRIES:
                current.state = DeliveryState.FAILED
        current.save()
    return DeliveryState(current.state)


def retry(*, actor: User, pk: UUID) -> None:
    """Sends a failed message again."""
    _settle(actor, pk, DeliveryState.WAITING, "delivery.retried")


def cancel(*, actor: User, pk: UUID) -> None:
    """Gives a message up."""
    _settle(actor, pk, DeliveryState.CANCELLED, "delivery.cancelled")


def _settle(actor: User, pk: UUID, state: DeliveryState, action: str) -> None:
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=pk)
        if row.state not in (DeliveryState.WAITING, DeliveryState.FAILED):
            raise Conflict(f"This message is {row.get_state_display()} already.")
        work.give_back(row)
        row.state, row.attempts, row.next_attempt_at = state, 0, timezone.now()
        row.save()
        audit.record(actor=actor, action=action, subject_type="delivery", subject_id=row.pk)
        if state == DeliveryState.WAITING:
            enqueue("notify")
