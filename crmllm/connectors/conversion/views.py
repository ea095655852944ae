"""The page on which a person converts a lead."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crmllm.access.models import User
from crmllm.access.rules import person
from crmllm.connectors.base import ConnectorError
from crmllm.connectors.conversion import services
from crmllm.connectors.conversion.forms import ConversionForm
from crmllm.core.errors import BadInput, Conflict
from crmllm.crm import selectors
from crmllm.crm.choices import Object
from crmllm.crm.models import Lead, Record


@require_http_methods(["GET", "POST"])
def convert(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Shows what the lead could become. POST converts it, in the CRM that is master of leads and here."""
    user = person(request)
    lead = cast(Lead, selectors.record(user, Object.LEAD, pk, permission="records.change"))
    back = reverse("crm:detail", args=[Object.LEAD, pk])
    if services.is_converted(lead):
        messages.info(request, _("This lead was converted already."))
        return redirect(back)
    form = ConversionForm(request.POST or None, user=user, lead=lead)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.convert_lead(actor=user, lead=lead, **_changeable(user, form))
        except BadInput as error:
            form.refuse(error)
        except (Conflict, ConnectorError) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The lead is converted."))
            return redirect("crm:detail", Object.CONTACT, made.contact.pk)
    context = {"record": {"name": lead.name}, "form": form, "back_url": back}
    return render(request, "crm/lead_convert.html", context, status=422 if form.errors else 200)


def _changeable(user: User, form: ConversionForm) -> dict[str, Any]:
    """What was chosen, as records that the person may change: they are filled with what they lack."""
    chosen = form.chosen()
    return {
        name: selectors.record(user, one.object_name, one.pk, permission="records.change")
        if isinstance(one, Record)
        else one
        for name, one in chosen.items()
    }
