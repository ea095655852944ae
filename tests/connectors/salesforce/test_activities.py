"""Tasks, events of the calendar and e-mails of Salesforce: here all of them are activities."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.connectors.choices import ExternalState
from crmllm.connectors.models import ExternalRecord
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
