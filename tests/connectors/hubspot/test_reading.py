"""What is read from HubSpot, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crmllm.connectors import registry
from crmllm.connectors.choices import ExternalState, RunState
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.reader import Position
from crmllm.connectors.models import Connection, ExternalRecord, LimitWindow, Stream, SyncRun
from crmllm.connectors.registry import open_declared
from crmllm.crm.choices import RecordState
from crmllm.crm.models import Contact, CrmUser, Opportunity, Product, Stage
from tests.connectors.hubspot.conftest import held
from tests.support.hubspot.account import Account, Rights
from tests.support.hubspot.server import Server

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
Sync = Callable[..., dict[str, SyncRun]]


def tie(account: Account, name: str, row: Any, other: str, far: Any) -> None:
    known = account.associations.default(name, other)
    account.store.link(name, row, other, far, known.number, account.associations.inverse(known))


def firm_and_people(account: Account) -> dict[str, Any]:
    """One company, its contact, a deal, a ticket, a task and a lead, tied together."""
    made = {
        "firm": account.make("companies", name="Betasoloin GmbH", domain="betasoloin.example", numberofemployees="120"),
        "maria": account.make(
            "contacts", firstname="Maria", lastname="Ruiz", email="maria@betasoloin.example", hubspot_owner_id="41"
        ),
        "deal": account.make(
            "deals",
            dealname="Plotters",
            pipeline="70001",
            dealstage="71002",
            amount="48000.5",
            closedate="2026-12-24T00:00:00Z",
        ),
        "ticket": account.make("tickets", subject="Leak", hs_pipeline="0", hs_pipeline_stage="3"),
        "task": account.make("tasks", hs_task_subject="Call", hs_timestamp="2026-11-30T00:00:00Z", hs_task_type="CALL"),
        "lead": account.make("leads", hs_lead_name="Plotters for Riga", hs_pipeline_stage="qualified-stage-id"),
    }
    primary = account.associations.primary("contacts", "companies")
    assert primary is not None
    account.store.link("contacts", made["maria"], "companies", made["firm"], primary.number, 2)
    for name in ("deals", "tickets", "tasks"):
        row = made[{"deals": "deal", "tickets": "ticket", "tasks": "task"}[name]]
        tie(account, name, row, "companies", made["firm"])
        tie(account, name, row, "contacts", made["maria"])
    tie(account, "tasks", made["task"], "deals", made["deal"])
    return made


def test_every_stream_is_read(account: Account, sync: Sync, connection: Connection) -> None:
    firm_and_people(account)
    account.make("products", name="GTX Pro", hs_sku="GTX", price="4000")
    runs = sync()
    assert {name: run.state for name, run in runs.items()} == dict.fromkeys(runs, RunState.DONE)
    assert {name: run.reason for name, run in runs.items()} == dict.fromkeys(runs, "")

    assert set(CrmUser.objects.values_list("name", "email", "team__name", "active")) == {
        ("Ada Stone", "ada.stone@ours.example", "Sales", True),
        ("Ben Field", "ben.field@ours.example", "Sales", True),
        ("Cleo Marsh", "cleo.marsh@ours.example", None, False),
    }
    assert Product.objects.get(sku="GTX").list_price == 4000
    assert Stage.objects.filter(pipeline__name="Service contracts").count() == 3
    won = Stage.objects.get(name="Closed won")
    assert (won.kind, won.probability, won.pipeline.name) == ("won", 100, "Sales Pipeline")

    firm = held("account")
    assert (firm["name"], firm["domains"], firm["employees"]) == ("Betasoloin GmbH", ["betasoloin.example"], 120)
    contact, deal, case, task = held("contact"), held("opportunity"), held("case"), held("activity")
    firm_id, contact_id = str(_ours(connection, "account")), str(_ours(connection, "contact"))
    assert (contact["name"], contact["account"]) == ("Maria Ruiz", firm_id)
    assert Contact.objects.get().owner == CrmUser.objects.get(name="Ada Stone")
    assert (deal["amount"], deal["close_date"]) == ("48000.50", "2026-12-24")
    assert Opportunity.objects.get().stage.name == "Signed"
    for one in (deal, case, task):
        assert (one["account"], one["contact"]) == (firm_id, contact_id)
    assert case["status"] == "open"
    assert (task["kind"], task["due"], task["opportunity"]) == (
        "call",
        "2026-11-30",
        str(_ours(connection, "opportunity")),
    )
    assert held("lead")["status"] == "qualified"


def _ours(connection: Connection, name: str) -> Any:
    return ExternalRecord.objects.get(connection=connection, object=name, state=ExternalState.ACTIVE).record_id


def test_changes_are_found_by_search_with_their_ties(account: Account, sync: Sync, connection: Connection) -> None:
    made = firm_and_people(account)
    sync()
    other = account.make("companies", name="Other AG")
    account.store.unlink("deals", made["deal"], "companies", made["firm"])
    tie(account, "deals", made["deal"], "companies", other)
    account.edit("deals", made["deal"].id, amount="50000", closedate="")
    account.make("tickets", subject="New one", hs_pipeline_stage="4")
    runs = sync("account", "opportunity", "case")
    assert [run.kind for run in runs.values()] == ["changes"] * 3
    assert runs["opportunity"].counts["updated"] == 1
    assert runs["case"].counts["created"] == 1
    deal = held("opportunity")
    record_id = ExternalRecord.objects.get(object="account", external_id=str(other.id)).record_id
    assert (deal["amount"], deal["close_date"], deal["account"]) == ("50000.00", None, str(record_id))


def test_a_tie_that_leaves_no_stamp_is_seen_by_the_next_full_pass(account: Account, sync: Sync) -> None:
    made = firm_and_people(account)
    other = account.make("companies", name="Other AG")
    sync()
    ExternalRecord.objects.update(updated_at=timezone.now() + timedelta(hours=1))  # seen long after the stamp
    account.store.unlink("deals", made["deal"], "companies", made["firm"])
    tie(account, "deals", made["deal"], "companies", other)
    sync("opportunity", full=True)
    record_id = ExternalRecord.objects.get(object="account", external_id=str(other.id)).record_id
    assert held("opportunity")["account"] == str(record_id)


def test_a_pass_goes_on_where_it_was_stopped(account: Account, sync: Sync, hub: Server) -> None:
    account.store.seed("contacts", ({"lastname": f"P{i}", "email": f"p{i}@x.example"} for i in range(250)))
    first = sync("contact", should_stop=lambda: True)["contact"]
    assert (first.state, Contact.objects.count()) == (RunState.STOPPED, 100)
    hub.log.clear()
    second = sync("contact")["contact"]
    assert (second.state, Contact.objects.count()) == (RunState.DONE, 250)
    assert hub.count("GET", "/contacts$") == 2 + 1  # what was left, and the archived ones
    assert (second.there, second.here) == (250, 250)


def test_a_pass_over_everything_does_not_ask_again_for_what_it_saw(account: Account, sync: Sync, hub: Server) -> None:
    account.store.seed("contacts", ({"lastname": f"P{i}"} for i in range(120)), at=1_790_000_000_000)
    sync("contact")
    hub.log.clear()
    again = sync("contact", full=True)["contact"]
    assert (again.counts["unchanged"], again.counts.get("hidden", 0)) == (120, 0)
    assert hub.count("POST", "batch/read") == 0


@pytest.mark.long
def test_more_than_ten_thousand_changes(account: Account, crm: DeclaredConnector, hub: Server) -> None:
    account.store.seed("contacts", ({"lastname": str(i)} for i in range(10_450)), 1_790_000_000_000, 1)
    assert len(_read_changes(crm, "contact")) == 10_450
    assert hub.count("POST", "/search$") <= 10_450 / 200 * 1.05


def test_one_moment_over_several_pages(account: Account, crm: DeclaredConnector) -> None:
    rows = account.store.seed("contacts", ({"lastname": str(i)} for i in range(450)), at=1_790_000_000_000)
    assert _read_changes(crm, "contact") == {str(row.id) for row in rows}


def test_a_row_that_moves_while_pages_are_read(account: Account, crm: DeclaredConnector) -> None:
    """A record of the first page is changed before the second is asked for: nobody falls between the pages."""
    rows = account.store.seed("contacts", ({"lastname": str(i)} for i in range(450)), 1_790_000_000_000, 10)
    pages = crm.reader("contact").pages(Position(full=False))
    seen = {row.external_id for row in next(pages).rows}
    account.edit("contacts", rows[3].id, lastname="Moved")
    for page in pages:
        seen |= {row.external_id for row in page.rows}
    assert seen == {str(row.id) for row in rows}


def _read_changes(crm: DeclaredConnector, name: str) -> set[str]:
    return {row.external_id for page in crm.reader(name).pages(Position(full=False)) for row in page.rows}


def test_the_index_lags_and_the_overlap_makes_up_for_it(account: Account, sync: Sync) -> None:
    row = account.make("contacts", lastname="Ruiz", jobtitle="Buyer")
    sync("contact")
    account.store.index_lag = 60_000
    account.edit("contacts", row.id, jobtitle="Head of Procurement")
    assert sync("contact")["contact"].counts.get("updated", 0) == 0
    account.make("contacts", lastname="Later")
    account.clock.advance(120)
    sync("contact")
    assert held("contact", name="Ruiz")["title"] == "Head of Procurement"
    assert Contact.objects.count() == 2


def test_a_clock_that_is_five_minutes_wrong(account: Account, sync: Sync) -> None:
    for offset in (-300_000, 300_000):
        account.clock.offset = offset
        row = account.make("contacts", lastname=f"P{offset}", jobtitle="a")
        sync("contact")
        account.edit("contacts", row.id, jobtitle="b")
        sync("contact")
        assert held("contact", name=f"P{offset}")["title"] == "b"


def test_archived_merged_restored(account: Account, sync: Sync) -> None:
    keeps, goes, loser = (account.make("contacts", lastname=one) for one in ("Keeps", "Goes", "Loser"))
    sync("contact")
    account.store.archive("contacts", goes)
    account.store.merge("contacts", keeps, loser)
    run = sync("contact")["contact"]
    assert (run.counts["deleted"], run.counts["merged"]) == (1, 1)
    assert dict(Contact.objects.values_list("name", "state")) == {
        "Keeps": RecordState.ACTIVE, "Goes": RecordState.DELETED, "Loser": RecordState.DELETED,
    }  # fmt: skip
    account.store.restore("contacts", goes)
    sync("contact")
    assert Contact.objects.get(name="Goes").state == RecordState.ACTIVE


def test_hidden_is_not_deleted(account: Account, sync: Sync) -> None:
    row = account.make("contacts", lastname="Ruiz")
    account.make("contacts", lastname="Kim")
    sync("contact")
    account.rights[None] = Rights(hidden_rows={("contacts", row.id)})
    ExternalRecord.objects.update(updated_at=timezone.now() - timedelta(days=1))
    run = sync("contact", full=True)["contact"]
    assert run.counts["hidden"] == 1
    assert ExternalRecord.objects.get(external_id=str(row.id)).state == ExternalState.HIDDEN
    assert Contact.objects.get(name="Ruiz").state == RecordState.ACTIVE


def test_a_property_that_is_hidden_or_gone_keeps_our_value(account: Account, sync: Sync) -> None:
    row = account.make("contacts", lastname="Ruiz", jobtitle="Buyer")
    sync("contact")
    account.rights[None] = Rights(hidden_properties={"contacts": {"jobtitle"}})
    account.edit("contacts", row.id, lastname="Ruiz Gomez")
    sync("contact")
    assert held("contact")["title"] == "Buyer"
    assert held("contact")["name"] == "Ruiz Gomez"


def test_a_custom_property_is_mapped_and_an_option_that_nobody_knows_is_left(account: Account, sync: Sync) -> None:
    account.add_property("companies", name="segment")
    account.make("companies", name="Betasoloin GmbH", segment="Key account")
    account.make("tasks", hs_timestamp="2026-11-30T00:00:00Z", hs_task_subject="Wait", hs_task_status="WAITING")
    ticket = account.make("tickets", subject="Odd", hs_pipeline_stage="1")
    ticket.values["hs_ticket_priority"] = "SOMEWHAT"
    assert sync("account", "activity", "case")["case"].counts["left"] == 1
    Stream.objects.filter(name="account").update(mapping={"industry": {"theirs": "segment"}})
    sync("account", full=True)
    assert held("account")["industry"] == "Key account"
    assert held("activity")["status"] == "open"


def test_discovery_tells_of_custom_properties_and_pick_lists(account: Account, crm: DeclaredConnector) -> None:
    from crmllm.connectors.engine.discovery import discover

    account.add_property("contacts", name="vip", type="bool")
    found = {one.name: one for one in discover(crm.transport, crm.declaration, crm.stream("contact"))}
    assert found["vip"].type == "picklist"
    assert ("NEW", "New") in found["hs_lead_status"].choices
    assert found["email"].writable
    assert not found["hs_object_id"].writable


def test_values_come_as_they_are(account: Account, sync: Sync) -> None:
    text = "Grüße 𝄞 👩‍🔬 <b>bold</b>"
    account.make("tickets", subject="𝄞", content=text, hs_pipeline_stage="1")
    account.make("deals", dealname="D", dealstage="contractsent", amount="0.1", closedate="1798675200000")
    sync("stage", "case", "opportunity")
    assert (held("case")["name"], held("case")["summary"]) == ("𝄞", text)
    deal = held("opportunity")
    assert (deal["amount"], deal["close_date"], deal["summary"]) == ("0.10", "2026-12-31", None)


# --- bad days


def test_a_refused_call_and_broken_pages(account: Account, sync: Sync, hub: Server) -> None:
    account.store.seed("contacts", ({"lastname": f"P{i}"} for i in range(250)))
    for kind, problem in (
        ("html", "no clear answer"),
        ("reset_before", "no answer"),
        ("origin_down", "no clear answer"),
    ):
        hub.faults.plan(kind, method="GET", path="/contacts")
        run = sync("contact")["contact"]
        assert (run.state, problem in run.reason) == (RunState.STOPPED, True), run.reason
    hub.faults.plan("expired_cursor", method="GET", path="after=")
    hub.faults.plan("repeated_page", method="GET", path="/contacts.*after=", skip=1)
    sync("contact")
    again = sync("contact")["contact"]
    assert (again.state, again.reason) == (RunState.DONE, "")
    assert Contact.objects.count() == 250
    assert hub.faults.left() == 0


@pytest.mark.parametrize(("kind", "wait", "blocked"), [
    ("ten_seconds", 10, "default"), ("retry_after", 1, "default"), ("search_limit", 1, "search"),
    ("daily", 3600, "daily"), ("locked", 2, ""), ("migrating", 3600, ""),
])  # fmt: skip
def test_slow_down(
    account: Account, sync: Sync, hub: Server, kind: str, wait: int, blocked: str, connection: Connection
) -> None:
    sync("contact")
    hub.faults.plan(kind, method="POST", path="/contacts/search")
    run = sync("contact")["contact"]
    assert run.state == RunState.STOPPED
    due = Stream.objects.get(name="contact").next_attempt_at
    assert timedelta(seconds=wait - 5) < due - timezone.now() <= timedelta(seconds=wait)
    names = set(LimitWindow.objects.exclude(blocked_until=None).values_list("name", flat=True))
    assert (blocked in names) if blocked else not names


def test_the_limits_that_hubspot_tells_are_believed(account: Account, sync: Sync) -> None:
    account.limits.ten_seconds, account.limits.daily = 190, 650_000
    account.limits.used_today, account.limits._day = 1000, account.clock.now() // 86_400_000
    sync("contact")
    told = dict(LimitWindow.objects.values_list("name", "most"))
    assert (told["default"], told["daily"]) == (190, 650_000)
    assert LimitWindow.objects.get(name="daily").used >= 1000


@pytest.mark.long
def test_the_search_s_own_pace_is_kept(
    account: Account, connection: Connection, hub: Server, unhurried: Declaration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HubSpot counts for itself: never more than four searches in a second, so that it never has to refuse one."""
    monkeypatch.setitem(registry._declarations, "hubspot", unhurried)
    account.store.seed("contacts", ({"lastname": str(i)} for i in range(2050)), 1_790_000_000_000, 1)
    account.limits.searches, account.limits.ten_seconds = 4, 100
    assert len(_read_changes(open_declared(connection, priority=Priority.SYNC), "contact")) == 2050
    assert {seen.status for seen in hub.log} == {200}


def test_a_scope_that_was_taken_away(account: Account, sync: Sync, hub: Server) -> None:
    hub.faults.plan("missing_scopes", method="GET", path="/contacts")
    run = sync("contact")["contact"]
    assert (run.state, "scope" in run.reason) == (RunState.FAILED, True)
    assert Stream.objects.get(name="contact").paused


def test_the_position_never_overtakes_the_pass(crm: DeclaredConnector) -> None:
    """A record that changed while a long pass went on is read by the next one."""
    reader = crm.reader("contact")
    began, newest = "2026-11-22T10:00:00+00:00", "2026-11-22T11:30:00+00:00"
    next_one = reader.after(Position(full=True, started=began, newest=newest))
    assert datetime.fromisoformat(next_one.since) < datetime.fromisoformat(began)


def test_ties_that_change_without_a_stamp_are_found_by_asking(account: Account, hub: Server, sync: Sync) -> None:
    made = firm_and_people(account)
    other = account.make("companies", name="Gamma AG")
    sync()
    was = held("opportunity")["account"]
    account.store.unlink("deals", made["deal"], "companies", made["firm"])
    tie(account, "deals", account.table("deals").rows[made["deal"].id], "companies", other)

    def later() -> SyncRun:
        """A pass of a time when nothing that was read before comes again with the overlap."""
        at = (timezone.now() + timedelta(hours=1)).isoformat()
        Stream.objects.filter(name="opportunity").update(position={"full": False, "since": at, "newest": at})
        return sync("opportunity")["opportunity"]

    later()
    assert held("opportunity")["account"] == was, "everything was read a moment ago"
    Stream.objects.update(last_full_at=timezone.now() - timedelta(hours=2))
    run = later()
    assert held("opportunity")["account"] not in (was, None)
    assert (run.counts["updated"], run.counts["ties"]) == (1, 1)
    hub.log.clear()
    assert "ties" not in later().counts and hub.count("POST", "/associations/") == 0, "they are asked for once an hour"
