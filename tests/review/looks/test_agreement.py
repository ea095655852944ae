"""The statistics, beside scikit-learn's and SciPy's own."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from review.looks.agreement import Kappa, Share, kappa, wilson

LABELS = st.sampled_from(["kept", "edited", "otherwise", "rejected"])


@given(st.integers(0, 400).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_an_interval_is_that_of_scipy(pair: tuple[int, int]) -> None:
    hits, count = pair
    low, high = wilson(hits, count)
    if count == 0:
        assert (low, high) == (0.0, 1.0)
        return
    theirs = binomtest(hits, count).proportion_ci(0.95, method="wilson")
    assert low == pytest.approx(theirs.low, abs=1e-9)
    assert high == pytest.approx(theirs.high, abs=1e-9)
    assert low <= hits / count <= high


@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=120))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    ours = kappa(Counter(pairs))
    first, second = zip(*pairs, strict=True)
    if len(set(first) | set(second)) == 1:
        assert ours is None, "chance alone would always agree"
        return
    assert ours is not None
    assert ours.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-9)
    assert ours.low <= ours.value <= ours.high
    assert ours.count == len(pairs)


@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=60))
def test_it_does_not_matter_who_came_first(pairs: list[tuple[str, str]]) -> None:
    one, other = kappa(Counter(pairs)), kappa(Counter((right, left) for left, right in pairs))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), abs=1e-9)


def test_the_interval_is_that_of_the_books() -> None:
    """Two raters and 200 things in three groups; by hand from Fleiss, Cohen and Everitt's formula, in another form."""
    table = {("a", "a"): 88, ("a", "b"): 10, ("a", "c"): 2, ("b", "a"): 14, ("b", "b"): 40, ("b", "c"): 6,
             ("c", "a"): 18, ("c", "b"): 10, ("c", "c"): 12}  # fmt: skip
    found = kappa(table)
    assert found is not None
    n, labels = 200, "abc"
    row = {i: sum(table[i, j] for j in labels) / n for i in labels}
    col = {j: sum(table[i, j] for i in labels) / n for j in labels}
    po, pe = sum(table[i, i] for i in labels) / n, sum(row[i] * col[i] for i in labels)
    value = (po - pe) / (1 - pe)
    a = sum(table[i, i] / n * (1 - (row[i] + col[i]) * (1 - value)) ** 2 for i in labels)
    b = (1 - value) ** 2 * sum(table[i, j] / n * (col[i] + row[j]) ** 2 for i in labels for j in labels if i != j)
    c = (value - pe * (1 - value)) ** 2
    error = math.sqrt((a + b - c) / (n * (1 - pe) ** 2))
    assert found.value == pytest.approx(value)
    assert (found.high - found.low) / 2 == pytest.approx(1.959963984540054 * error)


@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_the_interval_holds_the_truth_about_as_often_as_it_says(seed: int) -> None:
    chance = random.Random(seed)
    right, held, rounds = 0.8, 0, 300
    for _ in range(rounds):
        pairs = []
        for _item in range(120):
            first = chance.random() < 0.5
            pairs.append((first, first if chance.random() < right else not first))
        found = kappa(Counter(pairs))
        held += isinstance(found, Kappa) and found.low <= 2 * right - 1 <= found.high
    assert 0.88 <= held / rounds <= 1.0


def test_a_few_say_nothing() -> None:
    assert not Share(9, 9).says_something
    assert Share(10, 10).says_something
    assert Share(0, 0).value is None
    assert kappa({}) is None
