"""The statements that the ORM cannot say; each has a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model

from crmllm.core.models import AuditEvent, AuditLink

SEALER_LOCK = 0x63726D6C  # any constant: the sealers' advisory lock
SETUP_LOCK = SEALER_LOCK + 1


def try_sealer_lock() -> bool:
    """Takes the sealer's lock until the end of the transaction; False when another sealer holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        return bool(cursor.fetchone()[0])


@contextmanager
def setup_lock() -> Iterator[None]:
    """One process at a time sets the database up; the others wait here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SETUP_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SETUP_LOCK])


def sealable_events(*, after: AuditLink | None, limit: int) -> list[AuditEvent]:
    """The next events of transactions that ended before every transaction still open, in chain order."""
    transaction_id, event_id = (
        (after.transaction, after.event_id) if after else (0, "00000000-0000-0000-0000-000000000000")
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


def numbered_id(prefix: str, number: str) -> str:
    """SQL for a UUIDv7-shaped id that sorts by `number` (SQL, whole); `prefix` is two hexadecimal digits."""
    return f"('01900000-00{prefix}-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def multiply(template: Model, overrides: Mapping[str, str], *, first: int, last: int) -> int:
    """Inserts a copy of the row for each number `g` from `first` to `last`; `overrides` gives columns other SQL values.

    The SQL comes from code, never from input.
    """
    meta = template._meta
    columns = [str(field.column) for field in meta.concrete_fields]
    unknown = set(overrides) - set(columns)
    if unknown:
        raise ValueError(f"{meta.label} has no column {', '.join(sorted(unknown))}.")
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(overrides.get(column, f'template."{column}"') for column in columns)
    statement = (
        f'INSERT INTO "{meta.db_table}" ({names}) SELECT {values} FROM "{meta.db_table}" AS template, '  # noqa: S608
        f'generate_series(%s, %s) AS g WHERE template."{meta.pk.column}" = %s'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [first, last, template.pk])
        return int(cursor.rowcount)


def analyze(*tables: str) -> None:
    """Tells the planner about many new rows."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'ANALYZE "{table}"')
