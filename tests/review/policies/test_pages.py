"""The pages and the API of policies, and what a card says of why no policy applied it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from crmllm.access.models import User
from crmllm.proposals import services as proposals
from review.policies import selectors, services
from review.policies.choices import State
from review.policies.models import AutomatedValue, ReviewPolicy
from review.rollback.models import Rollback
from tests.review.conftest import address
from tests.review.policies.conftest import lone, work_off

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

Make = Callable[..., ReviewPolicy]


@pytest.fixture
def desk(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def url(row: ReviewPolicy, door: str = "policy") -> str:
    return reverse(f"policies:{door}", args=[row.pk])


def test_without_policies_the_list_says_what_to_do(desk: Client) -> None:
    page = desk.get(reverse("policies:list"))
    assert b"No policies yet" in page.content and reverse("policies:new").encode() in page.content


def test_the_list_costs_the_same_for_one_and_for_ten(desk: Client, policy: Make, manager: User) -> None:
    policy()
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(reverse("policies:list")).status_code == 200
        counts.append(len(asked))
        for _ in range(5):
            services.create(user=manager, object_name="contact")
    assert counts[1] == counts[2]


def test_a_policy_is_made_on_its_page_and_moved_by_buttons(desk: Client, decisions: Callable[..., None]) -> None:
    decisions()
    shown = desk.get(reverse("policies:new"), {"object": "contact", "field": "title"})
    assert "amount" not in str(shown.context["scope"].fields["field"].choices)
    by_target = {one["one_in"]: one for one in shown.context["outlooks"]}
    assert (by_target[200]["threshold"], by_target[1000]["missing"]) == (0.9, 2995 - 700)
    asked = {"object": "contact", "field": "title", "source": "", "one_in": 200, "confidence": 0.95}
    made = desk.post(reverse("policies:new"), asked | {"sample_share": 0.05})
    row = ReviewPolicy.objects.get()
    assert made.headers["Location"] == url(row)
    for state in ("shadow", "on"):
        desk.post(url(row, "move"), {"state": state})
        row.refresh_from_db()
        assert row.state == state
    page = desk.get(url(row)).content.decode()
    assert "It needs 599: 598 decided without an error, then value number 599" in page
    assert desk.post(url(row, "move"), {"state": "flying"}).status_code == 422


def test_mistakes_are_shown_in_the_form(desk: Client) -> None:
    answer = desk.post(reverse("policies:new"), {"object": "contact", "one_in": 2})
    assert answer.status_code == 422 and answer.context["promise"].errors
    assert not ReviewPolicy.objects.exists()


def test_who_reads_and_who_changes(policy: Make, make_user: Callable[..., User], page: Client) -> None:
    row = policy(State.SHADOW)
    rep = Client()
    rep.force_login(make_user("rob", "rep"))
    assert rep.get(reverse("policies:list")).status_code == 403 == rep.get(url(row)).status_code
    seen = page.get(url(row))  # a reviewer reads
    assert seen.status_code == 200 and seen.context["buttons"] == []
    assert page.get(reverse("policies:new")).status_code == 403
    assert page.post(url(row, "move"), {"state": "on"}).status_code == 403


def test_what_it_did_and_why_others_waited(desk: Client, policy: Make, manager: User) -> None:
    row = policy()
    lone()
    work_off()
    waits = lone(confidence=0.3)
    work_off()
    page = desk.get(url(row))
    assert page.context["doings"].applied == 3 and page.context["doings"].waiting == 1
    assert page.context["blocked"] == [("a value below the threshold", 1)]
    assert selectors.blockers([waits])[waits.pk]
    assert "A person decided, not a policy" not in desk.get(address(waits.interaction)).content.decode()
    proposals.approve(user=manager, proposal=waits)
    assert "A person decided, not a policy" in desk.get(address(waits.interaction)).content.decode()


def test_on_paper_people_say_whether_it_would_have_been_right(desk: Client, policy: Make, reviewer: User) -> None:
    row = policy(State.SHADOW)
    proposal = lone()
    work_off()
    title = proposal.changes.get(field="title")
    proposals.approve(user=reviewer, proposal=proposal, edits={str(title.pk): "Buyer"})
    did = selectors.doings(row)
    assert (did.on_paper, did.paper_decided, did.paper_wrong, did.applied) == (3, 3, 1, 0)


def test_a_wrong_value_offers_to_take_back_its_kind(desk: Client, policy: Make) -> None:
    row = policy()
    lone()
    work_off()
    assert desk.get(url(row)).context["of_its_kind"] is None
    AutomatedValue.objects.filter(field="contact.title").update(label="wrong")
    AutomatedValue.objects.exclude(field="contact.title").update(label="right")
    kind = desk.get(url(row)).context["of_its_kind"]
    assert (kind["field"], kind["source"], kind["model"]) == ("contact.title", "rule", "")
    answer = desk.post(
        reverse("rollback:plan"), {"subject_type": "policy", "subject_id": str(row.pk), **kind, "since": ""}
    )
    planned = Rollback.objects.get()
    assert answer.headers["Location"] == reverse("rollback:rollback", args=[planned.pk])
    assert planned.items.count() == 1 and planned.scope == {"field": "contact.title", "source": "rule"}
    page = desk.get(reverse("rollback:rollback", args=[planned.pk]))
    assert page.context["may_start"] and desk.get(reverse("rollback:list")).status_code == 200
    desk.post(reverse("rollback:start", args=[planned.pk]))
    desk.post(reverse("rollback:stop", args=[planned.pk]))
    planned.refresh_from_db()
    assert (planned.state, planned.stop) == ("running", True)
    assert desk.get(reverse("rollback:rollback", args=[planned.pk])).context["progress"]["total"] == 1
    assert desk.post(reverse("rollback:plan"), {"subject_type": "policy", "subject_id": "x"}).status_code == 422


def test_the_api_reads_moves_and_rolls_back(
    policy: Make, manager: User, api_as: Callable[[User], APIClient], api: APIClient
) -> None:
    row = policy(State.SHADOW)
    theirs = api_as(manager)
    (shown,) = theirs.get("/api/v1/policies/").json()["results"]
    assert (shown["threshold"], shown["decisions"], shown["state"]) == (0.9, 598, "shadow")
    moved = theirs.post(f"/api/v1/policies/{row.pk}/move/", {"state": "on"}, format="json")
    assert (moved.status_code, moved.json()["state"]) == (200, "on")
    assert api.post(f"/api/v1/policies/{row.pk}/move/", {"state": "off"}, format="json").status_code == 403
    lone()
    work_off()
    planned = theirs.post("/api/v1/rollbacks/", {"subject_type": "policy", "subject_id": str(row.pk)}, format="json")
    assert (planned.status_code, planned.json()["items"]) == (201, {"unsent": 1})
    path = f"/api/v1/rollbacks/{planned.json()['id']}/"
    assert theirs.post(f"{path}start/").json()["state"] == "running"
    assert theirs.post(f"{path}stop/").status_code == 200
    assert theirs.get("/api/v1/rollbacks/").json()["count"] == 1
    assert api.post(f"{path}start/").status_code == 403
