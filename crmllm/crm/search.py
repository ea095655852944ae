"""What the CRM records add to the search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from crmllm.access.models import User
from crmllm.access.rules import person
from crmllm.crm import selectors
from crmllm.crm.choices import Object


def find(request: HttpRequest, term: str) -> list[dict[str, Any]]:
    """Records by name, e-mail, phone or domain: one group for each object."""
    return [_group(person(request), name, str(label), term) for name, label in Object.choices]


def _group(user: User, name: str, label: str, term: str) -> dict[str, Any]:
    rows = selectors.search(selectors.records(user, name), term).order_by("-updated_at")[:5]
    results = [
        {
            "url": reverse("crm:detail", args=[name, row.pk]),
            "title": row.name,
            "text": str(getattr(row, "account", None) or getattr(row, "company", "") or ""),
            "when": row.updated_at,
        }
        for row in rows
    ]
    return {"title": label, "more_url": reverse("crm:list", args=[name]), "results": results}
