"""Connections, and the identity of our records in them."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.base import RemoteRecord
from crmllm.connectors.choices import ConnectionState, ExternalState
from crmllm.connectors.models import Connection, ExternalRecord
from crmllm.core import audit
from crmllm.core.crypto import Sealed
from crmllm.core.errors import Conflict
from crmllm.crm.choices import Object
from crmllm.jobs.services import enqueue

LOCAL = "local"


def ensure_local_connection() -> Connection:
    """The local CRM is there from the first migration on, and master of everything until another is."""
    connection, _ = Connection.objects.get_or_create(
        connector=LOCAL, defaults={"name": "Local CRM", "master_of": Object.values}
    )
    return connection


def master_of(object_name: str) -> Connection:
    """The connection to which writes of an object go. Raises Conflict when none is configured."""
    connection = Connection.objects.filter(master_of__contains=[object_name]).order_by("created_at").first()
    if connection is None:
        raise Conflict(f"No connection is the master of {object_name}; an admin has to choose one.")
    return connection


def external_id(connection: Connection, object_name: str, record_id: UUID) -> str | None:
    """What the connection calls our record; the local CRM uses our own id."""
    if connection.connector == LOCAL:
        return str(record_id)
    rows = ExternalRecord.objects.filter(connection=connection, object=object_name, record_id=record_id)
    return rows.filter(state=ExternalState.ACTIVE).values_list("external_id", flat=True).first()


def remember(
    *,
    connection: Connection,
    object_name: str,
    record_id: UUID,
    key_id: UUID,
    remote: RemoteRecord,
) -> ExternalRecord:
    """Keeps identity, etag and last seen values of a record after it was read or written."""
    with transaction.atomic():
        row, _ = ExternalRecord.objects.update_or_create(
            connection=connection,
            object=object_name,
            external_id=remote.external_id,
            defaults={
                "record_id": record_id,
                "etag": remote.etag,
                "modified_at": remote.modified_at,
                "state": ExternalState.ACTIVE,
                "seen": Sealed.of(dict(remote.values), key_id),
            },
        )
    return row


def forget(*, connection: Connection, object_name: str, record_id: UUID) -> None:
    """Notes that a record is no longer in the CRM."""
    rows = ExternalRecord.objects.filter(connection=connection, object=object_name, record_id=record_id)
    rows.update(state=ExternalState.DELETED)


def set_paused(*, actor: User, connection: Connection, paused: bool) -> Connection:
    """Pauses a connection or lets it go on. Approved changes wait meanwhile; none is lost."""
    require(actor, "settings.manage")
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.state = ConnectionState.PAUSED if paused else ConnectionState.ACTIVE
        row.state_reason = "Paused by an admin." if paused else ""
        row.save(update_fields=["state", "state_reason", "updated_at"])
        action = "connection.paused" if paused else "connection.resumed"
        audit.record(actor=actor, action=action, subject_type="connection", subject_id=row.pk)
    if not paused:
        enqueue("write")
    return row
