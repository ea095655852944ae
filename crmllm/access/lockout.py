"""The log-in door: locked for a login after some wrong passwords, and for an address that tries many logins.

django-axes counts the failures in the database, so all web processes share them; bearer tokens need none of this.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext

from crmllm.access.forms import SignInForm
from crmllm.access.sso import providers
from crmllm.core.address import client_address
from crmllm.core.errors import TooMany


def check_address(request: HttpRequest) -> None:
    """Raises TooMany for an address from which too many wrong passwords came, whatever the logins."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    recent = AccessAttempt.objects.filter(ip_address=client_address(request), attempt_time__gte=since)
    failures = recent.aggregate(total=Sum("failures_since_start"))["total"] or 0
    if failures >= settings.LOGIN_FAILURES_PER_ADDRESS:
        raise TooMany("Too many wrong passwords came from your address. Wait a few minutes, then try again.")


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Mapping[str, Any]) -> HttpResponse:
    """The answer to a locked login (AXES_LOCKOUT_CALLABLE): the log-in page, saying how long to wait."""
    context = {
        "form": SignInForm(request),
        "locked_for": in_words(_remaining(request, credentials)),
        "sso_providers": providers(),
        "next": request.POST.get("next", ""),
    }
    return render(request, "registration/login.html", context, status=429)


def _remaining(request: HttpRequest, credentials: Mapping[str, Any]) -> timedelta:
    last = (
        AccessAttempt.objects.filter(username=credentials.get("username"), ip_address=client_address(request))
        .order_by("-attempt_time")
        .values_list("attempt_time", flat=True)
        .first()
    )
    now = timezone.now()
    return (last or now) + settings.AXES_COOLOFF_TIME - now


def in_words(wait: timedelta) -> str:
    """A wait in whole minutes, never less than it is."""
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
