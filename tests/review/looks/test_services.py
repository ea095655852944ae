"""A blind look from being asked for to its end, and that it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.core.crypto import drop_keys
from crmllm.core.errors import BadInput, Conflict, Forbidden
from crmllm.core.models import AuditEvent
from crmllm.crm.models import Contact
from crmllm.ingestion import services as ingestion
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import State as ProposalState
from crmllm.proposals.choices import Verdict
from crmllm.proposals.models import Decision, Outcome, Proposal
from crmllm.writeback.models import Writeback
from review.looks import registry, services, sql
from review.looks.choices import Label, State, Why
from review.looks.models import Look
from tests.review.looks.conftest import given, lone
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

Decided = Callable[..., Proposal]


def change(row: Proposal, name: str) -> str:
    return str(row.changes.get(field=name).pk)


# --- asked for


def test_a_look_is_asked_for_once_while_it_waits(decided: Decided) -> None:
    row = decided()
    look = services.request(proposal=row, why=Why.SECOND)
    assert services.request(proposal=row, why=Why.SECOND) == look
    assert services.request(proposal=row, why=Why.SAMPLE) != look
    assert look.decision == row.decisions.get()
    assert AuditEvent.objects.filter(action="look.requested", subject_id=look.pk).exists()


def test_nobody_looks_at_what_waits(reviewer: User) -> None:
    with pytest.raises(Conflict) as refusal:
        services.request(proposal=lone(), why=Why.SECOND)
    assert refusal.value.code == "not_decided"


# --- given


def test_what_a_person_decided_never_comes_back_to_them(decided: Decided, first: User, reviewer: User) -> None:
    services.request(proposal=decided(), why=Why.SECOND)
    assert services.give(user=first) is None
    assert services.give(user=reviewer) is not None


def test_two_people_never_get_the_same_look(decided: Decided, make_user: Callable[..., User]) -> None:
    for _ in range(2):
        services.request(proposal=decided(), why=Why.SECOND)
    ann, ben, cid = (make_user(name) for name in ("ann", "ben", "cid"))
    got = [services.give(user=one) for one in (ann, ben, cid)]
    assert got[0] is not None and got[1] is not None and got[0] != got[1]
    assert got[2] is None


def test_people_only_get_what_they_may_see(decided: Decided, make_user: Callable[..., User]) -> None:
    ours, theirs = Team.objects.create(name="Ours"), Team.objects.create(name="Theirs")
    services.request(proposal=decided(team=theirs), why=Why.SECOND)
    stranger, colleague = make_user("rob", Role.REP, ours), make_user("ron", Role.REP, theirs)
    assert services.give(user=stranger) is None
    assert services.give(user=colleague) is not None


def test_a_reader_is_given_nothing(decided: Decided, auditor: User) -> None:
    services.request(proposal=decided(), why=Why.SECOND)
    with pytest.raises(Forbidden):
        services.give(user=auditor)
    services.on_opening(user=auditor, interaction=factories.interaction())
    assert Look.objects.get().state == State.WAITING


def test_a_message_with_something_left_to_decide_is_not_given(reviewer: User, first: User) -> None:
    made = factories.proposals()
    proposals.approve(user=first, proposal=made["account"])
    services.request(proposal=made["account"], why=Why.SECOND)
    assert services.give(user=reviewer) is None
    for name in ("contact", "opportunity", "activity"):
        proposals.reject(user=first, proposal=made[name])
    assert services.give(user=reviewer) is not None


def test_opening_a_card_brings_a_look_now_and_then(
    decided: Decided, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.request(proposal=decided(), why=Why.SECOND)
    monkeypatch.setattr(services, "drawn", lambda purpose, subject: 0.9)
    services.on_opening(user=reviewer, interaction=factories.interaction())
    assert Look.objects.get().state == State.WAITING
    monkeypatch.setattr(services, "drawn", lambda purpose, subject: 0.1)
    services.on_opening(user=reviewer, interaction=factories.interaction())
    assert Look.objects.get().state == State.GIVEN
    services.request(proposal=decided(), why=Why.SECOND)
    services.on_opening(user=reviewer, interaction=factories.interaction())
    assert Look.objects.filter(state=State.GIVEN).count() == 1, "one at a time"


def test_an_open_look_is_held_as_any_card_and_freed_when_forgotten(
    decided: Decided, reviewer: User, make_user: Callable[..., User]
) -> None:
    look = given(reviewer, decided())
    services.on_opening(user=reviewer, interaction=look.proposal.interaction)
    look.refresh_from_db()
    assert look.given_until is not None and look.given_until <= timezone.now() + proposals.CLAIM
    assert services.expire() == 0
    Look.objects.update(given_until=timezone.now() - timedelta(seconds=1))
    assert services.expire() == 1
    services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)  # late, and nobody else has it
    assert Look.objects.get().state == State.DECIDED


def test_a_forgotten_look_that_somebody_else_has_is_theirs(
    decided: Decided, reviewer: User, make_user: Callable[..., User]
) -> None:
    look = given(reviewer, decided())
    Look.objects.update(given_until=timezone.now() - timedelta(seconds=1))
    services.expire()
    assert services.give(user=make_user("ben")) == look
    with pytest.raises(Conflict) as refusal:
        services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    assert refusal.value.code == "decided"


# --- decided


def test_a_verdict_is_kept_and_nothing_else_changes(decided: Decided, reviewer: User) -> None:
    row = decided()
    factories.deliver_all()
    before = Proposal.objects.values().get(), Contact.objects.values().get()
    counts = [model.objects.count() for model in (Decision, Outcome, Writeback)]
    look = given(reviewer, row)
    services.decide(user=reviewer, look=look, verdict=Verdict.REJECT, reason="Wrong value", milliseconds=1500)
    look.refresh_from_db()
    assert (look.state, look.verdict, look.reason, look.milliseconds) == (State.DECIDED, "reject", "Wrong value", 1500)
    assert (Proposal.objects.values().get(), Contact.objects.values().get()) == before
    assert [model.objects.count() for model in (Decision, Outcome, Writeback)] == counts
    assert AuditEvent.objects.filter(action="look.decided", subject_id=look.pk, actor_id=reviewer.pk).exists()


@pytest.mark.parametrize(
    ("before", "verdict", "title", "agreed"),
    [
        ("approve", Verdict.APPROVE, None, True),
        ("approve", Verdict.EDIT, "Plant Manager", False),
        ("approve", Verdict.EDIT, "Head of Procurement", True),  # typed again what stood there
        ("approve", Verdict.REJECT, None, False),
        ("edit", Verdict.EDIT, "Plant Manager", True),
        ("edit", Verdict.EDIT, "Buyer", False),
        ("edit", Verdict.APPROVE, None, False),
        ("edit", Verdict.REJECT, None, False),
        ("reject", Verdict.REJECT, None, True),
        ("reject", Verdict.APPROVE, None, False),
    ],
)
def test_two_agree_by_value(
    decided: Decided, reviewer: User, before: str, verdict: Verdict, title: str | None, agreed: bool
) -> None:
    row = decided(before)
    look = given(reviewer, row)
    edits = {change(row, "title"): title} if title else {}
    services.decide(user=reviewer, look=look, verdict=verdict, edits=edits)
    look.refresh_from_db()
    assert look.agreed is agreed
    lines = {line.field: line for line in look.lines.all()}
    assert set(lines) == {"contact.name", "contact.title", "contact.email", "contact.phone"}
    assert lines["contact.title"].agreed is agreed
    if title == "Buyer":
        assert (lines["contact.title"].first, lines["contact.title"].second) == (Label.EDITED, Label.OTHERWISE)
        assert lines["contact.phone"].agreed


def test_a_wrong_edit_is_refused_as_in_approving(decided: Decided, reviewer: User) -> None:
    row = decided()
    look = given(reviewer, row)
    for edits in ({change(row, "email"): "nonsense"}, {"no-such-change": "x"}):
        with pytest.raises(BadInput):
            services.decide(user=reviewer, look=look, verdict=Verdict.EDIT, edits=edits)
    look.refresh_from_db()
    assert look.state == State.GIVEN


def test_the_second_key_press_is_refused(decided: Decided, reviewer: User) -> None:
    look = given(reviewer, decided())
    services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    with pytest.raises(Conflict) as refusal:
        services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    assert refusal.value.code == "decided"
    assert look.lines.count() == 4


def test_a_skipped_look_stays_with_its_person(decided: Decided, reviewer: User) -> None:
    look = given(reviewer, decided())
    services.decide(user=reviewer, look=look, verdict=Verdict.SKIP)
    look.refresh_from_db()
    assert (look.state, look.verdict, look.agreed) == (State.GIVEN, "skip", None)
    services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    look.refresh_from_db()
    assert (look.state, look.verdict) == (State.DECIDED, "approve")


def test_a_verdict_is_taken_back_and_given_anew(decided: Decided, reviewer: User, first: User) -> None:
    look = given(reviewer, decided())
    services.decide(user=reviewer, look=look, verdict=Verdict.REJECT)
    with pytest.raises(Conflict):
        services.take_back(user=first, look=look)
    services.take_back(user=reviewer, look=look)
    look.refresh_from_db()
    assert (look.state, look.verdict, look.agreed, look.lines.count()) == (State.GIVEN, "", None, 0)
    with pytest.raises(Conflict):
        services.take_back(user=reviewer, look=look)
    services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    Look.objects.update(decided_at=timezone.now() - services.MAY_UNDO)
    with pytest.raises(Conflict):
        services.take_back(user=reviewer, look=look)


def test_others_hear_a_verdict_in_its_transaction(
    decided: Decided, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, bool | None]] = []
    for name in ("verdicts", "taken_back"):
        fresh: registry.Registry[registry.Heard] = registry.Registry()
        fresh.add("test", lambda look, name=name: heard.append((name, look.agreed)))  # type: ignore[misc]
        monkeypatch.setattr(registry, name, fresh)
    look = given(reviewer, decided())
    services.decide(user=reviewer, look=look, verdict=Verdict.REJECT)
    services.take_back(user=reviewer, look=look)
    assert heard == [("verdicts", False), ("taken_back", None)]

    def refuse(look: Look) -> None:
        raise Conflict("no")

    registry.verdicts.add("refuses", refuse)
    with pytest.raises(Conflict):
        services.decide(user=reviewer, look=look, verdict=Verdict.REJECT)
    look.refresh_from_db()
    assert look.state == State.GIVEN


# --- nothing is written


def test_the_database_refuses_a_write_while_a_look_is_decided(
    decided: Decided, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = decided()
    write = Writeback.objects.get()

    def writes(look: Look) -> None:
        write.pk, write.seq, write._state.adding = None, 99, True
        write.save()

    fresh: registry.Registry[registry.Heard] = registry.Registry()
    fresh.add("writes", writes)
    monkeypatch.setattr(registry, "verdicts", fresh)
    look = given(reviewer, row)
    with pytest.raises(IntegrityError, match="A blind look writes nothing"):
        services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    assert Writeback.objects.count() == 1


def test_only_that_transaction_is_barred_from_writing(first: User) -> None:
    with sql.writes_nothing():
        pass
    with pytest.raises(ZeroDivisionError), sql.writes_nothing():
        raise ZeroDivisionError
    proposals.approve(user=first, proposal=lone())
    assert Writeback.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic(), sql.writes_nothing():
        Writeback.objects.get().save()


# --- ended


def test_a_look_ends_when_its_message_is_read_again(decided: Decided, reviewer: User, admin: User) -> None:
    look = given(reviewer, decided())
    ingestion.replay(actor=admin, interaction=look.proposal.interaction)
    look.refresh_from_db()
    assert (look.state, look.ended) == (State.VOID, "The message is read again.")
    with pytest.raises(Conflict):
        services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)


def test_a_look_ends_when_what_it_holds_is_erased(decided: Decided, reviewer: User) -> None:
    waiting, open_one = decided(), decided()
    look = given(reviewer, open_one)
    services.request(proposal=waiting, why=Why.SECOND)
    drop_keys([waiting.interaction.key_id, open_one.interaction.key_id])
    assert services.give(user=reviewer) is None
    with pytest.raises(Conflict) as refusal:
        services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    assert refusal.value.code == "crm_moved"
    assert {row.ended for row in Look.objects.all()} == {"What it holds was erased."}


def test_a_look_ends_when_the_decision_is_taken_back(decided: Decided, reviewer: User, first: User) -> None:
    row = decided()
    look = given(reviewer, row)
    proposals.undo(user=first, proposal=row)
    with pytest.raises(Conflict) as refusal:
        services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    assert refusal.value.code == "crm_moved"
    look.refresh_from_db()
    row.refresh_from_db()
    assert (look.state, row.state) == (State.VOID, ProposalState.UNDONE)
