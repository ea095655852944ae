"""The mathematics: exact bounds, how many decisions a promise needs, thresholds that are proven in a fixed order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from review.policies.bounds import needed, p_value, upper_bound
from review.policies.derive import GRID, Derivation, Promise, above_each, derive, next_size, risk_of

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.999])


@given(counts, levels)
def test_the_bound_is_clopper_and_pearsons(pair: tuple[int, int], confidence: float) -> None:
    errors, decisions = pair
    theirs = stats.binomtest(errors, decisions, alternative="less").proportion_ci(confidence, method="exact").high
    assert upper_bound(errors, decisions, confidence) == pytest.approx(theirs, abs=1e-9)


@given(counts, levels, st.floats(0.001, 0.5))
def test_bound_and_test_say_the_same(pair: tuple[int, int], confidence: float, rate: float) -> None:
    errors, decisions = pair
    bound, p = upper_bound(errors, decisions, confidence), p_value(errors, decisions, rate)
    if abs(bound - rate) > 1e-9 and errors < decisions:
        assert (bound <= rate) == (p <= 1 - confidence)


@given(counts, levels)
def test_more_errors_mean_a_higher_bound_and_more_decisions_a_lower_one(
    pair: tuple[int, int], confidence: float
) -> None:
    errors, decisions = pair
    here = upper_bound(errors, decisions, confidence)
    assert upper_bound(errors, decisions + 1, confidence) <= here or errors == decisions
    if errors < decisions:
        assert upper_bound(errors + 1, decisions, confidence) > here
    assert here >= errors / decisions


def test_one_in_two_hundred_needs_598_without_an_error() -> None:
    assert 0.995**598 <= 0.05 < 0.995**597
    assert [needed(200, 0.95, errors) for errors in range(4)] == [598, 947, 1258, 1549]
    assert [needed(one_in, 0.95) for one_in in (50, 100, 500, 1000)] == [149, 299, 1497, 2995]


@given(st.integers(10, 2000), levels, st.integers(0, 5))
def test_needed_is_the_fewest_that_prove_it(one_in: int, confidence: float, errors: int) -> None:
    fewest = needed(one_in, confidence, errors)
    assert p_value(errors, fewest, 1 / one_in) <= 1 - confidence < p_value(errors, fewest - 1, 1 / one_in)


def test_impossible_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="more errors"):
        upper_bound(3, 2, 0.95)
    assert upper_bound(2, 2, 0.95) == 1.0


# --- thresholds

promise = Promise(50)  # 149 without an error


def test_too_few_decisions_prove_nothing() -> None:
    found = derive([0.99] * 148, [False] * 148, promise)
    assert (found.threshold, found.steps, found.decisions) == (None, (), 148)


def test_the_first_test_is_made_where_scores_are_many_enough() -> None:
    scores = [0.995] * 149 + [0.7] * 500
    found = derive(scores, [False] * 649, promise)
    assert (found.steps[0].threshold, found.steps[0].decisions) == (0.995, 149)
    assert found.threshold == 0.7


def test_it_stops_at_the_first_that_fails_and_does_not_look_further() -> None:
    scores = [0.995] * 200 + [0.9] * 200 + [0.6] * 5000
    wrong = [False] * 200 + [True] * 20 + [False] * 180 + [False] * 5000
    found = derive(scores, wrong, promise)
    assert found.threshold == 0.995
    assert [step.passed for step in found.steps] == [True, False]


def test_no_threshold_below_the_lowest_that_was_seen() -> None:
    assert derive([0.9] * 300, [False] * 300, promise).threshold == 0.9


def test_where_the_first_fails_nothing_is_proven() -> None:
    found = derive([0.9] * 300, [True] * 10 + [False] * 290, promise)
    assert found.threshold is None and len(found.steps) == 1


def test_a_threshold_is_contradicted_by_more_errors_than_promised() -> None:
    found = derive([0.9] * 300, [True] * 7 + [False] * 293, promise)
    assert found.contradicts(0.9, promise) and not found.contradicts(0.92, promise)
    few = derive([0.9] * 300, [True] * 6 + [False] * 294, promise)
    assert few.threshold is None and not few.contradicts(0.9, promise)


@given(st.integers(0, 2**32 - 1), st.integers(10, 100))
def test_every_step_is_a_test_on_what_lies_above(seed: int, one_in: int) -> None:
    chance = np.random.default_rng(seed)
    scores, wrong = chance.random(2000), chance.random(2000) < 0.01
    found = derive(scores, wrong, Promise(one_in))
    thresholds = [step.threshold for step in found.steps]
    assert thresholds == sorted(thresholds, reverse=True) and set(thresholds) <= set(GRID)
    assert [step.passed for step in found.steps[:-1]] == [True] * len(found.steps[:-1])
    for step in found.steps:
        reach = scores >= step.threshold
        assert (step.decisions, step.errors) == (reach.sum(), (wrong & reach).sum())
        assert step.passed == (step.bound <= 1 / one_in)


def test_the_start_looks_at_scores_alone() -> None:
    chance = np.random.default_rng(3)
    scores = chance.random(1000)
    starts = {derive(scores, chance.random(1000) < rate, promise).steps[0].threshold for rate in (0, 0.1, 0.5, 1)}
    assert len(starts) == 1


def test_counts_above_each_threshold() -> None:
    above, bad = above_each(np.array([1.0, 0.999, 0.5, 0.0]), np.array([False, True, True, False]))
    assert (above[0], bad[0]) == (2, 1) and (above[-1], bad[-1]) == (4, 2)
    assert (above[GRID.index(0.5)], above[GRID.index(0.52)]) == (3, 2)


# --- when


def test_sizes_are_fixed_beforehand() -> None:
    assert next_size(Promise(200), None) == 598 and next_size(Promise(200), 598) == 1196


def test_the_whole_history_spends_no_more_than_the_stated_risk() -> None:
    shares = [1 - risk_of(number, Promise(200), whole_history=True).confidence for number in range(1, 100_000)]
    assert math.fsum(shares) <= 0.05 and math.fsum(shares) == pytest.approx(0.05, rel=1e-3)
    assert risk_of(7, Promise(200), whole_history=False) == Promise(200)


def test_an_empty_derivation_has_no_threshold() -> None:
    assert Derivation(0, 0, ()).threshold is None
