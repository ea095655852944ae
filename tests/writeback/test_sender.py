"""From approval to a verified write, and back: against the local CRM."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from crmllm.access.models import User
from crmllm.core import audit, work
from crmllm.core.errors import Conflict
from crmllm.crm import services as crm
from crmllm.crm import values
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Account, Contact, Opportunity
from crmllm.crm.selectors import field_map
from crmllm.crm.services import Writer
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services
from crmllm.proposals.models import Proposal
from crmllm.writeback import selectors, sender
from crmllm.writeback.models import Writeback
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def approve_all(user: User, made: dict[str, Proposal]) -> None:
    for proposal in made.values():
        services.approve(user=user, proposal=proposal)


def known_contact(user: User, **more: str) -> Contact:
    given = {"name": "Maria Ruiz", "email": "maria.ruiz@betasoloin.example", "title": "Buyer"} | more
    record = crm.create_record(
        actor=user, object_name="contact", changes=given, writer=Writer(WriterKind.PERSON, user.pk)
    )
    assert isinstance(record, Contact)
    return record


def only_contact() -> dict[str, Proposal]:
    return factories.proposals(factories.found(opportunity=None, next_actions=()))


def test_all_is_written_verified_and_shown(reviewer: User, api: APIClient) -> None:
    made = factories.proposals()
    approve_all(reviewer, made)
    assert factories.deliver_all() == ["verified"] * 4
    shown = api.get(f"/api/v1/opportunities/{made['opportunity'].target_id}/").json()
    assert (shown["amount"], shown["currency"], shown["quantity"]) == ("48000.00", "EUR", 12)
    assert shown["contact"] == str(made["contact"].target_id)
    assert api.get(f"/api/v1/contacts/{made['contact'].target_id}/").json()["phone"] == "+4930901820"
    assert Interaction.objects.get(pk=made["account"].interaction_id).status == "done"
    ledger = [
        line["step"] for line in api.get(f"/api/v1/interactions/{made['account'].interaction_id}/").json()["ledger"]
    ]
    assert ledger.count("written") == ledger.count("verified") == 4


def test_each_field_tells_which_proposal_wrote_it(reviewer: User) -> None:
    made = factories.proposals()
    approve_all(reviewer, made)
    factories.deliver_all()
    meta = Account.objects.get(pk=made["account"].target_id).field_meta["name"]
    assert (meta["by"], meta["id"]) == ("proposal", str(made["account"].pk))


def test_a_child_is_not_sent_before_its_parent(reviewer: User) -> None:
    made = factories.proposals()
    approve_all(reviewer, made)
    first = selectors.sendable()
    assert [row.object for row in first] == ["account"]


def test_the_outbox_of_one_record_goes_in_order(reviewer: User) -> None:
    contact = known_contact(reviewer)
    made = only_contact()
    approve_all(reviewer, made)
    factories.deliver_all()
    services.undo(user=reviewer, proposal=Proposal.objects.get(pk=made["contact"].pk))
    rows = Writeback.objects.filter(target_id=contact.pk).order_by("seq")
    assert [row.operation for row in rows] == ["update", "restore"]
    Writeback.objects.filter(pk=rows[0].pk).update(state="failed")
    assert not selectors.sendable().filter(target_id=contact.pk).exists()


def test_undo_before_sending_cancels(reviewer: User, api: APIClient) -> None:
    account = factories.proposals()["account"]
    services.approve(user=reviewer, proposal=account)
    answer = api.post(f"/api/v1/proposals/{account.pk}/undo/").json()
    assert (answer["state"], answer["undone"]) == ("undone", [str(account.pk)])
    assert Writeback.objects.get(proposal=account).state == "cancelled"
    assert factories.deliver_all() == []
    assert not Account.objects.filter(pk=account.target_id).exists()


def test_undo_puts_the_before_image_back(reviewer: User, api: APIClient) -> None:
    contact = known_contact(reviewer)
    made = only_contact()
    approve_all(reviewer, made)
    factories.deliver_all()
    assert api.get(f"/api/v1/contacts/{contact.pk}/").json()["title"] == "Head of Procurement"
    answer = api.post(f"/api/v1/proposals/{made['contact'].pk}/undo/")
    assert answer.status_code == 200
    assert set(factories.deliver_all()) == {"verified"}
    contact.refresh_from_db()
    assert (contact.title, contact.phone, contact.account_id) == ("Buyer", None, None)
    assert Writeback.objects.get(proposal=made["contact"], operation="update").state == "undone"


def test_undo_of_a_create_first_takes_back_what_hangs_on_it(reviewer: User, api: APIClient) -> None:
    made = factories.proposals()
    approve_all(reviewer, made)
    factories.deliver_all()
    answer = api.post(f"/api/v1/proposals/{made['account'].pk}/undo/").json()
    assert [Proposal.objects.get(pk=pk).object for pk in answer["undone"]] == [
        "activity", "opportunity", "contact", "account",
    ]  # fmt: skip
    assert factories.deliver_all() == ["verified"] * 4
    assert not Account.objects.filter(state="active").exists()
    assert not Opportunity.objects.filter(state="active").exists()
    assert api.get(f"/api/v1/accounts/{made['account'].target_id}/").status_code == 404


def test_what_was_taken_back_can_be_approved_again(reviewer: User) -> None:
    made = factories.proposals()
    approve_all(reviewer, made)
    factories.deliver_all()
    services.undo(user=reviewer, proposal=made["account"])
    factories.deliver_all()
    approve_all(reviewer, {name: Proposal.objects.get(pk=row.pk) for name, row in made.items()})
    assert factories.deliver_all() == ["verified"] * 4
    assert Contact.objects.get(state="active").account == Account.objects.get(state="active")


def test_a_persons_value_is_not_undone(reviewer: User, api: APIClient) -> None:
    contact = known_contact(reviewer)
    made = only_contact()
    approve_all(reviewer, made)
    factories.deliver_all()
    record = Contact.objects.get(pk=contact.pk)
    crm.update_record(
        actor=reviewer, record=record, changes={"title": "CPO"}, writer=Writer(WriterKind.PERSON, reviewer.pk)
    )
    answer = api.post(f"/api/v1/proposals/{made['contact'].pk}/undo/")
    assert answer.status_code == 409
    assert "Title" in answer.json()["error"]["message"]
    assert Contact.objects.get(pk=contact.pk).title == "CPO"


def test_what_another_approved_change_builds_on_is_not_undone(reviewer: User) -> None:
    made = only_contact()
    approve_all(reviewer, made)
    factories.deliver_all()
    later = factories.proposals(
        factories.found(
            contacts=(
                type(factories.found().contacts[0])(
                    "sender",
                    factories.value("Maria Ruiz"),
                    factories.value("Head of Procurement", "Chief buyer"),
                    None,
                    factories.value("maria.ruiz@betasoloin.example"),
                ),
            ),
            opportunity=None,
            next_actions=(),
        )
    )
    approve_all(reviewer, later)
    factories.deliver_all()
    with pytest.raises(Conflict, match="builds on this one"):
        services.undo(user=reviewer, proposal=made["contact"])
    for row in (later["contact"], made["contact"]):
        assert services.undo(user=reviewer, proposal=row)
    assert set(factories.deliver_all()) == {"verified"}


def test_a_change_in_the_crm_between_decision_and_write_goes_back_to_review(reviewer: User) -> None:
    contact = known_contact(reviewer)
    made = only_contact()
    approve_all(reviewer, made)
    crm.update_record(
        actor=reviewer, record=contact, changes={"title": "CPO"}, writer=Writer(WriterKind.PERSON, reviewer.pk)
    )
    assert factories.deliver_all() == ["verified", "conflict"]
    proposal = Proposal.objects.get(pk=made["contact"].pk)
    assert proposal.state == "pending"
    assert "changed in the CRM" in proposal.note
    title = proposal.changes.get(field="title")
    assert (title.old.open(), title.checks[0]["code"]) == ("CPO", "conflict")
    assert Contact.objects.get(pk=contact.pk).title == "CPO"
    services.approve(user=reviewer, proposal=proposal)
    assert factories.deliver_all() == ["verified"]
    assert Contact.objects.get(pk=contact.pk).title == "Head of Procurement"


def test_a_sender_that_lost_its_lease_changes_nothing(reviewer: User) -> None:
    account = factories.proposals()["account"]
    services.approve(user=reviewer, proposal=account)
    (row,) = work.claim(selectors.sendable(), limit=1, seconds=-1)
    (thief,) = work.claim(selectors.sendable(), limit=1, seconds=60)
    assert sender.deliver([row]) == []
    assert sender.deliver([thief]) == ["verified"]
    assert Account.objects.filter(name="Betasoloin GmbH").count() == 1


def test_a_write_that_was_sent_but_not_recorded_is_settled_by_reading_back(
    reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = factories.proposals()["account"]
    services.approve(user=reviewer, proposal=account)
    (row,) = work.claim(selectors.sendable(), limit=1, seconds=-1)

    def die(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sender, "_record", die)
        with pytest.raises(KeyboardInterrupt):
            sender.deliver([row])
    assert Writeback.objects.get(pk=row.pk).state == "sending"
    assert factories.deliver_all() == ["verified"]
    assert Account.objects.filter(name="Betasoloin GmbH").count() == 1


def test_the_chain_is_whole_after_all_of_it(reviewer: User) -> None:
    made = factories.proposals()
    approve_all(reviewer, made)
    factories.deliver_all()
    services.undo(user=reviewer, proposal=made["account"])
    factories.deliver_all()
    assert audit.verify().broken is None


def test_written_values_read_back_equal(reviewer: User) -> None:
    made = factories.proposals()
    approve_all(reviewer, made)
    factories.deliver_all()
    fields = field_map("contact")
    shown = values.read(Contact.objects.get(), list(fields.values()))
    row = Writeback.objects.get(proposal=made["contact"])
    assert {name: shown[name] for name in row.values.open()} == row.values.open()
