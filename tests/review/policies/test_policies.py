"""Making policies and moving them between states; derivations at their fixed sizes; pools; falling back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from crmllm.access.models import User
from crmllm.core.errors import BadInput, Conflict, Forbidden
from crmllm.core.models import AuditEvent
from crmllm.crm.choices import Object
from crmllm.notifications.models import Notification
from crmllm.proposals.models import Outcome
from review.policies import drift, evidence, services, tasks
from review.policies.choices import Came, State
from review.policies.models import AutomatedValue, ReviewPolicy
from review.policies.pools import pool_of, pools
from tests.review.policies.conftest import lone, work_off

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

Make = Callable[..., ReviewPolicy]
Decide = Callable[..., None]


def test_a_policy_is_made_off_with_its_first_threshold(manager: User, decisions: Decide) -> None:
    decisions()
    row = services.create(user=manager, object_name="contact", field="title", one_in=200)
    assert (row.state, row.fit.decisions if row.fit else 0, row.fit.threshold if row.fit else 0) == ("off", 598, 0.9)
    assert AuditEvent.objects.filter(action__in=["policy.created", "policy.derived"]).count() == 2


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"object_name": "spaceship"}, "object"),
        ({"object_name": "contact", "field": "wings"}, "field"),
        ({"object_name": "opportunity", "field": "amount"}, "field"),
        ({"object_name": "contact", "one_in": 3}, "one_in"),
        ({"object_name": "contact", "confidence": 0.5}, "confidence"),
        ({"object_name": "contact", "sample_share": 0.0}, "sample_share"),
    ],
)
def test_what_makes_no_sense_is_refused(manager: User, asked: dict[str, object], wrong: str) -> None:
    with pytest.raises(BadInput) as refusal:
        services.create(user=manager, **asked)  # type: ignore[arg-type]
    assert wrong in refusal.value.fields


def test_only_those_who_may_make_and_move(reviewer: User, auditor: User, policy: Make) -> None:
    row = policy(State.OFF)
    for user in (reviewer, auditor):
        with pytest.raises(Forbidden):
            services.create(user=user, object_name="contact")
        with pytest.raises(Forbidden):
            services.move(user=user, policy=row, state=State.SHADOW)


@pytest.mark.parametrize(
    ("here", "there"),
    [(State.OFF, State.ON), (State.OFF, State.OFF), (State.ON, State.ON), (State.SHADOW, State.SHADOW)],
)
def test_moves_that_are_none_are_refused(policy: Make, manager: User, here: State, there: State) -> None:
    with pytest.raises(Conflict):
        services.move(user=manager, policy=policy(here), state=there)


def test_each_move_is_in_the_audit_trail(policy: Make, manager: User) -> None:
    row = policy(State.ON)
    services.move(user=manager, policy=row, state=State.SHADOW)
    services.move(user=manager, policy=row, state=State.OFF)
    for action in ("policy.shadow", "policy.on", "policy.off"):
        assert AuditEvent.objects.filter(action=action, subject_id=row.pk, actor_id=manager.pk).exists()
    row.refresh_from_db()
    assert row.on_since is None


def test_without_a_threshold_it_cannot_be_on(manager: User, decisions: Decide) -> None:
    decisions(count=597)
    row = services.create(user=manager, object_name="contact", one_in=200)
    assert row.fit is None
    row = services.move(user=manager, policy=row, state=State.SHADOW)
    with pytest.raises(Conflict) as refusal:
        services.move(user=manager, policy=row, state=State.ON)
    assert refusal.value.code == "not_proven"


def test_two_policies_for_the_same_are_not_awake_together(policy: Make, manager: User) -> None:
    policy(State.SHADOW)
    second = services.create(user=manager, object_name="contact", one_in=100)
    with pytest.raises(Conflict):
        services.move(user=manager, policy=second, state=State.SHADOW)


# --- derivations


def test_derivations_come_at_fixed_sizes_on_exactly_so_many(manager: User, decisions: Decide) -> None:
    decisions(count=598, since=timezone.now() - timedelta(days=9))
    row = services.create(user=manager, object_name="contact", one_in=200)
    decisions(count=597)
    assert tasks.derive() == ""
    decisions(count=5, since=timezone.now() - timedelta(hours=1))
    assert tasks.derive() == "1 thresholds were derived anew."
    assert list(row.fits.values_list("number", "decisions")) == [(2, 1196), (1, 598)]
    assert tasks.derive() == ""


def test_a_derivation_that_proves_nothing_new_leaves_the_threshold(manager: User, decisions: Decide) -> None:
    decisions(count=598, since=timezone.now() - timedelta(days=9))
    row = services.create(user=manager, object_name="contact", one_in=200)
    decisions(count=598, wrong=4)  # 4 of 1196: not proven, not contradicted
    tasks.derive()
    row.refresh_from_db()
    assert list(row.fits.values_list("came", flat=True)) == [Came.KEPT, Came.PROVEN]
    assert row.fit is not None and row.fit.number == 1


def test_decisions_that_contradict_it_make_it_fall_back(policy: Make, decisions: Decide, manager: User) -> None:
    row = policy(State.ON)
    decisions(count=600, wrong=20)
    tasks.derive()
    row.refresh_from_db()
    assert (row.state, row.fit, row.fits.first().came) == ("fallen", None, "contradicted")  # type: ignore[union-attr]
    assert Notification.objects.filter(kind="policy", user=manager).count() == 1
    assert AuditEvent.objects.filter(action="policy.fallen").count() == 1
    with pytest.raises(Conflict):
        services.move(user=manager, policy=row, state=State.ON)


def test_after_a_fall_back_only_what_is_decided_since_counts(policy: Make, decisions: Decide, manager: User) -> None:
    row = policy(State.ON)
    services.fall_back(policy=row, reason="Too much was wrong.")
    tasks.derive()
    row.refresh_from_db()
    assert row.fit is None
    decisions(since=timezone.now() + timedelta(seconds=1))
    tasks.derive()
    row.refresh_from_db()
    assert row.fit is not None
    assert services.move(user=manager, policy=row, state=State.ON).on_since is not None


def test_falling_back_twice_is_once(policy: Make) -> None:
    row = policy(State.ON)
    services.fall_back(policy=row, reason="Too much was wrong.")
    services.fall_back(policy=row, reason="Again.")
    row.refresh_from_db()
    assert row.reason == "Too much was wrong."


# --- what counts, and for whom


def test_a_policys_own_approvals_and_what_was_taken_back_do_not_count(decisions: Decide, manager: User) -> None:
    decisions(automatic=True)
    decisions(undone=True)
    decisions(count=10)
    row = services.create(user=manager, object_name="contact", field="title")
    (own, *_wider) = pools(row)
    assert evidence.count(own, None) == 10 == len(evidence.collect(own, None))


def test_what_was_applied_counts_by_its_look(policy: Make) -> None:
    row = policy(State.ON)
    lone()
    work_off()
    before = evidence.count(pool_of(row, 0), None)
    AutomatedValue.objects.update(label="wrong", labelled_at=timezone.now())
    Outcome.objects.filter(automatic=True).update(automatic=False)  # as a correction would say it again
    found = evidence.collect(pool_of(row, 0), None)
    assert len(found) == before + 1 and found.wrong[-1]


def test_of_one_decision_one_value_counts_whatever_was_said_of_it(reviewer: User) -> None:
    from crmllm.proposals import services as proposals

    proposal = lone()
    proposals.approve(user=reviewer, proposal=proposal)
    found = Outcome.objects.filter(change__proposal=proposal)
    wide = ReviewPolicy(object="contact")
    assert found.count() == 3 and evidence.count(pools(wide)[0], None) == 1
    drawn = min(found, key=lambda one: one.change_id.int % 2**62)
    drawn.judged = "rejected"
    drawn.save()
    assert evidence.collect(pools(wide)[0], None).wrong.tolist() == [True]
    found.update(judged="rejected")
    found.filter(pk=drawn.pk).update(judged="kept")
    assert evidence.collect(pools(wide)[0], None).wrong.tolist() == [False]


def test_parts_that_decide_without_looking_are_left_out(decisions: Decide, manager: User) -> None:
    from django.db.models import Q

    decisions(count=10)
    row = services.create(user=manager, object_name="contact")
    evidence.unlooked.add("test", Q(source="rule"))
    try:
        assert evidence.count(pools(row)[0], None) == 0
    finally:
        del evidence.unlooked._entries["test"]


def test_pools_widen_by_a_stated_rule(manager: User, decisions: Decide) -> None:
    row = services.create(user=manager, object_name="contact", field="title", source="model")
    found = pools(row)
    assert [one.level for one in found] == [0, 1, 2, 3]
    assert found[0].fields == found[1].fields == {"contact.title"} and found[1].source == ""
    assert "contact.title" in found[2].fields and {name.split(".")[0] for name in found[2].fields} == {"contact"}
    assert {name.split(".")[0] for name in found[3].fields} <= set(Object.values)
    assert all(one.fields <= two.fields for one, two in pairwise(found))
    assert not any("amount" in name for name in found[3].fields)
    decisions(count=300, source="model")
    decisions(count=300, source="rule")
    services.derive_all()
    fit = row.fits.get()
    assert (fit.pool, fit.decisions) == (1, 598)


def test_the_narrowest_pool_that_has_enough_is_used(manager: User, decisions: Decide) -> None:
    decisions("account.city", count=700)
    row = services.create(user=manager, object_name="contact", field="title")
    assert row.fit is not None and row.fit.pool == 3
    decisions("contact.title", count=600)
    services.derive_all()
    row.refresh_from_db()
    assert row.fit is not None and row.fit.pool == 0


def test_a_shift_of_confidences_is_told_once(policy: Make, manager: User) -> None:
    row = policy(State.ON)
    for number in range(40):
        lone(confidence=0.35, title=f"message {number}")
    assert (services.note_shift(policy=row) or 0) > drift.SHIFTED
    services.note_shift(policy=row)
    assert Notification.objects.filter(kind="policy", user=manager).count() == 1
