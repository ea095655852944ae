"""Decisions become labels, a fit takes them up to a moment, and what is proposed next is weighed by it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.extraction import types
from crmllm.extraction.calibration import services, tasks
from crmllm.extraction.models import Calibration
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import REJECT_REASONS, Judged
from crmllm.proposals.models import Outcome, Proposal, ProposedChange
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def contact(reviewer: User) -> Proposal:
    person = types.Contact(
        "sender",
        factories.value("Maria Ruiz"),
        factories.value("Head of Procurement"),
        email=factories.value("maria.ruiz@betasoloin.example"),
        phone=factories.value("+49 30 901820", "+4930901820"),
    )
    return factories.proposals(factories.found(contacts=(person,), opportunity=None, next_actions=()))["contact"]


def judged(proposal: Proposal, **only: Any) -> dict[str, str]:
    rows = Outcome.objects.filter(change__proposal=proposal, **only).order_by("created_at", "id")
    return {row.field.partition(".")[2]: row.judged for row in rows}


def change(proposal: Proposal, field: str) -> ProposedChange:
    return proposal.changes.get(field=field)


def past(count: int, *, first: int = 0) -> None:
    """Decisions of one minute each on a field whose raw confidence of 0.9 was right every second time."""
    proposal = factories.proposals(factories.found(opportunity=None, next_actions=()))["contact"]
    row, chance = change(proposal, "title"), random.Random(first)
    decision = proposal.decisions.create(verdict="approve")
    Outcome.objects.bulk_create(
        Outcome(
            decision=decision, change=row, field="contact.title", source="rule", raw_confidence=0.9, confidence=0.9,
            signs={"span": True, "fills": False, "changes": False, "logprob": None},
            judged=Judged.KEPT if chance.random() < 0.5 else Judged.EDITED,
            created_at=START + timedelta(minutes=first + number),
        )
        for number in range(count)
    )  # fmt: skip


def test_an_approval_keeps_every_value_and_an_edit_names_its_own(reviewer: User, contact: Proposal) -> None:
    proposals.approve(user=reviewer, proposal=contact, edits={str(change(contact, "title").pk): "Buyer"})
    found = judged(contact)
    assert found["title"] == Judged.EDITED
    assert {name for name, one in found.items() if one == Judged.KEPT} >= {"name", "email", "phone"}


def test_an_edit_to_the_same_value_is_none(reviewer: User, contact: Proposal) -> None:
    proposals.approve(user=reviewer, proposal=contact, edits={str(change(contact, "title").pk): "Head of Procurement"})
    assert judged(contact)["title"] == Judged.KEPT


@pytest.mark.parametrize(("reason", "expected"), [(0, Judged.REJECTED), (1, Judged.REJECTED), (4, Judged.LEFT)])
def test_a_rejection_says_that_values_are_wrong_only_when_its_reason_does(
    reviewer: User, contact: Proposal, reason: int, expected: str
) -> None:
    proposals.reject(user=reviewer, proposal=contact, reason=str(REJECT_REASONS[reason]))
    assert set(judged(contact).values()) == {expected}


def test_what_is_taken_back_is_no_label_any_more(reviewer: User, contact: Proposal) -> None:
    proposals.approve(user=reviewer, proposal=contact)
    proposals.undo(user=reviewer, proposal=contact)
    assert judged(contact, undone=False) == {}
    assert judged(contact, undone=True)["title"] == Judged.KEPT


def test_a_skip_judges_nothing(reviewer: User, contact: Proposal) -> None:
    proposals.skip(user=reviewer, proposal=contact)
    assert judged(contact) == {}


def test_a_fit_takes_decisions_up_to_its_moment_and_no_later_ones() -> None:
    past(300)
    moment = START + timedelta(minutes=199)
    made = services.refit(until=moment)
    assert made is not None
    assert (made.number, made.decisions, made.fitted_until) == (1, 200, moment)
    assert services.refit(until=moment) is None
    later = services.refit()
    assert later is not None and (later.number, later.decisions) == (2, 300)
    assert services.in_force() == later


def test_proposals_after_a_fit_carry_both_confidences(reviewer: User) -> None:
    past(300)
    made = services.refit()
    found = factories.found(
        contacts=(types.Contact("sender", factories.value("Maria Ruiz"), factories.value("Head of Procurement")),),
        opportunity=None, next_actions=(),
    )  # fmt: skip
    row = change(factories.proposals(found)["contact"], "title")
    assert row.calibration == made
    assert row.raw_confidence == 0.9
    assert 0.4 < row.confidence < 0.6
    assert row.signs["span"] is True


def test_before_the_first_fit_the_raw_confidence_stands(contact: Proposal) -> None:
    row = change(contact, "title")
    assert (row.calibration, row.confidence) == (None, row.raw_confidence)


def test_the_clock_tells_what_was_fitted_and_keeps_silent_when_nothing_was_decided() -> None:
    assert tasks.refit() == ""
    past(200)
    assert "200 decisions" in tasks.refit()
    assert Calibration.objects.count() == 1
    assert tasks.refit() == ""
