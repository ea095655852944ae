"""Settings: the connected CRMs and mailboxes at a glance."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmllm.access.rules import person
from crmllm.connectors import selectors, services
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.engine.declared.access import Auth, AuthKind
from crmllm.connectors.models import Connection
from crmllm.connectors.registry import declaration, declared_label
from crmllm.connectors.services import LOCAL
from crmllm.connectors.setup import selectors as setup
from crmllm.crm.choices import Object
from crmllm.ingestion.models import Mailbox
from crmllm.writeback.selectors import counts

TONES = {
    ConnectionState.ACTIVE: "good", ConnectionState.PAUSED: "warn", ConnectionState.BROKEN: "bad",
    ConnectionState.REMOVED: "muted",
}  # fmt: skip


def tabs(row: Connection, active: str) -> list[dict[str, Any]]:
    """The pages of one connection; the local CRM has one only."""
    if row.connector == LOCAL:
        return []
    pages = [
        ("", _("Overview"), "connectors:detail"),
        ("objects", _("Objects and fields"), "connectors:objects"),
        ("sync", _("Reading"), "connectors:sync"),
        ("trial", _("Trial"), "connectors:trial"),
    ]
    return [
        {"label": label, "url": reverse(url, args=[row.pk]), "active": name == active} for name, label, url in pages
    ]


def home_card(request: HttpRequest) -> dict[str, Any]:
    """What the home page says of connections: nothing while all work."""
    may = person(request).may("settings.manage")
    return {
        "items": [
            {
                "sentence": _("%(name)s needs attention: %(reason)s") % {"name": row.name, "reason": row.state_reason},
                "url": reverse("connectors:detail", args=[row.pk]) if person(request).may("settings.view") else "",
                "action": _("Sign in again") if may else _("Look"),
            }
            for row in selectors.broken()
        ],
        "help": _("Approved changes wait until then; nothing is lost."),
    }


@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    """The connected CRMs and mailboxes."""
    user = person(request)
    context = {
        "connections": [_line(row) for row in selectors.connections(user)],
        "mailboxes": [_mailbox(row) for row in Mailbox.objects.all()],
        "add_url": reverse("connectors:connect") if user.may("settings.manage") else None,
        "add_mailbox_url": reverse("mailboxes:add") if user.may("settings.manage") else None,
    }
    return render(request, "connectors/connection_list.html", context)


def _line(row: Connection) -> dict[str, Any]:
    master = ", ".join(str(Object(name).label) for name in row.master_of)
    return {
        "url": reverse("connectors:detail", args=[row.pk]),
        "name": row.name,
        "connector": declared_label(row.connector),
        "trial": row.dry_run,
        "state": row.get_state_display(),
        "tone": TONES[ConnectionState(row.state)],
        "detail": row.state_reason or (_("System of record for %(objects)s") % {"objects": master} if master else ""),
        "last_sync_at": getattr(row, "last_run_at", None),
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
    """One connection: what it is, what waits to be written, its limits, and what can be done."""
    user = person(request)
    row = selectors.connection(user, pk)
    ours = row.connector == LOCAL
    context = {
        "connection": _line(row) | {"paused": row.state == ConnectionState.PAUSED},
        "objects": [Object(name).label for name in row.master_of],
        "counts": counts(row),
        "facts": [] if ours else _facts(row),
        "limits": [] if ours else setup.limits(row),
        "tabs": tabs(row, ""),
        "row": row,
        "is_local": ours,
        "by_browser": not ours and _way(row).kind == AuthKind.CODE,
        "broken": row.state == ConnectionState.BROKEN,
        "can_manage": user.may("settings.manage"),
        "pause_url": reverse("connectors:pause", args=[row.pk]) if user.may("settings.manage") else None,
    }
    return render(request, "connectors/connection_detail.html", context)


def _way(row: Connection) -> Auth:
    declared = declaration(row.connector)
    return declared.way(row.way) if row.way else declared.auth[0]


def _facts(row: Connection) -> list[dict[str, Any]]:
    """What was typed, but for secrets, and until when we are let in."""
    declared, way = declaration(row.connector), _way(row)
    typed = {one.name: one for one in (*declared.settings, *way.settings)}
    facts = [(_("CRM"), declared.label), (_("Signs in by"), way.label)]
    facts += [(one.label, row.options.get(one.name) or "–") for one in typed.values() if one.kind != "secret"]
    secrets = [one.label for one in typed.values() if one.kind == "secret"]
    facts += [(_("Kept sealed"), ", ".join(secrets))] if secrets else []
    facts.append((_("Records known there"), f"{row.known:,}"))  # type: ignore[attr-defined]
    if declared.events is not None:
        facts.append((_("Events come in at"), f"{settings.SITE_URL}{reverse('hooks', args=[row.pk])}"))
    return [{"label": label, "value": value} for label, value in facts]


@require_POST
def pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pauses or goes on, as the button says."""
    row = selectors.connection(person(request), pk)
    paused = request.POST.get("paused") == "yes"
    services.set_paused(actor=person(request), connection=row, paused=paused)
    messages.success(request, _("Paused; approved changes wait.") if paused else _("Going on."))
    return redirect("connectors:detail", pk=pk)
