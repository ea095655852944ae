"""Pages of interactions: the list, one with its ledger, the mail as it was laid out, attachments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.rules import person, require
from crmllm.core.crypto import open_or, preload
from crmllm.core.errors import NotFound
from crmllm.core.lists import BulkAction, Column, Empty, ListPage, ListSpec, respond, selected
from crmllm.ingestion import selectors, services
from crmllm.ingestion.choices import FILTERED, REPLAYABLE, Kind, Status, Step
from crmllm.ingestion.mail.html import without_links
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.passages import turns
from crmllm.llm.selectors import similar_interactions

TONES: dict[str, str] = {
    Status.PROPOSED: "now",
    Status.DONE: "good",
    Status.FAILED: "bad",
    Status.SKIPPED: "muted",
    Status.NO_CHANGE: "muted",
}
STEP_TONES: dict[str, str] = {
    Step.VERIFIED: "good",
    Step.FAILED: "bad",
    Step.SKIPPED: "warn",
    Step.UNDONE: "warn",
    Step.PROPOSED: "now",
}
CATEGORIES = ["sales", "support", "billing", "vendor", "internal", "newsletter", "auto_reply", "spam", "personal"]


class InteractionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the list can be narrowed to."""

    status = django_filters.MultipleChoiceFilter(label=lazy("State"), choices=Status.choices)
    kind = django_filters.ChoiceFilter(label=lazy("Kind"), choices=Kind.choices)
    category = django_filters.ChoiceFilter(label=lazy("Category"), choices=[(name, name) for name in CATEGORIES])

    class Meta:
        model = Interaction
        fields: ClassVar[list[str]] = []


INTERACTIONS: ListSpec[Interaction] = ListSpec(
    name="interactions",
    title=lazy("Interactions"),
    columns=(
        Column("subject", lazy("Subject"), lambda row: open_or(row.subject, "")),
        Column("sender", lazy("From"), lambda row: row.sender_name),
        Column("status", lazy("State"), lambda row: row.get_status_display(), sort=("status",)),
        Column("reason", lazy("What became of it"), lambda row: row.reason, css="cell-wide"),
        Column("origin", lazy("Came through"), lambda row: row.get_origin_display(), css="cell-wide"),
        Column("at", lazy("When"), lambda row: row.occurred_at, sort=("occurred_at", "id"), css="cell-end"),
    ),
    empty=Empty(
        lazy("Nothing came in yet"),
        lazy("Add messages above, send them through the API, or let a mailbox be polled."),
        icon="mail",
    ),
    order="-at",
    filterset=InteractionFilter,
    search=selectors.search,
)


@require_http_methods(["GET", "HEAD", "POST"])
def interactions(request: HttpRequest) -> HttpResponseBase:
    """Everything that came in."""
    user = person(request)
    require(user, "interactions.view")
    may_add = user.may("interactions.add")
    confirm = _("What is proposed from these messages is dropped and made anew. Go on?")
    again = BulkAction(_("Run again"), reverse("ingestion:replay-many"), icon="refresh", confirm=confirm)

    def context(shown: ListPage[Interaction]) -> Mapping[str, Any]:
        preload(*(row.subject for row in shown.rows))
        upload_url = reverse("uploads:upload") if may_add else None
        return {"rows": [_row(row) for row in shown.rows], "upload_url": upload_url}

    return respond(
        request,
        INTERACTIONS,
        selectors.interactions(user),
        "ingestion/interaction_list.html",
        context=context,
        bulk_actions=[again] if may_add else [],
    )


def _row(row: Interaction) -> dict[str, Any]:
    waiting = _("%(n)d to decide") % {"n": row.open_proposals} if row.open_proposals else ""
    return {
        "id": row.pk,
        "url": reverse("ingestion:detail", args=[row.pk]),
        "kind": row.kind,
        "subject": open_or(row.subject, ""),
        "from_text": row.sender_name or _("Unknown sender"),
        "received_at": row.occurred_at,
        "status": row.get_status_display(),
        "tone": TONES.get(row.status, "muted"),
        "reason": row.reason,
        "proposals": waiting,
        "origin": row.get_origin_display(),
    }


@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One interaction: its text, and what became of it."""
    user = person(request)
    row = selectors.interaction(user, pk)
    replayable = user.may("interactions.add") and row.status in (*REPLAYABLE, Status.DONE)
    context = {
        "interaction": _whole(row),
        "ledger": [_ledger_line(line) for line in selectors.ledger(row)],
        "proposals": [_proposal(one) for one in selectors.proposals_of(user, row)],
        "thread": [_related(one) for one in selectors.thread(user, row)],
        "similar": [_related(one) for one in similar_interactions(user, row)],
        "replay_url": reverse("ingestion:replay", args=[row.pk]) if replayable else None,
        "filtered": row.reason_code in FILTERED,
    }
    return render(request, "ingestion/interaction_detail.html", context)


def _whole(row: Interaction) -> dict[str, Any]:
    content = selectors.content(row)
    sender = content.get("sender") or {}
    name, email = sender.get("name", ""), sender.get("email", "")
    return {
        "id": row.pk,
        "kind": row.kind,
        "subject": content.get("subject") or open_or(row.subject, ""),
        "from_text": f"{name} <{email}>" if name and email else name or email or row.sender_name,
        "received_at": row.occurred_at,
        "status": row.get_status_display(),
        "tone": TONES.get(row.status, "muted"),
        "trust": [],
        "warnings": selectors.warnings(row),
        "text": content.get("text", ""),
        "marks": selectors.hostile_places(content),
        "turns": turns(content),
        "zones": selectors.unused_zones(content),
        "html_url": reverse("ingestion:html", args=[row.pk]) if content.get("html") else None,
        "attachments": selectors.attachments(row),
        "facts": _facts(row, content),
    }


def _facts(row: Interaction, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    to = ", ".join(email or name for name, email in content.get("to", [])[:10])
    known = [
        (_("To"), to),
        (_("Took part"), ", ".join(name or email for name, email, _title, _company in content.get("participants", []))),
        (_("Category"), row.category),
        (_("Sentiment"), row.sentiment),
        (_("Why it stopped"), row.reason),
        (_("Came through"), row.get_origin_display()),
        (_("Owner"), str(row.owner or "")),
        (_("Run"), row.generation if row.generation > 1 else ""),
    ]
    return [{"label": label, "value": value} for label, value in known if value]


def _ledger_line(line: Any) -> dict[str, Any]:
    return {
        "at": line.created_at,
        "step": line.get_step_display(),
        "sentence": line.sentence,
        "tone": STEP_TONES.get(line.step, ""),
    }


def _proposal(row: Any) -> dict[str, Any]:
    return {
        "url": reverse("review:card", args=[row.interaction_id]),
        "title": f"{row.title}: {row.name}",
        "state": _("to decide") if row.state in ("pending", "claimed") else row.get_state_display(),
        "tone": {"approved": "good", "rejected": "bad", "pending": "now", "claimed": "now"}.get(row.state, "muted"),
    }


def _related(row: Interaction) -> dict[str, Any]:
    return {
        "url": reverse("ingestion:detail", args=[row.pk]),
        "subject": open_or(row.subject, ""),
        "from_text": row.sender_name,
        "received_at": row.occurred_at,
        "current": False,
    }


@require_GET
@csp_replace({"default-src": ["'none'"], "sandbox": True})  # type: ignore[arg-type]
def as_laid_out(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sanitised HTML of a mail, alone in a sandbox: no scripts, no styles, no links, nothing remote."""
    html = selectors.content(selectors.interaction(person(request), pk)).get("html", "")
    return HttpResponse(without_links(html))


@require_GET
def attachment(request: HttpRequest, pk: UUID, file_pk: UUID) -> HttpResponse:
    """One file, always as a download: nothing of what strangers send is shown by the browser."""
    row = selectors.interaction(person(request), pk)
    file = row.attachments.filter(pk=file_pk).first()
    if file is None or file.blob is None:
        raise NotFound(_("There is no such file."))
    response = HttpResponse(file.blob.open_bytes(), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = _disposition(open_or(file.filename, "") or "attachment")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _disposition(name: str) -> str:
    return content_disposition_header(True, name.replace("/", "_")) or "attachment"


@require_POST
def replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sends one interaction through all stages again, past the filters where that is asked for."""
    row = selectors.interaction(person(request), pk, permission="interactions.add")
    services.replay(actor=person(request), interaction=row, anyway="anyway" in request.POST)
    messages.success(request, _("It is on its way again."))
    return redirect("ingestion:detail", pk=row.pk)


@require_POST
def replay_many(request: HttpRequest) -> HttpResponse:
    """Sends the selected interactions through all stages again; those still on their way are left alone."""
    user = person(request)
    require(user, "interactions.add")
    rows = selected(request, selectors.interactions(user)).filter(status__in=[*REPLAYABLE, Status.DONE])
    count = len([services.replay(actor=user, interaction=row) for row in rows])
    messages.success(request, _("%(count)d on their way again.") % {"count": count})
    return redirect("ingestion:list")
