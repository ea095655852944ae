"""One decision about many proposals of the same pattern, and what became of each of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crmllm.core.models import BaseModel, WorkItem
from crmllm.proposals.choices import Verdict
from review.bulk.choices import Result, Seen, State


class Bulk(BaseModel):
    """A person's verdict on all that waits of one pattern; nothing is decided before a sample was looked at."""

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="+")
    pattern = models.CharField(max_length=160)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.SAMPLE)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(verdict__in=[Verdict.APPROVE, Verdict.REJECT]), name="bulk_verdict")
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-created_at"], name="bulk_latest")]

    def __str__(self) -> str:
        return f"{self.verdict} {self.pattern}"


class BulkItem(BaseModel, WorkItem):
    """One proposal of it."""

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="items")
    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="+")
    sample = models.BooleanField(default=False, help_text="A person looks at it before all are decided.")
    seen = models.CharField(max_length=5, choices=Seen.choices, blank=True)
    result = models.CharField(max_length=8, choices=Result.choices, default=Result.WAITING)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["bulk", "proposal"], name="bulk_item_once")]
        indexes: ClassVar = [
            models.Index(fields=["bulk", "result"], name="bulk_item_result"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(result=Result.WAITING),
                name="bulk_item_work",
            ),
        ]

    def __str__(self) -> str:
        return self.result
