"""Many new rows at once, by PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, router
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault
from psycopg import sql

FEW = 4  # rows up to which an INSERT is as fast as COPY


def insert_many(rows: Sequence[Model]) -> None:
    """Inserts new rows of one model as `bulk_create` does, but by COPY: many times faster where there are many.

    Columns that the database fills are not read back. Constraints and triggers count as ever.
    """
    if not rows:
        return
    first, model = rows[0], type(rows[0])
    if len(rows) <= FEW:
        model._base_manager.bulk_create(rows)
        return
    database = connections[router.db_for_write(model)]
    fields = [f for f in model._meta.concrete_fields if not isinstance(getattr(first, f.attname), DatabaseDefault)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    )
    with database.cursor() as cursor, database.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(field.pre_save(row, add=True), database) for field in fields])
