"""Settings > Prompts, a version: try it on an item, beside what the rules alone find."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from crmllm.access.models import User
from crmllm.access.rules import person, require
from crmllm.core.crypto import open_or
from crmllm.core.errors import CrmllmError, NotFound
from crmllm.extraction import trial
from crmllm.extraction.trial import Trial
from crmllm.extraction.types import Extracted, Value
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.selectors import interaction
from crmllm.llm import selectors
from crmllm.llm.models import PromptVersion
from crmllm.llm.views import KINDS


@never_cache
@require_http_methods(("GET", "HEAD", "POST"))
def items(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Which item? The newest ones, or those that fit what was looked for (sent by POST: it may name somebody)."""
    user, version = _allowed(request, name, number)
    term = request.POST.get("term", "")
    context = {"items": [_item(row, name, number) for row in trial.candidates(user, name, term)], "term": term}
    return render(request, "llm/prompt_try.html", context | _page(version))


@never_cache
@require_POST
def ask(request: HttpRequest, name: str, number: int, pk: UUID) -> HttpResponse:
    """What the model answers about one item, and what would be read from it."""
    user, version = _allowed(request, name, number)
    row = interaction(user, pk)
    context = _page(version) | {"item": _item(row, name, number)}
    try:
        found = trial.try_version(user=user, interaction=row, name=name, number=number)
    except CrmllmError as error:
        return render(request, "llm/prompt_tried.html", context | {"error": error.message}, status=error.status)
    return render(request, "llm/prompt_tried.html", context | _shown(found))


def _allowed(request: HttpRequest, name: str, number: int) -> tuple[User, PromptVersion]:
    user = person(request)
    require(user, "settings.manage")
    if name not in KINDS:
        raise NotFound(_("Only prompts for items can be tried on one."))
    return user, selectors.prompt_version(user, name, number)


def _page(version: PromptVersion) -> dict[str, Any]:
    name = [version.prompt.name, version.number]
    return {
        "version": version,
        "version_url": reverse("llm:version", args=name),
        "try_url": reverse("llm:try", args=name),
    }


def _item(row: Interaction, name: str, number: int) -> dict[str, Any]:
    return {
        "subject": open_or(row.subject, "") or _("(no subject)"),
        "sender": row.sender_name,
        "kind": row.get_kind_display(),
        "at": row.occurred_at,
        "url": reverse("ingestion:detail", args=[row.pk]),
        "ask_url": reverse("llm:ask", args=[name, number, row.pk]),
    }


def _shown(found: Trial) -> dict[str, Any]:
    done = found.completion
    answer = done.value.model_dump(exclude_defaults=True) if done else {}
    return {
        "error": found.error.message if found.error else "",
        "pieces": found.pieces,
        "seconds": found.seconds,
        "completion": done,
        "answer": [(key, ", ".join(said) if isinstance(said, list) else said) for key, said in answer.items()],
        "lines": _lines(found.rules, found.merged),
        "rejected": found.merged.rejected if found.merged else (),
        "messages_sent": found.messages,
    }


def _lines(rules: Extracted, merged: Extracted | None) -> list[dict[str, Any]]:
    """Every value of the one or the other by its place, side by side."""
    alone, both = dict(rules.values()), dict(merged.values()) if merged else {}
    places = [*both, *(place for place in alone if place not in both)]
    return [
        {"place": place, "rules": _value(alone.get(place)), "merged": _value(both.get(place)),
         "differs": merged is not None and _value(alone.get(place)) != _value(both.get(place)),
         "how": _how(both.get(place))}
        for place in places
    ]  # fmt: skip


def _value(value: Value | None) -> str:
    return value.value if value is not None else ""


def _how(value: Value | None) -> str:
    """By whom a value was read, and how sure it is."""
    if value is None:
        return ""
    names = {"rule": _("rules"), "model": _("model"), "both": _("rules and model"), "learned": _("classifier")}
    who = names.get(value.source, value.source)
    inferred = f", {_('inferred')}" if value.inferred else ""
    return f"{who}, {value.confidence:.2f}{inferred}"
