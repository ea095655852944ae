"""The pages of roll-backs: the dry run, the start, how far it is, what stays as it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crmllm.access.rules import person
from crmllm.core.errors import BadInput, Conflict
from review.rollback import selectors, services
from review.rollback.choices import Result, State
from review.rollback.models import Rollback

TONES = {State.RUNNING: "accent", State.DONE: "good", State.FAILED: "bad", State.CANCELLED: "warn"}
SCOPE = ("since", "field", "source", "model")


@require_safe
def rollbacks(request: HttpRequest) -> HttpResponse:
    """All roll-backs."""
    user = person(request)
    context = {
        "rollbacks": [_row(one) for one in selectors.rollbacks(user)[: selectors.LATEST]],
        "empty": {
            "icon": "refresh",
            "title": _("Nothing was rolled back"),
            "text": _("What a policy or a version of the model wrote can be taken back from its page."),
        },
    }  # fmt: skip
    return render(request, "review/rollback/rollback_list.html", context)


def _row(one: Rollback) -> dict[str, Any]:
    return {
        "url": reverse("rollback:rollback", args=[one.pk]),
        "subject": one.subject,
        "kind": one.get_subject_type_display(),
        "state": one.get_state_display(),
        "tone": TONES.get(State(one.state), "muted"),
        "items": one.changes,  # type: ignore[attr-defined]
        "conflicts": one.conflicts,  # type: ignore[attr-defined]
        "by": str(one.user),
        "at": one.created_at,
    }


@require_safe
def rollback(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One roll-back."""
    user = person(request)
    row = selectors.rollback(user, pk)
    found, may = selectors.counts(row), selectors.may_change(user, row)
    left, total = selectors.left(found), found.total()
    items = [_item(one) for one in selectors.shown(user, row, stays=False)]
    conflicts = [_item(one) for one in selectors.shown(user, row, stays=True)]
    unwritten = selectors.unwritten(row) if row.state != State.PLANNED else 0
    stays = sum(found[one] for one in selectors.STAYS)
    context = {
        "rollback": row,
        "tone": TONES.get(State(row.state), "muted"),
        "counts": [{"label": one.label, "count": found[one]} for one in Result if found[one]],
        "progress": None if row.state == State.PLANNED else {
            "label": _("Taken back"), "done": total - left - stays, "total": total - stays, "doing": "",
        },
        "written": _("%(count)d of them are on their way to the CRM.") % {"count": unwritten} if unwritten else "",
        "may_start": may and row.state == State.PLANNED and left > 0,
        "may_stop": may and row.state in (State.PLANNED, State.RUNNING) and not row.stop,
        "items": items,
        "more": max(total - stays - len(items), 0),
        "conflicts": conflicts,
    }  # fmt: skip
    return render(request, "review/rollback/rollback_detail.html", context)


def _item(one: dict[str, Any]) -> dict[str, Any]:
    url = reverse("review:card", args=[one["interaction"]]) if one["interaction"] else ""
    return {**one, "url": url}


@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """The dry run of what a page asks for."""
    try:
        subject_id = UUID(request.POST.get("subject_id", ""))
    except ValueError:
        raise BadInput(_("There is no such thing to take back.")) from None
    scope = {name: request.POST.get(name, "") for name in SCOPE}
    row = services.plan(
        user=person(request), subject_type=request.POST.get("subject_type", ""), subject_id=subject_id, scope=scope
    )
    return redirect("rollback:rollback", pk=row.pk)


@require_POST
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begins to take back."""
    user = person(request)
    row = selectors.rollback(user, pk)
    try:
        services.start(user=user, rollback=row)
        messages.success(request, _("It has begun. You are told when it is done."))
    except Conflict as refusal:
        messages.warning(request, refusal.message)
    return redirect("rollback:rollback", pk=pk)


@require_POST
def stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stops it, or drops the plan."""
    user = person(request)
    services.cancel(user=user, rollback=selectors.rollback(user, pk))
    return redirect("rollback:rollback", pk=pk)
