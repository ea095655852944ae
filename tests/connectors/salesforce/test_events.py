"""Outbound messages: signed by nobody, so each is only a hint to read a record anew."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crmllm.connectors.events import services
from crmllm.connectors.models import Connection, RemoteEvent
from crmllm.core.crypto import Sealed
from crmllm.crm.models import Contact
from tests.support.outbox import approved, deliver
from tests.support.salesforce.server import Salesforce

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

SECRET = "made-up-secret-of-the-messages"


@pytest.fixture
def door(connection: Connection, sf: Salesforce) -> Any:
    """Posts a message as Salesforce does: door(body) or door(body, secret="...")."""
    assert connection.credentials is not None
    held = connection.credentials.open()
    held["secrets"]["events_secret"] = SECRET
    connection.credentials = Sealed.of(held, connection.key_id)
    connection.options = {**connection.options, "organization_id": sf.org.id}
    connection.save()

    def post(body: str, secret: str = SECRET) -> Any:
        return Client().post(f"/hooks/{connection.pk}/?secret={secret}", body, content_type="text/xml; charset=UTF-8")

    return post


def work_off() -> list[str]:
    while events := services.claim(60):
        services.take_up(events)
    return list(RemoteEvent.objects.order_by("id").values_list("outcome", flat=True))


@pytest.fixture
def ruiz(sf: Salesforce, sync: Any, door: Any) -> str:
    made: str = sf.controls.load("Contact", [{"LastName": "Ruiz", "Title": "Buyer"}], "2026-11-20T09:00:00.000+0000")[0]
    sync()
    return made


def test_a_message_makes_us_read_the_record(door: Any, sf: Salesforce, ruiz: str) -> None:
    sf.controls.change("Contact", ruiz, {"Title": "Head"})
    answer = door(sf.controls.outbound_message("Contact", [ruiz], ["Title"]))
    assert answer.status_code == 200 and b"<Ack>true</Ack>" in answer.content
    assert Contact.objects.get().title == "Buyer", "it is answered first"
    assert work_off() == ["taken"] and Contact.objects.get().title == "Head"


def test_what_a_message_says_is_not_believed(door: Any, sf: Salesforce, ruiz: str) -> None:
    body = sf.controls.outbound_message("Contact", [ruiz], ["Title"]).replace(">Buyer<", ">Emperor<")
    assert "Emperor" in body and door(body).status_code == 200
    work_off()
    assert Contact.objects.get().title == "Buyer"


def test_strangers_are_turned_away(door: Any, sf: Salesforce, ruiz: str) -> None:
    real = sf.controls.outbound_message("Contact", [ruiz])
    assert door(real, secret="guessed").status_code == 403
    assert door(real, secret="").status_code == 403
    assert door(sf.controls.outbound_message("Contact", [ruiz], organization="00D000000000099AAA")).status_code == 403
    assert door("<a>no message").status_code == 422
    bomb = '<!DOCTYPE a [<!ENTITY b "boom">]><a>&b;</a>'
    assert door(bomb).status_code == 422
    assert not RemoteEvent.objects.exists()


def test_a_message_that_comes_again_or_late_changes_nothing(door: Any, sf: Salesforce, ruiz: str) -> None:
    first = sf.controls.outbound_message("Contact", [ruiz], first=1)
    sf.controls.change("Contact", ruiz, {"Title": "Head"})
    second = sf.controls.outbound_message("Contact", [ruiz], first=2)
    for body in (second, first, second, first):
        assert door(body).status_code == 200
    assert work_off() == ["taken", "taken"]
    assert Contact.objects.get().title == "Head"
    assert sf.app.count("GET", "/query$") and RemoteEvent.objects.count() == 2


def test_many_in_one_message_are_one_read_and_unknown_ones_do_no_harm(door: Any, sf: Salesforce, ruiz: str) -> None:
    fresh = sf.controls.load("Contact", [{"LastName": f"Person {number}"} for number in range(20)])
    asked = len(sf.app.log)
    assert door(sf.controls.outbound_message("Contact", [*fresh, "003000000000zzzAAA"])).status_code == 200
    assert set(work_off()) == {"taken"}
    assert Contact.objects.count() == 21 and len(sf.app.log) == asked + 1


def test_our_own_write_comes_back_as_a_message_and_changes_nothing(
    door: Any, sf: Salesforce, ruiz: str, reviewer: Any
) -> None:
    contact = Contact.objects.get()
    approved(reviewer, "contact", {"title": "Head"}, record=contact)
    deliver()
    contact.refresh_from_db()
    door(sf.controls.outbound_message("Contact", [ruiz]))
    work_off()
    assert Contact.objects.get().version == contact.version
    assert [write["operation"] for write in sf.controls.ledger("Contact")] == ["create", "update"]


def test_a_restored_record_is_taken_back(door: Any, sf: Salesforce, ruiz: str, sync: Any) -> None:
    sf.controls.delete("Contact", ruiz)
    sync("contact")
    assert not Contact.objects.filter(state="active").exists()
    sf.controls.undelete("Contact", ruiz)
    door(sf.controls.outbound_message("Contact", [ruiz]))
    work_off()
    assert Contact.objects.filter(state="active").count() == 1
