"""Erasing a record in HubSpot: contacts for good, others as far as HubSpot goes, each with what is left of it."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.connectors.base import RemoteUnavailable
from crmllm.connectors.choices import ExternalState
from crmllm.connectors.erasing import There, erase
from crmllm.connectors.models import Connection, ExternalRecord
from crmllm.core.audit import SYSTEM
from crmllm.core.models import AuditEvent
from crmllm.crm.models import Account as Firm
from crmllm.crm.models import Activity, Contact
from tests.support.hubspot.account import Account
from tests.support.hubspot.server import Server

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.usefixtures("connection")]


@pytest.fixture
def ruiz(account: Account, sync: Any) -> Contact:
    account.make("contacts", firstname="Maria", lastname="Ruiz", email="m@x.example")
    sync("owner", "stage", "account", "contact")
    return Contact.objects.get()


def only(found: list[There]) -> tuple[str, str]:
    (one,) = found
    return one.erasure.reach, one.erasure.sentence


def test_a_contact_is_erased_and_that_is_proven(account: Account, ruiz: Contact) -> None:
    reach, sentence = only(erase(actor=SYSTEM, record=ruiz))
    assert (reach, account.table("contacts").rows) == ("proven", {})
    assert "not found there any more" in sentence
    known = ExternalRecord.objects.get(record_id=ruiz.pk)
    assert (known.state, known.seen, known.etag) == (ExternalState.DELETED, None, "")
    assert AuditEvent.objects.filter(action="record.erased_there", subject_id=ruiz.pk).count() == 1
    assert only(erase(actor=SYSTEM, record=ruiz))[0] == "proven", "again is no harm"


def test_what_hubspot_only_archives_is_requested(account: Account, sync: Any) -> None:
    account.make("companies", name="Betasoloin GmbH")
    account.make("calls", hs_timestamp="2026-11-30T14:30:00Z", hs_call_title="Asked her")
    sync()
    for record, name in ((Firm.objects.get(), "companies"), (Activity.objects.get(), "calls")):
        reach, sentence = only(erase(actor=SYSTEM, record=record))
        (row,) = account.table(name).rows.values()
        assert reach == "requested" and row.archived is not None and "90 days" in sentence


def test_what_we_may_not_do_is_out_of_reach(
    account: Account, hub: Server, ruiz: Contact, connection: Connection
) -> None:
    hub.faults.plan("missing_scopes", method="POST", path="gdpr-delete")
    reach, sentence = only(erase(actor=SYSTEM, record=ruiz))
    assert reach == "out_of_reach" and "scope" in sentence
    assert ExternalRecord.objects.get(record_id=ruiz.pk).state == ExternalState.ACTIVE
    Connection.objects.filter(pk=connection.pk).update(dry_run=True)
    assert only(erase(actor=SYSTEM, record=ruiz))[0] == "out_of_reach" and account.table("contacts").rows


def test_an_unclear_answer_is_asked_again(account: Account, hub: Server, ruiz: Contact) -> None:
    hub.faults.plan("reset_after", method="POST", path="gdpr-delete")
    with pytest.raises(RemoteUnavailable):
        erase(actor=SYSTEM, record=ruiz)
    assert ExternalRecord.objects.get(record_id=ruiz.pk).state == ExternalState.ACTIVE
    assert only(erase(actor=SYSTEM, record=ruiz))[0] == "proven"
