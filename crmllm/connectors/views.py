"""Settings: the connected CRMs and mailboxes at a glance."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmllm.access.rules import person
from crmllm.connectors import selectors, services
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.models import Connection
from crmllm.crm.choices import Object
from crmllm.ingestion.models import Mailbox
from crmllm.writeback.selectors import counts

TONES = {ConnectionState.ACTIVE: "good", ConnectionState.PAUSED: "warn", ConnectionState.BROKEN: "bad"}


@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    """The connected CRMs and mailboxes."""
    user = person(request)
    context = {
        "connections": [_line(row) for row in selectors.connections(user)],
        "mailboxes": [_mailbox(row) for row in Mailbox.objects.all()],
        "add_mailbox_url": reverse("mailboxes:add") if user.may("settings.manage") else None,
    }
    return render(request, "connectors/connection_list.html", context)


def _line(row: Connection) -> dict[str, Any]:
    master = ", ".join(str(Object(name).label) for name in row.master_of)
    return {
        "url": reverse("connectors:detail", args=[row.pk]),
        "name": row.name,
        "connector": row.connector,
        "state": row.get_state_display(),
        "tone": TONES[ConnectionState(row.state)],
        "detail": row.state_reason or (_("System of record for %(objects)s") % {"objects": master} if master else ""),
        "last_sync_at": row.updated_at,
    }


def _mailbox(row: Mailbox) -> dict[str, Any]:
    failing = bool(row.error_code)
    state = _("needs attention") if failing else _("active") if row.active else _("off")
    return {
        "url": reverse("mailboxes:detail", args=[row.pk]),
        "name": row.name,
        "address": row.username,
        "state": state,
        "tone": "bad" if failing else "good" if row.active else "muted",
        "detail": row.error_message,
        "last_poll_at": row.last_polled_at,
    }


@require_GET
def connection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One connection: what it is master of, what waits to be written, pause and go on."""
    user = person(request)
    row = selectors.connection(user, pk)
    context = {
        "connection": _line(row) | {"paused": row.state == ConnectionState.PAUSED},
        "objects": [Object(name).label for name in row.master_of],
        "counts": counts(row),
        "pause_url": reverse("connectors:pause", args=[row.pk]) if user.may("settings.manage") else None,
    }
    return render(request, "connectors/connection_detail.html", context)


@require_POST
def pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pauses or goes on, as the button says."""
    row = selectors.connection(person(request), pk)
    paused = request.POST.get("paused") == "yes"
    services.set_paused(actor=person(request), connection=row, paused=paused)
    messages.success(request, _("Paused; approved changes wait.") if paused else _("Going on."))
    return redirect("connectors:detail", pk=pk)
