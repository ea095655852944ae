"""The review screen: load, bind, call a service, show the next card."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.middleware import HtmxDetails

from crmllm.access.models import User
from crmllm.access.rules import person, require
from crmllm.core.errors import BadInput, Conflict, CrmllmError
from crmllm.crm.choices import Object
from crmllm.crm.forms import RecordForm, as_typed, typed
from crmllm.ingestion import selectors as ingestion
from crmllm.ingestion import services as ingestion_services
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.monitoring.selectors import model_status
from crmllm.proposals import selectors as proposals
from crmllm.proposals import services
from crmllm.proposals.models import Proposal
from crmllm.proposals.proposing import propose_by_hand
from review import cards, deciding, selectors
from review import services as review_services
from review.looks.selectors import as_shown
from review.looks.services import on_opening
from review.queues.services import hand_out
from review.selectors import QueueView

PERMISSION = "proposals.decide"
MOST_PAGES = 20  # of the list beside the card; who needs more narrows it
ENOUGH_LISTED = 15  # a list with so many left is not made anew for a decision: that would be half of its time


class Asked(HttpRequest):
    """A request, of the page or of one of its fragments."""

    htmx: HtmxDetails


@login_required
@require_GET
def queue(request: Asked) -> HttpResponse:
    """The first card that nobody else holds."""
    user, view = person(request), QueueView.of(request.GET, person(request))
    require(user, "interactions.view")
    row = _taken(request, view, None)
    return _page(request, view, cards.card(user, row, view, form=_hand_form(request, row)) if row else None, row)


@login_required
@require_GET
def card(request: Asked, pk: UUID) -> HttpResponse:
    """One card; opening it holds it for a while."""
    view = QueueView.of(request.GET, person(request))
    row = ingestion.interaction(person(request), pk)
    shown = _claimed_card(request, row, view)
    if request.htmx:
        return _fragment(request, "review/card.html", view, shown, row)
    return _page(request, view, shown, row)


@login_required
@require_GET
def peek(request: Asked, pk: UUID) -> HttpResponse:
    """The card behind this one, looked at before its turn: claims nothing. `without` names cards being decided."""
    user, view = person(request), QueueView.of(request.GET, person(request))
    row = selectors.next_after(user, view, ingestion.interaction(user, pk), _ids(request.GET.getlist("without")))
    if row is None:
        return HttpResponse(status=204)
    return _fragment(request, "review/card.html", view, cards.card(user, row, view), row)


@login_required
@require_GET
def following(request: Asked, pk: UUID) -> HttpResponse:
    """Goes on to the card behind this one."""
    user, view = person(request), QueueView.of(request.GET, person(request))
    row = _taken(request, view, ingestion.interaction(user, pk))
    return redirect(view.card_url(row.pk) if row else view.url())


@login_required
@require_POST
def approve(request: Asked, pk: UUID) -> HttpResponse:
    """As proposed, or without the lines that were left out."""

    def act(row: Proposal) -> None:
        left = {key.removeprefix("leave-"): None for key in request.POST if key.startswith("leave-")}
        deciding.approve(user=person(request), proposal=row, edits=left, milliseconds=_milliseconds(request))

    return _decided(request, pk, act)


@login_required
@require_POST
def reject(request: Asked, pk: UUID) -> HttpResponse:
    def act(row: Proposal) -> None:
        reason = request.POST.get("reason", "")
        deciding.reject(user=person(request), proposal=row, reason=reason, milliseconds=_milliseconds(request))

    return _decided(request, pk, act)


@login_required
@require_POST
def skip(request: Asked, pk: UUID) -> HttpResponse:
    def act(row: Proposal) -> None:
        deciding.skip(user=person(request), proposal=row, milliseconds=_milliseconds(request))

    return _decided(request, pk, act)


@login_required
@require_POST
def approve_all(request: Asked, pk: UUID) -> HttpResponse:
    """Approves what waits in one interaction; says why where it stops, and what waits for a look of its own."""
    user, view = person(request), QueueView.of(request.GET, person(request))
    row = ingestion.interaction(user, pk, permission=PERMISSION)
    done = review_services.approve_all(
        user=user,
        interaction=row,
        high_risk="high_risk" in request.POST,
        milliseconds=_milliseconds(request),
    )
    if done.refusal is None and not done.left:
        return _next(request, view, row)
    count = len(done.approved)
    told = [ngettext("%(n)d approved.", "%(n)d approved.", count) % {"n": count}] if count else []
    if done.refusal is not None:
        told.append(done.refusal.message)
    if done.left:
        names = ", ".join(one.name for one in done.left)
        told.append(_("Left for a look of its own, because of fields of high risk: %(names)s.") % {"names": names})
    messages.warning(request, " ".join(told))
    return _go(request, view, ingestion.interaction(user, pk))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: Asked, pk: UUID) -> HttpResponse:
    """GET shows the lines as a form, POST approves with the values that were set."""
    row, view = _proposal(request, pk), QueueView.of(request.GET, person(request))
    if request.method == "GET":
        return _edit_form(request, row, view)
    try:
        edits = _edits(request, row)
        deciding.approve(user=person(request), proposal=row, edits=edits, milliseconds=_milliseconds(request))
    except BadInput as error:
        messages.error(request, error.message)
        return _edit_form(request, row, view, error.fields)
    except Conflict as refusal:
        _raise_unless_moved(refusal)
        messages.warning(request, refusal.message)
        return _edit_form(request, row, view, {})
    return _answer(request, row)


@login_required
@require_POST
def undo(request: Asked, pk: UUID) -> HttpResponse:
    """Takes a decision back and shows its card again."""
    row = _proposal(request, pk)
    others = [one.name for one in deciding.undo(user=person(request), proposal=row) if one.pk != row.pk]
    if others:
        messages.info(request, _("Taken back with it: %(names)s.") % {"names": ", ".join(others)})
    return _answer(request, row, stay=True)


@login_required
@require_POST
def link(request: Asked, pk: UUID) -> HttpResponse:
    """It is somebody who is there: the create becomes a change of that record."""
    row = _proposal(request, pk)
    chosen = _ids([request.POST.get("record", "")])
    if not chosen:
        raise BadInput(_("Choose the record that is meant."))
    deciding.link(user=person(request), proposal=row, record_id=chosen[0])
    return _answer(request, row)


@login_required
@require_POST
def part(request: Asked, pk: UUID) -> HttpResponse:
    """It is somebody else than was thought: the change becomes the create of somebody new."""
    row = _proposal(request, pk)
    deciding.part(user=person(request), proposal=row)
    return _answer(request, row)


@login_required
@require_POST
def by_hand(request: Asked, pk: UUID) -> HttpResponse:
    """Saves what a person filled in, or notes that there is nothing to record."""
    user, view = person(request), QueueView(part="failed")
    row = ingestion.interaction(user, pk, permission=PERMISSION)
    if request.POST.get("nothing"):
        ingestion_services.set_aside(actor=user, interaction=row)
        return _next(request, view, row)
    form = _bound_hand_form(request)
    try:
        proposal = propose_by_hand(
            user=user, interaction=row, object_name=form.object_name, entered=request.POST.dict()
        )
    except BadInput as error:
        form.refuse(error.fields, error.message)
        return _shown_again(request, view, cards.card(user, row, view, form=form), row)
    return _answer(request, proposal, stay=True)


@login_required
@require_POST
def replay(request: Asked, pk: UUID) -> HttpResponse:
    """Sends an interaction through all stages again."""
    row = ingestion.interaction(person(request), pk, permission="interactions.add")
    ingestion_services.replay(actor=person(request), interaction=row)
    return _next(request, QueueView(part="failed"), row)


# --- what the views share


def _proposal(request: Asked, pk: UUID) -> Proposal:
    return as_shown(person(request), proposals.proposal(person(request), pk, permission=PERMISSION))


def _milliseconds(request: Asked) -> int | None:
    return selectors.milliseconds(request.POST.get("shown_at", ""), request.POST.get("elapsed_ms", ""))


def _edits(request: Asked, row: Proposal) -> dict[str, Any]:
    """The values that differ from the proposed ones; a line that was left out is None."""
    edits: dict[str, Any] = {}
    for line in proposals.lines(person(request), [row])[row.pk]:
        key = str(line.change.pk)
        if request.POST.get(f"leave-{key}"):
            edits[key] = None
            continue
        if f"value-{key}" not in request.POST:
            continue
        given = typed(request.POST, f"value-{key}")
        if given != as_typed(line.proposed).strip():
            edits[key] = given or None
    return edits


def _decided(request: Asked, pk: UUID, act: Callable[[Proposal], None]) -> HttpResponse:
    """Carries a decision out and goes on.

    A browser that runs ahead shows what comes next already and names its card in X-Shown-Card: behind the last decision
    of an item it is answered with what stands around that card, else with the card that it is in; and when the decision
    was refused, with the decided card as it is now and the reason in it.
    """
    row, ahead = _proposal(request, pk), request.headers.get("X-Shown-Card", "")
    try:
        act(row)
    except CrmllmError as refusal:
        if ahead:
            return _refused(request, row, refusal)
        if not isinstance(refusal, Conflict):
            raise
        _raise_unless_moved(refusal)
        messages.warning(request, refusal.message)
        return _answer(request, row, stay=True)
    goes_on = ahead and ahead != str(row.interaction_id)
    return _stand_behind(request, row, ahead) if goes_on else _answer(request, row)


def _refused(request: Asked, row: Proposal, refusal: CrmllmError) -> HttpResponse:
    """The card whose decision was refused, to be put in front again."""
    view = QueueView.of(request.GET, person(request))
    interaction = ingestion.interaction(person(request), row.interaction_id)
    messages.error(request, f"{row.name}: {refusal.message}")
    shown = _claimed_card(request, interaction, view, near=row.pk) | {"refused": refusal.message}
    return _fragment(request, "review/card.html#back", view, shown, interaction, status=409)


def _stand_behind(request: Asked, row: Proposal, ahead: str) -> HttpResponse:
    """Claims the card that is shown already; where somebody else has it, another one comes in its place."""
    user, view = person(request), QueueView.of(request.GET, person(request))
    shown = ingestion.interactions(user).filter(pk__in=_ids([ahead])).first()
    held = shown is not None and selectors.waits(user, shown, view) and _claim(user, shown)
    if held:
        context = _progress(request, view)
        if _list_runs_short(request):
            context["queue"] = _list(request, view, shown)
        return _varied(render(request, "review/card.html#around", context))
    instead = _taken(request, view, ingestion.interaction(user, row.interaction_id))
    messages.info(request, _("Somebody else took the card behind; this is the next one."))
    card = cards.card(user, instead, view) if instead else None
    return _fragment(request, "review/card.html#answer", view, card, instead, whole=True)


def _taken(request: Asked, view: QueueView, current: Interaction | None) -> Interaction | None:
    """The next item, claimed for this person; who only reads is shown it all the same."""
    user = person(request)
    if not user.may(PERMISSION) or view.part in ("skipped", "failed"):
        return selectors.next_after(user, view, current)
    row = hand_out(user=user, look=partial(selectors.candidates, user, view, current))
    if row is not None:
        on_opening(user=user, interaction=row)
    return row


def _claim(user: User, row: Interaction) -> bool:
    if not user.may(PERMISSION):
        return True
    held = not row.open_proposals or services.claim(user=user, interaction=row)
    if held:
        on_opening(user=user, interaction=row)
    return held


def _ids(given: list[str]) -> list[UUID]:
    """The ids among some text."""
    found = []
    for one in given:
        with suppress(ValueError):
            found.append(UUID(one))
    return found


def _claimed_card(request: Asked, row: Interaction, view: QueueView, *, near: UUID | None = None) -> dict[str, Any]:
    user = person(request)
    if _claim(user, row):
        row.refresh_from_db(fields=["claimed_by", "claimed_until"])
    return cards.card(user, row, view, form=_hand_form(request, row), near=near)


def _hand_form(request: Asked, row: Interaction) -> RecordForm | None:
    name = request.GET.get("by_hand") or (Object.CONTACT if row.status == Status.FAILED else "")
    if name not in cards.BY_HAND:
        return None
    return RecordForm(name, cards.hand_fields(person(request), name), initial=cards.known(row, name))


def _bound_hand_form(request: Asked) -> RecordForm:
    name = request.GET.get("object", "")
    if name not in cards.BY_HAND:
        raise BadInput(_("Choose what kind of record to make."))
    return RecordForm(name, cards.hand_fields(person(request), name), request.POST)


def _raise_unless_moved(refusal: Conflict) -> None:
    """When the CRM moved, the lines were brought up to date and are shown again; every other refusal is an error."""
    if refusal.code != "crm_moved":
        raise refusal


def _edit_form(
    request: Asked, row: Proposal, view: QueueView, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    """The lines of a proposal as a form; after a refusal with what was typed and what is wrong with it."""
    user, refused = person(request), errors is not None
    interaction = ingestion.interaction(user, row.interaction_id)
    typed = request.POST if refused else {}
    shown = cards.card(user, interaction, view, editing=row.pk, errors=errors, typed=typed)
    if refused:
        return _shown_again(request, view, shown, interaction)
    if not request.htmx:
        return _page(request, view, shown, interaction)
    one = next(one for one in shown["proposals"] if one["id"] == str(row.pk))
    context = {"proposal": one, "card": shown, "reject_reasons": selectors.reject_reasons()}
    return _varied(render(request, "review/_proposal.html", context))


def _shown_again(request: Asked, view: QueueView, shown: dict[str, Any], row: Interaction) -> HttpResponse:
    """A form with its mistakes, in place."""
    if request.htmx:
        return _fragment(request, "review/card.html#answer", view, shown, row, whole=True, status=422)
    return _page(request, view, shown, row, status=422)


def _answer(request: Asked, row: Proposal, *, stay: bool = False) -> HttpResponse:
    """After a decision: the same interaction while something waits in it, else the next one."""
    view = QueueView.of(request.GET, person(request))
    interaction = ingestion.interaction(person(request), row.interaction_id)
    if stay or not selectors.waits(person(request), interaction, view):
        return _go(request, view, interaction, near=row.pk) if stay else _next(request, view, interaction)
    return _go_on_here(request, view, interaction, row.pk)


def _go_on_here(request: Asked, view: QueueView, row: Interaction, near: UUID) -> HttpResponse:
    """The same card, held already: neither its address nor the list beside it changes."""
    if not request.htmx or row.claimed_by != person(request):
        return _go(request, view, row, near)
    shown = cards.card(person(request), row, view, near=near)
    context = _context(request, view, shown, row, whole=False) | _progress(request, view)
    return _varied(render(request, "review/card.html#answer", context))


def _next(request: Asked, view: QueueView, row: Interaction) -> HttpResponse:
    return _go(request, view, _taken(request, view, row))


def _go(request: Asked, view: QueueView, row: Interaction | None, near: UUID | None = None) -> HttpResponse:
    url = view.card_url(row.pk) if row else view.url()
    if not request.htmx:
        return redirect(f"{url}#proposal-{near}" if near else url)
    shown = _claimed_card(request, row, view, near=near) if row else None
    response = _fragment(request, "review/card.html#answer", view, shown, row, whole=True)
    response["HX-Push-Url"] = url
    return response


def _context(
    request: Asked, view: QueueView, shown: dict[str, Any] | None, row: Interaction | None, *, whole: bool
) -> dict[str, Any]:
    user = person(request)
    context: dict[str, Any] = {"reject_reasons": selectors.reject_reasons()}
    if shown is None and row is None:
        shown = cards.nothing(user, view, starting=model_status().state == "starting")
    if shown is not None:
        context["card"] = shown
    if whole:
        context |= {"queue": _list(request, view, row)} | _progress(request, view)
    return context


def _list_runs_short(request: Asked) -> bool:
    left = request.headers.get("X-Queue-Left", "")
    return not left.isdecimal() or int(left) < ENOUGH_LISTED


def _list(request: Asked, view: QueueView, row: Interaction | None) -> dict[str, Any]:
    page = request.GET.get("page", "1")
    pages = min(int(page), MOST_PAGES) if page.isdecimal() else 1
    return selectors.queue(person(request), view, row.pk if row else None, pages)


def _progress(request: Asked, view: QueueView) -> dict[str, Any]:
    user = person(request)
    return {
        "progress": selectors.progress(user, selectors.counted(user, view)),
        "last": selectors.last(user, view),
    }


def _page(
    request: Asked, view: QueueView, shown: dict[str, Any] | None, row: Interaction | None, status: int = 200
) -> HttpResponse:
    context = _context(request, view, shown, row, whole=True)
    context |= {"tabs": selectors.tabs(person(request), view), "title": _("Review")}
    return _varied(render(request, "review/queue.html", context, status=status))


def _fragment(
    request: Asked,
    template: str,
    view: QueueView,
    shown: dict[str, Any] | None,
    row: Interaction | None,
    *,
    whole: bool = False,
    status: int = 200,
) -> HttpResponse:
    return _varied(render(request, template, _context(request, view, shown, row, whole=whole), status=status))


def _varied(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response
