"""Forms of the pages: they take the services' word for what is right, so that page, API and command agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crmllm.core.errors import CrmllmError


def carried_out(request: HttpRequest, form: Form | Any, act: Callable[[], object]) -> bool:
    """Whether the form was posted, is right, and the service took it; its refusal is shown where it belongs."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except CrmllmError as error:
        for name, sentences in (error.fields or {"": [error.message]}).items():
            form.add_error(name if name in form.fields else None, sentences)
        return False
    return True


def form_page(request: HttpRequest, title: str, form: Form | Any, back_url: str, **more: Any) -> HttpResponse:
    """The settings page around one form."""
    context = {"title": title, "form": form, "back_url": back_url, **more}
    return render(request, "core/settings_form.html", context, status=422 if form.errors else 200)
