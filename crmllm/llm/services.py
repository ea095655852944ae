"""What changes here: which versions of prompt and model are in use, and the vectors of subjects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.errors import BadInput, Conflict
from crmllm.core.ids import uuid7
from crmllm.llm import prompts, versions
from crmllm.llm.choices import VersionState
from crmllm.llm.embedding import embed
from crmllm.llm.embedding_files import MODEL_NAME
from crmllm.llm.models import Embedding, ModelVersion, Prompt, PromptVersion
from crmllm.llm.server.serve import base_of


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


def write_version(
    *,
    user: User,
    prompt: Prompt,
    purpose: str,
    note: str,
    system: str,
    template: str,
    settings: Mapping[str, Any],
) -> PromptVersion:
    """Freezes a version that a person wrote; nobody is asked with it yet. Raises BadInput."""
    require(user, "settings.manage")
    system, template = _plain(system), _plain(template)
    prompts.check_texts(system, template, prompts.fillable(prompt.name))
    prompts.RequestSettings.of(settings)
    with transaction.atomic():
        locked = Prompt.objects.select_for_update().get(pk=prompt.pk)
        same = locked.versions.filter(system=system, user=template, settings=dict(settings)).first()
        if same is not None:
            raise Conflict(f"Version {same.number} says exactly this already.")
        small = settings.get("small_version", 0)
        if small and not locked.versions.filter(number=small).exists():
            raise BadInput("No such version.", fields={"small_version": [f"There is no version {small}."]})
        newest = locked.versions.filter(number__gte=prompts.WRITTEN_FROM).order_by("-number").first()
        row = locked.versions.create(
            number=newest.number + 1 if newest else prompts.WRITTEN_FROM,
            system=system,
            user=template,
            settings=dict(settings),
            note=note.strip()[:200],
            author=user,
        )
        if purpose.strip() and purpose.strip() != locked.description:
            Prompt.objects.filter(pk=locked.pk).update(description=purpose.strip()[:200])
        details = {"prompt": locked.name, "version": row.number}
        audit.record(
            actor=user, action="prompt.version_written", subject_type="prompt", subject_id=locked.pk, details=details
        )
    prompts.forget()
    return row


def _plain(text: str) -> str:
    """As files have it: line ends of one kind, none at the end."""
    return text.replace("\r\n", "\n").strip("\n").rstrip()


def register_version(
    *,
    actor: audit.Actor,
    folder: Path,
    trained_on: Sequence[UUID],
    settings: Mapping[str, Any],
    figures: Mapping[str, Any],
) -> ModelVersion:
    """Keeps a trained adapter as a candidate, with what it learned from and how it does. Raises Conflict."""
    if ModelVersion.objects.filter(name=folder.name).exists():
        raise Conflict(f"There is a version named {folder.name} already.")
    with transaction.atomic():
        row = ModelVersion.objects.create(
            name=folder.name,
            base=base_of(folder)[:120],
            path=str(folder),
            sha256=versions.fingerprint(folder),
            trained_on=[str(one) for one in trained_on],
            settings=dict(settings),
            figures=dict(figures),
        )
        details = {"name": row.name, "sha256": row.sha256, "decisions": len(trained_on)}
        audit.record(
            actor=actor, action="model.registered", subject_type="model_version", subject_id=row.pk, details=details
        )
    return row


def promote_version(*, user: User, version: ModelVersion) -> bool:
    """Puts a version in use, from the next item on. Returns whether the model server has it now.

    Where it has not, it has after its next start; until then what it serves answers. Raises Conflict.
    """
    require(user, "settings.manage")
    with transaction.atomic():
        rows = {row.pk: row for row in ModelVersion.objects.select_for_update().order_by("pk")}
        before = next((row for row in rows.values() if row.state == VersionState.LIVE), None)
        if before is not None and before.pk == version.pk:
            raise Conflict(f"{version.name} is in use already.")
        _put_in_use(user, rows[version.pk], before, "model.promoted")
    versions.forget()
    return versions.serve(version)


def roll_back_version(*, user: User) -> ModelVersion:
    """Puts the version that was in use before back in use. Raises Conflict when there was none."""
    require(user, "settings.manage")
    with transaction.atomic():
        rows = list(ModelVersion.objects.select_for_update().order_by("-used_at"))
        before = next((row for row in rows if row.state == VersionState.LIVE), None)
        earlier = next((row for row in rows if row.state == VersionState.RETIRED), None)
        if before is None or earlier is None:
            raise Conflict("No other version was in use before.")
        _put_in_use(user, earlier, before, "model.rolled_back")
        # What was taken out of use is a candidate again: going back twice does not come back to it.
        ModelVersion.objects.filter(pk=before.pk).update(state=VersionState.CANDIDATE)
    versions.forget()
    versions.serve(earlier)
    return earlier


def _put_in_use(user: User, row: ModelVersion, before: ModelVersion | None, action: str) -> None:
    if before is not None:
        ModelVersion.objects.filter(pk=before.pk).update(state=VersionState.RETIRED)
    ModelVersion.objects.filter(pk=row.pk).update(state=VersionState.LIVE, used_at=timezone.now())
    details = {"from": before.name if before else None, "to": row.name}
    audit.record(actor=user, action=action, subject_type="model_version", subject_id=row.pk, details=details)


def vectors_of(*, subject_type: str, texts: Mapping[UUID, str]) -> dict[UUID, Sequence[float]]:
    """The vectors of several subjects: stored ones, else made and kept. Raises EmbeddingUnavailable."""
    stored = Embedding.objects.filter(subject_type=subject_type, request_model=MODEL_NAME, subject_id__in=texts)
    known: dict[UUID, Sequence[float]] = dict(stored.values_list("subject_id", "vector"))
    new = {subject_id: text for subject_id, text in texts.items() if subject_id not in known}
    return known | store_embeddings(subject_type=subject_type, texts=new)


def store_embeddings(*, subject_type: str, texts: Mapping[UUID, str]) -> dict[UUID, Sequence[float]]:
    """Keeps the vectors of several subjects with one insert; earlier ones are replaced. Raises EmbeddingUnavailable."""
    if not texts:
        return {}
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
    return dict(zip(texts, vectors, strict=True))
