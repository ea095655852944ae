"""What every page's frame shows: navigation, unread notifications, whether the model is there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from crmllm.core.keymap import KEYMAP
from crmllm.core.registry import NavItem, Registry, frame, navigation, settings_pages


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor for base.html; nothing for people who are not signed in, and nothing for fragments."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    if getattr(request, "htmx", False) and not request.htmx.boosted:  # type: ignore[attr-defined]
        return {}
    return {
        "nav": _entries(request, navigation),
        # Only settings pages look at it.
        "sections": SimpleLazyObject(lambda: _entries(request, settings_pages)),
    } | {name: value(request) for name, value in frame.items()}


def _entries(request: HttpRequest, registry: Registry[NavItem]) -> list[dict[str, Any]]:
    """What this person may open; the page that is shown, or the group that it belongs to, is marked."""
    in_settings = registry is navigation and any(_is_open(request, *page) for page in settings_pages.items())
    return [
        {
            "name": name,
            "label": item.label,
            "url": reverse(item.url_name),
            "action": f"go-{name}" if f"go-{name}" in KEYMAP else "",
            "active": name == "settings" if in_settings else _is_open(request, name, item),
            "count": item.count(request.user) if item.count else None,
        }
        for name, item in registry.items()
        if not item.permission or request.user.may(item.permission)  # type: ignore[union-attr]
    ]


def _is_open(request: HttpRequest, name: str, item: NavItem) -> bool:
    """Whether the page shown is this entry's, or one below it ("crm:…", "settings:people-detail")."""
    shown = request.resolver_match.view_name if request.resolver_match else ""
    return shown == item.url_name or shown.startswith((f"{name}:", f"{item.url_name}-"))
