"""Prompts are frozen data: read from files, stored once, one version live."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from crmllm.core.errors import BadInput, Conflict
from crmllm.experiments.models import Experiment
from crmllm.llm import prompts
from crmllm.llm.errors import PromptMissing
from crmllm.llm.models import ModelVersion, PromptVersion
from crmllm.llm.prompts import PromptFile, RequestSettings

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

SMALL = "smollm2-135m-crm"
TEXT = """---
purpose: Reads people
note: first try
temperature: 0.2
max_tokens: 99
---

# System

You read people.

Answer in JSON: {"name": "…"}.

# User

Text: {text}
"""


@pytest.fixture(autouse=True)
def fresh() -> Any:
    prompts.forget()
    yield
    prompts.forget()


def version(number: int, **changes: Any) -> PromptFile:
    values: dict[str, Any] = {
        "name": "people", "number": number, "purpose": "", "note": "", "system": "s", "user": "{text}", "settings": {},
    }  # fmt: skip
    return PromptFile(**values | changes)


def live() -> list[int]:
    return list(PromptVersion.objects.filter(prompt__name="people", live=True).values_list("number", flat=True))


# --- files ---------------------------------------------------------------------------------------------------------


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "people.v3.md"
    path.write_text(TEXT)
    file = prompts.read(path)
    assert (file.name, file.number, file.purpose, file.note) == ("people", 3, "Reads people", "first try")
    assert file.system == 'You read people.\n\nAnswer in JSON: {"name": "…"}.'
    assert file.user == "Text: {text}"
    assert file.settings == {"temperature": 0.2, "max_tokens": 99}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.md", TEXT),
        ("people.v0.md", TEXT),
        ("people.v1.md", TEXT.replace("# User", "User")),
        ("people.v1.md", TEXT.replace("---", "")),
        ("people.v1.md", TEXT.replace("temperature: 0.2", "temperature: 9")),
        ("people.v1.md", TEXT.replace("temperature", "temprature")),
        ("people.v1.md", TEXT.replace("note:", "version: 2\nnote:")),
        ("people.v1.md", TEXT.replace("note:", "name: others\nnote:")),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_a_sentence(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        prompts.read(path)
    assert caught.value.message.endswith(".")


def test_every_prompt_that_ships_can_be_read_and_is_live_after_migrate() -> None:
    shipped = list(prompts.files())
    for file in shipped:
        RequestSettings.of(file.settings)
    assert set(PromptVersion.objects.filter(live=True).values_list("prompt__name", flat=True)) == {
        file.name for file in shipped
    }


# --- rows ----------------------------------------------------------------------------------------------------------


def test_the_first_version_is_live_and_stored_once() -> None:
    assert prompts.store(version(1)) is True
    assert prompts.store(version(1)) is False
    assert live() == [1]


def test_a_newer_version_takes_over() -> None:
    prompts.store(version(1))
    prompts.store(version(2))
    assert live() == [2]


def test_a_version_that_a_person_chose_stays_live() -> None:
    for number in (1, 2):
        prompts.store(version(number))
    PromptVersion.objects.filter(number=2).update(live=False)
    PromptVersion.objects.filter(number=1).update(live=True)
    prompts.store(version(3))
    assert live() == [1]


@pytest.mark.parametrize("change", [{"system": "other"}, {"user": "other {text}"}, {"settings": {"max_tokens": 5}}])
def test_a_frozen_version_cannot_be_altered(change: dict[str, Any]) -> None:
    prompts.store(version(1))
    with pytest.raises(Conflict, match=r"people\.v2\.md"):
        prompts.store(version(1, **change))


def test_the_command_loads_and_says_how_many(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "files", lambda: iter([version(1), version(2)]))
    call_command("load_prompts")
    assert capsys.readouterr().out == "2 new prompt versions stored.\n"
    monkeypatch.setattr(prompts, "files", lambda: iter([version(1, system="other")]))
    with pytest.raises(CommandError, match="frozen"):
        call_command("load_prompts")


# --- choosing ------------------------------------------------------------------------------------------------------


def test_the_live_version_answers_and_is_remembered(subject: UUID, django_assert_num_queries: Any) -> None:
    prompts.store(version(1))
    assert prompts.quick_choice("people") is None
    assert prompts.choose("people", subject).label == "people v1"
    with django_assert_num_queries(0):
        chosen = prompts.quick_choice("people")
    assert chosen is not None
    assert chosen.number == 1


def test_what_is_remembered_is_forgotten_after_some_seconds(subject: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts.store(version(1))
    prompts.choose("people", subject)
    prompts.store(version(2))
    now = prompts.time.monotonic()
    monkeypatch.setattr(prompts.time, "monotonic", lambda: now + prompts.CACHE_SECONDS + 1)
    assert prompts.choose("people", subject).number == 2


@pytest.mark.parametrize("name", ["people", "nobody"])
def test_without_a_live_version_there_is_a_sentence(subject: UUID, name: str) -> None:
    prompts.store(version(1))
    PromptVersion.objects.update(live=False)
    with pytest.raises(PromptMissing, match="load_prompts"):
        prompts.choose(name, subject)


def test_a_variable_that_nobody_fills_is_a_fault(subject: UUID) -> None:
    prompts.store(version(1, user="{text} {other}"))
    with pytest.raises(BadInput, match="other"):
        prompts.choose("people", subject).messages({"text": "x"})


# --- who is asked with which version -------------------------------------------------------------------------------


@pytest.fixture
def three() -> None:
    """Versions 1 to 3, the last in use; it names 2 for small models."""
    ModelVersion.objects.all().delete()
    for number in (1, 2, 3):
        prompts.store(version(number, settings={"small_version": 2} if number == 3 else {}))


def learned(name: str, *, base: str = SMALL, prompt: str = "") -> str:
    """A fine-tuned model."""
    ModelVersion.objects.create(name=name, base=base, path="/x", sha256="0", settings={"prompt": prompt})
    return name


def asked(model: str, subject: UUID) -> int:
    prompts.forget()
    number = prompts.choose("people", subject, model).number
    quick = prompts.quick_choice("people", model)
    assert quick is not None and quick.number == number
    return number


def test_every_other_model_is_asked_with_the_live_version(three: None, subject: UUID) -> None:
    assert asked("any-model-70b", subject) == 3


def test_a_small_model_is_asked_with_the_version_that_the_live_one_names(three: None, subject: UUID) -> None:
    assert asked(SMALL, subject) == 2
    assert asked(learned("small-adapter"), subject) == 2


def test_a_fine_tuned_model_is_asked_as_it_was_trained(three: None, subject: UUID) -> None:
    assert asked(learned("own", prompt="people 1"), subject) == 1
    assert asked(learned("large", base="large", prompt="people 2"), subject) == 2


@pytest.mark.parametrize("told", ["others 1", "people 9", "people x", "people", ""])
def test_what_a_training_says_of_other_prompts_and_unknown_versions_counts_for_nothing(
    three: None, subject: UUID, told: str
) -> None:
    assert asked(learned("own", base="large", prompt=told), subject) == 3


def test_a_live_version_that_names_none_is_for_small_models_too(three: None, subject: UUID) -> None:
    prompts.store(version(4))
    assert asked(SMALL, subject) == 4
    prompts.store(version(5, settings={"small_version": 77}))
    assert asked(SMALL, subject) == 5, "a version that is not there cannot be asked"


def test_an_experiment_decides_for_all(three: None, subject: UUID) -> None:
    Experiment.objects.create(name="prompt-people", variants={"3": 1})
    assert prompts.choose("people", subject, SMALL).number == 3


def test_the_packaged_model_under_another_name_is_small_too(
    three: None, subject: UUID, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LLM_MODEL = "house-model"
    assert asked("house-model", subject) == 2
    settings.LLM_BASE_URL = "http://models.example/v1"
    assert asked("house-model", subject) == 3, "somebody else's server has a model of its own"
    settings.LLM_BASE_URL = ""
    monkeypatch.setenv("LLM_MODEL_PATH", "/models/large")
    assert asked("house-model", subject) == 3


def test_a_version_can_be_named_whatever_is_in_use(three: None) -> None:
    assert prompts.exactly("people", 1).number == 1
    with pytest.raises(PromptMissing, match="no version 9"):
        prompts.exactly("people", 9)


def test_the_extraction_prompts_keep_the_small_model_without_context() -> None:
    ModelVersion.objects.all().delete()
    for name in ("extract-mail", "extract-call", "extract-chat", "extract-meeting"):
        prompts.forget()
        large, small = prompts.choose(name, UUID(int=1)), prompts.choose(name, UUID(int=1), SMALL)
        assert "context" in large.variables
        assert "context" not in small.variables
        assert small.number == large.number - 1
