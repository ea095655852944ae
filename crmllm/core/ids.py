"""Ids: UUIDv7, so that new rows lie together in their index and sort by time."""

from datetime import datetime
from uuid import UUID

import uuid_utils.compat


def uuid7() -> UUID:
    """A new id: 48 bits of Unix time in milliseconds, the rest random (RFC 9562, 5.7)."""
    return uuid_utils.compat.uuid7()


def first_id(at: datetime) -> UUID:
    """Less than every id that was made since then: rows of a period are a range of their index."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
