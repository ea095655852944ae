"""Is everything there? Asked by pages, by load balancers and by the people on call."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

import httpx
from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError, InterfaceError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.connectors.selectors import broken
from crmllm.core.models import AuditEvent, AuditLink
from crmllm.llm.endpoint import base_url, is_set_up
from crmllm.monitoring import sql

MODEL_TIMEOUT: Final = 0.7  # seconds that a page waits for the model server at most, once every few seconds
MODEL_KEPT: Final = 5.0
#: Loading a model takes minutes on a small machine: until then its silence is no fault.
STARTING_FOR: Final = 600.0

State = Literal["ready", "starting", "unreachable", "none"]


@dataclass(frozen=True)
class ModelStatus:
    """Whether the model answers, in a sentence for people (empty when it does)."""

    state: State
    sentence: str = ""


@dataclass
class _Known:
    """What this process last heard of the model server."""

    status: ModelStatus | None = None
    asked_at: float = 0.0
    since: float = time.monotonic()  # when it last answered, or when this process began


_known = _Known()


def model_status() -> ModelStatus:
    """Whether the model server answers; asked at most every few seconds."""
    now = time.monotonic()
    if _known.status is None or now - _known.asked_at > MODEL_KEPT:
        _known.status, _known.asked_at = _ask_model(now), now
        if _known.status.state == "ready":
            _known.since = now
    return _known.status


def forget_model_status() -> None:
    """The next question goes to the server again."""
    _known.status, _known.since = None, time.monotonic()


def _ask_model(now: float) -> ModelStatus:
    if not is_set_up():
        return ModelStatus(
            "none", _("No model is set up (LLM=none): until there is one, messages are understood by rules alone.")
        )
    headers = {"Authorization": f"Bearer {settings.LLM_API_KEY}"} if settings.LLM_API_KEY else {}
    try:
        answer = httpx.get(f"{base_url()}/models", headers=headers, timeout=MODEL_TIMEOUT, trust_env=False)
    except httpx.TimeoutException:
        # It is there and busy, or hangs; a busy one answered not long ago.
        if _known.status and _known.status.state == "ready" and now - _known.since < 60:
            return _known.status
        return _silent(now)
    except httpx.HTTPError:
        return _silent(now)
    if answer.status_code == 503:
        return ModelStatus("starting", _starting())
    if answer.status_code != 200:
        return ModelStatus(
            "unreachable", _("The model server refuses us (status %(status)d).") % {"status": answer.status_code}
        )
    return ModelStatus("ready")


def _silent(now: float) -> ModelStatus:
    if not settings.LLM_BASE_URL and now - _known.since < STARTING_FOR:
        return ModelStatus("starting", _starting())
    return ModelStatus(
        "unreachable", _("The model does not answer. Work waits and is tried again by itself; nothing is lost.")
    )


def _starting() -> str:
    return _("The model is starting. Mail is taken in already; new proposals follow as soon as it answers.")


def model_banner(request: HttpRequest) -> dict[str, Any]:
    """The model's state as the frame of every page shows it."""
    status = model_status()
    state = "down" if status.state == "unreachable" else status.state
    return {"state": state, "text": status.sentence, "url": reverse("model-status")}


# --- readiness


@dataclass(frozen=True)
class Part:
    """One thing that pages need, or (`needed` false) that only some work needs."""

    name: str
    fine: bool
    sentence: str = ""
    needed: bool = True


def parts() -> list[Part]:
    """Everything that could be missing. The model is named, but pages work without it."""
    status = model_status()
    return [
        _checked("database", lambda: _answers("default")),
        _checked("keys", lambda: _answers("keys")),
        _checked("migrations", _migrated),
        _checked("audit", _sealed_in_time, needed=False),
        _checked("connections", _connected, needed=False),
        Part("model", status.state == "ready", status.sentence, needed=False),
    ]


def _checked(name: str, question: Callable[[], str], *, needed: bool = True) -> Part:
    try:
        sentence = question()
    except (DatabaseError, InterfaceError):
        sentence = "The database does not answer."
    return Part(name, not sentence, sentence, needed)


def _answers(alias: str) -> str:
    return "" if sql.answers(alias) else "The database does not answer."


_migrated_once = False


def _migrated() -> str:
    global _migrated_once
    if not _migrated_once:
        for alias in ("default", "keys"):
            executor = MigrationExecutor(connections[alias])
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "Migrations wait to be applied: run manage.py migrate."
        _migrated_once = True  # they are never taken back under a running process
    return ""


def _connected() -> str:
    """Counted, not named: whoever asks for readiness may be a stranger."""
    count = broken().count()
    return f"{count} of the connected CRMs do not let us in." if count else ""


def _sealed_in_time() -> str:
    late = unsealed_for()
    return "" if late < timedelta(minutes=1) else "The audit trail is not being sealed."


def unsealed_for() -> timedelta:
    """How long the oldest audit event has waited for the sealer."""
    last = AuditLink.objects.order_by("-seq").first()
    waiting = AuditEvent.objects.all()
    if last is not None:
        # The chain follows (transaction, id): whatever is behind its end waits.
        waiting = waiting.filter(transaction__gt=last.transaction)
    at = waiting.order_by("transaction", "id").values_list("at", flat=True).first()
    return timezone.now() - at if at else timedelta(0)
