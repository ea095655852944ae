"""Rows by COPY are the rows that an INSERT would make."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.forms import model_to_dict

from crmllm.core import audit
from crmllm.core.bulk import FEW, insert_many, update_many
from crmllm.core.crypto import Sealed, new_key
from crmllm.core.models import AuditEvent, AuditPayload
from crmllm.crm.models import Account, ExchangeRate

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

MANY = FEW + 3
HARD = 'tab\t, line\n, back\\slash, \\N, "quote", emoji 🏷 and {braces}'


def accounts(key_id: Any) -> list[Account]:
    return [
        Account(
            name=f"{number} {HARD}", key_id=key_id, domains=["a.example", HARD],
            custom={"text": HARD, "some": [1, None]},
            phone=Sealed.of(HARD, key_id), phone_index=b"\x00\xff\\x" + bytes(28), employees=None if number % 2 else 7,
            created_at=datetime(2026, 11, 22, 9, 30, 0, 123456, UTC),
        )
        for number in range(MANY)
    ]  # fmt: skip


def test_every_kind_of_value_survives() -> None:
    rows = accounts(new_key())
    insert_many(rows)
    stored = {row.pk: row for row in Account.objects.all()}
    assert len(stored) == MANY
    for row in rows:
        kept = stored[row.pk]
        assert model_to_dict(kept) == model_to_dict(row)
        assert (bytes(kept.phone_index or b""), kept.created_at) == (row.phone_index, row.created_at)
        assert kept.phone is not None
        assert kept.phone.open() == HARD


def test_the_database_fills_its_columns() -> None:
    audit.record_many([audit.Entry(audit.SYSTEM, "x.done", "x", None, {"n": n}) for n in range(MANY)])
    events = AuditEvent.objects.filter(action="x.done")
    assert events.count() == AuditPayload.objects.filter(event_id__in=events.values("id")).count() == MANY
    assert len({event.transaction for event in events}) == 1
    assert all(event.transaction for event in events)


def test_constraints_count_and_leave_nothing() -> None:
    day = datetime(2026, 1, 1, tzinfo=UTC).date()
    rates = [ExchangeRate(currency="USD", day=day, rate=Decimal("0.9")) for _ in range(MANY)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many(rates)
    assert not ExchangeRate.objects.exists()
    insert_many([])
    insert_many(rates[:1])
    assert ExchangeRate.objects.get().rate == Decimal("0.9")


@pytest.mark.parametrize("count", [1, MANY])
def test_changed_rows_are_saved_whole_or_in_part(count: int) -> None:
    key_id = new_key()
    insert_many(accounts(key_id))
    rows = list(Account.objects.order_by("name"))
    before = Account.objects.get(pk=rows[0].pk).updated_at
    for row in rows:
        row.name, row.city, row.phone, row.domains, row.employees = HARD, "Oslo", Sealed.of("new", key_id), [], None
    update_many(rows[:count], ["city", "phone", "updated_at"])
    kept = Account.objects.get(pk=rows[0].pk)
    assert (kept.name, kept.city, kept.domains) == (f"0 {HARD}", "Oslo", ["a.example", HARD])
    assert kept.phone is not None
    assert kept.phone.open() == "new"
    assert kept.updated_at > before
    update_many(rows[:count])
    assert Account.objects.filter(name=HARD, domains=[], employees=None).count() == count
    assert Account.objects.exclude(city="Oslo").count() == MANY - count
    update_many([])
