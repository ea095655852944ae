"""What the ORM cannot say about vectors; each statement has a test."""

from __future__ import annotations

from django.db import connection


def search_iteratively() -> None:
    """Lets an index scan go on until enough rows pass the other filters (pgvector 0.8+), until the transaction ends.

    Without it, a person who may see one row in a thousand would find nothing near: the index gives forty, and the
    filter takes all of them away.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")
