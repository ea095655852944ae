"""Keeps the figures of a run, and raises the alarm when they are worse than those of the run before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from crmllm.evaluation.choices import Subject
from crmllm.evaluation.models import EvaluationRun
from crmllm.evaluation.selectors import previous
from crmllm.notifications.choices import Kind
from crmllm.notifications.services import notify

Json = dict[str, Any]

#: A score may fall by so much between two runs on the same set before somebody is told.
MARGIN = 0.01
#: Counts that must not rise at all.
MUST_NOT_RISE = ("invented", "forbidden")
#: Quotes from the set have no place in the history.
_CONTENT = ("invented_values", "forbidden_values")


def score_of(subject: str, report: Mapping[str, Any]) -> float:
    """The one figure by which runs of a subject are compared."""
    if subject == Subject.EXTRACTION:
        return float(report["micro"]["f1"])
    return float(report["f1" if subject == Subject.ACTIONS else "macro_f1"])


def record_run(*, subject: str, dataset: str, fingerprint: str, report: Mapping[str, Any]) -> EvaluationRun:
    """Stores a run; admins are told when it is worse than the last on the same set with the same kind of reader."""
    with transaction.atomic():
        run = EvaluationRun.objects.create(
            subject=Subject(subject),
            dataset=dataset[:120],
            fingerprint=fingerprint,
            items=report["items"],
            request_model=str(report.get("model") or "")[:120],
            prompt_version=str(report.get("prompt_version") or "")[:80],
            rules_version=str(report.get("rules_version") or "")[:20],
            score=score_of(subject, report),
            result={name: value for name, value in report.items() if name not in _CONTENT},
        )
        before = None if run.result.get("trial") else previous(run)
        if before is not None and (worse := _worse(run, before)):
            notify(
                kind=Kind.EVALUATION_WORSE,
                role="admin",
                sentence=_("The evaluation of %(subject)s on %(set)s is worse than before: %(worse)s.")
                % {"subject": run.get_subject_display(), "set": run.dataset, "worse": ", ".join(worse)},
                link=reverse("evaluation:run", args=[run.pk]),
            )
    return run


def _worse(run: EvaluationRun, before: EvaluationRun) -> list[str]:
    """What fell by more than the margin, in words."""
    said = [f"{before.score:.3f} → {run.score:.3f}"] if before.score - run.score > MARGIN else []
    for name in MUST_NOT_RISE:
        was, now = before.result.get(name) or 0, run.result.get(name) or 0
        if now > was:
            said.append(f"{name} {was} → {now}")
    return said
