"""The application: who asks, the day's pool of requests, and the way to the handlers.

sf = Salesforce()
with serving(sf.app) as address:
    sf.faults.plan("reset_after", method="POST", path="/sobjects/Contact")
    sf.controls.hide_field("Contact", "Phone")
"""

from __future__ import annotations

import contextlib
import pickle
import threading
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.faults import Answer, Faults, Wire
from tests.support.salesforce import bulk, composite, rows
from tests.support.salesforce.calls import Call, Refused, Reply, handle, not_found
from tests.support.salesforce.controls import Controls
from tests.support.salesforce.oauth import ClientApp, SignIn
from tests.support.salesforce.reading import Reader
from tests.support.salesforce.soap import call_soap
from tests.support.salesforce.store import Org
from tests.support.salesforce.streaming import Streaming
from tests.support.salesforce.writes import Rules

HANDLERS = (rows, composite, bulk)
VERSIONS = {"66.0": "Spring '26", "67.0": "Summer '26", "68.0": "Winter '27"}
OLDEST = 41.0


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, [{"message": message, "errorCode": code}])


ANSWERS = {
    "expired": _error(401, "INVALID_SESSION_ID", "Session expired or invalid"),
    "limited": _error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    "throttled": _error(429, "REQUEST_LIMIT_EXCEEDED", "Too many requests."),
    "throttled_for_a_second": Answer(429, _error(429, "REQUEST_LIMIT_EXCEEDED", "").body, {"Retry-After": "1"}),
    "error_500": _error(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."),
    "html_502": Answer(502, "<html><body><h1>Bad Gateway</h1></body></html>"),
    "unavailable": _error(503, "SERVER_UNAVAILABLE", "Servers are busy."),
    "locked": _error(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
}
# What an unreliable day consists of.
MIXED = ("expired", "throttled", "error_500", "html_502", "unavailable", "reset_before", "reset_after")


class Salesforce:
    """One org with its server. Requests and tests take turns by `lock`."""

    def __init__(self) -> None:
        self.org, self.rules = Org(), Rules()
        self.sign_in = SignIn({"ada@acme.example": self.org.admin}, signs_in=self.org.admin)
        self.sign_in.apps["crmllm"] = ClientApp("crmllm", "made-up-secret", self.org.admin)
        self.api_max, self.api_used = 100_000, 0
        self.page_size, self.bulk_polls, self.deletions_since = 0, 0, ""
        self.cursors: dict[str, tuple[Reader, list[str], int]] = {}
        self.jobs: dict[str, bulk.Job] = {}
        self.cursor_number = self.job_number = 0
        self.lock = threading.RLock()
        self.streaming = Streaming(self)
        self.controls = Controls(self)
        self.faults = Faults(ANSWERS, carried_out=("repeated_page", "expired_cursor"))
        self.state: Path | None = None
        every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        self.app = Wire(
            Starlette(routes=[Route("/{path:path}", self._answer, methods=every)], lifespan=self._lifespan), self.faults
        )

    def token(self, user: str = "") -> str:
        """A session without the way through OAuth, for tests of other things."""
        token = f"{self.org.id[:15]}!{self.sign_in.secret('session')}"
        self.sign_in.access[token] = user or self.org.admin
        return token

    def store(self, path: Path) -> None:
        """Writes rows, settings and tokens into a file."""
        path.write_bytes(pickle.dumps((self.org, self.rules, self.sign_in)))

    def restore(self, path: Path) -> None:
        """Goes on where the file was written."""
        self.org, self.rules, self.sign_in = pickle.loads(path.read_bytes())

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        yield
        if self.state:
            self.store(self.state)

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        if request.url.path.startswith("/cometd/"):
            reply = await self.streaming.answer(request.headers.get("authorization", ""), body)
        else:
            with self.lock:
                reply = self._dispatch(request, body)
        return Response(reply.content(), reply.status, reply.headers, reply.media if reply.body is not None else None)

    def _dispatch(self, request: Request, body: bytes) -> Reply:
        path = request.scope["raw_path"].decode().split("?")[0]
        if path == "/__control__/do":
            return self._control(Call("POST", path, body=body))
        if path.startswith("/services/oauth2/"):
            return self._oauth(request, path.removeprefix("/services/oauth2/"), body)
        if path.startswith("/services/Soap/u/"):
            return call_soap(self, body)
        if path.rstrip("/") == "/services/data":
            listed = [
                {"label": name, "url": f"/services/data/v{one}", "version": one} for one, name in VERSIONS.items()
            ]
            return Reply(body=listed)
        version, _, rest = path.removeprefix("/services/data/v").partition("/")
        if not path.startswith("/services/data/v") or not _supported(version):
            return Reply(404, not_found().body())
        return self._data(request, version, f"/{rest}", body)

    def _data(self, request: Request, version: str, path: str, body: bytes) -> Reply:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        user = self.sign_in.access.get(token) if scheme.lower() == "bearer" else None
        if user is None:
            return Reply(401, Refused(401, "INVALID_SESSION_ID", "Session expired or invalid").body())
        if self.api_used >= self.api_max:
            return Reply(403, Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").body())
        self.api_used += 1
        headers = {name.lower(): value for name, value in request.headers.items()}
        fault, base = request.scope.get("fault"), _base(request)
        query = dict(request.query_params)
        self.org.origin = _client(headers)
        try:
            reply = handle(self, Call(request.method, path, version, query, headers, body, user, fault, base))
        finally:
            self.org.origin = ""
        reply.headers = {**reply.headers, "Sforce-Limit-Info": f"api-usage={self.api_used}/{self.api_max}"}
        return reply

    def _oauth(self, request: Request, what: str, body: bytes) -> Reply:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        if what == "authorize" and request.method == "GET":
            return self.sign_in.authorize(request.query_params)
        if what == "token" and request.method == "POST":
            now = int(self.org.clock.now().timestamp() * 1000)
            authorization = request.headers.get("authorization", "")
            return self.sign_in.token(form, authorization, _base(request), self.org.id, now)
        if what == "revoke" and request.method == "POST":
            return self.sign_in.revoke(form.get("token", ""))
        if what == "introspect" and request.method == "POST":
            return Reply(body=self.sign_in.introspect(form.get("token", "")))
        if what == "userinfo":
            return self._userinfo(request.headers.get("authorization", "").removeprefix("Bearer "))
        return Reply(404, not_found().body())

    def _userinfo(self, token: str) -> Reply:
        user = self.org.row("User", self.sign_in.access.get(token, ""))
        if user is None:
            return Reply(403, b"Bad_OAuth_Token", media="text/html")
        names = {"preferred_username": user["Username"], "name": user["Name"], "email": user["Email"]}
        return Reply(body={"user_id": user["Id"], "organization_id": self.org.id, **names})

    def _control(self, call: Call) -> Reply:
        wishes: dict[str, Any] = call.record()
        what = str(wishes.pop("what", ""))
        if what.startswith("_") or not hasattr(Controls, what):
            return Reply(404, {"error": f"no such control: {what}"})
        try:
            return Reply(body={"result": getattr(self.controls, what)(**wishes)})
        except (Refused, TypeError, KeyError, ValueError) as error:
            return Reply(400, {"error": f"{type(error).__name__}: {error}"})


def build(state: Path | None) -> Wire:
    """The application for a process of its own; with a file, it keeps its org over a restart."""
    sf = Salesforce()
    if state and state.exists():
        sf.restore(state)
    sf.state = state
    return sf.app


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def _client(headers: Mapping[str, str]) -> str:
    """com/salesforce/api/rest/68.0;client=NAME, as change events tell it."""
    named = headers.get("sforce-call-options", "")
    return f"com/salesforce/api/rest/68.0{f';{named}' if named.startswith('client=') else ''}"


def _supported(version: str) -> bool:
    number = version.replace(".", "", 1).isdigit() and float(version)
    return bool(number and OLDEST <= number <= max(map(float, VERSIONS)))
