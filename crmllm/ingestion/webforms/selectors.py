"""Reads of web forms."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, QuerySet
from django.urls import reverse

from crmllm.access.models import User
from crmllm.access.rules import load, visible
from crmllm.core.errors import NotFound
from crmllm.ingestion.models import WebForm, WebFormEntry

SHOWN_ENTRIES = 25


def forms(user: User) -> QuerySet[WebForm]:
    """The forms that this person may see, with how often each was sent."""
    rows = WebForm.objects.select_related("owner", "team").annotate(entry_count=Count("entries"))
    return visible(user, rows).order_by("name")


def form(user: User, pk: object, *, permission: str = "") -> WebForm:
    """One form: NotFound for a stranger."""
    return load(user, visible(user, WebForm.objects.select_related("owner", "team")), pk, permission=permission)


def last_entries(row: WebForm) -> QuerySet[WebFormEntry]:
    return row.entries.select_related("interaction")[:SHOWN_ENTRIES]


def public(public_id: str) -> WebForm:
    """A form that takes something in; NotFound where there is none, or it was switched off."""
    row = WebForm.objects.filter(public_id=public_id, active=True).first()
    if row is None:
        raise NotFound("There is no such form, or it takes nothing in at present.")
    return row


def address(row: WebForm) -> str:
    """Where the form is reached from outside."""
    return settings.SITE_URL + reverse("forms:form", args=[row.public_id])


def is_allowed(row: WebForm, origin: str) -> bool:
    """Whether a browser on this origin may send the form; requests that name none are not from another page."""
    own = urlsplit(settings.SITE_URL)
    return origin in ("", f"{own.scheme}://{own.netloc}", *row.origins)
