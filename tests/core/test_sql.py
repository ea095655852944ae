"""Each raw statement of crmllm.core.sql (the sealer's two are in test_audit as well)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection, transaction

from crmllm.core import audit, sql
from crmllm.core.models import AuditEvent, AuditLink
from crmllm.crm.models import Product


def act() -> AuditEvent:
    return audit.record(actor=audit.SYSTEM, action="thing.done", subject_type="thing", subject_id=uuid4())


@pytest.mark.usefixtures("committed")
def test_sealable_events_follow_the_last_link() -> None:
    first, second, third = act(), act(), act()
    assert sql.sealable_events(after=None, limit=10) == [first, second, third]
    assert sql.sealable_events(after=None, limit=2) == [first, second]
    last = AuditLink(seq=1, event_id=first.pk, transaction=AuditEvent.objects.get(pk=first.pk).transaction)
    assert sql.sealable_events(after=last, limit=10) == [second, third]


@pytest.mark.usefixtures("committed")
def test_the_sealers_lock_ends_with_its_transaction() -> None:
    with transaction.atomic():
        assert sql.try_sealer_lock() is True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [sql.SEALER_LOCK])
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_a_tables_size_is_estimated() -> None:
    Product.objects.bulk_create(Product(sku=f"SKU-{number}", name=f"Thing {number}") for number in range(300))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_product")
    assert sql.estimated_rows("crm_product") == 300
