"""Rows as work: nobody shares one, a lost lease changes nothing, and a failure comes back later."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from crmllm.core import work
from crmllm.core.errors import Unavailable
from crmllm.core.work import LeaseLost
from crmllm.notifications.choices import Channel, DeliveryState, Kind
from crmllm.notifications.models import Delivery

SECONDS = 60.0


def item(**columns: Any) -> Delivery:
    return Delivery.objects.create(channel=Channel.WEBHOOK, kind=Kind.MAILBOX, sentence="Made up.", **columns)


def claim(limit: int = 10) -> list[Delivery]:
    return work.claim(Delivery.objects.filter(state=DeliveryState.WAITING).order_by("id"), limit=limit, seconds=SECONDS)


def expire(row: Delivery) -> None:
    Delivery.objects.filter(pk=row.pk).update(leased_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
class TestLease:
    def test_a_claimed_row_is_taken(self) -> None:
        item()
        [row] = claim()
        assert row.attempts == 1
        assert row.leased_until is not None
        assert claim() == []

    def test_the_limit_and_the_order_hold(self) -> None:
        rows = [item() for _ in range(5)]
        assert [row.pk for row in claim(2)] == [row.pk for row in rows[:2]]

    def test_a_row_whose_time_has_not_come_waits(self) -> None:
        item(next_attempt_at=timezone.now() + timedelta(hours=1))
        assert claim() == []

    def test_a_dead_holder_loses_the_row(self) -> None:
        item()
        [first] = claim()
        expire(first)
        [second] = claim()
        assert second.pk == first.pk
        assert second.attempts == 2
        with transaction.atomic():
            assert work.locked_under_lease(second).pk == second.pk
        with pytest.raises(LeaseLost), transaction.atomic():
            work.locked_under_lease(first)
        assert work.renew(first, SECONDS) is False
        assert work.renew(second, SECONDS) is True

    def test_the_leases_of_many_are_renewed_but_those_that_were_lost(self) -> None:
        for _ in range(3):
            item()
        rows = claim()
        for row in rows:
            expire(row)
        (stolen,) = claim(1)
        work.renew_all(rows, SECONDS)
        assert claim() == []
        kept = Delivery.objects.get(pk=stolen.pk)
        assert (kept.lease_token, kept.leased_until) == (stolen.lease_token, stolen.leased_until)

    def test_a_renewed_lease_lasts(self) -> None:
        item()
        [row] = claim()
        expire(row)
        assert work.renew(row, SECONDS)
        assert claim() == []

    def test_given_back_is_free(self) -> None:
        item(error_code="x", error_message="y")
        [row] = claim()
        work.give_back(row)
        row.save()
        row.refresh_from_db()
        assert (row.lease_token, row.leased_until, row.error_code, row.error_message) == (None, None, "", "")
        assert [again.pk for again in claim()] == [row.pk]

    def test_a_failure_waits_and_says_why(self) -> None:
        item()
        [row] = claim()
        work.postpone(row, Unavailable("The model does not answer.", code="model_unavailable"))
        row.save()
        row.refresh_from_db()
        assert (row.error_code, row.error_message) == ("model_unavailable", "The model does not answer.")
        assert row.lease_token is None
        assert row.next_attempt_at > timezone.now()
        assert claim() == []

    def test_a_stated_wait_is_kept(self) -> None:
        item()
        [row] = claim()
        work.postpone(row, Unavailable("Later."), wait=timedelta(hours=5))
        assert row.next_attempt_at > timezone.now() + timedelta(hours=4)


def test_waits_double_up_to_an_hour() -> None:
    for attempts in range(1, 40):
        plain = min(2 * 2 ** (attempts - 1), 3600)
        assert 0.8 * plain <= work.backoff(attempts).total_seconds() <= 1.2 * plain
    assert work.backoff(0).total_seconds() <= 2.4


@pytest.mark.usefixtures("committed")
def test_many_claimers_never_share_a_row() -> None:
    rows = [item() for _ in range(60)]
    got: list[Any] = []
    start = threading.Barrier(6)

    def claimer() -> None:
        try:
            start.wait()
            while mine := claim(3):
                got.extend(row.pk for row in mine)
        finally:
            connection.close()

    threads = [threading.Thread(target=claimer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(got) == Counter(row.pk for row in rows)


class Claimers(RuleBasedStateMachine):
    """Two workers and a clock do whatever they like, in any order; each row is finished once or still waits."""

    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        Delivery.objects.all().delete()
        self.held: list[Delivery] = []
        self.finished: Counter[Any] = Counter()
        self.made = 0

    @rule()
    def comes_in(self) -> None:
        item()
        self.made += 1

    @rule(limit=st.integers(1, 3))
    def claims(self, limit: int) -> None:
        live = {row.pk for row in Delivery.objects.filter(leased_until__gt=timezone.now())}
        mine = claim(limit)
        assert not live & {row.pk for row in mine}
        self.held += mine

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def finishes(self, data: st.DataObject) -> None:
        row = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        try:
            with transaction.atomic():
                current = work.locked_under_lease(row)
                work.give_back(current)
                current.state = DeliveryState.SENT
                current.save()
        except LeaseLost:
            self.happened["lost"] += 1
            return
        self.happened["finished"] += 1
        self.finished[row.pk] += 1

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def fails(self, data: st.DataObject) -> None:
        row = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        try:
            with transaction.atomic():
                current = work.locked_under_lease(row)
                work.postpone(current, Unavailable("Later."), wait=timedelta(0))
                current.save()
        except LeaseLost:
            self.happened["lost"] += 1
            return
        self.happened["postponed"] += 1

    @precondition(lambda self: self.held)
    @rule()
    def holders_die_and_others_take_over(self) -> None:
        self.time_passes()
        self.claims(len(self.held))

    @rule()
    def time_passes(self) -> None:
        Delivery.objects.filter(leased_until__isnull=False).update(leased_until=timezone.now() - timedelta(seconds=1))

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        waiting = Delivery.objects.filter(state=DeliveryState.WAITING).count()
        assert all(times == 1 for times in self.finished.values())
        assert waiting + len(self.finished) == self.made


@pytest.mark.django_db
def test_any_order_of_events_keeps_every_row() -> None:
    """The machine asserts after every event; here, that the events came about."""
    Claimers.happened.clear()
    health = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Claimers,
        settings=settings(max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=health),
    )
    assert set(Claimers.happened) == {"finished", "postponed", "lost"}
