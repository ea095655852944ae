"""Many rows at once, by PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections, models, router, transaction
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault
from psycopg import sql

#: What fields hold that goes to PostgreSQL as it is; anything else they prepare themselves, which takes longer.
_AS_IT_IS: dict[type, type] = {
    models.CharField: str,
    models.TextField: str,
    models.UUIDField: UUID,
    models.ForeignKey: UUID,
    models.DateTimeField: datetime,
    models.BinaryField: bytes,
    models.BooleanField: bool,
    models.PositiveIntegerField: int,
}
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
    _copy(database, sql.Identifier(model._meta.db_table), fields, rows, new=True)


def update_many(rows: Sequence[Model], names: Iterable[str] | None = None) -> None:
    """Saves rows of one model as `save(update_fields=names)` does (all fields, where none are named), but in a few
    statements: the values come by COPY into a table that is gone at the end. Constraints and triggers count as ever."""
    if not rows:
        return
    model = type(rows[0])
    key, wanted = model._meta.pk, None if names is None else set(names)
    assert key is not None
    fields = [f for f in model._meta.concrete_fields if f is not key and (wanted is None or f.name in wanted)]
    if len(rows) <= FEW:
        for row in rows:
            row.save(update_fields=[field.name for field in fields])
        return
    database = connections[router.db_for_write(model)]
    table, news = sql.Identifier(model._meta.db_table), sql.Identifier(f"news_of_{model._meta.db_table}")
    pk, columns = sql.Identifier(str(key.column)), [sql.Identifier(str(field.column)) for field in fields]
    listed = sql.SQL(", ").join([pk, *columns])
    sets = sql.SQL(", ").join(sql.SQL("{0} = news.{0}").format(column) for column in columns)
    make = sql.SQL("CREATE TEMP TABLE {} AS SELECT {} FROM {} WITH NO DATA").format(news, listed, table)
    save = sql.SQL("UPDATE {0} SET {1} FROM {2} AS news WHERE {0}.{3} = news.{3}").format(table, sets, news, pk)
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        cursor.execute(make)
        _copy(database, news, [key, *fields], rows, new=False)
        cursor.execute(save)
        cursor.execute(sql.SQL("DROP TABLE {}").format(news))


def _copy(
    database: Any, table: sql.Identifier, fields: Sequence[Field[Any, Any]], rows: Sequence[Model], *, new: bool
) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)
    kinds = [(field, _AS_IT_IS.get(type(field))) for field in fields]
    with database.cursor() as cursor, database.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            values = [(field.pre_save(row, add=new), field, kind) for field, kind in kinds]
            copy.write_row(
                [
                    value if value is None or type(value) is kind else field.get_db_prep_save(value, database)
                    for value, field, kind in values
                ]
            )
