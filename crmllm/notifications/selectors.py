"""What a person was told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from crmllm.access.models import User
from crmllm.access.rules import person, visible
from crmllm.notifications.choices import PERSONAL, Kind
from crmllm.notifications.models import Notification, Preference

SHOWN_AT_MOST = 99


def notifications(user: User) -> QuerySet[Notification]:
    """One's own, newest first."""
    return visible(user, Notification.objects.order_by("-created_at", "-id"))


def unread_count(user: User) -> int:
    """How many are unread, up to what a badge shows."""
    return Notification.objects.filter(user=user, read_at=None)[:SHOWN_AT_MOST].count()


def bell(request: HttpRequest) -> dict[str, Any]:
    """The bell in the frame of every page."""
    return {"unread": unread_count(person(request)), "url": reverse("notifications:list")}


def choices_of(user: User) -> dict[tuple[str, str], bool]:
    """What a person wants to be told: every kind and channel."""
    rows = Preference.objects.filter(user=user).values_list("kind", "channel", "wanted")
    chosen = {(kind, channel): wanted for kind, channel, wanted in rows}
    defaults = {(str(kind), str(channel)): on for kind in Kind for channel, on in PERSONAL.items()}
    return {place: chosen.get(place, on) for place, on in defaults.items()}
