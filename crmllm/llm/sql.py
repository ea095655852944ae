"""What the ORM cannot say about vectors; each statement has a test."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db import connection


def search_iteratively() -> None:
    """Lets an index scan go on until enough rows pass the other filters (pgvector 0.8+), until the transaction ends.

    Without it, a person who may see one row in a thousand would find nothing near: the index gives forty, and the
    filter takes all of them away.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")


def nearest_each(
    vectors: Mapping[UUID, Sequence[float]],
    *,
    subject_type: str,
    request_model: str,
    among: Collection[UUID],
    limit: int,
) -> list[tuple[UUID, UUID, float]]:
    """For each of several vectors the nearest of some subjects: (its id, a subject, their cosine distance).

    Few subjects are compared, all of them: the index would go through the nearest of all and might meet none of them.
    """
    statement = """
        WITH kept AS MATERIALIZED (
            SELECT subject_id, vector FROM llm_embedding
            WHERE subject_type = %s AND request_model = %s AND subject_id = ANY(%s::uuid[])
        )
        SELECT asked.id, near.subject_id, near.distance
        FROM unnest(%s::uuid[], %s::text[]) AS asked(id, vector)
        CROSS JOIN LATERAL (
            SELECT subject_id, vector <=> asked.vector::vector AS distance FROM kept ORDER BY distance LIMIT %s
        ) AS near
        ORDER BY asked.id, near.distance
    """
    written = [str([float(part) for part in vector]) for vector in vectors.values()]
    with connection.cursor() as cursor:
        cursor.execute(statement, [subject_type, request_model, list(among), list(vectors), written, limit])
        return [(asked, subject, float(distance)) for asked, subject, distance in cursor.fetchall()]
