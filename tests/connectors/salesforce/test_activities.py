"""Tasks, events of the calendar and e-mails of Salesforce: here all of them are activities."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.connectors.choices import ExternalState
from crmllm.connectors.events import services as event_services
from crmllm.connectors.models import Connection, ExternalRecord, RemoteEvent
from crmllm.crm import values
from crmllm.crm.models import Activity
from crmllm.crm.selectors import field_map
from crmllm.proposals import services as proposals
from crmllm.writeback.choices import State
from tests.support.outbox import approved, deliver
from tests.support.salesforce.server import Salesforce

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.usefixtures("connection")]

AT = "2026-11-30T14:30:00.000+0000"


def held(**which: Any) -> dict[str, Any]:
    return values.read(Activity.objects.get(**which), list(field_map("activity").values()))


@pytest.fixture
def visit(sf: Salesforce) -> dict[str, str]:
    """An account with a meeting, a mail and a task."""
    (firm,) = sf.controls.load("Account", [{"Name": "Betasoloin GmbH"}])
    about = {"Subject": "Visit", "WhatId": firm, "Description": "In Riga"}
    (event,) = sf.controls.load("Event", [{**about, "StartDateTime": AT, "EndDateTime": AT}])
    (task,) = sf.controls.load("Task", [{"Subject": "Send it", "Status": "Not Started"}])
    mail = {"Subject": "Offer", "TextBody": "As agreed", "MessageDate": AT, "RelatedToId": firm, "Status": "3"}
    return {"event": event, "task": task, "mail": sf.controls.load("EmailMessage", [mail])[0]}


def test_each_kind_is_read_from_its_own_list(sf: Salesforce, visit: dict[str, str], sync: Any) -> None:
    runs = sync()
    assert [(runs[one].there, runs[one].here) for one in ("activity", "meeting", "mail")] == [(1, 1)] * 3
    event, mail = held(name="Visit"), held(name="Offer")
    assert (event["kind"], str(event["due"]), event["text"]) == ("meeting", "2026-11-30", "In Riga")
    assert (mail["kind"], mail["status"], mail["text"]) == ("mail", "done", "As agreed")
    assert event["account"] and event["account"] == mail["account"]
    known = set(ExternalRecord.objects.filter(object="activity").values_list("external_id", flat=True))
    assert known == {visit["task"], f"Event/{visit['event']}", f"EmailMessage/{visit['mail']}"}


def test_what_changed_and_what_went_is_found(sf: Salesforce, visit: dict[str, str], sync: Any) -> None:
    sync()
    sf.controls.change("Event", visit["event"], {"Subject": "Visit in Riga"})
    sf.controls.delete("EmailMessage", visit["mail"])
    runs = sync()
    assert (runs["meeting"].counts["updated"], runs["mail"].counts["deleted"]) == (1, 1)
    assert held(name="Visit in Riga")["kind"] == "meeting"
    gone = ExternalRecord.objects.get(external_id__startswith="EmailMessage/")
    assert gone.state == ExternalState.DELETED


def test_a_meeting_is_made_changed_and_taken_back_as_an_event(sf: Salesforce, reviewer: User, sync: Any) -> None:
    sync("owner", "account")
    wanted = {"name": "Visit", "kind": "meeting", "text": "In Riga", "due": "2026-11-30"}
    row = approved(reviewer, "activity", wanted)
    assert deliver() == [State.VERIFIED]
    (made,) = sf.controls.rows("Event")
    assert (made["Subject"], made["StartDateTime"], made["IsAllDayEvent"]) == (
        "Visit", "2026-11-30T00:00:00.000+0000", True,
    )  # fmt: skip
    assert sf.controls.rows("Task") == []
    changed = approved(reviewer, "activity", {"name": "Visit in Riga"}, record=Activity.objects.get())
    assert deliver() == [State.VERIFIED]
    assert sf.controls.rows("Event")[0]["Subject"] == "Visit in Riga"
    proposals.undo(user=reviewer, proposal=changed.proposal)
    assert deliver() == [State.VERIFIED]
    assert sf.controls.rows("Event")[0]["Subject"] == "Visit"
    proposals.undo(user=reviewer, proposal=row.proposal)
    assert deliver() == [State.VERIFIED] and sf.controls.rows("Event") == []


def test_the_hours_of_a_meeting_are_left(sf: Salesforce, visit: dict[str, str], reviewer: User, sync: Any) -> None:
    sync()
    activity = Activity.objects.get(name="Visit")
    row = approved(reviewer, "activity", {"due": "2026-12-01", "name": "Visit in Riga"}, record=activity)
    assert deliver() == [State.VERIFIED]
    (there,) = sf.controls.rows("Event")
    assert (there["Subject"], there["StartDateTime"]) == ("Visit in Riga", AT)
    row.refresh_from_db()
    assert row.state == State.VERIFIED


def test_a_mail_that_the_org_sent_is_only_read(
    sf: Salesforce, visit: dict[str, str], reviewer: User, sync: Any
) -> None:
    sync()
    approved(reviewer, "activity", {"name": "Another"}, record=Activity.objects.get(name="Offer"))
    assert deliver() == [State.FAILED]
    approved(reviewer, "activity", {"name": "Logged", "kind": "mail"})
    assert deliver() == [State.VERIFIED]
    assert {row["TaskSubtype"] for row in sf.controls.rows("Task")} == {"Task", "Email"}
    assert len(sf.controls.rows("EmailMessage")) == 1


def test_a_mail_with_its_task_is_one_activity(sf: Salesforce, sync: Any) -> None:
    """As the org logs them: a closed task of the subtype Email, to which the mail points."""
    load = sf.controls.load
    (maria,) = load("Contact", [{"LastName": "Ruiz"}])
    logged = {"Subject": "Email: Offer", "TaskSubtype": "Email", "Status": "Completed", "WhoId": maria}
    (task,) = load("Task", [logged])
    load("EmailMessage", [{"Subject": "Offer", "TextBody": "As agreed", "MessageDate": AT, "ActivityId": task}])
    runs = sync()
    assert [(runs[one].there, runs[one].here, runs[one].reason) for one in ("activity", "mail")] == [
        (1, 1, ""), (0, 0, ""),
    ]  # fmt: skip
    (one,) = Activity.objects.all()
    assert (one.kind, one.status, one.contact and one.contact.name) == ("mail", "done", "Ruiz")


def test_a_mail_on_a_case_stands_beside_the_to_do_of_its_owner(sf: Salesforce, sync: Any) -> None:
    load = sf.controls.load
    (case,) = load("Case", [{"Subject": "It is broken"}])
    (task,) = load("Task", [{"Subject": "Answer it", "Status": "Not Started"}])
    mail = {"Subject": "It is broken", "TextBody": "Help", "MessageDate": AT, "ParentId": case, "ActivityId": task}
    load("EmailMessage", [mail])
    sync()
    assert sorted(Activity.objects.values_list("kind", "name")) == [("mail", "It is broken"), ("todo", "Answer it")]


def test_an_event_of_a_mail_with_a_task_makes_nothing_of_it(sf: Salesforce, connection: Connection, sync: Any) -> None:
    sync()
    (task,) = sf.controls.load("Task", [{"Subject": "Email: Offer", "TaskSubtype": "Email", "Status": "Completed"}])
    (mail,) = sf.controls.load("EmailMessage", [{"Subject": "Offer", "MessageDate": AT, "ActivityId": task}])
    for name, pk in (("mail", mail), ("activity", task)):
        RemoteEvent.objects.create(connection=connection, key=pk, object=name, external_id=pk)
    while events := event_services.claim(60):
        event_services.take_up(events)
    assert list(Activity.objects.values_list("name", flat=True)) == ["Email: Offer"]
    assert set(RemoteEvent.objects.values_list("outcome", flat=True)) == {"taken"}
