"""How sure one can be of an error rate after so many decisions: exact binomial statements, no approximation.

Clopper, C. J.; Pearson, E. S. (1934): The use of confidence or fiducial limits illustrated in the case of the binomial.
Biometrika 26, 404-413.
"""

from __future__ import annotations

from functools import lru_cache

from scipy import special  # scipy.stats would cost every process a second at its start

MOST_NEEDED = 10_000_000


def upper_bound(errors: int, decisions: int, confidence: float) -> float:
    """The one-sided Clopper-Pearson bound: the error rate is not above it, at this confidence."""
    if not 0 <= errors <= decisions:
        raise ValueError("There cannot be more errors than decisions.")
    if errors == decisions:
        return 1.0
    return float(special.betaincinv(errors + 1, decisions - errors, confidence))


def p_value(errors: int, decisions: int, rate: float) -> float:
    """How likely so few errors would be if the true rate were `rate`; for any higher rate it is less likely still.

    At most 1 - confidence exactly when `upper_bound` is at most `rate`.
    """
    return float(special.bdtr(errors, decisions, rate))


@lru_cache(maxsize=1024)
def needed(one_in: int, confidence: float, errors: int = 0) -> int:
    """The fewest decisions with so many errors that prove "at most 1 wrong in `one_in`".

    1 in 200 at 95 %: 598 without an error, since 0.995^598 = 0.0499. The 599th may be the first to apply itself.
    """
    rate, risk = 1 / one_in, 1 - confidence
    low, high = errors, errors + 1
    while p_value(errors, high, rate) > risk:
        low, high = high, high * 2
        if high > MOST_NEEDED:
            raise ValueError("So many decisions nobody ever takes.")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if p_value(errors, middle, rate) <= risk else (middle, high)
    return high
