"""What the tests of background work share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from crmllm.jobs import services
from crmllm.notifications.choices import Channel, Kind
from crmllm.notifications.models import Delivery


@pytest.fixture(autouse=True)
def _commits_count(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Inside a test's transaction nothing is ever committed: what waits for it is done at once."""
    if "test_cluster" not in request.node.nodeid:
        monkeypatch.setattr(transaction, "on_commit", lambda function, using=None, robust=False: function())


@pytest.fixture
def delivery(db: None) -> Callable[..., Delivery]:
    """One row of work of the notify stage."""

    def make(**columns: Any) -> Delivery:
        given: dict[str, Any] = {"channel": Channel.WEBHOOK, "kind": Kind.MAILBOX, "sentence": "Made up."}
        return Delivery.objects.create(**(given | columns))

    return make


@pytest.fixture
def no_tasks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Tasks are noted instead of queued."""
    noted: list[tuple[Any, ...]] = []
    monkeypatch.setattr(services, "async_task", lambda *args, **kwargs: noted.append(args))
    return noted
