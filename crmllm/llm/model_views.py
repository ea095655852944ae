"""Settings > Models: versions of the model side by side, which one is in use, and the way back."""

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
from crmllm.llm.choices import VersionState
from crmllm.llm.models import ModelVersion
from crmllm.proposals import selectors as proposals


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """All versions with what was measured of them, and how they do in daily work."""
    user = person(request)
    found = selectors.model_versions(user)
    daily = selectors.figures_by_model()
    measures = sorted({name for one in found for name in one.figures})
    may_change = user.may("settings.manage")
    went_before = any(one.state == VersionState.RETIRED for one in found)
    context = {
        "versions": [_row(one, daily, measures, may_change=may_change) for one in found],
        "measures": [_measure(name) for name in measures],
        "back_url": reverse("llm-models:back") if may_change and went_before else "",
    }
    return render(request, "llm/model_list.html", context)


@require_safe
def version(request: HttpRequest, name: str) -> HttpResponse:
    """One version: where it comes from, and every figure beside that of what was in use then."""
    user = person(request)
    found = selectors.model_version(user, name)
    written = proposals.from_model(user, name).count()
    figures = [
        {"name": _measure(key), "new": one.get("new"), "current": one.get("current")}
        for key, one in sorted(found.figures.items())
    ]
    context = {
        "version": found,
        "learned_from": len(found.trained_on),
        "figures": figures,
        "settings": sorted(found.settings.items()),
        "written": written,
        "take_back_url": reverse("rollback:plan") if written and _may_take_back(user) else "",
    }
    return render(request, "llm/model_version.html", context)


@require_POST
def use(request: HttpRequest, name: str) -> HttpResponse:
    """Puts a version in use."""
    user = person(request)
    found = selectors.model_version(user, name)
    if services.promote_version(user=user, version=found):
        messages.success(request, _("%(name)s is in use from now on.") % {"name": name})
    else:
        messages.warning(request, _("%(name)s will be used once the model server has loaded it.") % {"name": name})
    return redirect("llm-models:list")


def _may_take_back(user: User) -> bool:
    return user.may("settings.manage") and user.may("proposals.decide")


@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Puts the version that was in use before back in use."""
    found = services.roll_back_version(user=person(request))
    messages.success(request, _("Back to %(name)s.") % {"name": found.name})
    return redirect("llm-models:list")


def _measure(name: str) -> str:
    """The words for a key such as `made_up_title`."""
    return name.replace("_", " ")


def _row(
    one: ModelVersion, daily: dict[str, dict[str, Any]], measures: list[str], *, may_change: bool
) -> dict[str, Any]:
    done = daily.get(one.name, {"calls": 0, "usable": 0})
    live = one.state == VersionState.LIVE
    return {
        "name": one.name,
        "base": one.base,
        "made_at": one.created_at,
        "shipped": one.shipped,
        "learned_from": len(one.trained_on),
        "state": one.get_state_display(),
        "live": live,
        "figures": [one.figures.get(name, {}).get("new") for name in measures],
        "calls": done["calls"],
        "share_valid": done["usable"] / done["calls"] if done["calls"] else None,
        "url": reverse("llm-models:version", args=[one.name]),
        "use_url": reverse("llm-models:use", args=[one.name]) if may_change and not live else "",
    }
