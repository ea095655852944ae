"""A CRM over GraphQL that is declared in a file: PostGraphile, end to end. Its errors come with status 200."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.connectors.models import Connection, Stream, SyncRun
from crmllm.crm.models import Account, Contact, Opportunity
from crmllm.proposals import services as proposals
from crmllm.proposals.models import Proposal
from crmllm.writeback.models import Writeback
from tests.support import factories, postgraphile
from tests.support.postgraphile import GraphqlCrm

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

Read = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def running(django_db_setup: None) -> Iterator[GraphqlCrm]:
    with postgraphile.running() as crm:
        yield crm


@pytest.fixture
def crm(running: GraphqlCrm) -> Iterator[GraphqlCrm]:
    yield running
    running.sql("TRUNCATE account, contact, opportunity")


@pytest.fixture
def connection(crm: GraphqlCrm, connect: Callable[..., Connection]) -> Connection:
    return connect("postgraphile", secrets={"token": "nobody-asks"}, address=crm.url)


def approve(user: User, made: dict[str, Proposal]) -> list[str]:
    for one in made.values():
        proposals.approve(user=user, proposal=Proposal.objects.get(pk=one.pk))
    return factories.deliver_all()


def test_records_come_over_page_by_page_and_the_counts_agree(
    crm: GraphqlCrm, connection: Connection, read: Read
) -> None:
    crm.sql(
        "INSERT INTO account (name, domain) "
        "SELECT 'Firm ' || n, 'firm' || n || '.example' FROM generate_series(1, 250) n"
    )
    crm.sql(
        "INSERT INTO contact (full_name, email, account_id) "
        "SELECT 'Person ' || id, 'p' || id || '@' || domain, id FROM account"
    )
    crm.sql(
        "INSERT INTO opportunity (title, account_id, amount, currency, stage) "
        "SELECT 'Deal', min(id), 12.5, 'EUR', 'talks' FROM account"
    )
    counts = read(connection)
    assert (counts["account"]["created"], counts["contact"]["created"], counts["opportunity"]["created"]) == (
        250,
        250,
        1,
    )
    run = SyncRun.objects.filter(stream__name="contact").latest("id")
    assert (run.there, run.here, run.reason) == (250, 250, "")
    deal = Opportunity.objects.get()
    assert (str(deal.amount), deal.stage.name, deal.account) == (
        "12.50",
        "In talks",
        Account.objects.get(name="Firm 1"),
    )
    assert Contact.objects.get(name="Person 7").account is not None


def test_an_approved_message_is_written_once_and_taken_back(
    crm: GraphqlCrm, connection: Connection, read: Read, reviewer: User
) -> None:
    read(connection)
    made = factories.proposals()
    assert approve(reviewer, made) == ["verified"] * 4
    ((name, title, firm),) = crm.sql(
        "SELECT full_name, job_title, account.name FROM contact JOIN account ON account.id = account_id"
    )
    assert (name, title, firm) == ("Maria Ruiz", "Head of Procurement", "Betasoloin GmbH")
    assert crm.sql("SELECT amount, stage FROM opportunity")[0][0] == 48000
    assert read(connection)["contact"].get("created") is None
    proposals.undo(user=reviewer, proposal=Proposal.objects.get(pk=made["account"].pk))
    assert set(factories.deliver_all()) == {"verified"}
    assert not crm.sql("SELECT id FROM account")


def test_a_refusal_in_an_answer_that_says_200_is_a_refusal(
    crm: GraphqlCrm, connection: Connection, read: Read, reviewer: User
) -> None:
    read(connection)
    crm.sql(f"REVOKE INSERT ON contact FROM {postgraphile.ROLE}")
    try:
        approve(reviewer, factories.proposals())
    finally:
        crm.sql(f"GRANT INSERT ON contact TO {postgraphile.ROLE}")
    failed = Writeback.objects.get(object="contact")
    assert failed.state == "failed"
    assert "not allowed" in failed.error_message


def test_a_unique_violation_is_told_as_one(crm: GraphqlCrm, connection: Connection, read: Read, reviewer: User) -> None:
    read(connection)
    crm.sql("CREATE UNIQUE INDEX one_email ON contact (email)")
    try:
        crm.sql("INSERT INTO contact (full_name, email) VALUES ('Somebody', 'maria.ruiz@betasoloin.example')")
        approve(reviewer, factories.proposals())
    finally:
        crm.sql("DROP INDEX one_email")
    failed = Writeback.objects.get(object="contact")
    assert (failed.state, failed.error_code) == ("failed", "crm_duplicate")
    assert crm.sql("SELECT count(*) FROM contact") == [(1,)]


def test_a_field_that_the_crm_does_not_have_is_left_out(crm: GraphqlCrm, connection: Connection, read: Read) -> None:
    Stream.objects.filter(connection=connection, name="contact").update(mapping={"language": {"theirs": "tongue"}})
    crm.sql("INSERT INTO contact (full_name) VALUES ('Joan Clarke')")
    read(connection)
    assert Stream.objects.get(connection=connection, name="contact").hidden == ["tongue"]
    assert Contact.objects.filter(name="Joan Clarke").exists()


def test_rows_that_row_level_security_hides_are_hidden_and_not_deleted(
    crm: GraphqlCrm, connection: Connection, read: Read
) -> None:
    crm.sql("INSERT INTO contact (full_name) VALUES ('Seen'), ('Unseen')")
    read(connection)
    crm.sql("ALTER TABLE contact ENABLE ROW LEVEL SECURITY")
    crm.sql("CREATE POLICY seen ON contact USING (full_name <> 'Unseen')")
    try:
        assert read(connection, "contact", full=True)["contact"]["hidden"] == 1
    finally:
        crm.sql("DROP POLICY seen ON contact")
        crm.sql("ALTER TABLE contact DISABLE ROW LEVEL SECURITY")
    assert Contact.objects.get(name="Unseen").state == "active"
