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


def locks_held() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [sql.SETUP_LOCK])
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("committed")
def test_the_lock_of_the_set_up_is_given_back_also_after_a_failure() -> None:
    def fail_inside() -> None:
        with sql.setup_lock():
            assert locks_held() == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert locks_held() == 0


@pytest.mark.django_db
def test_a_row_is_multiplied_and_columns_are_overridden() -> None:
    template = Product.objects.create(sku="SKU-0", name="Plotter", family="Devices")
    made = sql.multiply(template, {"id": sql.numbered_id("f0", "g"), "sku": "'SKU-' || g"}, first=1, last=20)
    assert made == 20
    rows = Product.objects.exclude(pk=template.pk).order_by("id")
    assert [row.sku for row in rows] == [f"SKU-{number}" for number in range(1, 21)]  # ids sort by number
    assert {(row.name, row.family, row.pk.version) for row in rows} == {("Plotter", "Devices", 7)}


@pytest.mark.django_db
def test_a_column_that_does_not_exist_is_named() -> None:
    template = Product.objects.create(sku="SKU-0", name="Plotter")
    with pytest.raises(ValueError, match="has no column colour"):
        sql.multiply(template, {"colour": "'red'"}, first=1, last=2)


@pytest.mark.django_db
def test_the_planner_is_told() -> None:
    Product.objects.bulk_create(Product(sku=f"SKU-{number}", name=f"Thing {number}") for number in range(120))
    sql.analyze("crm_product", "crm_stage")
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relname IN ('crm_product', 'crm_stage')")
        assert dict(cursor.fetchall()) == {"crm_product": 120, "crm_stage": 0}
