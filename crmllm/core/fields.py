"""Model fields: SealedField (encrypted content) and Xid8Field (PostgreSQL's transaction id)."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from crmllm.core.crypto import Sealed

Set = TypeVar("Set")
Get = TypeVar("Get")


class SealedField(models.Field[Set, Get]):
    """Holds a `Sealed` value; decrypts only when asked."""

    description = "Encrypted content"
    # For the type checker: what the attribute takes and gives.
    _pyi_private_set_type: Sealed
    _pyi_private_get_type: Sealed

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bytea"

    def from_db_value(self, value: bytes | memoryview | None, *args: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def to_python(self, value: Any) -> Sealed | None:
        return value if value is None or isinstance(value, Sealed) else Sealed(bytes(value))

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.name} holds sealed content; wrap the value with Sealed.of(value, key_id).")
        return value.blob


class Xid8Field(models.Field[int, int]):
    """A 64-bit transaction id; `pg_current_xact_id()` by default."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def from_db_value(self, value: Any, *args: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(value)
