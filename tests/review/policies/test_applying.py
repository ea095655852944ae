"""What policies do with proposals: apply, hold with reasons, say what they would do; crash, twice, at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from crmllm.access.models import User
from crmllm.core.errors import Conflict
from crmllm.core.models import AuditEvent
from crmllm.core.work import LeaseLost, claim
from crmllm.crm.models import Contact
from crmllm.crm.selectors import forget_fields
from crmllm.jobs.models import StageWake
from crmllm.proposals import services as proposals
from crmllm.proposals.models import Decision, Outcome, Proposal
from crmllm.writeback.models import Writeback
from review.looks.models import Look
from review.policies import applying, services, tasks
from review.policies.choices import CheckState, State
from review.policies.models import AutomatedValue, PolicyCheck, ReviewPolicy
from tests.review.policies.conftest import codes, in_crm, lone, new_title, work_off
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

Make = Callable[..., ReviewPolicy]


def test_what_a_policy_vouches_for_is_applied_without_a_person(policy: Make) -> None:
    row = policy()
    proposal = lone()
    assert StageWake.objects.filter(stage="automate").exists() or PolicyCheck.objects.count() == 1
    assert work_off() == [CheckState.APPLIED]
    decision = Decision.objects.get(proposal=proposal)
    assert (decision.actor, decision.verdict) == (None, "approve")
    assert set(Outcome.objects.filter(decision=decision).values_list("automatic", flat=True)) == {True}
    assert AuditEvent.objects.filter(action="proposal.approved", actor_kind="system").count() == 1
    values = AutomatedValue.objects.filter(proposal=proposal)
    assert {(one.field, one.policy, one.fit, one.paper) for one in values} == {
        (f"contact.{name}", row, row.fit, False) for name in ("name", "title", "email")
    }
    factories.deliver_all()
    assert Contact.objects.get(pk=proposal.target_id).title == "Head of Procurement"


def test_the_first_ones_are_all_looked_at_and_of_the_rest_a_share(policy: Make) -> None:
    row = policy()
    ReviewPolicy.objects.update(first_looks=6, most_waiting=1000, sample_share=0.2)
    for number in range(12):
        lone(title=f"message {number}")
        Proposal.objects.filter(state="pending").exclude(policy_checks__state="waiting").update(state="superseded")
        work_off()
        Proposal.objects.filter(state="approved").update(state="superseded", identity=None)
    sampled = list(AutomatedValue.objects.filter(policy=row).order_by("id").values_list("sampled", flat=True))
    assert sampled[:6] == [True] * 6 and sampled[6:].count(False) > 0
    looks = Look.objects.filter(subject_id=row.pk, why="sample")
    assert looks.count() == len({one.proposal_id for one in AutomatedValue.objects.filter(sampled=True)})


def test_without_a_policy_nothing_is_put_on_the_list(policy: Make) -> None:
    policy(State.OFF)
    lone()
    assert not PolicyCheck.objects.exists()


def test_on_paper_it_says_what_it_would_do_and_does_nothing(policy: Make) -> None:
    policy(State.SHADOW)
    proposal = lone()
    assert work_off() == [CheckState.PAPER]
    assert Proposal.objects.get(pk=proposal.pk).state == "pending"
    assert set(AutomatedValue.objects.values_list("paper", "sampled")) == {(True, False)}
    assert not Look.objects.exists()


def test_one_value_below_the_threshold_holds_all_and_says_so(policy: Make) -> None:
    policy()
    proposal = lone(confidence=0.7)
    assert work_off() == [CheckState.HELD]
    assert codes(proposal) == {"below"}
    blockers = PolicyCheck.objects.get(proposal=proposal).blockers
    assert "“Title” is not sure enough: 0.700, where 0.900 is needed." in {one["sentence"] for one in blockers}
    assert Proposal.objects.get(pk=proposal.pk).state == "pending"


def test_a_value_that_no_policy_covers_holds_all(policy: Make) -> None:
    policy(field="title")
    proposal = lone()
    assert work_off() == [CheckState.HELD]
    assert codes(proposal) == {"no_policy"}


def test_the_policy_that_names_more_speaks(policy: Make, manager: User, decisions: Callable[..., None]) -> None:
    policy()
    strict = services.create(user=manager, object_name="contact", field="title", one_in=10_000)
    services.move(user=manager, policy=strict, state=State.SHADOW)
    proposal = lone()
    assert work_off() == [CheckState.HELD]
    assert codes(proposal) == {"not_proven"}


def test_a_field_of_high_risk_is_never_applied(policy: Make) -> None:
    from crmllm.crm.models import FieldDef

    policy()
    FieldDef.objects.filter(object="contact", name="title").update(risk="high")
    forget_fields()
    proposal = lone()
    assert work_off() == [CheckState.HELD]
    assert "high_risk" in codes(proposal)


def test_a_warning_wins_over_any_policy(policy: Make) -> None:
    policy()
    proposal = lone()
    change = proposal.changes.get(field="title")
    change.checks = [{"code": "format", "message": "“Title” looks odd.", "blocking": False}]
    change.save()
    assert work_off() == [CheckState.HELD]
    assert codes(proposal) == {"check"}


def test_doubt_which_record_is_meant_holds_it(policy: Make) -> None:
    policy()
    proposal = lone()
    proposal.match = proposal.match | {"others": ["somebody else"]}
    proposal.save()
    assert work_off() == [CheckState.HELD]
    assert codes(proposal) == {"identity"}


def test_what_somebody_has_opened_is_theirs(policy: Make, reviewer: User) -> None:
    policy()
    proposal = lone()
    proposals.claim(user=reviewer, interaction=proposal.interaction)
    assert work_off() == [CheckState.HELD]
    assert codes(proposal) == {"claimed"}
    assert Proposal.objects.get(pk=proposal.pk).state == "claimed"


def test_what_was_decided_meanwhile_is_left(policy: Make, reviewer: User) -> None:
    policy()
    proposal = lone()
    proposals.approve(user=reviewer, proposal=proposal)
    assert work_off() == [CheckState.VOID]
    assert Writeback.objects.count() == 1


def test_a_crm_that_moved_is_seen_and_marked(policy: Make, reviewer: User, admin: User) -> None:
    from crmllm.crm import services as crm
    from crmllm.crm.choices import WriterKind
    from crmllm.crm.services import Writer

    policy()
    made = in_crm(reviewer)
    proposal = new_title()
    record = Contact.objects.get(pk=made.target_id)
    crm.update_record(actor=admin, record=record, changes={"title": "CFO"}, writer=Writer(WriterKind.PERSON, admin.pk))
    assert work_off() == [CheckState.HELD]
    assert codes(proposal) == {"moved"}
    change = proposal.changes.get(field="title")
    assert (change.old.open(), change.checks[0]["code"]) == ("CFO", "conflict")


def test_a_policy_that_was_switched_off_in_between_is_respected(policy: Make, manager: User) -> None:
    row = policy()
    proposal = lone()
    services.move(user=manager, policy=row, state=State.OFF)
    assert work_off() == [CheckState.HELD]
    assert codes(proposal) == {"no_policy"}


def test_with_too_many_looks_waiting_nothing_more_is_applied(policy: Make) -> None:
    policy()
    ReviewPolicy.objects.update(most_waiting=1)
    lone()
    assert work_off() == [CheckState.APPLIED]
    later = lone()
    Proposal.objects.filter(pk=later.pk).update(identity=None)
    later.refresh_from_db()
    assert work_off() == [CheckState.HELD]
    assert "looks" in codes(later)


def test_a_parent_that_waits_for_a_person_holds_its_children(policy: Make) -> None:
    policy()
    made = factories.proposals()
    work_off()
    assert codes(made["account"]) == {"no_policy"}
    assert "blocked" in codes(made["contact"])


def test_a_second_time_changes_nothing(policy: Make) -> None:
    policy()
    lone()
    (row,) = claim(tasks.waiting(), limit=1, seconds=60)
    applying.settle(row=row)
    with pytest.raises(LeaseLost):
        applying.settle(row=row)
    PolicyCheck.objects.update(state=CheckState.WAITING)
    assert work_off() == [CheckState.VOID]
    assert Writeback.objects.count() == 1 and AutomatedValue.objects.count() == 3


def test_a_kill_in_the_middle_leaves_nothing_half_done(policy: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    policy()
    proposal = lone()

    def dies(**asked: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(applying.looks, "request", dies)
        with pytest.raises(SystemExit):
            work_off()
    assert not Writeback.objects.exists() and not AutomatedValue.objects.exists()
    PolicyCheck.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert work_off() == [CheckState.APPLIED]
    assert Decision.objects.filter(proposal=proposal).count() == 1


def test_what_fails_is_tried_again_then_shown_and_settled_by_a_person(
    policy: Make, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy()
    lone()

    def refuses(*asked: Any, **more: Any) -> None:
        raise Conflict("No.")

    with monkeypatch.context() as patch:
        patch.setattr(applying.deciding, "judge", refuses)
        for _ in range(tasks.TRIES):
            PolicyCheck.objects.update(next_attempt_at=timezone.now())
            (row,) = claim(tasks.waiting(), limit=1, seconds=60)
            assert tasks._settle(row)
    check = PolicyCheck.objects.get()
    assert (check.state, check.error_message) == ("failed", "No.")
    applying.retry(actor=admin, pk=check.pk)
    assert work_off() == [CheckState.APPLIED]
    with pytest.raises(Conflict):
        applying.cancel(actor=admin, pk=check.pk)


def test_apply_refuses_what_needs_a_person(reviewer: User) -> None:
    made = factories.proposals()
    opportunity = made["opportunity"]
    with pytest.raises(Conflict) as refusal:
        proposals.apply(actor=services.POLICY, proposal=opportunity)
    assert refusal.value.code == "needs_person"
    proposals.approve(user=reviewer, proposal=made["account"])
    with pytest.raises(Conflict) as refusal:
        proposals.apply(actor=services.POLICY, proposal=made["account"])
    assert refusal.value.code == "decided"


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_two_drains_at_once_apply_each_once(policy: Make) -> None:
    policy()
    ReviewPolicy.objects.update(most_waiting=1000)
    for number in range(8):
        one = lone(title=f"message {number}")
        Proposal.objects.filter(pk=one.pk).update(identity=None)

    def drain() -> None:
        try:
            work_off()
        finally:
            connection.close()

    drains = [threading.Thread(target=drain) for _ in range(2)]
    for one in drains:
        one.start()
    for one in drains:
        one.join()
    assert set(PolicyCheck.objects.values_list("state", flat=True)) == {"applied"}
    assert Writeback.objects.count() == 8 and AutomatedValue.objects.count() == 24
