"""The public door of web forms: a page that shows one, and what takes in an entry. Nobody is signed in here.

No cookie is set or believed. Another site's page may send only if the form names that site; that it may be sent is
proved by the form's own signature (see `signing`), which takes the place of the CSRF token.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from crmllm.core.address import client_address
from crmllm.core.errors import BadInput, CrmllmError, Forbidden, TooLarge
from crmllm.ingestion.models import WebForm
from crmllm.ingestion.webforms import selectors, services
from crmllm.ingestion.webforms.fields import Field

MAX_BYTES = 64 * 1024
MAX_VALUES = 100
URLENCODED, JSON = "application/x-www-form-urlencoded", "application/json"
#: What browsers can fill in by themselves, by what a field means.
INPUTS = {
    "name": ("text", "name"), "first_name": ("text", "given-name"), "last_name": ("text", "family-name"),
    "email": ("email", "email"), "phone": ("tel", "tel"), "company": ("text", "organization"),
    "title": ("text", "organization-title"), "message": ("area", "off"), "consent": ("box", "off"),
}  # fmt: skip


@csrf_exempt
@login_not_required
@xframe_options_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def form(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form as a page; POST takes an entry in, from that page, a script of an allowed site, or a server."""
    row = selectors.public(public_id)
    if request.method == "OPTIONS":
        return _crossing(request, row, HttpResponse(status=204))
    if request.method != "POST":
        return _page(request, row)
    values: dict[str, str] = {}
    try:
        values, body = _values(request)
        answer = _take_in(request, row, values, body)
    except CrmllmError as error:
        answer = _refused(request, row, values, error)
    return _crossing(request, row, answer)


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "OPTIONS"])
def token(request: HttpRequest, public_id: str) -> HttpResponse:
    """A fresh token for a form of the operator's own making."""
    row = selectors.public(public_id)
    if request.method == "OPTIONS":
        return _crossing(request, row, HttpResponse(status=204))
    answer = {"token": services.token(row), "fields": [one["name"] for one in row.fields]}
    return _crossing(request, row, JsonResponse(answer))


@login_not_required
@xframe_options_exempt
@require_GET
def thanks(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page after sending."""
    row = selectors.public(public_id)
    return _framed(row, render(request, "webforms/thanks.html", {"form": row}))


def _take_in(request: HttpRequest, row: WebForm, values: dict[str, str], body: bytes) -> HttpResponse:
    origin = request.headers.get("Origin", "")
    if not selectors.is_allowed(row, origin):
        raise Forbidden(_("Forms from this site are not taken in."), code="origin")
    sent = services.Sent(
        body=body,
        values=values,
        address=client_address(request) or "",
        page=origin,
        signed_at=request.headers.get("X-Form-Timestamp", ""),
        signature=request.headers.get("X-Form-Signature", ""),
    )
    services.submit(form=row, sent=sent)
    if _wants_json(request):
        return JsonResponse({"status": "received", "message": row.thanks or _("Thank you.")}, status=201)
    return redirect("forms:thanks", row.public_id)


def _values(request: HttpRequest) -> tuple[dict[str, str], bytes]:
    """The fields of a request, and its bytes. Its size is looked at before anything is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise TooLarge(_("This is more than a form takes."))
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise TooLarge(_("This is more than a form takes."))
    if request.content_type == JSON:
        return _from_json(body), body
    if request.content_type == URLENCODED:
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_VALUES)
        except ValueError as error:
            raise BadInput(_("The form cannot be read.")) from error
        return {name: value.replace("\0", "") for name, value in pairs}, body
    raise BadInput(_("Send a form as application/x-www-form-urlencoded or application/json."), code="content_type")


def _from_json(body: bytes) -> dict[str, str]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput(_("The form cannot be read.")) from error
    if not isinstance(data, dict) or len(data) > MAX_VALUES:
        raise BadInput(_("Send one JSON object with the fields of the form."))
    return {str(name): _text(value) for name, value in data.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    written = value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
    return written.replace("\0", "").encode("utf-8", "replace").decode()


def _wants_json(request: HttpRequest) -> bool:
    return request.content_type == JSON or "application/json" in request.headers.get("Accept", "")


# --- answers


def _refused(request: HttpRequest, row: WebForm, values: dict[str, str], error: CrmllmError) -> HttpResponse:
    """Why nothing was taken in: JSON for scripts, else the form again with what was filled in."""
    if _wants_json(request):
        response: HttpResponse = JsonResponse(error.as_dict(), status=error.status)
    else:
        response = _page(request, row, values=values, error=error)
    if error.status == 429:
        response["Retry-After"] = "600"
    return response


def _page(
    request: HttpRequest, row: WebForm, *, values: dict[str, str] | None = None, error: CrmllmError | None = None
) -> HttpResponse:
    given = values or {}
    context = {
        "form": row,
        "fields": [_input(one, given, error) for one in row.fields],
        # A token that was not used yet stays: the time somebody takes to put a mistake right is no haste.
        "token": given.get(services.TOKEN_FIELD) if isinstance(error, BadInput) and given else services.token(row),
        "token_field": services.TOKEN_FIELD,
        "trap_field": services.TRAP_FIELD,
        "error": error.message if error else "",
        "action": reverse("forms:form", args=[row.public_id]),
    }
    return _framed(row, render(request, "webforms/form.html", context, status=error.status if error else 200))


def _input(field: Field, given: dict[str, str], error: CrmllmError | None) -> dict[str, Any]:
    shape, fills = INPUTS.get(field["meaning"], ("text", "off"))
    wrong = error.fields.get(field["name"], []) if error else []
    return {**field, "shape": shape, "autocomplete": fills, "value": given.get(field["name"], ""), "wrong": wrong}


def _framed(row: WebForm, response: HttpResponse) -> HttpResponse:
    """May stand inside of the sites that the form names, and runs no script at all."""
    parents = " ".join(row.origins) or "'none'"
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {parents}"
    )
    return response


def _crossing(request: HttpRequest, row: WebForm, response: HttpResponse) -> HttpResponse:
    """Lets scripts of the named sites, and of no others, read the answer."""
    origin = request.headers.get("Origin", "")
    patch_vary_headers(response, ["Origin"])
    if origin and selectors.is_allowed(row, origin):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = "GET, POST"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Access-Control-Max-Age"] = "600"
    return response
