"""The Figures page and its file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crmllm.access.rules import person, require
from crmllm.core import audit
from crmllm.core.charts import Chart, Series, line_chart
from crmllm.core.lists import Empty, harmless
from crmllm.crm.choices import Object
from crmllm.crm.selectors import field_map
from review.figures import selectors
from review.figures.asked import Asked
from review.figures.selectors import Day, FieldEdits, Figures, Pace
from review.looks.agreement import Share

PERIODS = (7, 30, 90, 365)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """What was decided in a period, how fast and how well; `?export=csv` is the same as a file."""
    user = person(request)
    require(user, selectors.PERMISSION)
    asked = Asked.of(request.GET)
    found = selectors.figures(user, asked)
    if request.GET.get("export") == "csv":
        return _file(request, asked, found)
    return render(request, "review/figures.html", _context(asked, found))


def _context(asked: Asked, found: Figures) -> dict[str, Any]:
    something = found.total.decisions or found.automation.count or any(day.came for day in found.days)
    return {
        "asked": asked,
        "periods": _periods(asked),
        "choices": found.choices | {"object": [(str(value), str(label)) for value, label in Object.choices]},
        "chosen": {"person": str(asked.person or ""), "team": str(asked.team or ""), "object": asked.object_name},
        "export_url": f"{reverse('review-figures')}{asked.query(export='csv')}",
        "figures": _head(found),
        "people": [{"name": one.name, "share": _percent(one.pace), **_pace(one.pace)} for one in found.people],
        "fields": [_field(one) for one in found.fields],
        "reasons": [{"reason": reason or _("in words of their own, or none"), "count": count}
                    for reason, count in found.reasons],
        "errors": _errors(found),
        "days": list(reversed(found.days)),
        "chart": _chart(found.days) if len(found.days) > 1 else None,
        "empty": None if something else _empty(),
    }  # fmt: skip


def _empty() -> Empty:
    return Empty(
        _("Nothing in this period"),
        _("Nothing came in and nothing was decided. Choose another period, or decide something."),
        icon="checkbox",
        action_url=reverse("review:queue"),
        action_label=_("To the review"),
    )


def _periods(asked: Asked) -> list[dict[str, Any]]:
    """Short cuts to the usual periods up to today."""
    today = timezone.localdate()
    found = []
    for days in PERIODS:
        one = Asked(today - timedelta(days=days - 1), today, asked.team, asked.person, asked.object_name)
        label = _("%(days)d days") % {"days": days}
        found.append({"label": label, "url": one.query(), "active": (one.first, one.last) == (asked.first, asked.last)})
    return found


def _head(found: Figures) -> list[dict[str, str]]:
    total, pace = found.total, _pace(found.total)
    return [
        {"value": f"{total.decisions:,}", "label": _("decisions"), "note": _("by people")},
        {"value": pace["an_hour"], "label": _("decisions an hour"), "note": _("in hours with a decision")},
        {
            "value": pace["median"],
            "label": _("seconds, median"),
            "note": _("nine of ten in %(p90)s s") % pace if total.decisions else "",
        },
        {"value": _share(found.automation), "label": _("applied without a person"), "note": _of(found.automation)},
        {"value": _share(found.agreement), "label": _("agreement"), "note": _interval(found.agreement)},
        {"value": _share(found.in_time), "label": _("decided in time"), "note": _of_decisions(found.in_time)},
        {"value": f"{found.open_now:,}", "label": _("open now"), "note": _("proposals that wait")},
    ]


def _pace(pace: Pace) -> dict[str, Any]:
    return {
        "decisions": pace.decisions,
        "an_hour": "–" if pace.an_hour is None else f"{pace.an_hour:,.0f}",
        "median": _seconds(pace.median_ms),
        "p90": _seconds(pace.p90_ms),
        "edited": pace.edited,
        "rejected": pace.rejected,
        "skipped": pace.skipped,
        "taken_back": pace.taken_back,
    }


def _percent(pace: Pace) -> str:
    """How many of the decisions were approvals without an edit."""
    unchanged = pace.decisions - pace.edited - pace.rejected
    return f"{unchanged / pace.decisions:.0%}" if pace.decisions else "–"


def _seconds(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds / 1000:,.1f}"


def _share(share: Share) -> str:
    return "–" if share.value is None else f"{share.value:.1%}"


def _of(share: Share) -> str:
    if not share.count:
        return _("nothing was approved")
    return _("%(hits)s of %(count)s approvals") % {"hits": f"{share.hits:,}", "count": f"{share.count:,}"}


def _of_decisions(share: Share) -> str:
    if not share.count:
        return _("nothing with a deadline was decided")
    return _("%(hits)s of %(count)s with a deadline") % {"hits": f"{share.hits:,}", "count": f"{share.count:,}"}


def _interval(share: Share) -> str:
    """A share is shown with what it can be: few second reviews say little."""
    if not share.count:
        return _("no second reviews yet")
    if not share.says_something:
        return _("too few second reviews to say (%(count)d)") % {"count": share.count}
    return _("%(low)s to %(high)s, of %(count)d second reviews") % {
        "low": f"{share.low:.0%}", "high": f"{share.high:.0%}", "count": share.count}  # fmt: skip


def _field(one: FieldEdits) -> dict[str, Any]:
    return {
        "label": label_of(one.field),
        "kept": one.kept,
        "edited": one.edited,
        "rejected": one.rejected,
        "automatic": one.automatic,
        "share": _share(one.edit_share),
    }


def label_of(field: str) -> str:
    """ "contact.title" as people call it; a field that was removed keeps its name."""
    object_name, _dot, name = field.partition(".")
    known = field_map(object_name).get(name)
    return f"{Object(object_name).label}: {known.label if known else name}"


def _errors(found: Figures) -> list[dict[str, Any]]:
    words = {
        "sample": _("samples of what was applied without a person, found wrong"),
        "settled": _("second reviews in which the first decision was settled to be wrong"),
        "automatic_undone": _("values applied without a person that were taken back"),
        "taken_back": _("decisions that people took back themselves"),
    }
    return [{"label": words[name], "count": count} for name, count in found.errors.items()]


def _chart(days: list[Day]) -> Chart:
    """What came in and what was decided, day by day."""
    out = [day.decided + day.automatic for day in days]
    top = max(4, *(day.came for day in days), *out)
    top += -top % 4
    lines = [
        Series(_("came in"), [(float(at), float(day.came), _dot(day, day.came)) for at, day in enumerate(days)]),
        Series(_("decided"), [(float(at), float(count), _dot(days[at], count)) for at, count in enumerate(out)],
               "chart-second"),
    ]  # fmt: skip
    return line_chart(
        lines,
        words=_("Proposals that came in and that were decided, by day"),
        x_label=_("day"),
        y_label=_("proposals"),
        x_range=(-0.5, len(days) - 0.5),
        y_range=(0, top),
        x_ticks=[(float(at), date_format(days[at].day, "j M")) for at in sorted({0, len(days) // 2, len(days) - 1})],
    )


def _dot(day: Day, count: int) -> str:
    return f"{date_format(day.day, 'j M Y')}: {count:,}"


# --- as a file


def _file(request: HttpRequest, asked: Asked, found: Figures) -> HttpResponse:
    with transaction.atomic():
        audit.record(actor=person(request), action="list.exported", subject_type="review-figures", subject_id=None,
                     details={"filters": asked.query()})  # fmt: skip
    out = io.StringIO()
    out.write("\ufeff")  # tells spreadsheets that this is UTF-8
    writer = csv.writer(out)
    writer.writerow([_("Part"), _("Of"), _("Figure"), _("Value")])
    for row in lines(found):
        writer.writerow([harmless(cell) for cell in row])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="review-figures-{asked.first}-{asked.last}.csv"'
    return response


def lines(found: Figures) -> Iterator[tuple[str, str, str, object]]:
    """Every figure in a line of its own: part of the page, of whom or what, which figure, its value."""
    yield from (("total", "", name, value) for name, value in _plain(found.total).items())
    for one in found.people:
        yield from (("person", one.name, name, value) for name, value in _plain(one.pace).items())
    for edits in found.fields:
        values = {"kept": edits.kept, "edited": edits.edited, "rejected": edits.rejected,
                  "automatic": edits.automatic, "automatic_undone": edits.automatic_undone}  # fmt: skip
        yield from (("field", edits.field, name, value) for name, value in values.items())
    yield from (("reason", reason, "rejected", count) for reason, count in found.reasons)
    for day in found.days:
        values = {"came": day.came, "decided": day.decided, "automatic": day.automatic}
        yield from (("day", day.day.isoformat(), name, value) for name, value in values.items())
    for name, share in {"automation": found.automation, "agreement": found.agreement, "in_time": found.in_time}.items():
        yield from ((name, "", part, value) for part, value in as_share(share).items())
    yield from (("errors", "", name, count) for name, count in found.errors.items())
    yield "backlog", "", "open_now", found.open_now


def _plain(pace: Pace) -> dict[str, object]:
    values = {name: getattr(pace, name) for name in Pace.__dataclass_fields__}
    return values | {"an_hour": None if pace.an_hour is None else round(pace.an_hour, 2)}


def as_share(share: Share) -> dict[str, object]:
    """A share for programs: with its interval, however small the numbers are."""
    return {"hits": share.hits, "count": share.count, "low": round(share.low, 4), "high": round(share.high, 4)}
