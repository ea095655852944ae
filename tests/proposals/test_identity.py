"""A person says who is meant: the record that is there, or somebody new."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from crmllm.access.models import User
from crmllm.core.crypto import Sealed
from crmllm.core.errors import Conflict, NotFound
from crmllm.crm import services as crm
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Account, Contact, Record
from crmllm.crm.services import Writer
from crmllm.extraction.types import to_json
from crmllm.matching.services import candidates
from crmllm.proposals import identity, services
from crmllm.proposals.models import Proposal
from crmllm.writeback.models import Writeback
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def deal() -> dict[str, Proposal]:
    """A message with four proposals, whose extraction holds what was found."""
    made = factories.proposals()
    extraction = made["contact"].extraction
    assert extraction is not None
    extraction.result = Sealed.of(to_json(factories.found()), made["contact"].interaction.key_id)
    extraction.save()
    return made


@pytest.fixture
def make(admin: User) -> Callable[..., Record]:
    def record(object_name: str, **values: object) -> Record:
        writer = Writer(WriterKind.PERSON, admin.pk)
        return crm.create_record(actor=admin, object_name=object_name, changes=values, writer=writer)

    return record


def lines(proposal: Proposal) -> dict[str, tuple[object, object]]:
    return {one.field: (one.old.open(), one.proposed.open()) for one in proposal.changes.all()}


# --- who else it could be


def test_candidates_are_found_by_address_phone_and_name(make: Callable[..., Record]) -> None:
    by_name = make("contact", name="María Ruiz Gómez")
    by_mail = make("contact", name="M. R.", email="maria.ruiz@betasoloin.example")
    by_phone = make("contact", name="Desk", phone="+4930901820")
    make("contact", name="Somebody Else")
    found = candidates(
        object_name="contact", name="Maria Ruiz", email="maria.ruiz@betasoloin.example", phone="+4930901820"
    )
    assert [one.record_id for one in found] == [by_mail.pk, by_phone.pk, by_name.pk]
    assert [one.reason for one in found] == ["same e-mail", "same phone", "a similar name"]
    assert candidates(object_name="opportunity", name="Maria Ruiz") == []
    assert candidates(object_name="contact", name="Maria Ruiz", among=lambda rows: rows.none()) == []


def test_organisations_are_found_by_domain_and_name(make: Callable[..., Record]) -> None:
    by_domain = make("account", name="BSL", domains=["betasoloin.example"])
    by_name = make("account", name="Betasoloin Deutschland GmbH")
    found = candidates(object_name="account", name="Betasoloin GmbH", email="who@betasoloin.example")
    assert [one.record_id for one in found] == [by_domain.pk, by_name.pk]


# --- link instead of create


def test_linking_makes_the_create_a_change_and_moves_what_hangs_on_it(
    reviewer: User, make: Callable[..., Record], deal: dict[str, Proposal]
) -> None:
    record = make("account", name="Betasoloin Deutschland")
    linked = identity.link(user=reviewer, proposal=deal["account"], record_id=record.pk)
    assert (linked.action, linked.target_id, linked.name) == ("update", record.pk, "Betasoloin Deutschland")
    assert {name: new for name, (_old, new) in lines(linked).items()} == {"domains": ["betasoloin.example"]}
    assert lines(deal["contact"])["account"][1] == str(record.pk)
    assert linked.pattern.startswith("account.update.email:")
    services.approve(user=reviewer, proposal=deal["contact"])
    services.approve(user=reviewer, proposal=linked)
    factories.deliver_all()
    assert Account.objects.get().domains == ["betasoloin.example"]
    assert Contact.objects.get().account_id == record.pk


def test_linking_to_a_record_that_holds_everything_leaves_nothing_to_decide(
    reviewer: User, make: Callable[..., Record], deal: dict[str, Proposal]
) -> None:
    record = make("account", name="Betasoloin", domains=["betasoloin.example"])
    linked = identity.link(user=reviewer, proposal=deal["account"], record_id=record.pk)
    assert linked.state == "superseded"
    services.approve(user=reviewer, proposal=deal["contact"])
    assert Writeback.objects.get().values.open()["account"] == str(record.pk)


def test_linking_is_refused_where_it_cannot_be(
    reviewer: User, admin: User, make: Callable[..., Record], deal: dict[str, Proposal]
) -> None:
    record = make("account", name="Betasoloin")
    with pytest.raises(NotFound):
        identity.link(user=reviewer, proposal=deal["account"], record_id=deal["contact"].pk)
    services.claim(user=admin, interaction=deal["account"].interaction)
    with pytest.raises(Conflict, match="deciding"):
        identity.link(user=reviewer, proposal=deal["account"], record_id=record.pk)
    services.release(user=admin, interaction=deal["account"].interaction)
    services.approve(user=reviewer, proposal=deal["account"])
    with pytest.raises(Conflict):
        identity.link(user=reviewer, proposal=deal["account"], record_id=record.pk)


# --- somebody new


def test_a_wrong_match_becomes_somebody_new_with_what_was_read(reviewer: User, make: Callable[..., Record]) -> None:
    wrong = make("contact", name="Other Person", email="maria.ruiz@betasoloin.example")
    made = factories.proposals()
    extraction = made["contact"].extraction
    assert extraction is not None
    extraction.result = Sealed.of(to_json(factories.found()), made["contact"].interaction.key_id)
    extraction.save()
    assert made["contact"].action == "update" and made["contact"].target_id == wrong.pk
    parted = identity.part(user=reviewer, proposal=made["contact"])
    assert parted.action == "create" and parted.target_id != wrong.pk and parted.name == "Maria Ruiz"
    held = lines(parted)
    assert held["name"] == (None, "Maria Ruiz") and held["email"] == (None, "maria.ruiz@betasoloin.example")
    assert all(old is None for old, _new in held.values())
    assert lines(made["opportunity"])["contact"][1] == str(parted.target_id)
    assert parted in made["opportunity"].needs.all()
    for name in ("account", "contact", "opportunity"):
        services.approve(user=reviewer, proposal=Proposal.objects.get(pk=made[name].pk))
    factories.deliver_all()
    assert set(Contact.objects.values_list("name", flat=True)) == {"Other Person", "Maria Ruiz"}


# --- on the card


def test_the_card_shows_who_else_it_could_be_and_links_with_a_key(
    page: Client, make: Callable[..., Record], deal: dict[str, Proposal]
) -> None:
    record = make("account", name="Betasoloin GmbH NL")
    answer = page.get(f"/review/{deal['account'].interaction_id}/")
    account = answer.context["card"]["proposals"][0]
    assert account["identity"]["level"] == "unsure"
    assert [one["id"] for one in account["identity"]["others"]] == [str(record.pk)]
    page.post(f"/review/proposals/{deal['account'].pk}/link/", {"record": record.pk})
    account = page.get(f"/review/{deal['account'].interaction_id}/").context["card"]["proposals"][0]
    assert (account["identity"]["level"], account["identity"]["text"]) == ("existing", "chosen by a person")
    page.post(f"/review/proposals/{deal['account'].pk}/part/")
    account = page.get(f"/review/{deal['account'].interaction_id}/").context["card"]["proposals"][0]
    assert account["is_new"] and account["record_name"] == "Betasoloin GmbH"
