"""`evaluate sentiment` and `evaluate actions`: tables of single texts with one label each.

A lone sentence holds no certain value on which a model's answer could prove itself, so the product judges it by rules
and its small classifiers; no language model is asked.
"""

from __future__ import annotations

import csv
import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmllm.evaluation import choices, figures
from crmllm.evaluation.formats import BadSet
from crmllm.extraction.classify import judge
from crmllm.extraction.classify.judge import Judgement
from crmllm.extraction.extract import RULES_VERSION

Json = dict[str, Any]
Batches = Iterable[Sequence["Row"]]
Progress = Callable[[Sequence[Sequence["Row"]], str], Batches]

BATCH = 64
_MOODS = {"positive": "positive", "pos": "positive", "neutral": "neutral", "neu": "neutral", "negative": "negative",
          "neg": "negative"}  # fmt: skip
_ASKS = {"yes": "yes", "1": "yes", "true": "yes", "no": "no", "0": "no", "false": "no"}


@dataclass(frozen=True, slots=True)
class Row:
    """One text of a table, with its label in our words."""

    number: int
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged, the words that a table may use for its labels, and what of the figures is reported."""

    name: str
    labels: Mapping[str, str]
    judge: Callable[[Sequence[str]], list[Judgement]]
    by_rules: Callable[[str], Judgement]
    report: Callable[[Sequence[figures.Pair]], Json]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was asked for."""

    data: Path
    text: str
    label: str
    limit: int | None = None
    without_model: bool = False
    predictions: Path | None = None


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of both subjects."""
    parser.add_argument("--data", type=Path, required=True, help="A table: .csv, .tsv or .jsonl.")
    parser.add_argument("--text", required=True, help="The column of the text.")
    parser.add_argument("--label", required=True, help="The column of the label.")
    parser.add_argument("--limit", type=int, help="Read only so many rows.")
    parser.add_argument("--predictions", type=Path, help="Write what was predicted, one JSON line a row.")
    parser.add_argument("--without-model", action="store_true", help="The rules alone, without classifiers.")


def run(subject: Subject, options: Options, progress: Progress) -> Json:
    """Read, judge, score. Raises BadSet for a file that is no such table."""
    rows = list(read(subject, options))
    if not rows:
        raise BadSet("The table is empty.")
    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    started = time.perf_counter()
    judged = [one for batch in progress(batches, "judging") for one in _judged(subject, options, batch)]
    seconds = time.perf_counter() - started
    if options.predictions is not None:
        _write(options.predictions, subject, rows, judged)
    pairs = [(row.label, one.value) for row, one in zip(rows, judged, strict=True)]
    return {
        "items": len(rows),
        **subject.report(pairs),
        "seconds_per_item": round(seconds / len(rows), 5),
        "model": "",
        "prompt_version": "",
        "rules_version": RULES_VERSION,
        "classifier": "" if options.without_model else judge.version(),
        "reader": choices.reader(options.without_model, without_llm=True),
        "judged_by": dict(Counter(one.by for one in judged)),
    }


def _judged(subject: Subject, options: Options, batch: Sequence[Row]) -> list[Judgement]:
    texts = [row.text for row in batch]
    return [subject.by_rules(one) for one in texts] if options.without_model else subject.judge(texts)


def read(subject: Subject, options: Options) -> Iterator[Row]:
    """The rows of a table. Raises BadSet and names what is missing."""
    if not options.data.is_file():
        raise BadSet(f"There is no file {options.data}.")
    for number, row in enumerate(_table(options.data), start=1):
        if options.limit is not None and number > options.limit:
            return
        for column in (options.text, options.label):
            if row.get(column) is None:
                raise BadSet(f"Row {number} has no column “{column}”; there are: {', '.join(str(one) for one in row)}.")
        label = subject.labels.get(str(row[options.label]).strip().casefold())
        if label is None:
            raise BadSet(f"Row {number}: a label is one of {', '.join(sorted(set(subject.labels.values())))}.")
        yield Row(number, str(row[options.text]), label)


def _table(path: Path) -> Iterator[Json]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix in (".jsonl", ".ndjson"):
            try:
                yield from (json.loads(line) for line in file if line.strip())
            except ValueError as error:
                raise BadSet(f"{path.name} is no JSON lines file: {error}.") from error
        elif path.suffix == ".tsv":
            yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        else:
            yield from csv.DictReader(file)


def _write(path: Path, subject: Subject, rows: Sequence[Row], judged: Sequence[Judgement]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for row, one in zip(rows, judged, strict=True):
            line = {"row": row.number, subject.name: one.value, "confidence": one.confidence}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _of_yes(pairs: Sequence[figures.Pair]) -> Json:
    """Precision, recall and F1 of "asks for something"."""
    return figures.classes(pairs) | figures.of_class(Counter(pairs), "yes")


SENTIMENT = Subject("sentiment", _MOODS, judge.sentiments, judge.sentiment_by_rules, figures.classes)
ACTIONS = Subject("asks", _ASKS, judge.asking, judge.asking_by_rules, _of_yes)
