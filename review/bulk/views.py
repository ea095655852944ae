"""The pages of decisions about many: how many there are, the sample, the progress, the undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.rules import person, require
from crmllm.core.crypto import open_or
from crmllm.core.forms import carried_out
from crmllm.core.lists import capped
from crmllm.ingestion.models import Interaction
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import Verdict
from review.bulk import selectors, services
from review.bulk.choices import Result, Seen, State
from review.bulk.forms import BulkForm
from review.bulk.models import Bulk
from review.selectors import QueueView, waiting

FORM = ("GET", "HEAD", "POST")
DECIDES = "proposals.decide"
TONES = {State.SAMPLE: "accent", State.RUNNING: "accent", State.DONE: "good", State.STOPPED: "warn"}


@require_GET
def bulks(request: HttpRequest) -> HttpResponse:
    """One's own latest decisions about many."""
    user = person(request)
    require(user, DECIDES)
    return render(request, "review/bulk/bulk_list.html", {"bulks": [_line(row) for row in selectors.bulks(user)]})


def _line(row: Bulk) -> dict[str, Any]:
    return {
        "url": reverse("bulk:detail", args=[row.pk]),
        "what": selectors.in_words(row.pattern),
        "verdict": row.get_verdict_display(),
        "state": row.get_state_display(),
        "tone": TONES[State(row.state)],
        "at": row.created_at,
    }


@require_http_methods(FORM)
def prepare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What waits of the same kind as a proposal, and what says something like its message."""
    user = person(request)
    view = QueueView.of(request.GET, user)
    row = proposals.proposal(user, pk, permission=DECIDES)
    form = BulkForm(request.POST or None)
    made: list[Bulk] = []

    def act() -> None:
        given = form.cleaned_data
        made.append(
            services.prepare(
                user=user, proposal=row, verdict=Verdict(given["verdict"]), reason=str(given["reason"] or "")
            )
        )

    if carried_out(request, form, act):
        return redirect("bulk:detail", made[0].pk)
    near = selectors.similar(user, row.interaction, waiting(user, QueueView()))
    context = {
        "what": selectors.in_words(row.pattern),
        "count": capped(selectors.alike(user, row.pattern)),
        "most": selectors.MOST,
        "sample": services.SAMPLE,
        "risky": selectors.risky_fields(row),
        "alone": not row.pattern or selectors.alike(user, row.pattern)[: services.FEWEST].count() < services.FEWEST,
        "form": form,
        "similar": [_near(view, one, share) for one, share in near],
        "back_url": view.card_url(row.interaction_id),
    }
    return render(request, "review/bulk/prepare.html", context, status=422 if form.errors else 200)


def _near(view: QueueView, row: Interaction, share: float) -> dict[str, Any]:
    return {
        "url": view.card_url(row.pk),
        "who": row.sender_name or _("Unknown sender"),
        "what": open_or(row.subject, ""),
        "at": row.occurred_at,
        "share": share,
    }


@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sample to look at, then how far it is."""
    user = person(request)
    row = selectors.bulk(user, pk)
    counts = selectors.results(row)
    total = sum(counts.values())
    left = counts[Result.WAITING]
    sample = selectors.sample(user, row)
    context = {
        "bulk": row,
        "what": selectors.in_words(row.pattern),
        "tone": TONES[State(row.state)],
        "total": total,
        "done": total - left,
        "counts": [(label, counts[value]) for value, label in Result.choices if counts[value]],
        "sample": sample,
        "looked_at": sum(one["item"].seen == Seen.RIGHT for one in sample),
        "may_run": row.state == State.SAMPLE and all(one["item"].seen == Seen.RIGHT for one in sample),
        "may_stop": row.state in (State.SAMPLE, State.RUNNING),
        "may_undo": row.state in (State.DONE, State.STOPPED) and counts[Result.DECIDED] > 0,
        "at_work": row.state == State.RUNNING,
        "refused": [_refused(one) for one in selectors.refused(user, row)],
        "more_refused": max(0, counts[Result.REFUSED] - selectors.SHOWN),
    }
    return render(request, "review/bulk/bulk_detail.html", context)


def _refused(one: dict[str, Any]) -> dict[str, Any]:
    row = one["proposal"]
    return {
        "name": row.name,
        "what": row.title,
        "why": one["why"],
        "moved": one["moved"],
        "url": reverse("review:card", args=[row.interaction_id]),
        "state": None if one["open"] else row.get_state_display(),
    }


@require_POST
def judge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Right or wrong: what a person says of one of the sample."""
    user = person(request)
    item = selectors.item(user, pk)
    bulk = services.judge(user=user, item=item, seen=Seen(request.POST.get("seen", "")))
    if bulk.state == State.STOPPED:
        messages.warning(request, _("Stopped: nothing was decided. Each of them waits for a look of its own."))
    return redirect("bulk:detail", bulk.pk)


@require_POST
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decides all of them."""
    user = person(request)
    services.run(user=user, bulk=selectors.bulk(user, pk))
    return redirect("bulk:detail", pk)


@require_POST
def stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    services.stop(user=user, bulk=selectors.bulk(user, pk))
    return redirect("bulk:detail", pk)
