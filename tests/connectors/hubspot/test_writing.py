"""Approved changes on their way into HubSpot: each lands once, or says why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from crmllm.access.models import User
from crmllm.connectors.base import Change, Operation, RemoteRecord, WriteContext
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.models import Connection, LimitWindow, Stream
from crmllm.core.audit import SYSTEM
from crmllm.crm.models import Account as Firm
from crmllm.crm.models import Contact, Opportunity, Stage
from crmllm.proposals import services as proposals
from crmllm.writeback.choices import State
from crmllm.writeback.models import Writeback
from tests.connectors.hubspot.conftest import deliver, held
from tests.support import factories
from tests.support.hubspot.account import Account, Rule
from tests.support.hubspot.server import Server
from tests.support.hubspot.store import Row
from tests.support.outbox import approved

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.usefixtures("connection")]


def rows(account: Account, name: str) -> list[Row]:
    return [row for row in account.table(name).rows.values() if row.archived is None]


def only(account: Account, name: str) -> Row:
    (row,) = rows(account, name)
    return row


def tied(row: Row, other: str) -> list[int]:
    return sorted(row.links.get(other, {}))


@pytest.fixture
def ruiz(account: Account, sync: Any) -> Contact:
    """A contact that was read from there."""
    account.make("contacts", firstname="Maria", lastname="Ruiz", email="m@x.example", jobtitle="Buyer")
    sync("owner", "stage", "account", "contact")
    return Contact.objects.get()


# --- the straight way


def test_all_proposals_of_a_message_are_written_and_verified(account: Account, reviewer: User, sync: Any) -> None:
    sync("owner", "product", "stage")
    for proposal in factories.proposals().values():
        proposals.approve(user=reviewer, proposal=proposal)
    states = deliver()
    errors = list(Writeback.objects.exclude(error_message="").values_list("object", "error_message"))
    assert (set(states), errors) == ({State.VERIFIED}, [])
    assert len(states) == Writeback.objects.count() == 4
    firm, person, deal, task = (only(account, one) for one in ("companies", "contacts", "deals", "tasks"))
    assert (firm.values["name"], firm.values["domain"]) == ("Betasoloin GmbH", "betasoloin.example")
    assert (person.values["firstname"], person.values["lastname"]) == ("Maria", "Ruiz")
    assert account.table("contacts").value(person, "associatedcompanyid") == str(firm.id)
    assert (deal.values["amount"], tied(deal, "companies"), tied(deal, "contacts")) == (
        "48000.00", [firm.id], [person.id],
    )  # fmt: skip
    assert (tied(task, "deals"), task.values["hs_task_status"]) == ([deal.id], "NOT_STARTED")
    assert firm.values["crmllm_id"] == str(Firm.objects.get().pk)
    assert account.schema["companies"]["crmllm_id"].unique


def test_an_update_and_its_undo(account: Account, reviewer: User, ruiz: Contact) -> None:
    row = approved(reviewer, "contact", {"title": "Head of Procurement", "phone": "+4930901820"}, record=ruiz)
    assert deliver() == [State.VERIFIED]
    assert only(account, "contacts").values["jobtitle"] == "Head of Procurement"
    proposals.undo(user=reviewer, proposal=row.proposal)
    assert deliver() == [State.VERIFIED]
    there = only(account, "contacts").values
    assert (there["jobtitle"], there.get("phone")) == ("Buyer", None), "what was empty is empty again"


def test_the_undo_of_a_create_archives_it(account: Account, reviewer: User) -> None:
    row = approved(reviewer, "account", {"name": "Acme"})
    assert deliver() == [State.VERIFIED]
    proposals.undo(user=reviewer, proposal=row.proposal)
    assert deliver() == [State.VERIFIED]
    assert rows(account, "companies") == [] and not Firm.objects.filter(state="active").exists()


def test_a_tie_takes_the_place_of_another_and_goes_again(
    account: Account, reviewer: User, sync: Any, crm: DeclaredConnector
) -> None:
    first, second = (account.make("companies", name=name) for name in ("First", "Second"))
    deal = account.make("deals", dealname="Plotters", dealstage="contractsent")
    for number in (341, 5):
        account.store.link("deals", deal, "companies", first, number, number + 1)
    sync("stage", "account", "opportunity")
    other = Firm.objects.get(name="Second")
    row = approved(
        reviewer, "opportunity", {"account": str(other.pk), "amount": "5.00"}, record=Opportunity.objects.get()
    )
    assert deliver() == [State.VERIFIED]
    assert (tied(deal, "companies"), deal.values["amount"]) == ([second.id], "5.00")
    proposals.undo(user=reviewer, proposal=row.proposal)
    assert deliver() == [State.VERIFIED]
    assert tied(deal, "companies") == [first.id]
    crm.send("opportunity", Operation.UPDATE, [_change({"account": None}, str(deal.id))])
    assert tied(deal, "companies") == []


def test_a_stage_of_another_pipeline_brings_its_pipeline(account: Account, reviewer: User, sync: Any) -> None:
    account.make("deals", dealname="Plotters", dealstage="contractsent")
    sync("stage", "opportunity")
    signed = Stage.objects.get(name="Signed")
    approved(reviewer, "opportunity", {"stage": str(signed.pk)}, record=Opportunity.objects.get())
    assert deliver() == [State.VERIFIED]
    there = only(account, "deals").values
    assert (there["pipeline"], there["dealstage"]) == ("70001", "71002")


def test_a_lead_is_tied_to_the_contact_that_it_is_about(account: Account, reviewer: User, ruiz: Contact) -> None:
    approved(reviewer, "lead", {"name": "Plotters for Riga", "email": "m@x.example", "status": "working"})
    approved(reviewer, "lead", {"name": "Otto Kern", "email": "otto@beta.example", "title": "Buyer"})
    states = deliver()
    assert list(Writeback.objects.exclude(error_message="").values_list("error_message", flat=True)) == []
    assert states == [State.VERIFIED] * 2
    people = {row.values["email"]: row for row in rows(account, "contacts")}
    leads = {row.values["hs_lead_name"]: row for row in rows(account, "leads")}
    assert tied(leads["Plotters for Riga"], "contacts") == [people["m@x.example"].id]
    assert tied(leads["Otto Kern"], "contacts") == [people["otto@beta.example"].id]
    assert people["m@x.example"].values["jobtitle"] == "Buyer", "a contact that is there stays as it is"
    assert leads["Plotters for Riga"].values["hs_pipeline_stage"] == "attempting-stage-id"


def test_our_own_write_that_comes_back_changes_nothing(
    account: Account, reviewer: User, ruiz: Contact, sync: Any
) -> None:
    approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    deliver()
    ruiz.refresh_from_db()
    version = ruiz.version
    run = sync("contact")["contact"]
    assert (run.counts["read"], run.counts["unchanged"]) == (1, 1)
    ruiz.refresh_from_db()
    assert ruiz.version == version and ruiz.field_meta["title"]["by"] == "proposal"


def test_values_arrive_as_they_are(account: Account, reviewer: User, sync: Any) -> None:
    sync("owner", "stage")
    due = (timezone.now() + timedelta(days=3)).date().isoformat()
    deal = {"name": "50 % 'O''Neil' \\ 日本 👩‍🔬", "amount": "1234567.89", "close_date": due, "summary": "<b>a</b>\nb"}
    approved(reviewer, "opportunity", deal)
    approved(reviewer, "activity", {"name": "Call", "kind": "call", "due": due, "text": "ü" * 3000})
    approved(reviewer, "account", {"name": "Acme", "employees": 12, "domains": ["a.example", "b.example"]})
    assert deliver() == [State.VERIFIED] * 3
    there = only(account, "deals").values
    assert (there["dealname"], there["amount"], there["closedate"][:10]) == (deal["name"], "1234567.89", due)
    assert only(account, "companies").values["numberofemployees"] == "12"
    sync("account", "opportunity", "activity")
    assert Firm.objects.get().domains == ["a.example", "b.example"], "the CRM keeps one; ours are not lost"
    assert str(Opportunity.objects.get().amount) == "1234567.89"


# --- many at once


def test_changes_of_a_kind_go_together(account: Account, crm: DeclaredConnector, hub: Server) -> None:
    changes = [_change({"name": f"Account {number:03}"}) for number in range(230)]
    made = [one for one in crm.send("account", Operation.CREATE, changes) if isinstance(one, RemoteRecord)]
    ids = [one.external_id for one in made]
    assert (len(made), hub.count("POST", "batch/create")) == (230, 3)
    found = crm.read("account", ids, ["name"])
    assert [found[one].values["name"] for one in ids] == [change.values["name"] for change in changes]
    crm.send("account", Operation.UPDATE, [_change({"city": "Riga"}, one) for one in ids])
    assert {row.values["city"] for row in rows(account, "companies")} == {"Riga"}
    assert crm.send("account", Operation.DELETE, [_change({}, one) for one in ids]) == [None] * 230
    assert (hub.count("POST", "batch/update"), hub.count("POST", "batch/archive"), rows(account, "companies")) == (
        3,
        3,
        [],
    )


def _change(values: dict[str, Any], external_id: str = "") -> Change:
    return Change(WriteContext(uuid4(), uuid4(), uuid4(), SYSTEM), values, external_id)


def test_of_a_batch_each_change_ends_by_itself(account: Account, reviewer: User, hub: Server) -> None:
    account.make("contacts", lastname="There", email="there@x.example")
    account.rules["contacts"] = [Rule("company", {"jobtitle": "Buyer"}, "A buyer needs a company.")]
    good = [
        approved(reviewer, "contact", {"name": f"Good {number}", "email": f"g{number}@x.example"})
        for number in range(5)
    ]
    by_rule = approved(reviewer, "contact", {"name": "Odd", "title": "Buyer"})
    twin = approved(reviewer, "contact", {"name": "Twin", "email": "there@x.example"})
    assert sorted(deliver()) == [State.FAILED] * 2 + [State.VERIFIED] * 5
    by_rule.refresh_from_db()
    twin.refresh_from_db()
    assert "A buyer needs a company." in by_rule.error_message
    assert (twin.error_code, "Existing ID" in twin.error_message) == ("crm_duplicate", True)
    assert len(rows(account, "contacts")) == 1 + len(good)
    assert hub.count("POST", "/contacts/batch/create") == 1


def test_a_batch_that_is_refused_whole_is_sent_one_by_one(account: Account, reviewer: User) -> None:
    """Two inputs with the same e-mail address make HubSpot refuse all of them."""
    for name in ("First", "Second", "Third"):
        approved(reviewer, "contact", {"name": name, "email": f"{'same' if name != 'Third' else 'other'}@x.example"})
    assert sorted(deliver()) == [State.FAILED, State.VERIFIED, State.VERIFIED]
    assert sorted(row.values["email"] for row in rows(account, "contacts")) == ["other@x.example", "same@x.example"]


def test_an_option_that_hubspot_does_not_know(account: Account, reviewer: User, sync: Any) -> None:
    account.make("deals", dealname="D", dealstage="contractsent")
    sync("stage", "opportunity")
    row = approved(reviewer, "opportunity", {"currency": "XAU"}, record=Opportunity.objects.get())
    assert deliver() == [State.FAILED]
    row.refresh_from_db()
    assert "XAU was not one of the allowed options" in row.error_message


# --- bad days


@pytest.mark.parametrize("kind", ["reset_after", "html", "server_error", "gateway_timeout", "reset_before"])
def test_after_an_unclear_answer_there_is_exactly_one_record(
    account: Account, reviewer: User, hub: Server, kind: str
) -> None:
    row = approved(reviewer, "account", {"name": "Acme"})
    hub.faults.plan(kind, method="POST", path="/objects/.*/companies$")
    assert deliver() == [State.SENDING]
    assert deliver() == [State.VERIFIED]
    record = Firm.objects.get()
    approved(reviewer, "account", {"city": "Riga"}, record=record)
    hub.faults.plan(kind, method="PATCH", path="/companies/")
    assert deliver() == [State.SENDING]
    assert deliver() == [State.VERIFIED]
    assert only(account, "companies").values["city"] == "Riga"
    ours = [write.what for write in account.store.ledger if write.object == "companies"]
    assert ours == ["create", "update"]
    row.refresh_from_db()
    assert row.state == State.VERIFIED and hub.faults.left() == 0


@pytest.mark.parametrize("kind", ["reset_after", "html"])
def test_what_has_to_be_done_before_a_create_may_fail_too(
    account: Account, reviewer: User, hub: Server, kind: str
) -> None:
    """The property that carries our id, and the contact of a lead: the record itself was not sent yet."""
    approved(reviewer, "lead", {"name": "Otto Kern", "email": "otto@beta.example"})
    for path in ("/properties/.*/leads$", "/properties/.*/contacts$", "/objects/.*/contacts$"):
        hub.faults.plan(kind, method="POST", path=path)
        assert deliver() == [State.WAITING]
    assert deliver() == [State.VERIFIED]
    assert (len(rows(account, "leads")), len(rows(account, "contacts"))) == (1, 1)


def test_a_create_that_hubspot_carries_out_late_is_our_own(account: Account, crm: DeclaredConnector) -> None:
    """It was not there yet when it was looked for; the second try meets it, and takes it for what it is."""
    change = _change({"name": "Acme"})
    [first] = crm.send("account", Operation.CREATE, [change])
    [second] = crm.send("account", Operation.CREATE, [change])
    assert isinstance(first, RemoteRecord) and isinstance(second, RemoteRecord)
    assert first.external_id == second.external_id and len(rows(account, "companies")) == 1


def test_an_unclear_answer_to_a_batch(account: Account, reviewer: User, hub: Server, ruiz: Contact) -> None:
    firm = account.make("companies", name="Tied")
    for number in range(4):
        approved(reviewer, "contact", {"name": f"Person {number}"})
    hub.faults.plan("reset_after", method="POST", path="/contacts/batch/create")
    assert deliver() == [State.SENDING] * 4
    assert deliver() == [State.VERIFIED] * 4
    assert len(rows(account, "contacts")) == 5 and firm.archived is None


@pytest.mark.parametrize(("kind", "state"), [
    ("ten_seconds", State.WAITING), ("retry_after", State.WAITING), ("daily", State.WAITING),
    ("locked", State.WAITING), ("migrating", State.WAITING),
])  # fmt: skip
def test_what_was_not_done_waits(
    account: Account, reviewer: User, hub: Server, ruiz: Contact, kind: str, state: str
) -> None:
    row = approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    hub.faults.plan(kind, method="PATCH", path="/contacts/")
    assert deliver() == [state]
    row.refresh_from_db()
    assert row.sent_at is None and row.next_attempt_at > timezone.now()
    assert deliver() == [State.VERIFIED]
    assert only(account, "contacts").values["jobtitle"] == "Head"


def test_the_day_s_calls_are_used_up_and_nothing_is_asked(
    account: Account, reviewer: User, hub: Server, ruiz: Contact
) -> None:
    hub.faults.plan("daily", method="PATCH", path="/contacts/")
    approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    deliver()
    asked = len(hub.log)
    Writeback.objects.update(next_attempt_at=timezone.now())
    assert factories.deliver_all() == [State.WAITING]
    assert len(hub.log) == asked
    assert LimitWindow.objects.get(name="daily").blocked_until is not None


def test_a_token_that_ends_in_the_middle_of_a_write(
    account: Account, reviewer: User, hub: Server, connect: Any, connection: Connection
) -> None:
    Connection.objects.filter(pk=connection.pk).update(way="client")
    approved(reviewer, "account", {"name": "Acme"})
    hub.faults.plan("expired", method="POST", path="/objects/.*/companies$")
    assert deliver() == [State.VERIFIED]
    assert len(rows(account, "companies")) == 1


def test_what_somebody_else_changed_is_not_overwritten(account: Account, reviewer: User, ruiz: Contact) -> None:
    row = approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    account.edit("contacts", only(account, "contacts").id, jobtitle="Chief")
    assert deliver() == [State.CONFLICT]
    row.refresh_from_db()
    assert only(account, "contacts").values["jobtitle"] == "Chief"


def test_a_record_that_is_gone_or_merged_is_a_conflict(account: Account, reviewer: User, ruiz: Contact) -> None:
    winner = account.make("contacts", lastname="Winner")
    approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    [loser] = [row for row in rows(account, "contacts") if row.id != winner.id]
    account.store.merge("contacts", winner, loser)
    assert deliver() == [State.CONFLICT]
    assert only(account, "contacts").values.get("jobtitle") == "Buyer", "the merge brought it, we did not write"


def test_the_property_that_carries_our_id_is_made_once(account: Account, crm: DeclaredConnector, hub: Server) -> None:
    for name in ("account", "contact", "opportunity", "activity", "lead", "case"):
        crm.strategy.ready(name)
    asked = len(hub.log)
    crm.strategy.ready("account")
    assert len(hub.log) == asked
    for name in ("companies", "contacts", "deals", "tasks", "leads", "tickets"):
        assert account.schema[name]["crmllm_id"].unique


def test_a_property_that_was_removed_after_it_was_mapped(
    account: Account, reviewer: User, sync: Any, connection: Connection
) -> None:
    account.add_property("companies", name="segment")
    account.make("companies", name="Acme", segment="Key account")
    sync("account")
    Stream.objects.filter(name="account").update(mapping={"industry": {"theirs": "segment"}})
    sync("account", full=True)
    account.schema.remove("companies", "segment")
    row = approved(reviewer, "account", {"industry": "Energy", "city": "Riga"}, record=Firm.objects.get())
    assert deliver() == [State.CONFLICT]
    row.refresh_from_db()
    assert "no longer shown by the CRM" in row.error_message
    assert held("account")["industry"] == "Key account"


def test_a_property_of_our_name_that_is_not_unique_is_refused(account: Account, reviewer: User) -> None:
    account.add_property("companies", name="crmllm_id")
    row = approved(reviewer, "account", {"name": "Acme"})
    assert deliver() == [State.FAILED]
    row.refresh_from_db()
    assert "need not be unique" in row.error_message and rows(account, "companies") == []


def test_without_the_right_to_write_nothing_is_lost(
    account: Account, reviewer: User, hub: Server, ruiz: Contact
) -> None:
    row = approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    hub.faults.plan("missing_scopes", method="PATCH", path="/contacts/")
    assert deliver() == [State.FAILED]
    row.refresh_from_db()
    assert "scope" in row.error_message
    assert held("contact")["title"] == "Buyer"
