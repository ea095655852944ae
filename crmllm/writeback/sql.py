"""The statements that the ORM cannot say; each has a test."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection


def lock_target(target_id: UUID) -> None:
    """Lets only one transaction at a time queue writes to a record, until its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [target_id.int % 2**63])


def lock_targets(target_ids: Sequence[UUID]) -> None:
    """As `lock_target`, for many: always in the same order, so that two who lock the same ones wait for each other."""
    keys = sorted({target_id.int % 2**63 for target_id in target_ids})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])
