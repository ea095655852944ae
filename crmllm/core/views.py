"""Home and search: built from what the packages registered; this one knows none of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crmllm.core.registry import home_cards, home_figures, search_groups

MAX_TERM = 200


def _may(request: HttpRequest, permission: str) -> bool:
    return not permission or bool(request.user.may(permission))  # type: ignore[union-attr]


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, what happened today."""
    figures = [figure for _name, make in home_figures.items() for figure in make(request)]
    cards = [
        {"template": card.template, "context": card.context(request)}
        for _name, card in home_cards.items()
        if _may(request, card.permission)
    ]
    return render(request, "core/home.html", {"greeting": _greeting(request), "figures": figures, "cards": cards})


def _greeting(request: HttpRequest) -> str:
    hour, name = timezone.localtime().hour, request.user.get_short_name()  # type: ignore[union-attr]
    part = _("Good morning") if hour < 12 else _("Good afternoon") if hour < 18 else _("Good evening")
    return f"{part}, {name}" if name else part


@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Everything that the person may see, by words that are posted: they stand in no address and no log."""
    term = " ".join(request.POST.get("q", "").split())[:MAX_TERM]
    groups: list[dict[str, Any]] = []
    if len(term) >= 2:
        found = (find(request, term) for _name, find in search_groups.items())
        groups = [group for part in found for group in part if group["results"]]
    return render(request, "core/search.html", {"q": term, "url": reverse("search"), "groups": groups})
