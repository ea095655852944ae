"""On the screen a blind look cannot be told from an ordinary card, and nothing of it is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crmllm.access.models import User
from crmllm.crm.models import Contact
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import State as ProposalState
from crmllm.proposals.models import Decision, Proposal
from crmllm.writeback.models import Writeback
from review.looks import services
from review.looks.choices import State, Why
from review.looks.models import Look
from tests.review.conftest import address, decide, shown
from tests.review.looks.conftest import given, lone
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
HTMX = {"HX-Request": "true"}


def markup(answer: Any) -> str:
    """The page without what differs from one moment to the next."""
    text: str = answer.content.decode()
    text = re.sub(r'name="shown_at" value="[^"]*"', "", text)
    return re.sub(r'(csrfmiddlewaretoken" value=|hx-headers=)("[^"]*"|\'[^\']*\')', "", text)


def known_contact() -> None:
    """Somebody with this address is in the CRM, whose title and phone are others."""
    made = lone()
    proposals.approve(user=User.objects.get(username="frida"), proposal=made)
    factories.deliver_all()
    row = Contact.objects.get()
    row.title = "Buyer"
    row.save()


@pytest.mark.parametrize("action", ["create", "update"])
@pytest.mark.parametrize("whole", [True, False])
def test_the_markup_is_that_of_an_ordinary_card(
    page: Client, reviewer: User, first: User, action: str, whole: bool
) -> None:
    if action == "update":
        known_contact()
    row = lone()
    assert row.action == action
    other = factories.next_action()
    headers = {} if whole else HTMX
    before = page.get(address(row.interaction), headers=headers)
    proposals.release(user=reviewer, interaction=row.interaction)

    proposals.approve(user=first, proposal=row)
    factories.deliver_all()
    look = given(reviewer, row)
    after = page.get(address(row.interaction), headers=headers)
    assert markup(after) == markup(before)
    assert shown(after)["proposals"][0]["can_approve"]
    assert other.pk and look.pk


def test_a_planted_value_looks_like_one_that_was_read(page: Client, reviewer: User, first: User) -> None:
    row = lone()
    proposals.approve(user=first, proposal=row)
    factories.deliver_all()
    services.ask(proposal=row, why=Why.PLANTED, planted={"phone": "+4930901828"})
    services.give(user=reviewer)
    planted = markup(page.get(address(row.interaction)))

    Look.objects.all().delete()
    Proposal.objects.update(state=ProposalState.PENDING, written=False)
    Interaction.objects.update(open_proposals=1)
    from crmllm.core.crypto import Sealed

    change = row.changes.get(field="phone")
    right, change.proposed = change.proposed, Sealed.of("+4930901828", row.interaction.key_id)
    change.save()
    ordinary = markup(page.get(address(row.interaction)))
    assert planted == ordinary
    assert "901828" in planted and right is not None


def test_other_proposals_of_the_message_do_not_tell(page: Client, reviewer: User, first: User) -> None:
    made = factories.proposals()
    for one in made.values():
        proposals.approve(user=first, proposal=one)
    look = given(reviewer, made["contact"])
    card = shown(page.get(address(made["contact"].interaction)))
    assert [one["title"] for one in card["proposals"]] == ["New contact"]
    assert card["proposals"][0]["can_approve"] and not card["done"]
    assert look.pk


def test_it_lies_in_the_queue_at_the_place_of_its_age(page: Client, reviewer: User, first: User) -> None:
    at = timezone.now() - timedelta(hours=2)
    row = lone(occurred_at=at)
    rows = [factories.next_action(0, occurred_at=at + timedelta(minutes=one)) for one in (-10, 10)]
    order = "/review/?sort=newest"
    before = [one["id"] for one in page.get(order).context["queue"]["items"]]
    tabs = page.get(order).context["tabs"][0]["count"]
    assert before == [str(rows[1].pk), str(row.interaction_id), str(rows[0].pk)]
    proposals.expire_claims()
    for one in Interaction.objects.all():
        proposals.release(user=reviewer, interaction=one)
    proposals.approve(user=first, proposal=row)
    assert len(page.get(order).context["queue"]["items"]) == 2
    given(reviewer, row)
    answer = page.get(order)
    assert [one["id"] for one in answer.context["queue"]["items"]] == before
    assert answer.context["tabs"][0]["count"] == tabs == "3"
    item = answer.context["queue"]["items"][1]
    assert item["what"] == "New contact" and item["badges"]


def test_it_is_handed_out_looked_ahead_at_and_left_behind(page: Client, reviewer: User, first: User) -> None:
    at = timezone.now() - timedelta(hours=2)
    row = lone(occurred_at=at)
    proposals.approve(user=first, proposal=row)
    newer = factories.next_action(0, occurred_at=at + timedelta(minutes=10))
    older = factories.next_action(0, occurred_at=at - timedelta(minutes=10))
    given(reviewer, row)
    query = "?sort=newest"
    page.get(address(newer) + query)
    peeked = page.get(address(newer, "peek") + query, headers=HTMX)
    assert shown(peeked)["id"] == str(row.interaction_id)
    answer = decide(page, newer.proposals.get(), "approve", query)
    assert shown(answer)["id"] == str(row.interaction_id)
    answer = decide(page, row, "approve", query)
    assert shown(answer)["id"] == str(older.pk)
    assert Look.objects.get().state == State.DECIDED


def test_a_browser_that_runs_ahead_is_answered_alike(page: Client, reviewer: User, first: User) -> None:
    row = lone()
    proposals.approve(user=first, proposal=row)
    newer, older = factories.next_action(9), factories.next_action(1)
    given(reviewer, row)
    page.get(address(newer))
    headers = HTMX | {"X-Shown-Card": str(row.interaction_id)}
    answer: Any = page.post(address(newer.proposals.get(), "approve"), headers=headers)
    assert answer.status_code == 200 and "card" not in answer.context
    headers = HTMX | {"X-Shown-Card": str(older.pk)}
    answer = page.post(address(row, "reject"), {"reason": "Wrong value"}, headers=headers)
    assert answer.status_code == 200 and "card" not in answer.context
    assert Look.objects.get().verdict == "reject"


def test_every_door_leads_to_the_look_and_none_to_the_record(page: Client, reviewer: User, first: User) -> None:
    row = lone()
    proposals.approve(user=first, proposal=row)
    factories.deliver_all()
    look = given(reviewer, row)
    kept = [model.objects.count() for model in (Decision, Writeback)]
    record = Contact.objects.values().get()

    def is_now(state: State, verdict: str) -> None:
        look.refresh_from_db()
        assert (look.state, look.verdict) == (state, verdict)
        assert [model.objects.count() for model in (Decision, Writeback)] == kept
        assert Contact.objects.values().get() == record
        assert Proposal.objects.get().state == ProposalState.APPROVED

    decide(page, row, "skip")
    is_now(State.GIVEN, "skip")
    assert [one["id"] for one in page.get("/review/?queue=skipped").context["queue"]["items"]] == [
        str(row.interaction_id)
    ]
    decide(page, row, "undo")
    is_now(State.GIVEN, "")
    answer = decide(page, row, "reject", reason="Wrong value")
    is_now(State.DECIDED, "reject")
    assert answer.context["last"]["text"] == "Maria Ruiz: rejected"
    answer = decide(page, row, "undo")
    is_now(State.GIVEN, "")
    assert shown(answer)["proposals"][0]["waits"]
    form = page.get(address(row, "edit"), headers=HTMX)
    assert b"Head of Procurement" in form.content
    title = str(row.changes.get(field="title").pk)
    decide(page, row, "edit", **{f"value-{title}": "Plant Manager"})
    is_now(State.DECIDED, "edit")
    assert look.edits is not None and look.edits.open() == {"title": "Plant Manager"}
    decide(page, row, "undo")
    page.post(address(row.interaction, "approve-all"), headers=HTMX)
    is_now(State.DECIDED, "approve")
    assert Decision.objects.get().actor == first


def test_linking_somebody_else_is_a_no(page: Client, reviewer: User, first: User) -> None:
    row = lone()
    other = Contact.objects.create(name="Maria Ruis")
    proposals.approve(user=first, proposal=row)
    look = given(reviewer, row)
    decide(page, row, "link", record=str(other.pk))
    look.refresh_from_db()
    assert (look.verdict, look.reason, look.agreed) == ("reject", "Wrong person or company", False)
    assert Proposal.objects.get().action == "create"


def test_what_was_done_today_counts_it(page: Client, reviewer: User, first: User) -> None:
    row = lone()
    proposals.approve(user=first, proposal=row)
    given(reviewer, row)
    answer = decide(page, row, "approve")
    assert answer.context["progress"]["done_today"] == 1
    assert answer.context["last"]["text"] == "Maria Ruiz: approved"


def test_others_see_the_message_as_it_is(
    page: Client, reviewer: User, first: User, make_user: Callable[..., User]
) -> None:
    row = lone()
    proposals.approve(user=first, proposal=row)
    given(reviewer, row)
    client = Client()
    client.force_login(make_user("ben"))
    assert shown(client.get(address(row.interaction)))["done"]
    answer: Any = client.post(address(row, "approve"), headers=HTMX)
    assert answer.status_code == 409
    assert Look.objects.get().state == State.GIVEN


def test_a_decision_that_was_taken_back_is_looked_at_again(page: Client, reviewer: User, first: User) -> None:
    row = lone()
    proposals.approve(user=first, proposal=row)
    look = given(reviewer, row)
    page.get(address(row.interaction))
    proposals.undo(user=first, proposal=row)
    answer = decide(page, row, "approve")
    look.refresh_from_db()
    row.refresh_from_db()
    assert (look.state, row.state) == (State.VOID, ProposalState.UNDONE), "nothing is approved that was not on the card"
    assert shown(answer)["proposals"][0]["decidable"]


def test_the_way_from_opening_to_a_look(
    page: Client, reviewer: User, first: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = lone()
    proposals.approve(user=first, proposal=row)
    services.request(proposal=row, why=Why.SECOND)
    monkeypatch.setattr(services, "drawn", lambda purpose, subject: 0.0)
    message = factories.next_action()
    page.get(address(message))
    look = Look.objects.get()
    assert (look.state, look.user) == (State.GIVEN, reviewer)
    answer = decide(page, message.proposals.get(), "approve")
    assert shown(answer)["id"] == str(row.interaction_id)
    look.refresh_from_db()
    assert look.given_until is not None and look.given_until <= timezone.now() + proposals.CLAIM
