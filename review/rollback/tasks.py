"""The roll-back stage's drain."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from crmllm.core import work
from crmllm.core.errors import CrmllmError
from crmllm.jobs.drain import Drain
from review.rollback import services
from review.rollback.choices import State
from review.rollback.models import Rollback

TRIES = 8


def drain_roll_back(run: Drain) -> None:
    """Takes back batch after batch, until nothing is left or somebody stops it."""
    while not run.should_stop():
        rows = work.claim(Rollback.objects.filter(state=State.RUNNING).order_by("id"), limit=1,
                          seconds=settings.LEASE_SECONDS)  # fmt: skip
        if not rows:
            return
        _work_off(run, rows[0])


def _work_off(run: Drain, row: Rollback) -> None:
    try:
        while done := services.advance(row):
            run.tick(done=done)
            if run.should_stop():
                _give_back(row)
                return
            work.renew(row, settings.LEASE_SECONDS)
    except work.LeaseLost:
        return
    except CrmllmError as error:
        run.tick(failed=1)
        _give_back(row, error)


def _give_back(row: Rollback, error: CrmllmError | None = None) -> None:
    """For the next drain: at once, or after a wait when something went wrong."""
    with transaction.atomic():
        current = work.locked_under_lease(row)
        if error is None:
            work.give_back(current)
        else:
            work.postpone(current, error)
            if current.attempts >= TRIES:
                current.state = State.FAILED
        current.save()
