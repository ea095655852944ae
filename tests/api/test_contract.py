"""The contract that other programs rely on: doors, shapes, codes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from crmllm.access.models import User
from crmllm.ingestion.models import Interaction, Refused

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

LISTS = [
    "interactions",
    "proposals",
    "writebacks",
    "accounts",
    "contacts",
    "leads",
    "opportunities",
    "cases",
    "activities",
    "jobs",
]


def mail(number: int = 1, body: str = "We want a quote for 3 plotters.") -> bytes:
    return (
        f"From: Kim Lee <kim@buyer.example>\r\nTo: sales@ours.example\r\nSubject: Quote {number}\r\n"
        f"Message-ID: <{number}@buyer.example>\r\nDate: Tue, 17 Nov 2026 09:12:00 +0100\r\n\r\n{body}\r\n"
    ).encode()


def post_mail(api: APIClient, raw: bytes) -> Any:
    return api.generic("POST", "/api/v1/interactions/", raw, content_type="message/rfc822")


@pytest.mark.parametrize("name", LISTS)
def test_lists_have_one_shape(api: APIClient, name: str) -> None:
    assert set(api.get(f"/api/v1/{name}/").json()) == {"count", "next", "previous", "results"}


@pytest.mark.parametrize("name", LISTS)
def test_without_a_token_nobody_gets_in(db: None, name: str) -> None:
    answer = APIClient().get(f"/api/v1/{name}/")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_wrong_token_is_refused(db: None) -> None:
    answer = APIClient().get("/api/v1/proposals/", HTTP_AUTHORIZATION="Bearer nonsense")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token_invalid")


def test_refusals_have_one_shape(api: APIClient) -> None:
    for path in ("proposals/00000000-0000-7000-8000-000000000000/", "contacts/nonsense/"):
        answer = api.get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert set(answer.json()["error"]) == {"code", "message", "fields"}


def test_an_unknown_door_of_the_api_answers_in_json(api: APIClient) -> None:
    answer = api.get("/api/v1/nothing/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_mail_is_new_once_and_known_ever_after(api: APIClient) -> None:
    first, again = post_mail(api, mail()), post_mail(api, mail())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"id": again.json()["id"], "status": "parsed"}
    shown = api.get(f"/api/v1/interactions/{first.json()['id']}/").json()
    assert (shown["kind"], shown["text"].strip()) == ("email", "We want a quote for 3 plotters.")
    assert [line["step"] for line in shown["ledger"]] == ["seen", "parsed"]


def test_files_of_a_form_are_taken_in(api: APIClient) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as file:
        file.writestr("a.eml", mail(2))
        file.writestr("b.eml", mail(3))
        file.writestr("drawing.dwg", b"AC1032" + bytes(50))
    packed.seek(0)
    packed.name = "mails.zip"
    answer = api.post("/api/v1/interactions/", {"file": packed}, format="multipart")
    assert answer.status_code == 201
    assert len(answer.json()["items"]) == 2
    assert Interaction.objects.count() == 2
    assert Refused.objects.count() == 1


def test_nothing_is_refused_with_a_sentence(api: APIClient) -> None:
    for answer in (post_mail(api, b" \r\n"), api.post("/api/v1/interactions/", {}, format="multipart")):
        assert answer.status_code == 422
        assert answer.json()["error"]["message"].endswith(".")


def test_what_cannot_be_parsed_is_kept_with_its_reason(api: APIClient) -> None:
    answer = post_mail(api, b"\x00\x01 this is no mail at all")
    assert (answer.status_code, answer.json()["status"]) == (201, "failed")
    shown = api.get(f"/api/v1/interactions/{answer.json()['id']}/").json()
    assert shown["reason"]["message"].startswith("Could not be parsed: ")


def test_an_auditor_may_read_but_not_put_in(api_as: Callable[[User], APIClient], auditor: User) -> None:
    client = api_as(auditor)
    assert post_mail(client, mail()).status_code == 403
    assert client.get("/api/v1/interactions/").status_code == 200


def test_filters_are_checked(api: APIClient) -> None:
    assert api.get("/api/v1/proposals/?state=pending&state=claimed").status_code == 200
    answer = api.get("/api/v1/proposals/?state=purple")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["state"])


def test_create_token_prints_the_token_last(reviewer: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", reviewer.username)
    token = capsys.readouterr().out.split()[-1]
    client = APIClient()
    assert client.get("/api/v1/proposals/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200


def test_the_schema_is_valid_and_complete(api: APIClient, tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    text = (tmp_path / "schema.yml").read_text()
    for name in LISTS:
        assert f"/api/v1/{name}/" in text
    assert APIClient().get("/api/schema/").status_code in (200, 401)


def test_health_doors_are_open(db: None) -> None:
    assert APIClient().get("/healthz").status_code == 200
    assert APIClient().get("/readyz").status_code == 200
