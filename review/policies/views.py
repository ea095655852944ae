"""The pages of policies: the list, one with its evidence and its plot, a new one, and the buttons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crmllm.access.models import User
from crmllm.access.rules import person, require
from crmllm.core.charts import Chart, Series, line_chart
from crmllm.core.errors import BadInput, Conflict
from crmllm.crm.selectors import field_map
from review.policies import drift, selectors, services
from review.policies.choices import MOVES, State
from review.policies.forms import PromiseForm, ScopeForm
from review.policies.models import PolicyFit, ReviewPolicy
from review.policies.selectors import TARGETS, Outlook
from review.rollback.choices import Subject

TONES = {State.ON: "good", State.FALLEN: "bad", State.SHADOW: "accent"}
_BUTTONS = {
    State.SHADOW: gettext_lazy("Run on paper"),
    State.ON: gettext_lazy("Switch on"),
    State.OFF: gettext_lazy("Switch off"),
}


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """All policies, with what each does."""
    user = person(request)
    may = user.may(services.PERMISSION)
    context = {
        "policies": [_row(one) for one in selectors.policies(user)],
        "new_url": reverse("policies:new") if may else "",
        "empty": {
            "icon": "check",
            "title": _("No policies yet"),
            "text": _("A policy applies what is sure enough without a person, and proves from your decisions what sure "
                      "enough means."),
            "action_url": reverse("policies:new") if may else "",
            "action_label": _("New policy"),
        },
    }  # fmt: skip
    return render(request, "review/policies/policy_list.html", context)


def _row(one: ReviewPolicy) -> dict[str, Any]:
    return {
        "url": reverse("policies:policy", args=[one.pk]),
        "scope": selectors.scope_in_words(one),
        "promise": one.promise_words,
        "state": one.get_state_display(),
        "tone": TONES.get(State(one.state), "muted"),
        "threshold": one.fit.threshold if one.fit else None,
        "applied": one.applied,  # type: ignore[attr-defined]
        "looked_at": one.looked_at,  # type: ignore[attr-defined]
        "wrong": one.wrong,  # type: ignore[attr-defined]
    }


@require_safe
def policy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One policy: its promise, what it rests on, what it did, and what each target would bring."""
    user = person(request)
    row = selectors.policy(user, pk)
    found = selectors.outlooks(row, sorted({*TARGETS, row.one_in}))
    seen = selectors.watched(row)
    held, needed = selectors.still_needed(row)
    kind = selectors.of_its_kind(row) if user.may(services.PERMISSION) else None
    context = {
        "policy": row,
        "scope": selectors.scope_in_words(row),
        "tone": TONES.get(State(row.state), "muted"),
        "buttons": _buttons(user, row),
        "fit": row.fit,
        "pool": selectors.pool_in_words(row),
        "held": held,
        "needed": needed,
        "first": needed + 1,
        "doings": selectors.doings(row),
        "watch": seen,
        "plain_stop": drift.plain_stop(row.one_in),
        "exposures": [{"percent": round(100 * rate), "wrong": wrong} for rate, wrong in selectors.exposures(row)],
        "shifted": row.shift is not None and row.shift > drift.SHIFTED,
        "calibrated_anew": services.calibrated_anew(row),
        "outlooks": [_outlook(one, row.one_in) for one in found],
        "plot": _plot(found),
        "fits": [_fit(one) for one in row.fits.all()[:20]],
        "blocked": selectors.blocked_because(row),
        "corrections": [
            {
                "name": one.proposal.name,
                "url": reverse("review:card", args=[one.proposal.interaction_id]),
                "state": one.get_state_display(),
                "why": " ".join(blocker["sentence"] for blocker in one.blockers),
            }
            for one in selectors.corrections(user, row)
        ],
        "of_its_kind": kind,
        "wrong_field": _label(kind["field"]) if kind else "",
        "roll_back_url": reverse("rollback:plan") if user.may(services.PERMISSION) else "",
        "subject_type": str(Subject.POLICY),
    }
    return render(request, "review/policies/policy_detail.html", context)


def _label(name: str) -> str:
    """The label of "object.field"."""
    object_name, _dot, field = name.partition(".")
    known = field_map(object_name)
    return str(known[field].label) if field in known else field


def _buttons(user: User, row: ReviewPolicy) -> list[dict[str, str]]:
    if not user.may(services.PERMISSION):
        return []
    moves = [one for one in MOVES[row.state] if one != State.ON or row.fit is not None]
    return [{"state": str(one), "label": str(_BUTTONS[one]), "main": "yes" if one == State.ON else ""} for one in moves]


def _fit(one: PolicyFit) -> dict[str, Any]:
    return {
        "number": one.number,
        "at": one.created_at,
        "came": one.get_came_display(),
        "decisions": one.decisions,
        "errors": one.errors,
        "threshold": one.threshold,
        "above": one.above,
        "wrong_above": one.wrong_above,
        "one_in_at_most": round(1 / one.bound) if one.bound else None,
        "confidence": 100 * one.confidence,
        "steps": len(one.steps),
    }


def _outlook(one: Outlook, chosen: int) -> dict[str, Any]:
    expected, most = one.wrong_monthly
    return {
        "one_in": one.promise.one_in,
        "chosen": one.promise.one_in == chosen,
        "threshold": one.threshold,
        "rate": one.rate,
        "weekly": one.applied_weekly,
        "hours": one.hours,
        "expected": expected,
        "most": most,
        "missing": one.missing,
        "held": one.held,
        "pool": one.pool,
        "derived": one.derived is not None,
    }


def _plot(found: list[Outlook]) -> Chart:
    """The share that would be applied over the target, the targets at equal distances."""
    points = [
        (float(place), one.rate, _("1 in %(one_in)d: %(share).0f %% applied")
         % {"one_in": one.promise.one_in, "share": 100 * one.rate})
        for place, one in enumerate(found)
    ]  # fmt: skip
    return line_chart(
        [Series(_("applied without a person"), points)],
        words=_("The share of values that would be applied without a person, for each target."),
        x_label=_("at most 1 wrong in"),
        y_label=_("share of values"),
        x_range=(0.0, float(max(len(found) - 1, 1))),
        y_range=(0.0, 1.0),
        x_ticks=[(float(place), str(one.promise.one_in)) for place, one in enumerate(found)],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new policy: first what it covers, with what each target would bring, then the promise."""
    user = person(request)
    require(user, services.PERMISSION)
    if request.method == "POST":
        return _made(request, user)
    scope = ScopeForm(request.GET or {"object": "contact"})
    return _new(request, scope, PromiseForm())


def _made(request: HttpRequest, user: User) -> HttpResponse:
    scope, promise = ScopeForm(request.POST), PromiseForm(request.POST)
    if not (scope.is_valid() and promise.is_valid()):
        return _new(request, scope, promise, status=422)
    asked = dict(scope.cleaned_data)
    try:
        row = services.create(user=user, object_name=asked.pop("object"), **asked, **promise.cleaned_data)
    except BadInput as error:
        messages.error(request, error.message)
        return _new(request, scope, promise, status=422)
    messages.success(request, _("The policy is made and off. Run it on paper first: it says then what it would do."))
    return redirect("policies:policy", pk=row.pk)


def _new(request: HttpRequest, scope: ScopeForm, promise: PromiseForm, status: int = 200) -> HttpResponse:
    found: list[Outlook] = []
    if scope.is_valid():
        found = selectors.outlooks(ReviewPolicy(**scope.cleaned_data, one_in=200))
    context = {
        "scope": scope,
        "promise": promise,
        "outlooks": [_outlook(one, 0) for one in found],
        "plot": _plot(found) if found else None,
    }
    return render(request, "review/policies/policy_new.html", context, status=status)


@require_POST
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Switches a policy on, on paper or off."""
    user = person(request)
    row = selectors.policy(user, pk, permission=services.PERMISSION)
    asked = request.POST.get("state", "")
    if asked not in State.values:
        raise BadInput(_("There is no such state."))
    try:
        row = services.move(user=user, policy=row, state=State(asked))
        messages.success(request, _("The policy is %(state)s.") % {"state": row.get_state_display()})
    except Conflict as refusal:
        messages.warning(request, refusal.message)
    return redirect("policies:policy", pk=row.pk)
