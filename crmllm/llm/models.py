"""Prompts and their frozen versions, versions of the model, every model call, and the one table of embeddings."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from pgvector.django import HnswIndex, VectorField

from crmllm.core.fields import SealedField
from crmllm.core.ids import uuid7
from crmllm.core.models import BaseModel
from crmllm.llm.choices import CallState, VersionState

EMBEDDING_SIZE = 384  # all-MiniLM-L6-v2


class Prompt(BaseModel):
    """A named use of the model; exactly one of its versions is live."""

    name = models.SlugField(max_length=60, unique=True)
    description = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class PromptVersion(BaseModel):
    """Frozen text: a version is never edited, only followed by another."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    system = models.TextField()
    user = models.TextField(help_text="Template with {variables}.")
    settings = models.JSONField(default=dict, help_text="temperature, max_tokens, …")
    note = models.CharField(max_length=200, blank=True)
    live = models.BooleanField(default=False)
    author = models.ForeignKey(
        "access.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who wrote it here; nobody: it was shipped with the program.",
    )

    class Meta:
        ordering: ClassVar = ["prompt", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prompt", "number"], name="promptversion_once"),
            models.UniqueConstraint(fields=["prompt"], condition=Q(live=True), name="promptversion_one_live"),
        ]

    def __str__(self) -> str:
        return f"{self.prompt.name} v{self.number}"


class ModelVersion(BaseModel):
    """An adapter for a base model: shipped with the program, or trained here. At most one is in use."""

    name = models.SlugField(max_length=100, unique=True, help_text="What the model server calls it.")
    base = models.CharField(max_length=120)
    path = models.CharField(max_length=400, help_text="Its folder.")
    sha256 = models.CharField(max_length=64, help_text="Hash of the adapter's weights.")
    shipped = models.BooleanField(default=False)
    trained_on = models.JSONField(default=list, help_text="Ids of decisions; an erasure needs them.")
    settings = models.JSONField(default=dict)
    figures = models.JSONField(default=dict, help_text="{measure: {new: share, current: share}}")
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.CANDIDATE)
    used_at = models.DateTimeField(null=True, blank=True, help_text="When it was last put in use.")

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=VersionState.LIVE), name="modelversion_one_live"
            )
        ]

    def __str__(self) -> str:
        return self.name


class LlmCall(models.Model):
    """One request to the model server. Nothing has a foreign key to it: the table is partitioned when it grows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    started_at = models.DateTimeField(default=timezone.now)
    prompt_version = models.CharField(max_length=80)
    request_model = models.CharField(max_length=120)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)
    state = models.CharField(max_length=12, choices=CallState.choices)
    attempt = models.PositiveSmallIntegerField(default=1, help_text="2 is the one re-ask.")
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    finish_reason = models.CharField(max_length=20, blank=True)
    error = models.CharField(max_length=200, blank=True, help_text="A code and a sentence, no content.")
    request = SealedField(null=True)
    response = SealedField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-started_at"], name="llmcall_newest"),
            models.Index(fields=["subject_id"], name="llmcall_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.prompt_version} {self.state}"


class Embedding(models.Model):
    """A vector of one subject by one model; derived from content, so erased with it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    request_model = models.CharField(max_length=120)
    vector = VectorField(dimensions=EMBEDDING_SIZE)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "request_model"],
                name="embedding_once",
            )
        ]
        indexes: ClassVar = [
            HnswIndex(
                name="embedding_nearest",
                fields=["vector"],
                m=16,
                ef_construction=64,
                opclasses=["vector_cosine_ops"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"
