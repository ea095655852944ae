"""The sync pages: how the lists of a connection stand, their last runs, and what was skipped."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmllm.access.rules import person, require
from crmllm.connectors import selectors as connections
from crmllm.connectors.setup import selectors as setup
from crmllm.connectors.sync import selectors, services
from crmllm.connectors.views import tabs
from crmllm.core.errors import CrmllmError


@require_GET
def sync(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All lists of a connection. The fragment is asked for again while one is being read."""
    user = person(request)
    row = connections.connection(user, pk)
    lines = selectors.lines(setup.streams(user, row))
    context = {
        "connection": row,
        "tabs": tabs(row, "sync"),
        "lines": lines,
        "live": any(line.running for line in lines),
        "url": reverse("connectors:sync", args=[pk]),
        "can_manage": user.may("settings.manage"),
    }
    return render(request, f"connectors/sync.html{'#streams' if request.htmx else ''}", context)  # type: ignore[attr-defined]


@require_GET
def stream(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """One list: its last runs, and the records that were skipped."""
    user = person(request)
    row = setup.stream(user, pk, name)
    line = selectors.lines([row])[0]
    context = {
        "connection": row.connection,
        "tabs": tabs(row.connection, "sync"),
        "line": line,
        "runs": selectors.latest_runs(row),
        "skipped": selectors.skipped(row),
        "can_manage": user.may("settings.manage"),
        "url": reverse("connectors:stream", args=[pk, name]),
    }
    return render(request, "connectors/stream.html", context)


@require_POST
def pause(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Pauses the reading of a list, or lets it go on, as the button says."""
    row = setup.stream(person(request), pk, name)
    paused = request.POST.get("paused") == "yes"
    services.set_paused(actor=person(request), stream=row, paused=paused)
    messages.success(request, _("Paused.") if paused else _("Going on."))
    return redirect("connectors:sync", pk)


@require_POST
def read(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Reads a list now: what changed, or everything."""
    row = setup.stream(person(request), pk, name)
    full = request.POST.get("what") == "everything"
    services.read_now(actor=person(request), stream=row, full=full)
    messages.success(request, _("Everything is read again.") if full else _("Changes are read now."))
    return redirect("connectors:sync", pk)


@require_POST
def again(request: HttpRequest, pk: UUID, name: str, skipped_id: UUID) -> HttpResponse:
    """Reads one skipped record again and says what came of it."""
    user = person(request)
    row = setup.stream(user, pk, name)
    require(user, "settings.manage")
    left = row.skipped.filter(pk=skipped_id).first()
    if left is not None:
        try:
            run = services.read_record(actor=user, stream=row, external_id=left.external_id)
        except CrmllmError as error:
            messages.error(request, error.message)
        else:
            if run.reason:
                messages.error(request, run.reason)
            else:
                messages.success(request, _("The record was taken over."))
    return redirect("connectors:stream", pk, name)
