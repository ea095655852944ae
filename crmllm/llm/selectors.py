"""Reads of prompts, calls, vectors, and whether the model is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Avg, Count, Q, QuerySet
from pgvector.django import CosineDistance

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core.errors import NotFound
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.selectors import interactions
from crmllm.llm import sql
from crmllm.llm.choices import CallState
from crmllm.llm.embedding_files import MODEL_NAME
from crmllm.llm.models import Embedding, LlmCall, ModelVersion, Prompt, PromptVersion

INTERACTION = "interaction"


# --- prompts


def prompts(user: User) -> list[Prompt]:
    """All prompts with their versions."""
    require(user, "settings.view")
    return list(Prompt.objects.prefetch_related("versions__prompt", "versions__author"))


def prompt_version(user: User, name: str, number: int) -> PromptVersion:
    """One frozen version. Raises NotFound."""
    require(user, "settings.view")
    found = PromptVersion.objects.filter(prompt__name=name, number=number).select_related("prompt", "author").first()
    if found is None:
        raise NotFound("There is no such version of a prompt.")
    return found


def versions_of(user: User, name: str) -> list[PromptVersion]:
    """All versions of a prompt, the newest first. Raises NotFound."""
    require(user, "settings.view")
    found = list(PromptVersion.objects.filter(prompt__name=name).order_by("-number"))
    if not found:
        raise NotFound("There is no such prompt.")
    return found


def figures_by_version() -> dict[str, dict[str, Any]]:
    """How each prompt version does: calls, share of usable answers, tokens, milliseconds; by its label."""
    return _figures_by("prompt_version")


def _figures_by(column: str) -> dict[str, dict[str, Any]]:
    rows = LlmCall.objects.values(column).annotate(
        calls=Count("id"),
        usable=Count("id", filter=Q(state=CallState.ANSWERED)),
        tokens=Avg("output_tokens"),
        latency=Avg("latency_ms", filter=Q(state=CallState.ANSWERED)),
    )
    return {row[column]: dict(row) for row in rows}


# --- versions of the model


def model_versions(user: User) -> list[ModelVersion]:
    """All versions, the newest first."""
    require(user, "settings.view")
    return list(ModelVersion.objects.all())


def model_version(user: User, name: str) -> ModelVersion:
    """One version. Raises NotFound."""
    require(user, "settings.view")
    found = ModelVersion.objects.filter(name=name).first()
    if found is None:
        raise NotFound("There is no such version of the model.")
    return found


def figures_by_model() -> dict[str, dict[str, Any]]:
    """How each model does in daily work: calls, usable answers, tokens, milliseconds; by its name."""
    return _figures_by("request_model")


# --- vectors


def nearest(
    rows: QuerySet[Any], *, subject_type: str, vector: Sequence[float], limit: int, leave_out: UUID | None = None
) -> list[tuple[UUID, float]]:
    """Ids of the rows nearest to a vector, with their cosine distance (0 is the same).

    `rows` says which may be found at all: pass a queryset that `access.visible` has filtered.
    """
    found = Embedding.objects.filter(
        subject_type=subject_type, request_model=MODEL_NAME, subject_id__in=rows.order_by().values("pk")
    )
    if leave_out is not None:
        found = found.exclude(subject_id=leave_out)
    with transaction.atomic():
        sql.search_iteratively()
        near = found.annotate(distance=CosineDistance("vector", list(vector))).order_by("distance")[:limit]
        return list(near.values_list("subject_id", "distance"))


def nearest_each(
    vectors: Mapping[UUID, Sequence[float]], *, subject_type: str, among: Collection[UUID], limit: int
) -> dict[UUID, list[tuple[UUID, float]]]:
    """For each vector the ids of the nearest among some subjects, nearest first, with their cosine distance."""
    found: dict[UUID, list[tuple[UUID, float]]] = {}
    near = sql.nearest_each(vectors, subject_type=subject_type, request_model=MODEL_NAME, among=among, limit=limit)
    for asked, subject, distance in near:
        found.setdefault(asked, []).append((subject, distance))
    return found


def similar_interactions(user: User, interaction: Interaction, *, limit: int = 5) -> list[Interaction]:
    """The interactions that say something like this one, nearest first; only those that this person may see."""
    own = Embedding.objects.filter(
        subject_type=INTERACTION, subject_id=interaction.pk, request_model=MODEL_NAME
    ).first()
    if own is None:
        return []
    near = nearest(
        interactions(user), subject_type=INTERACTION, vector=own.vector, limit=limit, leave_out=interaction.pk
    )
    found = interactions(user).in_bulk([pk for pk, _ in near])
    return [found[pk] for pk, _ in near if pk in found]
