"""Beta calibration with signs: from a raw confidence, and what speaks for and against a value, to a probability.

Pure. A curve is a logistic regression on ln p, -ln(1 - p) and the signs. It is fitted for a field and source where
enough was decided, else for the field over all sources, else for all fields together, else the raw confidence stands.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: A group needs so many decisions, and so many of both outcomes, for a curve of its own.
MIN_DECISIONS = 100
MIN_OF_EACH = 10
#: Evidence counts against the assumption that the signs mean nothing: small groups stay near their base rate.
STRENGTH = 0.5
BINS = 10
ALL = "*"
_EDGE = 0.005
_RAW = 2  # the first two inputs are made of the raw confidence
SIGNS = ("agreed", "model", "header", "span", "fills", "changes", "logprob")


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a value beside its raw confidence.

    agreed: rules and model say the same; span: its words stand in the text; fills and changes: how it meets what the
    CRM holds; logprob: the mean log probability of the model's answer, where the server gave it.
    """

    source: str = "rule"
    span: bool = False
    fills: bool = False
    changes: bool = False
    logprob: float | None = None

    def vector(self) -> list[float]:
        """In the order of SIGNS. Without a model's answer its probability says nothing."""
        return [
            float(self.source == "both"),
            float(self.source == "model"),
            float(self.source == "header"),
            float(self.span),
            float(self.fills),
            float(self.changes),
            max(-3.0, self.logprob) if self.logprob is not None else 0.0,
        ]

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("span", "fills", "changes", "logprob")}


@dataclass(frozen=True, slots=True)
class Decided:
    """One value on which a person decided."""

    field: str
    raw: float
    signs: Signs
    right: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted regression: coefficients for ln p, -ln(1 - p) and each sign."""

    coefficients: tuple[float, ...]
    intercept: float
    decisions: int

    def __call__(self, raw: float, signs: Signs) -> float:
        pairs = zip(self.coefficients, _inputs(raw, signs), strict=True)
        total = self.intercept + sum(weight * value for weight, value in pairs)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


Curves = Mapping[str, Curve]


def groups(field: str, source: str) -> tuple[str, ...]:
    """The groups that a value belongs to, the most particular first."""
    return f"{field}|{source}", f"{field}|{ALL}", ALL


def calibrated(curves: Curves, field: str, raw: float, signs: Signs) -> float | None:
    """The probability that a value is right; None where nothing was fitted yet."""
    for name in groups(field, signs.source):
        if (curve := curves.get(name)) is not None:
            return curve(raw, signs)
    return None


def fit(decided: Iterable[Decided]) -> dict[str, Curve]:
    """A curve for each group in which enough was decided."""
    members: dict[str, list[Decided]] = defaultdict(list)
    for one in decided:
        for name in groups(one.field, one.signs.source):
            members[name].append(one)
    return {name: _curve(rows) for name, rows in members.items() if _enough(rows, name)}


def _enough(rows: Sequence[Decided], name: str) -> bool:
    right = sum(one.right for one in rows)
    # All fields together are worth a base rate even where nothing was ever wrong.
    of_each = 0 if name == ALL else MIN_OF_EACH
    return len(rows) >= MIN_DECISIONS and min(right, len(rows) - right) >= of_each


def _curve(rows: Sequence[Decided]) -> Curve:
    right = sum(one.right for one in rows)
    width = _RAW + len(SIGNS)
    if right in (0, len(rows)):
        share = (right + 1) / (len(rows) + 2)
        return Curve((0.0,) * width, math.log(share / (1 - share)), len(rows))
    inputs, outcomes = [_inputs(one.raw, one.signs) for one in rows], [one.right for one in rows]
    used = list(range(width))
    while True:
        coefficients, intercept = _regression([[row[place] for place in used] for row in inputs], outcomes)
        # A higher raw confidence must never mean less: an input that says so is left out.
        falling = [place for place, value in zip(used, coefficients, strict=True) if place < _RAW and value < 0]
        if not falling:
            break
        used.remove(falling[0])
    by_place = dict(zip(used, coefficients, strict=True))
    return Curve(tuple(by_place.get(place, 0.0) for place in range(width)), intercept, len(rows))


def _regression(inputs: list[list[float]], outcomes: list[bool]) -> tuple[list[float], float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(inputs, outcomes)
    return [float(one) for one in model.coef_[0]], float(model.intercept_[0])


def _inputs(raw: float, signs: Signs) -> list[float]:
    return [*confidence_inputs(raw), *signs.vector()]


def confidence_inputs(raw: float) -> tuple[float, float]:
    """What beta calibration makes of a confidence: ln p and -ln(1 - p), kept off the edges."""
    kept = min(1 - _EDGE, max(_EDGE, raw))
    return math.log(kept), -math.log(1 - kept)


# --- how good it is


@dataclass(frozen=True, slots=True)
class Bin:
    """Values of like confidence: how many, their mean confidence, the share that was right."""

    count: int
    confidence: float
    right: float


def reliability(pairs: Iterable[tuple[float, bool]]) -> list[Bin]:
    """Tenths of the scale, those that hold nothing left out."""
    held: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in pairs:
        held[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return [
        Bin(len(rows), sum(one for one, _ in rows) / len(rows), sum(right for _, right in rows) / len(rows))
        for _, rows in sorted(held.items())
    ]


def expected_error(bins: Sequence[Bin]) -> float | None:
    """ECE: the mean distance of confidence and share right, weighted by how many values there are."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.confidence - one.right) for one in bins) / total if total else None
