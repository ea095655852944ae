"""Approved changes on their way into Salesforce: each lands once, or says why not."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from crmllm.access.models import User
from crmllm.connectors import registry
from crmllm.connectors.base import Change, Operation, RemoteRecord, WriteContext
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.models import Connection, ExternalRecord
from crmllm.connectors.salesforce import strategy
from crmllm.core.audit import SYSTEM
from crmllm.crm import selectors, values
from crmllm.crm.models import Account, Activity, Contact, Lead, Opportunity, Record
from crmllm.proposals import services as proposals
from crmllm.writeback.choices import State
from crmllm.writeback.models import Writeback
from tests.support import factories
from tests.support.outbox import approved, deliver
from tests.support.salesforce.server import Salesforce

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.usefixtures("connection")]


def shown(sf: Salesforce, kind: str, *names: str) -> tuple[Any, ...]:
    """The values of the only row of its kind."""
    (row,) = sf.controls.rows(kind)
    return tuple(row[name] for name in names)


def theirs(record: Record) -> str:
    return ExternalRecord.objects.get(record_id=record.pk).external_id


@pytest.fixture
def ruiz(sf: Salesforce, sync: Any) -> Contact:
    """A contact that was read from there."""
    sf.controls.load(
        "Contact",
        [{"FirstName": "Maria", "LastName": "Ruiz", "Email": "m@x.example", "Title": "Buyer"}],
        "2026-11-20T09:00:00.000+0000",
    )
    sync("owner", "stage", "account", "contact")
    return Contact.objects.get()


# --- the straight way


def test_all_proposals_of_a_message_are_written_and_verified(sf: Salesforce, reviewer: User, sync: Any) -> None:
    sync("owner", "product", "stage")
    for proposal in factories.proposals().values():
        proposals.approve(user=reviewer, proposal=proposal)
    states = deliver()
    assert set(states) == {State.VERIFIED} and len(states) == Writeback.objects.count() == 4
    (account,) = sf.controls.rows("Account")
    (contact,) = sf.controls.rows("Contact")
    (deal,) = sf.controls.rows("Opportunity")
    (task,) = sf.controls.rows("Task")
    assert (account["Name"], account["Website"]) == ("Betasoloin GmbH", "betasoloin.example")
    assert (contact["FirstName"], contact["LastName"], contact["AccountId"]) == ("Maria", "Ruiz", account["Id"])
    assert (deal["AccountId"], deal["Amount"], deal["ContactId"]) == (account["Id"], 48000, contact["Id"])
    assert (task["WhatId"], task["WhoId"], task["Status"]) == (deal["Id"], contact["Id"], "Not Started")
    assert account["Crmllm_Id__c"] == str(Account.objects.get().pk)


def test_an_update_and_its_undo(sf: Salesforce, reviewer: User, ruiz: Contact) -> None:
    row = approved(reviewer, "contact", {"title": "Head of Procurement", "phone": "+4930901820"}, record=ruiz)
    assert deliver() == [State.VERIFIED]
    assert shown(sf, "Contact", "Title", "Phone") == ("Head of Procurement", "+4930901820")
    proposals.undo(user=reviewer, proposal=row.proposal)
    assert deliver() == [State.VERIFIED]
    assert shown(sf, "Contact", "Title", "Phone") == ("Buyer", None), "what was empty is empty again"
    row.refresh_from_db()
    assert row.state == State.UNDONE


def test_the_undo_of_a_create_deletes_it(sf: Salesforce, reviewer: User) -> None:
    row = approved(reviewer, "account", {"name": "Acme"})
    assert deliver() == [State.VERIFIED]
    proposals.undo(user=reviewer, proposal=row.proposal)
    assert deliver() == [State.VERIFIED]
    assert sf.controls.rows("Account") == [] and not Account.objects.filter(state="active").exists()


def test_what_a_create_must_hold_there_is_filled_in_and_read_back(sf: Salesforce, reviewer: User, sync: Any) -> None:
    sync("owner", "stage")
    approved(reviewer, "lead", {"name": "Otto", "email": "otto@beta.example", "email_consent": "granted"})
    assert deliver() == [State.VERIFIED]
    assert shown(sf, "Lead", "LastName", "Company", "HasOptedOutOfEmail") == ("Otto", "[not provided]", False)
    sync("lead")
    fields = selectors.field_map("lead")
    assert values.read(Lead.objects.get(), [fields["company"], fields["email_consent"]]) == {
        "company": None,
        "email_consent": "granted",
    }


def test_our_own_write_that_comes_back_changes_nothing(
    sf: Salesforce, reviewer: User, ruiz: Contact, sync: Any
) -> None:
    approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    deliver()
    ruiz.refresh_from_db()
    version = ruiz.version
    run = sync("contact")["contact"]
    assert (run.counts["read"], run.counts["unchanged"]) == (1, 1)
    ruiz.refresh_from_db()
    assert ruiz.version == version and ruiz.field_meta["title"]["by"] == "proposal"


def test_values_arrive_as_they_are(sf: Salesforce, reviewer: User, sync: Any) -> None:
    sync("owner", "stage")
    due = (date.today() + timedelta(days=3)).isoformat()
    deal = {
        "name": "50 % off 'O''Neil' \\ 日本 👩‍🔬",
        "amount": "1234567.89",
        "close_date": due,
        "summary": "<b>a</b>\nb",
    }
    approved(reviewer, "opportunity", deal)
    approved(reviewer, "activity", {"name": "Call", "kind": "call", "due": due, "text": "ü" * 3000})
    approved(
        reviewer, "account", {"name": "Acme", "employees": 12, "country": "DE", "domains": ["a.example", "b.example"]}
    )
    assert deliver() == [State.VERIFIED] * 3
    assert shown(sf, "Opportunity", "Name", "Amount", "CloseDate", "Description") == (
        deal["name"],
        1234567.89,
        due,
        "<b>a</b>\nb",
    )
    assert shown(sf, "Task", "ActivityDate", "TaskSubtype", "Description") == (due, "Call", "ü" * 3000)
    assert shown(sf, "Account", "NumberOfEmployees", "BillingCountry", "Website") == (12, "DE", "a.example")
    sync("account", "opportunity", "activity")
    assert Account.objects.get().domains == ["a.example", "b.example"], "the CRM keeps one; ours are not lost"
    assert Activity.objects.get().kind == "call" and str(Opportunity.objects.get().amount) == "1234567.89"


# --- many at once


def test_changes_of_a_kind_go_together(sf: Salesforce, crm: DeclaredConnector) -> None:
    changes = [
        Change(WriteContext(uuid4(), uuid4(), uuid4(), SYSTEM), {"name": f"Account {number:03}"})
        for number in range(230)
    ]
    made = crm.send("account", Operation.CREATE, changes)
    assert [seen.path for seen in sf.app.log if "/data/" in seen.path] == [
        "/services/data/v68.0/composite/sobjects/Account/Crmllm_Id__c"
    ] * 2
    ids = [one.external_id for one in made if isinstance(one, RemoteRecord)]
    found = crm.read("account", ids, ["name"])
    assert len(sf.controls.rows("Account")) == 230
    assert [found[one].values["name"] for one in ids] == [change.values["name"] for change in changes]


def test_of_a_batch_each_change_ends_by_itself(sf: Salesforce, reviewer: User, ruiz: Contact) -> None:
    sf.controls.add_validation("Account", "Name", "Forbidden.*", "This name is not allowed here")
    sf.controls.set_choices("Account", "Industry", ["Energy"])
    good = [approved(reviewer, "account", {"name": f"Good {number}"}) for number in range(5)]
    by_rule = approved(reviewer, "account", {"name": "Forbidden Ltd"})
    by_list = approved(reviewer, "account", {"name": "Strange Ltd", "industry": "Alchemy"})
    states = deliver()
    assert sorted(states) == [State.FAILED] * 2 + [State.VERIFIED] * 5
    by_rule.refresh_from_db()
    by_list.refresh_from_db()
    assert "This name is not allowed here" in by_rule.error_message
    assert "bad value for restricted picklist" in by_list.error_message
    assert len(sf.controls.rows("Account")) == len(good)


def test_a_locked_row_is_tried_again_and_the_others_are_not(sf: Salesforce, reviewer: User, sync: Any) -> None:
    ids = sf.controls.load("Account", [{"Name": f"Account {number}"} for number in range(3)])
    sync("account")
    sf.controls.hold_lock(ids[1])
    for account in Account.objects.all():
        approved(reviewer, "account", {"phone": "+4930901820"}, record=account)
    assert sorted(deliver()) == [State.VERIFIED, State.VERIFIED, State.WAITING]
    assert deliver() == [State.VERIFIED]
    assert [write["operation"] for write in sf.controls.ledger("Account")].count("update") == 3


def test_large_numbers_go_as_one_job(
    sf: Salesforce, reviewer: User, monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    monkeypatch.setattr(strategy, "BULK_FROM", 20)
    sf.controls.set_pages(bulk_polls=1)
    sf.controls.add_validation("Account", "Name", "Forbidden.*", "This name is not allowed here")
    message = factories.interaction()
    for number in range(24):
        wanted = {"name": f'Acme "{number}", Söhne\n& Co' if number else "Forbidden", "phone": "+4930901820"}
        approved(reviewer, "account", {**wanted, **({"city": "Berlin"} if number % 2 else {})}, interaction=message)
    assert sorted(deliver()) == [State.FAILED] + [State.VERIFIED] * 23
    assert sf.app.count("POST", "/jobs/ingest$") == 1
    rows = sf.controls.rows("Account")
    assert len(rows) == 23 and sum(row.get("BillingCity") == "Berlin" for row in rows) == 12
    message = factories.interaction()
    for account in Account.objects.all():
        approved(reviewer, "account", {"phone": "+4930901821"}, record=account, interaction=message)
    assert set(deliver()) == {State.VERIFIED}
    assert {row["Phone"] for row in sf.controls.rows("Account")} == {"+4930901821"}
    assert {row.get("BillingCity") for row in sf.controls.rows("Account")} == {"Berlin", None}
    for row in Writeback.objects.filter(operation="update"):
        proposals.undo(user=reviewer, proposal=row.proposal)
    assert set(deliver()) == {State.VERIFIED}
    assert {row["Phone"] for row in sf.controls.rows("Account")} == {"+4930901820"}
    for row in Writeback.objects.filter(operation="create", state=State.VERIFIED):
        proposals.undo(user=reviewer, proposal=row.proposal)
    assert set(deliver()) == {State.VERIFIED} and sf.controls.rows("Account") == []
    assert sf.app.count("POST", "/jobs/ingest$") == 4


# --- refusals


def test_a_duplicate_rule_refuses_with_a_sentence(sf: Salesforce, reviewer: User) -> None:
    sf.controls.forbid_duplicates("Contact", "Email")
    sf.controls.load("Contact", [{"LastName": "Ruiz", "Email": "m@x.example"}])
    row = approved(reviewer, "contact", {"name": "Maria Ruiz", "email": "m@x.example"})
    assert deliver() == [State.FAILED]
    row.refresh_from_db()
    assert row.error_code == "crm_duplicate" and "Use one of these records?" in row.error_message


@pytest.mark.parametrize("take", ["edit", "field", "row"])
def test_a_permission_that_was_taken_away_refuses_and_names_it(
    take: str, sf: Salesforce, reviewer: User, ruiz: Contact
) -> None:
    {
        "edit": lambda: sf.controls.forbid("Contact", "edit"),
        "field": lambda: sf.controls.lock_field("Contact", "Title"),
        "row": lambda: sf.controls.lock_row(theirs(ruiz)),
    }[take]()
    row = approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    assert deliver() == [State.FAILED]
    row.refresh_from_db()
    assert "may not do this" in row.error_message and shown(sf, "Contact", "Title") == ("Buyer",)


def test_a_change_in_between_goes_back_to_review(sf: Salesforce, reviewer: User, ruiz: Contact) -> None:
    approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    sf.controls.change("Contact", theirs(ruiz), {"Title": "Boss"})
    assert deliver() == [State.CONFLICT]
    assert shown(sf, "Contact", "Title") == ("Boss",)


def test_a_change_between_reading_and_writing_is_refused_there(
    sf: Salesforce, reviewer: User, ruiz: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The update carries the moment of the version that was compared; Salesforce refuses it for any later one."""
    approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    send = DeclaredConnector.send

    def somebody_is_quicker(self: DeclaredConnector, *args: Any) -> Any:
        sf.controls.change("Contact", theirs(ruiz), {"Title": "Boss"})
        return send(self, *args)

    monkeypatch.setattr(DeclaredConnector, "send", somebody_is_quicker)
    assert deliver() == [State.CONFLICT]
    assert [seen.status for seen in sf.app.log if seen.method == "PATCH"] == [412]
    assert shown(sf, "Contact", "Title") == ("Boss",)


def test_a_record_that_is_gone_goes_back_to_review(sf: Salesforce, reviewer: User, ruiz: Contact) -> None:
    approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    sf.controls.delete("Contact", theirs(ruiz))
    assert deliver() == [State.CONFLICT]


def test_a_field_that_is_hidden_is_never_written(sf: Salesforce, reviewer: User, ruiz: Contact) -> None:
    sf.controls.hide_field("Contact", "Title")
    approved(reviewer, "contact", {"title": "Head", "phone": "+4930901820"}, record=ruiz)
    assert deliver() == [State.VERIFIED]
    assert shown(sf, "Contact", "Title", "Phone") == ("Buyer", "+4930901820")
    (sent,) = [json.loads(seen.body) for seen in sf.app.log if seen.method == "PATCH"]
    assert sent == {"Phone": "+4930901820"}


# --- bad days


@pytest.mark.parametrize(
    ("fault", "many"),
    [
        *((fault, 1) for fault in ("reset_after", "reset_before", "html_502", "unavailable", "throttled", "expired")),
        *((fault, 3) for fault in ("reset_after", "error_500", "throttled_for_a_second", "expired")),
    ],
)
def test_a_create_on_a_bad_day_is_made_once(fault: str, many: int, sf: Salesforce, reviewer: User) -> None:
    for number in range(many):
        approved(reviewer, "account", {"name": f"Acme {number}"})
    sf.faults.plan(fault, method="PATCH", path="/sobjects")
    first = deliver()
    assert sf.faults.left() == 0
    assert (set(first) if fault == "expired" else set(deliver(2) or ["verified"])) == {State.VERIFIED}
    assert set(Writeback.objects.values_list("state", flat=True)) == {State.VERIFIED}
    made = [write["operation"] for write in sf.controls.ledger("Account")]
    assert made == ["create"] * many and len(sf.controls.rows("Account")) == many


def test_an_answer_that_was_lost_for_many_is_settled_by_one_question(sf: Salesforce, reviewer: User) -> None:
    for number in range(5):
        approved(reviewer, "account", {"name": f"Acme {number}"})
    sf.faults.plan("reset_after", method="PATCH", path="/sobjects")
    assert deliver() == [State.SENDING] * 5
    before = len(sf.app.log)
    assert deliver() == [State.VERIFIED] * 5
    assert [seen.method for seen in sf.app.log[before:]] == ["GET", "GET"], "one look-up, one reading back"
    assert len(sf.controls.rows("Account")) == 5


@pytest.mark.parametrize("fault", ["reset_after", "html_502", "expired"])
@pytest.mark.parametrize("where", ["write", "read_back"])
def test_an_update_on_a_bad_day_is_made_once(
    fault: str, where: str, sf: Salesforce, reviewer: User, ruiz: Contact
) -> None:
    approved(reviewer, "contact", {"title": "Head"}, record=ruiz)
    if where == "write":
        sf.faults.plan(fault, method="PATCH", path="/sobjects")
    else:
        sf.faults.plan(fault, path="/query", skip=1)
    deliver(3)
    assert sf.faults.left() == 0
    assert Writeback.objects.get().state == State.VERIFIED
    assert [write["operation"] for write in sf.controls.ledger("Contact")] == ["create", "update"]


def test_an_answer_that_does_not_come_in_time_is_looked_up(
    sf: Salesforce, reviewer: User, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(reviewer, "account", {"name": "Acme"})
    declared = registry.declaration("salesforce")
    monkeypatch.setitem(registry._declarations, "salesforce", declared.model_copy(update={"timeout": 0.3}))
    sf.faults.plan("hang", method="PATCH")
    assert deliver() == [State.SENDING]
    assert deliver() == [State.VERIFIED] and len(sf.controls.rows("Account")) == 1


def test_quota_gone_waits_without_counting_as_a_failure(sf: Salesforce, reviewer: User, connection: Connection) -> None:
    row = approved(reviewer, "account", {"name": "Acme"})
    sf.controls.set_limits(api_max=0)
    assert deliver(3) == [State.WAITING]
    row.refresh_from_db()
    assert row.error_code == "crm_quota" and row.attempts <= 1
    asked = len(sf.app.log)
    deliver()
    assert len(sf.app.log) == asked, "until there is room, nothing is asked"
    sf.controls.set_limits(api_max=100_000)
    connection.limits.update(blocked_until=None)
    assert deliver() == [State.VERIFIED] and len(sf.controls.rows("Account")) == 1


# --- an org without the field for our ids


def test_without_a_field_for_our_ids_the_name_tells(sf: Salesforce, reviewer: User) -> None:
    sf.controls.external_ids(on=False)
    approved(reviewer, "account", {"name": "Acme"})
    sf.faults.plan("reset_after", method="POST", path="/sobjects/Account")
    deliver(3)
    assert sf.faults.left() == 0 and len(sf.controls.rows("Account", Name="Acme")) == 1
    for number in range(3):
        approved(reviewer, "contact", {"name": f"Person {number}", "email": f"p{number}@x.example"})
    sf.faults.plan("reset_after", method="POST", path="/composite")
    deliver(4)
    assert sf.faults.left() == 0
    assert set(Writeback.objects.values_list("state", flat=True)) == {State.VERIFIED}
    assert len(sf.controls.rows("Contact")) == 3


def test_what_nothing_tells_apart_is_left_to_a_person(sf: Salesforce, reviewer: User) -> None:
    sf.controls.external_ids(on=False)
    row = approved(reviewer, "contact", {"name": "Maria Ruiz"})
    sf.faults.plan("reset_after", method="POST", path="/sobjects/Contact")
    deliver(2)
    row.refresh_from_db()
    assert row.state == State.FAILED and "a person has to look" in row.error_message


def test_the_api_shows_what_became_of_a_write(api: APIClient, sf: Salesforce, reviewer: User) -> None:
    row = approved(reviewer, "account", {"name": "Acme"})
    deliver()
    shown_there = api.get(f"/api/v1/writebacks/{row.pk}/").json()
    assert (shown_there["state"], shown_there["connection"]) == ("verified", "Acme by client")
