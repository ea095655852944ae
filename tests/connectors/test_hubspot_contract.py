"""The contract that our connector relies on holds for the tests' HubSpot, signatures too."""

from __future__ import annotations

import base64
import hmac
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.contract import Contract
from tests.support.crm_server import Receive, Scope, Send, serving
from tests.support.faults import Answer, answer, read_body
from tests.support.hubspot.events import signature
from tests.support.hubspot.oauth import CLIENT_ID, CLIENT_SECRET, SERVICE_KEY
from tests.support.hubspot.server import Server

DOCUMENT = Path(__file__).parents[1] / "support" / "hubspot" / "openapi.yaml"


@pytest.fixture
def server() -> Server:
    return Server()


def test_the_answers_keep_the_contract(server: Server) -> None:
    """A walk over every call of the document with the current version, in which refusals and faults come too."""
    kept = Contract(server, DOCUMENT)
    with serving(kept) as address, httpx.Client(base_url=address) as http:
        http.headers["Authorization"] = f"Bearer {SERVICE_KEY}"
        walk(http, server)
    assert kept.checked > 80
    kept.verify()


@pytest.mark.parametrize(
    ("method", "path", "sent", "broken"),
    [
        ("POST", "/crm/objects/2026-09/contacts", {"json": {"properties": {"email": 5}, "associations": []}}, "string"),
        ("POST", "/crm/objects/2026-09/contacts", {"json": {"properties": {}}}, "'associations' is a required"),
        ("GET", "/crm/objects/2026-09/contacts", {"params": {"limit": 500}}, "maximum of 100"),
        ("GET", "/crm/objects/2025-01/contacts", {}, "2026-09"),
        ("GET", "/crm/lists/2026-09", {}, "Path not found"),
        ("POST", "/oauth/2026-09/token", {"json": {"grant_type": "refresh_token"}}, "mimetype not found"),
    ],
)
def test_the_contract_notices(server: Server, method: str, path: str, sent: dict[str, Any], broken: str) -> None:
    kept = Contract(server, DOCUMENT)
    with serving(kept) as address:
        httpx.request(method, address + path, headers={"Authorization": f"Bearer {SERVICE_KEY}"}, **sent)
    with pytest.raises(AssertionError, match=broken):
        kept.verify()


def walk(http: httpx.Client, server: Server) -> None:
    crm = "/crm/objects/2026-09"
    wish = {"name": "crmllm_id", "label": "Our id", "type": "string", "fieldType": "text", "groupName": "g"}
    http.post("/crm/properties/2026-09/contacts", json={**wish, "hasUniqueValue": True}).raise_for_status()
    for path in ("properties/2026-09/contacts", "properties/2026-09/contacts/email", "pipelines/2026-09/deals"):
        http.get(f"/crm/{path}").raise_for_status()
    http.get("/crm/owners/2026-09", params={"archived": "true"}).raise_for_status()
    http.get("/crm/owners/2026-09/41").raise_for_status()
    http.get("/account-info/2026-09/details").raise_for_status()
    http.get("/account-info/2026-09/api-usage/daily/private-apps").raise_for_status()

    def make(name: str, /, *associations: dict[str, Any], **values: str) -> str:
        body = {"properties": values, "associations": list(associations)}
        return str(http.post(f"{crm}/{name}", json=body).raise_for_status().json()["id"])

    firm = make("companies", name="Betasoloin GmbH")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    ada = make("contacts", {"to": {"id": firm}, "types": types}, email="ada@x.example")
    twin = make("contacts", email="ada@y.example")
    wanted = {"properties": "email", "propertiesWithHistory": "email", "associations": "companies"}
    assert http.get(f"{crm}/contacts/{ada}", params=wanted).json()["associations"]
    http.get(f"{crm}/contacts", params={"limit": "1", **wanted}).raise_for_status()
    http.patch(f"{crm}/contacts/{ada}", json={"properties": {"jobtitle": ""}}).raise_for_status()
    assert http.patch(f"{crm}/contacts/{ada}", json={"properties": {"email": "x"}}).status_code == 400
    assert http.get(f"{crm}/contacts/999").status_code == 404
    found = {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}]}], "limit": 1}
    assert http.post(f"{crm}/contacts/search", json=found).json()["total"] == 2
    inputs = [
        {"id": f"w{n}", "idProperty": "crmllm_id", "properties": {}, "objectWriteTraceId": str(n)} for n in (1, 2)
    ]
    inputs[1]["properties"] = {"email": "ada@x.example"}
    assert http.post(f"{crm}/contacts/batch/upsert", json={"inputs": inputs}).status_code == 207
    read = {"inputs": [{"id": ada}, {"id": "999"}], "properties": ["email"], "propertiesWithHistory": []}
    assert http.post(f"{crm}/contacts/batch/read", json=read).status_code == 207
    changes = {"inputs": [{"id": ada, "properties": {"firstname": "Ada"}}]}
    http.post(f"{crm}/contacts/batch/update", json=changes).raise_for_status()
    rows = {"inputs": [{"properties": {"name": "A"}, "associations": []}]}
    product = http.post(f"{crm}/products/batch/create", json=rows).raise_for_status().json()["results"][0]["id"]
    http.post(f"{crm}/products/batch/archive", json={"inputs": [{"id": product}]}).raise_for_status()

    ties = "/crm/associations/2026-09/contacts/companies"
    http.get(f"{ties}/labels").raise_for_status()
    one = {"from": {"id": twin}, "to": {"id": firm}}
    http.post(f"{ties}/batch/create", json={"inputs": [{**one, "types": types}]}).raise_for_status()
    http.post(f"{ties}/batch/read", json={"inputs": [{"id": twin}]}).raise_for_status()
    http.get(f"{crm}/contacts/{twin}/associations/companies").raise_for_status()
    http.post(f"{ties}/batch/archive", json={"inputs": [{**one, "to": [one["to"]]}]}).raise_for_status()
    http.put(f"{crm}/contacts/{twin}/associations/companies/{firm}", json=types).raise_for_status()
    http.delete(f"{crm}/contacts/{twin}/associations/companies/{firm}").raise_for_status()

    http.post(f"{crm}/contacts/merge", json={"primaryObjectId": ada, "objectIdToMerge": twin}).raise_for_status()
    http.post(f"{crm}/contacts/gdpr-delete", json={"objectId": ada}).raise_for_status()
    http.delete(f"{crm}/companies/{firm}").raise_for_status()
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    token = http.post("/oauth/2026-09/token", data={**app, "grant_type": "client_credentials"}).json()["access_token"]
    http.post("/oauth/2026-09/token/introspect", data={"token": token}).raise_for_status()
    http.post("/oauth/2026-09/token/revoke", data={"token": token}).raise_for_status()
    assert http.post("/oauth/2026-09/token", data={**app, "grant_type": "refresh_token"}).status_code == 400
    for kind in server.faults.answers:
        server.faults.plan(kind)
        assert http.get(f"{crm}/contacts").is_error


# webhooks ------------------------------------------------------------


def test_the_signature_is_the_known_one() -> None:
    made = signature(
        "made-up-secret",
        "POST",
        "https://crm.example.test/hooks/hubspot?acc=7",
        b'[{"eventId":1,"objectId":51}]',
        1_795_340_000_000,
    )
    assert made == "2hCUGx1uuj91f2UOySFklg3fOwmE6AW6eGPUUblgSf0="


def test_events_tell_what_happened(server: Server) -> None:
    made = server.account.make("contacts", email="ada@x.example")
    server.account.edit("contacts", made.id, jobtitle="Buyer", email="ada@x.example")
    server.account.store.archive("contacts", made)
    kinds = [event["subscriptionType"] for event in server.account.events.waiting]
    assert kinds == ["contact.creation", "contact.propertyChange", "contact.deletion"]
    server.account.events.waiting.extend([{"eventId": n} for n in range(200)])
    batches = server.account.events.deliveries("https://crm.example.test/hooks")
    assert [one.body.count(b"eventId") for one in batches] == [100, 100, 3]
    assert not server.account.events.waiting


def test_deliveries_reach_their_address_good_and_bad(server: Server) -> None:
    came: list[tuple[bytes, dict[str, str]]] = []

    async def sink(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        came.append((await read_body(receive), headers))
        await answer(Answer(204), send)

    events = server.account.events
    with serving(sink) as address:
        url = f"{address}/hooks/hubspot%3Facc=7"
        for trick in ({}, {"secret": "another"}, {"late": 301}, {"twice": True}):
            server.account.make("contacts")
            assert {one.send() for one in events.deliveries(url, **trick)} == {204}
        events.signed(url, [{"eventId": 1, "objectId": 999}]).send()

    def good(body: bytes, headers: dict[str, str]) -> bool:
        at = headers["x-hubspot-request-timestamp"]
        source = f"POST{address}/hooks/hubspot?acc=7".encode() + body + at.encode()
        made = base64.b64encode(hmac.digest(CLIENT_SECRET.encode(), source, "sha256")).decode()
        fresh = abs(server.account.clock.now() - int(at)) <= 300_000
        return fresh and made == headers["x-hubspot-signature-v3"]

    assert [good(*one) for one in came] == [True, False, False, True, True, True]
    assert came[3][0] == came[4][0]
