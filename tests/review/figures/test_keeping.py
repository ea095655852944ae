"""Days that are over are kept as they were counted, and say what the rows say, whatever happens to those afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import override_settings
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services as proposals
from crmllm.proposals.models import Decision, Outcome, Proposal
from review.figures import gathering, selectors, services, tasks
from review.figures.asked import Asked
from review.figures.models import CountedDay, FieldCount, PaceCount, Touched
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def found(user: User, **asked: str) -> dict[str, Any]:
    return asdict(selectors.figures(user, Asked.of(asked)))


def settled() -> None:
    """Time has passed since the last change."""
    Touched.objects.update(marked_at=timezone.now() - timedelta(days=1))


@pytest.fixture
def past(reviewer: User, make_user: Callable[..., User]) -> dict[str, Proposal]:
    """Two messages of the day before yesterday, and one of today, decided by two people and a policy."""
    other = make_user("olaf", Role.REVIEWER)
    for number in range(3):
        made = factories.proposals() if not number else {}
        row = factories.next_action(number)
        proposals.approve(user=other, proposal=row.proposals.get(), milliseconds=900 + number)
        if number == 0:
            title = made["contact"].changes.get(field="title")
            proposals.approve(user=reviewer, proposal=made["account"], milliseconds=2000)
            proposals.approve(user=reviewer, proposal=made["contact"], edits={str(title.pk): "Buyer"}, milliseconds=60)
            proposals.reject(user=other, proposal=made["opportunity"], reason="Wrong value", milliseconds=4000)
            first = made
    when = factories.days_ago(2)
    for model in (Proposal, Decision, Outcome):
        latest = model.objects.order_by("-pk").values_list("pk", flat=True)[:1]
        model.objects.exclude(pk__in=list(latest)).update(created_at=when)
    Decision.objects.filter(proposal=first["account"]).update(actor=None)
    Outcome.objects.filter(decision__actor=None).update(automatic=True)
    settled()
    return first


def test_what_is_kept_says_what_the_rows_say(admin: User, reviewer: User, past: dict[str, Proposal]) -> None:
    questions: list[dict[str, str]] = [{}, {"object": "contact"}, {"person": str(reviewer.pk)}]
    before = [found(admin, **asked) for asked in questions]
    assert services.keep() == 2, "the day before yesterday, and yesterday, on which nothing was done"
    assert PaceCount.objects.count() and FieldCount.objects.count()
    assert [found(admin, **asked) for asked in questions] == before
    assert found(reviewer)["total"]["decisions"] == 1
    assert services.keep() == 0


def test_what_is_kept_is_not_counted_again(admin: User, past: dict[str, Proposal]) -> None:
    services.keep()
    PaceCount.objects.update(edited=7)
    assert found(admin)["total"]["edited"] > 7


@pytest.mark.parametrize("change", ["undone", "moved", "decided late", "deadline", "gone", "corrected"])
def test_what_is_touched_later_is_counted_again(
    admin: User, reviewer: User, past: dict[str, Proposal], change: str
) -> None:
    services.keep()
    before = found(admin)
    contact = past["contact"]
    if change == "undone":
        proposals.undo(user=reviewer, proposal=contact)
    elif change == "moved":
        Decision.objects.filter(proposal=contact).update(created_at=factories.days_ago(1))
    elif change == "decided late":
        Decision.objects.create(proposal=contact, verdict="skip", created_at=factories.days_ago(2))
        Decision.objects.create(proposal=contact, verdict="edit", actor=reviewer, milliseconds=5,
                                created_at=factories.days_ago(2))  # fmt: skip
    elif change == "deadline":
        Interaction.objects.filter(pk=contact.interaction_id).update(due_at=factories.days_ago(9))
    elif change == "gone":
        Interaction.objects.filter(pk=contact.interaction_id).delete()
    else:
        Outcome.objects.filter(change__proposal=contact).update(judged="rejected")
    after = found(admin)
    assert after != before
    CountedDay.objects.all().delete()
    assert found(admin) == after, "exactly what counting everything gives"
    settled()
    services.keep()
    assert found(admin) == after


def test_a_day_that_was_touched_while_it_was_counted_is_in_doubt(admin: User, past: dict[str, Proposal]) -> None:
    services.keep()
    Touched.objects.create(at=factories.days_ago(2), marked_at=timezone.now() - timedelta(minutes=20))
    assert gathering.outdated().count() == 1
    PaceCount.objects.update(edited=7)
    assert found(admin)["total"]["edited"] == 1


def test_another_zone_has_other_days(admin: User, past: dict[str, Proposal]) -> None:
    services.keep()
    PaceCount.objects.update(edited=7)
    with override_settings(TIME_ZONE="Pacific/Kiritimati"), timezone.override("Pacific/Kiritimati"):
        assert found(admin)["total"]["edited"] == 1


def test_all_can_be_forgotten_and_counted_anew(admin: User, past: dict[str, Proposal]) -> None:
    before = found(admin)
    services.keep()
    PaceCount.objects.update(edited=7)
    run: Any = None
    assert tasks.recount(run) == "Days counted: 2." and found(admin) == before


def test_marks_are_forgotten_after_a_while(past: dict[str, Proposal]) -> None:
    services.keep()
    assert not Touched.objects.exists()
