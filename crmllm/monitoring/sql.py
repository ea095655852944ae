"""What only the server itself can tell; each statement has a test."""

from __future__ import annotations

from django.db import connections


def answers(alias: str) -> bool:
    """Whether a database answers. Raises a database error when it does not."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def available_extensions(alias: str) -> set[str]:
    """Names of the extensions that could be created on this server."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT name FROM pg_available_extensions")
        return {str(name) for (name,) in cursor.fetchall()}
