"""The settings pages of web forms. Whoever sees settings may look; admins change. A secret is shown once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.models import User
from crmllm.access.rules import person, require, visible
from crmllm.core.forms import carried_out, form_page
from crmllm.ingestion.models import Interaction, WebForm, WebFormEntry
from crmllm.ingestion.webforms import selectors, services
from crmllm.ingestion.webforms.fields import written
from crmllm.ingestion.webforms.forms import WebFormForm

FORM = ("GET", "HEAD", "POST")


@require_GET
def forms(request: HttpRequest) -> HttpResponse:
    """All web forms."""
    actor = person(request)
    require(actor, "settings.view")
    context = {
        "forms": [_line(row) for row in selectors.forms(actor)],
        "add_url": reverse("webforms:add") if actor.may("settings.manage") else "",
    }
    return render(request, "webforms/form_list.html", context)


@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One form: where it is, how to show it on a site, and what came through it."""
    actor = person(request)
    row = selectors.form(actor, pk, permission="settings.view")
    address = selectors.address(row)
    facts = [
        (_("Sites that may show it"), ", ".join(row.origins) or _("only our own page")),
        (_("Most entries in an hour"), row.hourly_limit),
        (_("Owner of its entries"), row.owner or _("nobody")),
        (_("Team of its entries"), row.team or _("none")),
    ]
    context = {
        "form": row,
        "address": address,
        "fields": written(row.fields),
        "snippet": f'<iframe src="{address}" title="{row.name}" width="100%" height="{200 + 80 * len(row.fields)}">'
        "</iframe>",
        "facts": [{"label": label, "value": value} for label, value in facts],
        "entries": _entries(actor, row),
        "can_manage": actor.may("settings.manage"),
    }
    return render(request, "webforms/form_detail.html", context)


@never_cache
@require_http_methods(FORM)
def add(request: HttpRequest) -> HttpResponse:
    """A new form; its secret is shown right after."""
    actor = person(request)
    require(actor, "settings.manage")
    form = WebFormForm(request.POST or None)
    made: list[tuple[WebForm, str]] = []
    if carried_out(request, form, lambda: made.append(services.create_form(actor=actor, **form.changes()))):
        return _secret_page(request, *made[0])
    return form_page(request, _("Add a web form"), form, reverse("webforms:list"))


@require_http_methods(FORM)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other settings for a form."""
    actor = person(request)
    row = selectors.form(actor, pk, permission="settings.manage")
    form = WebFormForm(request.POST or None, row=row)
    if carried_out(request, form, lambda: services.update_form(actor=actor, form=row, **form.changes())):
        messages.success(request, _("Saved."))
        return redirect("webforms:detail", pk)
    danger = {
        "url": reverse("webforms:delete", args=[pk]),
        "label": _("Delete the form"),
        "text": _("Its page and its secret are gone for good. What came through it stays."),
    }
    return form_page(request, row.name, form, reverse("webforms:detail", args=[pk]), danger=danger)


@never_cache
@require_POST
def rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new secret, shown once."""
    actor = person(request)
    row = selectors.form(actor, pk, permission="settings.manage")
    return _secret_page(request, row, services.rotate_secret(actor=actor, form=row))


@require_POST
def switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Opens or closes a form."""
    actor = person(request)
    row = selectors.form(actor, pk, permission="settings.manage")
    row = services.set_active(actor=actor, form=row, active=request.POST.get("active") == "yes")
    messages.success(request, _("The form takes entries in.") if row.active else _("The form is closed."))
    return redirect("webforms:detail", pk)


@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forgets a form."""
    actor = person(request)
    row = selectors.form(actor, pk, permission="settings.manage")
    services.delete_form(actor=actor, form=row)
    messages.success(request, _("The form is deleted."))
    return redirect("webforms:list")


def _secret_page(request: HttpRequest, row: WebForm, secret: str) -> HttpResponse:
    return render(request, "webforms/secret.html", {"form": row, "value": secret})


def _line(row: Any) -> dict[str, Any]:
    count: int = row.entry_count
    return {
        "url": reverse("webforms:detail", args=[row.pk]),
        "name": row.name,
        "sites": ", ".join(row.origins),
        "state": _("open") if row.active else _("closed"),
        "tone": "good" if row.active else "muted",
        "count": ngettext("%(count)d entry", "%(count)d entries", count) % {"count": count},
    }


def _entries(actor: User, row: WebForm) -> list[dict[str, Any]]:
    """The last entries; only those that this person may see lead to their interaction."""
    entries = list(selectors.last_entries(row))
    known = [entry.interaction_id for entry in entries if entry.interaction_id]
    seen = set(visible(actor, Interaction.objects.filter(pk__in=known)).values_list("pk", flat=True))
    return [_entry(entry, entry.interaction_id in seen) for entry in entries]


def _entry(entry: WebFormEntry, may_open: bool) -> dict[str, Any]:
    item = entry.interaction
    return {
        "at": entry.created_at,
        "url": reverse("ingestion:detail", args=[item.pk]) if item and may_open else "",
        "who": item.sender_name if item and may_open and item.sender_name else _("Entry"),
        "state": _("spam") if entry.verdict else item.get_status_display() if item else _("gone"),
        "tone": "muted" if entry.verdict or not item else "",
        "reason": services.VERDICTS.get(entry.verdict, ""),
    }
