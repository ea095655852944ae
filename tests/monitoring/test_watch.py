"""Alarms: told once an hour, to admins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.jobs import services
from crmllm.jobs.choices import RunState
from crmllm.jobs.models import StageWake
from crmllm.jobs.tasks import run_job
from crmllm.monitoring import tasks
from crmllm.notifications.choices import Kind
from crmllm.notifications.models import Notification
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.values_list("kind", "user__username"))


@pytest.fixture(autouse=True)
def people(admin: User, reviewer: User) -> None:
    """Somebody to tell, and somebody who is not told."""


def test_a_quiet_house_says_nothing() -> None:
    factories.interaction(status=Status.RECEIVED)
    tasks.watch()
    assert told() == []


def test_an_unsealed_audit_trail_is_an_alarm_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "unsealed_for", lambda: timedelta(seconds=61))
    tasks.watch()
    tasks.watch()
    assert told() == [(Kind.AUDIT_UNSEALED, "ada")]
    Notification.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    tasks.watch()
    assert len(told()) == 2


def stuck() -> Interaction:
    return factories.interaction(status=Status.RECEIVED, created_at=timezone.now() - timedelta(minutes=31))


def test_work_that_does_not_move_is_an_alarm() -> None:
    stuck()
    tasks.watch()
    assert told() == [(Kind.WORK_STUCK, "ada")]
    assert "Reading messages" in Notification.objects.get().sentence


def test_work_that_somebody_paused_or_holds_is_not() -> None:
    row = stuck()
    StageWake.objects.create(stage="read", paused_at=timezone.now())
    tasks.watch()
    StageWake.objects.all().delete()
    Interaction.objects.filter(pk=row.pk).update(leased_until=timezone.now() + timedelta(minutes=1))
    stuck()
    tasks.watch()
    assert told() == []


def test_the_audit_trail_is_verified_by_a_button(make_user: Callable[..., User]) -> None:
    run = services.start(name="verify_audit", user=make_user("olga", Role.COMPLIANCE))
    run_job(str(run.pk))
    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert run.message.startswith("The chain is whole: 0 sealed")
