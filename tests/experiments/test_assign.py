"""The same subject gets the same variant, and shares follow the weights."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.experiments.models import Assignment, Experiment
from crmllm.experiments.services import assign, pick

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def experiment(**columns: Any) -> Experiment:
    return Experiment.objects.create(**({"name": "prompt-extract", "variants": {"1": 90, "2": 10}} | columns))


def test_it_is_stored_once_and_stays() -> None:
    row, subject = experiment(), uuid4()
    first = assign(experiment="prompt-extract", subject_id=subject)
    assert first in ("1", "2")
    row.variants = {"3": 1}
    row.save()
    assert assign(experiment="prompt-extract", subject_id=subject) == first
    assert Assignment.objects.filter(subject_id=subject).count() == 1
    assert assign(experiment="prompt-extract", subject_id=uuid4()) == "3"


@pytest.mark.parametrize("columns", [{"name": "another"}, {"active": False}, {"variants": {}}, {"variants": {"1": 0}}])
def test_without_a_running_experiment_there_is_none(columns: dict[str, Any]) -> None:
    experiment(**columns)
    assert assign(experiment="prompt-extract", subject_id=uuid4()) is None
    assert not Assignment.objects.exists()


def test_shares_follow_the_weights() -> None:
    counts = Counter(pick({"1": 75, "2": 25}, f"seed {number}") for number in range(4000))
    assert 2850 < counts["1"] < 3150
    assert counts["1"] + counts["2"] == 4000


@given(
    variants=st.dictionaries(st.text(min_size=1, max_size=5), st.integers(-3, 50), max_size=6),
    seed=st.text(max_size=30),
)
def test_a_choice_is_one_that_has_weight_and_never_changes(variants: dict[str, int], seed: str) -> None:
    choice = pick(variants, seed)
    assert choice == pick(dict(reversed(variants.items())), seed)
    assert (choice is None) is (not any(weight > 0 for weight in variants.values()))
    assert choice is None or variants[choice] > 0
