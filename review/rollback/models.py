"""A roll-back: what it takes back, item by item, in which order, and what came of each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from crmllm.core.models import BaseModel, WorkItem
from review.rollback.choices import Result, State, Subject


class Rollback(BaseModel, WorkItem):
    """Everything of one kind, taken back together. Planned first: the dry run writes nothing but its list."""

    subject_type = models.CharField(max_length=16, choices=Subject.choices)
    subject_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=200, help_text="What is taken back, in words, without personal data.")
    scope = models.JSONField(default=dict, help_text="What of it: {since, field, source}; empty for all.")
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    stop = models.BooleanField(default=False, help_text="Somebody asked to stop.")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state=State.RUNNING), name="rollback_work"),
            models.Index(fields=["subject_id", "-id"], name="rollback_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.state}"


class RollbackItem(BaseModel):
    """One proposal that is taken back, or one entry of a registered kind."""

    rollback = models.ForeignKey(Rollback, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    proposal = models.ForeignKey("proposals.Proposal", null=True, on_delete=models.CASCADE, related_name="+")
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.READY)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rollback", "position"], name="rollbackitem_order"),
            models.UniqueConstraint(fields=["rollback", "proposal"], name="rollbackitem_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["rollback", "result", "position"], name="rollbackitem_result")]

    def __str__(self) -> str:
        return f"{self.position} {self.result}"
