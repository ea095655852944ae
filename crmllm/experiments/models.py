"""A/B tests: which subject got which variant."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from crmllm.core.models import BaseModel


class Experiment(BaseModel):
    """A named comparison; variants are weighted, e.g. {"1": 90, "2": 10} for prompt versions."""

    name = models.SlugField(max_length=60, unique=True)
    variants = models.JSONField(default=dict)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Assignment(BaseModel):
    """The variant that a subject got, kept so that results can be compared later."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="assignments")
    subject_id = models.UUIDField()
    variant = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["experiment", "subject_id"], name="assignment_once")]

    def __str__(self) -> str:
        return self.variant
