"""A fixed number of queries on every list and detail page, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmllm.access.models import User
from crmllm.crm import services as crm
from crmllm.crm.choices import Object, WriterKind
from crmllm.crm.models import Account
from crmllm.crm.services import Writer
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

MOST = 30


def queries(client: Client, url: str) -> int:
    """How many queries a page takes, once what is kept between requests is there."""
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.fixture
def add(admin: User) -> Callable[[str, int], None]:
    """Makes records of a kind, each with an account of its own where it has one."""
    factories.proposals()  # makes the pipeline too
    writer = Writer(WriterKind.PERSON, admin.pk)

    def make(name: str, count: int) -> None:
        for number in range(count):
            changes: dict[str, object] = {"name": f"{name} {number}"}
            if name not in (Object.ACCOUNT, Object.LEAD):
                account = crm.create_record(
                    actor=admin, object_name=Object.ACCOUNT, changes={"name": f"Of {name} {number}"}, writer=writer
                )
                changes["account"] = str(account.pk)
            crm.create_record(actor=admin, object_name=name, changes=changes, writer=writer)

    return make


@pytest.mark.parametrize("name", Object.values)
def test_lists_of_records(page: Client, add: Callable[[str, int], None], name: str) -> None:
    add(name, 1)
    few = queries(page, f"/records/{name}/")
    add(name, 12)
    assert queries(page, f"/records/{name}/") <= few <= MOST


def test_a_record_with_much_around_it(page: Client, admin: User, add: Callable[[str, int], None]) -> None:
    add(Object.ACCOUNT, 1)
    account = Account.objects.get(name="account 0")
    url, writer = f"/records/account/{account.pk}/", Writer(WriterKind.PERSON, admin.pk)

    def around(count: int) -> None:
        for name in (Object.CONTACT, Object.OPPORTUNITY, Object.CASE, Object.ACTIVITY):
            for number in range(count):
                changes = {"name": f"{name} {number}", "account": str(account.pk)}
                crm.create_record(actor=admin, object_name=name, changes=changes, writer=writer)

    around(1)
    few = queries(page, url)
    around(8)
    assert queries(page, url) <= few <= MOST


@pytest.mark.parametrize(("url", "most"), [("/", MOST), ("/interactions/", MOST), ("/jobs/", 50)])
def test_pages_over_messages(page: Client, url: str, most: int) -> None:
    factories.next_action(0)
    few = queries(page, url)
    for minute in range(1, 15):
        factories.next_action(minute)
    assert queries(page, url) <= few <= most
