"""Refusals, in the shapes that HubSpot gives them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any


class Refused(Exception):
    """A request that is not carried out: its status and the body that says why."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(body.get("message", ""))
        self.status, self.body, self.headers = status, dict(body), dict(headers or {})


def error(message: str, category: str | None = None, **more: Any) -> dict[str, Any]:
    """The common body; HubSpot leaves out what it has not got."""
    body = {"status": "error", "message": message, "correlationId": str(uuid.uuid4())}
    return {**body, **({"category": category} if category else {}), **more}


def invalid(message: str, **more: Any) -> Refused:
    return Refused(400, error(message, "VALIDATION_ERROR", **more))


def invalid_values(problems: Sequence[tuple[str, str, str]]) -> Refused:
    """400 for property values; each problem is (property, code, message)."""
    listed = [{"isValid": False, "message": text, "error": code, "name": name} for name, code, text in problems]
    details = [{"message": text, "code": code, "context": {"propertyName": [name]}} for name, code, text in problems]
    text = json.dumps(listed, separators=(",", ":"), ensure_ascii=False)
    return invalid(f"Property values were not valid: {text}", errors=details)


def not_found(message: str = "resource not found") -> Refused:
    return Refused(404, error(message, "OBJECT_NOT_FOUND"))


def exists(kind: str, existing: int) -> Refused:
    return Refused(409, error(f"{kind} already exists. Existing ID: {existing}", "CONFLICT"))


def missing_scopes(scopes: Sequence[str]) -> Refused:
    text = "This app hasn't been granted all required scopes to make this call."
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(scopes)},
    }
    return Refused(403, error(text, "MISSING_SCOPES", errors=[detail]))


def rate_limited(policy: str, headers: Mapping[str, str] | None = None) -> Refused:
    words = {"DAILY": "daily", "TEN_SECONDLY_ROLLING": "ten_secondly_rolling", "SECONDLY": "secondly"}
    text = f"You have reached your {words[policy]} limit."
    return Refused(429, error(text, errorType="RATE_LIMIT", policyName=policy), headers)
