"""Settings > Prompts: the versions of each prompt, how they do, and which one is in use."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crmllm.access.models import User
from crmllm.access.rules import person
from crmllm.llm import selectors, services
from crmllm.llm.models import PromptVersion


@require_safe
def prompts(request: HttpRequest) -> HttpResponse:
    """All prompts with their versions."""
    user = person(request)
    figures = selectors.figures_by_version()
    shown = [
        {
            "name": prompt.name,
            "purpose": prompt.description,
            "versions": [_row(user, version, figures) for version in prompt.versions.all()],
        }
        for prompt in selectors.prompts(user)
    ]
    return render(request, "llm/prompt_list.html", {"prompts": shown})


@require_safe
def version(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The frozen text of one version."""
    user = person(request)
    found = selectors.prompt_version(user, name, number)
    context = {
        "prompt": found.prompt,
        "version": found,
        "row": _row(user, found, selectors.figures_by_version()),
        "settings": sorted(found.settings.items()),
    }
    return render(request, "llm/prompt_version.html", context)


@require_POST
def use(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Makes a version the one in use."""
    user = person(request)
    found = selectors.prompt_version(user, name, number)
    services.set_live_version(user=user, version=found)
    messages.success(request, _("Version %(number)d is in use from now on.") % {"number": number})
    return redirect("llm:prompts")


def _row(user: User, version: PromptVersion, figures: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """One version as the pages show it."""
    name = {"name": version.prompt.name, "number": version.number}
    done = figures.get(str(version), {"calls": 0, "usable": 0})
    may_change = user.may("settings.manage") and not version.live
    return {
        "number": version.number,
        "made_at": version.created_at,
        "by": version.note or _("shipped with the program"),
        "active": version.live,
        "calls": done["calls"],
        "share_valid": done["usable"] / done["calls"] if done["calls"] else None,
        "url": reverse("llm:version", kwargs=name),
        "activate_url": reverse("llm:use", kwargs=name) if may_change else "",
    }
