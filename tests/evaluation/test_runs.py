"""Stored runs: what makes an alarm, what is compared, and what the pages show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.evaluation import selectors
from crmllm.evaluation.models import EvaluationRun
from crmllm.evaluation.services import MARGIN, record_run
from crmllm.notifications.models import Notification

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def run(f1: float, *, model: str = "", fingerprint: str = "abc", **more: Any) -> EvaluationRun:
    one = {"precision": f1, "recall": f1, "f1": f1, "support": 10}
    report = {
        "items": 20, "micro": one, "fields": {"title": one, "name": one}, "model": model, "invented": 0,
        "invented_values": [{"file": "a.eml", "field": "title", "value": "Buyer"}], "rules_version": "1",
    }  # fmt: skip
    return record_run(subject="extraction", dataset="own", fingerprint=fingerprint, report=report | more)


def told() -> list[str]:
    return list(Notification.objects.values_list("sentence", flat=True))


def test_a_fall_beyond_the_margin_is_told_to_the_admins(admin: User, reviewer: User) -> None:
    run(0.8)
    worse = run(0.8 - 2 * MARGIN)
    notification = Notification.objects.get()
    assert notification.user == admin
    assert "0.800 → 0.780" in notification.sentence
    assert notification.link == reverse("evaluation:run", args=[worse.pk])


def test_a_fall_within_the_margin_or_a_rise_is_not(admin: User) -> None:
    run(0.8)
    run(0.8 - MARGIN / 2)
    run(0.9)
    assert told() == []


def test_one_invented_value_more_is(admin: User) -> None:
    run(0.8)
    run(0.9, invented=1)
    assert ["invented 0 → 1" in sentence for sentence in told()] == [True]


def test_runs_are_compared_with_the_same_set_and_kind_of_reader_only(admin: User) -> None:
    run(0.9)
    run(0.5, fingerprint="another")
    with_model = run(0.6, model="small")
    assert told() == []
    assert selectors.previous(with_model) is None
    run(0.5, model="large")
    assert len(told()) == 1


def test_nothing_of_the_set_is_stored() -> None:
    assert "Buyer" not in str(run(0.8).result)


def test_two_runs_side_by_side() -> None:
    before, after = run(0.8), run(0.9, category_accuracy=0.7)
    lines = {line.name: line for line in selectors.compared(after, before)}
    assert (lines["title (F1)"].now, lines["title (F1)"].before, lines["title (F1)"].difference) == (0.9, 0.8, 0.1)
    assert (lines["category accuracy"].before, lines["category accuracy"].difference) == (None, None)


def test_the_pages(page: Client) -> None:
    assert "No evaluations yet" in page.get(reverse("evaluation:runs")).text
    first, second, third = run(0.8), run(0.7), run(0.9)
    assert "0.900" in page.get(reverse("evaluation:runs")).text
    shown = page.get(reverse("evaluation:run", args=[third.pk])).text
    assert "+0.2" in shown and "<svg" in shown and "<polyline" in shown
    assert "+0.1" in page.get(reverse("evaluation:run", args=[third.pk]), {"with": str(first.pk)}).text
    assert "−0.1" in page.get(reverse("evaluation:run", args=[second.pk])).text
    assert page.get(reverse("evaluation:run", args=[third.pk]), {"with": "other"}).status_code == 404


def test_only_who_may_see_quality(make_user: Callable[..., User]) -> None:
    client = Client()
    client.force_login(make_user("rob", Role.REP))
    found = run(0.8)
    for path in (
        reverse("evaluation:runs"),
        reverse("evaluation:run", args=[found.pk]),
        reverse("evaluation:quality"),
    ):
        assert client.get(path).status_code == 403
