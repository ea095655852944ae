"""Decisions in bulk, policies that rest on them, and messages for them to decide on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import Judged, Verdict
from crmllm.proposals.models import Decision, Outcome, Proposal
from review.policies import applying, services, tasks
from review.policies.choices import CheckState, State
from review.policies.models import PolicyCheck, ReviewPolicy
from tests.support import factories

MANY = 700


@pytest.fixture
def manager(make_user: Callable[..., User]) -> User:
    return make_user("mona", Role.MANAGER)


@pytest.fixture
def looker(make_user: Callable[..., User]) -> User:
    """Who looks at samples: has decided on nothing."""
    return make_user("lena", Role.REVIEWER)


@pytest.fixture
def decisions(reviewer: User) -> Callable[..., None]:
    """So many decisions on a field, all right but the given number, made one second after the other."""

    def make(
        field: str = "contact.title",
        count: int = MANY,
        wrong: int = 0,
        *,
        score: float = 0.9,
        source: str = "rule",
        since: datetime | None = None,
        **columns: Any,
    ) -> None:
        proposal = lone()
        PolicyCheck.objects.filter(proposal=proposal).delete()
        Proposal.objects.filter(pk=proposal.pk).update(identity=None)  # no other message is about the same person
        made = Decision.objects.bulk_create(
            Decision(proposal=proposal, verdict=Verdict.APPROVE, actor=reviewer) for _ in range(count)
        )
        change = proposal.changes.get(field="title")
        start = since or timezone.now() - timedelta(days=2)
        # The wrong ones first: evidence is taken from its beginning.
        Outcome.objects.bulk_create(
            Outcome(
                decision=made[number],
                change=change,
                field=field,
                source=source,
                raw_confidence=score,
                confidence=score,
                judged=Judged.EDITED if number < wrong else Judged.KEPT,
                created_at=start + timedelta(seconds=number),
                **columns,
            )
            for number in range(count)
        )

    return make


@pytest.fixture
def policy(manager: User, decisions: Callable[..., None]) -> Callable[..., ReviewPolicy]:
    """A policy for everything of contacts, with enough decisions, in a state."""

    def make(state: State = State.ON, **asked: Any) -> ReviewPolicy:
        decisions()
        row = services.create(user=manager, object_name="contact", **({"one_in": 200} | asked))
        for one in (State.SHADOW, State.ON):
            if state in (one, State.ON):
                row = services.move(user=manager, policy=row, state=one)
        return row

    return make


def lone(confidence: float = 0.95, **columns: Any) -> Proposal:
    """A message that proposes one contact, nothing else; every value with this confidence."""
    person = factories.types.Contact(
        "sender",
        factories.value("Maria Ruiz", confidence=confidence),
        factories.value("Head of Procurement", confidence=confidence),
        email=factories.value("maria.ruiz@betasoloin.example", confidence=confidence),
    )
    found = factories.found(contacts=(person,), opportunity=None, next_actions=())
    return factories.proposals(found, **columns)["contact"]


def new_title(title: str = "Plant Manager", confidence: float = 0.95) -> Proposal:
    """A message that proposes another title for the contact of `lone`, which is in the CRM by now."""
    text = factories.TEXT.replace("Head of Procurement", title)
    person = factories.types.Contact(
        "sender",
        factories.value("Maria Ruiz", text=text, confidence=confidence),
        factories.value(title, text=text, confidence=confidence),
        email=factories.value("maria.ruiz@betasoloin.example", text=text, confidence=confidence),
    )
    found = factories.found(contacts=(person,), opportunity=None, next_actions=())
    return factories.proposals(found, text=text)["contact"]


def in_crm(user: User) -> Proposal:
    """The contact, approved and written."""
    row = lone()
    PolicyCheck.objects.filter(proposal=row).delete()
    proposals.approve(user=user, proposal=row)
    factories.deliver_all()
    return row


def work_off() -> list[CheckState]:
    """Works off all that waits, as the drain does."""
    states = []
    while rows := applying.work.claim(tasks.waiting(), limit=10, seconds=60):
        states += [applying.settle(row=row) for row in rows]
    return states


def codes(proposal: Proposal) -> set[str]:
    """Why a proposal was left to a person."""
    return {one["code"] for one in PolicyCheck.objects.get(proposal=proposal, task="apply").blockers}
