"""Errors become a page, a fragment or JSON in one place; the access log holds routes, never query strings."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from crmllm.core.errors import CrmllmError, Forbidden, NotFound

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("crmllm.access")

TEMPLATES = {400: "400", 403: "403", 404: "404", 409: "409", 422: "422", 429: "429"}


def render_error(request: HttpRequest, error: CrmllmError) -> HttpResponse:
    """The one answer to an error: JSON for the API, a toast for HTMX, else a page."""
    if request.path.startswith("/api/"):
        return JsonResponse(error.as_dict(), status=error.status)
    if getattr(request, "htmx", False):
        response = render(
            request,
            "components/_toast.html",
            {"message": error.message, "kind": "danger"},
        )
        response.status_code = error.status
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
        return response
    template = f"errors/{TEMPLATES.get(error.status, '500')}.html"
    return render(
        request,
        template,
        {"message": error.message, "error": error},
        status=error.status,
    )


class ErrorMiddleware:
    """Turns every CrmllmError that a view lets through into its answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/api/"):
            patch_vary_headers(response, ["HX-Request"])
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        return (
            render_error(request, exception)
            if isinstance(exception, CrmllmError)
            else None
        )


class AccessLogMiddleware:
    """One line a request: method, route name, status, milliseconds, user id."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        if match and match.view_name in ("healthz", "readyz"):
            return response
        log.info(
            "request",
            method=request.method,
            route=match.view_name if match else None,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000),
            user=str(request.user.pk) if request.user.is_authenticated else None,
        )
        return response


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_error(request, NotFound("There is no such page."))


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_error(request, Forbidden("You may not do this."))


def handler500(request: HttpRequest) -> HttpResponse:
    return render_error(
        request,
        CrmllmError(
            "Something went wrong on our side; it was recorded. Please try again."
        ),
    )
