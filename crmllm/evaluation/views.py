"""Quality: what decisions say of daily work; the history of evaluations, and one run beside another."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crmllm.access.rules import load, person
from crmllm.core.charts import Chart, Series, line_chart
from crmllm.core.errors import NotFound
from crmllm.core.lists import Column, Empty, ListPage, ListSpec, respond
from crmllm.crm.choices import Object
from crmllm.crm.selectors import field_map
from crmllm.evaluation import quality, selectors
from crmllm.evaluation.filters import RunFilter
from crmllm.evaluation.models import EvaluationRun
from crmllm.evaluation.quality import FieldQuality
from crmllm.evaluation.services import MARGIN
from crmllm.extraction.calibration.curves import Bin
from crmllm.extraction.calibration.services import in_force

LIST = ["GET", "HEAD", "POST"]

RUNS: ListSpec[EvaluationRun] = ListSpec(
    name="evaluation-runs",
    title=gettext_lazy("Evaluations"),
    columns=(
        Column("set", gettext_lazy("Set"), lambda run: run.dataset, sort=("dataset",)),
        Column("subject", gettext_lazy("Measured"), lambda run: run.get_subject_display(), sort=("subject",)),
        Column("items", gettext_lazy("Items"), lambda run: run.items, sort=("items",), css="cell-end cell-wide"),
        Column("reader", gettext_lazy("Read by"), lambda run: run.request_model, css="cell-wide"),
        Column("score", gettext_lazy("Score"), lambda run: run.score, sort=("score",), css="cell-end"),
        Column("at", gettext_lazy("When"), lambda run: run.created_at, sort=("created_at",), css="cell-end"),
    ),
    empty=Empty(
        gettext_lazy("No evaluations yet"),
        gettext_lazy("Run `manage.py evaluate extraction --own`, or with --data and a labelled set of yours."),
        icon="list",
    ),
    order="-at",
    filterset=RunFilter,
)


@require_http_methods(LIST)
def runs(request: HttpRequest) -> HttpResponseBase:
    """All runs, newest first."""

    def more(page: ListPage[EvaluationRun]) -> dict[str, Any]:
        return {"runs": [_row(run) for run in page.rows], "margin": MARGIN}

    return respond(request, RUNS, selectors.runs(person(request)), "evaluation/run_list.html", context=more)


def _row(run: EvaluationRun) -> dict[str, Any]:
    return {
        "url": reverse("evaluation:run", args=[run.pk]),
        "set": run.dataset,
        "subject": run.get_subject_display(),
        "items": run.items,
        "reader": _reader(run),
        "score": run.score,
        "at": run.created_at,
    }


def _reader(run: EvaluationRun) -> str:
    """Who read the set: the rules of a version, and the model with its prompt."""
    rules = _("rules %(version)s") % {"version": run.rules_version or "–"}
    model = " ".join(part for part in (run.request_model, run.prompt_version) if part)
    return f"{rules} + {model}" if model else rules


@require_safe
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One run beside another on the same set (`?with=`; else the one before), and all of them over time."""
    user = person(request)
    found = load(user, selectors.runs(user), pk)
    others = [one for one in selectors.comparable(found)[: selectors.SHOWN_OVER_TIME] if one.pk != found.pk]
    other = _chosen(request.GET.get("with", ""), others) or selectors.previous(found)
    series = selectors.over_time(found)
    context = {
        "run": found,
        "reader": _reader(found),
        "other": other,
        "other_reader": _reader(other) if other else "",
        "others": [{"id": str(one.pk), "label": _label(one), "chosen": one == other} for one in others],
        "lines": selectors.compared(found, other),
        "series": [_row(one) | {"here": one == found} for one in reversed(series)],
        "chart": _chart(series) if len(series) > 1 else None,
        "margin": MARGIN,
    }
    return render(request, "evaluation/run_detail.html", context)


def _chosen(asked: str, others: list[EvaluationRun]) -> EvaluationRun | None:
    if not asked:
        return None
    for one in others:
        if str(one.pk) == asked:
            return one
    raise NotFound(_("There is no such run of this set."))


def _label(run: EvaluationRun) -> str:
    at = date_format(timezone.localtime(run.created_at), "j M Y, H:i")
    return f"{at} · {run.score:.3f} · {_reader(run)}"


def _chart(series: list[EvaluationRun]) -> Chart:
    """Scores over time: rules alone, and with a model."""
    groups = [(_("rules alone"), "chart-first", ""), (_("with a model"), "chart-second", "model")]
    lines = []
    for name, css, kind in groups:
        points = [
            (float(place), one.score, f"{date_format(one.created_at, 'j M Y')}: {one.score:.3f}")
            for place, one in enumerate(series)
            if bool(one.request_model) == bool(kind)
        ]
        if points:
            lines.append(Series(str(name), points, css))
    low = min(one.score for one in series)
    floor = max(0.0, int(low * 10 - 1) / 10)
    ends = [(0.0, series[0]), (float(len(series) - 1), series[-1])]
    return line_chart(
        lines,
        words=_("The score of %(count)d runs on this set over time") % {"count": len(series)},
        x_label=_("runs, oldest first"),
        y_label=_("score"),
        x_range=(-0.5, len(series) - 0.5),
        y_range=(floor, 1.0),
        x_ticks=[(place, date_format(one.created_at, "j M")) for place, one in ends],
    )


# --- daily work


@require_safe
def daily(request: HttpRequest) -> HttpResponse:
    """Accuracy, automation and calibration, from what people decided. `?field=` shows the reliability of one field."""
    rows = quality.outcomes(person(request))
    fields = quality.by_field(rows)
    if not fields:
        empty = Empty(
            _("Nothing was decided yet"),
            _("These figures come from decisions: approve, edit or reject some proposals."),
            icon="checkbox",
            action_url=reverse("review:queue"),
            action_label=_("To the review"),
        )
        return render(request, "evaluation/quality.html", {"empty": empty})
    known = {one.field for one in fields}
    asked = request.GET.get("field", "")
    chosen = asked if asked in known else ""
    raw, weighed = (
        [bins for field, bins in found.items() if chosen in ("", field)]
        for found in (
            quality.binned(rows, "raw_confidence"),
            quality.binned(quality.calibrated(rows), "confidence"),
        )
    )
    kinds = [(_("raw"), quality.pooled(raw)), (_("calibrated"), quality.pooled(weighed))]
    weeks = quality.by_week(rows)
    context = {
        "figures": _totals(quality.totals(rows)),
        "fields": [_field(one, chosen) for one in fields],
        "weeks": [{"week": week, "judged": judged, "accuracy": share} for week, judged, share in reversed(weeks)],
        "trend": _trend(weeks) if len(weeks) > 1 else None,
        "plot": _reliability(kinds),
        "bins": [
            {"kind": kind, "count": one.count, "confidence": one.confidence, "right": one.right}
            for kind, bins in kinds
            for one in bins
        ],
        "chosen": _label_of(chosen) if chosen else "",
        "all_url": reverse("evaluation:quality"),
        "calibration": in_force(),
    }
    return render(request, "evaluation/quality.html", context)


def _totals(found: quality.Totals) -> list[dict[str, str]]:
    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.1%}"

    alone = _("%(count)d values written without a person") % {"count": found.automatic}
    return [
        {
            "value": share(found.accuracy),
            "label": _("data extraction accuracy"),
            "note": _("of %(count)d judged values, approved unchanged") % {"count": found.judged},
        },
        {
            "value": share(found.automation),
            "label": _("automation success rate"),
            "note": _("of %(values)s, not taken back") % {"values": alone} if found.automatic else alone,
        },
        {
            "value": share(found.coverage),
            "label": _("coverage at 99 % precision"),
            "note": _("of the right values could be written alone, by their confidence"),
        },
    ]


def _field(one: FieldQuality, chosen: str) -> dict[str, Any]:
    return {
        "label": _label_of(one.field),
        "accuracy": one.accuracy,
        "kept": one.kept,
        "edited": one.edited,
        "rejected": one.rejected,
        "raw_error": one.raw_error,
        "error": one.error,
        "url": f"{reverse('evaluation:quality')}?{urlencode({'field': one.field})}",
        "chosen": one.field == chosen,
    }


def _label_of(field: str) -> str:
    """ "contact.title" as people call it; a field that was removed keeps its name."""
    object_name, _dot, name = field.partition(".")
    known = field_map(object_name).get(name)
    return f"{Object(object_name).label}: {known.label if known else name}"


def _reliability(kinds: list[tuple[str, list[Bin]]]) -> Chart:
    """Share right over confidence; on the dotted line a confidence would say exactly what it is worth."""
    lines = [Series(_("ideal"), [(0.0, 0.0, ""), (1.0, 1.0, "")], "chart-ideal")]
    for (kind, bins), css in zip(kinds, ("chart-second", "chart-first"), strict=True):
        points = [(one.confidence, one.right, f"{one.confidence:.2f}: {one.right:.0%}, {one.count}") for one in bins]
        if points:
            lines.append(Series(kind, points, css))
    return line_chart(
        lines,
        words=_("Reliability: the share of values that were right, over their confidence"),
        x_label=_("confidence"),
        y_label=_("share right"),
        x_range=(0, 1),
        y_range=(0, 1),
        x_ticks=[(tenth / 10, f"{tenth / 10:.1f}") for tenth in range(0, 11, 2)],
    )


def _trend(weeks: list[tuple[datetime, int, float]]) -> Chart:
    """Accuracy over the weeks."""
    points = [
        (float(place), share, f"{date_format(week, 'j M Y')}: {share:.1%}, {judged}")
        for place, (week, judged, share) in enumerate(weeks)
    ]
    ends = [(0.0, weeks[0][0]), (float(len(weeks) - 1), weeks[-1][0])]
    return line_chart(
        [Series(_("right"), points)],
        words=_("The share of values that people approved unchanged, by week"),
        x_label=_("week"),
        y_label=_("share right"),
        x_range=(-0.5, len(weeks) - 0.5),
        y_range=(0, 1),
        x_ticks=[(place, date_format(week, "j M")) for place, week in ends],
    )
