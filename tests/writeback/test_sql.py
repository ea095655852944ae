"""The lock under which writes to one record are queued in order."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from crmllm.writeback import sql
from tests.core.conftest import committed  # noqa: F401 (a fixture)

pytestmark = pytest.mark.usefixtures("committed")


def taken_elsewhere(target: UUID) -> bool:
    """Whether another session has to wait for the lock."""
    waits: list[bool] = []

    def other() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [target.int % 2**63])
                waits.append(not cursor.fetchone()[0])
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    return waits[0]


def test_one_record_is_locked_until_the_transaction_ends() -> None:
    target, another = uuid4(), uuid4()
    with transaction.atomic():
        sql.lock_target(target)
        sql.lock_target(target)  # its own holder does not wait
        assert taken_elsewhere(target)
        assert not taken_elsewhere(another)
    assert not taken_elsewhere(target)


def test_many_records_are_locked_until_the_transaction_ends() -> None:
    targets, another = [uuid4(), uuid4()], uuid4()
    with transaction.atomic():
        sql.lock_targets([])
        sql.lock_targets(targets)
        assert all(taken_elsewhere(one) for one in targets) and not taken_elsewhere(another)
    assert not any(taken_elsewhere(one) for one in targets)
