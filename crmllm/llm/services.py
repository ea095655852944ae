"""What changes here: which prompt version is live, and the vectors of subjects."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.errors import Conflict
from crmllm.core.ids import uuid7
from crmllm.llm import prompts
from crmllm.llm.embedding import embed
from crmllm.llm.embedding_files import MODEL_NAME
from crmllm.llm.models import Embedding, Prompt, PromptVersion


def set_live_version(*, user: User, version: PromptVersion) -> PromptVersion:
    """Makes this version the one that the model is asked with, from the next item on."""
    require(user, "settings.manage")
    with transaction.atomic():
        prompt = Prompt.objects.select_for_update().get(pk=version.prompt_id)
        before = prompt.versions.filter(live=True).first()
        if before is not None and before.pk == version.pk:
            raise Conflict(f"Version {version.number} of {prompt.name} is in use already.")
        prompt.versions.filter(live=True).update(live=False)
        prompt.versions.filter(pk=version.pk).update(live=True)
        audit.record(
            actor=user,
            action="prompt.live_version_set",
            subject_type="prompt",
            subject_id=prompt.pk,
            details={"prompt": prompt.name, "from": before.number if before else None, "to": version.number},
        )
    prompts.forget()
    version.live = True
    return version


def store_embeddings(*, subject_type: str, texts: Mapping[UUID, str]) -> None:
    """Keeps the vectors of several subjects with one insert; earlier ones are replaced. Raises EmbeddingUnavailable."""
    if not texts:
        return
    vectors = embed(list(texts.values()))
    Embedding.objects.bulk_create(
        [
            Embedding(
                id=uuid7(), subject_type=subject_type, subject_id=subject_id, request_model=MODEL_NAME, vector=vector
            )
            for subject_id, vector in zip(texts, vectors, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["subject_type", "subject_id", "request_model"],
        update_fields=["vector"],
    )
