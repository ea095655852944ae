"""Reading: everything, what changed, what went, and all that may happen in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crmllm.access.models import User
from crmllm.connectors.choices import ExternalState, RunKind, RunState
from crmllm.connectors.models import Connection, ExternalRecord, SkippedRecord, Stream
from crmllm.crm import selectors, values
from crmllm.crm import services as crm
from crmllm.crm.models import Account, Activity, Case, Contact, CrmUser, Lead, Opportunity, Product, Record, Stage
from crmllm.notifications.models import Notification
from tests.support.salesforce.server import Salesforce

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def held(record: Record, *names: str) -> dict[str, Any]:
    fields = selectors.field_map(record.object_name)
    return values.read(record, [fields[name] for name in names])


def state_of(external_id: str) -> str:
    return ExternalRecord.objects.get(external_id=external_id).state


@pytest.fixture
def world(sf: Salesforce) -> dict[str, str]:
    """One record of each kind, tied together."""
    load = sf.controls.load
    acme = {"Name": "Acme", "Website": "https://www.acme.example/shop", "BillingCountry": "Germany"}
    ids = {"account": load("Account", [acme | {"NumberOfEmployees": 120, "Industry": "Energy"}])[0]}
    person = {"FirstName": "Maria", "LastName": "Ruiz", "Email": "Maria@Acme.example", "HasOptedOutOfEmail": True}
    ids["contact"] = load("Contact", [person | {"AccountId": ids["account"], "Title": "Ärztin 👩‍🔬"}])[0]
    ids["lead"] = load("Lead", [{"LastName": "Otto", "Company": "Beta", "Status": "Working - Contacted"}])[0]
    deal = {"Name": "Plotters", "StageName": "Needs Analysis", "CloseDate": "2026-12-31", "Amount": 48000.5}
    links = {"AccountId": ids["account"]}
    ids["opportunity"] = load("Opportunity", [deal | links | {"ContactId": ids["contact"]}])[0]
    ids["case"] = load("Case", [{"Subject": "It is broken", "Priority": "High", "Status": "Escalated", **links}])[0]
    task = {"Subject": "Call her", "ActivityDate": "2026-11-30", "TaskSubtype": "Call", "WhoId": ids["contact"]}
    ids["activity"] = load("Task", [task | {"WhatId": ids["opportunity"]}])[0]
    load("Product2", [{"Name": "GTX Pro", "ProductCode": "GTX-1", "IsActive": True}])
    return ids


def test_every_stream_is_read_and_counted(world: dict[str, str], sync: Any, sf: Salesforce) -> None:
    runs = sync()
    assert {name: (run.state, run.reason) for name, run in runs.items()} == dict.fromkeys(runs, (RunState.DONE, ""))
    assert all(run.there == run.here == 1 for name, run in runs.items() if name in world)
    account, contact = Account.objects.get(), Contact.objects.get()
    assert held(account, "name", "domains", "website", "country", "employees", "industry") == {
        "name": "Acme",
        "domains": ["acme.example"],
        "website": "https://www.acme.example/shop",
        "country": "DE",
        "employees": 120,
        "industry": "Energy",
    }
    assert held(contact, "name", "title", "email", "account", "company", "email_consent", "phone_consent") == {
        "name": "Maria Ruiz",
        "title": "Ärztin 👩‍🔬",
        "email": "maria@acme.example",
        "account": str(account.pk),
        "company": "Acme",
        "email_consent": "withdrawn",
        "phone_consent": None,
    }
    assert held(Lead.objects.get(), "name", "company", "status") == {
        "name": "Otto",
        "company": "Beta",
        "status": "working",
    }
    deal = Opportunity.objects.get()
    assert held(deal, "amount", "close_date", "account", "contact") == {
        "amount": "48000.50",
        "close_date": "2026-12-31",
        "account": str(account.pk),
        "contact": str(contact.pk),
    }
    assert (deal.stage.name, deal.stage.probability, deal.forecast_category) == ("Needs Analysis", 20, "pipeline")
    assert held(Case.objects.get(), "severity", "status") == {"severity": "high", "status": "open"}
    assert held(Activity.objects.get(), "kind", "due", "status", "opportunity", "account", "contact") == {
        "kind": "call",
        "due": "2026-11-30",
        "status": "open",
        "opportunity": str(deal.pk),
        "account": None,
        "contact": str(contact.pk),
    }
    assert account.owner == CrmUser.objects.get(email="ada@acme.example")
    assert Product.objects.get().sku == "GTX-1" and Stage.objects.count() == 8


def test_a_later_pass_reads_what_changed_and_nothing_else(world: dict[str, str], sync: Any, sf: Salesforce) -> None:
    sf.controls.load(
        "Contact", [{"LastName": f"Person {number}"} for number in range(30)], "2026-11-01T09:00:00.000+0000"
    )
    sync()
    sf.controls.change("Contact", world["contact"], {"Title": None, "Phone": "+49 30 901820"})
    run = sync("contact")["contact"]
    assert (run.kind, run.counts["read"], run.counts["updated"]) == (RunKind.CHANGES, 1, 1)
    contact = Contact.objects.exclude(email_index=None).get()
    assert held(contact, "title", "phone") == {"title": None, "phone": "+4930901820"}
    again = sync("contact")["contact"]
    assert (again.counts["unchanged"], again.counts.get("updated")) == (1, None), "the overlap is known by its stamp"


def test_a_pass_that_was_stopped_goes_on_where_it_was(sync: Any, sf: Salesforce) -> None:
    sf.controls.set_pages(size=200)
    sf.controls.load("Account", [{"Name": f"Account {number:03}"} for number in range(700)])
    stops = iter([False, True])
    first = sync("account", should_stop=lambda: next(stops))["account"]
    assert (first.state, first.counts["read"]) == (RunState.STOPPED, 400)
    asked = sf.app.count("GET", "/query$")
    second = sync("account")["account"]
    assert (second.state, second.counts["read"], Account.objects.count()) == (RunState.DONE, 300, 700)
    assert (second.there, second.here) == (700, 700)
    assert sf.app.count("GET", "/query$") == asked + 1, "only the count was asked for anew, the list went on"


def test_more_rows_of_one_moment_than_a_page_and_a_cursor_that_expires(sync: Any, sf: Salesforce) -> None:
    sf.controls.set_pages(size=200)
    rows = [{"Name": f"Account {number:03}"} for number in range(650)]
    sf.controls.load("Account", rows, "2026-11-20T09:00:00.000+0000")
    sf.faults.plan("expired_cursor", path="/query/", skip=1)
    run = sync("account")["account"]
    assert sf.faults.left() == 0
    assert (run.state, run.counts["created"], run.there, run.here) == (RunState.DONE, 650, 650, 650)


def test_a_page_that_comes_again_loses_nothing(sync: Any, sf: Salesforce) -> None:
    sf.controls.set_pages(size=200)
    sf.controls.load("Account", [{"Name": f"Account {number:03}"} for number in range(500)])
    sf.faults.plan("repeated_page", path="/query/")
    first = sync("account")["account"]
    assert first.state in (RunState.STOPPED, RunState.DONE)
    last = sync("account")["account"]
    assert (last.state, Account.objects.count(), last.here) == (RunState.DONE, 500, 500 if last.there else None)


def test_a_row_that_changes_while_pages_are_read_is_taken_over_as_it_is(sync: Any, sf: Salesforce) -> None:
    sf.controls.set_pages(size=200)
    names = [{"Name": f"Account {number:03}"} for number in range(450)]
    first, *_, last = sf.controls.load("Account", names, "2026-11-20T09:00:00.000+0000")

    def somebody_works() -> bool:
        for one in (first, last):
            if sf.controls.row("Account", one)["SystemModstamp"].startswith("2026-11-20"):
                sf.controls.change("Account", one, {"Name": f"Renamed {one}"})
        return False

    run = sync("account", should_stop=somebody_works)["account"]
    assert (run.state, Account.objects.count()) == (RunState.DONE, 450)
    sync("account")
    assert set(Account.objects.filter(name__startswith="Renamed").values_list("name", flat=True)) == {
        f"Renamed {first}",
        f"Renamed {last}",
    }


def test_a_loser_that_both_lists_tell_of_is_merged(sync: Any, sf: Salesforce) -> None:
    kept, loser = sf.controls.load("Contact", [{"LastName": name} for name in ("kept", "loser")])
    sync("contact")
    sf.controls.set_clock(skew=-120)  # long enough ago for the list of deletions, too
    sf.controls.merge("Contact", kept, [loser])
    sf.controls.set_clock()
    assert sync("contact")["contact"].counts["merged"] == 1
    assert state_of(loser) == ExternalState.MERGED


def test_deleted_merged_restored_and_hidden_records(sync: Any, sf: Salesforce) -> None:
    rows = [{"LastName": name, "Email": f"{name}@x.example"} for name in ("kept", "gone", "loser", "secret", "purged")]
    kept, gone, loser, secret, purged = sf.controls.load("Contact", rows)
    sync("contact")
    sf.controls.delete("Contact", gone)
    sf.controls.merge("Contact", kept, [loser])
    sf.controls.set_clock(skew=-120)  # the list of deletions ends with the last whole minute
    sf.controls.delete("Contact", purged)
    sf.controls.purge("Contact", purged)
    sf.controls.set_clock()
    run = sync("contact")["contact"]
    assert (run.counts["deleted"], run.counts["merged"]) == (2, 1)
    assert (state_of(gone), state_of(loser), state_of(purged)) == (
        ExternalState.DELETED,
        ExternalState.MERGED,
        ExternalState.DELETED,
    )
    assert sorted(Contact.objects.filter(state="active").values_list("name", flat=True)) == ["kept", "secret"]

    sf.controls.undelete("Contact", gone)
    sync("contact")
    assert state_of(gone) == ExternalState.ACTIVE
    assert Contact.objects.filter(state="active", name="gone").count() == 1
    assert not SkippedRecord.objects.exists()

    sf.controls.hide_row(secret)
    run = sync("contact", full=True)["contact"]
    assert (run.counts["hidden"], state_of(secret)) == (1, ExternalState.HIDDEN)
    assert Contact.objects.filter(state="active", name="secret").exists(), "hidden is not deleted: ours stays"
    assert (run.there, run.here) == (2, 2)
    sf.controls.hide_row(secret, hidden=False)
    sync("contact", full=True)
    assert state_of(secret) == ExternalState.ACTIVE


def test_a_record_merged_elsewhere_is_told_when_the_deletions_reach_too_far_back(
    sync: Any, sf: Salesforce, connection: Connection
) -> None:
    """After a long pause the feed of deletions no longer reaches back: everything is read and compared instead."""
    kept, gone = sf.controls.load("Account", [{"Name": "kept"}, {"Name": "gone"}])
    sync("account")
    sf.controls.delete("Account", gone)
    sf.controls.purge("Account", gone)
    Stream.objects.filter(name="account").update(last_run_at=timezone.now() - timedelta(days=40))
    sync("account")
    assert Stream.objects.get(name="account").full_wanted
    run = sync("account")["account"]
    assert (
        run.kind == RunKind.FULL and state_of(gone) == ExternalState.HIDDEN and state_of(kept) == ExternalState.ACTIVE
    )


def test_a_field_that_is_hidden_after_it_was_mapped_is_left_as_it_is(
    world: dict[str, str], sync: Any, sf: Salesforce, admin: User
) -> None:
    sync()
    sf.controls.hide_field("Contact", "Title")
    sf.controls.change("Contact", world["contact"], {"Phone": "+49 30 901820"})
    run = sync("contact")["contact"]
    assert (run.state, run.counts["fields_hidden"]) == (RunState.DONE, 1)
    contact = Contact.objects.get()
    assert held(contact, "title", "phone") == {"title": "Ärztin 👩‍🔬", "phone": "+4930901820"}
    assert Stream.objects.get(name="contact").hidden == ["Title"]
    assert Notification.objects.filter(user=admin, kind="sync", sentence__contains="Title").count() == 1


def test_a_value_of_a_pick_list_that_nobody_knows_leaves_ours(sync: Any, sf: Salesforce) -> None:
    (lead,) = sf.controls.load("Lead", [{"LastName": "Otto", "Company": "Beta", "Status": "Working - Contacted"}])
    sync("lead")
    sf.controls.set_choices("Lead", "Status", ["Frozen"])
    sf.controls.change("Lead", lead, {"Status": "Frozen", "Title": "Head"})
    run = sync("lead")["lead"]
    assert (run.counts["updated"], run.counts["left"]) == (1, 1)
    assert held(Lead.objects.get(), "status", "title") == {"status": "working", "title": "Head"}


@pytest.mark.parametrize("skew", [300, -300])
def test_a_clock_that_is_five_minutes_wrong_loses_nothing(skew: float, sync: Any, sf: Salesforce) -> None:
    sf.controls.set_clock(skew=skew)
    first, second = sf.controls.load("Account", [{"Name": "one"}, {"Name": "two"}])
    sync("account")
    sf.controls.change("Account", first, {"Name": "changed"})
    sf.controls.delete("Account", second)
    sf.controls.load("Account", [{"Name": "three"}])
    sync("account")
    sync("account")
    assert sorted(Account.objects.filter(state="active").values_list("name", flat=True)) == ["changed", "three"]
    assert state_of(second) == ExternalState.DELETED


def test_counts_that_differ_are_explained(sync: Any, sf: Salesforce) -> None:
    sf.controls.load(
        "Contact", [{"LastName": "fine", "Email": "a@x.example"}, {"LastName": "x" * 80, "FirstName": "y" * 40}]
    )
    sf.org.tables["Contact"].put(
        (bad := sf.controls.load("Contact", [{"LastName": "z"}])[0]),
        {**sf.controls.row("Contact", bad), "LastName": None, "FirstName": None},
    )
    run = sync("contact")["contact"]
    assert (run.there, run.here, run.counts["skipped"]) == (3, 2, 1)
    assert "counts 3, we know 2" in run.reason and SkippedRecord.objects.get().external_id == bad


def test_an_old_opportunity_is_read_in_a_stage_that_is_no_longer_offered(sync: Any, sf: Salesforce) -> None:
    (first,) = sf.controls.rows("OpportunityStage", ApiName="Prospecting")
    sf.org.update("OpportunityStage", first["Id"], {"IsActive": False})
    sf.controls.load("Opportunity", [{"Name": "Old", "StageName": "Prospecting", "CloseDate": "2020-01-31"}])
    sync("stage", "opportunity")
    assert Opportunity.objects.get().stage.name == "Prospecting"
    assert not Stage.objects.get(name="Prospecting").active
    assert crm.first_stage().name == "Qualification", "nothing new begins where nothing is offered"


def test_an_org_without_the_field_for_our_ids_is_read_all_the_same(
    world: dict[str, str], sync: Any, sf: Salesforce
) -> None:
    sf.controls.external_ids(on=False)
    runs = sync()
    assert {run.state for run in runs.values()} == {RunState.DONE}
    assert Account.objects.count() == Opportunity.objects.count() == 1


@pytest.mark.parametrize("fault", ["error_500", "html_502", "unavailable", "reset_before", "reset_after", "limited"])
def test_a_bad_moment_ends_a_pass_which_goes_on_later(fault: str, sync: Any, sf: Salesforce) -> None:
    sf.controls.set_pages(size=200)
    sf.controls.load("Account", [{"Name": f"Account {number:03}"} for number in range(450)])
    sf.faults.plan(fault, path="/query/")
    first = sync("account")["account"]
    assert first.state == RunState.STOPPED and first.reason
    if fault == "limited":
        assert sync("account")["account"].state == RunState.STOPPED, "the quota is believed for a while"
        Connection.objects.get(connector="salesforce").limits.update(blocked_until=None)
    assert sync("account")["account"].state == RunState.DONE
    assert Account.objects.count() == 450
