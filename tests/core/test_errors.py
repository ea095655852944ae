"""What people, fragments and programs are told when something does not work; and what the log is told."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from crmllm.access.models import User
from crmllm.core import errors
from crmllm.core.logs import without_values
from crmllm.core.middleware import handler400, handler403, handler404, handler500  # noqa: F401 (urlconf)

SECRET = "kim@example.com"
KINDS = {
    "bad": errors.BadInput, "forbidden": errors.Forbidden, "missing": errors.NotFound, "conflict": errors.Conflict,
    "many": errors.TooMany, "large": errors.TooLarge, "down": errors.Unavailable,
}  # fmt: skip


def fail(request: HttpRequest, kind: str) -> HttpResponse:
    """Fails the way that the address says."""
    if kind == "denied":
        raise PermissionDenied(SECRET)
    if kind == "suspicious":
        raise SuspiciousOperation(SECRET)
    if kind == "bug":
        raise RuntimeError(SECRET) from ValueError(SECRET)
    raise KINDS[kind]("A sentence for people.")


urlpatterns = [path("fail/<slug:kind>/", fail), path("api/fail/<slug:kind>/", fail), path("", include("crmllm.urls"))]

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.urls("tests.core.test_errors")]


@pytest.fixture
def client(reviewer: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """What is logged meanwhile, as it would be written."""
    root = logging.getLogger()
    found: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(_formatter().format(logging.makeLogRecord(record.__dict__))))

    handler = Keep()
    root.addHandler(handler)
    yield found
    root.removeHandler(handler)


def _formatter() -> logging.Formatter:
    from django.conf import settings

    logging_set_up: Any = settings.LOGGING
    made = logging_set_up["formatters"]["json"]
    return structlog.stdlib.ProcessorFormatter(
        processors=made["processors"], foreign_pre_chain=made["foreign_pre_chain"]
    )


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("bad", 422),
        ("forbidden", 403),
        ("missing", 404),
        ("conflict", 409),
        ("many", 429),
        ("large", 413),
        ("down", 503),
    ],
)
def test_a_refusal_is_a_page_with_its_sentence(client: Client, kind: str, status: int) -> None:
    answer = client.get(f"/fail/{kind}/")
    assert answer.status_code == status
    body = answer.content.decode()
    assert "A sentence for people." in body and "<html" in body and 'href="/"' in body


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_of_a_fragment_is_a_toast(client: Client, kind: str) -> None:
    answer = client.get(f"/fail/{kind}/", headers={"HX-Request": "true"})
    assert answer.status_code == KINDS[kind].status
    assert answer["HX-Retarget"] == "#toasts" and answer["HX-Reswap"] == "beforeend"
    body = answer.content.decode()
    assert "A sentence for people." in body and "<html" not in body and 'class="toast toast-danger"' in body


@pytest.mark.parametrize("kind", KINDS)
def test_the_api_has_one_shape(client: Client, kind: str) -> None:
    answer = client.get(f"/api/fail/{kind}/")
    assert answer.status_code == KINDS[kind].status
    assert answer.json() == {"error": {"code": KINDS[kind].code, "message": "A sentence for people.", "fields": {}}}


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [("denied", 403, "forbidden"), ("suspicious", 400, "bad_request"), ("bug", 500, "error")],
)
def test_django_s_own_failures_have_our_shape_and_quote_nothing(
    client: Client, address: str, status: int, code: str
) -> None:
    page, program = client.get(f"/fail/{address}/"), client.get(f"/api/fail/{address}/")
    assert page.status_code == program.status_code == status
    assert program.json()["error"]["code"] == code
    assert SECRET not in page.content.decode() + program.content.decode()
    assert "<html" in page.content.decode()


def test_an_unknown_address(client: Client) -> None:
    assert "There is no such page" in client.get("/nowhere/").content.decode()
    assert client.get("/api/nowhere/").json()["error"]["code"] == "not_found"


def test_the_error_page_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    client.get("/fail/bug/")
    with django_assert_num_queries(2):  # the session and the person, before the view; nothing for the page
        client.get("/fail/bug/")


def test_a_fault_of_ours_has_a_reference_that_the_log_knows(client: Client, lines: list[dict[str, Any]]) -> None:
    answer = client.get("/fail/bug/")
    reference = answer["X-Request-ID"]
    assert reference in answer.content.decode()
    assert {line["request_id"] for line in lines if "exception" in line} == {reference}


def test_the_log_says_what_and_where_but_quotes_nothing(client: Client, lines: list[dict[str, Any]]) -> None:
    client.get("/fail/bug/", {"q": SECRET})
    assert SECRET not in json.dumps(lines)
    fault = next(line for line in lines if "exception" in line)
    assert fault["exception"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert any("test_errors.py" in place and place.endswith(" fail") for place in fault["at"])


def test_the_access_log_holds_the_route_and_not_the_query(
    client: Client, lines: list[dict[str, Any]], reviewer: User
) -> None:
    client.get("/profile/", {"q": SECRET})
    line = next(line for line in lines if line["event"] == "request")
    assert (line["route"], line["status"], line["method"]) == ("profile", 200, "GET")
    assert line["user"] == str(reviewer.pk) and line["ms"] >= 0 and SECRET not in json.dumps(line)


def test_a_fragment_and_its_page_are_not_mixed_up_by_a_cache(client: Client) -> None:
    assert "HX-Request" in client.get("/profile/")["Vary"]


def test_without_values_of_an_exception_in_a_circle() -> None:
    one, two = ValueError(SECRET), KeyError(SECRET)
    one.__cause__, two.__cause__ = two, one
    event = without_values(None, "error", {"event": "x", "exc_info": one})
    assert event["exception"] == ["builtins.ValueError", "builtins.KeyError"] and SECRET not in str(event)


def test_without_values_of_nothing() -> None:
    assert without_values(None, "error", {"event": "x", "exc_info": True}) == {"event": "x"}
    assert without_values(None, "info", {"event": "x"}) == {"event": "x"}


@override_settings(DEBUG=False)
@pytest.mark.parametrize("error", [errors.CrmllmError, *KINDS.values()])
def test_every_error_has_a_code_and_a_status_of_its_own(error: type[errors.CrmllmError]) -> None:
    made = error("Words.", fields={"name": ["wrong"]})
    assert made.as_dict() == {"error": {"code": error.code, "message": "Words.", "fields": {"name": ["wrong"]}}}
    assert 400 <= made.status < 600
