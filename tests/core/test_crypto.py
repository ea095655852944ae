"""Sealed content: comes back as it was, is noticed when altered, is gone when its key is dropped."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmllm.core.crypto import (
    Erased,
    Sealed,
    blind_index,
    derive,
    drop_keys,
    new_key,
    new_keys,
    open_or,
    preload,
    ring,
)
from crmllm.core.errors import CrmllmError
from crmllm.core.identifiers import email_index, normal_email, normal_phone, phone_index
from crmllm.core.keys.models import ContentKey

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

# Lone surrogates come from broken mail and must survive.
TEXT = st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
MANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def key_id() -> UUID:
    ring.forget()
    return new_key()


@MANY
@given(value=JSON)
def test_what_is_sealed_comes_back(key_id: UUID, value: Any) -> None:
    assert Sealed.of(value, key_id).open() == value


@MANY
@given(value=st.binary(max_size=2000))
def test_bytes_come_back(key_id: UUID, value: bytes) -> None:
    assert Sealed.of_bytes(value, key_id).open_bytes() == value


@MANY
@given(value=TEXT.filter(lambda text: len(text) > 3), place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_altered_bit_is_noticed(key_id: UUID, value: str, place: int, bit: int) -> None:
    blob = bytearray(Sealed.of(value, key_id).blob)
    blob[place % len(blob)] ^= 1 << bit
    with pytest.raises((CrmllmError, ValueError)):
        Sealed(bytes(blob)).open()


def test_the_text_is_not_in_the_blob(key_id: UUID) -> None:
    assert b"Maria Ruiz" not in Sealed.of("Maria Ruiz", key_id).blob
    assert "Maria" not in repr(Sealed.of("Maria Ruiz", key_id))


def test_the_same_value_looks_different_each_time(key_id: UUID) -> None:
    assert Sealed.of("yes", key_id).blob != Sealed.of("yes", key_id).blob


def test_a_value_cannot_be_moved_under_another_key(key_id: UUID) -> None:
    """The key's id is bound to the content: a copied blob with another id does not open."""
    other = new_key()
    blob = Sealed.of("secret", key_id).blob
    moved = Sealed(blob[:1] + other.bytes + blob[17:])
    with pytest.raises(CrmllmError) as caught:
        moved.open()
    assert caught.value.code == "tampered"


def test_a_kind_cannot_be_mistaken(key_id: UUID) -> None:
    with pytest.raises(ValueError, match="another kind"):
        Sealed.of("text", key_id).open_bytes()


def test_dropped_is_gone_for_good(key_id: UUID) -> None:
    sealed, other = Sealed.of("Maria Ruiz", key_id), Sealed.of("stays", new_key())
    assert drop_keys([key_id]) == 1
    with pytest.raises(Erased) as caught:
        sealed.open()
    assert (caught.value.code, caught.value.status) == ("erased", 410)
    assert open_or(sealed, "was erased") == "was erased"
    assert open_or(None, "nothing") == "nothing"
    assert other.open() == "stays"
    assert drop_keys([key_id]) == 0


def test_nothing_is_sealed_under_a_key_that_is_not_there() -> None:
    with pytest.raises(Erased):
        Sealed.of("lost", uuid4())


def test_keys_are_stored_wrapped(key_id: UUID) -> None:
    row = ContentKey.objects.get(pk=key_id)
    assert len(bytes(row.wrapped)) == 12 + 32 + 16
    sealed = Sealed.of("text", key_id)
    ring.forget()
    other = ContentKey.objects.get(pk=new_key())
    row.wrapped = other.wrapped
    row.save()
    ring.forget()
    with pytest.raises(CrmllmError, match="altered"):  # bound to its id, so that rows cannot be exchanged
        sealed.open()


def test_many_keys_are_fetched_with_one_query() -> None:
    sealed = [Sealed.of(number, key) for number, key in enumerate(new_keys(20))]
    ring.forget()
    with CaptureQueriesContext(connections["keys"]) as queries:
        preload(*sealed, None)
        assert [one.open() for one in sealed] == list(range(20))
    assert len(queries) == 1


def test_a_key_is_not_kept_for_long(key_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erased in one process is soon erased in all."""
    sealed = Sealed.of("text", key_id)
    ContentKey.objects.all().delete()  # by another process
    assert sealed.open() == "text"
    from crmllm.core import crypto

    now = crypto.time.monotonic()
    monkeypatch.setattr(crypto.time, "monotonic", lambda: now + crypto.KEY_LIFETIME + 0.1)
    with pytest.raises(Erased):
        sealed.open()


def test_purposes_get_different_secrets(settings: Any) -> None:
    secret = settings.MASTER_KEY
    assert derive("one", secret) != derive("two", secret)
    assert len(derive("one", secret)) == 32


@given(first=TEXT, second=TEXT)
def test_a_blind_index_is_equal_only_for_equals(first: str, second: str) -> None:
    assert (blind_index("email", first) == blind_index("email", second)) is (first == second)
    assert blind_index("email", first) != blind_index("phone", first)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("  Maria.Ruiz@Betasoloin.EXAMPLE ", "maria.ruiz@betasoloin.example"),
        ("jörg@bücher.example", "jörg@xn--bcher-kva.example"),
        ("no address", "no address"),
    ],
)
def test_an_address_has_one_writing(written: str, normal: str) -> None:
    assert normal_email(written) == normal
    assert email_index(written) == email_index(normal)


@pytest.mark.parametrize("written", ["+31 20 123 45 67", "0031201234567", "020-1234567", "(020) 123 4567"])
def test_a_number_has_one_writing(written: str) -> None:
    assert normal_phone(written, "NL") == "+31201234567"
    assert phone_index(written, "NL") == phone_index("+31201234567", "")
