"""Mail through its door: once, never lost, visible to whom it concerns, and nothing of it in any log."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.core import audit, work
from crmllm.core.errors import BadInput, Conflict, Forbidden, NotFound
from crmllm.core.models import AuditEvent
from crmllm.crm import selectors as crm_selectors
from crmllm.crm import services as crm
from crmllm.crm.catalogue import services as catalogue
from crmllm.crm.models import Account, CrmUser
from crmllm.crm.services import Writer
from crmllm.ingestion import selectors, services
from crmllm.ingestion.choices import Origin, Status, Step
from crmllm.ingestion.models import Interaction, Refused
from crmllm.proposals.choices import State
from crmllm.proposals.models import Proposal
from tests.support import factories
from tests.support.mails import mail

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture(autouse=True)
def _nobody_cached() -> None:
    crm_selectors.forget_us()


def receive(*raws: bytes) -> list[services.Received]:
    return services.receive_many(actor=audit.SYSTEM, raws=raws, origin=Origin.COMMAND)


def test_the_same_message_twice_is_one_interaction() -> None:
    first, second = receive(mail(1))[0], receive(mail(1).replace(b"\r\n", b"\n"))[0]
    assert (first.created, second.created) == (True, False)
    assert first.interaction.pk == second.interaction.pk
    assert Interaction.objects.count() == 1


def test_a_batch_with_repetitions_answers_in_its_order() -> None:
    receive(mail(2))
    received = receive(mail(1), mail(2), mail(1), mail(3))
    assert [one.created for one in received] == [True, False, False, True]
    assert received[0].interaction.pk == received[2].interaction.pk
    assert Interaction.objects.count() == 3
    assert AuditEvent.objects.filter(action="interaction.received").count() == 3


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_the_same_messages_at_the_same_time_are_stored_once() -> None:
    start, received, faults = threading.Barrier(2), [], []

    def store(order: int) -> None:
        raws = [mail(number) for number in range(20)][::order]
        try:
            start.wait(10)
            received.extend(receive(*raws))
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=store, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert Interaction.objects.count() == 20
    assert sum(one.created for one in received) == 20
    assert all(row.ledger.count() == 2 and row.source.size for row in Interaction.objects.all())


def test_what_cannot_be_parsed_is_kept_and_says_why(reviewer: User) -> None:
    raw = bytes(range(256)) * 20
    row = receive(raw)[0].interaction
    shown = selectors.show_whole(selectors.interaction(reviewer, row.pk))
    assert shown["status"] == Status.FAILED
    assert shown["reason"]["code"]
    assert "Could not be parsed" in shown["reason"]["message"]
    assert row.source.blob.open_bytes() == raw
    assert [line["step"] for line in shown["ledger"]] == [Step.SEEN, Step.FAILED]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (mail(1, Auto_Submitted="auto-replied"), "auto_reply"),
        (mail(2, List_Unsubscribe="<mailto:off@news.example>", Precedence="bulk"), "newsletter"),
    ],
)
def test_what_is_skipped_says_why_in_the_ledger(raw: bytes, code: str) -> None:
    row = receive(raw)[0].interaction
    assert (row.status, row.reason_code) == (Status.SKIPPED, code)
    last = selectors.ledger(row)[-1]
    assert (last.step, last.code, last.sentence) == (Step.SKIPPED, code, row.reason)


def test_our_own_outgoing_mail_is_skipped(django_capture_on_commit_callbacks: Callable[..., object]) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        catalogue.add_crm_users(actor=audit.SYSTEM, users=[CrmUser(name="Daan", email="daan@ours.example")])
    sent = mail(1, sender="daan@ours.example", to="maria.ruiz@betasoloin.example")
    assert receive(sent)[0].interaction.reason_code == "own_outgoing"


def test_an_archive_hides_no_bomb(reviewer: User) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.eml", mail(1))
        archive.writestr("bomb.eml", b"\0" * 60_000_000)
        archive.writestr("../../escape.eml", mail(2))
        archive.writestr("again.eml", mail(1))
    packed.seek(0)
    tally = services.import_archive(actor=reviewer, source=packed, name="mails.zip", origin=Origin.UPLOAD)
    assert (tally.new, tally.known, tally.refused, tally.entries) == (1, 1, 2, 4)
    refused = {row.name.open(): row.reason for row in Refused.objects.all()}
    assert "trap" in refused["mails.zip/bomb.eml"]
    assert "outside" in refused["mails.zip/../../escape.eml"]
    assert set(Refused.objects.values_list("actor_id", flat=True)) == {reviewer.pk}


def test_batches_fit_into_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(services, "BATCH_BYTES", 3 * len(mail(10)))
    for number in range(10, 20):
        (tmp_path / f"{number}.eml").write_bytes(mail(number))
    batches = list(services.entries(tmp_path))
    assert [len(batch) for batch in batches] == [3, 3, 3, 1]
    assert [name for batch in services.entries(tmp_path, skip=8) for name, _ in batch] == ["18.eml", "19.eml"]


def test_replay_reads_again_and_voids_what_nobody_decided(reviewer: User) -> None:
    row = receive(mail(1))[0].interaction
    for proposal in factories.proposals().values():
        proposal.interaction = row
        proposal.save()
    Interaction.objects.filter(pk=row.pk).update(status=Status.PROPOSED, open_proposals=4)
    services.replay(actor=reviewer, interaction=row)
    row.refresh_from_db()
    assert (row.status, row.generation, row.open_proposals) == (Status.RECEIVED, 2, 0)
    assert set(Proposal.objects.values_list("state", flat=True)) == {State.SUPERSEDED}

    claimed = work.claim(Interaction.objects.filter(pk=row.pk), limit=1, seconds=60)[0]
    assert services.read_again(claimed) == Status.PARSED
    assert [line.step for line in selectors.ledger(row)] == [Step.SEEN, Step.PARSED, Step.REPLAYED, Step.PARSED]
    with pytest.raises(Conflict, match="not done yet"):
        services.replay(actor=reviewer, interaction=row)


def test_a_thread_hangs_together(reviewer: User) -> None:
    question = mail(1)
    answer = mail(2, In_Reply_To="<order-1@betasoloin.example>", References="<order-1@betasoloin.example>")
    stranger = mail(3)
    first, second, _ = (one.interaction for one in receive(question, answer, stranger))
    assert selectors.thread(reviewer, first) == [second]
    assert selectors.thread(reviewer, second) == [first]


def test_an_auditor_adds_nothing(auditor: User) -> None:
    with pytest.raises(Forbidden):
        services.receive(actor=auditor, raw=mail(1), origin=Origin.API)
    with pytest.raises(Forbidden):
        services.import_archive(actor=auditor, source=io.BytesIO(mail(1)), name="x.eml", origin=Origin.UPLOAD)
    assert not Interaction.objects.exists()


def test_an_empty_message_is_refused_with_a_sentence(reviewer: User) -> None:
    with pytest.raises(BadInput, match="empty"):
        services.receive(actor=reviewer, raw=b" \r\n", origin=Origin.API)


def test_a_rep_sees_their_mail_their_teams_and_nobodys(make_user: Callable[..., User]) -> None:
    europe, americas = Team.objects.create(name="Europe"), Team.objects.create(name="Americas")
    rep, colleague = make_user("rep", Role.REP, team=europe), make_user("colleague", Role.REP, team=europe)
    stranger = make_user("stranger", Role.REP, team=americas)
    owner = CrmUser.objects.create(name="Rep", email="rep@ours.example", user=rep, team=europe)
    crm.create_record(
        actor=audit.SYSTEM, object_name="account", writer=Writer("import"), owner=owner, team=europe,
        changes={"name": "Betasoloin GmbH", "domains": ["betasoloin.example"]},
    )  # fmt: skip
    theirs, nobodys = (one.interaction for one in receive(mail(1), mail(2, sender="someone@elsewhere.example")))
    assert Account.objects.get().owner == theirs.owner == owner
    for person in (rep, colleague):
        assert set(selectors.interactions(person)) == {theirs, nobodys}
    assert set(selectors.interactions(stranger)) == {nobodys}
    with pytest.raises(NotFound):
        selectors.interaction(stranger, theirs.pk)


def test_nothing_of_a_mail_reaches_a_log(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    receive(mail(7, subject="Secretsubject"), b"Secretgarbage \xff\xfe" * 50)
    said = caplog.text + "".join(capfd.readouterr())
    for secret in ("Secretsubject", "Secretgarbage", "maria.ruiz", "boxes of labels"):
        assert secret not in said


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.one_of(st.binary(min_size=1, max_size=2000), st.binary(max_size=400).map(lambda part: mail(1) + part)))
def test_any_bytes_become_an_interaction(raw: bytes) -> None:
    one = receive(raw)[0]
    assert one.interaction.status in (Status.PARSED, Status.SKIPPED, Status.FAILED)
    assert one.interaction.source.blob.open_bytes() == raw or not one.created
    assert selectors.ledger(one.interaction)
