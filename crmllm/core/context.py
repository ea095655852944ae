"""What every page's frame shows: navigation, unread notifications, whether the model is there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from crmllm.core.registry import frame, navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor for base.html; nothing for people who are not signed in, and nothing for fragments."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    if getattr(request, "htmx", False) and not request.htmx.boosted:
        return {}
    current = request.resolver_match.view_name if request.resolver_match else ""
    nav = [
        {
            "name": name,
            "label": item.label,
            "url": reverse(item.url_name),
            "active": current == item.url_name or current.startswith(f"{name}:"),
            "count": item.count(user) if item.count else None,
        }
        for name, item in navigation.items()
        if not item.permission or user.may(item.permission)
    ]
    return {"nav": nav} | {name: value(request) for name, value in frame.items()}
