"""What people see of background work, and the wake-ups that keep at most one task queued for each stage."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crmllm.core.models import BaseModel
from crmllm.jobs.choices import UNFINISHED, Cluster, RunState


class JobRun(BaseModel):
    """One visible run of a job: of a stage's drain, or of something that a person started. Arguments are ids only."""

    name = models.CharField(max_length=60)
    cluster = models.CharField(max_length=8, choices=Cluster.choices, default=Cluster.DEFAULT)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    arguments = models.JSONField(default=dict, blank=True)
    user = models.ForeignKey(
        "access.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    failures = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=400, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.CharField(max_length=400, blank=True)
    cancel_requested = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-created_at"], name="jobrun_newest"),
            models.Index(fields=["name", "-created_at"], name="jobrun_name"),
            models.Index(
                fields=["heartbeat_at"],
                condition=Q(state__in=UNFINISHED),
                name="jobrun_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class StageWake(models.Model):
    """Whether a wake-up for a stage is queued: set by the one who queues it, cleared by the drain as it starts.

    `paused_at` is set when somebody cancels a stage's run: its rows wait until somebody lets it go on.
    """

    stage = models.CharField(primary_key=True, max_length=40)
    queued_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.stage
