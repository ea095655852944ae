"""`evaluate extraction`: a labelled set read by the rules alone or with the model, and scored."""

from __future__ import annotations

import json
import re
import time
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from crmllm.evaluation import blocks, choices, formats, scorer, sets
from crmllm.evaluation.formats import BadSet, Labelled
from crmllm.evaluation.model import Asked, ask_all, no_model
from crmllm.evaluation.predict import prediction
from crmllm.extraction.extract import RULES_VERSION, extract

Json = dict[str, Any]
Progress = Callable[[Iterable[Labelled], str], Iterable[Labelled]]

_READERS: dict[str, Callable[[Path, int | None], Iterator[Labelled]]] = {
    "folder": formats.folder,
    "quagga": formats.quagga,
    "textmine": formats.textmine,
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was asked for."""

    data: Path
    format: str = "folder"
    limit: int | None = None
    without_model: bool = False
    without_llm: bool = False
    predictions: Path | None = None
    prompt: tuple[tuple[str, int], ...] = ()
    #: A version of the model by its name; empty: the one in use.
    model: str = ""

    @property
    def asks_nobody(self) -> bool:
        """Whether no language model is asked."""
        return self.without_model or self.without_llm

    @property
    def told(self) -> Json:
        """What the report says of who reads, and of how the model was asked: runs with chosen versions are trials."""
        return {"reader": choices.reader(self.without_model, self.without_llm)} | (
            {"trial": True} if self.prompt else {}
        )


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of this subject."""
    parser.add_argument("--format", choices=sorted(_READERS), default="folder", help="How the set is laid out.")
    add_common_arguments(parser)


def add_common_arguments(parser: ArgumentParser) -> None:
    """The arguments of every subject that reads a folder of items."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--data", type=Path, help="Folder of the labelled set.")
    which.add_argument(
        "--own", dest="data", action="store_const", const=sets.OWN, help="The set that ships with the program."
    )
    parser.add_argument("--limit", type=int, help="Read only so many items.")
    parser.add_argument("--predictions", type=Path, help="Write what was predicted, one JSON line an item.")
    model = parser.add_mutually_exclusive_group()
    model.add_argument("--without-model", action="store_true", help="The rules alone, without classifiers too.")
    model.add_argument("--without-llm", action="store_true", help="Rules and classifiers, as with LLM=none.")
    model.add_argument(
        "--prompt",
        nargs=2,
        action=_Versions,
        default=(),
        metavar=("NAME", "VERSION"),
        help="Ask with this version of a prompt (extract-mail v5), whatever is in use; for several, say it again.",
    )


class _Versions(Action):
    """Collects `NAME vN`."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option_string: Any = None) -> None:
        name, version = values
        if not re.fullmatch(r"v?[1-9][0-9]*", version):
            parser.error(f"argument --prompt: {version} is no version; write it as v3.")
        setattr(namespace, self.dest, (*getattr(namespace, self.dest), (name, int(version.removeprefix("v")))))


def run(options: Options, progress: Progress) -> Json:
    """Read, predict, score. Raises BadSet for a folder that is no set."""
    cases = read(options, progress)
    answers = (
        no_model()
        if options.asks_nobody
        else ask_all(cases, name=options.model, versions_of=dict(options.prompt), gated=options.format == "folder")
    )
    started = time.perf_counter()
    predicted = [predict(options, case, answers.of(index)) for index, case in enumerate(progress(cases, "extracting"))]
    seconds = time.perf_counter() - started + answers.seconds
    if options.predictions is not None:
        with options.predictions.open("w", encoding="utf-8") as out:
            _write(out, predicted)
    result = _score(options, cases, predicted)
    report = result.report() | {
        "invalid": answers.invalid,
        "unanswered": answers.unanswered,
        "seconds_per_item": round(seconds / len(cases), 4),
        "tokens_per_item": round(answers.tokens / len(cases), 1),
        "calls_per_item": round(answers.calls / len(cases), 2),
        "model": answers.model,
        "prompt_version": ", ".join(answers.prompt_versions),
        "prompt_versions": answers.prompt_versions,
        "rules_version": RULES_VERSION,
        "format": options.format,
    }
    report |= options.told
    return report | {"invented_values": _listed(result.invented), "forbidden_values": _listed(result.forbidden)}


def read(options: Options, progress: Progress) -> list[Labelled]:
    """The cases of a set. Raises BadSet."""
    if not options.data.is_dir():
        raise BadSet(f"There is no folder {options.data}.")
    cases = list(progress(_READERS[options.format](options.data, options.limit), "reading"))
    if not cases:
        raise BadSet("The set is empty.")
    return cases


def predict(options: Options, case: Labelled, answer: Asked) -> Json:
    """What is found in one case with what the model answered, as a line of predictions."""
    found = extract(case.item, *answer.answers, gated=options.format == "folder", classified=not options.without_model)
    return prediction(case.sample.file, str(case.sample.label.get("kind") or "email"), found)


def _score(options: Options, cases: list[Labelled], predicted: list[Json]) -> scorer.Score:
    if options.format == "folder":
        return scorer.score(zip((case.sample for case in cases), predicted, strict=True))
    return blocks.score(list(zip(cases, predicted, strict=True)))


def _write(out: TextIO, predicted: list[Json]) -> None:
    for line in predicted:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _listed(found: list[tuple[str, str, str]]) -> list[Json]:
    return [{"file": file, "field": name, "value": value} for file, name, value in found[:50]]


def table(report: Json) -> str:
    """The figures for people."""
    lines = [
        f"{report['items']} items, {report['seconds_per_item'] * 1000:.0f} ms each, model: {report['model'] or 'none'}",
        "",
    ]
    lines.append(f"{'field':<22}{'precision':>10}{'recall':>10}{'F1':>10}{'support':>10}")
    for name, one in [*report["fields"].items(), ("all (micro)", report["micro"])]:
        lines.append(f"{name:<22}{one['precision']:>10.3f}{one['recall']:>10.3f}{one['f1']:>10.3f}{one['support']:>10}")
    lines.append("")
    for name in (
        "category_accuracy",
        "sentiment_macro_f1",
        "invented",
        "forbidden",
        "invalid",
        "unanswered",
        "coverage_at_p99",
        "ece",
    ):
        if report.get(name) is not None:
            lines.append(f"{name:<22}{report[name]:>10}")
    for name in ("invented_values", "forbidden_values"):
        lines += [f"{name[:-7]}: {one['file']}: {one['field']}: {one['value']}" for one in report[name]]
    return "\n".join(lines)
