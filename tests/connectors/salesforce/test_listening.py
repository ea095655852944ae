"""Change events of Salesforce: heard by one process, kept with their place, read anew; nothing is missed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crmllm.access.models import User
from crmllm.connectors.choices import ExternalState
from crmllm.connectors.engine import bayeux
from crmllm.connectors.events import services as events
from crmllm.connectors.listening import services
from crmllm.connectors.models import Connection, ExternalRecord, Listener, RemoteEvent, Stream
from crmllm.connectors.setup import services as setup
from crmllm.connectors.setup.services import Wanted
from crmllm.core import work
from crmllm.crm.models import Contact
from tests.support.outbox import approved, deliver
from tests.support.salesforce.server import Salesforce

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def listener(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Listener:
    """A connection that listens; the CRM holds its answers back only briefly."""
    monkeypatch.setattr(bayeux, "WAIT", 200)
    connection.options = {**connection.options, "change_events": "yes"}
    connection.save()
    services.arrange(connection)
    return Listener.objects.get()


@pytest.fixture
def ruiz(sf: Salesforce, sync: Any, listener: Listener) -> str:
    made: str = sf.controls.load("Contact", [{"LastName": "Ruiz", "Title": "Buyer"}], "2026-11-20T09:00:00.000+0000")[0]
    sync()
    turns = iter([False, True])

    def meanwhile() -> bool:
        sf.controls.change("Contact", made, {"Description": "Something that is heard first"})
        return next(turns)

    assert hear(meanwhile) == 1, "only what happens while we listen: there is no place to go on from yet"
    work_off()
    RemoteEvent.objects.all().delete()
    Listener.objects.update(replay_id=len(sf.org.ledger))
    return made


def hear(should_stop: Any = lambda: True) -> int:
    """One turn of listening, as the drain takes it."""
    Listener.objects.update(next_attempt_at=timezone.now())
    (row,) = work.claim(services.due(), limit=1, seconds=60)
    return services.listen(row, should_stop=should_stop)


def work_off() -> None:
    RemoteEvent.objects.filter(done_at=None).update(next_attempt_at=timezone.now())
    while found := events.claim(60):
        events.take_up(found)


def test_a_change_is_heard_kept_and_read(sf: Salesforce, ruiz: str) -> None:
    sf.controls.change("Contact", ruiz, {"Title": "Head"})
    assert hear() == 1 and Contact.objects.get().title == "Buyer", "it is kept first"
    work_off()
    assert Contact.objects.get().title == "Head"
    row = Listener.objects.get()
    assert (row.replay_id, row.error_code, row.leased_until) == (len(sf.org.ledger), "", None)
    assert sf.app.count("POST", "/cometd/") and not sf.streaming.clients, "every conversation ends with a goodbye"


def test_who_has_heard_nothing_yet_reads_what_happened_so_far(sf: Salesforce, sync: Any, listener: Listener) -> None:
    sync()
    later = timezone.now() + timedelta(hours=1)
    Stream.objects.update(next_attempt_at=later)
    assert hear() == 0
    assert not Stream.objects.filter(next_attempt_at=later, reads=True).exists()


def test_what_happens_while_nobody_listens_is_heard_later_and_once(sf: Salesforce, ruiz: str) -> None:
    for title in ("Head", "Chief"):
        sf.controls.change("Contact", ruiz, {"Title": title})
    place = Listener.objects.get().replay_id
    assert hear() == 2
    Listener.objects.update(replay_id=place)  # as after a crash before the place was kept
    assert hear() == 2 and RemoteEvent.objects.count() == 2, "the same event is kept once"
    work_off()
    assert Contact.objects.get().title == "Chief"


def test_deletions_come_with_their_reason(sf: Salesforce, ruiz: str) -> None:
    sf.controls.delete("Contact", ruiz)
    hear()
    work_off()
    assert ExternalRecord.objects.get(object="contact").state == ExternalState.DELETED


def test_what_we_wrote_ourselves_is_known(sf: Salesforce, ruiz: str, reviewer: User) -> None:
    approved(reviewer, "contact", {"title": "Head"}, record=Contact.objects.get())
    assert deliver() == ["verified"]
    assert hear() == 0 and not RemoteEvent.objects.exists()
    assert Listener.objects.get().replay_id == len(sf.org.ledger), "heard all the same"


def test_gaps_are_read_record_by_record_and_overflows_as_a_pass(sf: Salesforce, ruiz: str) -> None:
    later = timezone.now() + timedelta(hours=1)
    Stream.objects.update(next_attempt_at=later, full_wanted=False)
    sf.streaming.tell("Contact", "GAP_UPDATE", [ruiz])
    assert hear() == 1
    assert Stream.objects.get(name="contact").next_attempt_at == later
    sf.streaming.tell("Contact", "GAP_OVERFLOW", ["000000000000000AAA"])
    hear()
    contact = Stream.objects.get(name="contact")
    assert contact.next_attempt_at < later and not contact.full_wanted
    assert Stream.objects.get(name="lead").next_attempt_at == later
    sf.streaming.tell("Lead", "UPDATE", ["00Q*"])
    assert hear() == 0 and Stream.objects.get(name="lead").full_wanted, "all of them changed"


def test_what_is_no_longer_told_is_read_by_the_passes(sf: Salesforce, ruiz: str, sync: Any) -> None:
    later = timezone.now() + timedelta(hours=1)
    Stream.objects.update(next_attempt_at=later)
    sf.controls.change("Contact", ruiz, {"Title": "Head"})
    sf.streaming.kept_from = len(sf.org.ledger) + 1
    Listener.objects.update(replay_id=1)
    assert hear() == 0
    row = Listener.objects.get()
    assert "no longer has" in row.note and row.error_code == ""
    assert not Stream.objects.filter(next_attempt_at=later, reads=True).exists()
    sync("contact")
    assert Contact.objects.get().title == "Head"
    assert row.replay_id is None, "until something is heard again, each turn reads what happened before it"


def test_a_conversation_that_breaks_off_is_taken_up_again(sf: Salesforce, ruiz: str) -> None:
    sf.controls.change("Contact", ruiz, {"Title": "Head"})
    sf.faults.plan("reset_after", path="/cometd/", skip=2)
    assert hear() == 0
    row = Listener.objects.get()
    assert row.error_code == "crm_unavailable" and row.next_attempt_at > timezone.now()
    sf.controls.expire_tokens()
    assert hear() == 1, "the token is renewed on the way"
    assert Listener.objects.get().error_code == ""


def test_a_forgotten_client_shakes_hands_again(sf: Salesforce, ruiz: str) -> None:
    turns = iter([False, True])

    def forget() -> bool:
        sf.streaming.clients.clear()
        return next(turns)

    assert hear(forget) == 0
    assert "listening begins anew" in Listener.objects.get().error_message
    sf.controls.change("Contact", ruiz, {"Title": "Head"})
    assert hear() == 1


def test_one_process_listens(sf: Salesforce, ruiz: str) -> None:
    Listener.objects.update(next_attempt_at=timezone.now())
    assert len(work.claim(services.due(), limit=1, seconds=60)) == 1
    assert work.claim(services.due(), limit=1, seconds=60) == []
    (row,) = Listener.objects.all()
    Listener.objects.update(lease_token=None)
    row.lease_token = None
    with pytest.raises(work.LeaseLost):
        services.listen(Listener(pk=row.pk, connection=row.connection, lease_token=row.pk), should_stop=lambda: True)


def test_refusals_end_it_until_a_person_has_looked(sf: Salesforce, ruiz: str, admin: User) -> None:
    Listener.objects.update(attempts=8)
    assert not services.due().exists()
    row = Listener.objects.get()
    services.retry(actor=admin, pk=row.pk)
    assert services.due().exists()
    services.cancel(actor=admin, pk=row.pk)
    assert not services.due().exists()


def test_the_setting_begins_and_ends_it(address: str, admin: User) -> None:
    typed = {"login_url": address, "client_id": "crmllm-server", "client_secret": "made-up-secret"}
    wanted = Wanted("Force", {**typed, "change_events": "yes"})
    made = setup.connect(actor=admin, connector="salesforce", way="client", wanted=wanted)
    assert Listener.objects.filter(connection=made).exists()
    setup.change(actor=admin, connection=made, wanted=Wanted("Force", {**typed, "change_events": "no"}))
    assert not Listener.objects.exists()
