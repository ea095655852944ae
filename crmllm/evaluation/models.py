"""Stored results of evaluations, so that versions can be compared."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from crmllm.core.models import BaseModel
from crmllm.evaluation.choices import Subject


class EvaluationRun(BaseModel):
    """One run of one scorer over one set: figures only, no content of the set."""

    subject = models.SlugField(max_length=40, choices=Subject.choices)
    dataset = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64, help_text="Hash of the set's files and of what of it was read.")
    items = models.PositiveIntegerField()
    request_model = models.CharField(max_length=120, blank=True, help_text="Empty: rules alone.")
    prompt_version = models.CharField(max_length=80, blank=True)
    rules_version = models.CharField(max_length=20, blank=True)
    score = models.FloatField(help_text="The one figure that runs of a subject are compared by.")
    result = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["subject", "fingerprint", "-created_at"], name="evaluationrun_series"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.dataset}"
