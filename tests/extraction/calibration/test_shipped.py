"""The curve that ships: probabilities from raw confidences, honest on items that it has not seen."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from crmllm.evaluation import confidences, extraction, sets
from crmllm.evaluation.model import Asked
from crmllm.extraction.calibration import shipped
from crmllm.extraction.calibration.curves import expected_error, reliability
from crmllm.extraction.calibration.shipped import Graded
from crmllm.extraction.extract import extract
from crmllm.extraction.types import (
    Address,
    Case,
    Contact,
    Extracted,
    Item,
    NextAction,
    Opportunity,
    Value,
    with_values,
)  # fmt: skip

SURE = st.floats(0, 1)


@pytest.fixture(scope="module")
def items() -> list[list[Graded]]:
    """What the rules say of the set that ships, graded."""
    cases = extraction.read(extraction.Options(data=sets.OWN), lambda given, doing: given)
    return [list(confidences.graded(case, [Asked()])) for case in cases]


def error(pairs: list[tuple[float, bool]]) -> float:
    found = expected_error(reliability(pairs))
    assert found is not None
    return found


def test_probabilities_hold_for_items_that_the_fit_has_not_seen(items: list[list[Graded]]) -> None:
    raw = error([(one.raw, one.right) for item in items for one in item])
    apart = error(shipped.kept_apart(items))
    assert apart <= 0.05 < raw


def test_what_ships_is_as_good_on_the_set_as_a_fresh_fit(items: list[list[Graded]]) -> None:
    weights = shipped.shipped()
    assert error([(weights(one.field, one.raw), one.right) for item in items for one in item]) <= 0.05
    assert set(weights.fields) == set(confidences.FIELDS.values()), "a field that the scorer knows has no weight"


def test_with_shuffled_labels_confidence_collapses_to_the_share_of_right_ones(items: list[list[Graded]]) -> None:
    rows = [one for item in items for one in item]
    labels = [one.right for one in rows]
    random.Random(5).shuffle(labels)
    weights = shipped.fit(replace(one, right=label) for one, label in zip(rows, labels, strict=True))
    base = sum(labels) / len(labels)
    assert max(abs(weights(one.field, one.raw) - base) for one in rows) < 0.12


@given(low=SURE, high=SURE, field=st.sampled_from([*confidences.FIELDS.values(), "contact.never_seen"]))
def test_surer_stays_surer_within_a_field(low: float, high: float, field: str) -> None:
    low, high = sorted((low, high))
    assert 0 < shipped.shipped()(field, low) <= shipped.shipped()(field, high) < 1


def test_only_confidences_change() -> None:
    item = Item(
        "Hello, please send us a quote for 12 plotters by Friday.\n\nJo Kilner\nHead of Print, Kiln Ltd",
        subject="Plotters", sender=Address("jo@kiln.example", "Jo Kilner"),
    )  # fmt: skip
    raw, weighed = extract(item, weighed=False), extract(item)
    assert [(name, replace(one, confidence=0)) for name, one in raw.values()] == [
        (name, replace(one, confidence=0)) for name, one in weighed.values()
    ]
    before, after = dict(raw.values()), dict(weighed.values())
    assert after["contacts.0.name"].confidence > before["contacts.0.name"].confidence
    assert after["category"] == before["category"], "what an item is was not fitted"


def test_every_value_of_every_record_is_passed_with_its_field() -> None:
    def value(text: str) -> Value:
        return Value(text, confidence=0.5)

    found = Extracted(
        contacts=(Contact(name=value("a")), Contact(email=value("b"))),
        opportunity=Opportunity(products=(value("c"), value("d")), amount=value("e")),
        case=Case(summary=value("f")),
        next_actions=(NextAction(value("g"), owner=value("h")),),
        sentiment=value("left alone"),
    )
    seen: list[tuple[str, str]] = []

    def change(name: str, one: Value) -> Value:
        seen.append((name, one.value))
        return replace(one, value=one.value.upper())

    changed = with_values(found, change)
    assert sorted(seen) == [
        ("case.summary", "f"), ("contact.email", "b"), ("contact.name", "a"), ("next_action.owner", "h"),
        ("next_action.text", "g"), ("opportunity.amount", "e"), ("opportunity.products", "c"),
        ("opportunity.products", "d"),
    ]  # fmt: skip
    assert [one.value for _, one in changed.values()] == [*"ABCDEFGH", "left alone"]


@pytest.mark.django_db(databases=["default", "keys"])
def test_the_command_makes_them_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shipped, "FILE", tmp_path / "shipped.json")
    call_command("fit_confidences", "--without-model")
    try:
        made = shipped.shipped()
        assert min(made.raw) >= 0
        assert set(made.fields) == set(confidences.FIELDS.values())
        assert "by fits that have not seen the item" in capsys.readouterr().out
    finally:
        shipped.shipped.cache_clear()
