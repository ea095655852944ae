"""Setting Salesforce up as a person does: connected by client credentials, its fields read, suggested and tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crmllm.access.models import User
from crmllm.connectors import pages, registry
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.engine.declared.access import AuthKind
from crmllm.connectors.engine.discovery import discover
from crmllm.connectors.models import Connection, ExternalRecord, Stream
from crmllm.connectors.setup import objects, services
from crmllm.connectors.setup.forms import ConnectionForm
from crmllm.connectors.setup.services import Wanted
from crmllm.core.errors import BadInput
from crmllm.core.ids import uuid7
from crmllm.crm.choices import FieldType
from tests.support.salesforce.server import Salesforce

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def made(address: str, admin: User) -> Connection:
    typed = {"login_url": address, "client_id": "crmllm-server", "client_secret": "made-up-secret"}
    return services.connect(actor=admin, connector="salesforce", way="client", wanted=Wanted("Force", typed))


def stream(made: Connection, name: str) -> Stream:
    return Stream.objects.select_related("connection").get(connection=made, name=name)


def test_a_wrong_secret_is_refused_beside_its_field(address: str, admin: User) -> None:
    typed = {"login_url": address, "client_id": "crmllm-server", "client_secret": "wrong"}
    with pytest.raises(BadInput) as caught:
        services.connect(actor=admin, connector="salesforce", way="client", wanted=Wanted("Force", typed))
    assert list(caught.value.fields) == ["setting-client_secret"]
    assert not Connection.objects.filter(connector="salesforce").exists()


def test_fields_are_described_again_only_when_they_changed(sf: Salesforce, crm: DeclaredConnector) -> None:
    contact = crm.stream("contact")
    sf.org.clock.stands_at = sf.org.clock.now() - timedelta(minutes=1)
    sf.org.schema_changed()
    before = discover(crm.transport, crm.declaration, contact)
    sf.org.clock.stands_at = sf.org.clock.now() + timedelta(minutes=1)
    assert discover(crm.transport, crm.declaration, contact) == before
    assert [seen.status for seen in sf.app.log if "/describe" in seen.path] == [200, 304]
    sf.controls.add_field("Contact", "Shoe_Size__c", "double")
    assert "Shoe_Size__c" in {one.name for one in discover(crm.transport, crm.declaration, contact)}
    assert [seen.status for seen in sf.app.log if "/describe" in seen.path] == [200, 304, 200]


def test_fields_that_changed_this_very_second_are_asked_for_in_whole_again(
    sf: Salesforce, crm: DeclaredConnector
) -> None:
    sf.org.schema_changed()
    for _ in range(2):
        discover(crm.transport, crm.declaration, crm.stream("contact"))
    assert [seen.status for seen in sf.app.log if "/describe" in seen.path] == [200, 200]


def test_fields_are_known_with_their_kinds_and_pick_lists(made: Connection) -> None:
    found = objects.remote_fields(stream(made, "lead"))
    assert found["Email"].type == FieldType.EMAIL
    assert found["Status"].choices
    assert not found["SystemModstamp"].writable
    assert found["OwnerId"].reference


def test_real_records_are_tried(made: Connection, admin: User, sf: Salesforce) -> None:
    sf.controls.load("Account", [{"Name": "Halvorsen Boats"}])
    rows = objects.preview(actor=admin, stream=stream(made, "account"), mapping={})
    assert [row.values["name"] for row in rows] == ["Halvorsen Boats"]


def test_a_private_key_of_many_lines_is_typed_into_an_area_and_not_shown_again() -> None:
    declared = registry.declaration("salesforce")
    way = next(one for one in declared.auth if one.kind == AuthKind.JWT)
    form = ConnectionForm({"name": "X", "setting-private_key": "-----BEGIN"}, declared=declared, way=way)
    assert not form.is_valid()
    shown = str(form["setting-private_key"])
    assert "<textarea" in shown
    assert "BEGIN" not in shown


@pytest.mark.parametrize(
    ("name", "external_id", "page"),
    [
        ("contact", "003xx0000000001AAA", "Contact/003xx0000000001AAA"),
        ("activity", "00Txx0000000001AAA", "Task/00Txx0000000001AAA"),
        ("activity", "Event/00Uxx0000000001AAA", "Event/00Uxx0000000001AAA"),
        ("activity", "EmailMessage/02sxx0000000001AAA", "EmailMessage/02sxx0000000001AAA"),
    ],
)
def test_records_are_opened_in_lightning(
    made: Connection, address: str, name: str, external_id: str, page: str
) -> None:
    row = ExternalRecord.objects.create(connection=made, object=name, external_id=external_id, record_id=uuid7())
    made.refresh_from_db()
    assert pages.address_of(row) == f"{made.options['instance_url']}/lightning/r/{page}/view"
