"""Versions of the model: which one a subject is asked with, which ones were shipped, and how our server gets them."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx2
from django.conf import settings
from django.utils import timezone

from crmllm.core.runtime.setup import ADAPTER
from crmllm.experiments.models import Experiment
from crmllm.llm.choices import VersionState
from crmllm.llm.endpoint import base_url
from crmllm.llm.models import ModelVersion
from crmllm.llm.server.serve import base_of

#: What the packaged model was taught before it came here: in its weights, under its name.
SHIPPED = ADAPTER.parent
#: An active experiment of this name compares versions; its variants are their names.
EXPERIMENT = "model"
CACHE_SECONDS = 5.0
WEIGHTS = "adapter_model.safetensors"
LOAD_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Known:
    """What is in use, as of a moment ago. An empty name: what the server puts first."""

    until: float
    live: str
    experiment: bool


_cache: dict[str, _Known] = {}


def forget() -> None:
    """Drops what this process remembers; other processes follow within seconds."""
    _cache.clear()


def quick_choice() -> str | None:
    """The version in use if it is known without asking the database and no experiment runs; else None."""
    known = _cache.get(EXPERIMENT)
    if known is None or known.experiment or known.until < time.monotonic():
        return None
    return known.live


def choose(subject_id: UUID) -> str:
    """The version for a subject: an active experiment decides, else the one in use answers."""
    known = _cache.get(EXPERIMENT)
    if known is None or known.until < time.monotonic():
        known = _cache[EXPERIMENT] = _look_up()
    if known.experiment:
        from crmllm.experiments.services import assign

        return assign(experiment=EXPERIMENT, subject_id=subject_id) or known.live
    return known.live


def _look_up() -> _Known:
    live = ModelVersion.objects.filter(state=VersionState.LIVE).values_list("name", flat=True).first()
    return _Known(
        until=time.monotonic() + CACHE_SECONDS,
        live=live or "",
        experiment=Experiment.objects.filter(name=EXPERIMENT, active=True).exists(),
    )


# --- shipped ones


def load_shipped() -> int:
    """Stores the adapters that come with the program. Returns how many are new. One that changed is told anew.

    The newest shipped one is in use until a person decides otherwise.
    """
    made = 0
    for config in sorted(SHIPPED.glob("*/adapter_config.json")):
        folder = config.parent
        values = {"base": base_of(folder)[:120], "path": str(folder), "sha256": fingerprint(folder), "shipped": True}
        row, created = ModelVersion.objects.get_or_create(name=folder.name, defaults=values | _told(folder))
        told = values | _told(folder)
        if not created and any(getattr(row, name) != value for name, value in told.items()):
            ModelVersion.objects.filter(pk=row.pk).update(**told)
        made += created
    if made and not ModelVersion.objects.filter(state=VersionState.LIVE).exists():
        newest = ModelVersion.objects.filter(shipped=True).order_by("-name").values("pk")[:1]
        ModelVersion.objects.filter(pk__in=newest).update(state=VersionState.LIVE, used_at=timezone.now())
    forget()
    return made


def _told(folder: Path) -> dict[str, object]:
    """What the training wrote down beside the weights."""
    try:
        told = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {"settings": told.get("settings", {}), "figures": told.get("figures", {})}


def fingerprint(folder: Path) -> str:
    """The hash of an adapter's weights."""
    return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()


# --- our server


def serve(version: ModelVersion) -> bool:
    """Makes our own running server load an adapter; what it has already it keeps. False when it can't now.

    A server of somebody else's gets its adapters from them. Our own loads all of them whenever it starts. What was
    shipped is part of the packaged model.
    """
    if version.shipped:
        return True
    if settings.LLM_BASE_URL:
        return False
    asked = {"lora_name": version.name, "lora_path": version.path}
    try:
        answer = httpx2.post(f"{base_url()}/load_lora_adapter", json=asked, timeout=LOAD_SECONDS, trust_env=False)
    except httpx2.HTTPError:
        return False
    return answer.is_success or "already" in answer.text
