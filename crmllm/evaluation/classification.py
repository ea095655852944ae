"""`evaluate classification`: the category of every item of a labelled folder."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from crmllm.evaluation import extraction, figures
from crmllm.evaluation.extraction import Options, Progress
from crmllm.evaluation.formats import BadSet, Labelled
from crmllm.evaluation.model import Asked, ask_all, no_model
from crmllm.extraction.extract import RULES_VERSION, extract
from crmllm.extraction.types import CATEGORIES

Json = dict[str, Any]


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of this subject: those of extraction without its foreign layouts."""
    extraction.add_common_arguments(parser)


def run(options: Options, progress: Progress) -> Json:
    """Read, predict, score. Raises BadSet for a folder that is no set."""
    cases = [one for one in extraction.read(options, progress) if one.sample.label.get("category")]
    if not cases:
        raise BadSet("No item of the set has a category.")
    unknown = sorted({str(one.sample.label["category"]) for one in cases} - set(CATEGORIES))
    if unknown:
        raise BadSet(f"Unknown categories: {', '.join(unknown)}.")
    answers = no_model() if options.asks_nobody else ask_all(cases, versions_of=dict(options.prompt))
    started = time.perf_counter()
    predicted = [_predict(case, answers.of(index)) for index, case in enumerate(progress(cases, "classifying"))]
    seconds = time.perf_counter() - started + answers.seconds
    if options.predictions is not None:
        _write(options.predictions, predicted)
    pairs = [(str(case.sample.label["category"]), one["category"]) for case, one in zip(cases, predicted, strict=True)]
    return {
        "items": len(cases),
        **figures.classes(pairs),
        "invalid": answers.invalid,
        "seconds_per_item": round(seconds / len(cases), 4),
        "tokens_per_item": round(answers.tokens / len(cases), 1),
        "model": answers.model,
        "prompt_version": ", ".join(answers.prompt_versions),
        **options.told,
        "rules_version": RULES_VERSION,
    }


def _predict(case: Labelled, answer: Asked) -> Json:
    category = extract(case.item, answer.answer).category
    assert category is not None, "every item gets a category"
    return {"file": case.sample.file, "category": category.value, "confidence": category.confidence}


def _write(path: Path, predicted: list[Json]) -> None:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in predicted), encoding="utf-8")
