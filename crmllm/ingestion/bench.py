"""How fast mail is stored, beside django-mailbox: the same file, the same PostgreSQL, one run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def mail() -> Iterable[dict[str, Any]]:
    return []
