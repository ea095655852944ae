"""Reads of the outbox."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from crmllm.access.models import User
from crmllm.access.rules import visible
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.models import Connection
from crmllm.writeback.choices import DONE, UNFINISHED, State
from crmllm.writeback.models import Writeback

#: What the sender may take up: new ones, and those whose sender died on the way.
SENDABLE = (State.WAITING, State.SENDING, State.WRITTEN)


def writebacks(user: User) -> QuerySet[Writeback]:
    """The writes that this person may see, newest first."""
    return visible(user, Writeback.objects.select_related("connection", "proposal")).order_by("-id")


def sendable() -> QuerySet[Writeback]:
    """Writes whose turn it is: the lowest unfinished of its target, all that it depends on done, connection active."""
    earlier = Writeback.objects.filter(
        connection=OuterRef("connection"),
        target_id=OuterRef("target_id"),
        seq__lt=OuterRef("seq"),
    )
    parents = Writeback.depends_on.through.objects.filter(from_writeback=OuterRef("pk"))
    return (
        Writeback.objects.filter(
            state__in=SENDABLE, connection__state=ConnectionState.ACTIVE, connection__dry_run=False
        )
        .filter(~Exists(earlier.filter(state__in=UNFINISHED)))
        .filter(~Exists(parents.filter(~Q(to_writeback__state__in=DONE))))
        .order_by("next_attempt_at", "id")
    )


def show(row: Writeback) -> dict[str, Any]:
    """A write as the API shows it; values are on the proposal."""
    return {
        "id": str(row.pk),
        "proposal": str(row.proposal_id),
        "connection": row.connection.name,
        "operation": row.operation,
        "object": row.object,
        "record": str(row.target_id),
        "seq": row.seq,
        "state": row.state,
        "undoes": str(row.undoes_id) if row.undoes_id else None,
        "attempts": row.attempts,
        "error": {"code": row.error_code, "message": row.error_message} if row.error_code else None,
        "created_at": row.created_at,
        "verified_at": row.verified_at,
    }


def counts(connection: Connection) -> list[dict[str, Any]]:
    """How many writes to a connection are in each state."""
    rows = Writeback.objects.filter(connection=connection).values("state").annotate(n=Count("pk"))
    found = {row["state"]: row["n"] for row in rows}
    tones = {State.FAILED: "bad", State.CONFLICT: "warn"}
    return [
        {"label": state.label, "value": found[state], "tone": tones.get(state, "")}
        for state in State
        if found.get(state)
    ]
