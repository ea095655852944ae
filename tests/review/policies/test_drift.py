"""The watch over what is applied: false alarms are rare, drift is found, and what it costs is told beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.policies import drift


def naive(marks: list[float], one_in: int) -> list[float]:
    """The same bets, one label after the other."""
    promised, rates = 1 / one_in, drift._rates(one_in)
    blocks: list[tuple[float, list[float]]] = []
    found = []
    for number, wrong in enumerate(marks):
        if number % one_in == 0:
            block = len(blocks) + 1
            blocks.append((1 / (block * (block + 1)), [1.0] * len(rates)))
        for _share, stakes in blocks:
            for place, rate in enumerate(rates):
                stakes[place] *= 1 + (rate - promised) / (promised * (1 - promised)) * (wrong - promised)
        waiting = 1 - sum(share for share, _ in blocks)
        found.append(waiting + sum(share * sum(stakes) / len(stakes) for share, stakes in blocks))
    return found


@given(st.lists(st.sampled_from([0.0, 0.0, 0.0, 1 / 3, 0.5, 1.0]), max_size=120), st.sampled_from([10, 20, 50]))
def test_the_capital_is_that_of_the_bets(marks: list[float], one_in: int) -> None:
    assert drift.capital(np.array(marks), one_in) == pytest.approx(naive(marks, one_in), rel=1e-9)


@pytest.mark.parametrize("one_in", [50, 200, 1000])
def test_a_promise_that_holds_is_hardly_ever_alarmed(one_in: int) -> None:
    chance = np.random.default_rng(11)
    seen = [drift.watch(chance.random(1500) < 1 / one_in, one_in) for _ in range(300)]
    assert sum(one.alarm_at is not None for one in seen) <= 300 * drift.LEVEL + 6
    assert sum(one.stopped_at is not None for one in seen) <= 300 * 0.03


def test_values_that_go_wrong_together_raise_no_false_alarm() -> None:
    """Looks at three values that are wrong all at once, each value as rarely as promised."""
    chance = np.random.default_rng(12)
    seen = [drift.watch((chance.random(1500) < 1 / 200).astype(float), 200) for _ in range(300)]
    thirds = [drift.watch((chance.random(1500) < 3 / 200) / 3, 200) for _ in range(300)]
    for watched in (seen, thirds):
        assert sum(one.alarm_at is not None for one in watched) <= 300 * drift.LEVEL + 6


def test_drift_is_found_whenever_it_begins() -> None:
    chance = np.random.default_rng(5)
    for quiet in (0, 150, 1000):
        marks = np.concatenate([np.zeros(quiet, bool), chance.random(400) < 0.2])
        stopped = drift.watch(marks, 200).stopped_at
        assert stopped is not None and stopped - quiet <= 60


def test_a_few_wrong_in_a_short_time_stop_it_plainly() -> None:
    wrong, last = drift.plain_stop(200)
    assert (wrong, last) == (4, 50)
    marks = np.zeros(1000, bool)
    marks[np.linspace(500, 500 + last - 1, wrong, dtype=int)] = True
    assert drift.watch(marks, 200).plain_stop_at == 500 + last


def test_nothing_seen_says_nothing() -> None:
    seen = drift.watch([], 200)
    assert (seen.labels, seen.wrong, seen.capital, seen.stopped_at) == (0, 0, 1.0, None)


def test_more_looks_mean_fewer_wrong_writes() -> None:
    often, seldom = drift.exposure(200, 0.2, 1.0), drift.exposure(200, 0.02, 1.0)
    assert 2 <= often < seldom
    assert drift.exposure(200, 0.2, 1.0) == often


def test_a_shift_of_confidences_is_seen() -> None:
    before = [0, 0, 0, 0, 0, 10, 10, 40, 140, 800]
    same = drift.shift(before, [0, 0, 0, 0, 0, 6, 4, 22, 68, 400])
    moved = drift.shift(before, [0, 0, 0, 0, 0, 100, 100, 100, 100, 100])
    assert same is not None and same < 0.05
    assert moved is not None and moved > drift.SHIFTED
    assert drift.shift([1] * 10, before) is None
    assert drift.histogram([0.05, 0.95, 1.0]) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
