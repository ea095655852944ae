"""The demo documents, forms, cards and invitations are real files about the demo company's accounts."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from crmllm.crm.demo import dataset
from crmllm.ingestion import kinds
from crmllm.ingestion.demo.papers import papers

TODAY = date(2026, 11, 22)
RESERVED = (".example", ".test")
NEWCOMERS = {"farrowceramics.example", "rank-fast.test"}


@pytest.fixture(scope="module")
def items() -> dict[str, tuple[str, kinds.Read]]:
    found = {}
    for name, raw in papers(TODAY):
        reader = kinds.find(name, raw)
        assert reader is not None
        found[name] = (reader.name, reader.read(raw, name))
    return found


def test_there_are_enough_of_every_format(items: dict[str, tuple[str, kinds.Read]]) -> None:
    count = Counter(reader for reader, _ in items.values())
    assert count == {
        "pdf": 3, "docx": 2, "xlsx": 1, "pptx": 1, "html": 1, "web-form": 6, "vcard": 2, "invitation": 2,
    }  # fmt: skip


def test_they_are_of_these_days_and_one_form_is_spam(items: dict[str, tuple[str, kinds.Read]]) -> None:
    days = [(TODAY - read.occurred_at.date()).days for _, read in items.values() if read.occurred_at]
    assert len(days) >= 14 and all(0 <= one <= 12 for one in days)
    assert [name for name, (_, read) in items.items() if read.skip] == ["315-form-spam.json"]
    assert all(read.subject and read.text and read.locations for _, read in items.values())
    assert not any("{{" in read.text for _, read in items.values())


def test_all_addresses_are_reserved_and_of_accounts_that_exist(items: dict[str, tuple[str, kinds.Read]]) -> None:
    known = (
        {domain for one in dataset(TODAY)["accounts"] for domain in one["domains"]} | NEWCOMERS | {"northlight.example"}
    )
    found = {
        mail.rpartition("@")[2] for _, read in items.values() for mail in re.findall(r"[\w.+-]+@[\w.-]+\w", read.text)
    }
    assert found <= known and all(one.endswith(RESERVED) for one in found)
