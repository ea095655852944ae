"""Fine-tuning from end to end: examples, training, measuring the new version against the one in use, registering it.

Examples are made up (crmllm.extraction.training) and, unless told otherwise, what people decided here. A part of both
is held back and never trained on. The file that the training reads holds people's words: it lies in our private folder
and is removed when the training ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from crmllm.core import audit
from crmllm.core.runtime.home import home
from crmllm.core.runtime.setup import MODEL_SERVER, packaged_model
from crmllm.evaluation import answers, decisions, extraction, sets
from crmllm.evaluation.formats import Labelled
from crmllm.evaluation.model import ask_all
from crmllm.evaluation.scorer import Sample
from crmllm.extraction.prompting import PROMPT
from crmllm.extraction.schema import MailAnswer
from crmllm.extraction.training.mails import examples
from crmllm.extraction.training.pseudonyms import pseudonymised
from crmllm.extraction.training.rows import Render, row
from crmllm.extraction.types import Item
from crmllm.llm import prompts, services, versions
from crmllm.llm.choices import VersionState
from crmllm.llm.errors import ModelUnavailable
from crmllm.llm.models import ModelVersion
from crmllm.llm.server import serve
from crmllm.llm.server.own import model_server

TRAINER = Path(__file__).resolve().parents[1] / "llm" / "finetuning" / "train.py"
#: One in so many decided mails is held back, and so many made-up ones.
HOLD_BACK = 5
HELD_MADE_UP = 60
#: A decided mail is seen so many times for each time a made-up one is: there are few of them, and they are real.
REPEATS = 3

Tell = Callable[[str], None]
Pair = tuple[Item, MailAnswer]


class FinetuneFailed(Exception):
    """It did not come to an end; says why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was asked for."""

    minutes: float = 45.0
    steps: int = 0
    examples: int = 5000
    seed: int = 7
    with_decisions: bool = True
    pseudonymise: bool = True
    threads: int = 0
    start: str = ""
    prompt_version: int = 0


@dataclass(slots=True)
class Lesson:
    """What is learned, what is held back to measure with, and the decisions behind the former."""

    rows: list[dict[str, object]] = field(default_factory=list)
    held_made_up: list[Pair] = field(default_factory=list)
    held_decided: list[Pair] = field(default_factory=list)
    trained_on: list[UUID] = field(default_factory=list)


def run(options: Options, tell: Tell, *, actor: audit.Actor) -> ModelVersion:
    """All of it. Raises FinetuneFailed."""
    lesson = prepare(options)
    tell(f"{len(lesson.rows)} examples, {len(lesson.trained_on)} decisions among them")
    folder = home().adapters / f"crm-{datetime.now():%Y%m%d-%H%M%S}"
    steps = train(lesson, folder, options, tell)
    learned = _chosen(options).number
    figures = measure(folder, lesson, learned, tell)
    told = {"seed": options.seed, "examples": len(lesson.rows), "steps": steps, "minutes": options.minutes,
            "prompt": f"{PROMPT} {learned}"}  # fmt: skip
    (folder / "training.json").write_text(json.dumps({"settings": told, "figures": figures}, indent=2) + "\n")
    return services.register_version(
        actor=actor, folder=folder, trained_on=lesson.trained_on, settings=told, figures=figures
    )


# --- examples


def prepare(options: Options) -> Lesson:
    """Examples to learn from and to measure with; the same decisions and seed give the same ones."""
    lesson, render = Lesson(), _chosen(options).messages
    for number, one in enumerate(examples(options.seed, options.examples + HELD_MADE_UP)):
        if number < HELD_MADE_UP:
            lesson.held_made_up.append((one.item, one.answer))
        else:
            lesson.rows.append(row(one.item, one.answer, render, _chance(options.seed, number)))
    if options.with_decisions:
        _add_decided(lesson, options, render)
    _chance(options.seed, "order").shuffle(lesson.rows)
    return lesson


def _add_decided(lesson: Lesson, options: Options, render: Render) -> None:
    for one in decisions.decided():
        chance = _chance(options.seed, one.interaction_id)
        pair = (one.item, one.answer)
        if options.pseudonymise:
            pair = pseudonymised(*pair, chance)
        if one.interaction_id.int % HOLD_BACK == 0:
            lesson.held_decided.append(pair)
            continue
        lesson.trained_on += one.decisions
        lesson.rows += [row(*pair, render, chance) for _ in range(REPEATS)]


def _chosen(options: Options) -> prompts.Chosen:
    """The version that is trained with and will be asked with: the named one, else what the model is asked with now."""
    if options.prompt_version:
        return prompts.exactly(PROMPT, options.prompt_version)
    return prompts.choose(PROMPT, uuid4(), settings_model().name)


def _chance(seed: int, what: object) -> Random:
    return Random(f"{seed}/{what}")  # noqa: S311 - nothing secret


# --- training


def train(lesson: Lesson, folder: Path, options: Options, tell: Tell) -> int:
    """Runs the trainer in the model environment. Returns how many steps it took. Raises FinetuneFailed."""
    model = settings_model()
    python = MODEL_SERVER / "bin" / "python"
    if not python.exists() or not model.is_dir():
        raise FinetuneFailed("There is no model here to train: run `make setup`, or name a folder in LLM_MODEL_PATH.")
    with tempfile.TemporaryDirectory(dir=home().run) as private:
        file = Path(private) / "examples.jsonl"
        file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lesson.rows), encoding="utf-8")
        words = ["nice", python, TRAINER, model, file, folder, "--minutes", options.minutes, "--seed", options.seed]
        if options.steps:
            words += ["--steps", options.steps]
        if options.threads:
            words += ["--threads", options.threads]
        if options.start:
            words += ["--start", options.start]
        return _follow([str(one) for one in words], tell)


def settings_model() -> Path:
    """The model that our own server serves."""
    return Path(os.environ.get("LLM_MODEL_PATH") or packaged_model(home()))


def _follow(words: list[str], tell: Tell) -> int:
    quiet = os.environ | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "TQDM_DISABLE": "1"}
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=quiet, stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    steps = 0
    for event in _events(process.stdout):
        if event.get("event") == "step":
            tell(f"step {event['step']} of at most {event['of']}, loss {event['loss']}, {event['seconds']} s")
        elif event.get("event") == "end":
            steps = int(event["step"])
    if process.wait() or not steps:
        raise FinetuneFailed("The training stopped; the lines above say why.")
    return steps


def _events(lines: Iterator[str] | Any) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue


# --- measuring


def measure(folder: Path, lesson: Lesson, learned: int, tell: Tell) -> dict[str, dict[str, float | None]]:
    """Figures of the new version beside those of the one in use, on what was held back."""
    live = ModelVersion.objects.filter(state=VersionState.LIVE).first()
    served = {settings_model().name, *serve.adapters(home(), os.environ)}
    current = live.name if live is not None and live.name in served else settings_model().name
    figures: dict[str, dict[str, float | None]] = {}
    with model_server():
        candidate = ModelVersion(name=folder.name, path=str(folder))
        versions.serve(candidate)  # a server that was started for this has it already
        for label, held in (("made_up", lesson.held_made_up), ("decided", lesson.held_decided)):
            if not held:
                continue
            tell(f"measuring on {len(held)} items that were held back ({label.replace('_', ' ')})")
            new, old = _scores(folder.name, held, tell, learned), _scores(current, held, tell)
            for key in sorted(new | old):
                figures[f"{label}_{key}"] = {"new": new.get(key), "current": old.get(key)}
        tell("measuring on the evaluation set, with the rules beside it")
        figures["evaluation_set"] = {"new": _whole(folder.name, tell, learned), "current": _whole(current, tell)}
    return figures


def _whole(name: str, tell: Tell, version: int | None = None) -> float | None:
    """Micro-F1 of rules and this version of the model together on the set that ships with the program."""
    asked = extraction.Options(data=sets.OWN, model=name, prompt=((PROMPT, version),) if version else ())
    try:
        share: float | None = extraction.run(asked, lambda cases, what: cases)["micro"]["f1"]
    except ModelUnavailable as error:
        tell(f"{name}: {error}")
        return None
    return share


def _scores(name: str, held: list[Pair], tell: Tell, version: int | None = None) -> dict[str, float]:
    """F1 by key over the items that it answered, of which the trainer is told; nothing where it answered none."""
    cases = [Labelled(item, Sample({"file": str(number)}, "")) for number, (item, _) in enumerate(held)]
    try:
        asked = ask_all(cases, name=name, versions_of={PROMPT: version} if version else None)
    except ModelUnavailable as error:
        tell(f"{name}: {error}")
        return {}
    if asked.unanswered:
        tell(f"{name} left {asked.unanswered} of {len(held)} items unanswered; the figures are of the others")
    given = zip((right for _, right in held), asked.asked, strict=True)
    return answers.score(
        (right, one.answer.value if one.answer is not None else None) for right, one in given if not one.failed
    )


def is_possible() -> bool:
    """Whether the model is ours to train: a server of somebody else's can't be given adapters."""
    return not settings.LLM_BASE_URL
