"""Where a record is opened in its CRM: on the page of the record, and by the key of the review's card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crmllm.access.models import User
from crmllm.connectors import pages, registry
from crmllm.connectors.models import Connection, ExternalRecord
from crmllm.connectors.services import ensure_local_connection
from crmllm.crm.models import Account, Contact
from crmllm.ingestion.models import Interaction
from crmllm.proposals.choices import Action
from crmllm.proposals.models import Proposal
from tests.connectors.conftest import Served
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def boats(toy: Served, in_use: Connection, read_all: Callable[[], list[Any]]) -> Account:
    """An account that was read from the CRM."""
    toy.crm.add("companies", name="Boats")
    read_all()
    return Account.objects.get(name="Boats")


def there(record: Account | Contact) -> ExternalRecord:
    return ExternalRecord.objects.get(record_id=record.pk)


def proposed(record: Account | Contact) -> Interaction:
    """A message that proposes to change a record."""
    row = factories.interaction()
    Proposal.objects.create(
        interaction=row, object=record.object_name, action=Action.UPDATE, name=record.name, target_id=record.pk
    )
    return row


def test_the_page_of_a_record_leads_to_it_in_the_crm(as_admin: Client, toy: Served, boats: Account) -> None:
    shown = as_admin.get(f"/records/account/{boats.pk}/").content.decode()
    assert f'href="{toy.address}/companies/{there(boats).external_id}"' in shown


def test_the_reviews_key_opens_it_there_and_leaves_the_review_open(
    as_admin: Client, toy: Served, boats: Account
) -> None:
    row = proposed(boats)
    answer = as_admin.get(f"/review/{row.pk}/")
    address = f"{toy.address}/companies/{there(boats).external_id}"
    assert [one["record_url"] for one in answer.context["card"]["proposals"]] == [address]
    link = next(one for one in answer.content.decode().split("<a ") if address in one)
    assert 'target="_blank"' in link
    assert 'data-key="o"' in link


def test_a_record_of_ours_alone_is_opened_here(as_admin: Client, boats: Account) -> None:
    contact = Contact.objects.create(name="Ada Byte")
    answer = as_admin.get(f"/review/{proposed(contact).pk}/")
    assert answer.context["card"]["proposals"][0]["record_url"] == f"/records/contact/{contact.pk}/"
    assert 'target="_blank"' not in answer.content.decode()


def test_a_record_that_is_gone_there_is_opened_here(boats: Account) -> None:
    ExternalRecord.objects.filter(record_id=boats.pk).update(state="deleted")
    assert pages.addresses([("account", boats.pk)]) == {}


def test_the_system_of_record_comes_before_another_crm(
    toy: Served, boats: Account, connected: Connection, admin: User
) -> None:
    other = Connection.objects.create(name="A first one", connector="toy", options={"address": "https://crm.example"})
    ExternalRecord.objects.create(connection=other, object="account", external_id="7", record_id=boats.pk)
    assert pages.addresses([("account", boats.pk)])["account", boats.pk].startswith(toy.address)
    ExternalRecord.objects.filter(connection=connected).delete()
    assert pages.addresses([("account", boats.pk)]) == {("account", boats.pk): "https://crm.example/companies/7"}


@pytest.mark.parametrize("address", ["", "javascript:alert(1)//", "crm.example", "https://", "https://[x"])
def test_what_is_no_address_of_the_web_is_never_a_link(boats: Account, connected: Connection, address: str) -> None:
    Connection.objects.filter(pk=connected.pk).update(options={"address": address})
    assert pages.addresses([("account", boats.pk)]) == {}


def test_an_id_stays_one_step_of_the_address(toy: Served, boats: Account) -> None:
    ExternalRecord.objects.filter(record_id=boats.pk).update(external_id="../a b?c#d")
    assert pages.address_of(there(boats)) == f"{toy.address}/companies/..%2Fa%20b%3Fc%23d"


def test_many_records_take_one_query(boats: Account, django_assert_num_queries: Any) -> None:
    people = [Contact.objects.create(name=f"P{number}") for number in range(5)]
    with django_assert_num_queries(1):
        pages.addresses([("account", boats.pk), *(("contact", one.pk) for one in people)])
    with django_assert_num_queries(0):
        assert pages.addresses([]) == {}


def test_the_local_crm_has_no_page_but_ours() -> None:
    local, account = ensure_local_connection(), Account.objects.create(name="Boats")
    ExternalRecord.objects.create(connection=local, object="account", external_id="1", record_id=account.pk)
    assert pages.addresses([("account", account.pk)]) == {}


def test_a_declared_crm_says_where_its_records_are_opened(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """As the documentation's example does it: with an address that an admin may leave out."""
    monkeypatch.setattr(registry, "_declarations", dict(registry._declarations))
    registry.declare(Path(settings.BASE_DIR) / "docs" / "examples" / "tryton.yaml")
    options = {"address": "https://tryton.example/crm", "web": "https://tryton.example/#crm"}
    tryton = Connection.objects.create(name="Tryton", connector="tryton", options=options)
    contact = Contact.objects.create(name="Ada Byte")
    row = ExternalRecord.objects.create(connection=tryton, object="contact", external_id="7", record_id=contact.pk)
    assert pages.address_of(row) == "https://tryton.example/#crm/model/party.party/7"
    tryton.options = {"address": "https://tryton.example/crm", "web": ""}
    assert pages.address_of(row) == ""
