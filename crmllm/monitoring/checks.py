"""Django's database check: a server that is too old, or without pgvector, is refused with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.utils import DatabaseError

from crmllm.core.runtime.postgres import refuse


@register(Tags.database)
def suitable_server(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Runs before `migrate` and with `check --database default`."""
    if "default" not in (databases or ()):
        return []
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT name FROM pg_available_extensions")
            available = {str(name) for (name,) in cursor.fetchall()}
            version = int(connections["default"].pg_version) // 10000  # type: ignore[attr-defined]
    except DatabaseError:
        return [Error("The database cannot be reached.", hint="Look at DATABASE_URL.", id="crmllm.E001")]
    refusal = refuse(version, available)
    return [Error(f"The PostgreSQL server {refusal}", id="crmllm.E002")] if refusal else []
