"""What confidences are worth before anybody has decided: a curve that ships, fitted on the set that ships.

Pure. The rules' confidences rank the values of a field well and mean little by themselves: a name at 0.8 is right far
more often than a severity at 0.8. One logistic regression on ln p, -ln(1 - p) and the field makes probabilities of
them. Once people have decided here, their decisions weigh more: calibration.curves.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

from crmllm.extraction.calibration.curves import confidence_inputs
from crmllm.extraction.types import Extracted, Value, with_values

FILE = Path(__file__).parent / "shipped.json"
#: How far a field may stray from the others; chosen on items kept apart.
STRENGTH = 1.0


@dataclass(frozen=True, slots=True)
class Graded:
    """A value of the labelled set: its field, its raw confidence, and whether it was right."""

    field: str
    raw: float
    right: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """The regression: what ln p and -ln(1 - p) weigh, what each field adds, and where all begins."""

    raw: tuple[float, float]
    fields: dict[str, float]
    intercept: float

    def __call__(self, field: str, raw: float) -> float:
        """The probability that a value of a field is right."""
        pairs = zip(self.raw, confidence_inputs(raw), strict=True)
        total = self.intercept + self.fields.get(field, 0.0) + sum(weight * value for weight, value in pairs)
        return 1 / (1 + math.exp(-total))


def weighed(found: Extracted) -> Extracted:
    """The same values, each as sure as values like it turned out to be right."""
    weights = shipped()

    def as_probability(name: str, value: Value) -> Value:
        return replace(value, confidence=round(weights(name, value.confidence), 4))

    return with_values(found, as_probability)


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """What `manage.py fit_confidences` wrote."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    return Weights((told["raw"][0], told["raw"][1]), told["fields"], told["intercept"])


def fit(graded: Iterable[Graded]) -> Weights:
    """The regression on labelled values."""
    from sklearn.linear_model import LogisticRegression

    rows = list(graded)
    names = sorted({one.field for one in rows})
    inputs = [[*confidence_inputs(one.raw), *(float(one.field == name) for name in names)] for one in rows]
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(inputs, [one.right for one in rows])
    first, second, *each = (round(float(one), 4) for one in model.coef_[0])
    return Weights((first, second), dict(zip(names, each, strict=True)), round(float(model.intercept_[0]), 4))


def kept_apart(items: Sequence[Sequence[Graded]], folds: int = 5) -> list[tuple[float, bool]]:
    """Probability and truth of every value, each by a regression that has not seen its item."""
    found: list[tuple[float, bool]] = []
    for fold in range(folds):
        weights = fit(one for place, item in enumerate(items) if place % folds != fold for one in item)
        found += [(weights(one.field, one.raw), one.right) for item in items[fold::folds] for one in item]
    return found


def write(weights: Weights) -> None:
    """Puts them into the package."""
    FILE.write_text(json.dumps(asdict(weights), indent=2) + "\n", encoding="utf-8")
    shipped.cache_clear()
