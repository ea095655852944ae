"""Deciding many of one kind: a sample first, each through the usual door, one undo for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crmllm.access.models import User
from crmllm.core.errors import Conflict, NotFound
from crmllm.crm import services as crm
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Record
from crmllm.crm.services import Writer
from crmllm.extraction import types
from crmllm.ingestion.models import Interaction
from crmllm.llm.embedding_files import MODEL_NAME
from crmllm.llm.models import EMBEDDING_SIZE, Embedding
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import Verdict
from crmllm.proposals.models import Decision, Proposal
from review.bulk import selectors, services, tasks
from review.bulk.choices import Seen, State
from review.bulk.models import Bulk
from review.rollback import services as rollback
from review.rollback.models import Rollback
from review.rollback.tasks import drain_roll_back
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


class Run:
    """A job's run that nobody stops; it counts."""

    def __init__(self) -> None:
        self.done = self.failed = 0

    def should_stop(self) -> bool:
        return False

    def tick(self, *, done: int = 0, failed: int = 0) -> None:
        self.done, self.failed = self.done + done, self.failed + failed


def drain() -> tuple[int, int]:
    run: Any = Run()
    tasks.drain_bulk(run)
    return run.done, run.failed


@pytest.fixture
def many() -> list[Proposal]:
    """Eight next actions out of mails, all found in the same way."""
    return [factories.next_action(minute).proposals.get() for minute in range(8)]


def prepared(user: User, row: Proposal, verdict: Verdict = Verdict.APPROVE, reason: str = "") -> Bulk:
    return services.prepare(user=user, proposal=row, verdict=verdict, reason=reason)


def started(user: User, row: Proposal, verdict: Verdict = Verdict.APPROVE, reason: str = "") -> Bulk:
    bulk = prepared(user, row, verdict, reason)
    for item in bulk.items.filter(sample=True):
        services.judge(user=user, item=item, seen=Seen.RIGHT)
    return services.run(user=user, bulk=bulk)


def states(rows: list[Proposal]) -> list[str]:
    found = dict(Proposal.objects.values_list("pk", "state"))
    return [found[row.pk] for row in rows]


def test_a_pattern_tells_what_is_done_and_how_it_was_found(many: list[Proposal], deal: dict[str, Proposal]) -> None:
    assert len({row.pattern for row in many}) == 1
    assert many[0].pattern == "activity.create.email:kind=rule,name=rule,side=rule"
    call = factories.next_action(kind="call").proposals.get()
    assert call.pattern == many[0].pattern.replace("email", "call")
    assert selectors.in_words(many[0].pattern).startswith("New activity, Mail: Kind (rule), Subject (rule)")


def test_nothing_is_decided_before_the_whole_sample_was_found_right(reviewer: User, many: list[Proposal]) -> None:
    bulk = prepared(reviewer, many[0])
    sample = list(bulk.items.filter(sample=True))
    assert (bulk.items.count(), len(sample)) == (8, services.SAMPLE)
    for item in sample[:-1]:
        services.judge(user=reviewer, item=item, seen=Seen.RIGHT)
    with pytest.raises(Conflict, match="whole sample"):
        services.run(user=reviewer, bulk=bulk)
    services.judge(user=reviewer, item=sample[-1], seen=Seen.RIGHT)
    services.run(user=reviewer, bulk=bulk)
    assert not Decision.objects.exists()
    assert drain() == (8, 0)
    assert set(states(many)) == {"approved"}
    assert {one.actor for one in Decision.objects.all()} == {reviewer}
    bulk.refresh_from_db()
    assert bulk.state == State.DONE and bulk.ended_at is not None


def test_one_wrong_in_the_sample_stops_it(reviewer: User, many: list[Proposal]) -> None:
    bulk = prepared(reviewer, many[0])
    item = bulk.items.filter(sample=True).first()
    assert item is not None
    services.judge(user=reviewer, item=item, seen=Seen.WRONG)
    bulk.refresh_from_db()
    assert bulk.state == State.STOPPED
    with pytest.raises(Conflict):
        services.run(user=reviewer, bulk=bulk)
    assert drain() == (0, 0) and set(states(many)) == {"pending"}


def test_what_is_refused_stays_in_the_queue_with_the_reason(reviewer: User, admin: User, many: list[Proposal]) -> None:
    bulk = started(reviewer, many[0], Verdict.REJECT, "Out of date")
    proposals.claim(user=admin, interaction=many[3].interaction)
    proposals.approve(user=admin, proposal=many[5])
    assert drain() == (8, 2)
    assert states(many) == ["rejected"] * 3 + ["claimed", "rejected", "approved", "rejected", "rejected"]
    why = {one["proposal"].pk: one["why"] for one in selectors.refused(reviewer, bulk)}
    assert "ada is deciding" in why[many[3].pk] and "approved already" in why[many[5].pk]
    assert Decision.objects.filter(reason="Out of date").count() == 6


@pytest.fixture
def known(reviewer: User) -> list[tuple[Record, Proposal]]:
    """Two people whom the CRM knows as buyers, and mails that give another title."""
    writer, made = Writer(WriterKind.PERSON, reviewer.pk), []
    for name in ("maria.ruiz", "marta.ruiz"):
        address = f"{name}@betasoloin.example"
        record = crm.create_record(
            actor=reviewer, object_name="contact", writer=writer,
            changes={"name": "Maria Ruiz", "email": address, "title": "Buyer"},
        )  # fmt: skip
        person = types.Contact(
            "sender",
            title=factories.value("Head of Procurement"),
            email=factories.value("maria.ruiz@betasoloin.example", address),
        )
        extracted = factories.found(contacts=(person,), opportunity=None, next_actions=())
        made.append((record, factories.proposals(extracted)["contact"]))
    return made


def test_where_the_crm_moved_the_lines_are_named_and_decided_singly(
    reviewer: User, known: list[tuple[Record, Proposal]]
) -> None:
    (record, moved), (_other, plain) = known
    assert moved.pattern == plain.pattern
    bulk = started(reviewer, plain)
    crm.update_record(
        actor=reviewer, record=record, changes={"title": "Lead buyer"}, writer=Writer(WriterKind.PERSON, reviewer.pk)
    )
    assert drain() == (2, 1) and states([moved, plain]) == ["pending", "approved"]
    (left,) = selectors.refused(reviewer, bulk)
    assert left["proposal"] == moved and left["open"]
    lines = [{name: line[name] for name in ("read", "now", "proposed")} for line in left["moved"]]
    assert lines == [{"read": "Buyer", "now": "Lead buyer", "proposed": "Head of Procurement"}]
    page = Client()
    page.force_login(reviewer)
    shown = page.get(f"/review/bulk/{bulk.pk}/").content.decode()
    assert f'href="/review/{moved.interaction_id}/"' in shown
    for words in ("Buyer", "Lead buyer", "Head of Procurement", "When it was read"):
        assert words in shown
    card = page.get(f"/review/{moved.interaction_id}/").content.decode()
    assert "Buyer when it was read" in card, "the card says it too"
    proposals.approve(user=reviewer, proposal=moved)
    (left,) = selectors.refused(reviewer, bulk)
    assert not left["open"]


@pytest.mark.parametrize(("verdict", "after"), [(Verdict.APPROVE, "undone"), (Verdict.REJECT, "pending")])
def test_one_roll_back_takes_all_of_it_back(reviewer: User, many: list[Proposal], verdict: Verdict, after: str) -> None:
    bulk = started(reviewer, many[0], verdict)
    drain()
    row = rollback.plan(user=reviewer, subject_type="bulk", subject_id=bulk.pk)
    assert row.items.count() == 8
    rollback.start(user=reviewer, rollback=row)
    run: Any = Run()
    drain_roll_back(run)
    assert set(states(many)) == {after}


def test_stopping_leaves_the_rest(reviewer: User, many: list[Proposal]) -> None:
    bulk = started(reviewer, many[0])
    services.stop(user=reviewer, bulk=bulk)
    assert drain() == (0, 0) and set(states(many)) == {"pending"}


def test_high_risk_and_what_hangs_on_something_undecided_is_left_out(reviewer: User, deal: dict[str, Proposal]) -> None:
    factories.proposals()
    with pytest.raises(Conflict, match="high risk"):
        prepared(reviewer, deal["opportunity"])
    with pytest.raises(Conflict, match="nothing else"):
        prepared(reviewer, deal["contact"])


def test_nobody_else_sees_or_moves_it(reviewer: User, admin: User, many: list[Proposal]) -> None:
    bulk = prepared(reviewer, many[0])
    with pytest.raises(NotFound):
        selectors.bulk(admin, bulk.pk)
    with pytest.raises(Conflict):
        services.run(user=admin, bulk=bulk)


def test_the_pages_lead_through_it(page: Client, many: list[Proposal]) -> None:
    card = page.get(f"/review/{many[0].interaction_id}/").content.decode()
    address = f"/review/bulk/of/{many[0].pk}/"
    assert address in card
    assert "8 proposals wait" in page.get(address).content.decode()
    detail = page.post(address, {"verdict": "approve"})["Location"]
    for one in page.get(detail).context["sample"]:
        shown = page.get(detail).content.decode()
        assert "call me on Thursday" in shown
        page.post(f"/review/bulk/items/{one['item'].pk}/", {"seen": "right"})
    assert page.get(detail).context["may_run"]
    page.post(f"{detail}run/")
    drain()
    answer = page.get(detail)
    assert answer.context["may_undo"] and (answer.context["done"], answer.context["total"]) == (8, 8)
    planned: Any = page.post(
        "/review/rollbacks/plan/", {"subject_type": "bulk", "subject_id": str(answer.context["bulk"].pk)}, follow=True
    )
    assert planned.status_code == 200 and Rollback.objects.get().items.count() == 8
    assert "done" in page.get("/review/bulk/").content.decode()


def test_similar_waiting_items_are_found_by_their_vectors(
    page: Client, reviewer: User, many: list[Proposal], message: Callable[..., Interaction]
) -> None:
    def vector(place: int) -> list[float]:
        return [1.0 if number in (0, place) else 0.0 for number in range(EMBEDDING_SIZE)]

    rows = [row.interaction for row in many[:3]]
    for place, row in enumerate(rows):
        Embedding.objects.create(
            subject_type="interaction", subject_id=row.pk, request_model=MODEL_NAME, vector=vector(place)
        )
    proposals.approve(user=reviewer, proposal=many[1])
    near = page.get(f"/review/bulk/of/{many[0].pk}/").context["similar"]
    assert [one["url"] for one in near] == [f"/review/{rows[2].pk}/"]
    assert near[0]["share"] == pytest.approx(0.707, abs=0.01)
