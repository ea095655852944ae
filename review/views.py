"""The review screen: load, bind, call a service, show the next card."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core.errors import BadInput
from crmllm.crm.choices import Object
from crmllm.crm.forms import RecordForm
from crmllm.ingestion import selectors as ingestion
from crmllm.ingestion import services as ingestion_services
from crmllm.ingestion.models import Interaction
from crmllm.monitoring.selectors import model_status
from crmllm.proposals import selectors as proposals
from crmllm.proposals import services
from crmllm.proposals.models import Proposal
from review import selectors
from review.selectors import QueueView

PERMISSION = "proposals.decide"


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The first card that nobody else holds."""
    user, view = _person(request), QueueView.of(request.GET)
    require(user, "interactions.view")
    row = selectors.next_after(user, view, None)
    return _page(request, view, _claimed_card(request, row, view) if row else None, row)


@login_required
@require_GET
def card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One card; opening it holds it for a while."""
    view = QueueView.of(request.GET)
    row = ingestion.interaction(_person(request), pk)
    shown = _claimed_card(request, row, view, form=_hand_form(request, row))
    if request.htmx:
        return _fragment(request, "review/card.html", view, shown, row)
    return _page(request, view, shown, row)


@login_required
@require_GET
def peek(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The next card, looked at before its turn: claims nothing."""
    view = QueueView.of(request.GET)
    row = ingestion.interaction(_person(request), pk)
    return _fragment(request, "review/card.html", view, selectors.card(_person(request), row, view), row)


@login_required
@require_POST
def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _proposal(request, pk)
    services.approve(user=_person(request), proposal=row, milliseconds=_milliseconds(request))
    return _answer(request, row)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET shows the lines as a form, POST approves with the values that were set."""
    row, view = _proposal(request, pk), QueueView.of(request.GET)
    if request.method == "GET":
        return _edit_form(request, row, view)
    try:
        edits = _edits(request, row)
        services.approve(user=_person(request), proposal=row, edits=edits, milliseconds=_milliseconds(request))
    except BadInput as error:
        return _edit_form(request, row, view, error)
    return _answer(request, row)


@login_required
@require_POST
def reject(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _proposal(request, pk)
    reason = request.POST.get("reason", "")
    services.reject(user=_person(request), proposal=row, reason=reason, milliseconds=_milliseconds(request))
    return _answer(request, row)


@login_required
@require_POST
def skip(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _proposal(request, pk)
    services.skip(user=_person(request), proposal=row, milliseconds=_milliseconds(request))
    return _answer(request, row)


@login_required
@require_POST
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Takes a decision back and shows its card again."""
    row = _proposal(request, pk)
    services.undo(user=_person(request), proposal=row)
    return _answer(request, row, stay=True)


@login_required
@require_POST
def by_hand(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Saves what a person filled in, or notes that there is nothing to record."""
    user, view = _person(request), QueueView(part="failed")
    row = ingestion.interaction(user, pk, permission=PERMISSION)
    if request.POST.get("nothing"):
        ingestion_services.set_aside(actor=user, interaction=row)
        return _next(request, view, row)
    form = _bound_hand_form(request)
    try:
        proposal = services.propose_by_hand(
            user=user, interaction=row, object_name=form.object_name, entered=form.data.dict()
        )
    except BadInput as error:
        form.refuse(error.fields, error.message)
        return _shown_again(request, view, selectors.card(user, row, view, form=form), row)
    return _answer(request, proposal, stay=True)


@login_required
@require_POST
def replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sends an interaction through all stages again."""
    row = ingestion.interaction(_person(request), pk, permission="interactions.add")
    ingestion_services.replay(actor=_person(request), interaction=row)
    return _next(request, QueueView(part="failed"), row)


# --- what the views share


def _proposal(request: HttpRequest, pk: UUID) -> Proposal:
    return proposals.proposal(_person(request), pk, permission=PERMISSION)


def _milliseconds(request: HttpRequest) -> int | None:
    return selectors.milliseconds(request.POST.get("shown_at", ""), request.POST.get("elapsed_ms", ""))


def _edits(request: HttpRequest, row: Proposal) -> dict[str, Any]:
    """The values that differ from the proposed ones; a line that was left out is None."""
    edits: dict[str, Any] = {}
    for line in proposals.lines(_person(request), [row])[row.pk]:
        key = str(line.change.pk)
        if request.POST.get(f"leave-{key}"):
            edits[key] = None
            continue
        if f"value-{key}" not in request.POST:
            continue
        given = request.POST[f"value-{key}"].strip()
        proposed = ", ".join(line.proposed) if isinstance(line.proposed, list) else line.proposed
        if given != str("" if proposed is None else proposed):
            edits[key] = given or None
    return edits


def _claimed_card(request: HttpRequest, row: Interaction, view: QueueView, form: Any = None) -> dict[str, Any]:
    user = _person(request)
    if user.may(PERMISSION) and row.open_proposals:
        services.claim(user=user, interaction=row)
    return selectors.card(user, row, view, form=form)


def _hand_form(request: HttpRequest, row: Interaction) -> RecordForm | None:
    name = request.GET.get("by_hand") or (Object.CONTACT if row.status == "failed" else "")
    if name not in Object.values:
        return None
    content = ingestion.content(row)
    sender = content.get("sender") or {}
    known = {"name": sender.get("name", ""), "email": sender.get("email", "")}
    return RecordForm(name, selectors.hand_fields(_person(request), name), initial=known)


def _bound_hand_form(request: HttpRequest) -> RecordForm:
    name = request.GET.get("object", "")
    if name not in Object.values:
        raise BadInput("Choose what kind of record to make.")
    return RecordForm(name, selectors.hand_fields(_person(request), name), request.POST)


def _edit_form(request: HttpRequest, row: Proposal, view: QueueView, error: BadInput | None = None) -> HttpResponse:
    user = _person(request)
    interaction = ingestion.interaction(user, row.interaction_id)
    shown = selectors.card(user, interaction, view, editing=row.pk, errors=error.fields if error else None)
    if error is not None:
        return _shown_again(request, view, shown, interaction)
    if not request.htmx:
        return _page(request, view, shown, interaction)
    one = next(one for one in shown["proposals"] if one["id"] == str(row.pk))
    context = {"proposal": one, "reject_reasons": selectors.reject_reasons()}
    return _varied(render(request, "review/_proposal.html", context))


def _shown_again(request: HttpRequest, view: QueueView, shown: dict[str, Any], row: Interaction) -> HttpResponse:
    """A form with its mistakes: shown in place, whatever the status."""
    if request.htmx:
        return _fragment(request, "review/card.html", view, shown, row)
    return _page(request, view, shown, row, status=422)


def _answer(request: HttpRequest, row: Proposal, *, stay: bool = False) -> HttpResponse:
    """After a decision: the same interaction while it holds open proposals, else the next one."""
    view = QueueView.of(request.GET)
    interaction = ingestion.interaction(_person(request), row.interaction_id)
    if stay or interaction.open_proposals:
        return _go(request, view, interaction)
    return _next(request, view, interaction)


def _next(request: HttpRequest, view: QueueView, row: Interaction) -> HttpResponse:
    return _go(request, view, selectors.next_after(_person(request), view, row))


def _go(request: HttpRequest, view: QueueView, row: Interaction | None) -> HttpResponse:
    url = view.card_url(row.pk) if row else view.url()
    if not request.htmx:
        return redirect(url)
    shown = _claimed_card(request, row, view) if row else None
    response = _fragment(request, "review/card.html#answer", view, shown, row, whole=True)
    response["HX-Push-Url"] = url
    return response


def _context(
    request: HttpRequest, view: QueueView, shown: dict[str, Any] | None, row: Interaction | None, *, whole: bool
) -> dict[str, Any]:
    user = _person(request)
    context: dict[str, Any] = {
        "card": shown or selectors.nothing(starting=model_status().state == "starting"),
        "reject_reasons": selectors.reject_reasons(),
    }
    if whole:
        page = request.GET.get("page", "1")
        context |= {
            "queue": selectors.queue(user, view, row.pk if row else None, int(page) if page.isdigit() else 1),
            "progress": selectors.progress(user),
            "last": selectors.last(user),
        }
    return context


def _page(
    request: HttpRequest, view: QueueView, shown: dict[str, Any] | None, row: Interaction | None, status: int = 200
) -> HttpResponse:
    return _varied(render(request, "review/queue.html", _context(request, view, shown, row, whole=True), status=status))


def _fragment(
    request: HttpRequest,
    template: str,
    view: QueueView,
    shown: dict[str, Any] | None,
    row: Interaction | None,
    *,
    whole: bool = False,
) -> HttpResponse:
    return _varied(render(request, template, _context(request, view, shown, row, whole=whole)))


def _varied(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response
