"""No stored field is overlooked by erasure, export and retention: each is declared, and what is sealed is sealed for a
reason."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Field, Model

from crmllm.core import datamap
from crmllm.core.datamap import Category
from crmllm.core.fields import SealedField

MODELS = [model for model in apps.get_models() if not model._meta.proxy]


def fields(model: type[Model]) -> list[Field]:  # type: ignore[type-arg]
    return [*model._meta.concrete_fields, *model._meta.many_to_many]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_field_is_declared(model: type[Model]) -> None:
    label = model._meta.label
    undeclared = [field.name for field in fields(model) if datamap.category(label, field.name) is None]
    assert not undeclared, f"Declare these in the datamap.py of {label}: {', '.join(undeclared)}."


def test_nothing_is_declared_that_does_not_exist() -> None:
    existing = {model._meta.label_lower: {field.name for field in fields(model)} for model in MODELS}
    stale = {
        label: sorted(names)
        for label, declared in datamap.declared().items()
        if (names := set(declared) - existing.get(label, set()))
    }
    assert not stale


def test_what_is_sealed_holds_something() -> None:
    plain = [
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        for field in fields(model)
        if isinstance(field, SealedField) and datamap.category(model._meta.label, field.name) == Category.NONE
    ]
    assert not plain


def test_secrets_and_contact_data_are_not_stored_plain() -> None:
    """A phone, an address or a password of ours in a text column would be a leak; what libraries keep is theirs."""
    ours = [model for model in MODELS if model.__module__.startswith("crmllm.")]
    plain = [
        f"{model._meta.label}.{field.name}"
        for model in ours
        for field in fields(model)
        if datamap.category(model._meta.label, field.name) in (Category.CONTACT, Category.SECRET)
        and not isinstance(field, SealedField)
        and field.get_internal_type() != "BinaryField"
    ]
    # A password's hash; and a city finds no door.
    assert plain == ["access.User.password", "crm.Account.city"]


def test_an_undeclared_field_is_unknown() -> None:
    assert datamap.category("crm.Contact", "email") == Category.CONTACT
    assert datamap.category("crm.contact", "shoe_size") is None
    assert datamap.category("shop.Shoe", "size") is None
