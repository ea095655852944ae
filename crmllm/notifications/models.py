"""What people are told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crmllm.core.models import BaseModel


class Notification(BaseModel):
    """One message to one person, in the app. Holds no personal data of customers: a sentence and a link."""

    user = models.ForeignKey(
        "access.User", on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.SlugField(max_length=40)
    sentence = models.CharField(max_length=300)
    link = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at"], name="notification_newest"),
            models.Index(
                fields=["user"],
                condition=Q(read_at__isnull=True),
                name="notification_unread",
            ),
        ]


class Preference(BaseModel):
    """Whether a person wants a kind of notification through a channel."""

    user = models.ForeignKey(
        "access.User", on_delete=models.CASCADE, related_name="notification_preferences"
    )
    kind = models.SlugField(max_length=40)
    channel = models.SlugField(max_length=12)
    wanted = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "kind", "channel"], name="preference_once"
            )
        ]
