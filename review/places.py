"""Where a record is looked at: in the CRM that it belongs to, else on our own page of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.urls import reverse

from crmllm.core.registry import Registry

#: Who knows the address of a record in its own CRM, or answers with nothing. Connectors that have one add themselves.
record_pages: Registry[Callable[[str, UUID], str]] = Registry()


def record_page(object_name: str, record_id: UUID) -> str:
    """The first address that somebody knows; ours always stands behind it."""
    found = (ask(object_name, record_id) for _name, ask in record_pages.items())
    return next((url for url in found if url), reverse("crm:detail", args=[object_name, record_id]))
