"""Doors of programs: the API, the command that checks a declaration, and the events' door."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from crmllm.access.models import User
from crmllm.connectors.events import views
from crmllm.connectors.models import Connection, RemoteEvent, Stream
from crmllm.connectors.services import mark_broken
from crmllm.monitoring import metrics, tasks
from crmllm.monitoring.selectors import parts
from crmllm.notifications.models import Notification
from tests.connectors.conftest import Served
from tests.support import toy_crm

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
FILE = Path(__file__).parent / "toy.yaml"


# --- API


def test_the_api_tells_of_connections_streams_and_runs(
    api_as: Callable[[User], APIClient], admin: User, in_use: Connection, toy: Served, read_all: Any
) -> None:
    toy.crm.add("companies", name="Boats")
    read_all()
    client = api_as(admin)
    told = client.get(f"/api/v1/connections/{in_use.pk}/").json()
    assert (told["name"], told["state"], told["records"]) == ("Toys", "active", 1)
    assert toy_crm.KEY not in json.dumps(client.get("/api/v1/connections/").json())
    streams = client.get(f"/api/v1/streams/?connection={in_use.pk}").json()["results"]
    account = next(one for one in streams if one["name"] == "account")
    assert (account["direction"], account["paused"], account["error"]) == ("both", False, None)
    (run,) = client.get(f"/api/v1/sync-runs/?stream={account['id']}").json()["results"]
    assert (run["kind"], run["counts"]["created"], run["there"], run["here"]) == ("full", 1, 1, 1)
    assert client.get(f"/api/v1/sync-runs/{run['id']}/").json() == run


def test_the_api_reads_now_and_pauses(
    api_as: Callable[[User], APIClient], admin: User, auditor: User, in_use: Connection, read_all: Any
) -> None:
    read_all()
    row = Stream.objects.get(connection=in_use, name="account")
    client, path = api_as(admin), f"/api/v1/streams/{row.pk}/"
    assert client.post(f"{path}pause/", {"paused": True}, format="json").json()["paused"] is True
    assert client.post(f"{path}read/", {"everything": True}, format="json").json()["paused"] is False
    row.refresh_from_db()
    assert row.full_wanted
    assert [run.kind for run in read_all()] == ["full"]
    assert client.post(f"{path}pause/", {}, format="json").status_code == 422
    assert api_as(auditor).post(f"{path}read/", {}, format="json").status_code == 403
    assert api_as(auditor).get(path).status_code == 200
    nothing = "/api/v1/connections/00000000-0000-7000-8000-000000000000/"
    assert client.get(nothing).status_code == 404


def test_whoever_sees_no_settings_gets_none_from_the_api(api: APIClient, in_use: Connection) -> None:
    for name in ("connections", "streams", "sync-runs"):
        assert api.get(f"/api/v1/{name}/").status_code == 403


# --- check_connector


def test_a_whole_declaration_is_told_to_be_so(in_use: Connection) -> None:
    out = StringIO()
    call_command("check_connector", str(FILE), "--connection", "Toys", stdout=out)
    assert "toy.yaml is whole: Toy CRM (toy)." in out.getvalue()
    assert "account: companies, 3 fields" in out.getvalue()
    assert "Toys lets us in and answers: Toy" in out.getvalue()


def test_every_fault_is_named_with_its_place(tmp_path: Path) -> None:
    written = FILE.read_text(encoding="utf-8")
    wrong = written.replace("stamp: changed", "stamp: '[['", 1).replace("kind: header", "kind: heather")
    path = tmp_path / "wrong.yaml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        call_command("check_connector", str(path))
    said = str(caught.value)
    assert "auth.0.kind" in said
    assert "streams.account.stamp" in said
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("check_connector", str(tmp_path / "nothing.yaml"))


def test_the_command_says_why_a_connection_does_not_answer(in_use: Connection, toy: Served) -> None:
    toy.crm.closed = True
    with pytest.raises(CommandError, match="does not know us"):
        call_command("check_connector", str(FILE), "--connection", "Toys", stdout=StringIO())
    for name in ("Nothing", "Local CRM"):
        with pytest.raises(CommandError):
            call_command("check_connector", str(FILE), "--connection", name, stdout=StringIO())


# --- events


@pytest.fixture
def door(in_use: Connection, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Sends events to the connection's door, as the CRM would: nobody is signed in."""
    cache.clear()
    monkeypatch.setattr(views, "MAX_REFUSED", 3)
    path, number = reverse("hooks", args=[in_use.pk]), iter(range(1000))

    def send(secret: str = toy_crm.KEY, body: Any = None, address: str = "203.0.113.7", path: str = path) -> Any:
        events = {"events": [{"id": "7", "at": next(number), "object": "companies"}]}
        return Client(enforce_csrf_checks=True).generic(
            "POST", path, json.dumps(events) if body is None else body, content_type="application/json",
            HTTP_X_TOY_SECRET=secret, REMOTE_ADDR=address,
        )  # fmt: skip

    return send


def test_strangers_at_the_door_are_slowed_and_the_crm_is_not(door: Callable[..., Any]) -> None:
    assert [door().status_code for _ in range(5)] == [204] * 5
    assert RemoteEvent.objects.count() == 5
    assert [door(secret="wrong").status_code for _ in range(5)] == [403, 403, 403, 429, 429]
    assert door().status_code == 429, "the same address has to wait"
    assert door(address="203.0.113.8").status_code == 204
    assert RemoteEvent.objects.count() == 6


def test_the_door_believes_nothing_odd(door: Callable[..., Any], in_use: Connection) -> None:
    assert door(body="no json").status_code == 422
    assert door(body=b"x" * (views.MAX_BODY + 1), address="203.0.113.9").status_code == 413
    assert door(secret="gehëim", address="203.0.113.10").status_code == 403
    nobody = reverse("hooks", args=["00000000-0000-7000-8000-000000000000"])
    assert door(path=nobody, address="203.0.113.11").status_code == 404
    Connection.objects.filter(pk=in_use.pk).update(state="removed")
    assert door(address="203.0.113.12").status_code == 404


# --- monitoring


def test_a_broken_connection_is_told_by_monitoring(in_use: Connection, admin: User) -> None:
    assert next(part for part in parts() if part.name == "connections").fine
    mark_broken(connection=in_use, reason="Toys does not let us in.")
    Notification.objects.all().delete()
    part = next(part for part in parts() if part.name == "connections")
    assert not part.fine
    assert not part.needed
    assert "Toys" not in part.sentence, "readiness is told to strangers"
    assert 'crmllm_connections{state="broken"} 1.0' in metrics.exposition().decode()
    tasks.watch()
    tasks.watch()
    assert Notification.objects.filter(kind="connection-broken", user=admin).count() == 1
