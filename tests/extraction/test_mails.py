"""Whole mails in many languages: what the rules must find in them, and what must never come out of them."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.evaluation.predict import prediction
from crmllm.evaluation.scorer import Sample, is_contained, proposed_values, proposes
from crmllm.extraction.extract import extract
from crmllm.extraction.types import CRM_CATEGORIES, Contact, Extracted

from .mails import CASES, item_of

IDS = [case["id"] for case in CASES]


@pytest.fixture(scope="module", params=CASES, ids=IDS)
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(request.param)


def _plain(contact: Contact) -> dict[str, str]:
    found = {
        name: value.value
        for name in ("name", "title", "company", "email", "phone")
        if (value := getattr(contact, name))
    }
    return found | {"role": contact.role}


def _opportunity(found: Extracted) -> dict[str, Any]:
    assert found.opportunity is not None
    names = ("quantity", "amount", "currency", "close_by", "commitment")
    values: dict[str, Any] = {
        name: value.value if (value := getattr(found.opportunity, name)) else None for name in names
    }
    return values | {"products": [one.value for one in found.opportunity.products]}


def test_finds_what_the_mail_says(case: dict[str, Any]) -> None:
    found, expect = extract(item_of(case)), case["expect"]
    for name in ("category", "language", "sentiment"):
        if name in expect:
            assert getattr(found, name).value == expect[name]
    if "category_in" in expect:
        assert found.category is not None
        assert found.category.value in expect["category_in"]
    if "contacts.0" in expect:
        first = _plain(found.contacts[0])
        assert {name: first.get(name) for name in expect["contacts.0"]} == expect["contacts.0"]
    for name, values in expect.get("contact_named", {}).items():
        person = next(_plain(one) for one in found.contacts if one.name and one.name.value == name)
        assert {key: person.get(key) for key in values} == values
    if "opportunity" in expect:
        deal = _opportunity(found)
        assert {name: deal[name] for name in expect["opportunity"]} == expect["opportunity"]
    if "severity" in expect:
        assert found.case is not None
        assert found.case.severity is not None
        assert found.case.severity.value == expect["severity"]
    for wanted in expect.get("actions", ()):
        actions = [
            {"due": one.due and one.due.value, "owner": one.owner and one.owner.value} for one in found.next_actions
        ]
        assert any({key: action[key] for key in wanted} == wanted for action in actions), actions


def test_proposes_nothing_forbidden_and_nothing_invented(case: dict[str, Any]) -> None:
    item = item_of(case)
    predicted = prediction(case["id"], "email", extract(item))
    sample = Sample(
        {"language": case["expect"].get("language", "en")},
        f"{case['from']} {case.get('subject', '')} {case.get('cc', '')}\n{case['text']}",
    )
    for name, value in proposed_values(predicted):
        for banned in case.get("never", ()):
            assert not proposes(banned, name, value, ("GB", "DE")), (name, value)
        if name in {"name", "title", "company", "email", "phone", "products", "amount"}:
            assert is_contained(sample, name, value), (name, value)


def test_every_value_quotes_the_text(case: dict[str, Any]) -> None:
    item = item_of(case)
    for path, value in extract(item).values():
        for span in value.evidence:
            assert item.text[span.start : span.end] == span.quote != "", path
        assert 0.0 < value.confidence < 1.0, path
        if not value.evidence and path not in {"category", "sentiment", "language", "case.severity"}:
            assert value.inferred, path


def test_only_customers_mails_lead_to_records(case: dict[str, Any]) -> None:
    found = extract(item_of(case))
    assert found.category is not None
    if found.category.value not in CRM_CATEGORIES:
        assert not found.contacts
        assert found.opportunity is None
        assert found.case is None
        assert not found.next_actions
