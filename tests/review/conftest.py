"""Messages with proposals, as the review sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from crmllm.ingestion.models import Interaction
from crmllm.proposals.models import Proposal
from tests.support import factories


@pytest.fixture
def message() -> Callable[..., Interaction]:
    """Makes a message with one proposal; the number tells the minute at which it came."""
    return factories.next_action


@pytest.fixture
def deal() -> dict[str, Proposal]:
    """A message that makes an account, a contact, an opportunity and a next action of it."""
    return factories.proposals()


def only(row: Interaction) -> Proposal:
    """The one proposal of a message."""
    return row.proposals.get()


def address(row: Interaction | Proposal, door: str = "") -> str:
    """The address of a card, or of a decision on a proposal."""
    middle = "proposals/" if isinstance(row, Proposal) else ""
    return f"/review/{middle}{row.pk}/{door + '/' if door else ''}"


def decide(client: Client, row: Interaction | Proposal, door: str, query: str = "", **values: str) -> HttpResponse:
    """Presses a button as HTMX does."""
    answer: Any = client.post(address(row, door) + query, values, headers={"HX-Request": "true"})
    return answer


def shown(answer: Any) -> dict[str, Any]:
    """The card that an answer shows."""
    found: dict[str, Any] = answer.context["card"]
    return found


def current(answer: Any) -> list[str]:
    """The titles of the proposals in focus."""
    return [one["title"] for one in shown(answer)["proposals"] if one["current"]]
