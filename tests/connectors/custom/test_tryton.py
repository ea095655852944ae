"""A CRM over REST that is declared in a file: Tryton, end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.connectors.models import Connection, ExternalRecord, SkippedRecord, Stream
from crmllm.core.crypto import Sealed
from crmllm.crm.models import Contact, Opportunity
from crmllm.notifications.models import Notification
from crmllm.proposals import services as proposals
from crmllm.proposals.models import Proposal
from crmllm.writeback import services as writeback
from crmllm.writeback.choices import Operation
from crmllm.writeback.models import Writeback
from tests.support import factories, tryton
from tests.support.tryton import Tryton

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

Read = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    with tryton.running(tmp_path_factory.mktemp("tryton")) as running:
        yield running


@pytest.fixture
def connection(server: Tryton, connect: Callable[..., Connection]) -> Connection:
    return connect(
        "tryton",
        secrets={"key": tryton.KEY},
        address=f"{server.url}/crm",
        company=str(server.company),
        employee=str(server.employee),
    )


def euros(amount: str) -> dict[str, str]:
    return {"__class__": "Decimal", "decimal": amount}


def test_people_and_deals_come_over_and_changes_follow(server: Tryton, connection: Connection, read: Read) -> None:
    email = ["create", [{"type": "email", "value": "ada@analytical.example"}]]
    ada = server.make("party.party", name="Ada Lovelace", contact_mechanisms=[email])
    deal = server.make(
        "sale.opportunity", party=ada, company=server.company, description="Engine", amount=euros("1200.50")
    )
    counts = read(connection)
    assert counts["stage"] == {"read": 5, "created": 5}
    contact = Contact.objects.get(name="Ada Lovelace")
    assert contact.email is not None
    assert contact.email.open() == "ada@analytical.example"
    found = Opportunity.objects.get(name="Engine")
    assert (found.contact, str(found.amount), found.stage.name) == (contact, "1200.50", "Lead")

    assert read(connection)["opportunity"] == {
        "read": counts["opportunity"]["read"],
        "unchanged": counts["opportunity"]["read"],
    }
    server.change("sale.opportunity", deal, description="Engine II")
    server.rpc("model.sale.opportunity.opportunity", [deal], {"company": server.company})
    assert read(connection)["opportunity"]["updated"] == 1
    found.refresh_from_db()
    assert (found.name, found.stage.name) == ("Engine II", "Opportunity")


def test_an_approved_message_is_written_once_and_taken_back(
    server: Tryton, connection: Connection, read: Read, reviewer: User
) -> None:
    read(connection)
    before = len(server.rows("party.party", [], ["name"]))
    made = factories.proposals()
    for one in made.values():
        proposals.approve(user=reviewer, proposal=Proposal.objects.get(pk=one.pk))
    assert factories.deliver_all() == ["verified"] * 4
    (party,) = server.rows("party.party", [["name", "=", "Maria Ruiz"]], ["name", "code", "email"])
    contact = Contact.objects.get(name="Maria Ruiz")
    assert (party["code"], party["email"]) == (str(contact.pk), "maria.ruiz@betasoloin.example")
    ours = str(Writeback.objects.get(object="opportunity").target_id)
    (deal,) = server.rows("sale.opportunity", [["reference", "=", ours]], ["amount", "party"])
    assert (deal["amount"], deal["party"]) == (euros("48000"), party["id"])

    assert read(connection)["contact"].get("created") is None, "our own write comes back and is known"
    assert len(server.rows("party.party", [], ["name"])) == before + 1
    proposals.undo(user=reviewer, proposal=Proposal.objects.get(pk=made["activity"].pk))
    assert factories.deliver_all() == ["verified"]
    proposals.undo(user=reviewer, proposal=Proposal.objects.get(pk=made["opportunity"].pk))
    assert factories.deliver_all() == ["failed"]
    assert "you must cancel it" in Writeback.objects.get(state="failed").error_message, "Tryton's own words"
    server.rpc("model.sale.opportunity.cancel", [deal["id"]], {"company": server.company})
    server.rpc("model.sale.opportunity.delete", [deal["id"]], {"company": server.company})


def test_a_change_by_somebody_else_is_not_overwritten(
    server: Tryton, connection: Connection, read: Read, reviewer: User
) -> None:
    """Tryton's REST has no guard of its own against lost updates: ours compares before and after."""
    party = server.make("party.party", name="Grace Old")
    read(connection)
    contact = Contact.objects.get(name="Grace Old")
    proposal = factories.proposals()["contact"]
    proposal.target_id = contact.pk
    writeback.queue(
        actor=reviewer,
        proposal=proposal,
        operation=Operation.UPDATE,
        values={"name": "Grace New"},
        base={"name": "Grace Old"},
    )
    server.change("party.party", party, name="Grace Other")
    assert factories.deliver_all() == ["conflict"]
    assert server.rows("party.party", [["id", "=", party]], ["name"])[0]["name"] == "Grace Other"


def test_a_field_that_is_taken_away_is_left_out_and_told_of(
    server: Tryton, connection: Connection, read: Read, admin: User
) -> None:
    ada = server.make("party.party", name="Edith Hidden")
    server.make("sale.opportunity", party=ada, company=server.company, description="Secret sum", amount=euros("9.00"))
    read(connection)
    access = server.make(
        "ir.model.field.access", model="sale.opportunity", field="amount", perm_read=False, perm_write=False
    )
    try:
        read(connection, "opportunity", full=True)
        kept = Opportunity.objects.get(name="Secret sum")
        assert str(kept.amount) == "9.00", "absent is not empty"
    finally:
        server.rpc("model.ir.model.field.access.delete", [access], {})


def test_an_unknown_field_is_dropped_and_the_rest_goes_on(
    server: Tryton, connection: Connection, read: Read, admin: User
) -> None:
    mapping = {"language": {"theirs": "tongue"}}
    Stream.objects.filter(connection=connection, name="contact").update(mapping=mapping)
    server.make("party.party", name="Joan Clarke")
    read(connection)
    assert Stream.objects.get(connection=connection, name="contact").hidden == ["tongue"]
    assert Contact.objects.filter(name="Joan Clarke").exists()
    assert Notification.objects.filter(user=admin, kind="sync").exists()


def test_a_record_that_is_hidden_is_not_deleted_here(server: Tryton, connection: Connection, read: Read) -> None:
    ada = server.make("party.party", name="Hedy Hidden")
    deal = server.make("sale.opportunity", party=ada, company=server.company, description="Out of sight")
    read(connection)
    rule = server.rpc(
        "model.ir.rule.group.create",
        [
            {
                "name": "not this one", "model": "sale.opportunity", "global_p": True,
                "perm_read": True, "perm_write": True, "perm_create": True, "perm_delete": True,
                "rules": [["create", [{"domain": f'[["id", "!=", {deal}]]'}]]],
            }
        ],
        {},
    )  # fmt: skip
    try:
        assert read(connection, "opportunity", full=True)["opportunity"]["hidden"] == 1
        assert Opportunity.objects.get(name="Out of sight").state == "active"
        assert ExternalRecord.objects.get(object="opportunity", external_id=str(deal)).state == "hidden"
    finally:
        server.rpc("model.ir.rule.group.delete", rule, {})
    read(connection, "opportunity", full=True)
    assert ExternalRecord.objects.get(object="opportunity", external_id=str(deal)).state == "active"


def test_a_refused_write_says_why_and_waits_for_a_person(
    server: Tryton, connection: Connection, read: Read, reviewer: User
) -> None:
    read(connection)
    made = factories.proposals()
    access = server.make(
        "ir.model.field.access", model="sale.opportunity", field="amount", perm_read=True, perm_write=False
    )
    try:
        for one in made.values():
            proposals.approve(user=reviewer, proposal=Proposal.objects.get(pk=one.pk))
        factories.deliver_all()
        failed = Writeback.objects.get(object="opportunity")
        assert failed.state == "failed"
        assert "not allowed" in failed.error_message
    finally:
        server.rpc("model.ir.model.field.access.delete", [access], {})


def test_a_wrong_key_breaks_the_connection_and_nothing_is_lost(
    server: Tryton, connection: Connection, read: Read, reviewer: User
) -> None:
    read(connection)
    connection.credentials = Sealed.of({"secrets": {"key": "x" * 40}}, connection.key_id)
    connection.save()
    made = factories.proposals(factories.found(opportunity=None))
    proposals.approve(user=reviewer, proposal=Proposal.objects.get(pk=made["account"].pk))
    proposals.approve(user=reviewer, proposal=Proposal.objects.get(pk=made["contact"].pk))
    factories.deliver_all()
    waiting = Writeback.objects.get(object="contact")
    connection.refresh_from_db()
    assert (waiting.state, connection.state) == ("waiting", "broken")
    assert not SkippedRecord.objects.exists()
