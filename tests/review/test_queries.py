"""A fixed number of queries, however long the queue is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmllm.ingestion.models import Interaction
from crmllm.proposals.models import Proposal
from tests.review.conftest import address, decide, only

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_queue_and_its_card_cost_the_same_for_one_and_for_thirty(
    page: Client, message: Callable[..., Interaction]
) -> None:
    message(0)
    page.get("/review/")
    few = queries(page, "/review/")
    for minute in range(1, 30):
        message(minute)
    page.get("/review/")
    assert queries(page, "/review/") <= few <= 34


def test_a_card_costs_no_more_for_more_proposals_of_a_kind(page: Client, deal: dict[str, Proposal]) -> None:
    url = address(deal["activity"].interaction)
    page.get(url)
    before = queries(page, url)
    for _ in range(5):
        again = Proposal.objects.get(pk=deal["activity"].pk)
        again.pk, again.target_id = None, Proposal._meta.get_field("target_id").get_default()
        again.id = Proposal._meta.get_field("id").get_default()
        again._state.adding = True
        again.save()
    assert queries(page, url) == before


def test_a_decision_costs_the_same_among_thirty(page: Client, message: Callable[..., Interaction]) -> None:
    first, second = message(50), message(49)
    decide(page, only(first), "approve")
    for minute in range(28):
        message(minute)
    with CaptureQueriesContext(connection) as among_many:
        decide(page, only(second), "approve")
    assert len(among_many) <= 90
