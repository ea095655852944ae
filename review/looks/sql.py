"""The statement that the ORM cannot say; it has a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def writes_nothing() -> Iterator[None]:
    """A transaction in which the database refuses every new or changed row of the outbox."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crmllm.looking', 'on', true)")
        yield
        cursor.execute("SELECT set_config('crmllm.looking', '', true)")
