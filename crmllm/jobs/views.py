"""The Jobs page: stages, runs, what failed, schedules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access.rules import load, person, require
from crmllm.core.errors import BadInput, NotFound
from crmllm.jobs import selectors, services
from crmllm.jobs.choices import RunState
from crmllm.jobs.forms import ScheduleForm
from crmllm.jobs.models import JobRun

TONES = {
    RunState.WAITING: "muted",
    RunState.RUNNING: "accent",
    RunState.SUCCEEDED: "good",
    RunState.FAILED: "bad",
    RunState.CANCELLED: "warn",
}


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Everything at work. HTMX asks for the fragment again while something runs."""
    user = person(request)
    require(user, "jobs.view")
    manages = user.may("jobs.manage")
    stages = [_stage(row, manages) for row in selectors.stages()]
    items = [_item(row) for row in selectors.troubled(user)]
    context: dict[str, Any] = {
        "stages": stages,
        "running": [_progress(run, manages) for run in selectors.running(user)[: selectors.SHOWN]],
        "failed": items,
        "retry_all_url": reverse("jobs:retry-failed") if any(stage["failed"] for stage in stages) else "",
        "runs": [_run_line(run) for run in selectors.runs(user)[: selectors.SHOWN]],
        "live": selectors.busy(),
        "url": reverse("jobs:index"),
        "can_manage": manages,
    }
    if getattr(request, "htmx", False) and not request.htmx.boosted:  # type: ignore[attr-defined]
        return render(request, "jobs/jobs.html#work", context)
    buttons = [row | {"url": reverse("jobs:start", args=[row["name"]])} for row in selectors.buttons(user)]
    return render(request, "jobs/jobs.html", context | {"schedules": _schedules(), "buttons": buttons})


@require_GET
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One run."""
    user = person(request)
    row = load(user, selectors.runs(user), pk)
    facts = [
        (_("Started by"), row.user or _("the system")),
        (_("Started"), row.started_at),
        (_("Ended"), row.finished_at),
        (_("Done"), row.progress),
        (_("Failed items"), row.failures),
        (_("Result"), row.message),
        (_("Cluster"), row.get_cluster_display()),
    ]
    over = row.state not in (RunState.WAITING, RunState.RUNNING)
    shown = {
        "name": selectors.label(row.name),
        "state": row.get_state_display(),
        "tone": TONES[RunState(row.state)],
        "facts": [{"label": name, "value": value} for name, value in facts if value not in (None, "")],
        "progress": None if over else _progress(row, user.may("jobs.manage")),
        "error": row.error_message,
        "retry_url": reverse("jobs:retry", args=[row.pk]) if over and user.may("jobs.manage") else "",
        "live": not over,
        "url": reverse("jobs:run", args=[row.pk]),
    }
    return render(request, "jobs/jobrun_detail.html", {"run": shown})


@require_POST
def start(request: HttpRequest, name: str) -> HttpResponse:
    """Starts one of the jobs that have a button."""
    user = person(request)
    if name not in [row["name"] for row in selectors.buttons(user)]:
        raise NotFound(_("There is no such job, or it is not yours to start."))
    return redirect("jobs:run", services.start(name=name, user=user).pk)


@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stops a run."""
    user = person(request)
    services.cancel(user=user, run=load(user, selectors.runs(user), pk))
    messages.success(request, _("The job stops after its present item. A stage then rests until you let it go on."))
    return redirect("jobs:index")


@require_POST
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Does a run again."""
    user = person(request)
    again = services.retry(user=user, run=load(user, selectors.runs(user), pk))
    return redirect("jobs:run", again.pk)


@require_POST
def resume(request: HttpRequest, stage: str) -> HttpResponse:
    """Lets a stage go on."""
    services.resume(user=person(request), stage=stage)
    return redirect("jobs:index")


@require_POST
def retry_failed(request: HttpRequest) -> HttpResponse:
    """Starts one job for each stage that holds failed items."""
    user = person(request)
    for stage in selectors.stages():
        if stage["failed"]:
            arguments = {"stage": stage["name"], "user": str(user.pk)}
            services.start(name="retry_failed", arguments=arguments, user=user)
    return redirect("jobs:index")


@require_POST
def retry_item(request: HttpRequest, stage: str, pk: UUID) -> HttpResponse:
    """Tries one item again."""
    services.retry_item(user=person(request), stage=stage, pk=pk)
    messages.success(request, _("It is tried again now."))
    return redirect("jobs:index")


@require_POST
def cancel_item(request: HttpRequest, stage: str, pk: UUID) -> HttpResponse:
    """Gives one item up."""
    services.cancel_item(user=person(request), stage=stage, pk=pk)
    messages.success(request, _("It was given up."))
    return redirect("jobs:index")


@require_GET
def schedules(request: HttpRequest) -> HttpResponse:
    """What runs by the clock, among the settings."""
    user = person(request)
    require(user, "jobs.view")
    context = {"schedules": _schedules(), "can_manage": user.may("jobs.manage")}
    return render(request, "jobs/schedule_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_schedule(request: HttpRequest, name: str) -> HttpResponse:
    """How often one schedule runs."""
    user = person(request)
    require(user, "jobs.manage")
    row = selectors.schedule_row(name)
    form = ScheduleForm(request.POST or None, initial={"minutes": row["minutes"], "on": row["active"]})
    if form.is_valid():
        try:
            services.change_schedule(user=user, name=name, **form.cleaned_data)
        except BadInput as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("jobs:schedules")
    context = {"title": row["label"], "form": form, "back_url": reverse("jobs:schedules"), "danger": None}
    return render(request, "core/settings_form.html", context, status=422 if form.errors else 200)


# --- what the templates show


def _stage(row: dict[str, Any], manages: bool) -> dict[str, Any]:
    return row | {"resume_url": reverse("jobs:resume", args=[row["name"]]) if row["paused"] and manages else ""}


def _progress(row: JobRun, manages: bool) -> dict[str, Any]:
    waits = row.state == RunState.WAITING
    return {
        "label": selectors.label(row.name),
        "done": row.progress,
        "total": row.total or 0,
        "doing": _("waits for a worker") if waits else _("stops…") if row.cancel_requested else row.message,
        "url": reverse("jobs:run", args=[row.pk]),
        "started_at": row.started_at,
        "cancel_url": reverse("jobs:cancel", args=[row.pk]) if manages and not row.cancel_requested else "",
    }


def _item(row: dict[str, Any]) -> dict[str, Any]:
    place = [row["stage"], row["id"]]
    return row | {
        "stage": row["stage_label"],
        "url": reverse("ingestion:detail", args=[row["interaction_id"]]) if row["interaction_id"] else "",
        "retry_url": reverse("jobs:retry-item", args=place),
        "cancel_url": reverse("jobs:cancel-item", args=place) if row["can_end"] else "",
    }


def _run_line(row: JobRun) -> dict[str, Any]:
    took = selectors.duration(row)
    return {
        "url": reverse("jobs:run", args=[row.pk]),
        "name": selectors.label(row.name),
        "state": row.get_state_display(),
        "tone": TONES[RunState(row.state)],
        "started_at": row.started_at or row.created_at,
        "duration": _seconds(took.total_seconds()) if took else "",
        "done": row.error_message or row.message or str(row.progress),
        "by": row.user or "",
    }


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"


def _schedules() -> list[dict[str, Any]]:
    return [
        row
        | {
            "name": row["label"],
            "edit_url": reverse("jobs:schedule", args=[row["name"]]),
            "last": row["last"].get_state_display() if row["last"] else "",
            "tone": TONES[RunState(row["last"].state)] if row["last"] else "",
        }
        for row in selectors.schedule_rows()
    ]
