"""Setting HubSpot up as a person does: connected by a key, its properties read, suggested, taken over and tried."""

from __future__ import annotations

import pytest

from crmllm.access.models import User
from crmllm.connectors import pages
from crmllm.connectors.models import Connection, ExternalRecord, Stream
from crmllm.connectors.setup import objects, selectors, services
from crmllm.connectors.setup.services import Wanted
from crmllm.core.errors import BadInput
from crmllm.core.ids import uuid7
from crmllm.crm.choices import FieldType
from crmllm.crm.models import Contact, Opportunity
from tests.connectors.hubspot.conftest import read
from tests.support.hubspot.account import Account
from tests.support.hubspot.oauth import SERVICE_KEY

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def made(address: str, admin: User, unhurried: None) -> Connection:
    typed = {"address": address, "access_key": SERVICE_KEY, "client_secret": "made-up-secret"}
    return services.connect(actor=admin, connector="hubspot", way="key", wanted=Wanted("Hub", typed))


def stream(made: Connection, name: str) -> Stream:
    return Stream.objects.select_related("connection").get(connection=made, name=name)


def test_a_wrong_key_is_refused_beside_its_field(address: str, admin: User, unhurried: None) -> None:
    typed = {"address": address, "access_key": "wrong", "client_secret": "made-up-secret"}
    with pytest.raises(BadInput) as caught:
        services.connect(actor=admin, connector="hubspot", way="key", wanted=Wanted("Hub", typed))
    assert list(caught.value.fields) == ["setting-access_key"]


def test_properties_are_known_and_taken_over(made: Connection, admin: User, account: Account) -> None:
    contact = stream(made, "contact")
    found = objects.remote_fields(contact)
    assert found["email"].type == FieldType.TEXT
    assert not found["createdate"].writable
    pick_list = next(one for one in found.values() if one.choices and one.writable)
    free = {one.name for one in selectors.unmapped(contact)}
    name = pick_list.name if pick_list.name in free else next(iter(sorted(free)))
    field = objects.take_over_field(actor=admin, stream=contact, name=name)
    assert stream(made, "contact").mapping[field.name]["theirs"] == name


def test_real_records_are_tried(made: Connection, admin: User, account: Account) -> None:
    account.make("contacts", firstname="Maria", lastname="Ruiz", email="maria@buyer.example")
    (row,) = objects.preview(actor=admin, stream=stream(made, "contact"), mapping={})
    assert (row.values["name"], row.values["email"]) == ("Maria Ruiz", "maria@buyer.example")


@pytest.mark.parametrize(
    ("name", "external_id", "page"),
    [
        ("contact", "51", "0-1/51"),
        ("account", "9", "0-2/9"),
        ("lead", "6", "0-136/6"),
        ("opportunity", "7", "0-3/7"),
        ("case", "8", "0-5/8"),
        ("activity", "3", "0-27/3"),
        ("activity", "calls/4", "0-48/4"),
        ("activity", "meetings/5", "0-47/5"),
        ("activity", "notes/6", ""),
    ],
)
def test_records_are_opened_where_the_account_is_worked_with(
    made: Connection, name: str, external_id: str, page: str
) -> None:
    row = ExternalRecord.objects.create(connection=made, object=name, external_id=external_id, record_id=uuid7())
    known = "https://app-eu1.hubspot.example/contacts/123456/record/"
    assert pages.address_of(row) == (f"{known}{page}" if page else "")
    made.options = {"address": made.options["address"]}  # before it was ever tested
    row.connection = made
    assert pages.address_of(row) == ""


def test_a_deal_that_names_no_currency_has_that_of_the_account(made: Connection, account: Account) -> None:
    for name, more in (("Plotters", {}), ("Paper", {"deal_currency_code": "USD"})):
        account.make("deals", dealname=name, dealstage="appointmentscheduled", pipeline="default", amount="5", **more)
    made.streams.update(reads=True)
    made.refresh_from_db()
    read(made, "stage", "opportunity")
    assert dict(Opportunity.objects.values_list("name", "currency")) == {"Plotters": "EUR", "Paper": "USD"}


def test_who_opted_out_of_mails_has_withdrawn_and_others_have_said_nothing(made: Connection, account: Account) -> None:
    account.make("contacts", lastname="Byte")
    for name, word in (("Ruiz", "true"), ("Otto", "false")):
        account.store.create("contacts", {"lastname": name, "hs_email_optout": word})  # as its own pages do it
    made.streams.update(reads=True)
    made.refresh_from_db()
    read(made, "contact")
    assert dict(Contact.objects.values_list("name", "email_consent")) == {"Ruiz": "withdrawn", "Otto": "", "Byte": ""}
