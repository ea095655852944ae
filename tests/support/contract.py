"""Holds a server and its client to an OpenAPI document: every request and every answer that passes is checked.

kept = Contract(app, Path("openapi.yaml"))
with serving(kept) as address: ...
kept.verify()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from openapi_core import OpenAPI
from openapi_core.contrib.starlette import StarletteOpenAPIRequest
from starlette.datastructures import Headers
from starlette.requests import Request

from tests.support.crm_server import App, Receive, Scope, Send
from tests.support.faults import CONTROL, read_body, replay


@dataclass(frozen=True)
class _Answer:
    """What was answered, in the words that openapi-core asks for."""

    status_code: int
    headers: Headers
    data: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


#: Who else looks on: each is told of an application and its document before the first request (`make contract`).
onlookers: list[Callable[[App, Path], None]] = []


@cache
def _document(path: Path) -> OpenAPI:
    return OpenAPI.from_dict(yaml.safe_load(path.read_text()))


class Contract:
    """An application with a checker around it; `violations` grows, one line for each."""

    def __init__(self, app: App, document: Path) -> None:
        self.app = app
        self.document = _document(document)
        self.violations: list[str] = []
        self.checked = 0
        for look_on in onlookers:
            look_on(app, document)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.app(scope, receive, send)
            return
        body = await read_body(receive)
        path = scope["path"].rstrip("/")  # vendors take their paths with a slash at the end and without
        request = StarletteOpenAPIRequest(Request({**scope, "path": path}), body or None)
        messages = []

        async def keep(message: Scope) -> None:
            messages.append(message)
            await send(message)

        self._check("asked", request, lambda: self.document.validate_request(request))
        await self.app(scope, replay(body, receive), keep)
        if messages:  # a connection that was cut has no answer to check
            content = b"".join(message.get("body", b"") for message in messages[1:])
            answer = _Answer(messages[0]["status"], Headers(raw=messages[0].get("headers", [])), content)
            self._check(f"got {answer.status_code}", request, lambda: self.document.validate_response(request, answer))

    def _check(self, what: str, request: StarletteOpenAPIRequest, check: Callable[[], None]) -> None:
        self.checked += 1
        try:
            check()
        except Exception as error:
            reasons = [str(one.message) for one in getattr(error.__cause__, "schema_errors", ())]
            line = f"{request.method.upper()} {request.path} {what}: {'; '.join(reasons) or error.__cause__ or error}"
            self.violations.append(line[:500])

    def verify(self) -> None:
        """Fails with every line that broke the contract."""
        assert self.checked, "nothing passed through the contract"
        assert not self.violations, "\n".join(self.violations)
