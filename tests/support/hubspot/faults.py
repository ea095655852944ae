"""What goes wrong at HubSpot's side, by name, for `Faults.plan` and `Faults.mix`."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.faults import RESET_AFTER, RESET_BEFORE, Answer
from tests.support.hubspot.errors import Refused, error, invalid, missing_scopes, rate_limited

REPEATED_PAGE = "repeated_page"  # a page of a list or search comes a second time
_HTML = "<html><body><h1>{}</h1></body></html>"


def _answer(refused: Refused, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(refused.status, refused.body, {**refused.headers, **(headers or {})})


ANSWERS = {
    "expired": Answer(
        401,
        error(
            "The OAuth token used to make this call expired 7 minute(s) ago.",
            "EXPIRED_AUTHENTICATION",
            context={"expire time": ["2026-11-22T08:53:00Z"]},
        ),
    ),
    "unauthorized": Answer(401, error("Authentication credentials not found.", "INVALID_AUTHENTICATION")),
    "missing_scopes": _answer(missing_scopes(["crm.objects.contacts.read"])),
    "ten_seconds": _answer(rate_limited("TEN_SECONDLY_ROLLING")),
    "retry_after": _answer(rate_limited("TEN_SECONDLY_ROLLING"), {"Retry-After": "1"}),
    "daily": _answer(rate_limited("DAILY")),
    "search_limit": _answer(rate_limited("SECONDLY")),
    "locked": Answer(423, error("This record is being changed by a bulk operation.", "LOCKED")),
    "migrating": Answer(477, error("This account is being moved.", "MIGRATION_IN_PROGRESS"), {"Retry-After": "3600"}),
    "expired_cursor": _answer(invalid("The 'after' paging cursor is not valid any more")),
    "server_error": Answer(500, error("internal error")),
    "html": Answer(502, _HTML.format("502 Bad Gateway")),
    "unavailable": Answer(503, _HTML.format("503 Service Unavailable")),
    "gateway_timeout": Answer(504, error("The request took too long.")),
    "origin_down": Answer(521, _HTML.format("521 Web server is down")),
}

# What a proof mixes in at random: all of it passes, none of it takes long.
MIXED = ["ten_seconds", "locked", "server_error", "html", "unavailable", RESET_BEFORE, RESET_AFTER]
