"""Whether what is applied without a person is still as right as promised: a test that may be asked after every label.

The test bets against "at most 1 in N is wrong". Its capital grows with every wrong value and shrinks a little with
every right one; while the promise holds it is expected never to grow, so the chance that it ever reaches 1 / level is
at most `level`, however often one looks (Ville's inequality). It bets on several higher rates at once, and since nobody
knows when things begin to go wrong, part of it is kept back and enters at each block of N labels.

A label is the share of a look's values that were wrong: values of one message go wrong together, and the bets are fair
for any mean of values between 0 and 1.

Waudby-Smith, I.; Ramdas, A. (2024): Estimating means of bounded random variables by betting. JRSS-B 86, 1-27.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

#: The chance of a false alarm, ever, while the promise holds.
LEVEL = 0.01
#: Error rates that are bet on, as multiples of the promised one, and the most that any of them may be.
MULTIPLES = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
MOST_RATE = 0.9
#: The plain stop beside the test: of the last labels so many are wrong as the promise makes of this chance, or less.
PLAIN_CHANCE = 2e-4
FEWEST_LABELS, FEWEST_WRONG = 20, 3
#: A population stability index above this tells that confidences are spread otherwise than when the threshold was made.
SHIFTED = 0.25
FEWEST_FOR_SHIFT = 100
BINS = 10


@lru_cache(maxsize=64)
def plain_stop(one_in: int) -> tuple[int, int]:
    """So many wrong among so many of the last labels stop a policy, whatever the bets are worth."""
    last = max(FEWEST_LABELS, one_in // 4)
    wrong = int((special.bdtrc(np.arange(last), last, 1 / one_in) <= PLAIN_CHANCE).argmax()) + 1
    return max(FEWEST_WRONG, wrong), last


@dataclass(frozen=True, slots=True)
class Watch:
    """What the labels of automated values say so far. `capital` is the most that the bets ever were worth."""

    labels: int
    #: Looks that found anything wrong.
    wrong: int
    capital: float
    alarm_at: int | None
    plain_stop_at: int | None
    limit: float

    @property
    def stopped_at(self) -> int | None:
        """The label, counted from 1, at which the policy falls back."""
        found = [at for at in (self.alarm_at, self.plain_stop_at) if at is not None]
        return min(found) if found else None


def watch(labels: Sequence[float] | Floats, one_in: int, level: float = LEVEL) -> Watch:
    """Follows labels in the order in which they came: each the share of wrong values, from 0 to 1."""
    marks = np.asarray(labels, dtype=float)
    worth = capital(marks, one_in)
    most, last = plain_stop(one_in)
    return Watch(
        labels=len(marks),
        wrong=int((marks > 0).sum()),
        capital=float(worth.max(initial=1.0)),
        alarm_at=_first(worth >= 1 / level),
        plain_stop_at=_first(_recent(marks > 0, last) >= most),
        limit=1 / level,
    )


def capital(marks: Floats, one_in: int) -> Floats:
    """What the bets are worth after each label, from a stake of 1."""
    count = len(marks)
    if not count:
        return np.zeros(0)
    promised = 1 / one_in
    rates, shares = np.array(_rates(one_in)), marks[:, None]
    gains = np.log(shares * rates / promised + (1 - shares) * (1 - rates) / (1 - promised))
    sums = np.vstack([np.zeros(len(rates)), np.cumsum(gains, axis=0)])
    worth, waiting = np.zeros(count), 1.0
    for block, start in enumerate(range(0, count, one_in), start=1):
        share = 1 / (block * (block + 1))
        waiting -= share
        worth[start:] += share * np.exp(np.minimum(sums[start + 1 :] - sums[start], 700)).mean(axis=1)
        worth[start : start + one_in] += waiting  # stakes that have not entered yet are worth what they were
    return worth


@lru_cache(maxsize=64)
def _rates(one_in: int) -> tuple[float, ...]:
    return tuple(sorted({min(multiple / one_in, MOST_RATE) for multiple in MULTIPLES}))


def _recent(marks: NDArray[np.bool_], span: int) -> NDArray[np.int64]:
    sums = np.concatenate([[0], np.cumsum(marks)])
    ends = np.arange(1, len(marks) + 1)
    return np.asarray(sums[ends] - sums[np.maximum(ends - span, 0)])


def _first(reached: NDArray[np.bool_]) -> int | None:
    return int(reached.argmax()) + 1 if reached.any() else None


# --- before it happens


@lru_cache(maxsize=256)
def exposure(one_in: int, share: float, wrong_rate: float, *, runs: int = 200, quantile: float = 0.95) -> int:
    """Wrong writes until the fall-back, in 95 of 100 cases, if from now on values are wrong at this rate and each
    sampled one is looked at before the next is written. By trial, the same trial every time."""
    chance = np.random.default_rng(20_240_607)
    most = int(min(20_000, 40 / max(wrong_rate, 1e-3) + 4 * one_in))
    labels = []
    for _ in range(runs):
        stopped = watch((chance.random(most) < wrong_rate).astype(float), one_in).stopped_at
        labels.append(most if stopped is None else stopped)
    # Each label stands for a geometric number of values.
    values = np.array(labels) + chance.negative_binomial(np.array(labels), share)
    return int(np.ceil(np.quantile(values * wrong_rate, quantile)))


def shift(before: Sequence[int], after: Sequence[int]) -> float | None:
    """The population stability index of two histograms over the same bins; None where too little is known."""
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if old.sum() < FEWEST_FOR_SHIFT or new.sum() < FEWEST_FOR_SHIFT:
        return None
    p, q = (old + 0.5) / (old.sum() + 0.5 * len(old)), (new + 0.5) / (new.sum() + 0.5 * len(new))
    return float(((q - p) * np.log(q / p)).sum())


def histogram(scores: Sequence[float] | NDArray[np.float64]) -> list[int]:
    """Confidences in tenths."""
    counts, _edges = np.histogram(np.asarray(scores, dtype=float), bins=BINS, range=(0.0, 1.0))
    return [int(one) for one in counts]
