"""Django's database check: a server that is too old, or without pgvector, is refused with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.utils import DatabaseError

from crmllm.core.runtime.postgres import refuse
from crmllm.monitoring import sql


@register(Tags.database)
def suitable_server(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Runs before `migrate` and with `check --database default`."""
    if "default" not in (databases or ()):
        return []
    try:
        available = sql.available_extensions("default")
        version = int(connections["default"].pg_version) // 10000  # type: ignore[attr-defined]
    except DatabaseError:
        return [Error("The database cannot be reached.", hint="Look at DATABASE_URL.", id="crmllm.E001")]
    refusal = refuse(version, available)
    return [Error(f"The PostgreSQL server {refusal}", id="crmllm.E002")] if refusal else []
