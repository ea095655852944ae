"""Objects and fields: direction, system of record, suggestions, custom fields, a look at real records."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crmllm.access.models import User
from crmllm.connectors.base import Change, Operation, RemoteRefused, WriteContext
from crmllm.connectors.choices import Direction
from crmllm.connectors.engine.discovery import RemoteField
from crmllm.connectors.models import Connection, Stream
from crmllm.connectors.registry import open_declared
from crmllm.connectors.services import master_of
from crmllm.connectors.setup import objects, selectors, suggest
from crmllm.core.audit import SYSTEM
from crmllm.core.crypto import drop_keys
from crmllm.core.errors import BadInput, Forbidden
from crmllm.core.ids import uuid7
from crmllm.core.models import AuditEvent
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.crm.choices import FieldType
from crmllm.crm.models import Account, FieldDef
from tests.connectors.conftest import Served

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def stream(connection: Connection, name: str = "account") -> Stream:
    return Stream.objects.select_related("connection").get(connection=connection, name=name)


def url(name: str, connection: Connection, *more: Any) -> str:
    return reverse(f"connectors:{name}", args=[connection.pk, *more])


def posted(client: Client, connection: Connection, **changes: str) -> dict[str, str]:
    """The fields' form as a browser would send it."""
    form = client.get(url("fields", connection, "account")).context["form"]
    sent = {}
    for name in form.fields:
        value = form[name].value()
        if value is True:
            sent[name] = "on"
        elif value:
            sent[name] = value
    sent |= changes
    return {name: value for name, value in sent.items() if value != "-"}


# --- objects


def test_a_new_connection_rests_and_offers_to_read_and_write(as_admin: Client, connected: Connection) -> None:
    assert {row.direction for row in connected.streams.all()} == {Direction.OFF}
    form = as_admin.get(url("objects", connected)).context["form"]
    offered = {name: form[name].value() for name in ("owner", "account", "contact", "case")}
    assert offered == {"owner": "read", "account": "both", "contact": "both", "case": "read"}
    assert list(form.fields["case"].choices) == [("read", "only read"), ("off", "neither")]


def test_directions_and_masters_are_chosen(as_admin: Client, connected: Connection, toy: Served) -> None:
    chosen = {"owner": "read", "account": "both", "contact": "read", "case": "off", "master_account": "on"}
    answer = as_admin.post(url("objects", connected), chosen)
    assert answer["Location"] == url("sync", connected)
    found = {row.name: row.direction for row in connected.streams.all()}
    assert found == {
        "owner": Direction.READ, "account": Direction.BOTH, "contact": Direction.READ, "case": Direction.OFF,
    }  # fmt: skip
    assert master_of("account") == connected
    assert master_of("contact").connector == "local"
    assert AuditEvent.objects.filter(action="connection.master", subject_id=connected.pk).count() == 1
    as_admin.post(url("objects", connected), {**chosen, "account": "read", "master_account": ""})
    assert master_of("account").connector == "local"


def test_a_system_of_record_has_to_be_written_to(as_admin: Client, connected: Connection) -> None:
    chosen = {"owner": "read", "account": "read", "contact": "both", "case": "off", "master_account": "on"}
    answer = as_admin.post(url("objects", connected), chosen)
    assert answer.status_code == 422
    assert "has to be written to" in answer.content.decode()
    assert master_of("account").connector == "local"


def test_what_the_crm_takes_no_changes_of_can_only_be_read(
    as_admin: Client, connected: Connection, admin: User
) -> None:
    chosen = {"owner": "off", "account": "off", "contact": "off", "case": "both"}
    assert as_admin.post(url("objects", connected), chosen).status_code == 422
    with pytest.raises(BadInput):
        objects.set_direction(actor=admin, stream=stream(connected, "case"), direction=Direction.WRITE)


# --- fields


def test_suggestions_go_by_name_and_kind(connected: Connection) -> None:
    found = {line.field.name: line.suggestion for line in selectors.lines(stream(connected)) if line.suggestion}
    assert found == {"city": "town", "address": "postal_address"}
    usual = {line.field.name: line.usual for line in selectors.lines(stream(connected)) if line.usual}
    assert usual == {"name": "Name", "website": "Web site", "phone": "Phone"}


def test_a_saved_mapping_brings_records_that_did_not_change_since(
    as_admin: Client, in_use: Connection, toy: Served, read_all: Any
) -> None:
    toy.crm.add("companies", name="Halvorsen Boats", town="Bergen", web="boats.example")
    read_all()
    account = Account.objects.get()
    assert (account.name, account.city) == ("Halvorsen Boats", "")
    answer = as_admin.post(url("fields", in_use, "account"), {**posted(as_admin, in_use), "do": "save"})
    assert answer["Location"] == url("fields", in_use, "account")
    assert stream(in_use).mapping["city"]["theirs"] == "town"
    read_all()
    account.refresh_from_db()
    assert account.city == "Bergen"


def test_a_preview_shows_real_records_and_keeps_nothing(as_admin: Client, in_use: Connection, toy: Served) -> None:
    for number in range(8):
        toy.crm.add("companies", name=f"Boats {number}", town="Bergen", phone="no number")
    page = as_admin.post(url("fields", in_use, "account"), {**posted(as_admin, in_use), "do": "preview"})
    assert page.status_code == 200
    looked = page.context["preview"]
    assert len(looked["ids"]) == 5
    cells = dict(looked["cells"])
    assert [cell["text"] for cell in cells["City"]] == ["Bergen"] * 5
    assert all(cell["left"] for cell in cells["Phone"])
    assert "has no form here" in page.content.decode()
    assert stream(in_use).mapping == {}
    assert not Account.objects.exists()


def test_only_ticked_fields_are_written(as_admin: Client, in_use: Connection) -> None:
    sent = {**posted(as_admin, in_use, **{"write-phone": "-"}), "do": "save"}
    as_admin.post(url("fields", in_use, "account"), sent)
    row = stream(in_use)
    assert row.writes is not None
    assert "phone" not in row.writes
    assert "name" in row.writes
    mapping = open_declared(in_use).mapping("account")
    assert (mapping.writes("name"), mapping.writes("phone")) == (True, False)
    assert mapping.body({"name": "Boats", "phone": "+4755123456"}, lambda target, pk: None) == {"name": "Boats"}


def test_what_is_only_read_is_not_written(in_use: Connection, admin: User, toy: Served) -> None:
    with pytest.raises(BadInput):
        objects.set_direction(actor=admin, stream=stream(in_use), direction=Direction.READ)
    objects.set_master(actor=admin, connection=in_use, object_name="account", master=False)
    objects.set_direction(actor=admin, stream=stream(in_use), direction=Direction.READ)
    context = WriteContext(key=uuid7(), record_id=uuid7(), proposal_id=uuid7(), actor=SYSTEM)
    for operation in Operation:
        change = Change(context, {"name": "Boats"}, external_id="7")
        (outcome,) = open_declared(in_use).send("account", operation, [change])
        assert isinstance(outcome, RemoteRefused)
        assert "may only be read" in outcome.message
    assert not toy.crm.rows["companies"]


def test_a_field_of_theirs_becomes_one_of_ours(
    as_admin: Client, in_use: Connection, toy: Served, read_all: Any
) -> None:
    toy.crm.add("companies", name="Halvorsen Boats", size__c="m", turnover=12.5)
    as_admin.post(url("take-over", in_use, "account"), {"field": "size__c"})
    as_admin.post(url("take-over", in_use, "account"), {"field": "turnover"})
    made = FieldDef.objects.get(object="account", name="size")
    assert (made.label, made.type, made.choices, made.custom) == ("Size class", FieldType.PICKLIST, ["s", "m"], True)
    read_all()
    account = Account.objects.get()
    fields = crm.field_map("account")
    assert values.read(account, [fields["size"], fields["turnover"]]) == {"size": "m", "turnover": "12.50"}
    assert "12.50" not in str(account.custom), "what may be personal lies sealed"
    assert drop_keys([account.key_id]) == 1
    assert values.read(account, [fields["turnover"]]) == {"turnover": None}
    page = as_admin.get(url("fields", in_use, "account"))
    assert "size__c" not in {one.name for one in page.context["unmapped"]}
    assert open_declared(in_use).mapping("account").body(
        {"size": "s", "turnover": "13.00"}, lambda target, pk: None
    ) == {"size__c": "s", "turnover": 13}


def test_what_cannot_be_brought_together_is_refused_beside_the_field(
    as_admin: Client, in_use: Connection, admin: User
) -> None:
    row = stream(in_use)
    with pytest.raises(BadInput) as caught:
        objects.mapping_of(row, {"employees": "town"})
    assert list(caught.value.fields) == ["employees"]
    row.discovered = [one for one in row.discovered if one["name"] != "town"]
    with pytest.raises(BadInput):
        objects.mapping_of(row, {"city": "town"})
    with pytest.raises(BadInput):
        objects.set_fields(actor=admin, stream=row, mapping={"city": {"theirs": "town", "typo": 1}}, writes=None)


def test_a_field_that_is_shown_again_is_read_again(in_use: Connection, toy: Served, admin: User, read_all: Any) -> None:
    toy.crm.add("companies", name="Halvorsen Boats", phone="+4755123456")
    toy.crm.hidden.add("phone")
    read_all()
    assert stream(in_use).hidden == ["phone"]
    toy.crm.hidden.clear()
    objects.discover(actor=admin, stream=stream(in_use))
    assert stream(in_use).hidden == []


def test_auditors_look_and_change_nothing(auditor: User, in_use: Connection) -> None:
    client = Client()
    client.force_login(auditor)
    assert client.get(url("fields", in_use, "account")).status_code == 200
    for name in ("fields", "discover", "take-over"):
        assert client.post(url(name, in_use, "account"), {"field": "town"}).status_code == 403
    with pytest.raises(Forbidden):
        objects.take_over_field(actor=auditor, stream=stream(in_use), name="town")
    assert client.get(url("fields", in_use, "owner")).status_code == 404


# --- pure parts


def remote(name: str, type: str = "", **more: Any) -> RemoteField:
    return RemoteField(name=name, label=more.pop("label", name), type=type, **more)


@pytest.mark.parametrize(
    ("name", "theirs", "expected"),
    [
        ("city", remote("BillingCity", "text", label="Billing city"), None),
        ("city", remote("CITY__c", "text"), "CITY__c"),
        ("employees", remote("Employees", "integer"), "Employees"),
        ("employees", remote("Employees", "text"), None),
        ("country", remote("Country", "picklist"), "Country"),
    ],
)
def test_how_alike_names_have_to_be(db: None, name: str, theirs: RemoteField, expected: str | None) -> None:
    ours = crm.field_map("account")[name]
    assert suggest.suggested([ours], [theirs], []).get(name) == expected


def test_pick_lists_are_brought_together_by_their_words(db: None) -> None:
    ours = crm.field_map("lead")["status"]
    theirs = remote("Status", "picklist", choices=[("1", "New"), ("2", "Working"), ("9", "Lost in space")])
    assert suggest.field_map(ours, theirs, numerals=False)["choices"] == {"new": "1", "working": "2"}
    with pytest.raises(BadInput):
        suggest.field_map(ours, remote("Status", "picklist", choices=[("9", "Other")]), numerals=False)
