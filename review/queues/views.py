"""The pages of queues: managers make them; everybody who decides hands items on and talks about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.models import User
from crmllm.access.rules import person, require
from crmllm.core.crypto import open_or
from crmllm.core.errors import BadInput
from crmllm.core.forms import carried_out, form_page
from crmllm.core.models import SavedView
from crmllm.ingestion import selectors as ingestion
from crmllm.ingestion.models import Interaction
from review.queues import selectors, services
from review.queues.forms import CommentForm, EscalateForm, HandOnForm, QueueForm
from review.queues.models import ReviewQueue
from review.selectors import SAVED_PAGE, QueueView, counted

FORM = ("GET", "HEAD", "POST")
DECIDES = "proposals.decide"
MOST_VIEWS = 10


# --- the queues


@require_GET
def queues(request: HttpRequest) -> HttpResponse:
    """All queues that this person works on, in the order in which an item is looked for a place."""
    user = person(request)
    require(user, "interactions.view")
    manages = user.may("queues.manage")
    context = {
        "queues": [_line(user, row, manages) for row in selectors.queues(user)],
        "add_url": reverse("queues:add") if manages else "",
    }
    return render(request, "review/queues/queue_list.html", context)


def _line(user: User, row: ReviewQueue, manages: bool) -> dict[str, Any]:
    view = QueueView(part=str(row.pk), order=row.order, usual=row.order, row=row)
    parts = [
        *(str(label) for value, label in QueueForm.base_fields["objects_in"].choices if value in row.objects_in),  # type: ignore[attr-defined]
        *(str(label) for value, label in QueueForm.base_fields["kinds"].choices if value in row.kinds),  # type: ignore[attr-defined]
        *(str(label) for value, label in QueueForm.base_fields["origins"].choices if value in row.origins),  # type: ignore[attr-defined]
        *([_("risk: %(risk)s") % {"risk": row.get_risk_display()}] if row.risk else []),
        *([str(row.mailbox)] if row.mailbox_id else []),
    ]
    return {
        "name": row.name,
        "url": view.url(),
        "edit_url": reverse("queues:edit", args=[row.pk]) if manages else "",
        "what": " · ".join(parts) or _("everything"),
        "team": str(row.team or ""),
        "hours": row.hours,
        "order": row.get_order_display(),
        "waiting": counted(user, view),
    }


@require_http_methods(FORM)
def add(request: HttpRequest) -> HttpResponse:
    """A new queue."""
    require(person(request), "queues.manage")
    return _queue_form(request, ReviewQueue(), _("Add a queue"))


@require_http_methods(FORM)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another name, filter or service level for a queue."""
    row = selectors.queue(person(request), pk, permission="queues.manage")
    danger = {
        "url": reverse("queues:delete", args=[pk]),
        "label": _("Delete the queue"),
        "text": _("What waits in it stays, and counts for the next queue that it fits."),
    }
    return _queue_form(request, row, row.name, danger=danger)


def _queue_form(request: HttpRequest, row: ReviewQueue, title: str, **more: Any) -> HttpResponse:
    actor, name = person(request), row.name
    form = QueueForm(request.POST or None, instance=row)
    if carried_out(
        request, form, lambda: services.save_queue(actor=actor, queue=form.instance, values=form.cleaned_data)
    ):
        messages.success(request, _("Saved. The deadlines of what waits follow in a moment."))
        return redirect("queues:list")
    row.name = name
    return form_page(request, title, form, reverse("queues:list"), **more)


@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forgets a queue."""
    actor = person(request)
    row = selectors.queue(actor, pk, permission="queues.manage")
    services.delete_queue(actor=actor, queue=row)
    messages.success(request, _("The queue is deleted."))
    return redirect("queues:list")


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keeps how somebody looks at the review under a name, or forgets one."""
    user = person(request)
    view, name = QueueView.of(request.GET, user), request.POST.get("name", "").strip()[:60]
    own = SavedView.objects.filter(user=user, page=SAVED_PAGE)
    if forget := request.POST.get("forget"):
        own.filter(pk=forget).delete()
        return redirect("review:queue")
    query = view.query().removeprefix("?")
    if not name:
        raise BadInput(_("A view needs a name."))
    if not query:
        raise BadInput(_("Choose some filters or an order first: a view keeps those."))
    if own.exclude(name=name).count() >= MOST_VIEWS:
        raise BadInput(_("You have %(count)d views already. Forget one first.") % {"count": MOST_VIEWS})
    SavedView.objects.update_or_create(user=user, page=SAVED_PAGE, name=name, defaults={"query": query})
    messages.success(request, _("The view is saved."))
    return redirect(view.url())


# --- whose work an item is


@require_http_methods(FORM)
def work(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand an item on, hand it up, say something about it. The button that was pressed tells which."""
    user = person(request)
    row = ingestion.interaction(user, pk, permission=DECIDES)
    pressed = request.POST.get("do", "")
    hand_on = HandOnForm(request.POST if pressed == "hand-on" else None, actor=user)
    escalate = EscalateForm(request.POST if pressed == "escalate" else None, actor=user)
    comment = CommentForm(request.POST if pressed == "comment" else None)
    acts = {
        "hand-on": (hand_on, lambda: services.assign(actor=user, interaction=row, **hand_on.cleaned_data)),
        "escalate": (
            escalate,
            lambda: services.escalate(
                actor=user, interaction=row, reason=escalate.cleaned_data["reason"], manager=escalate.chosen()
            ),
        ),
        "comment": (
            comment,
            lambda: services.comment(author=user, interaction=row, text=comment.cleaned_data["text"]),
        ),
    }
    if pressed in acts and carried_out(request, *acts[pressed]):
        messages.success(request, _("Done."))
        return redirect(_card(request, row))
    whose = selectors.assignments([row.pk]).get(row.pk)
    context = {
        "subject": open_or(row.subject, "") or _("(no subject)"),
        "assigned_to": str(whose) if whose else "",
        "comments": selectors.comments(row),
        "hand_on": hand_on,
        "escalate": escalate if escalate.people else None,
        "comment": comment,
        "back_url": _card(request, row),
    }
    status = 422 if any(form.errors for form in (hand_on, escalate, comment)) else 200
    return render(request, "review/queues/work.html", context, status=status)


@require_POST
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Makes an item one's own work."""
    user = person(request)
    row = ingestion.interaction(user, pk, permission=DECIDES)
    services.assign(actor=user, interaction=row, user=user)
    return redirect(_card(request, row))


@require_POST
def give_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Makes it nobody's work again."""
    user = person(request)
    row = ingestion.interaction(user, pk, permission=DECIDES)
    services.give_back(actor=user, interaction=row)
    return redirect(_card(request, row))


def _card(request: HttpRequest, row: Interaction) -> str:
    return QueueView.of(request.GET, person(request)).card_url(row.pk)
