"""What a message proposes for records that the CRM knows already, and how new ones are named."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.access.models import User
from crmllm.core.errors import Conflict
from crmllm.crm import services as crm
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Opportunity, Pipeline, Record, Stage
from crmllm.crm.services import Writer
from crmllm.extraction import types
from crmllm.proposals import services
from crmllm.proposals.models import Proposal
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

TEXT = """Dear Tom, please add 2 Cable Guide and a GTX Pro to what we ordered.
The Roll Stand is still right. Kind regards, Maria Ruiz"""


def value(quote: str, canonical: str | None = None) -> types.Value:
    return factories.value(quote, canonical, text=TEXT)


def wish(*products: types.Value, **more: Any) -> types.Extracted:
    contact = types.Contact("sender", value("Maria Ruiz"), email=types.Value("maria.ruiz@betasoloin.example"))
    return factories.found(
        contacts=(contact,), opportunity=types.Opportunity(products=products, **more), next_actions=()
    )


@pytest.fixture
def deal(reviewer: User) -> Record:
    """An open opportunity of the writer's with two products."""
    stage = Stage.objects.create(pipeline=Pipeline.objects.create(name="Sales"), name="New", position=1, probability=10)
    writer = Writer(WriterKind.PERSON, reviewer.pk)
    person = crm.create_record(
        actor=reviewer,
        object_name="contact",
        changes={"name": "Maria Ruiz", "email": "maria.ruiz@betasoloin.example"},
        writer=writer,
    )
    return crm.create_record(
        actor=reviewer,
        object_name="opportunity",
        changes={
            "name": "Plotters",
            "contact": str(person.pk),
            "stage": str(stage.pk),
            "products": ["Roll Stand", "gtx  PRO"],
        },
        writer=writer,
    )


def change(proposal: Proposal, field: str) -> tuple[Any, Any, list[str]]:
    """What a field holds, what is proposed, and the words that support it."""
    row = proposal.changes.get(field=field)
    return row.old.open(), row.proposed.open(), [one.quote.open() for one in row.evidence.all()]


def test_only_added_products_are_proposed_and_the_known_ones_stay(deal: Record) -> None:
    made = factories.proposals(wish(value("GTX Pro"), value("Cable Guide"), value("Roll Stand")), text=TEXT)
    held = ["Roll Stand", "gtx  PRO"]
    assert made["opportunity"].target_id == deal.pk
    assert change(made["opportunity"], "products") == (held, [*held, "Cable Guide"], ["Cable Guide"])


def test_nothing_is_proposed_where_all_products_are_there(deal: Record) -> None:
    made = factories.proposals(wish(value("Roll Stand"), value("GTX Pro", "GTXPro")), text=TEXT)
    assert "opportunity" not in made


def test_a_product_named_twice_is_proposed_once() -> None:
    made = factories.proposals(wish(value("GTX Pro"), value("GTX Pro", "GTX  pro")), text=TEXT)
    assert change(made["opportunity"], "products") == (None, ["GTX Pro"], ["GTX Pro"])


def test_products_that_a_person_adds_meanwhile_are_kept(deal: Record, reviewer: User) -> None:
    proposal = factories.proposals(wish(value("Cable Guide")), text=TEXT)["opportunity"]
    crm.update_record(
        actor=reviewer,
        record=deal,
        changes={"products": ["Roll Stand", "Blade Set"]},
        writer=Writer(WriterKind.PERSON, reviewer.pk),
    )
    with pytest.raises(Conflict):
        services.approve(user=reviewer, proposal=proposal)
    services.approve(user=reviewer, proposal=proposal)
    assert factories.deliver_all() == ["verified"]
    assert Opportunity.objects.get(pk=deal.pk).products == ["Roll Stand", "Blade Set", "Cable Guide"]
