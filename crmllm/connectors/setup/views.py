"""The pages that set a connection up: choose a CRM, sign in, test, change, remove, try without writing."""

from __future__ import annotations

import hmac
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.rules import person, require
from crmllm.connectors import registry
from crmllm.connectors import selectors as connections
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.access import Auth, AuthKind
from crmllm.connectors.models import Connection
from crmllm.connectors.services import LOCAL
from crmllm.connectors.setup import dry_run, selectors, services
from crmllm.connectors.setup.forms import ConnectionForm
from crmllm.connectors.views import tabs
from crmllm.core.errors import CrmllmError, NotFound
from crmllm.core.forms import carried_out

FORM = ("GET", "HEAD", "POST")
#: Where a session remembers a sign-in that is under way.
SIGN_IN = "crm_sign_in"


def _managed(request: HttpRequest, pk: UUID) -> Connection:
    """A connection to another CRM, for somebody who may change it."""
    row = connections.connection(person(request), pk)
    require(person(request), "settings.manage")
    if row.connector == LOCAL:
        raise NotFound("The local CRM needs no setting up.")
    return row


# --- connect


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """The CRMs that can be connected."""
    require(person(request), "settings.manage")
    return render(request, "connectors/choose.html", {"declared": registry.declared()})


@require_http_methods(FORM)
def connect(request: HttpRequest, key: str) -> HttpResponse:
    """The form of one CRM, for one of its ways of signing in."""
    actor = person(request)
    require(actor, "settings.manage")
    declared = registry.declaration(key)
    way = declared.way(request.GET.get("way") or declared.auth[0].name)
    form = ConnectionForm(request.POST or None, declared=declared, way=way)
    made: list[Connection] = []

    def act() -> None:
        trial = form.cleaned_data["dry_run"]
        made.append(services.connect(actor=actor, connector=key, way=way.name, wanted=form.wanted, dry_run=trial))

    if carried_out(request, form, act):
        if way.kind == AuthKind.CODE:
            messages.success(request, _("Kept. Now sign in there."))
            return redirect("connectors:sign-in", made[0].pk)
        messages.success(request, _("It works. Now choose what is read and written."))
        return redirect("connectors:objects", made[0].pk)
    return _connection_form(request, declared, way, form, _("Connect %(crm)s") % {"crm": declared.label})


def _connection_form(
    request: HttpRequest,
    declared: Declaration,
    way: Auth,
    form: ConnectionForm,
    title: str,
    row: Connection | None = None,
) -> HttpResponse:
    context = {
        "title": title,
        "declared": declared,
        "way": way,
        "ways": declared.auth if row is None and len(declared.auth) > 1 else [],
        "form": form,
        "callback": services.callback_address() if way.kind == AuthKind.CODE else "",
        "back_url": reverse("connectors:detail", args=[row.pk]) if row else reverse("connectors:connect"),
        "connection": row,
    }
    return render(request, "connectors/connect.html", context, status=422 if form.errors else 200)


@require_http_methods(FORM)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another name, address or secret."""
    row = _managed(request, pk)
    declared = registry.declaration(row.connector)
    way = declared.way(row.way) if row.way else declared.auth[0]
    form = ConnectionForm(request.POST or None, declared=declared, way=way, connection=row)

    def act() -> None:
        services.change(actor=person(request), connection=row, wanted=form.wanted)

    if carried_out(request, form, act):
        messages.success(request, _("Saved. Test the connection now."))
        return redirect("connectors:detail", pk)
    return _connection_form(request, declared, way, form, _("Settings of %(name)s") % {"name": row.name}, row)


# --- sign in and test


@require_http_methods(FORM)
def sign_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Says where the browser goes, then (POST) makes the address and shows it as a link.

    A redirect would not do: the content policy lets forms lead to our own pages only.
    """
    row = _managed(request, pk)
    address = ""
    if request.method == "POST":
        started = services.sign_in(actor=person(request), connection=row)
        request.session[SIGN_IN] = {"connection": str(pk), "state": started.state, "verifier": started.verifier}
        address = started.address
    context = {
        "connection": row,
        "tabs": tabs(row, ""),
        "address": address,
        "crm": registry.declaration(row.connector).label,
    }
    return render(request, "connectors/sign_in.html", context)


@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Where a CRM sends the browser back to. Each sign-in that was started here ends here once."""
    actor = person(request)
    require(actor, "settings.manage")
    started = request.session.pop(SIGN_IN, None)
    state = request.GET.get("state", "")
    if started is None or not hmac.compare_digest(state.encode(), str(started["state"]).encode()):
        messages.error(request, _("This sign-in was not started here, or is over. Start it again."))
        return redirect("connectors:list")
    row = connections.connection(actor, UUID(started["connection"]))
    code = request.GET.get("code", "")
    if not code:
        messages.error(
            request, _("The CRM did not let us in. Nobody's data was touched; sign in again if it was meant.")
        )
        return redirect("connectors:detail", row.pk)
    try:
        services.finish(actor=actor, connection=row, code=code, verifier=str(started["verifier"]))
    except CrmllmError as error:
        messages.error(request, error.message)
        return redirect("connectors:detail", row.pk)
    messages.success(request, _("Signed in. Now choose what is read and written."))
    return redirect("connectors:objects", row.pk)


@require_POST
def test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks the CRM something harmless and says what came of it."""
    row = _managed(request, pk)
    try:
        services.test(actor=person(request), connection=row)
    except CrmllmError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It works."))
    return redirect("connectors:detail", pk)


# --- try without writing


@require_http_methods(FORM)
def trial(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What would be written; POST begins the trial, or ends it as the button says."""
    user = person(request)
    row = connections.connection(user, pk)
    if request.method == "POST":
        _switch(request, row, request.POST.get("do", ""))
        return redirect("connectors:trial", pk)
    changes, counts = selectors.would_write(user, row) if row.dry_run else ([], [])
    context = {
        "connection": row,
        "tabs": tabs(row, "trial"),
        "changes": changes,
        "counts": counts,
        "total": sum(n for _label, n in counts),
        "shown": selectors.SHOWN,
        "can_manage": user.may("settings.manage"),
    }
    return render(request, "connectors/trial.html", context)


def _switch(request: HttpRequest, row: Connection, what: str) -> None:
    actor = person(request)
    if what == "begin":
        dry_run.begin(actor=actor, connection=row)
        messages.success(request, _("From now on nothing is written there; approved changes wait."))
    elif what == "write":
        dry_run.write_all(actor=actor, connection=row)
        messages.success(request, _("The trial is over. What waited is being written."))
    elif what == "back":
        count = dry_run.send_back(actor=actor, connection=row)
        said = ngettext("%(n)d change went back to review.", "%(n)d changes went back to review.", count)
        messages.success(request, said % {"n": count})


# --- remove


@require_http_methods(FORM)
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks first, then takes the connection out of use."""
    row = _managed(request, pk)
    if request.method == "POST":
        try:
            services.remove(actor=person(request), connection=row)
        except CrmllmError as error:
            messages.error(request, error.message)
            return redirect("connectors:remove", pk)
        messages.success(request, _("The connection is removed. The records that came from it stay."))
        return redirect("connectors:list")
    context = {
        "connection": row,
        "tabs": tabs(row, ""),
        "waiting": services.unfinished(row),
        "broken": row.state == ConnectionState.BROKEN,
    }
    return render(request, "connectors/remove.html", context)
