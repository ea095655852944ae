"""CRMs that are not ours, connected by nothing but the declarations that the documentation shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from crmllm.connectors import registry
from crmllm.connectors.engine import transport
from crmllm.connectors.models import Connection, Stream
from crmllm.connectors.sync import services as sync
from crmllm.core import audit, work
from crmllm.core.crypto import Sealed
from crmllm.crm.choices import Object

EXAMPLES = Path(django_settings.BASE_DIR) / "docs" / "examples"


@pytest.fixture(autouse=True)
def _our_network(settings: Any) -> Iterator[None]:
    """The servers of the tests are on this machine."""
    settings.CRM_NETWORKS = ["127.0.0.0/8"]
    transport.client.cache_clear()
    yield
    transport.client.cache_clear()


@pytest.fixture
def connect(db: None) -> Callable[..., Connection]:
    """Makes a connection to a declared CRM and its streams; it is the master of the objects that it has."""

    def make(name: str, *, secrets: dict[str, str], **options: Any) -> Connection:
        declared = registry.declare(EXAMPLES / f"{name}.yaml")
        connection = Connection(name=declared.label, connector=declared.key, options=options)
        connection.master_of = [one for one in declared.streams if one in Object.values]
        connection.credentials = Sealed.of({"secrets": secrets}, connection.key_id)
        Connection.objects.filter(connector="local").update(
            master_of=[one for one in Object.values if one not in connection.master_of]
        )
        connection.save()
        sync.add_streams(actor=audit.SYSTEM, connection=connection)
        return connection

    return make


@pytest.fixture
def read() -> Callable[..., dict[str, Any]]:
    """Reads all streams of a connection, or one, in their order; returns what each run counted."""

    def run(connection: Connection, *names: str, full: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in sync.ORDER:
            stream = Stream.objects.filter(connection=connection, name=name).first()
            if stream is None or (names and name not in names):
                continue
            Stream.objects.filter(pk=stream.pk).update(
                next_attempt_at=stream.created_at, full_wanted=full or stream.full_wanted
            )
            (claimed,) = work.claim(sync.due().filter(pk=stream.pk), limit=1, seconds=60)
            done = sync.run(claimed)
            assert done.state == "done", (name, done.state, done.reason)
            found[name] = {key: value for key, value in done.counts.items() if value}
        return found

    return run
