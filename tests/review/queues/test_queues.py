"""Lists of work with deadlines: what is in one, whose it is, who is told, and that nobody gets what another has."""

from __future__ import annotations

import math
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.core.errors import BadInput, Conflict, Forbidden
from crmllm.experiments.models import Experiment
from crmllm.ingestion.models import Interaction
from crmllm.jobs.models import JobRun
from crmllm.notifications.models import Notification
from crmllm.proposals import services as proposals
from crmllm.proposals.models import Proposal
from review import selectors
from review.queues import selectors as queues
from review.queues import services, tasks
from review.queues.models import Assignment, Comment, ReviewQueue
from review.queues.services import hand_out
from review.selectors import QueueView
from tests.review.conftest import address, decide, only, shown
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

HOUR = timedelta(hours=1)


class Run:
    """A job's run that nobody stops."""

    def should_stop(self) -> bool:
        return False

    def tick(self, **figures: Any) -> None: ...


@pytest.fixture
def manager(make_user: Callable[..., User]) -> User:
    return make_user("mona", Role.MANAGER)


def again(row: Interaction) -> Interaction:
    return Interaction.objects.get(pk=row.pk)


def seen(user: User, **view: Any) -> list[Interaction]:
    return list(selectors.waiting(user, QueueView(**view)))


# --- deadlines


def test_the_deadline_is_arrival_plus_service_level_by_risk_and_value(deal: dict[str, Proposal]) -> None:
    """48,000 of high risk: 24 h / (2 x (log10(48,000) - 2)); a next action waits for the whole day."""
    row, note = again(deal["account"].interaction), again(factories.next_action())
    assert (row.risk, note.risk) == ("high", "normal")
    assert row.urgency == pytest.approx(2 * (math.log10(48_000) - 2))
    assert note.urgency == pytest.approx(1.5)
    for one in (row, note):
        assert one.due_at is not None
        assert (one.due_at - one.created_at) / HOUR == pytest.approx(24 / one.urgency)


def test_what_weighs_more_is_handed_out_first_and_age_makes_up_for_it(
    reviewer: User, deal: dict[str, Proposal]
) -> None:
    note, large = again(factories.next_action()), again(deal["account"].interaction)
    assert seen(reviewer) == [large, note]
    Interaction.objects.filter(pk=note.pk).update(due_at=large.due_at - HOUR)  # it came much earlier
    assert seen(reviewer) == [note, large]
    assert seen(reviewer, order="newest")[0] == large


def test_the_deadline_follows_when_something_is_open_again(reviewer: User, deal: dict[str, Proposal]) -> None:
    row = deal["account"].interaction
    Interaction.objects.filter(pk=row.pk).update(due_at=None, urgency=1)
    proposals.skip(user=reviewer, proposal=deal["opportunity"])
    assert again(row).due_at is None, "less is open: nothing is weighed anew"
    proposals.undo(user=reviewer, proposal=deal["opportunity"])
    assert again(row).due_at is not None and again(row).urgency > 5


def test_a_changed_queue_sets_the_deadlines_anew(manager: User, deal: dict[str, Proposal]) -> None:
    row, note = again(deal["account"].interaction), again(factories.next_action())
    given = {"name": "Large", "position": 1, "hours": 12, "risk": "high"}
    services.save_queue(actor=manager, queue=ReviewQueue(), values=given)
    assert JobRun.objects.filter(name="retime_reviews").count() == 1
    assert tasks.retime(Run()) == "2 deadlines set."  # type: ignore[arg-type]
    assert (again(row).due_at - row.created_at) / HOUR == pytest.approx(12 / row.urgency)  # type: ignore[operator]
    assert (again(note).due_at - note.created_at) / HOUR == pytest.approx(24 / note.urgency)  # type: ignore[operator]
    later = again(factories.proposals()["account"].interaction)
    assert (later.due_at - later.created_at) / HOUR == pytest.approx(12 / later.urgency)  # type: ignore[operator]


# --- queues


def test_a_queue_holds_what_its_filter_lets_through(reviewer: User, deal: dict[str, Proposal]) -> None:
    row, note = deal["account"].interaction, factories.next_action()
    call = factories.next_action(kind="call")
    for filters, inside in (
        ({"objects_in": ["opportunity"]}, [row]),
        ({"risk": "high"}, [row]),
        ({"kinds": ["call"]}, [call]),
        ({"kinds": ["email", "call"], "risk": "normal"}, [note, call]),
        ({"origins": ["imap"]}, []),
    ):
        queue = ReviewQueue(name="One", **filters)
        assert set(seen(reviewer, part=str(queue.pk), row=queue)) == set(inside), filters
        for one in (row, note, call):
            objects = one.proposals.values_list("object", flat=True)
            assert queues.holds(queue, again(one), objects) == (one in inside), filters


def test_a_teams_queue_is_for_its_people(make_user: Callable[..., User], reviewer: User) -> None:
    north = Team.objects.create(name="North")
    queue = ReviewQueue.objects.create(name="North", team=north)
    ann, ben = make_user("ann", Role.REP, north), make_user("ben", Role.REP)
    assert [queues.queues(one) for one in (ann, ben, reviewer)] == [[queue], [], [queue]]
    client = Client()
    client.force_login(ben)
    answer = client.get(f"/review/?queue={queue.pk}")
    assert answer.status_code == 200 and "North" not in answer.content.decode()


def test_managers_make_queues_and_others_look(manager: User, page: Client) -> None:
    client = Client()
    client.force_login(manager)
    answer = client.post(
        "/review/queues/add/", {"name": "Large", "position": 1, "hours": 4, "order": "due", "risk": "high"}
    )
    queue = ReviewQueue.objects.get()
    assert answer.status_code == 302 and (queue.hours, queue.risk) == (4, "high")
    assert (
        client.post("/review/queues/add/", {"name": "Large", "position": 2, "hours": 4, "order": "due"}).status_code
        == 422
    )
    client.post(f"/review/queues/{queue.pk}/", {"name": "Larger", "position": 1, "hours": 6, "order": "newest"})
    queue.refresh_from_db()
    assert (queue.name, queue.hours, queue.risk, queue.order) == ("Larger", 6, "", "newest")
    assert b"Larger" in page.get("/review/queues/").content
    assert page.get("/review/queues/add/").status_code == 403
    assert page.post(f"/review/queues/{queue.pk}/delete/").status_code == 403
    client.post(f"/review/queues/{queue.pk}/delete/")
    assert not ReviewQueue.objects.exists()


def test_the_tabs_count_and_a_view_can_be_kept(page: Client, deal: dict[str, Proposal]) -> None:
    factories.next_action()
    queue = ReviewQueue.objects.create(name="Large", risk="high")
    tabs = {one["label"]: one["count"] for one in page.get("/review/").context["tabs"]}
    assert tabs == {"To decide": "2", "Mine": "0", "Large": "1", "Skipped": "0", "Not readable": "0"}
    page.post(f"/review/queues/views/?queue={queue.pk}&object=opportunity&sort=oldest", {"name": "My sales"})
    answer = page.get("/review/")
    (kept,) = (one for one in answer.context["tabs"] if one["label"] == "My sales")
    assert len(page.get(kept["url"]).context["queue"]["items"]) == 1
    page.post("/review/queues/views/", {"forget": page.get(kept["url"]).context["tabs"][-1]["forget"]})
    assert "My sales" not in page.get("/review/").content.decode()


def test_an_experiment_decides_the_order_for_each_person(reviewer: User) -> None:
    assert QueueView.of({}, reviewer).order == "due"
    Experiment.objects.create(name="review-order", variants={"newest": 1})
    assert QueueView.of({}, reviewer).order == "newest"
    assert QueueView.of({"sort": "oldest"}, reviewer).query() == "?sort=oldest"


# --- whose work


def test_what_is_somebodys_work_is_handed_to_nobody_else(reviewer: User, admin: User, page: Client) -> None:
    first, second = factories.next_action(), factories.next_action()
    services.assign(actor=reviewer, interaction=first, user=admin)
    assert Notification.objects.filter(user=admin, kind="review-work").count() == 1
    assert selectors.candidates(reviewer, QueueView(), None) == [second.pk]
    assert selectors.candidates(admin, QueueView(), None) == [first.pk, second.pk]
    assert seen(admin, part="mine") == [first] and seen(reviewer, part="mine") == []
    assert shown(page.get(address(first)))["work"]["assigned_to"] == "ada"
    services.give_back(actor=admin, interaction=first)
    assert first.pk in selectors.candidates(reviewer, QueueView(), None)
    with pytest.raises(Conflict):
        services.give_back(actor=admin, interaction=first)


def test_work_of_a_team_is_handed_to_its_people(make_user: Callable[..., User], reviewer: User) -> None:
    north = Team.objects.create(name="North")
    ann = make_user("ann", Role.REVIEWER, north)
    row = factories.next_action()
    services.assign(actor=reviewer, interaction=row, team=north)
    assert selectors.candidates(ann, QueueView(), None) == [row.pk]
    assert selectors.candidates(reviewer, QueueView(), None) == []
    with pytest.raises(BadInput):
        services.assign(actor=reviewer, interaction=row, team=north, user=ann)


def test_who_may_not_decide_gets_no_work(reviewer: User, auditor: User, make_user: Callable[..., User]) -> None:
    row = factories.next_action(team=Team.objects.create(name="South"))
    for nobody in (auditor, make_user("rob", Role.REP)):
        with pytest.raises(BadInput):
            services.assign(actor=reviewer, interaction=row, user=nobody)
    with pytest.raises(Forbidden):
        services.comment(author=auditor, interaction=row, text="Hello")


def test_an_item_goes_up_with_a_reason_and_is_due_within_hours(reviewer: User, manager: User, page: Client) -> None:
    row = factories.next_action()
    with pytest.raises(BadInput):
        services.escalate(actor=reviewer, interaction=row, reason=" ", manager=manager)
    page.post(f"/review/queues/work/{row.pk}/", {"do": "escalate", "manager": manager.pk, "reason": "Which plant?"})
    made = Assignment.objects.get()
    assert (made.user, made.made_by) == (manager, reviewer) and made.reason is not None
    assert made.reason.open() == "Which plant?"
    due = again(row).due_at
    assert due is not None and due <= timezone.now() + services.ESCALATED
    assert "Which plant?" in page.get(address(row)).content.decode()
    assert Notification.objects.filter(user=manager, sentence__contains="handed up").exists()


def test_a_comment_tells_those_whom_it_names(reviewer: User, admin: User, auditor: User, page: Client) -> None:
    row = factories.next_action()
    text = "@ada, is this theirs? @otto @nobody me@ada.example"
    answer = page.post(f"/review/queues/work/{row.pk}/", {"do": "comment", "text": text})
    assert answer.status_code == 302
    said = Comment.objects.get()
    assert list(said.mentions.all()) == [admin] and said.text.open() == text
    assert [one.user for one in Notification.objects.filter(kind="review-work")] == [admin]
    assert "is this theirs" in page.get(address(row)).content.decode()
    assert "is this theirs" not in Notification.objects.get().sentence
    assert page.post(f"/review/queues/work/{row.pk}/", {"do": "comment", "text": " "}).status_code == 422


def test_what_is_overdue_is_told_once_and_shown(manager: User, page: Client) -> None:
    queue = ReviewQueue.objects.create(name="All", told_until=timezone.now() - 2 * HOUR)
    rows = [factories.next_action() for _ in range(3)]
    Interaction.objects.filter(pk__in=[row.pk for row in rows[:2]]).update(due_at=timezone.now() - HOUR)
    assert tasks.tell_overdue() == "2 more overdue."
    assert tasks.tell_overdue() == ""
    told = Notification.objects.get(user=manager)
    assert told.sentence == "All: 2 more overdue." and str(queue.pk) in told.link
    badges = [badge["label"] for item in page.get("/review/").context["queue"]["items"] for badge in item["badges"]]
    assert badges.count("overdue") == 2
    assert b"overdue" in page.get(address(rows[0])).content


# --- never to two people


def test_people_at_work_look_ahead_at_different_items(make_user: Callable[..., User]) -> None:
    chance = random.Random(3)  # which of them somebody is drawn to hangs on the ids
    people = [make_user(f"person{number}", id=UUID(int=chance.getrandbits(128))) for number in range(4)]
    rows = [factories.next_action(minute, id=UUID(int=chance.getrandbits(128))) for minute in range(24)]
    for person, row in zip(people, rows, strict=False):
        assert proposals.claim(user=person, interaction=row)
    ahead = [selectors.next_after(person, QueueView(), rows[place]) for place, person in enumerate(people)]
    assert len({row.pk for row in ahead if row}) == 4


def test_everybody_is_drawn_to_as_many_items_as_the_others() -> None:
    chance = random.Random(5)
    people, items = ([UUID(int=chance.getrandbits(128)) for _ in range(count)] for count in (16, 3200))
    nearest = Counter(max(people, key=lambda person: selectors._drawn(person, item)) for item in items)
    assert all(150 < nearest[person] < 250 for person in people)


def test_who_shows_a_card_that_another_took_gets_the_next(page: Client, admin: User) -> None:
    first, second, third = (factories.next_action() for _ in range(3))
    page.get("/review/")
    proposals.claim(user=admin, interaction=second)
    headers = {"HX-Request": "true", "X-Shown-Card": str(second.pk)}
    answer: Any = page.post(address(only(first), "approve"), headers=headers)
    assert shown(answer)["id"] == str(third.pk) and "Somebody else took" in answer.content.decode()
    assert str(again(third).claimed_by) == "rita"
    answer = page.post(address(only(third), "skip"), headers=headers | {"X-Shown-Card": "nonsense"})
    assert answer.status_code == 200 and shown(answer)["state"] == "empty"


def test_the_list_is_made_anew_only_when_it_runs_short(page: Client) -> None:
    first, second, third = (factories.next_action() for _ in range(3))
    page.get("/review/")
    headers = {"HX-Request": "true", "X-Shown-Card": str(second.pk), "X-Queue-Left": "20"}
    text = page.post(address(only(first), "approve"), headers=headers).content.decode()
    assert 'id="review-progress"' in text and 'id="queue"' not in text
    headers |= {"X-Shown-Card": str(third.pk), "X-Queue-Left": "3"}
    text = page.post(address(only(second), "approve"), headers=headers).content.decode()
    assert 'id="queue"' in text and str(third.pk) in text


def test_a_refused_decision_answers_with_its_card(page: Client, reviewer: User) -> None:
    first, second = factories.next_action(), factories.next_action()
    decide(page, only(first), "approve")
    headers = {"HX-Request": "true", "X-Shown-Card": str(second.pk)}
    answer: Any = page.post(address(only(first), "approve"), headers=headers)
    assert answer.status_code == 409
    assert shown(answer)["id"] == str(first.pk) and "approved already" in shown(answer)["refused"]


@pytest.fixture
def twenty(make_user: Callable[..., User]) -> list[User]:
    """People at work, and thirty items that wait for them."""
    for minute in range(30):
        factories.next_action(minute)
    return [make_user(f"person{number}") for number in range(20)]


def at_once(people: list[User], act: Callable[[User], None]) -> None:
    """Each does it in a thread and with a connection of their own, all beginning in the same moment."""
    together = threading.Barrier(len(people))

    def work(person: User) -> None:
        try:
            together.wait(30)
            act(person)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[person]) for person in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)


def handed(person: User) -> Interaction | None:
    return hand_out(user=person, look=partial(selectors.candidates, person, QueueView(), None))


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_twenty_at_once_never_get_the_same(twenty: list[User]) -> None:
    got: list[tuple[str, Any]] = []

    def work(person: User) -> None:
        for _ in range(3):  # more than there is
            row = handed(person)
            if row is not None:
                got.append((person.username, row.pk))
                Interaction.objects.filter(pk=row.pk).update(open_proposals=0)  # as a decision does

    at_once(twenty, work)
    assert len(got) == len({pk for _name, pk in got}) == 30


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_twenty_who_begin_in_the_same_moment_all_get_something(twenty: list[User]) -> None:
    got: dict[str, Any] = {}

    def begin(person: User) -> None:
        row = handed(person)
        got[person.username] = row and row.pk

    at_once(twenty, begin)
    assert None not in got.values() and len(set(got.values())) == 20
