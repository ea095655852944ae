"""What django-q2 calls. Nothing that goes wrong here reaches it as an exception: it would store the text."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.exceptions import TimeoutException

from crmllm.jobs import flow, schedules, services
from crmllm.jobs.choices import Cluster
from crmllm.jobs.drain import Drain
from crmllm.jobs.failures import report
from crmllm.jobs.models import JobRun
from crmllm.jobs.startable import startable

LINGER = 15.0  # seconds that a drain waits for a row whose next try is near: cheaper than another task
NAP = 0.25


def run_stage(name: str) -> None:
    """Works a stage off: one wake-up, one drain, and another wake-up when work is left."""
    try:
        stage = flow.stage(name)
        if not services.clear_wake(name) or not stage.due_rows().exists():
            return
        run = services.begin(name=name, cluster=stage.cluster)
        done = _carry_out(run, lambda drain: _drain(stage, drain))
        # After a failure the schedule tries again in a minute, not at once and for ever.
        if done and stage.due_rows().exists():
            services.enqueue(name)
    except Exception as error:
        report(error, job=name)


def _drain(stage: flow.Stage, drain: Drain) -> str:
    drain_stage = stage.function("drain")
    drain_stage(drain)
    while not drain.should_stop() and _soon(stage):
        if stage.due_rows().exists():
            drain_stage(drain)
        else:
            time.sleep(NAP)
    return ""


def _soon(stage: flow.Stage) -> bool:
    due = stage.next_due()
    return due is not None and (due - timezone.now()).total_seconds() < LINGER


def run_job(run_id: str) -> None:
    """Carries out a job that a person started."""
    try:
        run = services.take(UUID(run_id))
        if run is not None:
            _carry_out(run, partial(_started, run))
    except Exception as error:
        report(error, job="run_job")


def _started(run: JobRun, drain: Drain) -> str:
    message: str = import_string(startable[run.name].function)(drain, **run.arguments)
    return message


def run_scheduled(name: str) -> None:
    """Calls what is due by the clock; a line on the Jobs page only when something was done or went wrong."""
    try:
        message = import_string(schedules.scheduled(name).function)()
    except Exception as error:
        failure = report(error, job=name)
        try:
            services.finish(services.begin(name=name, cluster=Cluster.DEFAULT), failure=failure)
        except Exception as worse:
            report(worse, job=name)
    else:
        if message:
            services.finish(services.begin(name=name, cluster=Cluster.DEFAULT), message=message)


def _carry_out(run: JobRun, function: Callable[[Drain], str | None]) -> bool:
    """Runs a job inside a heartbeat and closes its run. Returns whether it ended well."""
    with Drain(run) as drain:
        try:
            message = function(drain)
        except TimeoutException as error:
            services.finish(run, figures=drain.figures(), failure=report(error, job=run.name))
            raise TimeoutException("The job took too long.") from None
        except Exception as error:
            services.finish(run, figures=drain.figures(), failure=report(error, job=run.name))
            return False
    services.finish(run, figures=drain.figures(), cancelled=drain.cancelled, message=message or "")
    return not drain.cancelled
