"""What people are told, what they want to be told, and what is on its way to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crmllm.core.models import BaseModel, WorkItem
from crmllm.notifications.choices import Channel, DeliveryState, Kind


class Notification(BaseModel):
    """One message to one person, in the app. Holds no personal data of customers: a sentence and a link."""

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="notifications")
    kind = models.SlugField(max_length=40)
    sentence = models.CharField(max_length=300)
    link = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at"], name="notification_newest"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return self.kind


class Preference(BaseModel):
    """Whether a person wants a kind of notification through a channel."""

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="notification_preferences")
    kind = models.SlugField(max_length=40)
    channel = models.SlugField(max_length=12)
    wanted = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind", "channel"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel}"


class Delivery(BaseModel, WorkItem):
    """One message on its way out of the house: a mail to a person, or a call of the webhook."""

    channel = models.CharField(max_length=8, choices=[choice for choice in Channel.choices if choice[0] != Channel.APP])
    user = models.ForeignKey("access.User", null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40, choices=Kind.choices)
    sentence = models.CharField(max_length=300)
    link = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(state=DeliveryState.WAITING), name="delivery_work"),
            models.Index(fields=["state", "-id"], name="delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.kind}"
