"""Reads of stored runs: the history, one run beside another, and a set's figures over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from crmllm.access.models import User
from crmllm.access.rules import require, visible
from crmllm.evaluation.choices import Subject
from crmllm.evaluation.models import EvaluationRun

SHOWN_OVER_TIME = 30
#: So many runs are looked through for the scores of prompts.
LOOKED_BACK = 300


def runs(user: User) -> QuerySet[EvaluationRun]:
    """All runs."""
    require(user, "quality.view")
    return visible(user, EvaluationRun.objects.all())


def comparable(run: EvaluationRun) -> QuerySet[EvaluationRun]:
    """All runs of the same subject over the same set, this one too, newest first."""
    return EvaluationRun.objects.filter(subject=run.subject, fingerprint=run.fingerprint).order_by("-created_at")


def previous(run: EvaluationRun) -> EvaluationRun | None:
    """The last run before on the same set by the same kind of reader: rules alone, with classifiers, with a model.

    Trials of other versions of a prompt say nothing about what is in use.
    """
    alone = Q(request_model="")
    earlier = comparable(run).filter(created_at__lt=run.created_at).exclude(result__has_key="trial")
    if "reader" in run.result:
        earlier = earlier.filter(result__reader=run.result["reader"])
    return earlier.filter(alone if not run.request_model else ~alone).first()


@dataclass(frozen=True, slots=True)
class PromptScore:
    """How a version of a prompt did on a set the last time: on the items that it is for, where the report tells."""

    run: EvaluationRun
    score: float


def scores_of_prompts(user: User, *, kinds: Mapping[str, str]) -> dict[str, list[PromptScore]]:
    """The latest score of each version on each set, by the version's label; `kinds` tells a prompt's kind of item."""
    latest = runs(user).filter(subject=Subject.EXTRACTION).exclude(request_model="").order_by("-created_at")
    found: dict[str, dict[str, PromptScore]] = {}
    for run in latest[:LOOKED_BACK]:
        for label in run.result.get("prompt_versions") or ():
            of_kind = (run.result.get("kinds") or {}).get(kinds.get(label.rpartition(" ")[0], ""))
            score = float(of_kind["f1"]) if of_kind else run.score
            found.setdefault(label, {}).setdefault(run.fingerprint, PromptScore(run, score))
    return {label: list(sets.values()) for label, sets in found.items()}


def over_time(run: EvaluationRun) -> list[EvaluationRun]:
    """The latest runs of a set, oldest first."""
    return list(comparable(run)[:SHOWN_OVER_TIME])[::-1]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of two runs."""

    name: str
    now: float | None
    before: float | None

    @property
    def difference(self) -> float | None:
        return None if self.now is None or self.before is None else round(self.now - self.before, 4)

    @property
    def drop(self) -> float:
        """The size of the difference."""
        return abs(self.difference or 0.0)


def compared(run: EvaluationRun, other: EvaluationRun | None) -> list[Line]:
    """Every figure of a run beside that of another one."""
    now, before = dict(_figures(run.result)), dict(_figures(other.result)) if other else {}
    return [Line(name, now.get(name), before.get(name)) for name in [*now, *(set(before) - set(now))]]


_GROUPS = ("fields", "per_class", "kinds", "languages")
_SINGLE = (
    "accuracy", "macro_f1", "f1", "precision", "recall", "category_accuracy", "sentiment_macro_f1", "coverage_at_p99",
    "invented", "forbidden", "invalid", "unanswered", "calls_per_item", "tokens_per_item", "seconds_per_item",
)  # fmt: skip


def _figures(result: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The figures of a report under names for people: F1 of each field and class, then those of the whole."""
    if "micro" in result:
        yield from ((f"all fields: {name}", result["micro"][name]) for name in ("f1", "precision", "recall"))
    for name in _SINGLE:
        if isinstance(result.get(name), (int, float)):
            yield name.replace("_", " "), float(result[name])
    for group in _GROUPS:
        for name, one in sorted((result.get(group) or {}).items()):
            yield f"{name.replace('_', ' ')} (F1)", float(one["f1"])
