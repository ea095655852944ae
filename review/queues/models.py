"""Lists of work with a service level, whose work an item is, and what people say about it to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crmllm.core.fields import SealedField
from crmllm.core.models import BaseModel
from crmllm.crm.choices import Object, Risk
from crmllm.ingestion.choices import Kind, Origin
from review.queues.choices import Order


def _several(choices: Sequence[tuple[str, Any]]) -> ArrayField[list[str], list[str]]:
    return ArrayField(models.CharField(max_length=12, choices=choices), default=list, blank=True)


class ReviewQueue(BaseModel):
    """A part of what waits: what a filter lets through. Empty lists let everything through.

    An item counts for the first queue that it fits, in the order of `position`; its hours are the service level.
    """

    name = models.CharField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(default=10, help_text=_("The lowest comes first."))
    team = models.ForeignKey("access.Team", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    hours = models.PositiveSmallIntegerField(
        default=24, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)], help_text="Its service level."
    )
    order = models.CharField(max_length=8, choices=Order.choices, default=Order.DUE)
    objects_in = _several(Object.choices)
    risk = models.CharField(max_length=8, choices=Risk.choices, blank=True)
    kinds = _several(Kind.choices)
    origins = _several(Origin.choices)
    mailbox = models.ForeignKey("ingestion.Mailbox", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    told_until = models.DateTimeField(
        default=timezone.now, editable=False, help_text="Whatever was due up to here was told of."
    )

    class Meta:
        ordering: ClassVar = ["position", "name"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(hours__gte=1), name="queue_hours")]

    def __str__(self) -> str:
        return self.name


class Assignment(BaseModel):
    """Whose work an item is: one person's or one team's. Nobody else is handed it."""

    interaction = models.OneToOneField("ingestion.Interaction", on_delete=models.CASCADE, related_name="assignment")
    user = models.ForeignKey("access.User", null=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey("access.Team", null=True, on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey("access.User", null=True, on_delete=models.SET_NULL, related_name="+")
    escalated_at = models.DateTimeField(null=True, help_text="When it was handed up, because it could not be decided.")
    reason = SealedField(null=True, help_text="Why, under the interaction's key.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=True, team__isnull=False) | Q(user__isnull=False, team__isnull=True),
                name="assignment_one_owner",
            )
        ]

    def __str__(self) -> str:
        return str(self.user or self.team)


class Comment(BaseModel):
    """What somebody says about an item to the others. Sealed under the interaction's key: it is erased with it."""

    interaction = models.ForeignKey("ingestion.Interaction", on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey("access.User", null=True, on_delete=models.SET_NULL, related_name="+")
    text = SealedField()
    mentions = models.ManyToManyField("access.User", related_name="+", blank=True)

    class Meta:
        ordering: ClassVar = ["created_at"]
        indexes: ClassVar = [models.Index(fields=["interaction", "created_at"], name="comment_of_item")]
