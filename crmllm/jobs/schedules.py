"""What runs by the clock.

The rows are made after each migration; admins change the interval, or switch one off, on the Jobs page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_q.models import Schedule

from crmllm.core.errors import NotFound

#: Every schedule calls this with its name: exceptions become sentences there.
FUNCTION = "crmllm.jobs.tasks.run_scheduled"
ALWAYS, NEVER = -1, 0  # django-q2's `repeats`


@dataclass(frozen=True)
class Scheduled:
    """A function called every `minutes`; it returns a sentence when it did something worth a line, else nothing."""

    name: str
    label: Promise
    function: str
    minutes: int
    #: Without these nothing would be taken up again after a kill: they cannot be switched off.
    essential: bool = False


SCHEDULES: tuple[Scheduled, ...] = (
    Scheduled("wake_stages", _("Take up work that waits"), "crmllm.jobs.services.wake_stages", 1, essential=True),
    Scheduled("poll_mailboxes", _("Fetch mail from the mailboxes"), "crmllm.ingestion.tasks.poll_mailboxes", 1),
    Scheduled("expire_claims", _("Free claims that ran out"), "crmllm.proposals.tasks.expire_claims", 1),
    Scheduled("tell_overdue", _("Tell of reviews that wait too long"), "review.queues.tasks.tell_overdue", 5),
    Scheduled(
        "calibrate",
        _("Learn from decisions what confidences are worth"),
        "crmllm.extraction.calibration.tasks.refit",
        24 * 60,
    ),
    Scheduled("derive_thresholds", _("Derive thresholds of policies"), "review.policies.tasks.derive", 10),
    Scheduled("tend_looks", _("Draw blind looks, and free those that were forgotten"), "review.looks.tasks.tend", 5),
    Scheduled("watch_looks", _("Tell managers what blind looks say"), "review.looks.tasks.watch", 24 * 60),
    Scheduled("count_days", _("Count the days of the review figures that are over"), "review.figures.tasks.keep", 60),
    Scheduled("watch", _("Look for what needs an alarm"), "crmllm.monitoring.tasks.watch", 1),
    Scheduled(
        "forget_uploads", _("Remove files of abandoned uploads"), "crmllm.ingestion.tasks.forget_old_uploads", 24 * 60
    ),
    Scheduled("tidy_jobs", _("Forget old runs of jobs"), "crmllm.jobs.services.tidy", 24 * 60),
)


def scheduled(name: str) -> Scheduled:
    """The schedule of that name. Raises NotFound."""
    for one in SCHEDULES:
        if one.name == name:
            return one
    raise NotFound("There is no such schedule.")


def install(**signal: Any) -> None:
    """Makes the missing rows and removes those of schedules that are no more; what people set stays (post_migrate)."""
    if signal.get("using", "default") != "default":
        return
    with transaction.atomic():
        ours = Schedule.objects.filter(func=FUNCTION)
        ours.exclude(name__in=[one.name for one in SCHEDULES]).delete()
        known = set(ours.values_list("name", flat=True))
        Schedule.objects.bulk_create(
            Schedule(
                name=one.name,
                func=FUNCTION,
                args=f"({one.name!r},)",
                schedule_type=Schedule.MINUTES,
                minutes=one.minutes,
                repeats=ALWAYS,
                next_run=timezone.now(),
            )
            for one in SCHEDULES
            if one.name not in known
        )
