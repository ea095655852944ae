"""Where a record is looked at: in the CRM that it belongs to, else on our own page of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from crmllm.connectors.pages import Pair, addresses


def record_pages(records: Iterable[Pair]) -> dict[Pair, str]:
    """The page of each record, by its object and id; in one query."""
    wanted = set(records)
    return {(name, pk): reverse("crm:detail", args=[name, pk]) for name, pk in wanted} | addresses(wanted)
