"""Blind looks: what they say of people, fields and pairs; what a third person settles; how often people are asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crmllm.access.models import User
from crmllm.access.rules import person, require
from crmllm.core.errors import BadInput
from review.figures.views import label_of
from review.looks import quality, selectors, settling
from review.looks.agreement import Kappa, Share
from review.looks.choices import Truth
from review.looks.forms import GuardsForm
from review.looks.models import Look
from review.looks.quality import Agreed, Reviewer
from review.people import people

VIEW = "quality.view"
SHOWN = 50  # disagreements on the page; the oldest wait behind them


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Everybody's figures for managers, one's own for others; POST sets how often people are asked."""
    user = person(request)
    require(user, VIEW)
    manages = user.may(settling.PERMISSION)
    form = GuardsForm.of(quality.settings()) if manages else None
    if request.method == "POST":
        require(user, settling.PERMISSION)
        form = GuardsForm(request.POST)
        if form.is_valid():
            settling.set_guards(user=user, **form.values)
            messages.success(request, _("Set. It counts from the next decision on."))
            return redirect("guards:index")
    found = quality.quality(user, list(people(user)))
    context = {
        "form": form,
        "manages": manages,
        "since": found.since,
        "reviewers": [shown(one) for one in found.reviewers],
        "fields": [_agreed(one) | {"name": label_of(one.name)} for one in found.fields] if manages else [],
        "pairs": [_agreed(one) for one in found.pairs],
        "disagreements": [_row(look) for look in selectors.disagreements(user)[:SHOWN]] if manages else [],
    }
    return render(request, "review/guards.html", context, status=422 if form is not None and form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def disagreement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What two people said of one proposal; POST says who was right."""
    user = person(request)
    look = selectors.disagreement(user, pk, permission=settling.PERMISSION)
    if request.method == "POST":
        truth = request.POST.get("truth", "")
        if truth not in Truth.values:
            raise BadInput(_("Say who was right: the first, the second, or neither."))
        settling.settle(user=user, look=look, truth=Truth(truth))
        messages.success(request, _("Settled. What was written stays until somebody takes the decision back."))
        return redirect("guards:index")
    return render(request, "review/disagreement.html", _disagreement(user, look))


def profile_part(request: HttpRequest) -> dict[str, Any]:
    """A person's own figures, for the page of their account."""
    user = person(request)
    if not user.may("proposals.decide"):
        return {}
    found = quality.quality(user, [user]).reviewers
    return {"own_figures": shown(found[0]) if found else None}


# --- in words


def shown(one: Reviewer) -> dict[str, Any]:
    """A person's figures; where the numbers are too small to say anything, that is what is said."""
    return {
        "name": one.name,
        "decisions": one.decisions,
        "median": "–" if one.median_ms is None else f"{one.median_ms / 1000:,.1f}",
        "agreement": share_in_words(one.agreement),
        "kappa": _kappa(one.kappa),
        "held": share_in_words(one.held),
        "caught": share_in_words(one.caught),
        "fast": share_in_words(one.fast),
        "fast_below": f"{one.fast_below_ms / 1000:,.1f}",
    }


def share_in_words(share: Share) -> dict[str, str]:
    """The share with its interval, and of how many; too few say nothing."""
    if not share.count:
        return {"value": "–", "note": _("none yet")}
    of = _("%(hits)d of %(count)d") % {"hits": share.hits, "count": share.count}
    if share.value is None or not share.says_something:
        return {"value": _("too few to say"), "note": of}
    return {"value": f"{share.value:.0%}", "note": f"{of}, {share.low:.0%}–{share.high:.0%}"}


def _kappa(found: Kappa | None) -> str:
    return "–" if found is None else f"{found.value:.2f} ({found.low:.2f}–{found.high:.2f})"


def _agreed(one: Agreed) -> dict[str, Any]:
    return {"name": one.name, "share": share_in_words(one.share), "kappa": _kappa(one.kappa)}


def _row(look: Look) -> dict[str, Any]:
    return {
        "url": reverse("guards:disagreement", args=[look.pk]),
        "title": look.proposal.title,
        "name": look.proposal.name,
        "first": str(look.decision.actor) if look.decision and look.decision.actor else "–",
        "second": str(look.user or "–"),
        "at": look.decided_at,
    }


def _disagreement(user: User, look: Look) -> dict[str, Any]:
    first = look.decision.actor if look.decision else None
    return {
        "look": look,
        "lines": selectors.said(user, look),
        "first": {"name": str(first or "–"), "verdict": look.decision.get_verdict_display() if look.decision else "–"},
        "second": {"name": str(look.user or "–"), "verdict": look.get_verdict_display()},
        "is_theirs": user.pk in (look.user_id, first.pk if first else None),
        "card_url": reverse("review:card", args=[look.proposal.interaction_id]),
        "source_url": reverse("ingestion:detail", args=[look.proposal.interaction_id]),
        "choices": [(str(value), str(label)) for value, label in Truth.choices],
    }
