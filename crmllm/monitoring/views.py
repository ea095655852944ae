"""Doors for machines: alive, ready, figures; and the banner's own fragment."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST

from crmllm.core.errors import Forbidden
from crmllm.monitoring import metrics as figures
from crmllm.monitoring import selectors

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@never_cache
@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """This process is alive; asks nothing of anybody."""
    return JsonResponse({"alive": True})


@never_cache
@login_not_required
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when pages work: both databases answer and are migrated. The other parts are only told."""
    parts = selectors.parts()
    ready = all(part.fine for part in parts if part.needed)
    told = {part.name: {"ok": part.fine, "message": part.sentence} for part in parts}
    return JsonResponse({"ready": ready, "parts": told}, status=200 if ready else 503)


@never_cache
@login_not_required
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: with METRICS_TOKEN, or without one from this machine only."""
    if not _may_scrape(request):
        raise Forbidden("Figures are given to this machine, or for METRICS_TOKEN.")
    return HttpResponse(figures.exposition(), content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
    # A proxy on this machine is near too, but whom it speaks for is not.
    near = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1", "")
    return near and not any(name in request.META for name in FORWARDED)


@require_GET
def model_status(request: HttpRequest) -> HttpResponse:
    """The banner, which asks for itself again until the model is ready."""
    return render(request, "components/_model_status.html", {"model_status": selectors.model_banner(request)})
