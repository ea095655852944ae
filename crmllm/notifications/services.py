"""Telling people something, once, through the channels that they chose."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from crmllm.access.models import User
from crmllm.notifications.models import Notification


def notify(*, kind: str, sentence: str, users: Iterable[UUID] = (), role: str = "", link: str = "") -> int:
    """Tells the given people and all of a role. The sentence holds no personal data of customers. Returns how many."""
    people = User.objects.filter(Q(pk__in=list(users)) | Q(role=role), is_active=True)
    rows = [Notification(user=person, kind=kind, sentence=sentence, link=link) for person in people]
    Notification.objects.bulk_create(rows)
    return len(rows)
