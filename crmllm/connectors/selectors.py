"""Reads of connections, and of what they call our records."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.models import Connection, ExternalRecord
from crmllm.core.errors import NotFound


def connections(user: User) -> QuerySet[Connection]:
    """All connections, with how many of their records we know."""
    require(user, "settings.view")
    return Connection.objects.annotate(known=Count("records", filter=Q(records__state="active")))


def connection(user: User, pk: UUID) -> Connection:
    """One connection. Raises NotFound."""
    found = connections(user).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such connection.")
    return found


def elsewhere(record_id: UUID) -> list[ExternalRecord]:
    """What the connected CRMs call a record; the local CRM uses our own id and is left out."""
    rows = ExternalRecord.objects.filter(record_id=record_id).select_related("connection")
    return list(rows.exclude(connection__connector="local"))
