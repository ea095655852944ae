"""`evaluate sentiment`, `actions` and `classification`: the whole way from a file to figures and a stored run."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crmllm.evaluation import figures
from crmllm.evaluation.models import EvaluationRun

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

SAMPLES = Path(__file__).parent.parent / "data" / "extraction"
TEXTS = [
    ("This is the worst service I have ever had.", "negative"),
    ("Thank you so much, you were wonderful!", "positive"),
    ("What time do you open on Monday?", "neutral"),
]
SENTENCES = [("Please send me the drawing.", "Yes"), ("The drawing was sent.", "No"), ("It rained all day.", "no")]


def evaluate(subject: str, *words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("evaluate", subject, "--json", *words, stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def table(path: Path, rows: list[tuple[str, str]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([("words", "mark"), *rows])
    return path


def test_sentiment_of_a_table(tmp_path: Path) -> None:
    data, out = table(tmp_path / "moods.csv", TEXTS), tmp_path / "out.jsonl"
    found = evaluate("sentiment", "--data", str(data), "--text", "words", "--label", "mark", "--predictions", str(out))
    assert (found["items"], found["accuracy"], found["macro_f1"]) == (3, 1.0, 1.0)
    assert found["judged_by"] == {"classifier": 3}
    assert set(found["per_class"]) == {"positive", "neutral", "negative"}
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(line["row"], line["sentiment"]) for line in lines] == [(1, "negative"), (2, "positive"), (3, "neutral")]
    assert all(0 < line["confidence"] <= 1 for line in lines)


@pytest.mark.parametrize("suffix", ["tsv", "jsonl"])
def test_actions_of_a_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"asks.{suffix}"
    if suffix == "tsv":
        table(path, SENTENCES, "\t")
    else:
        path.write_text("".join(json.dumps({"words": text, "mark": mark}) + "\n" for text, mark in SENTENCES))
    found = evaluate("actions", "--data", str(path), "--text", "words", "--label", "mark", "--without-model")
    assert (found["f1"], found["precision"], found["recall"]) == (1.0, 1.0, 1.0)


def test_classification_of_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    found = evaluate("classification", "--data", str(SAMPLES), "--without-model", "--predictions", str(out))
    assert found["accuracy"] >= 0.9 and found["macro_f1"] >= 0.8
    assert found["per_class"]["sales"]["support"] > 0
    assert (found["model"], found["prompt_version"]) == ("", "")
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == found["items"] and set(lines[0]) == {"file", "category", "confidence"}


def test_a_run_is_kept_and_a_set_is_recognised_again(tmp_path: Path) -> None:
    data = table(tmp_path / "moods.csv", TEXTS)
    for _ in range(2):
        evaluate("sentiment", "--data", str(data), "--text", "words", "--label", "mark")
    evaluate("sentiment", "--data", str(data), "--text", "words", "--label", "mark", "--limit", "2")
    first, second, limited = EvaluationRun.objects.order_by("created_at")
    assert (first.subject, first.items, first.score) == ("sentiment", 3, 1.0)
    assert first.fingerprint == second.fingerprint != limited.fingerprint
    assert first.dataset.endswith("moods.csv")


def test_a_table_for_people(tmp_path: Path) -> None:
    out = StringIO()
    data = table(tmp_path / "moods.csv", TEXTS)
    call_command("evaluate", "sentiment", "--data", str(data), "--text", "words", "--label", "mark", stdout=out)
    assert "macro_f1" in out.getvalue() and "negative" in out.getvalue()


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        (TEXTS, ("--text", "body", "--label", "mark"), "no column “body”"),
        ([("Hello", "angry")], ("--text", "words", "--label", "mark"), "a label is one of"),
        ([], ("--text", "words", "--label", "mark"), "empty"),
    ],
)
def test_what_is_wrong_with_a_table_is_named(
    tmp_path: Path, rows: list[tuple[str, str]], words: tuple[str, ...], said: str
) -> None:
    data = table(tmp_path / "moods.csv", rows)
    with pytest.raises(CommandError, match=said):
        evaluate("sentiment", "--data", str(data), *words)
    with pytest.raises(CommandError, match="no file"):
        evaluate("sentiment", "--data", str(tmp_path / "none.csv"), *words)


def test_a_set_without_categories_is_refused(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "a.txt").write_text("Hello", encoding="utf-8")
    (tmp_path / "labels.jsonl").write_text('{"file": "a.txt", "kind": "meeting"}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="category"):
        evaluate("classification", "--data", str(tmp_path), "--without-model")


def test_macro_f1_is_the_plain_mean_over_the_labelled_classes() -> None:
    found = figures.classes([("a", "a"), ("a", "a"), ("a", "b"), ("b", "c")])
    assert found["per_class"]["a"] == {"precision": 1.0, "recall": 0.6667, "f1": 0.8, "support": 3}
    assert (found["macro_f1"], found["accuracy"]) == (0.4, 0.5)
