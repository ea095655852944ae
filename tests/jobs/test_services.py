"""Wake-ups, runs, cancelling, retrying and schedules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core.errors import BadInput, Conflict, Forbidden, NotFound
from crmllm.core.models import AuditEvent
from crmllm.jobs import flow, schedules, services
from crmllm.jobs.choices import Cluster, RunState
from crmllm.jobs.failures import Failure
from crmllm.jobs.models import JobRun, StageWake
from crmllm.notifications.choices import DeliveryState
from crmllm.notifications.models import Delivery

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

LONG_AGO = timedelta(minutes=10)


def queued() -> list[tuple[str, Any]]:
    """What lies in the broker: cluster and arguments."""
    return [(row.key, row.args()) for row in OrmQ.objects.order_by("id")]


class TestWakeUps:
    def test_one_task_is_queued_however_often_it_is_said(self) -> None:
        for _ in range(5):
            services.enqueue("extract")
        assert queued() == [("llm", ("extract",))]

    def test_each_stage_has_its_own_and_goes_to_its_cluster(self) -> None:
        for stage in flow.STAGES:
            services.enqueue(stage.name)
        assert queued() == [(str(stage.cluster), (stage.name,)) for stage in flow.STAGES]

    def test_a_drain_that_began_can_be_woken_again(self) -> None:
        services.enqueue("read")
        assert services.clear_wake("read") is True
        services.enqueue("read")
        assert len(queued()) == 2

    def test_an_unknown_stage_is_refused(self) -> None:
        with pytest.raises(NotFound):
            services.enqueue("dream")

    def test_a_task_carries_names_and_ids_only(self) -> None:
        services.enqueue("write")
        task = OrmQ.objects.get().task
        assert (task["func"], task["args"], task["kwargs"]) == ("crmllm.jobs.tasks.run_stage", ("write",), {})

    def test_a_paused_stage_is_not_woken(self) -> None:
        StageWake.objects.create(stage="read", paused_at=timezone.now())
        services.enqueue("read")
        assert queued() == []
        assert services.clear_wake("read") is False


class TestTheClock:
    def test_due_work_is_woken(self, delivery: Callable[..., Delivery]) -> None:
        delivery()
        services.wake_stages()
        assert queued() == [("default", ("notify",))]

    def test_nothing_is_woken_for_nothing(self, delivery: Callable[..., Delivery]) -> None:
        delivery(next_attempt_at=timezone.now() + LONG_AGO)
        delivery(leased_until=timezone.now() + LONG_AGO)
        delivery(state=DeliveryState.SENT)
        services.wake_stages()
        assert queued() == []

    def test_a_lost_wake_up_is_forgotten(self, delivery: Callable[..., Delivery]) -> None:
        delivery()
        StageWake.objects.create(stage="notify", queued_at=timezone.now() - LONG_AGO)
        services.wake_stages()
        assert queued() == [("default", ("notify",))]

    def test_a_fresh_wake_up_is_believed(self, delivery: Callable[..., Delivery]) -> None:
        delivery()
        StageWake.objects.create(stage="notify", queued_at=timezone.now())
        services.wake_stages()
        assert queued() == []

    def test_tasks_do_not_pile_up_before_a_cluster_that_is_down(self, delivery: Callable[..., Delivery]) -> None:
        delivery()
        services.enqueue("notify")
        for _ in range(10):
            StageWake.objects.update(queued_at=timezone.now() - LONG_AGO)
            services.wake_stages()
        assert len(queued()) == 1

    def test_a_run_without_a_heartbeat_is_told_so(self) -> None:
        dead = services.begin(name="read", cluster=Cluster.DEFAULT)
        job = services.begin(name="verify_audit", cluster=Cluster.DEFAULT)
        alive = services.begin(name="read", cluster=Cluster.DEFAULT)
        JobRun.objects.filter(pk__in=[dead.pk, job.pk]).update(heartbeat_at=timezone.now() - LONG_AGO)
        services.wake_stages()
        told = {run.pk: (run.state, run.error_message) for run in JobRun.objects.all()}
        assert told[dead.pk] == (
            RunState.FAILED,
            "The worker was stopped; its items were taken over by another.",
        )
        assert told[job.pk] == (RunState.FAILED, "The worker was stopped before it was done. Start it again.")
        assert told[alive.pk] == (RunState.RUNNING, "")

    def test_a_job_that_never_began_is_sent_again(self, admin: User) -> None:
        run = services.start(name="verify_audit", user=admin)
        OrmQ.objects.all().delete()  # lost
        services.wake_stages()
        assert queued() == []
        JobRun.objects.filter(pk=run.pk).update(updated_at=timezone.now() - LONG_AGO)
        services.wake_stages()
        assert queued() == [("default", (str(run.pk),))]


class TestRuns:
    def test_a_waiting_run_is_taken_once(self, admin: User) -> None:
        run = services.start(name="verify_audit", user=admin)
        assert services.take(run.pk) == run
        assert services.take(run.pk) is None

    def test_starting_needs_the_jobs_permission(self, reviewer: User, auditor: User) -> None:
        with pytest.raises(Forbidden):
            services.start(name="verify_audit", user=reviewer)
        run = services.start(name="verify_audit", user=auditor)
        assert (run.user, run.state) == (auditor, RunState.WAITING)
        assert AuditEvent.objects.filter(action="job.started", subject_id=run.pk).count() == 1

    def test_a_dead_run_stays_dead(self) -> None:
        """A process that was taken for dead and comes back late changes nothing."""
        run = services.begin(name="read", cluster=Cluster.DEFAULT)
        services.finish(run, failure=Failure("stopped", "Gone."))
        services.finish(run, message="All done!")
        run.refresh_from_db()
        assert (run.state, run.error_code, run.message) == (RunState.FAILED, "stopped", "")

    def test_a_waiting_job_is_cancelled_at_once(self, admin: User) -> None:
        run = services.cancel(user=admin, run=services.start(name="verify_audit", user=admin))
        assert (run.state, run.finished_at is not None) == (RunState.CANCELLED, True)
        assert services.take(run.pk) is None

    def test_a_running_one_is_asked_to_stop(self, admin: User) -> None:
        run = services.cancel(user=admin, run=services.begin(name="verify_audit", cluster=Cluster.DEFAULT))
        assert (run.state, run.cancel_requested) == (RunState.RUNNING, True)

    def test_an_ended_one_cannot_be_cancelled(self, admin: User) -> None:
        run = services.begin(name="read", cluster=Cluster.DEFAULT)
        services.finish(run)
        with pytest.raises(Conflict, match="ended already"):
            services.cancel(user=admin, run=run)

    def test_a_cancelled_stage_rests_until_it_is_resumed(self, admin: User, delivery: Callable[..., Delivery]) -> None:
        delivery()
        StageWake.objects.create(stage="notify")
        run = services.cancel(user=admin, run=services.begin(name="notify", cluster=Cluster.DEFAULT))
        services.finish(run, cancelled=True)
        run.refresh_from_db()
        services.enqueue("notify")
        services.wake_stages()
        assert queued() == []
        services.retry(user=admin, run=run)
        assert queued() == [("default", ("notify",))]

    def test_retrying_a_job_starts_it_anew(self, admin: User) -> None:
        run = services.start(name="retry_failed", arguments={"stage": "read"}, user=admin)
        with pytest.raises(Conflict, match="not ended yet"):
            services.retry(user=admin, run=run)
        run = services.cancel(user=admin, run=run)
        again = services.retry(user=admin, run=run)
        assert again.pk != run.pk
        assert (again.name, again.arguments, again.state) == ("retry_failed", {"stage": "read"}, RunState.WAITING)

    def test_what_runs_by_the_clock_is_not_retried(self, admin: User) -> None:
        run = services.begin(name="watch", cluster=Cluster.DEFAULT)
        services.finish(run)
        run.refresh_from_db()
        with pytest.raises(Conflict, match="by the clock"):
            services.retry(user=admin, run=run)

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
    def test_only_admins_manage(self, make_user: Callable[..., User], role: str) -> None:
        user = make_user("eve", role)
        run = services.begin(name="read", cluster=Cluster.DEFAULT)
        for refused in (
            lambda: services.cancel(user=user, run=run),
            lambda: services.retry(user=user, run=run),
            lambda: services.resume(user=user, stage="read"),
            lambda: services.retry_item(user=user, stage="read", pk=run.pk),
            lambda: services.cancel_item(user=user, stage="read", pk=run.pk),
            lambda: services.change_schedule(user=user, name="watch", minutes=5, on=True),
        ):
            with pytest.raises(Forbidden):
                refused()

    def test_old_runs_are_forgotten(self) -> None:
        old, fresh = (services.begin(name="read", cluster=Cluster.DEFAULT) for _ in range(2))
        services.finish(old)
        services.finish(fresh)
        JobRun.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))
        assert services.tidy() == "1 old runs forgotten."
        assert list(JobRun.objects.all()) == [fresh]
        assert services.tidy() == ""


class TestItems:
    def test_one_that_waits_for_its_next_try_waits_no_longer(
        self, admin: User, delivery: Callable[..., Delivery]
    ) -> None:
        row = delivery(next_attempt_at=timezone.now() + LONG_AGO, error_code="not_sent", error_message="Later.")
        services.retry_item(user=admin, stage="notify", pk=row.pk)
        row.refresh_from_db()
        assert row.next_attempt_at <= timezone.now()
        assert queued() == [("default", ("notify",))]

    def test_one_that_failed_goes_through_its_own_package(self, admin: User, delivery: Callable[..., Delivery]) -> None:
        row = delivery(state=DeliveryState.FAILED, attempts=6)
        services.retry_item(user=admin, stage="notify", pk=row.pk)
        row.refresh_from_db()
        assert (row.state, row.attempts) == (DeliveryState.WAITING, 0)

    def test_one_is_given_up(self, admin: User, delivery: Callable[..., Delivery]) -> None:
        row = delivery(state=DeliveryState.FAILED)
        services.cancel_item(user=admin, stage="notify", pk=row.pk)
        row.refresh_from_db()
        assert row.state == DeliveryState.CANCELLED

    def test_every_stage_names_functions_that_exist(self) -> None:
        for stage in flow.STAGES:
            assert all(callable(stage.function(name)) for name in ("drain", "retry", "cancel"))
            assert stage.rows.count() == 0


class TestSchedules:
    def test_every_schedule_has_its_row_and_its_function(self) -> None:
        from django.utils.module_loading import import_string

        assert set(Schedule.objects.values_list("name", flat=True)) == {one.name for one in schedules.SCHEDULES}
        assert all(callable(import_string(one.function)) for one in schedules.SCHEDULES)

    def test_names_of_jobs_never_meet(self) -> None:
        from crmllm.jobs.startable import startable

        names = [one.name for one in flow.STAGES] + [one.name for one in schedules.SCHEDULES] + startable.names()
        assert len(names) == len(set(names))

    def test_what_an_admin_set_survives_a_migration(self, admin: User) -> None:
        services.change_schedule(user=admin, name="poll_mailboxes", minutes=15, on=False)
        Schedule.objects.filter(name="watch").delete()
        Schedule.objects.create(name="once there was", func=schedules.FUNCTION, schedule_type=Schedule.MINUTES)
        schedules.install()
        rows = {row.name: row for row in Schedule.objects.all()}
        assert (rows["poll_mailboxes"].minutes, rows["poll_mailboxes"].repeats) == (15, schedules.NEVER)
        assert rows["watch"].minutes == 1
        assert "once there was" not in rows
        assert AuditEvent.objects.filter(action="schedule.changed").count() == 1

    def test_the_safety_net_cannot_be_switched_off(self, admin: User) -> None:
        with pytest.raises(BadInput, match="cannot be switched off"):
            services.change_schedule(user=admin, name="wake_stages", minutes=1, on=False)

    @pytest.mark.parametrize("minutes", [0, -1, 10_081])
    def test_an_interval_has_bounds(self, admin: User, minutes: int) -> None:
        with pytest.raises(BadInput) as caught:
            services.change_schedule(user=admin, name="watch", minutes=minutes, on=True)
        assert "minutes" in caught.value.fields

    def test_a_shorter_interval_begins_at_once(self, admin: User) -> None:
        Schedule.objects.filter(name="watch").update(next_run=timezone.now() + timedelta(days=7))
        row = services.change_schedule(user=admin, name="watch", minutes=5, on=True)
        assert row.next_run <= timezone.now() + timedelta(minutes=5)
