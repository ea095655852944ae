"""The settings pages of competitors. Whoever sees settings may look; admins change."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.rules import person, require
from crmllm.core.forms import carried_out, form_page
from crmllm.crm import selectors
from crmllm.crm.competitors import services
from crmllm.crm.competitors.forms import CompetitorForm

FORM = ("GET", "HEAD", "POST")


@require_GET
def competitors(request: HttpRequest) -> HttpResponse:
    """All of them, by name."""
    actor = person(request)
    require(actor, "settings.view")
    manages = actor.may("settings.manage")
    context = {
        "competitors": [
            {
                "name": row.name,
                "also": ", ".join(row.also_known_as),
                "url": reverse("competitors:edit", args=[row.pk]) if manages else "",
                "active": row.active,
            }
            for row in selectors.competitors(actor)
        ],
        "add_url": reverse("competitors:add") if manages else "",
    }
    return render(request, "crm/competitor_list.html", context)


@require_http_methods(FORM)
def add(request: HttpRequest) -> HttpResponse:
    actor = person(request)
    require(actor, "settings.manage")
    form = CompetitorForm(request.POST or None)
    if carried_out(request, form, lambda: services.add_competitor(actor=actor, **form.changes())):
        messages.success(request, _("Saved. It is looked for from the next message on."))
        return redirect("competitors:list")
    return form_page(request, _("Add a competitor"), form, reverse("competitors:list"))


@require_http_methods(FORM)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = person(request)
    row = selectors.competitor(actor, pk, permission="settings.manage")
    form = CompetitorForm(request.POST or None, row=row)
    if carried_out(request, form, lambda: services.change_competitor(actor=actor, competitor=row, **form.changes())):
        messages.success(request, _("Saved."))
        return redirect("competitors:list")
    danger = {
        "url": reverse("competitors:delete", args=[pk]),
        "label": _("Delete the competitor"),
        "text": _("It is not looked for any more. Opportunities that name it keep it."),
    }
    return form_page(request, row.name, form, reverse("competitors:list"), danger=danger)


@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = person(request)
    row = selectors.competitor(actor, pk, permission="settings.manage")
    services.remove_competitor(actor=actor, competitor=row)
    messages.success(request, _("Deleted."))
    return redirect("competitors:list")
