"""Reads of connections, and of what they call our records."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.models import Connection, ExternalRecord, Stream
from crmllm.core.errors import NotFound


def connections(user: User) -> QuerySet[Connection]:
    """All connections that are in use, with how many of their records we know."""
    require(user, "settings.view")
    in_use = Connection.objects.exclude(state=ConnectionState.REMOVED)
    known = Count("records", filter=Q(records__state="active"), distinct=True)
    return in_use.annotate(known=known, last_run_at=Max("streams__last_run_at")).order_by("name")


def connection(user: User, pk: UUID) -> Connection:
    """One connection. Raises NotFound."""
    found = connections(user).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such connection.")
    return found


def broken() -> QuerySet[Connection]:
    """Connections whose CRM does not let us in any more; one that never worked has no lists and is no news."""
    return Connection.objects.filter(
        Exists(Stream.objects.filter(connection=OuterRef("pk"))), state=ConnectionState.BROKEN
    )


def by_state() -> list[tuple[str, int]]:
    """How many connections are in each state; those that are 0 too, so that an alarm can end."""
    found = dict(Connection.objects.order_by().values_list("state").annotate(n=Count("pk")))
    return [(state, found.get(state, 0)) for state in ConnectionState.values if state != ConnectionState.REMOVED]


def elsewhere(record_id: UUID) -> list[ExternalRecord]:
    """What the connected CRMs call a record; the local CRM uses our own id and is left out."""
    rows = ExternalRecord.objects.filter(record_id=record_id).select_related("connection")
    return list(rows.exclude(connection__connector="local"))
