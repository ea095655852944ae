"""The upload page and what came of each upload."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.rules import person, require
from crmllm.core.crypto import open_or
from crmllm.core.errors import TooLarge
from crmllm.ingestion import kinds
from crmllm.ingestion.choices import Kind, UploadState
from crmllm.ingestion.models import Upload
from crmllm.ingestion.uploads import selectors, services
from crmllm.jobs.choices import RunState

SLACK = 2**20  # what a request holds beside the files: names, borders, the form's token
RECENT = 10


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Takes files in. Its size is looked at before anything of the request is read; then the token is checked."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES + SLACK:
        raise TooLarge(_("Together the files are larger than %(mb)d MB.") % {"mb": settings.UPLOAD_MAX_BYTES // 2**20})
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    user = person(request)
    require(user, "interactions.add")
    if request.method == "POST" and (files := request.FILES.getlist("files")):
        row = services.take_in(actor=user, files=files, kind=request.POST.get("kind", ""))
        return redirect("uploads:detail", row.pk)
    context = {
        "uploads": [_line(row) for row in selectors.uploads(user)[:RECENT]],
        "missing": request.method == "POST",
        "max_mb": settings.UPLOAD_MAX_BYTES // 2**20,
        "accept": ",".join([*kinds.extensions(), ".zip"]),
        "endings": ", ".join(kinds.extensions()),
        "kinds": Kind.choices,
    }
    return render(request, "ingestion/upload.html", context, status=422 if context["missing"] else 200)


@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What came of an upload so far."""
    row = selectors.upload(person(request), pk)
    live = row.state == UploadState.RUNNING
    stuck = live and row.run is not None and row.run.state in (RunState.FAILED, RunState.CANCELLED)
    context = {
        "upload": row,
        "line": _line(row),
        "refused": [{"name": name, "reason": one.reason} for name, one in selectors.refusals(row)],
        "progress": _progress(row) if live and not stuck else None,
        "problem": _problem(row) if stuck else "",
        "live": live and not stuck,
    }
    return render(request, "ingestion/upload_detail.html", context)


@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stops an upload."""
    user = person(request)
    services.cancel_upload(actor=user, upload=selectors.upload(user, pk))
    messages.success(request, _("Cancelled. What was taken in stays."))
    return redirect("uploads:detail", pk)


def _progress(row: Upload) -> dict[str, Any]:
    waiting = row.run is None or row.run.state == RunState.WAITING
    return {
        "label": _("Waiting for a worker") if waiting else _("Taking in"),
        "done": row.run.progress if row.run else 0,
        "total": (row.run.total or 0) if row.run else 0,
        "doing": services.in_words(row),
        "cancel_url": reverse("uploads:cancel", args=[row.pk]),
    }


def _problem(row: Upload) -> str:
    assert row.run is not None
    return row.run.error_message or _("The job was cancelled on the Jobs page.")


def _line(row: Upload) -> dict[str, Any]:
    tones = {UploadState.RUNNING: "accent", UploadState.DONE: "good", UploadState.CANCELLED: "warn"}
    names = open_or(row.name, [])
    return {
        "url": reverse("uploads:detail", args=[row.pk]),
        "name": ", ".join(names[:3]) + (" …" if len(names) > 3 else "") or _("(erased)"),
        "state": row.get_state_display(),
        "tone": tones[UploadState(row.state)],
        "counts": services.in_words(row),
        "at": row.created_at,
    }
