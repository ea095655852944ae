"""Work is rows: claimed with SKIP LOCKED and a lease, given back with a reason and a time for the next try.

A process that dies loses its lease after a while and another takes the row; a result is saved only under the lease that
fetched the row, so a slow process that comes back late changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from crmllm.core.errors import Conflict, CrmllmError
from crmllm.core.models import WorkItem

Work = TypeVar("Work", bound=WorkItem)

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(hours=1)


class LeaseLost(Conflict):
    """Somebody else has the row now."""

    code = "lease_lost"


def due() -> Q:
    """Rows whose time has come and that nobody holds."""
    now = timezone.now()
    return Q(next_attempt_at__lte=now) & (Q(leased_until__isnull=True) | Q(leased_until__lt=now))


def claim(rows: QuerySet[Work], *, limit: int, seconds: float) -> list[Work]:
    """Leases up to `limit` rows of an ordered queryset to the caller for `seconds`."""
    with transaction.atomic():
        claimed = list(rows.filter(due()).select_for_update(skip_locked=True, of=("self",))[:limit])
        until = timezone.now() + timedelta(seconds=seconds)
        for row in claimed:
            row.lease_token, row.leased_until, row.attempts = (
                uuid4(),
                until,
                row.attempts + 1,
            )
        if claimed:
            type(claimed[0])._base_manager.bulk_update(claimed, ["lease_token", "leased_until", "attempts"])
    return claimed


def locked_under_lease(row: Work) -> Work:
    """The row, locked, as it is now. Raises LeaseLost when the lease has gone. Call it inside a transaction."""
    assert isinstance(row, Model)
    model = type(row)
    current = model._base_manager.select_for_update().filter(pk=row.pk, lease_token=row.lease_token).first()
    if current is None:
        raise LeaseLost("Another worker has taken this item over.")
    return current


def all_under_lease(rows: Sequence[Work]) -> dict[object, Work]:
    """Those of the rows whose lease still stands, locked, as they are now. Call it inside a transaction."""
    if not rows:
        return {}
    assert isinstance(rows[0], Model)
    held = {row.pk: row.lease_token for row in rows if isinstance(row, Model)}
    found = type(rows[0])._base_manager.select_for_update().filter(pk__in=held, lease_token__in=held.values())
    return {row.pk: row for row in found.order_by("pk") if row.lease_token == held[row.pk]}


def renew(row: WorkItem, seconds: float) -> bool:
    """Holds the lease for longer; False when it was lost."""
    assert isinstance(row, Model)
    until = timezone.now() + timedelta(seconds=seconds)
    return bool(type(row)._base_manager.filter(pk=row.pk, lease_token=row.lease_token).update(leased_until=until))


def renew_all(rows: Sequence[Work], seconds: float) -> None:
    """Holds the leases of many rows for longer; those that were lost stay lost."""
    until = timezone.now() + timedelta(seconds=seconds)
    held = {row.pk: row.lease_token for row in rows if isinstance(row, Model)}
    if held:
        model = type(rows[0])
        model._base_manager.filter(pk__in=held, lease_token__in=held.values()).update(leased_until=until)


def give_back(row: WorkItem) -> None:
    """Ends the lease; the row is done or moves on. The caller saves."""
    row.lease_token, row.leased_until = None, None
    row.error_code = row.error_message = ""


def postpone(row: WorkItem, error: CrmllmError, *, wait: timedelta | None = None) -> None:
    """Ends the lease with a reason; the row is tried again after a wait that doubles. The caller saves."""
    row.lease_token, row.leased_until = None, None
    row.error_code, row.error_message = error.code, error.message[:400]
    row.next_attempt_at = timezone.now() + (backoff(row.attempts) if wait is None else wait)


def backoff(attempts: int) -> timedelta:
    """2 s, 4 s, 8 s … at most an hour, with a fifth of it left to chance so that retries do not march in step."""
    wait = min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 20), LONGEST_WAIT)
    return timedelta(seconds=wait.total_seconds() * random.uniform(0.8, 1.2))  # noqa: S311 - no secret


LEASE_FIELDS = (
    "lease_token",
    "leased_until",
    "attempts",
    "next_attempt_at",
    "error_code",
    "error_message",
)
#: What a row holds that nobody holds any more, and that ended well.
GIVEN_BACK: Mapping[str, Any] = {"lease_token": None, "leased_until": None, "error_code": "", "error_message": ""}
