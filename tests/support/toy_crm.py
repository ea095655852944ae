"""A small made-up CRM over HTTP: lists, changes, reads, writes and tells of its fields. Tests hold its rows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

KEY, CLIENT = "toy-key", ("toy-client", "toy-secret")
START = datetime(2026, 11, 20, 8, tzinfo=UTC)


def _field(name: str, label: str, type: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "type": type, "readonly": False, "required": False} | more


SIZES = [{"value": "s", "label": "Small"}, {"value": "m", "label": "Middling"}]
FIELDS = {
    "companies": [
        _field("name", "Name", required=True),
        _field("web", "Web site"),
        _field("phone", "Phone", "phone"),
        _field("town", "City"),
        _field("postal_address", "Address", "text"),
        _field("size__c", "Size class", "enum", options=SIZES),
        _field("turnover", "Turnover", "money"),
        _field("score", "Score", "int", readonly=True),
    ],
    "people": [
        _field("first", "First name"),
        _field("last", "Last name", required=True),
        _field("email", "E-mail", "email"),
        _field("company", "Company", "link", to="companies"),
        _field("job", "Job title"),
        _field("mobile", "Phone", "phone"),
    ],
    "tickets": [_field("subject", "Subject")],
}


class Toy:
    """The CRM's state: rows by object and id, what is hidden, and what was asked."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict[str, Any]]] = {"companies": {}, "people": {}, "tickets": {}, "users": {}}
        self.hidden: set[str] = set()
        self.closed = False
        self.asked: Counter[str] = Counter()
        self.clock, self.number, self.used = START, 0, 0
        self.tokens: set[str] = set()
        self.codes: dict[str, str] = {}
        self.app = Starlette(
            routes=[
                Route("/oauth/authorize", self.authorize),
                Route("/oauth/token", self.token, methods=["POST"]),
                Route("/me", self.me),
                Route("/describe/{object}", self.describe),
                Route("/{object}/count", self.count),
                Route("/{object}", self.list, methods=["GET"]),
                Route("/{object}", self.create, methods=["POST"]),
                Route("/{object}/{id}", self.one, methods=["GET", "PATCH", "DELETE"]),
            ]
        )

    def add(self, object: str, **values: Any) -> str:
        """A row, as somebody in the CRM would make it. Returns its id."""
        self.number += 1
        pk = str(values.pop("id", self.number))
        self.rows[object][pk] = {"id": pk, "changed": self._now(), "crmllm_id": None, **values}
        return pk

    def change(self, object: str, pk: str, **values: Any) -> None:
        self.rows[object][pk] |= {**values, "changed": self._now()}

    def _now(self) -> str:
        self.clock += timedelta(seconds=1)
        return self.clock.isoformat()

    # --- signing in

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked["code_challenge"]
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    async def token(self, request: Request) -> Response:
        form = await request.form()
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            return JSONResponse({"error": "invalid_client"}, 401)
        if form["grant_type"] == "authorization_code" and form.get("code") not in self.codes:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = f"token-{len(self.tokens)}"
        self.tokens.add(token)
        return JSONResponse({"access_token": token, "refresh_token": "refresh", "expires_in": 3600})

    def refused(self, request: Request) -> Response | None:
        self.asked[f"{request.method} {request.url.path.split('/')[1]}"] += 1
        given = request.headers.get("Authorization", "")
        if self.closed or (given != f"Key {KEY}" and given.removeprefix("Bearer ") not in self.tokens):
            return JSONResponse({"message": "who are you?"}, 401)
        return None

    def answer(self, body: Any, status: int = 200) -> Response:
        self.used += 1
        return JSONResponse(body, status, headers={"X-Usage": f"{self.used}/20000"})

    # --- records

    async def me(self, request: Request) -> Response:
        return self.refused(request) or self.answer({"name": "Toy"})

    async def describe(self, request: Request) -> Response:
        fields = [one for one in FIELDS[request.path_params["object"]] if one["name"] not in self.hidden]
        return self.refused(request) or self.answer({"fields": fields})

    async def count(self, request: Request) -> Response:
        return self.refused(request) or self.answer({"count": len(self.rows[request.path_params["object"]])})

    async def list(self, request: Request) -> Response:
        if (refused := self.refused(request) or self._unknown_field(request)) is not None:
            return refused
        asked = request.query_params
        rows = sorted(self.rows[request.path_params["object"]].values(), key=lambda row: (row["changed"], row["id"]))
        if "since" in asked:
            since = datetime.fromisoformat(asked["since"])
            rows = [row for row in rows if datetime.fromisoformat(row["changed"]) >= since]
        if "crmllm_id" in asked:
            rows = [row for row in rows if row["crmllm_id"] == asked["crmllm_id"]]
        start, size = int(asked.get("after") or 0), int(asked.get("size") or 100)
        more = str(start + size) if start + size < len(rows) else None
        shown = [self._shown(row, asked.get("fields", "")) for row in rows[start : start + size]]
        return self.answer({"items": shown, "next": more})

    async def create(self, request: Request) -> Response:
        if (refused := self.refused(request)) is not None:
            return refused
        return self.answer({"id": self.add(request.path_params["object"], **await request.json())}, 201)

    async def one(self, request: Request) -> Response:
        if (refused := self.refused(request) or self._unknown_field(request)) is not None:
            return refused
        rows, pk = self.rows[request.path_params["object"]], request.path_params["id"]
        if pk not in rows:
            return JSONResponse({"message": "not here"}, 404)
        if request.method == "DELETE":
            del rows[pk]
            return Response(status_code=204)
        if request.method == "PATCH":
            self.change(request.path_params["object"], pk, **await request.json())
        return self.answer(self._shown(rows[pk], request.query_params.get("fields", "")))

    def _unknown_field(self, request: Request) -> Response | None:
        for name in request.query_params.get("fields", "").split(","):
            if name in self.hidden:
                return JSONResponse({"message": f"there is no field {name}"}, 400)
        return None

    @staticmethod
    def _shown(row: dict[str, Any], fields: str) -> dict[str, Any]:
        always = {name: row.get(name) for name in ("id", "changed", "owner")}
        return always | {name: row.get(name) for name in fields.split(",") if name}
