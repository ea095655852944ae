"""The settings pages of the mailboxes. Whoever sees settings may look; admins change. A password is never shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.rules import person, require
from crmllm.core.forms import carried_out, form_page
from crmllm.ingestion.imap import MailboxProblem
from crmllm.ingestion.mailboxes import selectors, services
from crmllm.ingestion.mailboxes.forms import MailboxForm
from crmllm.ingestion.models import Mailbox

FORM = ("GET", "HEAD", "POST")


@require_GET
def mailboxes(request: HttpRequest) -> HttpResponse:
    """All mailboxes and how they are."""
    actor = person(request)
    require(actor, "settings.view")
    context = {
        "mailboxes": [_line(row) for row in selectors.mailboxes(actor)],
        "add_url": reverse("mailboxes:add") if actor.may("settings.manage") else "",
    }
    return render(request, "settings/mailbox_list.html", context)


@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One mailbox: how it is, and what can be done."""
    actor = person(request)
    row = selectors.mailbox(actor, pk, permission="settings.view")
    facts = [
        (_("IMAP server"), f"{row.host}, {_('port')} {row.port}"),
        (_("Encryption"), row.get_tls_display()),
        (_("User name"), row.username),
        (_("Folder"), row.folder),
        (_("Owner of its mails"), row.owner or _("nobody")),
        (_("Team of its mails"), row.team or _("none")),
    ]
    context = {
        "mailbox": row,
        "line": _line(row),
        "facts": [{"label": label, "value": value} for label, value in facts],
        "can_manage": actor.may("settings.manage"),
        "next_try": row.next_attempt_at if row.error_code else None,
    }
    return render(request, "settings/mailbox_detail.html", context)


@require_http_methods(FORM)
def add(request: HttpRequest) -> HttpResponse:
    """A new mailbox."""
    actor = person(request)
    require(actor, "settings.manage")
    form = MailboxForm(request.POST or None)
    made: list[Mailbox] = []
    if carried_out(request, form, lambda: made.append(services.create_mailbox(actor=actor, **form.cleaned_data))):
        messages.success(request, _("The mailbox is there. Test the connection, or wait a minute for its first mails."))
        return redirect("mailboxes:detail", made[0].pk)
    return form_page(request, _("Add a mailbox"), form, reverse("mailboxes:list"))


@require_http_methods(FORM)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other settings for a mailbox."""
    actor = person(request)
    row = selectors.mailbox(actor, pk, permission="settings.manage")
    form = MailboxForm(request.POST or None, instance=row)
    if carried_out(request, form, lambda: services.update_mailbox(actor=actor, mailbox=row, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("mailboxes:detail", pk)
    danger = {
        "url": reverse("mailboxes:delete", args=[pk]),
        "label": _("Delete the mailbox"),
        "text": _("Its password is forgotten and no more mail is fetched. Mails that came from it stay."),
    }
    return form_page(request, row.name, form, reverse("mailboxes:detail", args=[pk]), danger=danger)


@require_POST
def test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Opens the mailbox once and says what came of it."""
    actor = person(request)
    row = selectors.mailbox(actor, pk, permission="settings.manage")
    try:
        count = services.try_mailbox(actor=actor, mailbox=row)
    except MailboxProblem as problem:
        messages.error(request, problem.message)
    else:
        said = ngettext("It works: there is %(count)d message.", "It works: there are %(count)d messages.", count)
        messages.success(request, said % {"count": count})
    return redirect("mailboxes:detail", pk)


@require_POST
def poll(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Fetches what is new, as a visible job."""
    actor = person(request)
    row = selectors.mailbox(actor, pk, permission="settings.manage")
    run = services.poll_now(actor=actor, mailbox=row)
    return redirect("jobs:run", run.pk)


@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forgets a mailbox."""
    actor = person(request)
    row = selectors.mailbox(actor, pk, permission="settings.manage")
    services.delete_mailbox(actor=actor, mailbox=row)
    messages.success(request, _("The mailbox is deleted."))
    return redirect("mailboxes:list")


def _line(row: Mailbox) -> dict[str, Any]:
    label, tone = _("works"), "good"
    if not row.active:
        label, tone = _("switched off"), "muted"
    elif row.error_code:
        label, tone = _("cannot be read"), "bad"
    elif row.last_polled_at is None:
        label, tone = _("not read yet"), "muted"
    return {
        "url": reverse("mailboxes:detail", args=[row.pk]),
        "name": row.name,
        "address": f"{row.username} · {row.host}",
        "state": label,
        "tone": tone,
        "detail": row.error_message,
        "last_poll_at": row.last_polled_at,
    }
