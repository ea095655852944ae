"""Every refusal of the API has one shape: {error: {code, message, fields}}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from crmllm.core.errors import (
    BadInput,
    CrmllmError,
    Forbidden,
    NotFound,
    NotSignedIn,
    TooMany,
)


def handle(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler."""
    error = translate(exception)
    if error is None:
        return None
    set_rollback()
    response = Response(error.as_dict(), status=error.status)
    if isinstance(exception, exceptions.APIException):
        if getattr(exception, "auth_header", None):
            response["WWW-Authenticate"] = exception.auth_header  # type: ignore[attr-defined]
        if getattr(exception, "wait", None):
            response["Retry-After"] = str(int(exception.wait) + 1)  # type: ignore[attr-defined]
    return response


def translate(exception: Exception) -> CrmllmError | None:
    """Our error for one of Django's or DRF's; None for what is a fault of ours."""
    if isinstance(exception, CrmllmError):
        return exception
    if isinstance(exception, exceptions.NotAuthenticated):
        return NotSignedIn("Send a token: Authorization: Bearer TOKEN.")
    if isinstance(exception, exceptions.AuthenticationFailed):
        return NotSignedIn(str(exception.detail), code="token_invalid")
    if isinstance(exception, exceptions.PermissionDenied | PermissionDenied):
        return Forbidden("You may not do this.")
    if isinstance(exception, exceptions.NotFound | Http404):
        return NotFound("There is no such item, or it is not yours to see.")
    if isinstance(exception, exceptions.Throttled):
        return TooMany("Too many requests. Wait a little, then go on.")
    if isinstance(exception, exceptions.ValidationError):
        return BadInput("Some fields are wrong.", fields=_fields(exception.detail))
    if isinstance(exception, exceptions.APIException):
        error = CrmllmError(str(exception.detail), code=exception.default_code)
        error.status = exception.status_code
        return error
    return None


def _fields(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, dict):
        return {str(name): [str(part) for part in _flat(value)] for name, value in detail.items()}
    return {"": [str(part) for part in _flat(detail)]}


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [part for inner in value.values() for part in _flat(inner)]
    if isinstance(value, list | tuple):
        return [part for inner in value for part in _flat(inner)]
    return [value]
