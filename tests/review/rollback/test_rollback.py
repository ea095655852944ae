"""Taking back everything of a kind: dry run, order, what somebody changed since, stops, kills, the second time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crmllm.access.models import User
from crmllm.core.crypto import drop_keys
from crmllm.core.errors import Conflict, Forbidden, NotFound
from crmllm.core.models import AuditEvent
from crmllm.core.work import LeaseLost, claim
from crmllm.crm import services as crm
from crmllm.crm.choices import RecordState, WriterKind
from crmllm.crm.models import Account, Contact, model_for
from crmllm.crm.services import Writer
from crmllm.llm.models import ModelVersion
from crmllm.notifications.models import Notification
from crmllm.proposals import services as proposals
from crmllm.proposals.models import Proposal
from crmllm.proposals.undoing import undo_plain
from crmllm.writeback.models import Writeback
from review.policies.models import AutomatedValue, ReviewPolicy
from review.rollback import bench, services, subjects, tasks
from review.rollback.choices import Result, State, Subject
from review.rollback.models import Rollback
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def policy() -> ReviewPolicy:
    return ReviewPolicy.objects.create(object="contact", field="title", one_in=200)


@pytest.fixture
def deal(admin: User) -> dict[str, Proposal]:
    """A message whose four proposals were approved and written."""
    made = factories.proposals()
    for proposal in made.values():
        proposals.approve(user=admin, proposal=proposal)
    factories.deliver_all()
    return made


def work_off(row: Rollback) -> Rollback:
    """As the drain does."""
    (held,) = claim(Rollback.objects.filter(pk=row.pk, state=State.RUNNING), limit=1, seconds=60)
    while services.advance(held):
        pass
    row.refresh_from_db()
    return row


def results(row: Rollback) -> list[str]:
    return list(row.items.values_list("result", flat=True))


def titles(contacts: list[UUID]) -> list[str]:
    found = dict(Contact.objects.filter(pk__in=contacts).values_list("pk", "title"))
    return [found[pk] for pk in contacts]


def by_hand(user: User, pk: UUID, **changes: str) -> None:
    record = Contact.objects.get(pk=pk)
    crm.update_record(actor=user, record=record, changes=changes, writer=Writer(WriterKind.PERSON, user.pk))


# --- a policy


def test_the_dry_run_lists_all_newest_first_and_writes_nothing(policy: ReviewPolicy, admin: User) -> None:
    contacts = bench.write(policy, 5)
    writes = Writeback.objects.count()
    row = services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    assert (row.state, results(row)) == ("planned", ["ready"] * 5)
    targets = [item.proposal.target_id for item in row.items.select_related("proposal") if item.proposal]
    assert targets == contacts[::-1]
    assert (Writeback.objects.count(), titles(contacts)) == (writes, [bench.WRITTEN] * 5)


def test_every_record_holds_its_before_image_or_is_listed(policy: ReviewPolicy, admin: User) -> None:
    contacts = bench.write(policy, 60)
    by_hand(admin, contacts[7], title="CFO")
    row = services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    conflict = row.items.get(result=Result.CONFLICT)
    assert conflict.proposal is not None
    assert (conflict.proposal.target_id, conflict.why) == (contacts[7], "Changed by somebody else since: Title.")
    by_hand(admin, contacts[9], title="CTO")  # after the dry run
    row = work_off(services.start(user=admin, rollback=row))
    factories.deliver_all()
    held = titles(contacts)
    assert (held[7], held[9]) == ("CFO", "CTO")
    assert {one for place, one in enumerate(held) if place not in (7, 9)} == {bench.BEFORE}
    assert (row.state, results(row).count("taken_back"), results(row).count("stayed")) == ("done", 58, 1)
    assert set(Proposal.objects.values_list("state", flat=True)) == {"undone", "approved"}
    assert Notification.objects.filter(kind="rollback", user=admin, sentence__endswith="2 stay as they are.").exists()
    assert AuditEvent.objects.filter(action="proposal.undone").count() == 58


def test_what_a_crm_refuses_at_the_end_is_listed_too(policy: ReviewPolicy, admin: User) -> None:
    (contact,) = bench.write(policy, 1)
    row = services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    work_off(services.start(user=admin, rollback=row))
    by_hand(admin, contact, title="CFO")  # between undo and sending
    factories.deliver_all()
    item = row.items.get()
    assert (item.result, titles([contact])) == ("stayed", ["CFO"])
    assert "changed in the CRM in the meantime" in item.why
    assert Proposal.objects.get(pk=item.proposal_id).state == "approved"


def test_only_what_was_applied_since_and_only_of_a_field(policy: ReviewPolicy, admin: User) -> None:
    bench.write(policy, 4)
    middle = AutomatedValue.objects.order_by("created_at")[1].created_at
    for scope, count in (
        ({"since": middle.isoformat()}, 2),
        ({"field": "contact.title", "source": "rule"}, 4),
        ({"field": "contact.name"}, 0),
        ({"model": "another"}, 0),
    ):
        row = services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk, scope=scope)
        assert row.items.count() == count, scope


def test_what_was_built_on_a_change_stands_in_the_way_unless_it_goes_too(policy: ReviewPolicy, admin: User) -> None:
    (contact,) = bench.write(policy, 1)
    first = Proposal.objects.get()
    later = Writeback.objects.get()
    later.pk, later.seq, later.proposal = None, 2, factories.next_action().proposals.get()
    later._state.adding = True
    later.id = bench.Writeback().id
    later.save()
    row = services.plan(user=admin, subject_type=Subject.CHANGE, subject_id=first.pk)
    assert (results(row), row.items.get().why) == (["conflict"], "A later approved change builds on this one.")
    assert contact == later.target_id
    AutomatedValue.objects.create(
        policy=policy, proposal=later.proposal, field="contact.title", source="rule", confidence=1
    )
    Proposal.objects.filter(pk=later.proposal_id).update(state="approved", decided_at=timezone.now())
    row = services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    assert results(row)[-1] == "ready"


def test_erased_content_cannot_be_put_back_and_is_listed(policy: ReviewPolicy, admin: User) -> None:
    bench.write(policy, 1)
    drop_keys([Proposal.objects.get().interaction.key_id])
    row = services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    assert (results(row), row.items.get().why) == (["conflict"], "What was written has been erased.")
    with pytest.raises(Conflict) as refusal:
        services.start(user=admin, rollback=row)
    assert refusal.value.code == "nothing_to_undo"


def test_many_at_once_leave_what_one_by_one_leaves(policy: ReviewPolicy, admin: User) -> None:
    """The plain ones go together; the rows that this leaves are those of the door for one."""
    bench.write(policy, 2)
    one, other = Proposal.objects.order_by("id")
    proposals.undo(user=admin, proposal=one)
    assert undo_plain(user=admin, proposals=[one.pk, other.pk]) == {other.pk}
    traces = []
    for proposal in (one, other):
        proposal.refresh_from_db()
        undo = Writeback.objects.get(proposal=proposal, undoes__isnull=False)
        decision, line = proposal.decisions.latest("created_at"), proposal.interaction.ledger.latest("created_at")
        traces.append(
            (
                (proposal.state, proposal.note, proposal.decided_at is not None, proposal.interaction.status),
                (undo.operation, undo.seq, undo.state, undo.values.open(), undo.base.open(), undo.actor_id),
                (undo.connection_id, undo.object, undo.target_id == proposal.target_id),
                (decision.verdict, decision.actor, decision.reason, decision.edits, decision.values),
                (line.step, line.sentence, line.code, line.generation),
                AuditEvent.objects.filter(action="proposal.undone", subject_id=proposal.pk, actor_id=admin.pk).count(),
            )
        )
    assert traces[0] == traces[1]
    assert undo_plain(user=admin, proposals=[one.pk, other.pk]) == set()


# --- a change, a version of the model, a bulk, a merge


def test_a_change_takes_back_what_hangs_on_it_leaves_first(deal: dict[str, Proposal], admin: User) -> None:
    row = services.plan(user=admin, subject_type=Subject.CHANGE, subject_id=deal["account"].pk)
    row = work_off(services.start(user=admin, rollback=row))
    assert "hung on it" in row.items.get().why
    factories.deliver_all()
    for name, proposal in deal.items():
        record = model_for(name)._default_manager.filter(pk=proposal.target_id, state=RecordState.ACTIVE)
        assert not record.exists(), name


def test_what_was_not_sent_is_cancelled(admin: User) -> None:
    account = factories.proposals()["account"]
    proposals.approve(user=admin, proposal=account)
    row = services.plan(user=admin, subject_type=Subject.CHANGE, subject_id=account.pk)
    assert results(row) == ["unsent"]
    row = work_off(services.start(user=admin, rollback=row))
    assert results(row) == ["cancelled"]
    assert Writeback.objects.get().state == "cancelled"
    assert not Account.objects.exists()


def test_a_version_of_the_model(deal: dict[str, Proposal], admin: User) -> None:
    version = ModelVersion.objects.create(name="tuned", base="tiny", path="/adapters/tuned", sha256="0" * 64)
    deal["contact"].changes.filter(field="title").update(source="model")
    deal["contact"].extraction.__class__.objects.update(request_model="tuned")
    row = services.plan(user=admin, subject_type=Subject.MODEL_VERSION, subject_id=version.pk)
    assert row.subject == "tuned"
    assert [item.proposal for item in row.items.select_related("proposal")] == [deal["contact"]]


class Merge:
    """A merge, as its own package will bring it."""

    def __init__(self) -> None:
        self.merged, self.built_upon = True, ""

    def conflict(self, *, user: User, subject_id: UUID) -> str:
        return self.built_upon

    def take_back(self, *, user: User, subject_id: UUID) -> None:
        if self.built_upon:
            raise Conflict(self.built_upon)
        self.merged = False


@pytest.fixture
def merge() -> Merge:
    made = Merge()
    subjects.kinds.add(Subject.MERGE, subjects.Kind(lambda user, pk, scope: "two accounts", whole=made))
    yield made  # type: ignore[misc]
    del subjects.kinds._entries[Subject.MERGE]


def test_a_merge_is_taken_back_in_one_piece(merge: Merge, admin: User) -> None:
    row = services.plan(user=admin, subject_type=Subject.MERGE, subject_id=admin.pk)
    assert merge.merged and results(row) == ["ready"]
    row = work_off(services.start(user=admin, rollback=row))
    assert not merge.merged and results(row) == ["taken_back"]


def test_a_merge_that_was_built_upon_stays(merge: Merge, admin: User) -> None:
    row = services.plan(user=admin, subject_type=Subject.MERGE, subject_id=admin.pk)
    merge.built_upon = "The account was merged again since."
    row = work_off(services.start(user=admin, rollback=row))
    assert merge.merged and [(one.result, one.why) for one in row.items.all()] == [("stayed", merge.built_upon)]
    again = services.plan(user=admin, subject_type=Subject.MERGE, subject_id=admin.pk)
    assert results(again) == ["conflict"]


def test_what_nobody_brings_cannot_be_rolled_back(admin: User) -> None:
    for kind in ("merge", "spaceship"):
        with pytest.raises(NotFound):
            services.plan(user=admin, subject_type=kind, subject_id=admin.pk)


# --- who, when, how often


def test_who_may(
    policy: ReviewPolicy, admin: User, reviewer: User, auditor: User, make_user: Callable[..., User]
) -> None:
    for user in (reviewer, auditor):
        with pytest.raises(Forbidden):
            services.plan(user=user, subject_type=Subject.POLICY, subject_id=policy.pk)
    with pytest.raises(Forbidden):
        services.plan(user=make_user("mona", "manager"), subject_type=Subject.MODEL_VERSION, subject_id=policy.pk)
    row = services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    with pytest.raises(Forbidden):
        services.start(user=reviewer, rollback=row)
    with pytest.raises(Forbidden):
        services.cancel(user=reviewer, rollback=row)


def test_only_what_the_person_may_see(policy: ReviewPolicy, make_user: Callable[..., User]) -> None:
    from crmllm.access.models import Team

    bench.write(policy, 2)
    Proposal.objects.filter(pk=Proposal.objects.earliest("id").pk).update(team=Team.objects.create(name="South"))
    row = services.plan(user=make_user("mona", "manager"), subject_type=Subject.POLICY, subject_id=policy.pk)
    assert row.items.count() == 1


def test_starting_twice_and_stopping(policy: ReviewPolicy, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    contacts = bench.write(policy, 5)
    row = services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    row = services.start(user=admin, rollback=row)
    with pytest.raises(Conflict):
        services.start(user=admin, rollback=row)
    (held,) = claim(Rollback.objects.all(), limit=1, seconds=60)
    assert services.advance(held) == 2
    services.cancel(user=admin, rollback=row)
    assert services.advance(held) == 0
    factories.deliver_all()
    row.refresh_from_db()
    assert (row.state, results(row).count("taken_back"), titles(contacts).count(bench.BEFORE)) == ("cancelled", 2, 2)
    with pytest.raises(Conflict):
        services.cancel(user=admin, rollback=row)
    # What is left is planned anew.
    again = services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    work_off(services.start(user=admin, rollback=again))
    factories.deliver_all()
    assert set(titles(contacts)) == {bench.BEFORE}


def test_a_kill_between_batches_loses_and_doubles_nothing(
    policy: ReviewPolicy, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    contacts = bench.write(policy, 5)
    row = services.start(
        user=admin, rollback=services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    )
    (dead,) = claim(Rollback.objects.all(), limit=1, seconds=60)
    services.advance(dead)
    Rollback.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    work_off(row)
    with pytest.raises(LeaseLost):
        services.advance(dead)
    factories.deliver_all()
    assert titles(contacts) == [bench.BEFORE] * 5
    assert Writeback.objects.exclude(undoes=None).count() == 5


def test_a_failure_waits_for_a_person(policy: ReviewPolicy, admin: User) -> None:
    bench.write(policy, 1)
    row = services.start(
        user=admin, rollback=services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
    )
    for _ in range(tasks.TRIES):
        Rollback.objects.update(next_attempt_at=timezone.now())
        (held,) = claim(Rollback.objects.all(), limit=1, seconds=60)
        tasks._give_back(held, Conflict("No."))
    row.refresh_from_db()
    assert (row.state, row.error_message) == ("failed", "No.")
    services.retry(actor=admin, pk=row.pk)
    assert work_off(row).state == "done"
    with pytest.raises(Conflict):
        services.cancel_failed(actor=admin, pk=row.pk)


def test_the_dry_run_costs_the_same_for_few_and_for_many(policy: ReviewPolicy, admin: User) -> None:
    counts = []
    for _ in range(3):  # the first also makes the key of the month
        bench.write(policy, 20)
        with CaptureQueriesContext(connection) as asked:
            services.plan(user=admin, subject_type=Subject.POLICY, subject_id=policy.pk)
        counts.append(len(asked))
    assert counts[1] == counts[2]
