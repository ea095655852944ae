"""HubSpot for tests: an ASGI application with an account behind it.

server = Server()
with serving(server) as address:          # tests.support.crm_server
    server.account.make("contacts", email="ada@example.test")
    server.faults.plan("reset_after", method="POST", path="/crm/objects/")

As a process: `python -m tests.support.crm_server hubspot PORT [FILE]`, see `control`. Not played: custom objects,
lists, files, the webhooks journal, the settings of webhook subscriptions.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.faults import Faults, Wire
from tests.support.hubspot import batches, links, metadata, objects
from tests.support.hubspot.account import Account
from tests.support.hubspot.calls import Call, Reply
from tests.support.hubspot.control import WISHES
from tests.support.hubspot.errors import Refused, error, invalid
from tests.support.hubspot.faults import ANSWERS, REPEATED_PAGE

VERSIONS = ("2026-03", "2026-09")
_LONGEST_ADDRESS = 16_000

_OBJECT = "/crm/objects/{version}/{object}"
_PROPERTY = "/crm/properties/{version}/{object}"
_PIPELINE = "/crm/pipelines/{version}/{object}"
_TIES = "/crm/associations/{version}/{object}/{other}"
_TIE = _OBJECT + "/{id}/associations/{other}"

# In this order: the fixed addresses stand before those with an id in their place.
ENDPOINTS: tuple[tuple[str, str, Callable[[Call], Reply]], ...] = (
    ("POST", _OBJECT + "/batch/create", batches.create),
    ("POST", _OBJECT + "/batch/read", batches.read),
    ("POST", _OBJECT + "/batch/update", batches.change),
    ("POST", _OBJECT + "/batch/upsert", batches.upsert),
    ("POST", _OBJECT + "/batch/archive", batches.archive),
    ("POST", _OBJECT + "/search", objects.search),
    ("POST", _OBJECT + "/merge", objects.merge),
    ("POST", _OBJECT + "/gdpr-delete", objects.gdpr_delete),
    ("GET", _OBJECT, objects.list_),
    ("POST", _OBJECT, objects.create),
    ("GET", _OBJECT + "/{id}", objects.read),
    ("PATCH", _OBJECT + "/{id}", objects.change),
    ("DELETE", _OBJECT + "/{id}", objects.archive),
    ("PUT", _OBJECT + "/{id}/associations/default/{other}/{far}", links.set_default),
    ("GET", _TIE, links.list_),
    ("PUT", _TIE + "/{far}", links.set_labels),
    ("DELETE", _TIE + "/{far}", links.remove),
    ("POST", _TIES + "/batch/read", links.batch_read),
    ("POST", _TIES + "/batch/create", links.batch_create),
    ("POST", _TIES + "/batch/associate/default", links.batch_default),
    ("POST", _TIES + "/batch/archive", links.batch_remove),
    ("POST", _TIES + "/batch/labels/archive", links.batch_remove),
    ("GET", _TIES + "/labels", links.labels),
    ("POST", _TIES + "/labels", links.add_label),
    ("DELETE", _TIES + "/labels/{number}", links.remove_label),
    ("GET", _PROPERTY, metadata.properties),
    ("POST", _PROPERTY, metadata.create_property),
    ("GET", _PROPERTY + "/{name}", metadata.read_property),
    ("PATCH", _PROPERTY + "/{name}", metadata.change_property),
    ("DELETE", _PROPERTY + "/{name}", metadata.remove_property),
    ("GET", _PIPELINE, metadata.pipelines),
    ("POST", _PIPELINE, metadata.create_pipeline),
    ("GET", _PIPELINE + "/{pipeline}", metadata.read_pipeline),
    ("GET", _PIPELINE + "/{pipeline}/stages", metadata.stages),
    ("POST", _PIPELINE + "/{pipeline}/stages", metadata.create_stage),
    ("GET", "/crm/owners/{version}", metadata.owners),
    ("GET", "/crm/owners/{version}/{owner}", metadata.read_owner),
    ("GET", "/account-info/{version}/details", metadata.details),
    ("GET", "/account-info/{version}/api-usage/daily/private-apps", metadata.usage),
)


class Server(Wire):
    """The application, its `account`, and around both the log and the faults."""

    def __init__(self, path: Path | None = None) -> None:
        self.account = Account(path)
        self._pages: dict[str, Response] = {}
        super().__init__(self._application(), Faults(ANSWERS, [REPEATED_PAGE]))

    def _application(self) -> Starlette:
        routes = [Route(path, self._endpoint(handler), methods=[method]) for method, path, handler in ENDPOINTS]
        oauth = {"": self._token, "/introspect": self._introspect, "/revoke": self._revoke}
        routes += [Route(f"/oauth/{{version}}/token{end}", one, methods=["POST"]) for end, one in oauth.items()]
        routes += [
            Route("/oauth/authorize", self._authorize),
            Route("/__control__/{wish}", self._wish, methods=["GET", "POST"]),
        ]
        unknown = dict.fromkeys((404, 405), _unknown)
        return Starlette(routes=routes, exception_handlers={Refused: _refused, **unknown})  # type: ignore[dict-item]

    def _endpoint(self, handler: Callable[[Call], Reply]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            repeated = request.scope.get("fault") == REPEATED_PAGE and self._pages.get(request.url.path)
            if repeated:
                return repeated
            call = await self._call(request)
            is_search = handler is objects.search
            headers = self.account.limits.count(is_search, oauth=call.token.kind != "service_key")
            reply = handler(call)
            response = _response(reply, headers)
            if handler in (objects.list_, objects.search):
                self._pages[request.url.path] = response
            return response

        return endpoint

    async def _call(self, request: Request) -> Call:
        if request.path_params["version"] not in VERSIONS:
            raise Refused(404, error("This version of the API does not exist."))
        if len(str(request.url)) > _LONGEST_ADDRESS:
            raise Refused(414, error("The address is too long."))
        token = self.account.tokens.admit(request.headers.get("authorization", ""))
        query = parse_qs(request.url.query, keep_blank_values=True)
        address = str(request.url.replace(query=""))
        return Call(self.account, token, request.path_params, query, await _body(request), address)

    async def _authorize(self, request: Request) -> Response:
        back = self.account.tokens.authorize(request.query_params)
        return RedirectResponse(f"{request.query_params['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        return JSONResponse(self.account.tokens.token(await _form(request)))

    async def _introspect(self, request: Request) -> Response:
        return JSONResponse(self.account.tokens.introspect(await _form(request)))

    async def _revoke(self, request: Request) -> Response:
        self.account.tokens.revoke((await _form(request)).get("token", ""))
        return Response(status_code=204)

    async def _wish(self, request: Request) -> Response:
        carry_out = WISHES.get(request.path_params["wish"])
        if carry_out is None:
            return JSONResponse({"wishes": sorted(WISHES)}, 404)
        wishes = json.loads(await request.body() or b"{}")
        return JSONResponse(await run_in_threadpool(carry_out, self.account, wishes))


def build(state: Path | None = None) -> Server:
    """What `tests.support.crm_server` starts."""
    return Server(state)


async def _body(request: Request) -> Any:
    content = await request.body()
    if not content:
        return None
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(415, error("Unsupported media type: the body must be JSON"))
    try:
        return json.loads(content)
    except ValueError:
        raise invalid("Invalid input JSON: the body cannot be read") from None


async def _form(request: Request) -> dict[str, str]:
    """OAuth speaks in forms, as the contract says; HubSpot's own client library sends JSON."""
    content = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        return {name: str(value) for name, value in json.loads(content).items()}
    return {name: values[-1] for name, values in parse_qs(content.decode()).items()}


def _response(reply: Reply, headers: dict[str, str]) -> Response:
    if reply.status == 204:
        return Response(status_code=204, headers=headers)
    return JSONResponse(reply.body, reply.status, headers)


async def _refused(request: Request, refused: Refused) -> Response:
    return JSONResponse(refused.body, refused.status, refused.headers)


async def _unknown(request: Request, problem: Any) -> Response:
    return HTMLResponse("<html><body><h2>HTTP ERROR</h2></body></html>", problem.status_code)
