"""Known records of a page are brought up to date together, and each as if it came alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.models import Connection, SkippedRecord, Stream
from crmllm.connectors.sync import apply
from crmllm.connectors.sync.apply import SYNC, Taken
from crmllm.core.models import AuditEvent
from crmllm.crm import selectors, services, values
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Contact
from crmllm.crm.services import Writer
from tests.support.salesforce.server import Salesforce

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def people(sf: Salesforce, sync: Any) -> list[str]:
    rows = [{"LastName": f"Person {number}", "Email": f"p{number}@x.example"} for number in range(40)]
    ids: list[str] = sf.controls.load("Contact", rows)
    sync("contact")
    return ids


@pytest.fixture
def take(crm: DeclaredConnector, connection: Connection) -> Any:
    def taken(ids: list[str]) -> Taken:
        stream = Stream.objects.select_related("connection").get(connection=connection, name="contact")
        return apply.take(stream, crm.rows_by_id("contact", ids), compare=True)

    return taken


def held(contact: Contact) -> dict[str, Any]:
    fields = selectors.field_map("contact")
    return values.read(contact, [fields["title"], fields["phone"]])


def test_many_changes_take_no_more_statements_than_some(sf: Salesforce, people: list[str], take: Any) -> None:
    def statements(ids: list[str], title: str) -> int:
        for one in ids:
            sf.controls.change("Contact", one, {"Title": title, "Phone": "+49 30 901820"})
        with CaptureQueriesContext(database) as asked:
            assert take(ids).counts["updated"] == len(ids)
        return len(asked)

    few = statements(people[:10], "Buyer")
    assert statements(people, "Pilot") <= few
    assert [held(one) for one in Contact.objects.all()] == [{"title": "Pilot", "phone": "+4930901820"}] * 40
    assert AuditEvent.objects.filter(action="record.changed").count() == 50
    stamps = [one.field_meta["title"]["by"] for one in Contact.objects.all()]
    assert set(stamps) == {WriterKind.CRM}
    assert sorted(Contact.objects.values_list("version", flat=True)) == [2] * 30 + [3] * 10
    assert +take(people).counts == {"read": 40, "unchanged": 40}


def test_one_that_cannot_be_taken_over_holds_up_no_other(sf: Salesforce, people: list[str], take: Any) -> None:
    gone = Contact.objects.get(name="Person 7")
    services.delete_record(actor=SYNC, record=gone, writer=Writer(WriterKind.CRM))
    for one in people:
        sf.controls.change("Contact", one, {"Title": "Buyer"})
    taken = take(people)
    assert (taken.counts["updated"], taken.counts["skipped"]) == (39, 1)
    assert SkippedRecord.objects.get().code == "deleted_here"
    assert {held(one)["title"] for one in Contact.objects.exclude(pk=gone.pk)} == {"Buyer"}
