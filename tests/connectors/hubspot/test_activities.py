"""Calls, meetings, e-mails and notes have objects of their own in HubSpot; here all of them are activities."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.connectors.choices import ExternalState
from crmllm.connectors.models import ExternalRecord, RemoteEvent
from crmllm.core.audit import System
from crmllm.crm import services as crm_services
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Activity
from crmllm.crm.services import Writer
from crmllm.proposals import services as proposals
from crmllm.writeback.choices import State
from tests.connectors.hubspot.conftest import deliver, held, work_off
from tests.connectors.hubspot.test_reading import tie
from tests.support.hubspot.account import Account
from tests.support.hubspot.server import Server
from tests.support.hubspot.store import Row
from tests.support.outbox import approved

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.usefixtures("connection")]

AT = "2026-11-30T14:30:00Z"
#: Of each object there: how a record looks, and what it is here.
LISTS = {
    "call": ("calls", {"hs_call_title": "Asked her", "hs_call_body": "Three plotters", "hs_call_status": "NO_ANSWER"}),
    "meeting": ("meetings", {"hs_meeting_title": "Visit", "hs_meeting_outcome": "COMPLETED"}),
    "mail": ("emails", {"hs_email_subject": "Offer", "hs_email_text": "As agreed", "hs_email_status": "SENT"}),
    "note": ("notes", {"hs_note_body": "<p>Wants <b>two</b> more &amp; soon</p><p>Ask Ben</p>"}),
}  # fmt: skip
CREATED = {"call": "hs_call_title", "meeting": "hs_meeting_title", "mail": "hs_email_subject", "note": "hs_note_body"}


def only(account: Account, name: str) -> Row:
    (row,) = (row for row in account.table(name).rows.values() if row.archived is None)
    return row


@pytest.mark.parametrize("kind", LISTS)
def test_each_kind_is_read_as_an_activity(account: Account, sync: Any, kind: str) -> None:
    name, values = LISTS[kind]
    firm = account.make("companies", name="Betasoloin GmbH")
    deal = account.make("deals", dealname="Plotters", dealstage="appointmentscheduled", pipeline="default")
    made = account.make(name, hs_timestamp=AT, **values)
    tie(account, name, made, "companies", firm)
    tie(account, name, made, "deals", deal)
    runs = sync()
    assert runs[kind].counts["created"] == 1
    assert (runs[kind].there, runs[kind].here, runs["activity"].here) == (1, 1, 0), "each list counts its own"
    found = held("activity")
    title = "Wants two more & soon" if kind == "note" else next(iter(values.values()))
    assert (found["name"], found["kind"], str(found["due"]), found["status"]) == (title, kind, "2026-11-30", "done")
    assert found["account"] and found["opportunity"]
    assert ExternalRecord.objects.get(object="activity").external_id == f"{name}/{made.id}"


def test_lists_of_one_object_leave_each_other_alone(account: Account, sync: Any) -> None:
    made = [account.make(name, hs_timestamp=AT, **values) for name, values in LISTS.values()]
    made.append(account.make("tasks", hs_timestamp=AT, hs_task_subject="Send it"))
    sync()
    assert Activity.objects.count() == len(made)
    again = sync(full=True)
    assert [again[name].here for name in (*LISTS, "activity")] == [1] * 5
    assert all(again[name].counts.get("hidden", 0) == 0 for name in (*LISTS, "activity")), "none hides the others' rows"


def test_what_changed_and_what_went_is_found(account: Account, sync: Any) -> None:
    rows = {kind: account.make(name, hs_timestamp=AT, **values) for kind, (name, values) in LISTS.items()}
    sync()
    account.edit("calls", rows["call"].id, hs_call_title="Asked her twice")
    account.store.archive("meetings", rows["meeting"])
    runs = sync()
    assert runs["call"].counts["updated"] == 1
    assert runs["meeting"].counts["deleted"] == 1
    assert set(Activity.objects.values_list("name", flat=True)) >= {"Asked her twice"}
    gone = ExternalRecord.objects.get(external_id=f"meetings/{rows['meeting'].id}")
    assert gone.state == ExternalState.DELETED


@pytest.mark.parametrize("kind", LISTS)
def test_each_kind_is_made_changed_and_taken_back_where_it_belongs(
    account: Account, hub: Server, reviewer: User, sync: Any, kind: str
) -> None:
    name = LISTS[kind][0]
    sync("owner", "stage", "account")
    row = approved(reviewer, "activity", {"name": "Visit", "kind": kind, "text": "In Riga", "due": "2026-11-30"})
    assert deliver() == [State.VERIFIED]
    made = only(account, name)
    assert made.values[CREATED[kind]] == ("In Riga" if kind == "note" else "Visit")
    assert made.values["hs_timestamp"].startswith("2026-11-30")
    assert made.values["crmllm_id"] == str(row.target_id)
    assert not account.table("tasks").rows
    activity = Activity.objects.get()
    assert ExternalRecord.objects.get(record_id=activity.pk).external_id == f"{name}/{made.id}"
    changed = approved(reviewer, "activity", {"text": "In Riga, at ten"}, record=activity)
    assert deliver() == [State.VERIFIED]
    assert "In Riga, at ten" in only(account, name).values.values()
    proposals.undo(user=reviewer, proposal=changed.proposal)
    assert deliver() == [State.VERIFIED]
    assert "In Riga" in only(account, name).values.values()
    proposals.undo(user=reviewer, proposal=row.proposal)
    assert deliver() == [State.VERIFIED]
    assert account.table(name).rows[made.id].archived is not None


def test_several_kinds_go_out_together_and_an_unclear_answer_makes_none_twice(
    account: Account, hub: Server, reviewer: User, sync: Any
) -> None:
    sync("owner", "stage", "account")
    for kind in (*LISTS, "todo", "call"):
        approved(reviewer, "activity", {"name": f"A {kind}", "kind": kind, "text": "x"})
    hub.faults.plan("reset_after", method="POST", path="/calls/batch/create")
    hub.faults.plan("reset_after", method="POST", path="/notes$")
    deliver()
    assert set(deliver(2)) <= {State.VERIFIED}
    made = {name: len(account.table(name).rows) for name in ("calls", "meetings", "emails", "notes", "tasks")}
    assert made == {"calls": 2, "meetings": 1, "emails": 1, "notes": 1, "tasks": 1}
    assert hub.faults.left() == 0


def test_the_hour_of_a_meeting_is_not_taken_away(account: Account, reviewer: User, sync: Any) -> None:
    made = account.make("meetings", hs_timestamp=AT, hs_meeting_title="Visit", hs_meeting_start_time=AT)
    sync()
    approved(reviewer, "activity", {"name": "Visit in Riga", "due": "2026-12-01"}, record=Activity.objects.get())
    assert deliver() == [State.VERIFIED]
    there = account.table("meetings").rows[made.id].values
    assert there["hs_meeting_title"] == "Visit in Riga"
    assert there["hs_meeting_start_time"] == made.values["hs_meeting_start_time"]


def test_events_of_each_kind_read_their_own_list(account: Account, sync: Any, url: str, door: Any) -> None:
    rows = {kind: account.make(name, hs_timestamp=AT, **values) for kind, (name, values) in LISTS.items()}
    sync()
    account.events.waiting.clear()
    account.edit("calls", rows["call"].id, hs_call_title="Asked again")
    account.edit("notes", rows["note"].id, hs_note_body="Nothing")
    account.store.archive("emails", rows["mail"])
    assert {door(one) for one in account.events.deliveries(url)} == {204}
    assert set(RemoteEvent.objects.values_list("object", flat=True)) == {"call", "note", "mail"}
    work_off()
    assert set(RemoteEvent.objects.values_list("outcome", flat=True)) == {"taken"}
    assert ExternalRecord.objects.get(external_id=f"emails/{rows['mail'].id}").state == ExternalState.DELETED
    assert Activity.objects.filter(name="Asked again").exists()


def test_a_kind_that_changes_here_stays_where_it_is(account: Account, reviewer: User, sync: Any) -> None:
    account.make("calls", hs_timestamp=AT, hs_call_title="Asked her")
    sync()
    activity = Activity.objects.get()
    writer = Writer(WriterKind.PERSON, reviewer.pk)
    crm_services.update_record(actor=System("test"), record=activity, changes={"kind": "meeting"}, writer=writer)
    approved(reviewer, "activity", {"name": "Asked him"}, record=activity)
    assert deliver() == [State.VERIFIED]
    assert only(account, "calls").values["hs_call_title"] == "Asked him" and not account.table("meetings").rows
