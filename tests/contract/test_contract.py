"""The onlookers of `make contract` notice what breaks a vendor's file, shown with files of our own making."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract import __main__ as program
from tests.contract.onlookers import Verdict
from tests.contract.postman import Request, templates, unknown
from tests.contract.prism import kind, looking_on
from tests.contract.vendors import VENDORS
from tests.support.crm_server import Receive, Scope, Send, serving
from tests.support.faults import Answer, answer, read_body

DOCUMENT = """
openapi: 3.1.0
info: {title: Made up, version: "1"}
paths:
  /things:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [name], properties: {name: {type: string}}}
      responses:
        "200":
          description: Made
          content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}
"""


@pytest.mark.parametrize("given", [[], [""], ["/no/such/folder"]])
def test_without_the_files_it_stops_with_a_sentence(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(given) == 2
    assert capsys.readouterr().err.strip().endswith((".", "SPECS=DIR."))


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = [file for vendor in VENDORS for file in vendor.missing(tmp_path)]
    assert wanted and program.main([str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert all(file in told for file in wanted)


def test_prism_tells_of_both_sides(tmp_path: Path) -> None:
    (tmp_path / "made_up.yaml").write_text(DOCUMENT)
    came: list[tuple[str, bytes]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        came.append((scope["path"], body))
        await answer(Answer(200, {"id": "7" if b"Ada" in body else 7}), send)

    with looking_on({"made up": (tmp_path / "made_up.yaml", "/api")}) as prisms:
        prism = prisms["made up"]
        with serving(prism.between(app)) as address:
            for sent in ({"name": "Ada"}, {"name": "Bob"}, {"nome": "Ada"}):
                assert httpx.post(f"{address}/api/things", json=sent).status_code == 200
            assert httpx.get(f"{address}/elsewhere").json() == {"id": 7}
            httpx.get(f"{address}/api/unknown")
    assert [path for path, _ in came] == ["/api/things"] * 3 + ["/elsewhere", "/api/unknown"]
    assert json.loads(came[0][1]) == {"name": "Ada"}
    assert (prism.passed, len(prism.found)) == (4, 3)
    said = "\n".join(sorted(prism.found))
    assert "GET /unknown request: Selected route not found" in said
    assert "POST /things request.body: Request body must have required property 'name'" in said
    assert "POST /things response.body.id: Response body property id must be string" in said


def test_a_verdict_explains_or_breaks() -> None:
    assert Verdict("x", 3, {"GET /a: odd": 2}, {"^GET /a": "the file is old"}).good
    assert not Verdict("x", 3, {"GET /b: odd": 2}, {}).good
    assert not Verdict("x", 3, {}, {"^GET /a": "the file is old"}).good, "an explanation that nobody needs goes"
    assert not Verdict("x", 0, {}, {}).good, "who saw nothing has nothing to say"


def shown(tmp_path: Path, **written: Any) -> None:
    given = {"name": "Shown", "method": "GET", "description": None, "queryParams": [], "data": None, **written}
    (tmp_path / f"{len(list(tmp_path.iterdir()))}.json").write_text(json.dumps(given))


def asked(method: str, path: str, query: str = "", media: str = "", body: bytes = b"") -> Request:
    return Request.of(method, path, query, media, body)


def test_collections_show_what_may_be_asked(tmp_path: Path) -> None:
    base = "{{_endpoint}}/services/data/v{{version}}"
    shown(tmp_path, url=f"{base}/query/?q=SELECT+Id")
    shown(tmp_path, url=f"{base}/sobjects/<NAME>/<ID>", description="A row.\n\nGET, PATCH, DELETE")
    shown(tmp_path, url=f"{base}/jobs/ingest", method="POST", rawModeData='{"object": "Asset"}')
    form = [{"key": "grant_type", "value": "refresh_token"}, {"key": "refresh_token"}]
    shown(tmp_path, url="{{url}}{{site}}/services/oauth2/token", method="POST", data=form)
    (tmp_path / "index.json").write_text('{"name": "no request"}')
    media, data = "application/x-www-form-urlencoded", "/services/data/v68.0"
    good = [
        asked("GET", f"{data}/query", "q=SELECT+Name"),
        asked("DELETE", f"{data}/sobjects/Contact/003xx"),
        asked("POST", f"{data}/jobs/ingest", "", "application/json", b'{"object": "Contact", "lineEnding": "LF"}'),
        asked("POST", "/services/oauth2/token", "", media, b"grant_type=refresh_token&refresh_token=x"),
    ]
    bad = [
        asked("GET", f"{data}/query", "q=SELECT+Name&size=5"),
        asked("POST", f"{data}/sobjects/Contact/003xx"),
        asked("GET", f"{data}/sobjects/Contact/003xx/more"),
        asked("POST", f"{data}/jobs/ingest", "", "application/json", b'{"operation": "insert"}'),
        asked("POST", "/services/oauth2/token", "", media, b"grant_type=password&refresh_token=x"),
        asked("POST", "/services/oauth2/token", "", media, b"grant_type=refresh_token&more=x"),
    ]
    assert unknown([*good, *bad], templates(tmp_path)) == bad


def test_lines_name_no_ids() -> None:
    assert kind("/services/data/v68.0/sobjects/Contact/003000000000001AAA") == (
        "/services/data/v68.0/sobjects/Contact/{id}"
    )
    assert kind("/crm/objects/2026-09/contacts/51") == "/crm/objects/2026-09/contacts/{id}"
    assert kind("/services/oauth2/token") == "/services/oauth2/token"
