"""The list of notifications, and what one is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crmllm.access.rules import load, person
from crmllm.core.lists import Column, Empty, ListPage, ListSpec, respond
from crmllm.notifications import selectors, services
from crmllm.notifications.forms import ChoicesForm
from crmllm.notifications.models import Notification

TOLD: ListSpec[Notification] = ListSpec(
    name="notifications",
    title=gettext_lazy("Notifications"),
    columns=(Column("created", gettext_lazy("When"), sort=("created_at",)),),
    empty=Empty(gettext_lazy("No notifications"), gettext_lazy("You are told here when something needs you.")),
    order="-created",
)


@require_GET
def notifications(request: HttpRequest) -> HttpResponseBase:
    """What I was told, newest first."""

    def context(shown: ListPage[Notification]) -> dict[str, Any]:
        return {
            "items": [_line(row) for row in shown.rows],
            "read_all_url": reverse("notifications:read"),
            "choices_url": f"{reverse('profile')}#notifications",
        }

    rows = selectors.notifications(person(request))
    return respond(request, TOLD, rows, "notifications/notification_list.html", context=context)


def _line(row: Notification) -> dict[str, Any]:
    return {
        "sentence": row.sentence,
        "link": reverse("notifications:open", args=[row.pk]) if row.link else "",
        "created_at": row.created_at,
        "unread": row.read_at is None,
    }


@require_GET
def follow(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Goes to what a notification is about; following it is reading it."""
    user = person(request)
    row = load(user, selectors.notifications(user), pk)
    services.mark_read(user=user, notifications=[row.pk])
    return redirect(row.link or reverse("notifications:list"))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks everything as read."""
    services.mark_read(user=person(request))
    return redirect("notifications:list")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """What I am told, from the account page."""
    user = person(request)
    form = ChoicesForm(user, request.POST)
    if form.is_valid():
        services.choose(user=user, choices=form.chosen())
        messages.success(request, _("Saved."))
    return redirect("profile")


def profile_part(request: HttpRequest) -> dict[str, Any]:
    """What the account page shows of this package."""
    return {"notification_form": ChoicesForm(person(request)), "notifications_url": reverse("notifications:choose")}
