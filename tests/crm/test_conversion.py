"""A lead of the local CRM becomes an account, a contact and an opportunity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from rest_framework.test import APIClient

from crmllm.access.models import User
from crmllm.connectors.conversion.services import convert_lead
from crmllm.core.audit import SYSTEM
from crmllm.core.errors import Conflict, Forbidden
from crmllm.crm import selectors, services, values
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Account, Contact, Lead, Opportunity, Pipeline, Record, Stage
from crmllm.crm.services import Writer

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

WRITER = Writer(WriterKind.PERSON)


def make(object_name: str, **changes: Any) -> Any:
    return services.create_record(actor=SYSTEM, object_name=object_name, changes=changes, writer=WRITER)


def held(record: Record, *names: str) -> list[Any]:
    fields = selectors.field_map(record.object_name)
    return list(values.read(record, [fields[name] for name in names]).values())


@pytest.fixture
def lead() -> Lead:
    pipeline = Pipeline.objects.create(name="Sales")
    Stage.objects.create(pipeline=pipeline, name="New", position=1, probability=10, forecast_category="pipeline")
    made: Lead = make(
        "lead", name="Otto Klein", company="Beta", email="otto@beta.example", phone="+4930901820", country="DE",
        summary="wants plotters", email_consent="granted",
    )  # fmt: skip
    return made


def test_all_of_it_is_handed_on(lead: Lead, reviewer: User) -> None:
    made = convert_lead(actor=reviewer, lead=lead, opportunity="Plotters")
    assert held(made.account, "name", "country") == ["Beta", "DE"]
    assert held(made.contact, "name", "email", "phone", "email_consent", "account") == [
        "Otto Klein",
        "otto@beta.example",
        "+4930901820",
        "granted",
        str(made.account.pk),
    ]
    assert made.opportunity is not None
    assert held(made.opportunity, "name", "summary", "contact") == ["Plotters", "wants plotters", str(made.contact.pk)]
    lead.refresh_from_db()
    assert (lead.status, lead.converted_contact) == ("converted", made.contact)


def test_given_records_get_only_what_they_lack(lead: Lead, reviewer: User) -> None:
    account = make("account", name="Beta GmbH")
    contact = make("contact", name="O. Klein", phone="+4930111222")
    made = convert_lead(actor=reviewer, lead=lead, account=account, contact=contact)
    assert (made.account.pk, made.contact.pk, made.opportunity) == (account.pk, contact.pk, None)
    assert held(made.contact, "name", "phone", "email") == ["O. Klein", "+4930111222", "otto@beta.example"]
    assert held(made.account, "name", "country") == ["Beta GmbH", "DE"]
    assert (Account.objects.count(), Contact.objects.count()) == (1, 1)


def test_once_and_only_by_those_who_may(lead: Lead, reviewer: User, auditor: User) -> None:
    with pytest.raises(Forbidden):
        convert_lead(actor=auditor, lead=lead)
    convert_lead(actor=reviewer, lead=lead)
    lead.refresh_from_db()
    with pytest.raises(Conflict, match="converted already"):
        convert_lead(actor=reviewer, lead=lead)


def test_a_program_converts_and_a_reader_does_not(
    lead: Lead, api: APIClient, api_as: Callable[[User], APIClient], auditor: User
) -> None:
    address = f"/api/v1/leads/{lead.pk}/convert/"
    assert api_as(auditor).post(address, {}, format="json").status_code == 403
    assert api.post("/api/v1/leads/00000000-0000-0000-0000-000000000000/convert/", {}, format="json").status_code == 404
    answer = api.post(address, {"opportunity": "Plotters"}, format="json")
    assert answer.status_code == 200, answer.content
    assert Contact.objects.get().pk == UUID(answer.json()["contact"])
    assert api.post(address, {}, format="json").status_code == 409


# --- by hand


@pytest.fixture
def url(lead: Lead) -> str:
    return f"/records/lead/{lead.pk}/convert/"


def test_the_page_converts_into_what_is_there(lead: Lead, url: str, page: Client) -> None:
    account, contact = make("account", name="Beta GmbH"), make("contact", name="O. Klein", email="otto@beta.example")
    shown = page.get(url)
    assert shown.status_code == 200
    assert f'href="{url}"' in page.get(f"/records/lead/{lead.pk}/").content.decode()
    form = shown.context["form"]
    assert [pk for pk, _ in form.fields["account"].choices] == ["new", str(account.pk)]
    assert [pk for pk, _ in form.fields["contact"].choices] == ["new", str(contact.pk)]
    chosen = {"account": account.pk, "contact": contact.pk, "opportunity": "new", "opportunity_name": "Plotters"}
    done = page.post(url, chosen)
    assert (done.status_code, done.headers["Location"]) == (302, f"/records/contact/{contact.pk}/")
    deal = Opportunity.objects.get()
    assert (deal.name, deal.account_id, deal.contact_id) == ("Plotters", account.pk, contact.pk)
    assert page.get(url).status_code == 302, "it is no lead any more"
    assert url not in page.get(f"/records/lead/{lead.pk}/").content.decode()


def test_new_records_and_an_opportunity_that_is_there(lead: Lead, url: str, page: Client) -> None:
    deal = make("opportunity", name="Beta plotters")
    chosen = {"account": "new", "contact": "new", "opportunity": deal.pk, "opportunity_name": "ignored"}
    assert page.post(url, chosen).status_code == 302
    deal.refresh_from_db()
    assert (deal.name, deal.account.name, deal.contact.name) == ("Beta plotters", "Beta", "Otto Klein")
    assert Opportunity.objects.count() == 1


def test_others_are_found_by_name_and_doubts_are_told(lead: Lead, url: str, page: Client) -> None:
    account = make("account", name="Gamma AG")
    for name in ("Delta North", "Delta South"):
        make("account", name=name)
    chosen = {"account": "new", "contact": "new", "opportunity": "new"}
    for typed, told in (("Delta", "Several records fit"), ("Omega", "No record that you may see")):
        answer = page.post(url, {**chosen, "other_account": typed})
        assert answer.status_code == 422 and told in answer.content.decode()
    assert page.post(url, {**chosen, "other_account": "gamma ag"}).status_code == 302
    assert Contact.objects.get().account == account and not Opportunity.objects.exists()


def test_only_those_who_may_change_records_see_the_page(url: str, auditor: User, lead: Lead) -> None:
    client = Client()
    client.force_login(auditor)
    assert client.get(url).status_code == 403
    assert url not in client.get(f"/records/lead/{lead.pk}/").content.decode()
