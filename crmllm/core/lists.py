"""One helper behind every list: filters in the URL, sort, search, saved views, paging, counts, export, selection.

A page describes its list once (`ListSpec`) and hands the rows that the person may see to `respond`:

    PEOPLE = ListSpec(name="people", title=_("People"), columns=(…), filterset=UserFilter, search=…, order="name")

    @require_http_methods(["GET", "HEAD", "POST"])
    def people(request):
        return respond(request, PEOPLE, selectors.people(request.user), "access/user_list.html")

Three queries, however many rows there are: the count, the rows (whose selector joins what the columns show), the saved
views. What is searched for may name a person, so it is posted, and stands in the URL encrypted (`?s=`). The API uses
`narrow` for the same filters.
"""

from __future__ import annotations

import base64
import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import django_filters
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.db.models.expressions import Expression, OrderBy
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.core import audit
from crmllm.core.crypto import derive
from crmllm.core.errors import BadInput
from crmllm.core.models import SavedView

Row = TypeVar("Row", bound=Model)

#: Counting and paging stop here; an index makes everything up to it fast, and nobody reads further.
CAP = 10_000
PAGE_SIZE = 50
MAX_SELECTED = 500
MAX_VIEWS = 30
MAX_TERM = 120
#: What makes a spreadsheet calculate, also in full width.
FORMULA_STARTS = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20")
SEARCH, SORT, PAGE, EXPORT = "s", "sort", "page", "export"


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: `sort` are the order-by expressions that it allows, `value` is what an export shows."""

    key: str
    label: Any
    value: Callable[[Row], object] | None = None
    sort: tuple[str | Expression | F, ...] = ()
    css: str = ""


@dataclass(frozen=True)
class Empty:
    """What a list says when there is nothing yet, and what to do next."""

    title: Any
    text: Any
    icon: str = "inbox"
    action_url: str = ""
    action_label: Any = ""


@dataclass(frozen=True)
class BulkAction:
    """Something to do with the selected rows: the form with their ids is posted to `url`."""

    label: Any
    url: str
    icon: str = ""
    confirm: Any = ""


@dataclass(frozen=True)
class ListSpec(Generic[Row]):
    """What a list can do. `order` is the key of a column, with a minus for descending."""

    name: str
    title: Any
    columns: Sequence[Column[Row]]
    empty: Empty
    order: str
    filterset: type[django_filters.FilterSet] | None = None
    search: Callable[[QuerySet[Row], str], QuerySet[Row]] | None = None
    page_size: int = PAGE_SIZE
    level: int = 1  # of the heading


def narrow(
    rows: QuerySet[Row], filterset: type[django_filters.FilterSet], data: Mapping[str, Any], request: Any = None
) -> tuple[QuerySet[Row], django_filters.FilterSet]:
    """The rows that pass the filters in `data`. A value that a filter does not know is refused, not overlooked."""
    bound = filterset(data, queryset=rows, request=request)
    if not bound.is_valid():
        fields = {name: [str(error) for error in errors] for name, errors in bound.errors.items()}
        raise BadInput(_("A filter has a value that it does not know: %(names)s.") % {"names": ", ".join(fields)},
                       fields=fields)  # fmt: skip
    return bound.qs, bound


@dataclass(frozen=True)
class Pager:
    """Which rows are shown, and the way to the others (components/_pager.html)."""

    number: int
    first: int
    last: int
    count: str
    previous_url: str
    next_url: str


@dataclass
class ListPage(Generic[Row]):
    """One list as one person asked for it: what components/_list_bar.html and its siblings read."""

    request: HttpRequest
    spec: ListSpec[Row]
    visible: QuerySet[Row]
    columns_shown: Sequence[Column[Row]] = ()
    bulk_actions: Sequence[BulkAction] = ()
    bound: django_filters.FilterSet | None = field(init=False, default=None)
    matching: QuerySet[Row] = field(init=False)

    def __post_init__(self) -> None:
        self.columns_shown = self.columns_shown or self.spec.columns
        rows = self.visible
        if self.spec.filterset:
            rows, self.bound = narrow(rows, self.spec.filterset, self.request.GET, self.request)
        if self.spec.search and self.q:
            rows = self.spec.search(rows, self.q)
        self.matching = rows.order_by(*self._ordering())

    # --- what was asked for

    @cached_property
    def q(self) -> str:
        """The search words."""
        return unpack_term(self.request.GET.get(SEARCH, ""))

    @cached_property
    def sort(self) -> str:
        """The key of the column that sorts, with a minus for descending."""
        asked = self.request.GET.get(SORT, "")
        return asked if asked.removeprefix("-") in self._sortable else self.spec.order

    @cached_property
    def _sortable(self) -> dict[str, Column[Row]]:
        return {column.key: column for column in self.columns_shown if column.sort}

    def _ordering(self) -> list[str | OrderBy]:
        key, backwards = self.sort.removeprefix("-"), self.sort.startswith("-")
        column = self._sortable.get(key) or next(c for c in self.spec.columns if c.key == key)
        parts = [F(part) if isinstance(part, str) else part for part in (*column.sort, "pk")]
        return [OrderBy(part, descending=backwards) for part in parts]

    # --- addresses

    @cached_property
    def _filter_names(self) -> list[str]:
        return list(self.spec.filterset.base_filters) if self.spec.filterset else []

    @cached_property
    def query(self) -> QueryDict:
        """What the URL says, without the page and without what means nothing here."""
        kept = QueryDict(mutable=True)
        for name in (*self._filter_names, SORT, SEARCH):
            values = [value for value in self.request.GET.getlist(name) if value]
            if values:
                kept.setlist(name, values)
        return kept

    def _url(self, changes: Mapping[str, object] | None = None, *, without: Iterable[str] = ()) -> str:
        query = self.query.copy()
        for name in without:
            query.pop(name, None)
        for name, value in (changes or {}).items():
            query[name] = str(value)
        return f"{self.url}?{query.urlencode()}" if query else self.url

    @property
    def url(self) -> str:
        return self.request.path

    @property
    def address(self) -> str:
        """This page of this list, without what is empty or means nothing."""
        return self._url({PAGE: self.page.number} if self.page.number > 1 else None)

    @property
    def search_url(self) -> str:
        return self._url() if self.spec.search else ""

    @property
    def save_view_url(self) -> str:
        return self._url()

    @property
    def export_url(self) -> str:
        return self._url({EXPORT: "csv"})

    @property
    def clear_url(self) -> str:
        return self._url(without=[*self._filter_names, SEARCH])

    # --- what the templates show

    @property
    def title(self) -> Any:
        return self.spec.title

    @property
    def level(self) -> int:
        return self.spec.level

    @cached_property
    def total(self) -> int:
        """How many rows match; CAP + 1 when there are more than CAP."""
        return self.matching.order_by()[: CAP + 1].count()

    @property
    def count(self) -> str:
        return f"{self.total:,}" if self.total <= CAP else f"{CAP:,}+"

    @property
    def columns(self) -> list[dict[str, Any]]:
        return [
            {
                "label": column.label,
                "class": column.css,
                "sort_url": self._sort_url(column.key) if column.sort else "",
                "sorted": {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, ""),
            }
            for column in self.columns_shown
        ]

    def _sort_url(self, key: str) -> str:
        return self._url({SORT: f"-{key}" if self.sort == key else key})

    @cached_property
    def filters(self) -> list[dict[str, Any]]:
        """The filters that are chosen from a list; others only come with a link, and show as a chip."""
        if self.bound is None:
            return []
        shown = []
        for name, form_field in self.bound.form.fields.items():
            choices = _choices(form_field)
            if choices:
                value = self.request.GET.get(name, "")
                shown.append({"name": name, "label": _label(form_field, name), "value": value, "choices": choices})
        return shown

    @property
    def hidden(self) -> list[dict[str, str]]:
        """What the filter form keeps besides its own boxes."""
        shown = {item["name"] for item in self.filters}
        return [
            {"name": name, "value": value}
            for name, values in self.query.lists()
            if name not in shown
            for value in values
        ]

    @property
    def active_filters(self) -> list[dict[str, str]]:
        chips = []
        for name in self._filter_names:
            values = self.query.getlist(name)
            if values and self.bound is not None:
                form_field = self.bound.form.fields[name]
                words = {item["value"]: str(item["label"]) for item in _choices(form_field)}
                said = ", ".join(words.get(value, value) for value in values)
                chips.append({"label": f"{_label(form_field, name)}: {said}", "remove_url": self._url(without=[name])})
        if self.q:
            said = _("Search: %(words)s") % {"words": self.q}
            chips.append({"label": said, "remove_url": self._url(without=[SEARCH])})
        return chips

    @cached_property
    def saved_views(self) -> list[dict[str, Any]]:
        """This person's views of this list, after one that shows all."""
        views = list(self._own_views()[:MAX_VIEWS])
        if not views:
            return []
        now = self._view_query()
        everything = {"name": _("All"), "url": self.url, "active": not now, "id": None}
        return [everything] + [
            {"name": view.name, "url": f"{self.url}?{view.query}", "active": view.query == now, "id": view.id}
            for view in views
        ]

    def _own_views(self) -> QuerySet[SavedView]:
        return SavedView.objects.filter(user_id=_id_of(self.request), page=self.spec.name)

    def _view_query(self) -> str:
        """The filters and the order in one fixed writing. A view keeps no search words: they may name a person."""
        return urlencode(sorted((k, v) for k, values in self.query.lists() if k != SEARCH for v in sorted(values)))

    @cached_property
    def page(self) -> Pager:
        size = self.spec.page_size
        last_page = max(1, -(-min(self.total, CAP) // size))
        asked = self.request.GET.get(PAGE, "1")
        number = min(max(int(asked) if asked.isdecimal() and len(asked) < 9 else 1, 1), last_page)
        first = (number - 1) * size
        return Pager(
            number=number,
            first=first + 1 if self.total else 0,
            last=min(first + size, self.total),
            count=self.count if self.total else "",
            previous_url=self._url({PAGE: number - 1}) if number > 1 else "",
            next_url=self._url({PAGE: number + 1}) if number < last_page else "",
        )

    @cached_property
    def rows(self) -> list[Row]:
        first = max(self.page.first - 1, 0)
        return list(self.matching[first : first + self.spec.page_size])

    @property
    def empty(self) -> Empty:
        """Why there is nothing: nothing yet, or nothing that matches."""
        if not self.active_filters:
            return self.spec.empty
        return Empty(
            title=_("Nothing matches"),
            text=_("No row passes these filters and search words."),
            icon="search",
            action_url=self.clear_url,
            action_label=_("Clear all"),
        )


def respond(
    request: HttpRequest,
    spec: ListSpec[Row],
    visible: QuerySet[Row],
    template: str,
    *,
    context: Mapping[str, Any] | Callable[[ListPage[Row]], Mapping[str, Any]] | None = None,
    columns: Sequence[Column[Row]] = (),
    bulk_actions: Sequence[BulkAction] = (),
) -> HttpResponseBase:
    """The whole life of a list page: shows it, or its fragment to HTMX; exports; takes search words and saved views.

    The template gets `list`, `rows`, `page` and `empty`; `context` adds to it, or says it anew once the rows are known.
    `columns` are those that this person may see (access.fields_for), if not all.
    """
    shown = ListPage(request, spec, visible, columns, bulk_actions)
    if request.method == "POST":
        return _take(shown)
    if request.GET.get(EXPORT) == "csv":
        return _export(shown)
    values = {"list": shown, "rows": shown.rows, "page": shown.page, "empty": shown.empty}
    extra = context(shown) if callable(context) else context or {}
    values |= dict(extra)
    htmx = getattr(request, "htmx", None)
    if not (htmx and htmx.target == "results"):
        return render(request, template, values)
    # The bar above the rows comes along: its count, chips and links would tell of the rows before.
    response = render(request, f"{template}#results", values)
    response.write(render_to_string("components/_list_bar.html", values | {"oob": True}, request))
    response["HX-Push-Url"] = shown.address
    return response


def capped(rows: QuerySet[Any]) -> str:
    """How many rows, at most "10,000+": nobody waits for a count."""
    count = rows.order_by()[: CAP + 1].count()
    return f"{CAP:,}+" if count > CAP else f"{count:,}"


def selected(request: HttpRequest, visible: QuerySet[Row]) -> QuerySet[Row]:
    """The rows whose boxes were ticked, out of those that the person may see."""
    try:
        ids = {UUID(value) for value in request.POST.getlist("id")}
    except ValueError:
        raise BadInput(_("The selection could not be read. Load the page again.")) from None
    if not ids:
        raise BadInput(_("Nothing is selected. Tick some rows first."))
    if len(ids) > MAX_SELECTED:
        raise BadInput(_("At most %(count)d rows at once.") % {"count": MAX_SELECTED})
    return visible.filter(pk__in=ids)


# --- what is posted to a list


def _take(shown: ListPage[Any]) -> HttpResponse:
    """Search words, a view to save or one to forget; then back to the list."""
    post = shown.request.POST
    if "q" in post and shown.spec.search:
        term = " ".join(post["q"].replace("\0", "").split())[:MAX_TERM]
        url = shown._url({SEARCH: pack_term(term)}) if term else shown._url(without=[SEARCH])
        return HttpResponseRedirect(url)
    if "forget_view" in post:
        shown._own_views().filter(pk__in=_uuids(post["forget_view"])).delete()
        return HttpResponseRedirect(shown.url)
    if "name" in post:
        return _save_view(shown, post["name"].strip()[:60])
    raise BadInput(_("The list cannot do that."))


def _save_view(shown: ListPage[Any], name: str) -> HttpResponse:
    query = shown._view_query()
    if not name:
        raise BadInput(_("A view needs a name."))
    if not query or len(query) > 500:
        raise BadInput(_("Choose some filters or an order first: a view keeps those."))
    if shown._own_views().exclude(name=name).count() >= MAX_VIEWS:
        raise BadInput(_("You have %(count)d views of this list. Forget one first.") % {"count": MAX_VIEWS})
    SavedView.objects.update_or_create(
        user_id=_id_of(shown.request), page=shown.spec.name, name=name, defaults={"query": query}
    )
    messages.success(shown.request, _("The view is saved."))
    return HttpResponseRedirect(shown._url())


def _uuids(value: str) -> list[UUID]:
    try:
        return [UUID(value)]
    except ValueError:
        return []


# --- search words in a URL, which ends up in histories and logs


def _cipher() -> AESGCM:
    return AESGCM(derive("crmllm search words in addresses", settings.MASTER_KEY))


def pack_term(term: str) -> str:
    """The words, encrypted for a URL."""
    nonce = os.urandom(12)
    return base64.urlsafe_b64encode(nonce + _cipher().encrypt(nonce, term.encode(), None)).decode().rstrip("=")


def unpack_term(packed: str) -> str:
    """The words again; nothing for what was not made here."""
    if not packed or len(packed) > 8 * MAX_TERM:
        return ""
    try:
        blob = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return _cipher().decrypt(blob[:12], blob[12:], None).decode()
    except (ValueError, InvalidTag):
        return ""


# --- export


class _Echo:
    """A file for csv.writer that hands back each line."""

    def write(self, line: str) -> str:
        return line


def _export(shown: ListPage[Any]) -> StreamingHttpResponse:
    """All matching rows as CSV, streamed, with the columns that this person may see. Each export is audited."""
    columns = [(column, column.value) for column in shown.columns_shown if column.value]
    with transaction.atomic():
        audit.record(
            actor=shown.request.user, action="list.exported", subject_type=shown.spec.name, subject_id=None,  # type: ignore[arg-type]
            details={"columns": [column.key for column, _value in columns], "filters": shown._view_query(),
                     "searched": bool(shown.q)},
        )  # fmt: skip

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff"  # tells spreadsheets that this is UTF-8
        yield writer.writerow([harmless(str(column.label)) for column, _value in columns])
        for row in shown.matching.iterator(chunk_size=1000):
            yield writer.writerow([harmless(value(row)) for _column, value in columns])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    name = f"{shown.spec.name}-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def harmless(value: object) -> str:
    """A cell as text. What a spreadsheet would take for a formula gets an apostrophe in front (CSV injection)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if isinstance(value, int | float) or type(value).__name__ == "Decimal":
        return text
    if isinstance(value, list | tuple | set | frozenset):
        text = ", ".join(str(part) for part in value)
    is_formula = text.lstrip()[:1] in FORMULA_STARTS or text[:1] in "\t\r\n"
    return f"'{text}" if text and is_formula else text


# --- helpers


def _id_of(request: HttpRequest) -> UUID:
    assert request.user.pk is not None, "a list is for somebody who is signed in"
    return request.user.pk


def _choices(form_field: Any) -> list[dict[str, Any]]:
    choices = getattr(form_field.widget, "choices", ())
    return [
        {"value": str(value), "label": label, "count": ""}
        for value, label in choices
        if str(value) not in ("", "unknown")
    ]


def _label(form_field: Any, name: str) -> str:
    return str(form_field.label or name.replace("_", " ")).capitalize()
