"""What the engine brings to each template of a declaration, beside what the declaration itself names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from crmllm.connectors.engine.declared.access import Auth
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.declared.streams import Stream

#: A page of a list.
LISTED = {
    "object", "columns", "since", "last_id", "now", "cursor", "offset", "page", "page_from_0", "size",
}  # fmt: skip
#: One change on its way out, and what stands for it in a batch's items.
SENT = {"object", "id", "our_id", "our_id_field", "key", "body", "body_without_id", "etag"}
#: Many changes at once.
BATCH = {"object", "our_id_field", "items", "ids"}
ONE = {"object", "id", "columns"}
FOUND = {"object", "our_id", "columns", "keys"}
#: A create's defaults.
DEFAULTS = {"our_id", "today", "now"}

CALLS: dict[str, set[str]] = {
    **dict.fromkeys(("list", "changed", "deleted", "gone"), LISTED),
    **dict.fromkeys(("read", "erase", "erased"), ONE),
    **dict.fromkeys(("create", "create_plain", "update", "delete"), SENT),
    **dict.fromkeys(("create_many", "create_many_plain", "update_many", "delete_many"), BATCH),
    **dict.fromkeys(("find", "find_plain"), FOUND),
    "find_many": {"object", "our_ids", "columns"},
    "read_many": {"object", "ids", "columns"},
    "count": {"object"},
    "describe": {"object"},
    "link": {"object", "id", "field", "far"},
}


def templates(stream: Stream, of_strategy: Collection[str] = ()) -> Iterator[tuple[str, Any, set[str]]]:
    """Of a list, each place with a template, the template, and the names that the engine brings there.

    `of_strategy` is what a strategy adds to one change. A call that only a strategy makes is not looked at.
    """
    one = {*SENT, *of_strategy}
    yield "url", stream.url, {"object", "id"}
    yield "defaults", stream.defaults, DEFAULTS
    for name, mapped in stream.fields.items():
        yield f"fields.{name}.usual", mapped.usual, set()
        yield f"fields.{name}.written", mapped.written, {"value"}
    for name, call in stream.complete.items():
        yield f"complete.{name}", parts(call), {"object", "ids"}
    for name, call in stream.calls.items():
        if name in CALLS:
            yield f"calls.{name}", parts(call), one if CALLS[name] is SENT else CALLS[name]
            yield f"calls.{name}.item", call.item, one
            yield f"calls.{name}.guard", call.guard, one


def signing_in(way: Auth) -> list[Any]:
    """The templates of a way of signing in: they may use its secrets too."""
    assertion = way.jwt and [way.jwt.issuer, way.jwt.subject, way.jwt.audience, way.jwt.key]
    login = way.login and parts(way.login)
    return [way.authorize, way.token, way.revoke, way.parameters, way.form, assertion or [], login or []]


def parts(call: Call) -> list[Any]:
    """The parts of a call that are filled with what the call is about."""
    return [call.path, call.query, call.headers, call.body]
