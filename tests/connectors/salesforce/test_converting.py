"""A lead is converted in Salesforce, and here after it."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.connectors.base import RemoteRefused, RemoteUnavailable
from crmllm.connectors.conversion.services import convert_lead
from crmllm.connectors.engine.strategy import Conversion
from crmllm.connectors.models import Connection, ExternalRecord
from crmllm.connectors.registry import open_declared
from crmllm.core.errors import Conflict
from crmllm.core.models import AuditEvent
from crmllm.crm.models import Account, Contact, Lead, Opportunity
from tests.support.salesforce.server import Salesforce

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.usefixtures("connection")]

OTTO = {"FirstName": "Otto", "LastName": "Klein & Söhne", "Company": "Beta", "Email": "otto@beta.example"}


@pytest.fixture
def lead(sf: Salesforce, sync: Any) -> Lead:
    sf.controls.load("Lead", [OTTO | {"Status": "Working - Contacted"}])
    sync()
    return Lead.objects.get()


def test_a_lead_becomes_what_it_became_there(sf: Salesforce, lead: Lead, reviewer: User) -> None:
    made = convert_lead(actor=reviewer, lead=lead, opportunity="Plotters <large>")
    (row,) = sf.controls.rows("Lead")
    assert row["IsConverted"] and row["ConvertedContactId"]
    assert (made.account.name, made.contact.name, made.lead.status) == ("Beta", "Otto Klein & Söhne", "converted")
    assert made.contact.account == made.account and made.lead.converted_contact == made.contact
    assert made.opportunity is not None and made.opportunity.name == "Plotters <large>"
    assert ExternalRecord.objects.get(record_id=made.contact.pk).external_id == row["ConvertedContactId"]
    assert AuditEvent.objects.filter(action="lead.converted").count() == 1
    with pytest.raises(Conflict, match="converted already"):
        convert_lead(actor=reviewer, lead=made.lead)


def test_into_records_that_are_there(sf: Salesforce, lead: Lead, reviewer: User, sync: Any) -> None:
    sf.controls.load("Account", [{"Name": "Beta GmbH"}])
    sync("account")
    account = Account.objects.get()
    made = convert_lead(actor=reviewer, lead=lead, account=account)
    assert made.account == account and made.opportunity is None
    assert len(sf.controls.rows("Account")) == 1 and sf.controls.rows("Opportunity") == []
    assert Contact.objects.get().account == account and not Opportunity.objects.exists()


@pytest.mark.parametrize("fault", ["reset_after", "html_502"])
def test_an_unclear_answer_converts_once(fault: str, sf: Salesforce, lead: Lead, reviewer: User) -> None:
    sf.faults.plan(fault, path="/Soap/")
    if fault == "reset_after":
        assert convert_lead(actor=reviewer, lead=lead).contact.name == "Otto Klein & Söhne"
    else:
        with pytest.raises(RemoteUnavailable):
            convert_lead(actor=reviewer, lead=lead)
        lead.refresh_from_db()
        convert_lead(actor=reviewer, lead=lead)
    assert [write["operation"] for write in sf.controls.ledger("Lead")].count("convert") == 1
    assert len(sf.controls.rows("Contact")) == 1 == Contact.objects.count()


def test_what_somebody_converted_there_is_taken_over(
    sf: Salesforce, lead: Lead, reviewer: User, connection: Connection
) -> None:

    crm = open_declared(connection)
    theirs = ExternalRecord.objects.get(record_id=lead.pk).external_id
    crm.strategy.convert(theirs, Conversion({}))
    assert convert_lead(actor=reviewer, lead=lead).account.name == "Beta"
    assert sf.app.count("POST", "/Soap/") == 1


def test_a_session_that_ended_is_renewed(sf: Salesforce, lead: Lead, reviewer: User, connection: Connection) -> None:
    sf.controls.expire_tokens()
    assert convert_lead(actor=reviewer, lead=lead).lead.status == "converted"


def test_a_refusal_says_why(sf: Salesforce, lead: Lead, reviewer: User) -> None:
    sf.controls.add_validation("Account", "Name", "Beta", "No more Betas, please")
    with pytest.raises(RemoteRefused, match="No more Betas"):
        convert_lead(actor=reviewer, lead=lead)
    lead.refresh_from_db()
    assert lead.status == "working"
