"""Decided messages, and looks at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.proposals import services as proposals
from crmllm.proposals.models import Proposal
from review.looks import services
from review.looks.choices import Why
from review.looks.models import Look
from tests.support import factories


@pytest.fixture
def first(make_user: Callable[..., User]) -> User:
    """Who decided first."""
    return make_user("frida", Role.REVIEWER)


@pytest.fixture
def manager(make_user: Callable[..., User]) -> User:
    return make_user("mona", Role.MANAGER)


@pytest.fixture
def decided(first: User) -> Callable[..., Proposal]:
    """A message with one proposal that was approved, edited or rejected."""

    def make(verdict: str = "approve", **columns: Any) -> Proposal:
        row = lone(**columns)
        if verdict == "reject":
            proposals.reject(user=first, proposal=row, reason="Wrong value")
        else:
            title = row.changes.get(field="title")
            edits = {str(title.pk): "Plant Manager"} if verdict == "edit" else {}
            proposals.approve(user=first, proposal=row, edits=edits, milliseconds=4000)
        row.refresh_from_db()
        return row

    return make


def lone(**columns: Any) -> Proposal:
    """A message that proposes one contact, whose company is not in it."""
    person = factories.types.Contact(
        "sender",
        factories.value("Maria Ruiz"),
        factories.value("Head of Procurement"),
        email=factories.value("maria.ruiz@betasoloin.example"),
        phone=factories.value("+49 30 901820", "+4930901820"),
    )
    made = factories.proposals(factories.found(contacts=(person,), opportunity=None, next_actions=()), **columns)
    return made["contact"]


def given(user: User, row: Proposal, why: Why = Why.SECOND) -> Look:
    """A look at a proposal that lies in a person's queue."""
    services.request(proposal=row, why=why)
    found = services.give(user=user)
    assert found is not None and found.proposal_id == row.pk
    return found
