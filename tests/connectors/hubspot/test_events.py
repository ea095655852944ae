"""What HubSpot tells by itself: believed when it is signed, read anew, taken over once."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.connectors.choices import ExternalState
from crmllm.connectors.models import ExternalRecord, RemoteEvent
from crmllm.crm.choices import RecordState
from crmllm.crm.models import Contact, Opportunity
from tests.connectors.hubspot.conftest import deliver as send_all
from tests.connectors.hubspot.conftest import held, work_off
from tests.support.hubspot.account import Account, Rights
from tests.support.hubspot.events import Delivery
from tests.support.hubspot.server import Server
from tests.support.outbox import approved

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def ruiz(account: Account, sync: Any) -> Any:
    row = account.make("contacts", firstname="Maria", lastname="Ruiz", jobtitle="Buyer")
    sync("owner", "stage", "account", "contact", "opportunity")
    account.events.waiting.clear()
    return row


def test_a_change_is_taken_over_at_once(account: Account, ruiz: Any, url: str, door: Any) -> None:
    account.edit("contacts", ruiz.id, jobtitle="Head")
    assert [door(one) for one in account.events.deliveries(url)] == [204]
    work_off()
    assert held("contact")["title"] == "Head"


def test_forged_late_and_replayed_ones_are_refused(account: Account, ruiz: Any, url: str, door: Any) -> None:
    account.edit("contacts", ruiz.id, jobtitle="Head")
    events = list(account.events.waiting)
    forged = account.events.signed(url, events, secret="somebody else's")
    late = account.events.signed(url, events, late=301)
    early = account.events.signed(url, events, late=-301)
    elsewhere = account.events.signed(url.replace("hooks", "other"), events)
    moved = Delivery(url, elsewhere.body, elsewhere.headers)
    good = account.events.signed(url, events)
    changed = Delivery(url, good.body.replace(b"jobtitle", b"lastname"), good.headers)
    bare = Delivery(url, good.body, {"Content-Type": "application/json"})
    assert [door(one) for one in (forged, late, early, moved, changed, bare)] == [403] * 6
    assert not RemoteEvent.objects.exists()
    assert [door(good), door(good)] == [204, 204], "within the five minutes a repeat is harmless"
    assert RemoteEvent.objects.count() == 1


def test_doubled_reordered_and_unknown_ones(account: Account, ruiz: Any, url: str, door: Any, hub: Server) -> None:
    for title in ("One", "Two", "Three"):
        account.edit("contacts", ruiz.id, jobtitle=title)
    account.events.add("contact", "propertyChange", 999_999, propertyName="email", propertyValue="x")
    account.events.add("line_item", "creation", 5)
    deliveries = account.events.deliveries(url, reverse=True, twice=True)
    assert [door(one) for one in deliveries] == [204, 204]
    hub.log.clear()
    work_off()
    assert held("contact")["title"] == "Three", "the record is read; no event is believed"
    assert RemoteEvent.objects.count() == 4
    assert hub.count("POST", "/contacts/batch/read") == 1, "several events of one object are one call"


def test_deleted_restored_merged(account: Account, ruiz: Any, url: str, door: Any) -> None:
    def told() -> None:
        for one in account.events.deliveries(url, reverse=True):
            assert door(one) == 204
        work_off()

    account.store.archive("contacts", ruiz)
    told()
    assert Contact.objects.get().state == RecordState.DELETED
    account.store.restore("contacts", ruiz)
    told()
    assert Contact.objects.get().state == RecordState.ACTIVE
    winner = account.make("contacts", lastname="Winner")
    told()
    account.store.merge("contacts", winner, ruiz)
    told()
    states = dict(ExternalRecord.objects.filter(object="contact").values_list("external_id", "state"))
    assert states == {str(winner.id): ExternalState.ACTIVE, str(ruiz.id): ExternalState.MERGED}
    assert dict(Contact.objects.values_list("name", "state"))["Maria Winner"] == RecordState.ACTIVE


def test_a_tie_is_taken_over_though_it_leaves_no_stamp(
    account: Account, ruiz: Any, url: str, door: Any, sync: Any
) -> None:
    deal = account.make("deals", dealname="Plotters", dealstage="contractsent")
    sync("opportunity")
    account.store.link("deals", deal, "contacts", ruiz, 3, 4)
    for one in account.events.deliveries(url):
        door(one)
    work_off()
    assert Opportunity.objects.get().contact == Contact.objects.get()


def test_a_record_that_is_hidden_from_us_is_not_deleted(account: Account, ruiz: Any, url: str, door: Any) -> None:
    account.edit("contacts", ruiz.id, jobtitle="Head")
    account.rights[None] = Rights(hidden_rows={("contacts", ruiz.id)})
    for one in account.events.deliveries(url):
        door(one)
    work_off()
    assert ExternalRecord.objects.get(object="contact").state == ExternalState.HIDDEN
    assert Contact.objects.get().state == RecordState.ACTIVE


def test_our_own_write_comes_back_and_changes_nothing(
    account: Account, ruiz: Any, url: str, door: Any, reviewer: User
) -> None:
    contact = Contact.objects.get()
    approved(reviewer, "contact", {"title": "Head"}, record=contact)
    assert send_all() == ["verified"]
    contact.refresh_from_db()
    assert [door(one) for one in account.events.deliveries(url)] == [204]
    work_off()
    version = contact.version
    contact.refresh_from_db()
    assert (contact.version, contact.field_meta["title"]["by"]) == (version, "proposal")


def test_an_event_waits_for_a_crm_that_does_not_answer(
    account: Account, ruiz: Any, url: str, door: Any, hub: Server
) -> None:
    account.edit("contacts", ruiz.id, jobtitle="Head")
    for one in account.events.deliveries(url):
        door(one)
    hub.faults.plan("html", path="/contacts/")
    work_off()
    assert RemoteEvent.objects.get().done_at is None and held("contact")["title"] == "Buyer"
    work_off()
    assert held("contact")["title"] == "Head"
