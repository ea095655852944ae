"""The list of competitors: who may keep it, and what it refuses."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmllm.access.models import User
from crmllm.core.models import AuditEvent
from crmllm.crm.models import Competitor
from crmllm.crm.selectors import competitor_names

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

URL = "/settings/competitors/"


@pytest.fixture
def office(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def test_an_admin_keeps_the_list(office: Client) -> None:
    typed = {"name": " Zebrano  Coding ", "also_known_as": "Zebrano\r\n\r\nZC Coding", "active": "on"}
    assert office.post(f"{URL}add/", typed).status_code == 302
    row = Competitor.objects.get()
    assert set(competitor_names()) == {
        ("Zebrano Coding", "Zebrano Coding"),
        ("Zebrano", "Zebrano Coding"),
        ("ZC Coding", "Zebrano Coding"),
    }
    assert b"Zebrano, ZC Coding" in office.get(URL).content

    assert office.post(f"{URL}{row.pk}/", {"name": "Zebrano", "also_known_as": ""}).status_code == 302
    assert competitor_names() == (), "switched off"
    assert office.post(f"{URL}{row.pk}/delete/").status_code == 302
    assert not Competitor.objects.exists()
    done = AuditEvent.objects.filter(subject_id=row.pk).order_by("id").values_list("action", flat=True)
    assert list(done) == ["competitor.added", "competitor.changed", "competitor.removed"]


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"name": "zebrano coding"}, "on the list already"),
        ({"name": "Z"}, "two letters"),
        ({"name": "Norvant", "also_known_as": "N"}, "two letters"),
    ],
)
def test_a_wrong_name_is_refused_with_a_sentence(office: Client, typed: dict[str, str], refusal: str) -> None:
    Competitor.objects.create(name="Zebrano Coding")
    answer = office.post(f"{URL}add/", typed)
    assert answer.status_code == 422
    assert refusal in answer.content.decode()
    assert Competitor.objects.count() == 1


def test_a_reviewer_may_not_look_and_an_auditor_may_not_change(page: Client, auditor: User) -> None:
    row = Competitor.objects.create(name="Zebrano Coding")
    assert page.get(URL).status_code == 403
    client = Client()
    client.force_login(auditor)
    shown = client.get(URL)
    assert shown.status_code == 200 and f"{URL}{row.pk}/".encode() not in shown.content
    assert client.post(f"{URL}{row.pk}/delete/").status_code == 403


def test_the_list_costs_the_same_for_one_and_for_forty(office: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert office.get(URL).status_code == 200
        return len(seen)

    Competitor.objects.create(name="First")
    cost()
    before = cost()
    Competitor.objects.bulk_create(Competitor(name=f"Number {number}") for number in range(40))
    assert cost() == before
