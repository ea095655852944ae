"""Settings > Prompts: versions and how they do, which one is in use, writing the next one, two side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crmllm.access.models import User
from crmllm.access.rules import person, require
from crmllm.core.forms import carried_out, form_page
from crmllm.evaluation.selectors import PromptScore, scores_of_prompts
from crmllm.extraction.prompting import PROMPT, PROMPTS
from crmllm.llm import prompts as store
from crmllm.llm import selectors, services
from crmllm.llm.differences import compared
from crmllm.llm.forms import VersionForm
from crmllm.llm.models import PromptVersion

FORM = ("GET", "HEAD", "POST")
#: The kind of item that each prompt is judged by, where a report tells kinds apart.
KINDS = {PROMPT: "email"} | {name: kind for kind, name in PROMPTS.items()}


@dataclass(frozen=True, slots=True)
class _Figures:
    """What is known of all versions, by their labels."""

    daily: dict[str, dict[str, Any]]
    scores: dict[str, list[PromptScore]]

    @classmethod
    def of(cls, user: User) -> _Figures:
        return cls(selectors.figures_by_version(), scores_of_prompts(user, kinds=KINDS))


@require_safe
def prompts(request: HttpRequest) -> HttpResponse:
    """All prompts with their versions."""
    user = person(request)
    found, figures = selectors.prompts(user), _Figures.of(user)
    shown = []
    for prompt in found:
        asked = store.asked_by(prompt.name)
        versions = list(prompt.versions.all())
        shown.append(
            {
                "name": prompt.name,
                "purpose": prompt.description,
                "versions": [_row(user, version, figures, asked) for version in versions],
                "compare_url": reverse("llm:compare", args=[prompt.name]) if len(versions) > 1 else "",
            }
        )
    return render(request, "llm/prompt_list.html", {"prompts": shown})


@require_safe
def version(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The frozen text of one version."""
    user = person(request)
    found = selectors.prompt_version(user, name, number)
    others = [one.number for one in found.prompt.versions.all() if one.number != number]
    context = {
        "prompt": found.prompt,
        "version": found,
        "row": _row(user, found, _Figures.of(user), store.asked_by(name)),
        "settings": sorted(found.settings.items()),
        "others": others,
        "compare_url": reverse("llm:compare", args=[name]),
        "write_url": reverse("llm:write", args=[name, number]) if user.may("settings.manage") else "",
        "try_url": reverse("llm:try", args=[name, number]) if name in KINDS and user.may("settings.manage") else "",
        "command": f"manage.py evaluate extraction --own --prompt {name} v{number}" if name in KINDS else "",
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


@require_http_methods(FORM)
def write(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The next version, beginning with what this one says."""
    user = person(request)
    require(user, "settings.manage")
    base = selectors.prompt_version(user, name, number)
    form = VersionForm(request.POST or None, base=base, variables=store.fillable(name))
    made: list[PromptVersion] = []
    if carried_out(request, form, lambda: made.append(_written(user, base, form))):
        text = _("Version %(number)d is kept. Nobody is asked with it until it is put in use.")
        messages.success(request, text % {"number": made[0].number})
        return redirect("llm:version", name=name, number=made[0].number)
    title = _("New version of %(name)s, from version %(number)d") % {"name": name, "number": number}
    return form_page(request, title, form, reverse("llm:version", args=[name, number]))


def _written(user: User, base: PromptVersion, form: VersionForm) -> PromptVersion:
    given = form.cleaned_data
    return services.write_version(
        user=user,
        prompt=base.prompt,
        purpose=given["purpose"],
        note=given["note"],
        system=given["system"],
        template=given["user"],
        settings=form.settings(),
    )


@require_safe
def compare(request: HttpRequest, name: str) -> HttpResponse:
    """Two versions line by line: `?before=2&after=3`, else the one in use beside the newest other one."""
    user = person(request)
    versions = selectors.versions_of(user, name)
    numbers = [one.number for one in versions]
    live = next((one.number for one in versions if one.live), numbers[0])
    newest = next((number for number in numbers if number != live), live)
    before = _number(request.GET.get("before", ""), numbers) or min(live, newest)
    after = _number(request.GET.get("after", ""), numbers) or max(live, newest)
    one, other = (selectors.prompt_version(user, name, number) for number in (before, after))
    parts = [
        (_("Settings"), _as_lines(one.settings), _as_lines(other.settings)),
        (_("System"), one.system, other.system),
        (_("User"), one.user, other.user),
    ]
    shown = [{"title": title, "same": left == right, "lines": compared(left, right)} for title, left, right in parts]
    context = {"name": name, "numbers": numbers, "before": one, "after": other, "parts": shown}
    return render(request, "llm/prompt_compare.html", context)


def _as_lines(settings: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {json.dumps(value)}" for name, value in sorted(settings.items()))


def _number(asked: str, known: list[int]) -> int | None:
    return int(asked) if asked.isdecimal() and int(asked) in known else None


def _row(user: User, version: PromptVersion, figures: _Figures, asked: dict[int, list[str]]) -> dict[str, Any]:
    """One version as the pages show it."""
    name = {"name": version.prompt.name, "number": version.number}
    done = figures.daily.get(str(version), {"calls": 0, "usable": 0})
    may_change = user.may("settings.manage") and not version.live
    return {
        "number": version.number,
        "made_at": version.created_at,
        "by": version.author or (_("written here") if version.number >= store.WRITTEN_FROM else _("the program")),
        "note": version.note,
        "active": version.live,
        "asked_by": [model or _("every other model") for model in asked.get(version.number, ())],
        "calls": done["calls"],
        "share_valid": done["usable"] / done["calls"] if done["calls"] else None,
        "scores": [
            {"score": one.score, "set": one.run.dataset, "model": one.run.request_model, "at": one.run.created_at,
             "url": reverse("evaluation:run", args=[one.run.pk])}
            for one in figures.scores.get(str(version), ())
        ],
        "url": reverse("llm:version", kwargs=name),
        "activate_url": reverse("llm:use", kwargs=name) if may_change else "",
    }  # fmt: skip
