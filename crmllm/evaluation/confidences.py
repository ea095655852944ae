"""Fits the curve that ships (extraction.calibration.shipped) on the set that ships, with the model and without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmllm.evaluation import extraction, scorer, sets
from crmllm.evaluation.formats import Labelled
from crmllm.evaluation.model import Asked, ask_all, no_model
from crmllm.evaluation.predict import prediction
from crmllm.extraction.calibration import shipped
from crmllm.extraction.calibration.curves import expected_error, reliability
from crmllm.extraction.calibration.shipped import Graded
from crmllm.extraction.extract import extract

#: What the scorer calls the fields of what was found. A contact's role has no confidence of its own.
FIELDS = {
    **{name: f"contact.{name}" for name in ("name", "title", "company", "email", "phone")},
    "opportunity_summary": "opportunity.summary",
    **{
        name: f"opportunity.{name}" for name in ("products", "quantity", "amount", "currency", "close_by", "commitment")
    },
    "case_summary": "case.summary",
    "severity": "case.severity",
    **{f"action_{name}": f"next_action.{name}" for name in ("text", "due", "owner")},
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """How it went: values, and ECE raw and of a fit that has not seen the item."""

    values: int
    raw_error: float
    error: float


def fit_shipped(*, with_model: bool) -> Fitted:
    """Fits on the own set and writes the weights. Raises NoModel where the model is wanted and cannot be had."""
    cases = extraction.read(extraction.Options(data=sets.OWN), lambda items, doing: items)
    readings = [no_model(), *([ask_all(cases)] if with_model else [])]
    items = [list(graded(case, [one.of(place) for one in readings])) for place, case in enumerate(cases)]
    shipped.write(shipped.fit(one for item in items for one in item))
    raw = [(one.raw, one.right) for item in items for one in item]
    return Fitted(len(raw), _error(raw), _error(shipped.kept_apart(items)))


def graded(case: Labelled, answers: Sequence[Asked]) -> Iterable[Graded]:
    """Every value that is found in a case with each of the answers: its raw confidence, and whether it is right."""
    for answer in answers:
        found = extract(case.item, *answer.answers, weighed=False)
        result = scorer.Score()
        scorer.score_item(result, case.sample, prediction(case.sample.file, "", found))
        yield from (Graded(FIELDS[name], raw, right) for name, raw, right in result.graded if name in FIELDS)


def _error(pairs: Sequence[tuple[float, bool]]) -> float:
    return expected_error(reliability(pairs)) or 0.0
