"""Stored results of evaluations, so that versions can be compared."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from crmllm.core.models import BaseModel


class EvaluationRun(BaseModel):
    """One run of one scorer over one data set: figures only, no content."""

    subject = models.SlugField(max_length=40)
    dataset = models.CharField(max_length=120)
    items = models.PositiveIntegerField()
    request_model = models.CharField(max_length=120, blank=True)
    prompt_version = models.CharField(max_length=80, blank=True)
    result = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-created_at"]
