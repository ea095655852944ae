"""Pages of the canonical records: lists, one with the provenance of each field, editing by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods

from crmllm.access.models import User
from crmllm.access.rules import person, require
from crmllm.connectors import selectors as connectors
from crmllm.connectors.pages import address_of
from crmllm.core.errors import BadInput, Forbidden, NotFound
from crmllm.core.lists import Column, Empty, ListPage, ListSpec, respond
from crmllm.crm import selectors, services, values
from crmllm.crm.choices import FieldType, LeadStatus, Object, WriterKind
from crmllm.crm.forms import RecordForm, as_typed, typed
from crmllm.crm.models import Lead, Person, Record
from crmllm.crm.services import Moved, Writer
from crmllm.privacy import selectors as privacy
from crmllm.privacy.choices import ConsentState
from crmllm.proposals import selectors as proposals

LABELS = {
    Object.ACCOUNT: lazy("Accounts"),
    Object.CONTACT: lazy("Contacts"),
    Object.LEAD: lazy("Leads"),
    Object.OPPORTUNITY: lazy("Opportunities"),
    Object.CASE: lazy("Cases"),
    Object.ACTIVITY: lazy("Activities"),
}
MAX_STATEMENTS = 20
TONES = {"won": "good", "lost": "bad", "urgent": "bad", "high": "warn", "closed": "muted", "done": "muted"}


def _text(name: str) -> Any:
    return lambda row: getattr(row, name) or ""


def _money(row: Any) -> str:
    return f"{row.amount:,.2f} {row.currency}" if row.amount is not None else ""


_NAME = Column[Any]("name", lazy("Name"), str, sort=(Lower("name"), "id"))
_OWNER = Column[Any]("owner", lazy("Owner"), _text("owner"), sort=("owner__name",), css="cell-wide")
_ACCOUNT = Column[Any]("account", lazy("Account"), _text("account"), sort=("account__name",))
_CHANGED = Column[Any](
    "changed", lazy("Changed"), lambda row: row.updated_at.date(), sort=("updated_at", "id"), css="cell-end"
)

_TITLE = Column[Any]("title", lazy("Title"), _text("title"), sort=("title",))

COLUMNS: dict[str, tuple[Column[Any], ...]] = {
    Object.ACCOUNT: (
        _NAME,
        Column("industry", lazy("Industry"), _text("industry"), sort=("industry",)),
        Column("city", lazy("City"), _text("city"), sort=("city",), css="cell-wide"),
        Column("country", lazy("Country"), _text("country"), sort=("country",), css="cell-wide"),
        _OWNER,
        _CHANGED,
    ),
    Object.CONTACT: (_NAME, _TITLE, _ACCOUNT, _OWNER, _CHANGED),
    Object.LEAD: (
        _NAME,
        Column("company", lazy("Company"), _text("company"), sort=("company",)),
        Column("status", lazy("Status"), _text("status"), sort=("status",)),
        Column("source", lazy("Source"), _text("source"), sort=("source",), css="cell-wide"),
        _OWNER,
        _CHANGED,
    ),
    Object.OPPORTUNITY: (
        _NAME,
        _ACCOUNT,
        Column("stage", lazy("Stage"), _text("stage"), sort=("stage__position",)),
        Column("amount", lazy("Amount"), _money, sort=(F("base_amount").asc(nulls_first=True),), css="cell-end"),
        Column("close_date", lazy("Close date"), _text("close_date"), sort=("close_date",), css="cell-end"),
        _OWNER,
    ),
    Object.CASE: (
        _NAME,
        _ACCOUNT,
        Column("severity", lazy("Severity"), _text("severity"), sort=("severity",)),
        Column("status", lazy("Status"), _text("status"), sort=("status",)),
        _OWNER,
        _CHANGED,
    ),
    Object.ACTIVITY: (
        _NAME,
        Column("kind", lazy("Kind"), lambda row: row.get_kind_display(), sort=("kind",)),
        _ACCOUNT,
        Column("due", lazy("Due"), _text("due"), sort=("due",), css="cell-end"),
        Column("status", lazy("Status"), _text("status"), sort=("status",)),
        _OWNER,
    ),
}  # fmt: skip

_EMPTY = Empty(lazy("No records yet"), lazy("They appear here as proposals are approved."), icon="database")
LISTS: dict[str, ListSpec[Any]] = {
    name: ListSpec(
        name=f"crm-{name}",
        title=LABELS[Object(name)],
        columns=columns,
        empty=_EMPTY,
        order="name",
        search=selectors.search,
    )
    for name, columns in COLUMNS.items()
}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    return redirect("crm:list", object_name=Object.ACCOUNT)


@require_http_methods(["GET", "HEAD", "POST"])
def records(request: HttpRequest, object_name: str) -> HttpResponseBase:
    """The records of one kind."""
    user, spec = person(request), _known(object_name)
    require(user, "records.view")
    hidden = {field.name for field in selectors.field_map(object_name).values()} - {
        field.name for field in selectors.visible_fields(user, object_name)
    }
    columns = [column for column in spec.columns if column.key not in hidden]

    def context(shown: ListPage[Record]) -> Mapping[str, Any]:
        return {"objects": _tabs(object_name), "rows": [_row(row, columns[1:]) for row in shown.rows]}

    rows = selectors.records(user, object_name)
    return respond(request, spec, rows, "crm/record_list.html", context=context, columns=columns)


def _known(object_name: str) -> ListSpec[Any]:
    if object_name not in LISTS:
        raise NotFound(_("There is no such kind of record."))
    return LISTS[object_name]


def _tabs(current: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": reverse("crm:list", args=[name]), "active": name == current, "count": ""}
        for name, label in LABELS.items()
    ]


def _row(row: Record, columns: list[Column[Any]]) -> dict[str, Any]:
    return {"id": row.pk, "url": url_of(row), "name": row.name, "cells": [_cell(row, column) for column in columns]}


def _cell(row: Record, column: Column[Any]) -> dict[str, Any]:
    value = column.value(row) if column.value else ""
    badge = column.key in ("stage", "status", "severity") and value
    kind = getattr(value, "kind", value)
    return {
        "text": formats.date_format(value, "j M Y") if isinstance(value, date) else str(value),
        "class": column.css,
        "state": str(value) if badge else "",
        "tone": TONES.get(str(kind), "now"),
        "url": reverse("crm:detail", args=["account", row.account_id])  # type: ignore[attr-defined]
        if column.key == "account" and value
        else None,
    }


def url_of(row: Record) -> str:
    """The page of a record."""
    return reverse("crm:detail", args=[row.object_name, row.pk])


@require_GET
def detail(request: HttpRequest, object_name: str, pk: UUID) -> HttpResponse:
    """One record: every field with its last writer, what hangs on it, and its timeline."""
    _known(object_name)
    user = person(request)
    row = selectors.record(user, object_name, pk)
    editable = user.may("records.change") and services.is_editable(object_name)
    origins, lines = _origins(user, row), selectors.field_lines(user, row)
    context = {
        "record": {
            "object": Object(object_name).label,
            "name": row.name,
            "subtitle": _subtitle(row),
            "list_url": reverse("crm:list", args=[object_name]),
            "list_label": LABELS[Object(object_name)],
            "edit_url": reverse("crm:edit", args=[object_name, pk]) if editable else None,
            "convert_url": _convert_url(user, row),
        },
        "fields": [_field(line, origins) for line in lines if line.shown],
        "empty_fields": [line.field.label for line in lines if not line.shown],
        "statements": _statements(user, row),
        "related": [_group(name, rows) for name, rows in selectors.related(user, row)],
        "open_proposals": [
            {"url": reverse("review:card", args=[one.interaction_id]), "title": one.name}
            for one in proposals.open_on(user, row.pk)
        ],
        "links": [
            {
                "connection": one.connection.name,
                "external_id": one.external_id,
                "url": address_of(one),
                "state": one.get_state_display(),
            }
            for one in connectors.elsewhere(row.pk)
        ],
        "timeline": [_event(one) for one in selectors.timeline(user, row)],
    }
    return render(request, "crm/record_detail.html", context)


def _convert_url(user: User, row: Record) -> str | None:
    """Where a lead is converted, by those who may, as long as it is one."""
    if not isinstance(row, Lead) or row.status == LeadStatus.CONVERTED or not user.may("records.change"):
        return None
    return reverse("conversion:convert", args=[row.pk])


def _subtitle(row: Record) -> str:
    parts = [getattr(row, "title", ""), str(getattr(row, "account", None) or getattr(row, "company", "") or "")]
    return ", ".join(part for part in parts if part)


def _statements(user: User, row: Record) -> list[dict[str, Any]]:
    """What a person said on being reached, newest first, with the words where the reader may see the message."""
    if not isinstance(row, Person):
        return []
    fields = selectors.field_map(row.object_name)
    held = values.read(row, [fields["email"], fields["phone"]])
    rows = list(privacy.statements(held.values())[:MAX_STATEMENTS])
    sources = proposals.sources(user, {one.proposal_id for one in rows if one.proposal_id})
    return [_statement(one, sources) for one in rows]


def _statement(one: Any, sources: Mapping[tuple[UUID, str], proposals.Source]) -> dict[str, Any]:
    source = sources.get((one.proposal_id, f"{one.channel}_consent"))
    return {
        "channel": one.get_channel_display() or _("any way"),
        "state": _("taken back") if one.retracted_at else one.get_state_display(),
        "tone": "muted" if one.retracted_at else "bad" if one.state == ConsentState.WITHDRAWN else "good",
        "at": one.effective_at,
        "quote": source.quote if source else "",
        "url": reverse("ingestion:detail", args=[source.interaction_id]) if source else None,
        "source": "" if one.interaction_id else one.source,
    }


@dataclass(frozen=True)
class Origin:
    """Who wrote a field last, in words; for an approved proposal the interaction and the words behind it."""

    who: str
    url: str | None = None
    quote: str = ""


def _origins(user: User, row: Record) -> dict[str, Origin]:
    """The provenance of each field, in a fixed number of queries."""
    ids: dict[str, set[UUID]] = {}
    for meta in row.field_meta.values():
        if meta.get("id"):
            ids.setdefault(meta["by"], set()).add(UUID(meta["id"]))
    people = User.objects.in_bulk(list(ids.get(WriterKind.PERSON, ())))
    sources = proposals.sources(user, ids.get(WriterKind.PROPOSAL, set()))
    return {name: _origin(name, meta, people, sources) for name, meta in row.field_meta.items()}


def _origin(
    name: str,
    meta: Mapping[str, Any],
    people: Mapping[UUID, User],
    sources: Mapping[tuple[UUID, str], proposals.Source],
) -> Origin:
    label, pk = str(WriterKind(meta["by"]).label), UUID(meta["id"]) if meta.get("id") else None
    if pk is None:
        return Origin(label)
    source = sources.get((pk, name))
    if source is not None:
        return Origin(label, reverse("ingestion:detail", args=[source.interaction_id]), source.quote)
    return Origin(str(people.get(pk, label)))


def _field(line: selectors.FieldLine, origins: Mapping[str, Origin]) -> dict[str, Any]:
    origin = origins.get(line.field.name)
    linked = line.field.type == FieldType.REFERENCE and line.link and line.value
    return {
        "label": line.field.label,
        "value": line.shown,
        "url": reverse("crm:detail", args=[line.link, line.value]) if linked else None,
        "by": origin.who if origin else "",
        "at": line.at,
        "source_url": origin.url if origin else None,
        "quote": origin.quote if origin else "",
    }


def _group(object_name: str, rows: list[Record]) -> dict[str, Any]:
    items = [
        {
            "url": url_of(row),
            "title": row.name,
            "text": getattr(row, "title", "") or _money(row) if hasattr(row, "amount") else getattr(row, "title", ""),
            "state": str(getattr(row, "stage", "") or getattr(row, "status", "")),
            "tone": TONES.get(str(getattr(getattr(row, "stage", None), "kind", getattr(row, "status", ""))), "now"),
        }
        for row in rows
    ]
    return {"title": LABELS[Object(object_name)], "items": items}


def _event(row: Any) -> dict[str, Any]:
    overdue = row.status == "open" and row.due is not None and row.due < timezone.localdate()
    return {
        "at": row.happened_at or row.created_at,
        "sentence": f"{row.get_kind_display()}: {row.name}",
        "url": url_of(row),
        "tone": "warn" if overdue else "",
    }


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, object_name: str, pk: UUID) -> HttpResponse:
    """Changes fields by hand. What was changed by somebody else meanwhile is not overwritten."""
    _known(object_name)
    user = person(request)
    row = selectors.record(user, object_name, pk, permission="records.change")
    if not services.is_editable(object_name):
        raise Forbidden(_("This record lives in a connected CRM; change it there."))
    fields = [f for f in selectors.visible_fields(user, object_name) if f.writable and f.type != FieldType.REFERENCE]
    now = {name: as_typed(value) for name, value in values.read(row, fields).items()}
    if request.method == "GET":
        form = RecordForm(object_name, fields, initial=now)
    else:
        form = RecordForm(object_name, fields, request.POST, initial=now)
        try:
            given = {f.name: typed(request.POST, f.name) for f in fields}
            changes = {name: value for name, value in given.items() if value != now[name].strip()}
            version = request.POST.get("version", "")
            services.update_record(
                actor=user,
                record=row,
                changes=changes,
                writer=Writer(WriterKind.PERSON, user.pk),
                expected_version=int(version) if version.isdecimal() else row.version,
            )
        except (BadInput, Moved) as error:
            form.refuse(error.fields, error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect(url_of(row))
    context = {"record": {"name": row.name, "version": row.version}, "form": form, "back_url": url_of(row)}
    return render(request, "crm/record_form.html", context, status=422 if form.is_bound else 200)
