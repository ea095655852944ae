"""The statement that the ORM cannot say; it has a test."""

from __future__ import annotations

from uuid import UUID

from django.db import connection


def lock_target(target_id: UUID) -> None:
    """Lets only one transaction at a time queue writes to a record, until its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [target_id.int % 2**63])
