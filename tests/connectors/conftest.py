"""A small made-up CRM that is declared and running, for tests of the pages and doors of connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crmllm.access.models import User
from crmllm.connectors import registry
from crmllm.connectors.choices import Direction
from crmllm.connectors.engine import transport
from crmllm.connectors.models import Connection
from crmllm.connectors.setup import objects, services
from crmllm.connectors.setup.services import Wanted
from tests.support import toy_crm
from tests.support.crm_server import serving
from tests.support.toy_crm import Toy


@pytest.fixture
def as_admin(admin: User) -> Client:
    """A browser without scripts, signed in as an admin."""
    client = Client()
    client.force_login(admin)
    return client


@dataclass
class Served:
    """The CRM and its address."""

    crm: Toy
    address: str


@pytest.fixture
def toy(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The toy CRM, declared and answering; its private address may be asked."""
    settings.CRM_NETWORKS = ["127.0.0.0/8"]
    transport.client.cache_clear()
    monkeypatch.setattr(registry, "_declarations", dict(registry._declarations))
    registry.declare(Path(__file__).parent / "toy.yaml")
    crm = Toy()
    with serving(crm.app) as address:
        yield Served(crm, address)
    transport.client.cache_clear()


@pytest.fixture
def connected(toy: Served, admin: User) -> Connection:
    """A tested connection to it, with nothing read yet."""
    wanted = Wanted("Toys", {"address": toy.address, "api_key": toy_crm.KEY})
    return services.connect(actor=admin, connector="toy", way="key", wanted=wanted, dry_run=False)


@pytest.fixture
def in_use(connected: Connection, admin: User) -> Connection:
    """The same, with its lists read and written and as the system of record of accounts and contacts."""
    for stream in connected.streams.select_related("connection"):
        both = stream.name in ("account", "contact")
        objects.set_direction(actor=admin, stream=stream, direction=Direction.BOTH if both else Direction.READ)
    for name in ("account", "contact"):
        objects.set_master(actor=admin, connection=connected, object_name=name, master=True)
    connected.refresh_from_db()
    return connected


@pytest.fixture
def read_all() -> Callable[[], list[Any]]:
    """Reads every stream whose time has come."""
    from crmllm.connectors.sync import services as sync
    from crmllm.core import work

    def read() -> list[Any]:
        done = []
        while rows := work.claim(sync.due(), limit=1, seconds=60):
            done.append(sync.run(rows[0]))
        return done

    return read
