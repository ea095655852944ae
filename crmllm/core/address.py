"""From where a request comes: the one place that believes a proxy, and only as many as the operator named."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The caller's IP address. Each of our PROXIES adds an entry to X-Forwarded-For; what stands before is hearsay."""
    found: str = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        entries = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        found = entries[-min(settings.PROXIES, len(entries))] or found
    try:
        return str(ip_address(found))
    except ValueError:  # a Unix socket has none
        return None
