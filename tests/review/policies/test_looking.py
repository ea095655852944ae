"""Blind looks at what was applied: labels, drift, corrections, and what can be taken back with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmllm.access.models import User
from crmllm.core.models import AuditEvent
from crmllm.crm import services as crm
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Contact
from crmllm.crm.services import Writer
from crmllm.notifications.models import Notification
from crmllm.proposals.models import Proposal
from crmllm.writeback.models import Writeback
from review.looks import services as looks
from review.looks.models import Look
from review.policies import services
from review.policies.choices import CheckState, Label, State
from review.policies.models import AutomatedValue, PolicyCheck, ReviewPolicy
from tests.review.policies.conftest import in_crm, lone, new_title, work_off
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

Make = Callable[..., ReviewPolicy]


def applied(proposal: Proposal) -> Proposal:
    """Applied without a person, and written."""
    assert work_off() == [CheckState.APPLIED]
    factories.deliver_all()
    proposal.refresh_from_db()
    return proposal


def look_at(user: User, verdict: str, **said: object) -> Look:
    given = looks.give(user=user)
    assert given is not None
    return looks.decide(user=user, look=given, verdict=verdict, **said)  # type: ignore[arg-type]


def title(proposal: Proposal) -> str | None:
    return Contact.objects.get(pk=proposal.target_id).title


def test_a_look_that_agrees_labels_the_values_right(policy: Make, looker: User) -> None:
    policy()
    proposal = applied(lone())
    look_at(looker, "approve")
    assert set(AutomatedValue.objects.values_list("label", flat=True)) == {Label.RIGHT}
    assert not PolicyCheck.objects.filter(task="correct").exists()
    assert title(proposal) == "Head of Procurement"


def test_what_a_look_edits_is_corrected_through_the_ordinary_doors(
    policy: Make, reviewer: User, looker: User, manager: User
) -> None:
    policy()
    in_crm(reviewer)
    proposal = applied(new_title())
    assert title(proposal) == "Plant Manager"
    change = proposal.changes.get(field="title")
    look_at(looker, "edit", edits={str(change.pk): "Head of Plant"})
    assert AutomatedValue.objects.get(change=change).label == Label.WRONG
    assert title(proposal) == "Plant Manager"  # a look writes nothing
    assert work_off() == [CheckState.CORRECTED]
    factories.deliver_all()
    assert title(proposal) == "Head of Plant"
    assert AuditEvent.objects.filter(action="proposal.approved", actor_id=looker.pk).count() == 1
    assert Notification.objects.filter(kind="policy", user=manager).count() == 1


def test_what_a_look_rejects_is_taken_back(policy: Make, reviewer: User, looker: User) -> None:
    policy()
    in_crm(reviewer)
    proposal = applied(new_title())
    look_at(looker, "reject", reason="Wrong value")
    assert work_off() == [CheckState.CORRECTED]
    factories.deliver_all()
    assert title(proposal) == "Head of Procurement"


def test_a_create_that_was_rejected_is_gone(policy: Make, looker: User) -> None:
    policy()
    proposal = applied(lone())
    look_at(looker, "reject", reason="Wrong person or company")
    assert work_off() == [CheckState.CORRECTED]
    factories.deliver_all()
    assert not Contact.objects.filter(pk=proposal.target_id, state="active").exists()


def test_what_somebody_changed_since_is_left_and_told(
    policy: Make, reviewer: User, looker: User, admin: User, manager: User
) -> None:
    policy()
    in_crm(reviewer)
    proposal = applied(new_title())
    record = Contact.objects.get(pk=proposal.target_id)
    crm.update_record(actor=admin, record=record, changes={"title": "CFO"}, writer=Writer(WriterKind.PERSON, admin.pk))
    look_at(looker, "reject", reason="Wrong value")
    assert work_off() == [CheckState.LEFT]
    factories.deliver_all()
    assert title(proposal) == "CFO"
    check = PolicyCheck.objects.get(task="correct")
    assert "Changed by somebody else since: Title" in check.blockers[0]["sentence"]
    assert Notification.objects.filter(kind="policy", user=manager).count() == 2


def test_rejecting_for_another_reason_says_nothing_of_the_value(policy: Make, looker: User) -> None:
    policy()
    applied(lone())
    look_at(looker, "reject", reason="Not worth recording")
    assert set(AutomatedValue.objects.values_list("label", flat=True)) == {Label.LEFT}


def test_a_verdict_that_is_taken_back_labels_and_corrects_nothing(policy: Make, looker: User) -> None:
    policy()
    proposal = applied(lone())
    look = look_at(looker, "reject", reason="Wrong value")
    looks.take_back(user=looker, look=look)
    assert set(AutomatedValue.objects.values_list("label", "labelled_at")) == {("", None)}
    assert work_off() == []
    assert title(proposal) == "Head of Procurement"


def test_correcting_twice_is_once(policy: Make, reviewer: User, looker: User) -> None:
    policy()
    in_crm(reviewer)
    applied(new_title())
    look_at(looker, "reject", reason="Wrong value")
    work_off()
    PolicyCheck.objects.filter(task="correct").update(state=CheckState.WAITING)
    assert work_off() == [CheckState.VOID]
    assert Writeback.objects.exclude(undoes=None).count() == 1


def test_wrong_values_in_a_row_make_the_policy_fall_back_at_once(policy: Make, looker: User, manager: User) -> None:
    row = policy()
    for number in range(2):
        Proposal.objects.filter(state="approved").update(identity=None)
        applied(lone(title=f"message {number}"))
        look_at(looker, "reject", reason="Wrong value")
        work_off()
        factories.deliver_all()
    row.refresh_from_db()
    assert row.state == State.FALLEN and "2 of 2 looks since found something wrong" in row.reason
    assert Notification.objects.filter(kind="policy", user=manager, sentence__contains="fallen back").count() == 1
    later = lone()
    assert work_off() == []  # nothing is awake that would decide on it
    assert Proposal.objects.get(pk=later.pk).state == "pending"


def test_looks_at_peoples_own_decisions_say_nothing_of_policies(policy: Make, reviewer: User, looker: User) -> None:
    policy()
    proposal = in_crm(reviewer)
    looks.request(proposal=proposal, why=looks.Why.SECOND)
    look_at(looker, "reject", reason="Wrong value")
    assert work_off() == []


def test_labels_count_from_the_last_start_on(policy: Make, looker: User, manager: User) -> None:
    row = policy()
    applied(lone())
    look_at(looker, "approve")
    row.refresh_from_db()
    assert services.watched(row).labels == 1
    services.move(user=manager, policy=row, state=State.SHADOW)
    row = services.move(user=manager, policy=row, state=State.ON)
    assert services.watched(row).labels == 0
