"""Blind looks and review figures of a few busy days, for the pages that show them."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.proposals import services
from crmllm.proposals.choices import Verdict
from crmllm.proposals.models import Decision, Proposal
from review.looks import services as looks
from review.looks.choices import Why
from review.looks.models import Look
from tests.support import factories

TEXT = "Hello,\n\nplease call me on Thursday, line {number}.\n\nBest regards\nMaria Ruiz\n"


def build(reviewer: User) -> dict[str, str]:
    """Two people who decided, agree mostly, and once do not; the addresses of the pages."""
    first = User.objects.create_user("frida", role=Role.REVIEWER, first_name="Frida", last_name="Lund")
    for number in range(14):
        row = _decided(first, number)
        look = looks.request(proposal=row, why=Why.SECOND)
        given = looks.give(user=reviewer)
        assert given == look
        verdict = Verdict.REJECT if number == 3 else Verdict.APPROVE
        looks.decide(user=reviewer, look=look, verdict=verdict, milliseconds=3000 + 100 * number)
    yesterday = timezone.now() - timedelta(days=1)
    Look.objects.filter(decision__actor=first).update(decided_at=yesterday)
    for number, row in enumerate(Decision.objects.filter(actor=first)):
        Decision.objects.filter(pk=row.pk).update(created_at=yesterday - timedelta(hours=7 * number))
    disputed = Look.objects.get(agreed=False)
    return {
        "review figures": reverse("review-figures"),
        "review figures of another time": reverse("review-figures") + "?from=2020-01-01&to=2020-02-01",
        "blind looks": reverse("guards:index"),
        "a disagreement": reverse("guards:disagreement", args=[disputed.pk]),
    }


def _decided(first: User, number: int) -> Proposal:
    text = TEXT.format(number=number)
    action = factories.types.NextAction(factories.value("call me on Thursday", text=text))
    found = factories.found(contacts=(), opportunity=None, next_actions=(action,))
    row = factories.proposals(found, text=text, title=f"Call {number}")["activity"]
    services.approve(user=first, proposal=row, milliseconds=2500 + 300 * number)
    return row
