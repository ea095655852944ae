"""Errors become a page, a fragment or JSON in one place; the access log holds routes, never query strings."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from crmllm.core.errors import BadInput, CrmllmError, Forbidden, NotFound

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("crmllm.access")

PAGES = (400, 403, 404, 409, 422, 429)


def render_error(request: HttpRequest, error: CrmllmError) -> HttpResponse:
    """The one answer to an error: JSON for the API, a toast for HTMX, else a page.

    Neither page nor toast asks for the person or the database: they must render when the rest does not.
    """
    if request.path.startswith("/api/"):
        return JsonResponse(error.as_dict(), status=error.status)
    if getattr(request, "htmx", False):
        toast = render_to_string("components/_toast.html", {"kind": "danger", "message": error.message})
        response = HttpResponse(toast, status=error.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
        return response
    template = f"errors/{error.status if error.status in PAGES else 500}.html"
    reference = structlog.contextvars.get_contextvars().get("request_id") if error.status >= 500 else None
    return HttpResponse(
        render_to_string(template, {"message": error.message, "reference": reference}), status=error.status
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

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return render_error(request, exception) if isinstance(exception, CrmllmError) else None


class SessionEndMiddleware:
    """A fragment asked for after the session's end takes the whole page to the log-in, and from there back."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 302 or not getattr(request, "htmx", False):
            return response
        login = resolve_url("login")
        if urlsplit(response["Location"]).path != login:
            return response
        page = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(f"{login}?{urlencode({'next': page})}")


class AccessLogMiddleware:
    """One line a request: method, route name, status, milliseconds, user id. Its own id is on every line meanwhile."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        request_id = secrets.token_hex(6)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
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


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    error = BadInput(_("The request could not be read, so nothing was changed."), code="bad_request")
    error.status = 400
    return render_error(request, error)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_error(request, Forbidden(_("You may not do this.")))


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_error(request, NotFound(_("There is no such page, or it is not one that you may see.")))


def handler500(request: HttpRequest) -> HttpResponse:
    return render_error(request, CrmllmError(_("Something went wrong on our side; it was recorded. Please try again.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: most often a page that stood open while somebody logged in anew."""
    return render_error(
        request,
        Forbidden(
            _("This form is no longer valid, so nothing was changed. Load the page again and repeat."), code="csrf"
        ),
    )
