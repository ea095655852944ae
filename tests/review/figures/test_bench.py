"""What the Figures page is measured on is a database like any other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmllm.access.models import User
from crmllm.proposals import services
from crmllm.proposals.models import Decision, Outcome
from review.figures import sql
from review.figures.asked import Asked
from review.figures.selectors import figures
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def test_every_approved_proposal_gets_one_decision(make_user: Callable[..., User], admin: User) -> None:
    people = [make_user(name) for name in ("ann", "ben")]
    made = factories.proposals()
    for one in made.values():
        services.approve(user=people[0], proposal=one)
    Decision.objects.all().delete()
    assert sql.decide_all([one.pk for one in people]) == 4
    assert sql.decide_all([one.pk for one in people]) == 0
    assert Outcome.objects.count() == 4
    assert figures(admin, Asked.of({})).total.decisions == Decision.objects.exclude(actor=None).count()
