"""The automate stage's drain, and what the clock calls."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crmllm.core import work
from crmllm.core.errors import CrmllmError
from crmllm.jobs.drain import Drain
from review.policies import applying, services
from review.policies.choices import CheckState
from review.policies.models import PolicyCheck

TRIES = 8
BATCH = 20


def drain_automate(run: Drain) -> None:
    """Decides on every new proposal whether it applies itself."""
    while not run.should_stop():
        rows = work.claim(waiting(), limit=BATCH, seconds=settings.LEASE_SECONDS)
        if not rows:
            return
        for row in rows:
            failed = _settle(row)
            run.tick(done=not failed, failed=failed)


def waiting() -> QuerySet[PolicyCheck]:
    """Parents come before what hangs on them: ids are in the order in which proposals were made."""
    return PolicyCheck.objects.filter(state=CheckState.WAITING).order_by("id")


def _settle(row: PolicyCheck) -> bool:
    """Whether it failed. What goes wrong with one holds up no other."""
    try:
        applying.settle(row=row)
    except work.LeaseLost:
        return False
    except CrmllmError as error:
        _postpone(row, error)
        return True
    return False


def _postpone(row: PolicyCheck, error: CrmllmError) -> None:
    try:
        with transaction.atomic():
            current = work.locked_under_lease(row)
            work.postpone(current, error)
            if current.attempts >= TRIES:
                current.state = CheckState.FAILED
            current.save()
    except work.LeaseLost:
        pass


def derive() -> str:
    """Called by the clock: new thresholds where enough was decided."""
    made = services.derive_all()
    return _("%(count)d thresholds were derived anew.") % {"count": made} if made else ""
