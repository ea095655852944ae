"""What interactions add to the home page and to the search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.rules import person, visible
from crmllm.core.crypto import open_or, preload
from crmllm.core.lists import capped
from crmllm.ingestion import selectors
from crmllm.ingestion.choices import Status, Step
from crmllm.ingestion.models import Interaction, LedgerEntry

EVENTS = 12
TOLD = [Step.PROPOSED, Step.DECIDED, Step.VERIFIED, Step.UNDONE, Step.FAILED]
TONES: dict[str, str] = {Step.VERIFIED: "good", Step.FAILED: "bad", Step.UNDONE: "warn"}


def figures(request: HttpRequest) -> list[dict[str, Any]]:
    """How much came in today, how much waits, what failed."""
    rows = selectors.interactions(person(request))
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    url = reverse("ingestion:list")
    failed = rows.filter(status=Status.FAILED)
    return [
        {"value": capped(rows.filter(created_at__gte=today)), "label": _("came in today"), "url": url},
        {"value": capped(rows.filter(open_proposals__gt=0)), "label": _("to decide"), "url": reverse("review:queue")},
        {
            "value": capped(rows.filter(status__in=[Status.PARSED, Status.EXTRACTING])),
            "label": _("being understood"),
            "url": f"{url}?status=parsed&status=extracting",
        },
        {
            "value": capped(failed),
            "label": _("not readable"),
            "url": f"{url}?status=failed",
            "tone": "bad" if failed.exists() else "",
        },
    ]


def today(request: HttpRequest) -> dict[str, Any]:
    """The latest lines of the ledger, of what this person may see."""
    user = person(request)
    rows = LedgerEntry.objects.filter(step__in=TOLD).select_related("interaction")
    if not user.sees_all:
        rows = rows.filter(interaction__in=visible(user, Interaction.objects.all()))
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "events": [
            {
                "at": row.created_at,
                "sentence": f"{row.interaction.sender_name or _('Unknown sender')} · {row.sentence}",
                "url": reverse("ingestion:detail", args=[row.interaction_id]),
                "tone": TONES.get(row.step, ""),
            }
            for row in rows.filter(created_at__gte=start).order_by("-id")[:EVENTS]
        ]
    }


def attention(request: HttpRequest) -> dict[str, Any]:
    """Messages that could not be read, newest first."""
    rows = selectors.interactions(person(request)).filter(status=Status.FAILED)[:5]
    return {
        "title": _("Needs attention"),
        "items": [
            {
                "sentence": row.reason,
                "url": reverse("review:card", args=[row.pk]) + "?queue=failed",
                "action": _("Look"),
                "tone": "bad",
            }
            for row in rows
        ],
    }


def find(request: HttpRequest, term: str) -> list[dict[str, Any]]:
    """Interactions by their sender."""
    rows = list(selectors.search(selectors.interactions(person(request)), term)[:5])
    preload(*(row.subject for row in rows))
    results = [
        {
            "url": reverse("ingestion:detail", args=[row.pk]),
            "title": open_or(row.subject, "") or _("(no subject)"),
            "text": row.sender_name,
            "when": row.occurred_at,
            "state": row.get_status_display(),
            "tone": "muted",
        }
        for row in rows
    ]
    return [{"title": _("Interactions"), "more_url": reverse("ingestion:list"), "results": results}]
