"""Many people at the same moment: nobody gets what another has, and one look has one verdict."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core.errors import Conflict
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import Verdict
from review.looks import drawing, services
from review.looks.choices import State, Why
from review.looks.models import GuardSettings, Look
from tests.review.looks.conftest import lone
from tests.review.looks.test_planting import old

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)


def at_once(work: list[Callable[[], Any]]) -> list[Any]:
    """Does all of it in the same moment, each with connections of its own."""
    start = threading.Barrier(len(work))

    def run(one: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=30)
            return one()
        except Conflict as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


@pytest.fixture
def people(make_user: Callable[..., User]) -> list[User]:
    return [make_user(f"person{number}", Role.REVIEWER) for number in range(6)]


def asked(first: User, count: int) -> None:
    for _ in range(count):
        row = lone()
        proposals.reject(user=first, proposal=row, reason="Wrong value")
        services.request(proposal=row, why=Why.SECOND)


def test_two_people_never_get_the_same_look(first: User, people: list[User]) -> None:
    asked(first, 4)
    for _round in range(3):
        Look.objects.update(state=State.WAITING, user=None, given_until=None)
        got = at_once([lambda one=one: services.give(user=one) for one in people])  # type: ignore[misc]
        ids = [look.pk for look in got if look is not None]
        assert len(ids) == len(set(ids)) >= 1
        owners = dict(Look.objects.filter(state=State.GIVEN).values_list("pk", "user"))
        assert {look.pk: one.pk for look, one in zip(got, people, strict=True) if look} == owners


def test_a_look_has_one_verdict(first: User, people: list[User]) -> None:
    asked(first, 1)
    look = services.give(user=people[0])
    assert look is not None
    verdicts = [Verdict.APPROVE, Verdict.REJECT] * 3
    said = at_once(
        [lambda verdict=verdict: services.decide(user=people[0], look=look, verdict=verdict) for verdict in verdicts]  # type: ignore[misc]
    )
    assert sum(isinstance(one, Look) for one in said) == 1
    assert look.lines.count() == 4


def test_the_shares_are_drawn_by_one_at_a_time(first: User, monkeypatch: pytest.MonkeyPatch) -> None:
    GuardSettings.objects.create()
    monkeypatch.setattr(drawing, "drawn", lambda purpose, subject: 0.001)
    for _ in range(3):
        proposals.reject(user=first, proposal=lone(), reason="Wrong value")
    old()
    made = at_once([drawing.draw for _ in range(4)])
    assert sum(made) == 3 == Look.objects.count()
