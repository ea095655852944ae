"""Trains the classifiers on made texts and says how they do on lines that they have not seen, at home and abroad."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmllm.extraction.classify import features, generator, judge

VERSION = "3"
#: Texts to train on, and the strength of the regression: chosen on the bank lines kept for testing.
TASKS: dict[str, tuple[int, float]] = {"sentiment": (9000, 0.3), "asks": (8000, 0.1)}
TEST_TEXTS = 1500


@dataclass(frozen=True, slots=True)
class Trained:
    """What became of one training: macro-F1 on kept bank lines, and on the sentences in other languages."""

    task: str
    texts: int
    macro_f1: float
    elsewhere: float


def train(task: str, folder: Path = judge.WEIGHTS, say: Callable[[str], None] = lambda line: None) -> Trained:
    """Fits one task, for English and for elsewhere, writes its weights, and measures both on what was kept apart."""
    count, strength = TASKS[task]
    say(f"{task}: embedding {count} texts")
    seen = list(generator.examples(task, count))
    kept = list(generator.examples(task, TEST_TEXTS, test=True))
    english = _fitted(features.english(task, [one.text for one in seen]), seen, strength)
    tongues = [features.ENGLISH] * count
    anywhere = _fitted(features.anywhere(task, [one.text for one in seen], tongues), seen, strength)
    _write(folder / f"{task}.json", english)
    _write(folder / f"{judge.anywhere(task)}.json", anywhere)
    spoken = [one for one in generator.elsewhere() if one.task == task]
    rows = features.anywhere(task, [one.text for one in spoken], [one.tongue for one in spoken])
    return Trained(
        task,
        count,
        _macro_f1(kept, english.predict(features.english(task, [one.text for one in kept]))),
        _macro_f1(spoken, anywhere.predict(rows)),
    )


def _fitted(rows: Any, examples: Sequence[generator.Labelled], strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=3000).fit(rows, [one.label for one in examples])


def _macro_f1(examples: Sequence[generator.Labelled], given: Any) -> float:
    from sklearn.metrics import f1_score

    return round(float(f1_score([one.label for one in examples], given, average="macro")), 3)


def _write(path: Path, model: Any) -> None:
    """As JSON with five digits. Two classes become two rows, so that both tasks are read alike."""
    coefficients, intercepts = model.coef_.tolist(), model.intercept_.tolist()
    if len(model.classes_) == 2:
        coefficients = [[0.0] * len(coefficients[0]), coefficients[0]]
        intercepts = [0.0, intercepts[0]]
    data = {
        "version": VERSION,
        "classes": list(model.classes_),
        "intercepts": [round(one, 5) for one in intercepts],
        "coefficients": [[round(one, 5) for one in row] for row in coefficients],
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    judge.weights.cache_clear()
