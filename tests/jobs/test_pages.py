"""The Jobs page and its API, as people of different roles meet them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Schedule
from rest_framework.test import APIClient

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.ingestion.choices import Status
from crmllm.jobs import flow, services
from crmllm.jobs.choices import Cluster, RunState
from crmllm.jobs.failures import Failure
from crmllm.jobs.models import JobRun, StageWake
from crmllm.notifications.choices import DeliveryState
from crmllm.notifications.models import Delivery
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

INDEX = "/jobs/"


@pytest.fixture
def as_admin(admin: User) -> Client:
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def as_role(make_user: Callable[..., User], role: str) -> Client:
    client = Client()
    client.force_login(make_user(f"of-{role}", role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def failed_run() -> JobRun:
    run = services.begin(name="read", cluster=Cluster.DEFAULT)
    services.finish(run, failure=Failure("stopped", "The worker was stopped."))
    return run


class TestThePage:
    def test_it_shows_stages_reasons_runs_and_schedules(self, as_admin: Client) -> None:
        factories.interaction(status=Status.FAILED, reason_code="too_deep", reason="Its parts are nested too deep.")
        failed_run()
        page = as_admin.get(INDEX)
        assert page.status_code == 200
        text = page.content.decode()
        for stage in flow.STAGES:
            assert str(stage.label) in text
        assert "Its parts are nested too deep." in text
        assert "The worker was stopped." in text
        assert "Fetch mail from the mailboxes" in text

    def test_the_number_of_queries_does_not_grow(self, as_admin: Client, django_assert_max_num_queries: Any) -> None:
        for _ in range(8):
            factories.interaction(status=Status.FAILED, reason="Too deep.")
            failed_run()
        with django_assert_max_num_queries(50):
            as_admin.get(INDEX)

    def test_it_asks_again_only_while_something_runs(self, as_admin: Client, delivery: Callable[..., Delivery]) -> None:
        assert 'hx-trigger="every 5s' not in as_admin.get(INDEX).content.decode()
        row = delivery()
        fragment = as_admin.get(INDEX, headers={"HX-Request": "true"}).content.decode()
        assert 'hx-trigger="every 5s' in fragment
        assert "<html" not in fragment
        Delivery.objects.filter(pk=row.pk).update(
            error_code="not_sent", next_attempt_at=timezone.now() + timedelta(hours=1)
        )
        assert 'hx-trigger="every 5s' not in as_admin.get(INDEX).content.decode()

    @pytest.mark.parametrize(
        ("role", "status"),
        [(Role.ADMIN, 200), (Role.REVIEWER, 200), (Role.MANAGER, 200), (Role.AUDITOR, 200), (Role.REP, 403)],
    )
    def test_who_may_look(self, make_user: Callable[..., User], role: str, status: int) -> None:
        client = as_role(make_user, role)
        run = failed_run()
        assert client.get(INDEX).status_code == status
        assert client.get(reverse("jobs:run", args=[run.pk])).status_code == status
        assert client.get(reverse("jobs:schedules")).status_code == status

    def test_a_reader_is_offered_nothing_to_press(self, make_user: Callable[..., User]) -> None:
        factories.interaction(status=Status.FAILED, reason="Too deep.")
        services.begin(name="read", cluster=Cluster.DEFAULT)
        text = as_role(make_user, Role.AUDITOR).get(INDEX).content.decode()
        assert "/retry/" not in text
        assert "/cancel/" not in text

    def test_strangers_items_are_not_listed(self, make_user: Callable[..., User]) -> None:
        """A manager sees the team's; the counts are everybody's."""
        from crmllm.access.models import Team

        theirs = Team.objects.create(name="Others")
        row = factories.interaction(status=Status.FAILED, reason="Nobody else's business.", team=theirs)
        text = as_role(make_user, Role.MANAGER).get(INDEX).content.decode()
        assert "Nobody else's business." not in text
        assert str(row.pk) not in text

    def test_it_needs_somebody_signed_in(self) -> None:
        assert Client().get(INDEX).status_code == 302

    def test_an_unknown_run_is_not_found(self, as_admin: Client) -> None:
        assert as_admin.get(reverse("jobs:run", args=[uuid4()])).status_code == 404


class TestPressing:
    def test_cancel_and_go_on(self, as_admin: Client) -> None:
        StageWake.objects.create(stage="read")
        run = services.begin(name="read", cluster=Cluster.DEFAULT)
        assert as_admin.post(reverse("jobs:cancel", args=[run.pk])).status_code == 302
        run.refresh_from_db()
        assert run.cancel_requested
        text = as_admin.get(INDEX).content.decode()
        resume = reverse("jobs:resume", args=["read"])
        assert resume in text
        assert as_admin.post(resume).status_code == 302
        assert not StageWake.objects.filter(paused_at__isnull=False).exists()

    def test_retry_one_and_give_it_up(self, as_admin: Client, delivery: Callable[..., Delivery]) -> None:
        row = delivery(state=DeliveryState.FAILED)
        assert as_admin.post(reverse("jobs:retry-item", args=["notify", row.pk])).status_code == 302
        row.refresh_from_db()
        assert row.state == DeliveryState.WAITING
        assert as_admin.post(reverse("jobs:cancel-item", args=["notify", row.pk])).status_code == 302
        row.refresh_from_db()
        assert row.state == DeliveryState.CANCELLED

    def test_what_cannot_be_done_is_said(self, as_admin: Client, delivery: Callable[..., Delivery]) -> None:
        row = delivery(state=DeliveryState.SENT)
        answer = as_admin.post(reverse("jobs:cancel-item", args=["notify", row.pk]))
        assert answer.status_code == 409
        assert "is sent already" in answer.content.decode()

    def test_a_failed_message_cannot_be_given_up_again(self, as_admin: Client) -> None:
        row = factories.interaction(status=Status.FAILED, reason="Too deep.")
        text = as_admin.get(INDEX).content.decode()
        assert reverse("jobs:retry-item", args=["extract", row.pk]) in text
        assert reverse("jobs:cancel-item", args=["extract", row.pk]) not in text

    def test_a_button_starts_its_job(self, as_admin: Client, page: Client) -> None:
        url = reverse("jobs:start", args=["verify_audit"])
        assert url in as_admin.get(INDEX).content.decode()
        assert url not in page.get(INDEX).content.decode()
        run_page = as_admin.post(url, follow=True)
        assert "Verify the audit trail" in run_page.content.decode()
        assert JobRun.objects.get().state == RunState.WAITING
        assert page.post(url).status_code == 404
        assert as_admin.post(reverse("jobs:start", args=["retry_failed"])).status_code == 404

    def test_retry_all_starts_one_job_a_stage(self, as_admin: Client, delivery: Callable[..., Delivery]) -> None:
        delivery(state=DeliveryState.FAILED)
        delivery(state=DeliveryState.FAILED)
        as_admin.post(reverse("jobs:retry-failed"))
        [run] = JobRun.objects.filter(name="retry_failed")
        assert run.arguments["stage"] == "notify"

    def test_a_schedule_is_changed(self, as_admin: Client) -> None:
        url = reverse("jobs:schedule", args=["poll_mailboxes"])
        assert as_admin.get(url).status_code == 200
        assert as_admin.post(url, {"minutes": "15"}).status_code == 302
        row = Schedule.objects.get(name="poll_mailboxes")
        assert (row.minutes, row.repeats) == (15, 0)
        assert "switched off" in as_admin.get(reverse("jobs:schedules")).content.decode()

    @pytest.mark.parametrize(
        ("name", "data", "sentence"),
        [
            ("poll_mailboxes", {"minutes": "0", "on": "on"}, "greater than or equal to 1"),
            ("wake_stages", {"minutes": "1"}, "cannot be switched off"),
        ],
    )
    def test_a_wrong_schedule_is_refused(
        self, as_admin: Client, name: str, data: dict[str, str], sentence: str
    ) -> None:
        answer = as_admin.post(reverse("jobs:schedule", args=[name]), data)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()

    def test_an_unknown_schedule_is_not_found(self, as_admin: Client) -> None:
        assert as_admin.get(reverse("jobs:schedule", args=["dream"])).status_code == 404

    def test_a_reviewer_may_press_nothing(self, page: Client, delivery: Callable[..., Delivery]) -> None:
        row, run = delivery(state=DeliveryState.FAILED), failed_run()
        for url in (
            reverse("jobs:cancel", args=[run.pk]),
            reverse("jobs:retry", args=[run.pk]),
            reverse("jobs:resume", args=["read"]),
            reverse("jobs:retry-failed"),
            reverse("jobs:retry-item", args=["notify", row.pk]),
            reverse("jobs:cancel-item", args=["notify", row.pk]),
            reverse("jobs:schedule", args=["watch"]),
        ):
            assert page.post(url).status_code == 403, url
            assert Client().post(url).status_code == 302, url


class TestTheApi:
    def test_list_and_detail(self, api: APIClient) -> None:
        run = failed_run()
        services.begin(name="extract", cluster=Cluster.LLM)
        answer = api.get("/api/v1/jobs/").json()
        assert (answer["count"], answer["next"], answer["previous"]) == (2, None, None)
        assert [line["name"] for line in answer["results"]] == ["extract", "read"]
        line = api.get(f"/api/v1/jobs/{run.pk}/").json()
        assert line == answer["results"][1]
        assert line["error"] == {"code": "stopped", "message": "The worker was stopped."}
        assert line["label"] == "Reading messages"
        assert api.get("/api/v1/jobs/?state=failed").json()["count"] == 1
        assert api.get("/api/v1/jobs/?state=dreaming").status_code == 422

    def test_cancel_and_retry(self, api_as: Callable[[User], APIClient], admin: User) -> None:
        client = api_as(admin)
        run = services.start(name="verify_audit", user=admin)
        assert client.post(f"/api/v1/jobs/{run.pk}/cancel/").json()["state"] == RunState.CANCELLED
        again = client.post(f"/api/v1/jobs/{run.pk}/retry/")
        assert again.status_code == 200
        assert again.json()["id"] != str(run.pk)
        refused = client.post(f"/api/v1/jobs/{run.pk}/cancel/")
        assert refused.status_code == 409
        assert refused.json()["error"]["message"] == "This job has ended already."

    def test_who_may(self, api: APIClient, api_as: Callable[[User], APIClient], make_user: Callable[..., User]) -> None:
        run = failed_run()
        assert api.post(f"/api/v1/jobs/{run.pk}/retry/").status_code == 403
        rep = api_as(make_user("roy", Role.REP))
        assert rep.get("/api/v1/jobs/").status_code == 403
        assert APIClient().get("/api/v1/jobs/").status_code == 401
        assert api.get(f"/api/v1/jobs/{uuid4()}/").status_code == 404
