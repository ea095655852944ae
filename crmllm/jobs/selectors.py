"""Reads for the Jobs page and its API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, UUIDField, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_q.models import Schedule

from crmllm.access.models import User
from crmllm.access.rules import require, visible
from crmllm.jobs import flow, schedules
from crmllm.jobs.choices import UNFINISHED, RunState
from crmllm.jobs.models import JobRun, StageWake
from crmllm.jobs.startable import startable

SHOWN = 20  # failed items, and runs, on the page


def runs(user: User) -> QuerySet[JobRun]:
    """Runs, newest first."""
    require(user, "jobs.view")
    return visible(user, JobRun.objects.select_related("user")).order_by("-created_at", "-id")


def running(user: User) -> QuerySet[JobRun]:
    """Runs that are not over."""
    return runs(user).filter(state__in=UNFINISHED)


def label(name: str) -> str:
    """What people call a job."""
    labels: dict[str, Any] = {one.name: one.label for one in flow.STAGES}
    labels |= {one.name: one.label for one in schedules.SCHEDULES}
    labels |= {key: one.label for key, one in startable.items()}
    return str(labels.get(name, name))


def stages() -> list[dict[str, Any]]:
    """Every stage with how many items wait, are worked on, and failed, and since when the oldest waits."""
    paused = set(StageWake.objects.filter(paused_at__isnull=False).values_list("stage", flat=True))
    return [
        {
            "name": stage.name,
            "label": stage.label,
            "cluster": stage.cluster,
            **stage.unfinished(),
            "failed": stage.failed_rows().count(),
            "paused": stage.name in paused,
        }
        for stage in flow.STAGES
    ]


def troubled(user: User, *, limit: int = SHOWN) -> list[dict[str, Any]]:
    """The latest items that failed or are tried again, with the reason; those that this person may see."""
    require(user, "jobs.view")
    found = [
        _item(stage, row)
        for stage in flow.STAGES
        for row in visible(user, stage.troubled_rows())
        .annotate(
            shown_at=F(stage.interaction) if stage.interaction else Value(None, UUIDField()),
            has_failed=ExpressionWrapper(stage.failed, BooleanField()),
        )
        .order_by("-updated_at")[:limit]
    ]
    return sorted(found, key=lambda item: item["at"], reverse=True)[:limit]


def _item(stage: flow.Stage, row: Any) -> dict[str, Any]:
    held_until = row.next_attempt_at if row.error_code and row.next_attempt_at > timezone.now() else None
    return {
        "id": row.pk,
        "what": f"{row._meta.verbose_name} {str(row.pk)[-8:]}",
        "stage": stage.name,
        "stage_label": stage.label,
        # What the item's own package wrote, else what the last try said.
        "reason": getattr(row, "reason", "") or row.error_message or _("No reason was given."),
        "attempts": row.attempts,
        "next_at": held_until,
        "interaction_id": row.shown_at,
        "can_end": stage.ends_failed or not row.has_failed,
        "at": row.updated_at,
    }


def buttons(user: User) -> list[dict[str, str]]:
    """Jobs that this person may start by hand."""
    return [
        {"name": name, "label": str(one.label)}
        for name, one in startable.items()
        if one.button and user.may(one.permission)
    ]


def schedule_rows() -> list[dict[str, Any]]:
    """Every schedule: how often, when next, and how its last noted run ended."""
    rows = {row.name: row for row in Schedule.objects.filter(func=schedules.FUNCTION)}
    last = {
        run.name: run for run in JobRun.objects.filter(name__in=rows).order_by("name", "-created_at").distinct("name")
    }
    return [_schedule(one, rows[one.name], last.get(one.name)) for one in schedules.SCHEDULES if one.name in rows]


def schedule_row(name: str) -> dict[str, Any]:
    """One schedule. Raises NotFound."""
    row = Schedule.objects.get(func=schedules.FUNCTION, name=schedules.scheduled(name).name)
    return _schedule(schedules.scheduled(name), row, None)


def _schedule(one: schedules.Scheduled, row: Any, last: JobRun | None) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "essential": one.essential,
        "minutes": row.minutes,
        "every": every(row.minutes),
        "next_at": row.next_run,
        "active": row.repeats != schedules.NEVER,
        "last": last,
    }


def every(minutes: int) -> str:
    """An interval in words."""
    if minutes % (24 * 60) == 0:
        return ngettext("day", "%(count)d days", minutes // (24 * 60)) % {"count": minutes // (24 * 60)}
    if minutes % 60 == 0:
        return ngettext("hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("minute", "%(count)d minutes", minutes) % {"count": minutes}


def duration(run: JobRun) -> timedelta | None:
    """How long a run took, or has taken so far."""
    end: datetime | None = run.finished_at or (timezone.now() if run.state == RunState.RUNNING else None)
    return end - run.started_at if end and run.started_at else None


def queue_figures() -> list[tuple[str, int, int, float]]:
    """For each stage: waiting, failed, and the age in seconds of the oldest item that waits."""
    now = timezone.now()
    return [
        (
            row["name"],
            row["waiting"] + row["running"],
            row["failed"],
            (now - row["oldest_at"]).total_seconds() if row["oldest_at"] else 0.0,
        )
        for row in stages()
    ]


def busy() -> bool:
    """Whether anything runs or could run now."""
    return JobRun.objects.filter(state__in=UNFINISHED).exists() or any(
        stage.rows.filter(stage.waiting).filter(Q(leased_until__isnull=False) | Q(error_code="")).exists()
        for stage in flow.STAGES
    )
