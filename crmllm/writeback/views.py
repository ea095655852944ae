"""One write of the outbox: what, where, how far, and what to do when it is stuck (the list is on the Jobs page)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from crmllm.access.rules import load, person
from crmllm.core.crypto import open_or
from crmllm.crm import selectors as crm
from crmllm.writeback import selectors
from crmllm.writeback.choices import State

TONES = {State.VERIFIED: "good", State.FAILED: "bad", State.CONFLICT: "warn", State.UNDONE: "muted"}


@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was to be written, what the CRM held before, and the state."""
    user = person(request)
    row = load(user, selectors.writebacks(user), pk)
    wanted, before = dict(open_or(row.values, {})), dict(open_or(row.before, {}))
    fields = [field for field in crm.visible_fields(user, row.object) if field.name in {*wanted, *before}]
    pairs = [
        pair for field in fields for held in (wanted, before) for pair in crm.references(field, held.get(field.name))
    ]
    names = crm.names_of(pairs)
    lines: list[dict[str, Any]] = [
        {
            "label": field.label,
            "before": crm.in_words(field, before.get(field.name), names),
            "value": crm.in_words(field, wanted.get(field.name), names),
        }
        for field in fields
    ]
    context = {
        "write": row,
        "tone": TONES.get(State(row.state), "now"),
        "lines": lines,
        "interaction_url": reverse("ingestion:detail", args=[row.proposal.interaction_id]),
        "record_url": reverse("crm:detail", args=[row.object, row.target_id]),
    }
    return render(request, "writeback/writeback_detail.html", context)
