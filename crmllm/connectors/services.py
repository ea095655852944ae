"""Connections, and the identity of our records in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.base import RemoteRecord
from crmllm.connectors.choices import ConnectionState, ExternalState
from crmllm.connectors.models import Connection, ExternalRecord, Stream
from crmllm.core import audit
from crmllm.core.crypto import Sealed
from crmllm.core.errors import Conflict
from crmllm.crm.choices import Object
from crmllm.jobs.services import enqueue
from crmllm.notifications.services import notify

if TYPE_CHECKING:
    from crmllm.connectors.engine.mapping import Reference

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


def theirs(connection: Connection, records: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    """What the connection calls records of ours (object, id), as far as it knows them; one query an object."""
    if connection.connector == LOCAL:
        return {one: str(one[1]) for one in records}
    wanted: dict[str, set[UUID]] = {}
    for target, pk in records:
        wanted.setdefault(target, set()).add(pk)
    found: dict[tuple[str, UUID], str] = {}
    for target, ids in wanted.items():
        rows = ExternalRecord.objects.filter(connection=connection, object=target, record_id__in=ids)
        for pk, external_id in rows.filter(state=ExternalState.ACTIVE).values_list("record_id", "external_id"):
            found[target, pk] = external_id
    return found


def ours(connection: Connection, references: Iterable[Reference]) -> dict[Reference, UUID]:
    """Which of our records these are, as far as we know them; one query an object."""
    wanted: dict[str, dict[str, Reference]] = {}
    for one in references:
        wanted.setdefault(one.target, {})[one.external_id] = one
    found: dict[Reference, UUID] = {}
    for target, by_id in wanted.items():
        rows = ExternalRecord.objects.filter(connection=connection, object=target, external_id__in=by_id)
        for external_id, record_id in rows.values_list("external_id", "record_id"):
            found[by_id[external_id]] = record_id
    return found


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


def note_stamp(*, connection: Connection, object_name: str, remote: RemoteRecord) -> None:
    """Keeps etag and stamp of a record as they were read back, so that our own write is known when it comes back."""
    rows = ExternalRecord.objects.filter(connection=connection, object=object_name, external_id=remote.external_id)
    rows.update(etag=remote.etag, modified_at=remote.modified_at)


def hide_records(connection: Connection, object_name: str, external_ids: Iterable[str]) -> int:
    """Notes records that do not come though no deletion was told: hidden from us, not deleted. Returns how many."""
    rows = ExternalRecord.objects.filter(
        connection=connection, object=object_name, external_id__in=external_ids, state=ExternalState.ACTIVE
    )
    return rows.update(state=ExternalState.HIDDEN, updated_at=timezone.now())


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


def hide_fields(*, stream: Stream, columns: Iterable[str], optional: Collection[str] = ()) -> Stream:
    """Notes fields that the CRM does not show (any more): they are left out of reading and writing, ours stay as they
    are, and admins are told once, but for those that not every account has."""
    with transaction.atomic():
        row = Stream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
        new = [one for one in columns if one not in row.hidden]
        if new:
            row.hidden = [*row.hidden, *new]
            row.save(update_fields=["hidden", "updated_at"])
        if missed := [one for one in new if one not in optional]:
            notify(
                kind="sync",
                role=Role.ADMIN,
                sentence=f"{row.connection.name} does not show {', '.join(missed)} of {row.name}; it is left out.",
                link=f"/settings/connections/{row.connection_id}/sync/",
            )
    stream.hidden = row.hidden
    return stream


# --- signing in


def keep_token(
    *, connection: Connection, credentials: Mapping[str, Any], until: datetime | None, options: Mapping[str, Any]
) -> Connection:
    """Seals the tokens of a connection and notes until when the access token is good. A broken one works again."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.credentials = Sealed.of(dict(credentials), row.key_id)
        row.token_until = until
        row.options = {**row.options, **options}
        if row.state == ConnectionState.BROKEN:
            row.state, row.state_reason = ConnectionState.ACTIVE, ""
            enqueue("write")
        row.save(update_fields=["credentials", "token_until", "options", "state", "state_reason", "updated_at"])
    return row


def mark_broken(*, connection: Connection, reason: str) -> None:
    """The CRM does not let us in any more: work waits, admins are told once, nothing is lost."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if row.state != ConnectionState.ACTIVE:
            return
        row.state, row.state_reason = ConnectionState.BROKEN, reason[:300]
        row.save(update_fields=["state", "state_reason", "updated_at"])
        audit.record(actor=audit.SYSTEM, action="connection.broken", subject_type="connection", subject_id=row.pk)
        notify(
            kind="connection-broken",
            role=Role.ADMIN,
            sentence=f"The connection {row.name} needs somebody to sign in again; changes wait until then.",
            link=f"/settings/connections/{row.pk}/",
        )
