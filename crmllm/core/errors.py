"""The one tree of errors that people may see.

    CrmllmError
     +-- BadInput      422  something in the request is wrong; `fields` says where
     +-- NotSignedIn   401
     +-- Forbidden     403  may see it, may not do this
     +-- NotFound      404  is not there, or not for you
     +-- Conflict      409  the thing has moved on
     +-- TooLarge      413
     +-- TooMany       429
     +-- Unavailable   503  a part that is needed does not answer; try later

Each carries a code for programs and a full sentence for people, and never personal data: both are logged.
"""

from __future__ import annotations

from collections.abc import Mapping


class CrmllmError(Exception):
    """Base of all: code, HTTP status and a sentence for people."""

    code = "error"
    status = 500

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Mapping[str, list[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields: dict[str, list[str]] = dict(fields or {})

    def as_dict(self) -> dict[str, object]:
        """The one shape in which the API answers errors."""
        return {"error": {"code": self.code, "message": self.message, "fields": self.fields}}


class BadInput(CrmllmError):
    code = "invalid"
    status = 422


class NotSignedIn(CrmllmError):
    code = "not_signed_in"
    status = 401


class Forbidden(CrmllmError):
    code = "forbidden"
    status = 403


class NotFound(CrmllmError):
    code = "not_found"
    status = 404


class Conflict(CrmllmError):
    code = "conflict"
    status = 409


class TooLarge(CrmllmError):
    code = "too_large"
    status = 413


class TooMany(CrmllmError):
    code = "too_many_requests"
    status = 429


class Unavailable(CrmllmError):
    code = "unavailable"
    status = 503
