"""What goes in and out of a handler, apart from any web framework: composite requests call handlers too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.salesforce.server import Salesforce

JSON = "application/json;charset=UTF-8"


class Refused(Exception):
    """The request cannot be done; carries what the client is told."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] | None = None, **more: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fields, self.more = status, code, message, fields, more

    def body(self) -> list[dict[str, Any]]:
        """An answer's body: always a list."""
        fields = {} if self.fields is None else {"fields": list(self.fields)}
        return [{"message": self.message, "errorCode": self.code, **fields, **self.more}]

    def item(self) -> dict[str, Any]:
        """The error of one item among many, whose key is another."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


@dataclass(frozen=True)
class Call:
    """One request. Names of headers are in small letters; `path` starts behind the version."""

    method: str
    path: str
    version: str = "68.0"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    user: str = ""
    fault: str | None = None
    base: str = ""

    def json(self) -> Any:
        """The body, which has to be JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Refused(400, "JSON_PARSER_ERROR", f"The HTTP entity body could not be read: {error}") from None

    def record(self) -> dict[str, Any]:
        """The body as one record."""
        given = self.json()
        if not isinstance(given, dict):
            raise Refused(400, "JSON_PARSER_ERROR", "The HTTP entity body has to be a JSON object.")
        return given

    def url(self, path: str) -> str:
        """The path of a resource in the version that was called."""
        return f"/services/data/v{self.version}{path}"


@dataclass
class Reply:
    """One answer; a body of bytes goes out as it is."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    media: str = JSON

    def content(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


Handler = Callable[..., Reply]
ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Registers a handler `(salesforce, call, *parts of the path)`; `{}` in the path is one part."""
    pattern = re.compile(re.escape(path).replace(r"\{\}", "([^/]+)") + "$")

    def register(handler: Handler) -> Handler:
        ROUTES.append((method, pattern, handler))
        return handler

    return register


def handle(salesforce: Salesforce, call: Call) -> Reply:
    """Finds the handler; a refusal becomes an answer."""
    path, known = call.path.rstrip("/"), False
    for method, pattern, handler in ROUTES:
        match = pattern.match(path)
        known = known or match is not None
        if match and method == call.method:
            try:
                return handler(salesforce, call, *match.groups())
            except Refused as refused:
                return Reply(refused.status, refused.body())
    if known:
        return Reply(405, Refused(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed.").body())
    return Reply(404, not_found().body())


def not_found() -> Refused:
    """The same words for what does not exist and what must not be seen."""
    return Refused(404, "NOT_FOUND", "The requested resource does not exist")
