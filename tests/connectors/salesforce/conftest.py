"""A connection to the tests' Salesforce, which is master of every object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from crmllm.connectors.engine import transport
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.models import Connection, Stream, SyncRun
from crmllm.connectors.registry import object_of, open_declared
from crmllm.connectors.sync import services as sync_services
from crmllm.core import work
from crmllm.core.audit import SYSTEM
from crmllm.core.crypto import Sealed, new_key
from crmllm.crm.choices import Object
from tests.support.contract import Contract
from tests.support.crm_server import serving
from tests.support.salesforce import server
from tests.support.salesforce.server import Salesforce

DOCUMENT = Path(server.__file__).with_name("openapi.yaml")


@pytest.fixture
def sf() -> Salesforce:
    made = Salesforce()
    made.controls.register_app("crmllm-server", "made-up-secret", run_as=made.org.admin)
    return made


@pytest.fixture
def address(sf: Salesforce, settings: Any) -> Iterator[str]:
    settings.CRM_NETWORKS = ["127.0.0.0/8"]
    transport.client.cache_clear()
    contract = Contract(sf.app, DOCUMENT)
    with serving(contract) as where:
        yield where
    transport.client.cache_clear()
    if contract.checked:  # some tests end before anything is asked
        contract.verify()


@pytest.fixture
def connect(address: str) -> Any:
    """Makes a connection: connect(way="jwt", options={...}, secrets={...})."""

    def make(
        way: str = "client", options: dict[str, Any] | None = None, secrets: dict[str, str] | None = None
    ) -> Connection:
        Connection.objects.filter(connector="local").update(master_of=[])
        key_id = new_key()
        given = {"login_url": address, "client_id": "crmllm-server", **(options or {})}
        return Connection.objects.create(
            name=f"Acme by {way}",
            connector="salesforce",
            way=way,
            key_id=key_id,
            options=given,
            credentials=Sealed.of({"secrets": secrets or {"client_secret": "made-up-secret"}}, key_id),
            master_of=Object.values,
        )

    return make


@pytest.fixture
def connection(connect: Any) -> Connection:
    made: Connection = connect()
    return made


@pytest.fixture
def crm(connection: Connection) -> DeclaredConnector:
    return open_declared(connection)


@pytest.fixture
def sync(connection: Connection) -> Any:
    """Reads streams now, all or those named: sync("contact"). Returns the runs by name."""
    return lambda *names, **more: read(connection, *names, **more)


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
