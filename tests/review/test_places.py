"""Where `o` leads: to the record in its own CRM where somebody knows its address, else to our page of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from crmllm.core.ids import uuid7
from crmllm.core.registry import Registry
from review import places


def test_the_first_who_knows_the_address_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    pk, pages = uuid7(), Registry[Callable[[str, UUID], str]]()
    monkeypatch.setattr(places, "record_pages", pages)
    assert places.record_page("contact", pk) == f"/records/contact/{pk}/"
    pages.add("silent", lambda object_name, record_id: "")
    pages.add("vendor", lambda object_name, record_id: f"https://crm.example/{object_name}/{record_id}")
    assert places.record_page("contact", pk) == f"https://crm.example/contact/{pk}"
