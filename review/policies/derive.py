"""From decisions to a threshold above which values may be applied without a person.

Learn then Test with fixed-sequence testing: thresholds of a grid that is fixed beforehand are tested one after the
other, the strictest first, each by an exact binomial test of "more than 1 in N is wrong above this"; the first that
cannot be refused ends it, and the last one that was proven is the threshold. Since it stops at the first failure, all
tests together err with no more than the stated risk.

The sequence begins at the strictest threshold above which there are enough decisions to pass without an error. That
choice looks at scores alone, never at who was right. Given the scores, verdicts are independent of each other, and the
binomial tail is an upper limit for the mean of unequal error rates too (Hoeffding 1956), so the level stays whole.

Angelopoulos, A. N.; Bates, S.; Candès, E. J.; Jordan, M. I.; Lei, L. (2021): Learn then Test: calibrating predictive
algorithms to achieve risk control. arXiv:2110.01052.
Hoeffding, W. (1956): On the distribution of the number of successes in independent trials. Ann. Math. Stat. 27, 713.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.policies.bounds import needed, p_value, upper_bound

#: The thresholds that are ever tested, strictest first: by thousandths at the top, where it matters, then wider.
GRID: tuple[float, ...] = (
    *(round(1 - step / 1000, 4) for step in range(1, 21)),
    *(round(0.98 - step / 200, 4) for step in range(1, 17)),
    *(round(0.9 - step / 50, 4) for step in range(1, 21)),
    0.0,
)
_RISING = np.array(GRID[::-1])


@dataclass(frozen=True, slots=True)
class Promise:
    """At most 1 wrong in `one_in`, with this confidence."""

    one_in: int
    confidence: float = 0.95

    @property
    def rate(self) -> float:
        return 1 / self.one_in

    @property
    def needed(self) -> int:
        return needed(self.one_in, self.confidence)


@dataclass(frozen=True, slots=True)
class Step:
    """One threshold that was tested: what was decided above it, and the most that its error rate can be."""

    threshold: float
    decisions: int
    errors: int
    bound: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Derivation:
    """What the decisions allow. No threshold: nothing is proven yet."""

    decisions: int
    errors: int
    steps: tuple[Step, ...]
    #: What was decided above each threshold of the grid, and how many of it were wrong.
    above: tuple[int, ...] = ()
    wrong: tuple[int, ...] = ()

    def contradicts(self, threshold: float, promise: Promise) -> bool:
        """Whether more was wrong above a threshold that was proven before than the promise allows."""
        place = GRID.index(threshold)
        return self.wrong[place] > promise.rate * self.above[place]

    @property
    def proven(self) -> Step | None:
        """The loosest threshold that was proven."""
        passed = [step for step in self.steps if step.passed]
        return passed[-1] if passed else None

    @property
    def threshold(self) -> float | None:
        return self.proven.threshold if self.proven else None


def derive(scores: Sequence[float] | NDArray[np.float64], wrong: Sequence[bool] | NDArray[np.bool_],
           promise: Promise) -> Derivation:  # fmt: skip
    """Tests the grid on decisions: each a score and whether the value was wrong."""
    above, errors = above_each(np.asarray(scores, dtype=float), np.asarray(wrong, dtype=bool))
    total, total_errors = int(above[-1]), int(errors[-1])
    counts, bad_counts = tuple(int(one) for one in above), tuple(int(one) for one in errors)
    enough = np.flatnonzero(above >= promise.needed)
    if not len(enough):
        return Derivation(total, total_errors, (), counts, bad_counts)
    steps: list[Step] = []
    for place in range(int(enough[0]), len(GRID)):
        count, bad = int(above[place]), int(errors[place])
        if steps and (count, bad) == (steps[-1].decisions, steps[-1].errors):
            continue  # nothing was decided in between: the test is the same, and lowering the threshold would be a leap
        passed = p_value(bad, count, promise.rate) <= 1 - promise.confidence
        steps.append(Step(GRID[place], count, bad, upper_bound(bad, count, promise.confidence), passed))
        if not passed:
            break
    return Derivation(total, total_errors, tuple(steps), counts, bad_counts)


def above_each(scores: NDArray[np.float64], wrong: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every threshold of the grid, how many scores reach it and how many of those were wrong."""
    bins = np.searchsorted(_RISING, scores, side="right") - 1
    size = len(GRID)
    counts = np.bincount(bins, minlength=size)[::-1].cumsum()
    bad = np.bincount(bins[wrong], minlength=size)[::-1].cumsum()
    return counts.astype(np.int64), bad.astype(np.int64)


# --- when


def risk_of(number: int, promise: Promise, *, whole_history: bool) -> Promise:
    """The promise as the `number`-th derivation (from 1) has to prove it.

    Each derivation by itself keeps the stated confidence. With `whole_history` all of them together do: the first nine
    spend a tenth of the risk each, all later ones the last tenth in shares that add up to one (Bonferroni).
    """
    if not whole_history:
        return promise
    later = number - 9
    share = 0.1 if later < 1 else 0.1 / (later * (later + 1))
    return Promise(promise.one_in, 1 - (1 - promise.confidence) * share)


def next_size(promise: Promise, last: int | None) -> int:
    """How many decisions the next derivation is made on, exactly: fixed beforehand, so that nobody can wait for a lucky
    moment. First as many as the promise needs without an error, then each time twice as many."""
    return promise.needed if last is None else 2 * last
