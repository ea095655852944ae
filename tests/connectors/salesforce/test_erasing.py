"""Erasing a record in Salesforce: past the recycle bin where our user may, else into it."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.connectors.base import RemoteUnavailable
from crmllm.connectors.erasing import erase
from crmllm.core.audit import SYSTEM
from crmllm.crm.models import Contact
from tests.support.salesforce.server import Salesforce

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.usefixtures("connection")]


@pytest.fixture
def ruiz(sf: Salesforce, sync: Any) -> Contact:
    sf.controls.load("Contact", [{"LastName": "Ruiz"}], "2026-11-20T09:00:00.000+0000")
    sync()
    return Contact.objects.get()


def erased(record: Contact) -> tuple[str, str]:
    (one,) = erase(actor=SYSTEM, record=record)
    return one.erasure.reach, one.erasure.sentence


def test_with_the_permission_it_is_gone_and_that_is_proven(sf: Salesforce, ruiz: Contact) -> None:
    assert erased(ruiz)[0] == "proven"
    assert not sf.org.tables["Contact"].rows, "not in the recycle bin either"
    assert erased(ruiz)[0] == "proven", "again is no harm"


def test_without_it_the_record_lies_in_the_recycle_bin(sf: Salesforce, ruiz: Contact) -> None:
    sf.controls.forbid("", "hardDelete")
    reach, sentence = erased(ruiz)
    (row,) = sf.org.tables["Contact"].rows.values()
    assert (reach, row["IsDeleted"]) == ("requested", True)
    assert "15 days" in sentence and "Bulk API Hard Delete" in sentence
    sf.controls.purge("Contact", row["Id"])
    assert erased(ruiz)[0] == "proven", "asked again after the bin was emptied"


def test_who_may_not_delete_at_all_is_told_so(sf: Salesforce, ruiz: Contact) -> None:
    sf.controls.forbid("", "hardDelete")
    sf.controls.forbid("Contact", "delete")
    reach, sentence = erased(ruiz)
    assert reach == "out_of_reach" and "may not" in sentence
    assert sf.controls.rows("Contact")


def test_no_answer_is_no_erasure(sf: Salesforce, ruiz: Contact) -> None:
    sf.faults.plan("unavailable", times=5)
    with pytest.raises(RemoteUnavailable):
        erase(actor=SYSTEM, record=ruiz)
    sf.faults.clear()
    assert erased(ruiz)[0] == "proven"
