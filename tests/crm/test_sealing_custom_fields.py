"""The migration that seals what custom fields of personal data held: old values in, sealed and read after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from crmllm.core.crypto import drop_keys
from crmllm.crm import selectors, values
from crmllm.crm.models import Contact, FieldDef

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

BEFORE, AFTER = "0004_leads_facts", "0005_personal_custom_fields_are_sealed"


@pytest.fixture
def migrate() -> Callable[[str], None]:
    def to(name: str) -> None:
        MigrationExecutor(connection).migrate([("crm", name)])
        selectors.forget_fields()

    return to


@pytest.fixture
def before(migrate: Callable[[str], None]) -> None:
    """The database as it was: custom fields whose values lie plain; one of them tells nothing of a person."""
    migrate(BEFORE)
    for position, (name, type_, category) in enumerate(
        [("shoe_size", "integer", "content"), ("hobbies", "list", "content"), ("region", "text", "none")], start=100
    ):
        FieldDef.objects.create(
            object="contact", name=name, label=name, type=type_, category=category, custom=True, sealed=False,
            position=position,
        )  # fmt: skip


def held(record: Contact) -> dict[str, Any]:
    record.refresh_from_db()
    fields = selectors.field_map("contact")
    return values.read(record, [fields[name] for name in ("shoe_size", "hobbies", "region")])


@pytest.mark.usefixtures("before")
def test_old_values_are_sealed_and_read_as_before(migrate: Callable[[str], None]) -> None:
    told = {"shoe_size": 41, "hobbies": ["chess", "rowing"], "region": "north"}
    full, some = Contact.objects.create(name="Ada", custom=told), Contact.objects.create(name="Ben", custom={})
    part = Contact.objects.create(name="Cleo", custom={"shoe_size": None})
    migrate(AFTER)
    assert held(full) == told
    assert "chess" not in json.dumps(full.custom)
    assert {name: set(full.custom[name]) for name in ("shoe_size", "hobbies")} == {
        "shoe_size": {"sealed"}, "hobbies": {"sealed"},
    }  # fmt: skip
    assert full.custom["region"] == "north"
    assert held(some) == held(part) == {"shoe_size": None, "hobbies": None, "region": None}
    assert set(FieldDef.objects.filter(custom=True, sealed=True).values_list("name", flat=True)) == {
        "shoe_size", "hobbies",
    }  # fmt: skip


@pytest.mark.usefixtures("before")
def test_what_belongs_to_an_erased_record_is_not_kept_in_plain(migrate: Callable[[str], None]) -> None:
    gone = Contact.objects.create(name="Erased", custom={"shoe_size": 39})
    drop_keys([gone.key_id])
    migrate(AFTER)
    assert held(gone)["shoe_size"] is None
    assert "39" not in json.dumps(gone.custom)


@pytest.mark.usefixtures("before")
def test_going_back_opens_nothing_and_forward_again_seals_nothing_twice(migrate: Callable[[str], None]) -> None:
    full = Contact.objects.create(name="Ada", custom={"shoe_size": 41})
    migrate(AFTER)
    full.refresh_from_db()
    sealed = full.custom
    migrate(BEFORE)
    assert held(full)["shoe_size"] == 41
    assert full.custom == sealed
    migrate(AFTER)
    assert held(full)["shoe_size"] == 41
    assert full.custom == sealed
