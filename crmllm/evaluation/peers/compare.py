"""`evaluate peers`: who wrote an item, read by us with and without the model and by the two libraries."""

from __future__ import annotations

import json
import re
import subprocess
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from crmllm.core.runtime.home import REPOSITORY
from crmllm.evaluation import blocks, extraction, scorer
from crmllm.evaluation.extraction import Options, Progress
from crmllm.evaluation.formats import BadSet, Labelled
from crmllm.evaluation.model import Answers, ask_all, no_model
from crmllm.evaluation.scorer import Score
from crmllm.extraction.types import CONTACT_FIELDS
from crmllm.llm.server.own import model_server

Json = dict[str, Any]

HERE = Path(__file__).parent
ENVIRONMENT = REPOSITORY / ".venv-peers"
PEERS = {"instructor": "ask_instructor.py", "langextract": "ask_langextract.py"}
_COUNTED = re.compile(r"^vllm:(?:prompt|generation)_tokens_total(?:\{[^}]*\})? (?P<count>[0-9.e+]+)$", re.MULTILINE)


@dataclass(slots=True)
class Cost:
    """What a run took: seconds of the clock, and tokens as the model server counts them (None where it does not)."""

    seconds: float = 0.0
    tokens: int | None = None


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of `evaluate extraction`."""
    extraction.add_arguments(parser)


def run(options: Options, progress: Progress) -> Json:
    """Everybody reads every item, one after the other. Raises BadSet, and NoModel where no model can be asked."""
    if not (ENVIRONMENT / "bin" / "python").exists():
        raise BadSet("The peers are not installed: run `make setup-peers`.")
    cases = extraction.read(options, progress)
    report: Json = {"items": len(cases), "format": options.format, "readers": {}}
    with model_server():
        answers, cost = _ours(options, cases)
        report["model"] = answers.model
        report["readers"]["crmllm"] = _figures(
            options, cases, _predictions(options, cases, answers), cost, answers.invalid
        )
        rules, cost = _without_model(replace(options, without_model=True), cases)
        report["readers"]["crmllm, rules alone"] = _figures(options, cases, rules, cost, 0)
        for name, script in PEERS.items():
            contacts, cost, failed = _peer(script, cases, answers.model)
            report["readers"][name] = _figures(options, cases, contacts, cost, failed)
    return report


# --- who reads


def _ours(options: Options, cases: list[Labelled]) -> tuple[Answers, Cost]:
    with _measured() as cost:
        answers = ask_all(cases, gated=options.format == "folder")
    return answers, replace(cost, seconds=answers.seconds)


def _without_model(options: Options, cases: list[Labelled]) -> tuple[list[Json], Cost]:
    with _measured() as cost:
        predictions = _predictions(options, cases, no_model())
    return predictions, cost


def _predictions(options: Options, cases: list[Labelled], answers: Answers) -> list[Json]:
    return [extraction.predict(options, case, answers.of(index)) for index, case in enumerate(cases)]


def _peer(script: str, cases: list[Labelled], model: str) -> tuple[list[Json], Cost, int]:
    """What a peer found of each case's writer, what it took, and how many cases it could not answer."""
    from django.conf import settings

    from crmllm.llm.endpoint import base_url

    words = [ENVIRONMENT / "bin" / "python", HERE / script, "--url", base_url(), "--model", model,
             "--concurrency", settings.LLM_CONCURRENCY]  # fmt: skip
    if settings.LLM_API_KEY:
        words += ["--key", settings.LLM_API_KEY]
    items = "".join(json.dumps({"id": number, "text": _told(case)}) + "\n" for number, case in enumerate(cases))
    with _measured() as cost:
        done = subprocess.run(
            [str(word) for word in words], input=items, stdout=subprocess.PIPE, text=True, check=False
        )
    if done.returncode:
        raise BadSet(f"{script} ended with an error; the lines above say why.")
    answers = {one["id"]: one for one in map(json.loads, done.stdout.splitlines())}
    predictions = [_as_prediction(case, answers.get(number, {})) for number, case in enumerate(cases)]
    return predictions, cost, sum("contact" not in answers.get(number, {}) for number in range(len(cases)))


def _told(case: Labelled) -> str:
    """What a peer reads: the same newest text, under the sender and the subject."""
    item = case.item
    sender = f"From: {item.sender.name} <{item.sender.email}>\n" if item.sender is not None else ""
    subject = f"Subject: {item.subject}\n" if item.subject else ""
    return f"{sender}{subject}\n{item.text}".strip()


def _as_prediction(case: Labelled, answer: Json) -> Json:
    contact = {name: value for name, value in (answer.get("contact") or {}).items() if value}
    return {"file": case.sample.file, "contacts": [contact | {"role": "sender"}] if contact else []}


# --- figures


def _figures(options: Options, cases: Sequence[Labelled], predicted: list[Json], cost: Cost, failed: int) -> Json:
    score = _score(options, cases, predicted).report()
    return {
        "micro": score["micro"],
        "fields": {name: score["fields"][name] for name in CONTACT_FIELDS if name in score["fields"]},
        "invented": score["invented"],
        "failed": failed,
        "seconds_per_item": round(cost.seconds / len(cases), 4),
        "tokens_per_item": None if cost.tokens is None else round(cost.tokens / len(cases), 1),
    }


def _score(options: Options, cases: Sequence[Labelled], predicted: list[Json]) -> Score:
    """Over the writer alone: that is whom the peers are asked for."""
    if options.format != "folder":
        return blocks.score(list(zip(cases, predicted, strict=True)))
    result = Score()
    for case, one in zip(cases, predicted, strict=True):
        label = {name: case.sample.label.get(name) for name in ("file", "kind", "language")}
        sample = replace(case.sample, label=label | {"contacts": _writers(case.sample.label)})
        scorer.score_item(result, sample, {"contacts": _writers(one)})
    result.fields.pop("role", None)
    return result


def _writers(record: Json) -> list[Json]:
    return [one for one in record.get("contacts") or [] if one.get("role") == "sender"]


@contextmanager
def _measured() -> Iterator[Cost]:
    cost, before, started = Cost(), _counted(), time.perf_counter()
    yield cost
    cost.seconds, after = time.perf_counter() - started, _counted()
    cost.tokens = None if before is None or after is None else after - before


def _counted() -> int | None:
    """Tokens in and out that the model server has counted so far; None if it keeps no such figures."""
    from crmllm.llm.endpoint import base_url

    try:
        text = httpx.get(base_url().removesuffix("/").removesuffix("/v1") + "/metrics", timeout=10).text
    except httpx.HTTPError:
        return None
    found = [float(one["count"]) for one in _COUNTED.finditer(text)]
    return int(sum(found)) if found else None


def table(report: Json) -> str:
    """The figures for people, and what ours are to the better peer's."""
    lines = [f"{report['items']} items, model: {report['model']}", ""]
    heads = ("P", "R", "F1", *CONTACT_FIELDS, "invented", "failed", "s/item", "tokens/item")
    lines.append(f"{'':<22}" + "".join(f"{head:>12}" for head in heads))
    for name, one in report["readers"].items():
        micro = one["micro"]
        f1s = [one["fields"].get(field, {}).get("f1") for field in CONTACT_FIELDS]
        values = [micro["precision"], micro["recall"], micro["f1"], *f1s, one["invented"], one["failed"],
                  one["seconds_per_item"], one["tokens_per_item"]]  # fmt: skip
        lines.append(f"{name:<22}" + "".join(f"{'-' if value is None else value:>12}" for value in values))
    ours = report["readers"]["crmllm"]
    for what in ("seconds_per_item", "tokens_per_item"):
        theirs = [report["readers"][name][what] for name in PEERS if report["readers"][name][what]]
        if theirs and ours[what] is not None:
            lines.append(f"{what.replace('_', ' ')}: {ours[what] / min(theirs):.2f} of the better peer's")
    return "\n".join(lines)
