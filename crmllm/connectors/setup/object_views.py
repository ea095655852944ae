"""The pages that say what is read and written of each object, and which field is which."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crmllm.access.rules import person, require
from crmllm.connectors import registry
from crmllm.connectors import selectors as connections
from crmllm.connectors.choices import Direction
from crmllm.connectors.models import Connection, Stream
from crmllm.connectors.setup import objects, selectors
from crmllm.connectors.setup.forms import FieldsForm, ObjectsForm
from crmllm.connectors.views import tabs
from crmllm.core.errors import CrmllmError, NotFound
from crmllm.core.forms import carried_out
from crmllm.crm import selectors as crm
from crmllm.crm.choices import Object

FORM = ("GET", "HEAD", "POST")


@require_http_methods(FORM)
def object_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is done with the records of each object."""
    user = person(request)
    row = connections.connection(user, pk)
    streams = selectors.streams(user, row)
    form = ObjectsForm(request.POST or None, streams=streams, connection=row)
    if carried_out(request, form, lambda: _set_objects(request, row, streams, form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("connectors:sync", pk)
    declared = registry.declaration(row.connector).streams if streams else {}
    lines = [
        {
            "label": selectors.label(one.name),
            "theirs": declared[one.name].label or declared[one.name].theirs,
            "direction": form[one.name],
            "master": form[f"master_{one.name}"] if f"master_{one.name}" in form.fields else None,
            "is_master": one.name in row.master_of,
            "is": one.direction.label,
            "url": reverse("connectors:fields", args=[pk, one.name]) if _is_mapped(one) else "",
        }
        for one in streams
    ]
    context = {
        "connection": row,
        "tabs": tabs(row, "objects"),
        "form": form,
        "lines": lines,
        "can_manage": user.may("settings.manage"),
        "fresh": not any(one.reads or one.last_run_at for one in streams),
    }
    return render(request, "connectors/objects.html", context, status=422 if form.errors else 200)


def _set_objects(request: HttpRequest, row: Connection, streams: list[Stream], chosen: dict[str, Any]) -> None:
    """An object that is no longer written is no longer mastered either: masters are taken away first, given last."""
    actor = person(request)
    wanted = {one.name: bool(chosen.get(f"master_{one.name}")) for one in streams}
    for one in streams:
        if not wanted[one.name] and one.name in row.master_of:
            objects.set_master(actor=actor, connection=row, object_name=one.name, master=False)
    for one in streams:
        objects.set_direction(actor=actor, stream=one, direction=Direction(chosen[one.name]))
    for one in streams:
        if wanted[one.name]:
            objects.set_master(actor=actor, connection=row, object_name=one.name, master=True)


def _is_mapped(stream: Stream) -> bool:
    """Whether its fields can be chosen: it holds records of ours, not owners, products or stages."""
    return registry.object_of(stream) in Object.values


def _stream(request: HttpRequest, pk: UUID, name: str, *, manage: bool = True) -> Stream:
    found = selectors.stream(person(request), pk, name)
    if not _is_mapped(found):
        raise NotFound("The fields of this list are fixed.")
    if manage:
        require(person(request), "settings.manage")
    return found


@require_http_methods(FORM)
def fields(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Our fields beside theirs. POST keeps them, or shows what real records would come to."""
    row = _stream(request, pk, name, manage=request.method == "POST")
    form = FieldsForm(request.POST or None, lines=selectors.lines(row))
    looked: dict[str, Any] = {}

    def act() -> None:
        mapping = objects.mapping_of(row, form.choices)
        if request.POST.get("do") == "preview":
            looked.update(_preview(request, row, mapping))
        else:
            objects.set_fields(actor=person(request), stream=row, mapping=mapping, writes=form.writes)

    if carried_out(request, FormFaults(form), act) and not looked:
        messages.success(request, _("Saved. All records are read again with it."))
        return redirect("connectors:fields", pk, name)
    context = {
        "connection": row.connection,
        "tabs": tabs(row.connection, "objects"),
        "stream": row,
        "label": selectors.label(name),
        "form": form,
        "rows": form.rows(),
        "unmapped": selectors.unmapped(row),
        "preview": looked,
        "can_manage": person(request).may("settings.manage"),
        "tells": registry.declaration(row.connection.connector).discovery is not None,
    }
    return render(request, "connectors/fields.html", context, status=422 if form.errors else 200)


class FormFaults:
    """Puts what is wrong with a field of ours beside its choice."""

    def __init__(self, form: FieldsForm) -> None:
        self._form = form
        self.fields = {name.removeprefix("theirs-"): one for name, one in form.fields.items()}

    def is_valid(self) -> bool:
        return self._form.is_valid()

    def add_error(self, name: str | None, sentences: list[str]) -> None:
        self._form.add_error(f"theirs-{name}" if name else None, sentences)


def _preview(request: HttpRequest, row: Stream, mapping: dict[str, Any]) -> dict[str, Any]:
    """What the first records there would come to, field by field."""
    found = objects.preview(actor=person(request), stream=row, mapping=mapping)
    ours = crm.field_map(row.name)
    names = [name for name in ours if any(name in one.values or name in one.left for one in found)]
    cells = [
        (
            ours[name].label,
            [{"text": selectors.in_words(ours[name], one.values.get(name)), "left": name in one.left} for one in found],
        )
        for name in names
    ]
    return {"ids": [one.external_id for one in found], "cells": cells, "asked": True}


@require_POST
def discover(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Reads which fields the CRM has."""
    row = _stream(request, pk, name)
    try:
        found = objects.discover(actor=person(request), stream=row)
    except CrmllmError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The CRM has %(n)d fields here.") % {"n": len(found)})
    return redirect("connectors:fields", pk, name)


@require_POST
def take_over(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """A field of the CRM becomes a custom field of ours."""
    row = _stream(request, pk, name)
    made = objects.take_over_field(actor=person(request), stream=row, name=request.POST.get("field", ""))
    messages.success(request, _("“%(field)s” is a field of ours now.") % {"field": made.label})
    return redirect("connectors:fields", pk, name)
