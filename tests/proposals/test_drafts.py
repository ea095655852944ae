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


def test_a_new_opportunity_is_named_after_product_and_company_and_keeps_the_sentence() -> None:
    made = factories.proposals()
    assert change(made["opportunity"], "name") == (None, "GTX Pro, Betasoloin GmbH", ["GTX Pro"])
    assert change(made["opportunity"], "summary")[1] == "we want 12 GTX Pro for our three plants"


def test_the_name_of_a_known_company_is_taken_from_the_crm(reviewer: User) -> None:
    given = {"name": "Betasoloin Holding", "domains": ["betasoloin.example"]}
    writer = Writer(WriterKind.PERSON, reviewer.pk)
    crm.create_record(actor=reviewer, object_name="account", changes=given, writer=writer)
    made = factories.proposals(wish(value("GTX Pro"), value("Roll Stand")), text=TEXT)
    assert made["opportunity"].name == "GTX Pro +1, Betasoloin Holding"


def problem(text: str) -> Proposal:
    """The proposed case whose problem is a whole text."""
    told = factories.value(text, text=text)
    found = factories.found(
        contacts=(),
        opportunity=None,
        next_actions=(),
        case=types.Case(told),
        category=types.Value("support", confidence=0.9),
    )
    return factories.proposals(found, text=text)["case"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Unfortunately the left cutter stops after ten metres, so nobody in hall two can work until it is repaired",
            "The left cutter stops after ten metres",
        ),
        (
            "Leider druckt die Maschine in Halle zwei jede zweite Seite leer und wir finden den Grund dafür nicht",
            "Leider druckt die Maschine in Halle zwei jede zweite Seite…",
        ),
        (
            "Le rouleau du deuxième traceur de notre atelier principal reste bloqué depuis hier matin",
            "Le rouleau du deuxième traceur de notre atelier principal…",
        ),
    ],
)
def test_a_case_is_named_in_a_few_words_and_keeps_the_sentence(text: str, name: str) -> None:
    case = problem(text)
    assert case.name == name
    assert len(case.name) <= 60
    assert change(case, "summary") == (None, text, [text])


def test_a_short_problem_is_the_name_and_not_told_twice() -> None:
    case = problem("the left cutter stops")
    assert change(case, "name")[1] == "The left cutter stops"
    assert not case.changes.filter(field="summary").exists()


def test_a_wish_without_a_product_is_named_by_its_words_and_not_told_twice() -> None:
    made = factories.proposals(wish(summary=value("add 2 Cable Guide")), text=TEXT)["opportunity"]
    assert change(made, "name") == (None, "Add 2 Cable Guide", ["add 2 Cable Guide"])
    assert not made.changes.filter(field="summary").exists()
