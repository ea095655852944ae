"""What django-q2 calls: nothing that goes wrong reaches it, and everything is told."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone
from django_q.exceptions import TimeoutException
from django_q.models import OrmQ

from crmllm.access.models import User
from crmllm.core.errors import CrmllmError
from crmllm.jobs import drain as drains
from crmllm.jobs import flow, schedules, services, tasks
from crmllm.jobs.choices import Cluster, RunState
from crmllm.jobs.drain import Drain
from crmllm.jobs.failures import Failure, explain
from crmllm.jobs.models import JobRun, StageWake
from crmllm.notifications.choices import DeliveryState, Kind
from crmllm.notifications.models import Delivery, Notification

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

SECRET = "maria.ruiz@betasoloin.example"


@pytest.fixture
def drain_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Drain], None]], None]:
    """Puts another function in the place of every stage's drain."""

    def put(function: Callable[[Drain], None]) -> None:
        monkeypatch.setattr(flow.Stage, "function", lambda stage, name: function)
        monkeypatch.setattr(tasks, "LINGER", 0)

    return put


def settle(run: Drain) -> None:
    count = Delivery.objects.filter(state=DeliveryState.WAITING).update(state=DeliveryState.SENT)
    run.tick(done=count)


def the_run() -> JobRun:
    return JobRun.objects.get()


class TestAStage:
    def test_a_drain_is_a_visible_run(self, delivery: Callable[..., Delivery], drain_with: Callable[..., None]) -> None:
        delivery(), delivery()
        drain_with(settle)
        tasks.run_stage("notify")
        run = the_run()
        assert (run.name, run.state, run.progress, run.failures) == ("notify", RunState.SUCCEEDED, 2, 0)
        assert None not in (run.started_at, run.finished_at, run.heartbeat_at)

    def test_without_work_nothing_is_shown(self, drain_with: Callable[..., None]) -> None:
        drain_with(settle)
        tasks.run_stage("notify")
        assert not JobRun.objects.exists()

    def test_the_wake_up_is_cleared_before_work_is_looked_for(
        self, delivery: Callable[..., Delivery], drain_with: Callable[..., None]
    ) -> None:
        """So that an item that comes in while the drain ends wakes the next one."""
        services.enqueue("notify")
        seen: list[Any] = []
        delivery()
        drain_with(lambda run: seen.append(StageWake.objects.get(stage="notify").queued_at) or settle(run))
        tasks.run_stage("notify")
        assert seen == [None]

    def test_work_that_is_left_wakes_the_next_drain(
        self, delivery: Callable[..., Delivery], drain_with: Callable[..., None]
    ) -> None:
        delivery()
        drain_with(lambda run: setattr(run, "_room_wanted", True))
        tasks.run_stage("notify")
        assert OrmQ.objects.count() == 1

    def test_a_failed_drain_does_not_spin(
        self, delivery: Callable[..., Delivery], drain_with: Callable[..., None]
    ) -> None:
        def fails(run: Drain) -> None:
            raise ValueError(SECRET)

        delivery()
        drain_with(fails)
        tasks.run_stage("notify")
        assert the_run().state == RunState.FAILED
        assert not OrmQ.objects.exists()

    def test_a_paused_stage_does_nothing(
        self, delivery: Callable[..., Delivery], drain_with: Callable[..., None]
    ) -> None:
        delivery()
        drain_with(settle)
        StageWake.objects.create(stage="notify", paused_at=timezone.now())
        tasks.run_stage("notify")
        assert not JobRun.objects.exists()

    def test_a_row_that_is_due_soon_is_waited_for(
        self, delivery: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[int] = []

        def drain_due(run: Drain) -> None:
            due = flow.stage("notify").due_rows()
            calls.append(due.count())
            due.update(state=DeliveryState.SENT)
            if len(calls) == 1:
                soon = timezone.now() + timedelta(milliseconds=200)
                Delivery.objects.filter(pk=waiting.pk).update(next_attempt_at=soon)

        monkeypatch.setattr(flow.Stage, "function", lambda stage, name: drain_due)
        monkeypatch.setattr(tasks, "NAP", 0.01)
        delivery()
        waiting = delivery(next_attempt_at=timezone.now() + timedelta(hours=1))
        delivery(next_attempt_at=timezone.now() + timedelta(hours=1))
        tasks.run_stage("notify")
        assert calls == [1, 1]


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "failure"),
        [
            (CrmllmError("A sentence for people.", code="told"), Failure("told", "A sentence for people.")),
            (TimeoutException(SECRET), Failure("timed_out", "It took longer than ten minutes and was stopped.")),
            (
                OperationalError(SECRET),
                Failure("database_away", "The database did not answer. The work is taken up again by itself."),
            ),
            (
                IntegrityError(SECRET),
                Failure("database_refused", "The database refused a statement (SQLSTATE unknown)."),
            ),
            (MemoryError(SECRET), Failure("memory", "There was not enough memory for it.")),
        ],
    )
    def test_each_has_a_code_and_a_sentence(self, error: BaseException, failure: Failure) -> None:
        assert explain(error) == failure

    def test_the_database_quotes_values_and_we_do_not(
        self, delivery: Callable[..., Delivery], drain_with: Callable[..., None], caplog: pytest.LogCaptureFixture
    ) -> None:
        def fails(run: Drain) -> None:
            from django.db import transaction

            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT %s::text::integer", [SECRET])

        delivery()
        drain_with(fails)
        with caplog.at_level(logging.DEBUG):
            tasks.run_stage("notify")
        run = the_run()
        assert (run.error_code, run.error_message) == (
            "database_refused",
            "The database refused a statement (SQLSTATE 22P02).",
        )
        logged = [str(record.msg) + str(record.args) for record in caplog.records if record.name.startswith("crmllm")]
        assert logged
        assert not any(SECRET in line for line in logged)
        stored = json.dumps(list(JobRun.objects.values()), default=str)
        assert SECRET not in stored

    def test_a_fault_names_its_place(self) -> None:
        def broken() -> None:
            raise KeyError(SECRET)

        with pytest.raises(KeyError) as caught:
            broken()
        failure = explain(caught.value)
        assert failure.code == "fault"
        assert "KeyError in tests/jobs/test_tasks.py:" in failure.sentence
        assert SECRET not in failure.sentence

    def test_a_database_that_is_away_does_not_reach_django_q(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def away(name: str) -> bool:
            raise OperationalError(SECRET)

        services.enqueue("read")
        monkeypatch.setattr(services, "clear_wake", away)
        with caplog.at_level(logging.DEBUG):
            tasks.run_stage("read")
        (told,) = [str(record.msg) for record in caplog.records if record.name == "crmllm.jobs"]
        assert "database_away" in told
        assert SECRET not in told
        assert StageWake.objects.get(stage="read").queued_at is not None  # nothing was taken off
        assert not JobRun.objects.exists()

    def test_a_time_out_is_told_and_its_text_is_ours(
        self, delivery: Callable[..., Delivery], drain_with: Callable[..., None]
    ) -> None:
        def hangs(run: Drain) -> None:
            raise TimeoutException(SECRET)

        delivery()
        drain_with(hangs)
        with pytest.raises(TimeoutException, match="took too long"):
            tasks.run_stage("notify")
        assert the_run().error_code == "timed_out"


class TestJobs:
    def test_a_started_job_reports_its_sentence(self, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
        def job(run: Drain, **arguments: str) -> str:
            run.expect(3)
            run.tick(done=2, failed=1)
            return f"Looked at {arguments['stage']}."

        monkeypatch.setattr(tasks, "import_string", lambda path: job)
        run = services.start(name="retry_failed", arguments={"stage": "read"}, user=admin)
        tasks.run_job(str(run.pk))
        run.refresh_from_db()
        assert (run.state, run.message, run.progress, run.failures, run.total) == (
            RunState.SUCCEEDED,
            "Looked at read.",
            2,
            1,
            3,
        )
        tasks.run_job(str(run.pk))  # presented twice: done once
        run.refresh_from_db()
        assert run.progress == 2

    def test_a_job_that_nobody_knows_fails_visibly(self) -> None:
        run = JobRun.objects.create(name="nobody knows it")
        tasks.run_job(str(run.pk))
        run.refresh_from_db()
        assert (run.state, run.error_code) == (RunState.FAILED, "fault")

    def test_all_that_failed_is_tried_again(self, admin: User, delivery: Callable[..., Delivery]) -> None:
        rows = [delivery(state=DeliveryState.FAILED) for _ in range(3)]
        run = services.start(name="retry_failed", arguments={"stage": "notify", "user": str(admin.pk)}, user=admin)
        tasks.run_job(str(run.pk))
        run.refresh_from_db()
        assert run.message == "3 of 3 items were sent through again."
        assert {row.state for row in Delivery.objects.filter(pk__in=[row.pk for row in rows])} == {"waiting"}


class TestTheClock:
    def scheduled(self, monkeypatch: pytest.MonkeyPatch, function: Callable[[], str | None]) -> None:
        monkeypatch.setattr(tasks, "import_string", lambda path: function)
        tasks.run_scheduled("watch")

    def test_nothing_done_leaves_no_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scheduled(monkeypatch, lambda: None)
        assert not JobRun.objects.exists()

    def test_something_done_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scheduled(monkeypatch, lambda: "Three things.")
        assert (the_run().state, the_run().message) == (RunState.SUCCEEDED, "Three things.")

    def test_a_failure_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails() -> str:
            raise ValueError(SECRET)

        self.scheduled(monkeypatch, fails)
        assert (the_run().state, the_run().error_code) == (RunState.FAILED, "fault")
        assert SECRET not in the_run().error_message

    def test_every_scheduled_function_runs_on_an_empty_house(self) -> None:
        for one in schedules.SCHEDULES:
            tasks.run_scheduled(one.name)
        assert not JobRun.objects.filter(state=RunState.FAILED).exists()
        assert not Notification.objects.filter(kind=Kind.WORK_STUCK).exists()


class TestDrain:
    def run(self, **columns: Any) -> JobRun:
        run = services.begin(name="read", cluster=Cluster.DEFAULT)
        JobRun.objects.filter(pk=run.pk).update(**columns) if columns else None
        return run

    def test_it_reports_and_hears(self) -> None:
        drain = Drain(self.run())
        drain.tick(done=3, failed=1, doing="Reading")
        drain.tick(done=1)
        drain._report()
        run = the_run()
        assert (run.progress, run.failures, run.message) == (4, 1, "Reading")
        assert drain.should_stop() is False
        JobRun.objects.update(cancel_requested=True)
        drain._report()
        assert (drain.cancelled, drain.should_stop(), drain.must_stop()) == (True, True, True)

    def test_one_that_was_taken_for_dead_stops(self) -> None:
        drain = Drain(self.run())
        JobRun.objects.update(state=RunState.FAILED)
        drain._report()
        assert drain.should_stop() is True

    def test_time_runs_out(self) -> None:
        assert Drain(self.run(), seconds=-1).should_stop() is True

    def test_it_stops_with_its_cluster(self, monkeypatch: pytest.MonkeyPatch) -> None:
        drain = Drain(self.run())
        monkeypatch.setattr(drains, "STOPPING", SimpleNamespace(value=1))
        assert drain.must_stop() is True

    @pytest.mark.parametrize("other", ["write", "job"])
    def test_it_makes_room_for_others_of_its_cluster(self, monkeypatch: pytest.MonkeyPatch, other: str) -> None:
        monkeypatch.setattr(drains, "FAIR", -1)
        drain = Drain(self.run())
        StageWake.objects.create(stage="extract", queued_at=timezone.now())  # another cluster's
        StageWake.objects.create(stage="read", queued_at=timezone.now())  # its own
        JobRun.objects.create(name="verify_audit", cluster=Cluster.LLM)
        drain._report()
        assert drain.should_stop() is False
        if other == "job":
            JobRun.objects.create(name="verify_audit")
        else:
            services.enqueue(other)
        drain._report()
        assert (drain.should_stop(), drain.must_stop()) == (True, False)

    def test_it_has_a_while_before_it_makes_room(self) -> None:
        drain = Drain(self.run())
        services.enqueue("write")
        drain._report()
        assert drain.should_stop() is False
