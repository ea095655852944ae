"""A subject always gets the same variant, weights are kept, and prompts follow a running comparison."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.core.ids import uuid7
from crmllm.experiments.models import Assignment, Experiment
from crmllm.experiments.services import assign, pick
from crmllm.llm import prompts
from crmllm.llm.models import Prompt


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.integers(-3, 50), max_size=6), st.text(max_size=20))
def test_a_pick_is_one_of_those_with_weight_and_always_the_same(variants: dict[str, int], seed: str) -> None:
    chosen = pick(variants, seed)
    weighted = {name for name, weight in variants.items() if weight > 0}
    assert chosen in weighted if weighted else chosen is None
    assert pick(dict(reversed(variants.items())), seed) == chosen


def test_weights_are_kept() -> None:
    counts = Counter(pick({"a": 90, "b": 10}, f"seed {number}") for number in range(5000))
    assert 0.87 < counts["a"] / 5000 < 0.93


@pytest.mark.django_db
def test_an_assignment_stays_when_the_weights_change() -> None:
    subject = uuid7()
    row = Experiment.objects.create(name="colour", variants={"red": 1})
    assert assign(experiment="colour", subject_id=subject) == "red"
    row.variants = {"blue": 1}
    row.save()
    assert assign(experiment="colour", subject_id=subject) == "red"
    assert assign(experiment="colour", subject_id=uuid7()) == "blue"
    assert Assignment.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("columns", [{"active": False, "variants": {"red": 1}}, {"variants": {}}])
def test_what_does_not_run_assigns_nothing(columns: dict[str, object]) -> None:
    Experiment.objects.create(name="colour", **columns)
    assert assign(experiment="colour", subject_id=uuid7()) is None
    assert assign(experiment="other", subject_id=uuid7()) is None
    assert not Assignment.objects.exists()


@pytest.mark.django_db
def test_a_running_comparison_decides_the_version_of_a_prompt() -> None:
    prompt = Prompt.objects.create(name="people")
    prompt.versions.create(number=1, system="s", user="u", live=True)
    prompt.versions.create(number=2, system="s", user="u")
    subject = uuid7()
    prompts.forget()
    assert prompts.choose("people", subject).number == 1
    experiment = Experiment.objects.create(name="prompt-people", variants={"2": 1})
    prompts.forget()
    assert prompts.choose("people", subject).number == 2
    assert prompts.quick_choice("people") is None, "each subject has to be asked about"
    experiment.variants = {"7": 1}
    experiment.save()
    assert prompts.choose("people", uuid7()).number == 1, "a version that is not there cannot be assigned"
    prompts.forget()
