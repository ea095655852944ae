"""The currency of amounts: told by orgs that have several, else the one that an admin names."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.connectors.models import Connection
from crmllm.connectors.models import Stream as StreamRow
from crmllm.connectors.setup import objects, services
from crmllm.connectors.setup.services import Wanted
from crmllm.core.errors import BadInput
from crmllm.crm.models import Opportunity, Stage
from crmllm.notifications.models import Notification
from crmllm.writeback.choices import State
from tests.connectors.salesforce.conftest import read
from tests.support.outbox import approved, deliver
from tests.support.salesforce.server import Salesforce

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

DEAL = {"Name": "Plotters", "StageName": "Prospecting", "CloseDate": "2026-12-31", "Amount": 48000}


def stage() -> str:
    return str(Stage.objects.get(name="Prospecting").pk)


def amounts() -> list[tuple[str, str]]:
    return sorted((str(one.amount), one.currency) for one in Opportunity.objects.all())


def test_an_org_with_one_currency_does_not_tell_it_and_nobody_is_alarmed(
    sf: Salesforce, connect: Any, settings: Any
) -> None:
    settings.BASE_CURRENCY = "EUR"
    sf.controls.load("Opportunity", [DEAL])
    read(connect(options={"currency": "EUR"}), "stage", "opportunity")
    assert amounts() == [("48000.00", "EUR")]
    assert str(Opportunity.objects.get().base_amount) == "48000.00"
    assert not Notification.objects.filter(kind="sync").exists()
    assert StreamRow.objects.get(name="opportunity").hidden == ["CurrencyIsoCode"]


def test_without_a_word_of_anybody_an_amount_has_no_currency(sf: Salesforce, connection: Connection) -> None:
    sf.controls.load("Opportunity", [DEAL])
    read(connection, "stage", "opportunity")
    assert amounts() == [("48000.00", "")]
    assert Opportunity.objects.get().base_amount is None


def test_what_an_org_with_several_tells_counts_and_is_written(sf: Salesforce, connect: Any, reviewer: User) -> None:
    sf.controls.add_field("Opportunity", "CurrencyIsoCode", length=3)
    sf.controls.load("Opportunity", [DEAL | {"CurrencyIsoCode": "USD"}])
    read(connect(options={"currency": "EUR"}), "stage", "opportunity")
    assert amounts() == [("48000.00", "USD")]
    approved(reviewer, "opportunity", {"currency": "CHF"}, record=Opportunity.objects.get())
    assert deliver() == [State.VERIFIED]
    assert sf.controls.rows("Opportunity")[0]["CurrencyIsoCode"] == "CHF"


def test_a_change_goes_without_what_the_org_does_not_have(
    sf: Salesforce, connection: Connection, reviewer: User
) -> None:
    """Nothing was read of opportunities yet, so that nobody knows of the missing field."""
    read(connection, "stage")
    for name, more in (("Plotters", {"currency": "USD"}), ("Paper", {})):
        approved(reviewer, "opportunity", {"name": name, "amount": "48000.00", "stage": stage(), **more})
    assert deliver() == [State.VERIFIED] * 2
    assert {row["Name"]: row["Amount"] for row in sf.controls.rows("Opportunity")} == {
        "Plotters": 48000,
        "Paper": 48000,
    }
    assert Opportunity.objects.get(name="Plotters").currency == "USD", "it stays here"


def test_several_currencies_are_noticed_when_the_fields_are_read_again(
    sf: Salesforce, connection: Connection, admin: User
) -> None:
    read(connection, "stage", "opportunity")
    stream = StreamRow.objects.select_related("connection").get(name="opportunity")
    objects.discover(actor=admin, stream=stream)
    assert stream.hidden == ["CurrencyIsoCode"]
    sf.controls.add_field("Opportunity", "CurrencyIsoCode", length=3)
    sf.controls.load("Opportunity", [DEAL | {"CurrencyIsoCode": "USD"}])
    objects.discover(actor=admin, stream=stream)
    read(connection, "opportunity")
    assert amounts() == [("48000.00", "USD")]


@pytest.mark.parametrize("typed", ["Euro", "eur", "€"])
def test_what_is_no_currency_is_refused_beside_its_field(address: str, admin: User, typed: str) -> None:
    given = {"login_url": address, "client_id": "crmllm-server", "client_secret": "made-up-secret", "currency": typed}
    with pytest.raises(BadInput) as caught:
        services.connect(actor=admin, connector="salesforce", way="client", wanted=Wanted("Force", given))
    assert list(caught.value.fields) == ["setting-currency"]
    assert "Three letters" in caught.value.fields["setting-currency"][0]
