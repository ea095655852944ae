"""Confidences become what they are worth, and are worth nothing where the labels mean nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.extraction.calibration import curves
from crmllm.extraction.calibration.curves import ALL, Decided, Signs, calibrated, expected_error, fit, reliability

AGREED, RULE = Signs(source="both", span=True), Signs(source="rule", span=True)


def decisions(count: int, *, field: str = "contact.title", seed: int = 1) -> list[Decided]:
    """Values whose raw confidence says too much; those that rules and model agree on are better than it says."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        raw, signs = chance.uniform(0.35, 0.98), AGREED if chance.random() < 0.4 else RULE
        truth = raw**3 if signs is RULE else raw**0.5
        made.append(Decided(field, raw, signs, chance.random() < truth))
    return made


def confidences(fitted: dict[str, curves.Curve], rows: list[Decided]) -> list[float]:
    found = [calibrated(fitted, one.field, one.raw, one.signs) for one in rows]
    assert None not in found
    return [one for one in found if one is not None]


def test_raw_confidences_are_calibrated_to_an_expected_error_of_five_percent() -> None:
    fitted, later = fit(decisions(3000)), decisions(3000, seed=2)
    before = expected_error(reliability([(one.raw, one.right) for one in later]))
    after = expected_error(reliability(zip(confidences(fitted, later), (one.right for one in later), strict=True)))
    assert before is not None and before > 0.1
    assert after is not None and after <= 0.05


def test_shuffled_labels_make_confidence_collapse_to_the_base_rate() -> None:
    rows = decisions(3000)
    labels = [one.right for one in rows]
    random.Random(3).shuffle(labels)
    fitted = fit(replace(one, right=label) for one, label in zip(rows, labels, strict=True))
    base = sum(labels) / len(labels)
    found = confidences(fitted, decisions(500, seed=4))
    assert max(abs(one - base) for one in found) < 0.08
    told = confidences(fit(rows), decisions(500, seed=4))
    assert max(told) - min(told) > 0.5


def test_agreement_of_rules_and_model_counts_beside_the_raw_confidence() -> None:
    pooled = fit([replace(one, field="contact.name") for one in decisions(1500)])[ALL]
    assert pooled(0.7, AGREED) > pooled(0.7, RULE) + 0.1


def test_a_group_with_few_decisions_is_pooled_by_the_stated_rule() -> None:
    fitted = fit([*decisions(2000), *decisions(30, field="case.severity", seed=5)])
    assert set(fitted) == {"contact.title|both", "contact.title|rule", "contact.title|*", "*"}
    assert calibrated(fitted, "case.severity", 0.6, RULE) == fitted[ALL](0.6, RULE)
    assert calibrated(fitted, "contact.title", 0.6, Signs(source="header")) == fitted["contact.title|*"](
        0.6, Signs(source="header")
    )


def test_below_the_least_number_nothing_is_fitted_and_the_raw_confidence_stands() -> None:
    assert fit(decisions(curves.MIN_DECISIONS - 1)) == {}
    assert calibrated({}, "contact.title", 0.7, RULE) is None


def test_where_nothing_was_ever_wrong_all_get_the_same_high_share() -> None:
    fitted = fit([replace(one, right=True) for one in decisions(200)])
    assert fitted[ALL](0.2, RULE) == fitted[ALL](0.9, RULE) == pytest.approx(201 / 202, abs=1e-6)


@given(
    st.floats(0, 1), st.floats(0, 1), st.sampled_from(["both", "rule", "model", "header"]),
    st.none() | st.floats(-20, 0, allow_nan=False),
)  # fmt: skip
def test_more_raw_confidence_never_means_less(one: float, two: float, source: str, logprob: float | None) -> None:
    signs = Signs(source=source, logprob=logprob)
    low, high = (_FITTED(raw, signs) for raw in sorted((one, two)))
    assert 0 < low <= high < 1


_FITTED = fit(decisions(400, seed=6))[ALL]


def test_the_expected_error_is_the_mean_gap() -> None:
    bins = reliability([(0.95, True)] * 9 + [(0.95, False)] + [(0.15, False)] * 10)
    assert [one.count for one in bins] == [10, 10]
    assert expected_error(bins) == pytest.approx((0.15 + 0.05) / 2)
    assert expected_error([]) is None
