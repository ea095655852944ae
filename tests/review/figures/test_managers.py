"""Whoever does not see all reads kept days, too: exactly what counting their rows gives, whatever happens to people,
teams and owners."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.access.rules import visible
from crmllm.core.errors import Conflict
from crmllm.crm.models import CrmUser
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import OPEN, State
from crmllm.proposals.models import Decision, Outcome, Proposal
from review.figures import gathering, selectors, services
from review.figures.asked import Asked
from review.figures.models import CountedDay, PaceCount, Touched
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
DAYS = 6


class History:
    """A small company in which things happen at random."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.teams: list[Team | None] = [None, *(Team.objects.create(name=name) for name in ("North", "South"))]
        self.people = [self._person(number) for number in range(8)]
        self.owners: list[CrmUser | None] = [
            None,
            *(CrmUser.objects.create(name=one.username, email=one.email, user=one) for one in self.people[:4]),
            CrmUser.objects.create(name="Ona", email="ona@ours.example"),
        ]
        for number in range(4):
            factories.proposals(title=f"Message {number}")
        for row in Proposal.objects.all():
            self.hand_over(row)
        for _ in range(20):
            self.decide()

    def _person(self, number: int) -> User:
        role = Role.MANAGER if number < 3 else Role.REVIEWER
        return User.objects.create(
            username=f"person{number}", email=f"p{number}@ours.example", role=role, team=self.pick(self.teams)
        )

    def pick(self, values: Any) -> Any:
        return self.random.choice(list(values))

    def some_day(self) -> Any:
        return factories.days_ago(self.random.randrange(DAYS))

    def hand_over(self, row: Proposal) -> None:
        Proposal.objects.filter(pk=row.pk).update(
            owner=self.pick(self.owners), team=self.pick(self.teams), created_at=self.some_day()
        )

    def decide(self) -> None:
        """A reviewer does something, or a policy, on some day; what the moment does not allow is left."""
        with suppress(Conflict):
            self._decide()

    def _decide(self) -> None:
        user = self.pick(self.people[3:])
        if self.random.random() < 0.2 and (row := Proposal.objects.filter(state=State.APPROVED).first()):
            proposals.undo(user=user, proposal=row)
        elif rows := Proposal.objects.filter(state__in=OPEN):
            row, how = self.pick(rows), self.random.random()
            if how < 0.2:
                proposals.skip(user=user, proposal=row)
            elif how < 0.5:
                reason = self.pick(["Wrong value", "Not in the text", "She told me so"])
                proposals.reject(user=user, proposal=row, reason=reason, milliseconds=self.random.randrange(9000))
            else:
                proposals.approve(user=user, proposal=row, milliseconds=self.random.randrange(9000))
        else:
            return
        at, made = self.some_day(), Decision.objects.latest("pk")
        Decision.objects.filter(pk=made.pk).update(created_at=at)
        Outcome.objects.filter(decision=made).update(created_at=at)
        if self.random.random() < 0.3:
            Decision.objects.filter(pk=made.pk).update(actor=None)
            Outcome.objects.filter(decision=made).update(automatic=True)

    def changes_team(self) -> None:
        User.objects.filter(pk=self.pick(self.people).pk).update(team=self.pick(self.teams))

    def login_is_somebody_else(self) -> None:
        first, second = self.random.sample([one for one in self.owners if one], 2)
        CrmUser.objects.filter(pk__in=[first.pk, second.pk]).update(user=None)
        CrmUser.objects.filter(pk=second.pk).update(user=self._unlinked())

    def _unlinked(self) -> Any:
        return self.pick(User.objects.filter(crm_user=None).order_by("username"))

    def changes_hands(self) -> None:
        self.hand_over(self.pick(Proposal.objects.order_by("pk")))

    def owner_leaves(self) -> None:
        gone = self.pick([one for one in self.owners if one and one.user_id is None] or [None])
        if gone is not None:
            Proposal.objects.filter(owner_id=gone.pk).update(owner=None)

    def is_erased(self) -> None:
        if Interaction.objects.count() > 2:
            self.pick(Interaction.objects.order_by("pk")).delete()

    def is_corrected(self) -> None:
        Outcome.objects.filter(pk__in=Outcome.objects.order_by("pk").values("pk")[:1]).update(judged="rejected")

    def happens(self) -> None:
        self.pick([self.decide, self.changes_team, self.login_is_somebody_else, self.changes_hands, self.owner_leaves,
                   self.is_erased, self.is_corrected])()  # fmt: skip

    def read(self) -> list[Any]:
        """What three managers and a reviewer see of all, and of an object."""
        viewers = User.objects.filter(pk__in=[one.pk for one in self.people[:4]]).order_by("username")
        return [figures(one, **asked) for one in viewers for asked in ({}, {"object": "contact"})]


def figures(user: User, **asked: str) -> dict[str, Any]:
    return asdict(selectors.figures(user, Asked.of(asked)))


def kept() -> None:
    """Every day that is over is kept, and nothing of it in doubt: time has passed since the last change."""
    services.keep()
    Touched.objects.update(marked_at=timezone.now() - timedelta(days=1))


def live(read: Callable[[], Any]) -> Any:
    """What is read where no day is kept."""
    with transaction.atomic():
        CountedDay.objects.all().delete()
        found = read()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("seed", range(2))
def test_kept_days_say_to_everybody_what_their_rows_say(seed: int) -> None:
    history = History(seed)
    for _ in range(3):
        kept()
        assert CountedDay.objects.count() >= DAYS - 1 and not gathering.outdated()
        assert history.read() == live(history.read)
        history.happens()
        history.happens()
        assert history.read() == live(history.read)


@pytest.fixture
def past(reviewer: User, make_user: Callable[..., User]) -> dict[str, Any]:
    """Two teams with a manager each; a decision of the day before yesterday on what each may see."""
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    User.objects.filter(pk=reviewer.pk).update(team=north)
    made = factories.proposals()
    for row in made.values():
        proposals.reject(user=reviewer, proposal=row, reason="Wrong value", milliseconds=1000)
    boss = make_user("boss", Role.MANAGER, north)
    boss_there = CrmUser.objects.create(name="Boss", email=boss.email, user=boss)
    Proposal.objects.filter(pk=made["account"].pk).update(team=north)
    Proposal.objects.filter(pk=made["contact"].pk).update(team=south)
    Proposal.objects.filter(pk=made["opportunity"].pk).update(team=south, owner=boss_there)
    when = factories.days_ago(2)
    for model in (Proposal, Decision, Outcome):
        model.objects.update(created_at=when)
    kept()
    return {"boss": boss, "other": make_user("bea", Role.MANAGER, south), "north": north, "south": south, **made}


def test_a_manager_reads_what_is_kept_of_what_they_may_see(past: dict[str, Any]) -> None:
    """Of four decisions theirs are their team's, everybody's and the one that they own elsewhere."""
    found = figures(past["boss"])
    assert found["total"]["rejected"] == 3
    assert sum(day["came"] for day in found["days"]) == 3
    PaceCount.objects.update(rejected=70)
    found = figures(past["boss"])
    assert found["total"]["rejected"] == 141, "two lines of what is kept, and one row"


def test_who_changes_team_sees_the_other_teams(past: dict[str, Any]) -> None:
    boss = past["boss"]
    User.objects.filter(pk=boss.pk).update(team=past["south"])
    PaceCount.objects.update(approved=70)
    moved = figures(User.objects.get(pk=boss.pk))
    assert moved["total"]["decisions"] == 0, "the people of the North are not theirs any more"
    assert moved["automation"]["count"] == 210, "both of the South and everybody's, from what is kept"


def test_what_changes_hands_is_counted_live_until_it_is_counted_anew(past: dict[str, Any]) -> None:
    Proposal.objects.filter(pk=past["account"].pk).update(team=past["south"])
    found = figures(past["boss"])
    assert found["total"]["rejected"] == 2
    kept()
    assert figures(past["boss"]) == found


def test_a_manager_asks_the_database_as_often_for_many(past: dict[str, Any], make_user: Callable[..., User]) -> None:
    with CaptureQueriesContext(connection) as few:
        figures(past["boss"])
    for number in range(4):
        one = make_user(f"more{number}", Role.REVIEWER, past["north"])
        row = factories.next_action(number).proposals.get()
        proposals.reject(user=one, proposal=row, reason="Not in the text")
        Proposal.objects.filter(pk=row.pk).update(team=Team.objects.create(name=f"Team {number}"))
        Decision.objects.filter(proposal=row).update(created_at=factories.days_ago(3))
    kept()
    with CaptureQueriesContext(connection) as many:
        figures(past["boss"])
    assert len(many) == len(few) <= 16


def test_an_audience_is_who_sees_the_proposals(past: dict[str, Any]) -> None:
    """The rule of proposals, told twice: whoever changes it in one place is told here of the other."""
    for user in (past["boss"], past["other"]):
        kept = visible(user, PaceCount.objects.all())
        assert (
            sum(line.rejected for line in kept) + (user == past["boss"])
            == visible(user, Proposal.objects.all()).count()
        )
