"""What was understood of an interaction: one Extraction a try, its values with their evidence; and what confidences
turned out to be worth."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from crmllm.core.fields import SealedField
from crmllm.core.models import BaseModel


class Extraction(BaseModel):
    """The result of reading one interaction once: by rules, and by the model where it answered."""

    interaction = models.ForeignKey("ingestion.Interaction", on_delete=models.CASCADE, related_name="extractions")
    generation = models.PositiveSmallIntegerField(default=1)
    rules_version = models.CharField(max_length=20)
    prompt_version = models.CharField(max_length=60, blank=True)
    request_model = models.CharField(max_length=120, blank=True)
    llm_call_id = models.UUIDField(null=True)
    category = models.CharField(max_length=12, blank=True)
    sentiment = models.CharField(max_length=8, blank=True)
    language = models.CharField(max_length=12, blank=True)
    mean_logprob = models.FloatField(null=True, help_text="How probable the model found its own answer, where told.")
    result = SealedField(help_text="extraction.types.Extracted as JSON, under the interaction's key.")

    class Meta:
        ordering: ClassVar = ["-created_at"]


class ExtractedValue(BaseModel):
    """One value: where it belongs (`contacts.0.title`), how sure, from where; rejected ones keep their reason."""

    extraction = models.ForeignKey(Extraction, on_delete=models.CASCADE, related_name="values")
    path = models.CharField(max_length=60)
    value = SealedField()
    spans = models.JSONField(default=list, help_text="[[start, end], …] in the interaction's text.")
    confidence = models.FloatField(default=0)
    inferred = models.BooleanField(default=False)
    source = models.CharField(max_length=8)
    rejected = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]


class Calibration(BaseModel):
    """Curves from raw confidences to probabilities, fitted on the decisions up to a moment. Never changed later."""

    number = models.PositiveIntegerField(unique=True)
    fitted_until = models.DateTimeField(help_text="The time of the last decision that it was fitted on.")
    decisions = models.PositiveIntegerField()
    curves = models.JSONField(help_text="{group: {coefficients, intercept, decisions}} of calibration.curves.")

    class Meta:
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return str(self.number)
