"""Everything that changes the state of background work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.brokers import get_broker
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

from crmllm.access.models import User
from crmllm.access.rules import require, visible
from crmllm.core import audit
from crmllm.core.errors import BadInput, Conflict
from crmllm.jobs import flow, schedules
from crmllm.jobs.choices import UNFINISHED, RunState
from crmllm.jobs.drain import Drain
from crmllm.jobs.failures import NOT_FINISHED, STOPPED, Failure
from crmllm.jobs.models import JobRun, StageWake
from crmllm.jobs.startable import startable

DEAD_AFTER = timedelta(seconds=60)  # without a heartbeat, which comes every two seconds
LOST_AFTER = timedelta(minutes=2)  # a wake-up that is queued for longer than this, while tasks are taken, was lost
KEPT_FOR = timedelta(days=30)

# --- wake-ups


def enqueue(stage: str) -> None:
    """Says that a stage has work, once the present transaction is committed. Cheap and safe to call for every item."""
    flow.stage(stage)
    # Robust: the work is committed; if this fails the schedule finds it within a minute.
    transaction.on_commit(partial(_wake, stage), robust=True)


def _wake(name: str) -> bool:
    """Queues a task for a stage unless one is queued. Returns whether it did.

    Whoever adds work looks first: where a task is queued already, that is all. It clears its mark before it looks for
    work, and what this is called for is committed, so that it will find it.
    """
    state = StageWake.objects.filter(stage=name).values_list("queued_at", "paused_at").first()
    if state is not None and any(state):
        return False
    with transaction.atomic():
        if state is None:
            StageWake.objects.bulk_create([StageWake(stage=name)], ignore_conflicts=True)
        won = StageWake.objects.filter(stage=name, queued_at=None, paused_at=None).update(queued_at=timezone.now())
        if won:
            # A wake-up is worth no row of its own when it is over: JobRun tells what was done.
            async_task(
                "crmllm.jobs.tasks.run_stage", name, q_options={"cluster": str(flow.stage(name).cluster), "save": False}
            )
    return bool(won)


def clear_wake(name: str) -> bool:
    """Called by a drain before it looks for work, so that no later wake-up is lost. False when the stage is paused."""
    StageWake.objects.filter(stage=name).update(queued_at=None)
    return not StageWake.objects.filter(stage=name, paused_at__isnull=False).exists()


def wake_stages() -> str:
    """Takes up whatever was left behind: dead runs, lost wake-ups, work whose time has come, jobs that never began."""
    for run in JobRun.objects.filter(state=RunState.RUNNING, heartbeat_at__lt=timezone.now() - DEAD_AFTER):
        finish(run, failure=STOPPED if run.name in {one.name for one in flow.STAGES} else NOT_FINISHED)
    lost = timezone.now() - LOST_AFTER
    for stage in flow.STAGES:
        if not _backlog(stage.cluster):
            StageWake.objects.filter(stage=stage.name, queued_at__lt=lost).update(queued_at=None)
        if stage.due_rows().exists():
            _wake(stage.name)
    for run in JobRun.objects.filter(state=RunState.WAITING, updated_at__lt=lost):
        if not _backlog(run.cluster):
            run.save(update_fields=["updated_at"])
            _send(run)
    return ""


def _backlog(cluster: str) -> bool:
    """Whether tasks lie untaken: then the cluster is down, and more tasks would only pile up."""
    return bool(get_broker(cluster).queue_size())


# --- runs


def begin(*, name: str, cluster: str, arguments: Mapping[str, str] | None = None) -> JobRun:
    """Opens a run that is at work already."""
    now = timezone.now()
    return JobRun.objects.create(
        name=name,
        cluster=cluster,
        arguments=dict(arguments or {}),
        state=RunState.RUNNING,
        started_at=now,
        heartbeat_at=now,
    )


def take(run_id: UUID) -> JobRun | None:
    """Moves a waiting run to running; None when somebody else did, or it was cancelled."""
    now = timezone.now()
    taken = JobRun.objects.filter(pk=run_id, state=RunState.WAITING).update(
        state=RunState.RUNNING, started_at=now, heartbeat_at=now
    )
    return JobRun.objects.get(pk=run_id) if taken else None


def finish(
    run: JobRun,
    *,
    figures: Mapping[str, object] | None = None,
    failure: Failure | None = None,
    cancelled: bool = False,
    message: str = "",
) -> None:
    """Closes a run. One that was declared dead meanwhile stays so."""
    state = RunState.FAILED if failure else RunState.CANCELLED if cancelled else RunState.SUCCEEDED
    values: dict[str, object] = {**(figures or {}), "state": state, "finished_at": timezone.now()}
    if message:
        values["message"] = message[:400]
    if failure:
        values |= {"error_code": failure.code, "error_message": failure.sentence[:400]}
    JobRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(**values)


def start(*, name: str, arguments: Mapping[str, str] | None = None, user: User) -> JobRun:
    """Starts a job by hand. Arguments are ids and names only."""
    job = startable[name]
    require(user, job.permission)
    with transaction.atomic():
        run = JobRun.objects.create(name=name, cluster=job.cluster, arguments=dict(arguments or {}), user=user)
        audit.record(actor=user, action="job.started", subject_type="job", subject_id=run.id, details={"name": name})
        transaction.on_commit(partial(_send, run), robust=True)
    return run


def _send(run: JobRun) -> None:
    async_task("crmllm.jobs.tasks.run_job", str(run.id), q_options={"cluster": str(run.cluster), "save": False})


def cancel(*, user: User, run: JobRun) -> JobRun:
    """Stops a run: at once when it waits, else after its present item. A stage then rests until it is resumed."""
    require(user, "jobs.manage")
    with transaction.atomic():
        run = JobRun.objects.select_for_update().get(pk=run.pk)
        if run.state not in UNFINISHED:
            raise Conflict(_("This job has ended already."))
        if run.state == RunState.WAITING:
            run.state, run.finished_at = RunState.CANCELLED, timezone.now()
        run.cancel_requested = True
        run.save()
        StageWake.objects.filter(stage=run.name).update(paused_at=timezone.now())
        audit.record(
            actor=user, action="job.cancelled", subject_type="job", subject_id=run.id, details={"name": run.name}
        )
    return run


def retry(*, user: User, run: JobRun) -> JobRun:
    """Does it again: a job with the same arguments, a stage by letting it go on."""
    require(user, "jobs.manage")
    if run.state in UNFINISHED:
        raise Conflict(_("This job has not ended yet."))
    if run.name in startable.names():
        return start(name=run.name, arguments=run.arguments, user=user)
    if run.name in {one.name for one in flow.STAGES}:
        resume(user=user, stage=run.name)
        return run
    raise Conflict(_("This runs by the clock; it is tried again at its next time."))


def resume(*, user: User, stage: str) -> None:
    """Lets a stage go on after its run was cancelled."""
    require(user, "jobs.manage")
    flow.stage(stage)
    with transaction.atomic():
        StageWake.objects.filter(stage=stage).update(paused_at=None)
        audit.record(
            actor=user, action="stage.resumed", subject_type="stage", subject_id=None, details={"stage": stage}
        )
        enqueue(stage)


# --- items


def retry_item(*, user: User, stage: str, pk: UUID) -> None:
    """Tries one item again now. One that waits for its next try only waits no longer; for one that failed for good its
    own package decides what that means."""
    require(user, "jobs.manage")
    one = flow.stage(stage)
    with transaction.atomic():
        if one.waiting_rows().filter(pk=pk).update(next_attempt_at=timezone.now()):
            audit.record(actor=user, action="item.retried", subject_type=stage, subject_id=pk)
            enqueue(stage)
        else:
            one.function("retry")(actor=user, pk=pk)


def retry_failed(run: Drain, *, stage: str, user: str) -> str:
    """The job behind "Retry all": every item of a stage that failed for good, one by one."""
    one, actor = flow.stage(stage), User.objects.get(pk=user)
    items = list(visible(actor, one.failed_rows()).values_list("pk", flat=True))
    run.expect(len(items))
    again = 0
    for pk in items:
        if run.must_stop():
            break
        try:
            one.function("retry")(actor=actor, pk=pk)
            again += 1
            run.tick(done=1)
        except Conflict:  # settled meanwhile, or by an item before it
            run.tick(failed=1)
    return _("%(again)d of %(all)d items were sent through again.") % {"again": again, "all": len(items)}


def cancel_item(*, user: User, stage: str, pk: UUID) -> None:
    """Gives one failed item up."""
    require(user, "jobs.manage")
    flow.stage(stage).function("cancel")(actor=user, pk=pk)


# --- schedules


def change_schedule(*, user: User, name: str, minutes: int, on: bool) -> Schedule:
    """Sets how often something runs by the clock, or that it does not."""
    require(user, "jobs.manage")
    known = schedules.scheduled(name)
    if known.essential and not on:
        raise BadInput(_("This schedule takes up work after a failure; it cannot be switched off."))
    if not 1 <= minutes <= 7 * 24 * 60:
        raise BadInput(
            _("The interval is wrong."), fields={"minutes": [_("Between one minute and a week (10080 minutes).")]}
        )
    with transaction.atomic():
        row: Schedule = Schedule.objects.select_for_update().get(func=schedules.FUNCTION, name=name)
        row.minutes = minutes
        row.repeats = schedules.ALWAYS if on else schedules.NEVER
        row.next_run = min(row.next_run, timezone.now() + timedelta(minutes=minutes))
        row.save()
        audit.record(
            actor=user,
            action="schedule.changed",
            subject_type="schedule",
            subject_id=None,
            details={"name": name, "minutes": minutes, "on": on},
        )
    return row


def tidy() -> str:
    """Forgets runs that ended a month ago."""
    old = Q(finished_at__lt=timezone.now() - KEPT_FOR) & ~Q(state__in=UNFINISHED)
    deleted, _rows = JobRun.objects.filter(old).delete()
    OrmQ.objects.filter(lock__lt=timezone.now() - KEPT_FOR).delete()
    return _("%(count)d old runs forgotten.") % {"count": deleted} if deleted else ""
