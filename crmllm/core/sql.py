"""The statements that the ORM cannot say; each has a test."""

from __future__ import annotations

from django.db import connection

from crmllm.core.models import AuditEvent, AuditLink

SEALER_LOCK = 0x63726D6C  # any constant: the sealers' advisory lock


def try_sealer_lock() -> bool:
    """Takes the sealer's lock until the end of the transaction; False when another sealer holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        return bool(cursor.fetchone()[0])


def sealable_events(*, after: AuditLink | None, limit: int) -> list[AuditEvent]:
    """The next events of transactions that ended before every transaction still open, in chain order."""
    transaction_id, event_id = (
        (after.transaction, after.event_id)
        if after
        else (0, "00000000-0000-0000-0000-000000000000")
    )
    return list(
        AuditEvent.objects.raw(
            """
            SELECT * FROM core_auditevent
            WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
              AND (transaction, id) > (%s::text::xid8, %s::uuid)
            ORDER BY transaction, id
            LIMIT %s
            """,
            [str(transaction_id), str(event_id), limit],
        )
    )


def estimated_rows(table: str) -> int:
    """The planner's idea of a table's size; cheap, for pages that must not count a million rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT GREATEST(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass",
            [table],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
