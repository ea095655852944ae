"""A connection to the tests' HubSpot, which is master of every object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crmllm.connectors import registry
from crmllm.connectors.engine import transport
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.events import services as event_services
from crmllm.connectors.models import Connection, LimitWindow, RemoteEvent, Stream, SyncRun
from crmllm.connectors.registry import object_of, open_declared
from crmllm.connectors.sync import services as sync_services
from crmllm.core import work
from crmllm.core.audit import SYSTEM
from crmllm.core.crypto import Sealed, new_key
from crmllm.crm.choices import Object
from crmllm.crm.models import Record, model_for
from crmllm.crm.selectors import field_map
from crmllm.crm.values import read as values_of
from crmllm.writeback.models import Writeback
from tests.support import factories
from tests.support.contract import Contract
from tests.support.crm_server import serving
from tests.support.hubspot import server
from tests.support.hubspot.account import Account
from tests.support.hubspot.events import Delivery
from tests.support.hubspot.oauth import SERVICE_KEY
from tests.support.hubspot.server import Server

DOCUMENT = Path(server.__file__).with_name("openapi.yaml")


@pytest.fixture
def hub() -> Server:
    return Server()


@pytest.fixture
def account(hub: Server) -> Account:
    return hub.account


@pytest.fixture
def address(hub: Server, settings: Any) -> Iterator[str]:
    settings.CRM_NETWORKS = ["127.0.0.0/8"]
    transport.client.cache_clear()
    contract = Contract(hub, DOCUMENT)
    with serving(contract) as where:
        yield where
    transport.client.cache_clear()
    if contract.checked:  # some tests end before anything is asked
        contract.verify()


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> Declaration:
    """The paces do not hold tests up, but for one that asks for them: it gets the declaration as it is."""
    declared = registry.declaration("hubspot")
    fast = {name: one.model_copy(update={"calls": 1_000_000}) for name, one in declared.limits.items()}
    monkeypatch.setitem(registry._declarations, "hubspot", declared.model_copy(update={"limits": fast}))
    return declared


@pytest.fixture
def connect(address: str, db: None, unhurried: None) -> Callable[..., Connection]:
    """Makes a connection: connect(way="client", secrets={...})."""

    def make(way: str = "key", secrets: dict[str, Any] | None = None, **options: str) -> Connection:
        Connection.objects.filter(connector="local").update(master_of=[])
        key_id = new_key()
        given = secrets or {"access_key": SERVICE_KEY, "client_secret": "made-up-secret"}
        return Connection.objects.create(
            name="Acme",
            connector="hubspot",
            way=way,
            key_id=key_id,
            options={"address": address, "client_id": "made-up-client", **options},
            credentials=Sealed.of({"secrets": given}, key_id),
            master_of=Object.values,
        )

    return make


@pytest.fixture
def connection(connect: Callable[..., Connection]) -> Connection:
    return connect()


@pytest.fixture
def crm(connection: Connection) -> DeclaredConnector:
    return open_declared(connection)


@pytest.fixture
def sync(connection: Connection) -> Callable[..., dict[str, SyncRun]]:
    """Reads streams now, all or those named: sync("contact"). Returns the runs by name."""
    return lambda *names, **more: read(connection, *names, **more)


@pytest.fixture
def url(connection: Connection, settings: Any) -> str:
    """Where HubSpot sends its events: our public address."""
    return f"{settings.SITE_URL}/hooks/{connection.pk}/"


@pytest.fixture
def door(settings: Any) -> Any:
    """Posts a delivery as HubSpot does; gives the status."""

    def post(one: Delivery) -> int:
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in one.headers.items()}
        path = one.url.removeprefix(settings.SITE_URL)
        content_type = headers.pop("HTTP_CONTENT_TYPE")
        return Client().post(path, one.body, content_type=content_type, **headers).status_code  # type: ignore[arg-type]

    return post


def work_off() -> None:
    """Takes up all events that came in."""
    RemoteEvent.objects.filter(done_at=None).update(next_attempt_at=timezone.now())
    while events := event_services.claim(60):
        event_services.take_up(events)


def read(connection: Connection, *names: str, full: bool = False, should_stop: Any = None) -> dict[str, SyncRun]:
    if not connection.streams.exists():
        sync_services.add_streams(actor=SYSTEM, connection=connection)
    runs = {}
    every = sorted(connection.streams.all(), key=lambda one: sync_services.ORDER.index(object_of(one)))
    for name in names or [one.name for one in every]:
        rows = Stream.objects.filter(connection=connection, name=name)
        rows.update(next_attempt_at=timezone.now(), **({"full_wanted": True, "position": {}} if full else {}))
        (stream,) = work.claim(sync_services.due().filter(name=name), limit=1, seconds=60)
        runs[name] = sync_services.run(stream, **({"should_stop": should_stop} if should_stop else {}))
    return runs


def deliver(rounds: int = 1) -> list[str]:
    """Sends what waits, also what waits for its next try; returns the states of the last round."""
    states: list[str] = []
    for _ in range(rounds):
        Writeback.objects.update(next_attempt_at=timezone.now())
        LimitWindow.objects.update(blocked_until=None)
        states = factories.deliver_all()
    return states


def held(name: str, /, **which: Any) -> dict[str, Any]:
    """The values of the one record of an object that fits."""
    record: Record = model_for(name)._base_manager.get(**which)
    return values_of(record, list(field_map(name).values()))
