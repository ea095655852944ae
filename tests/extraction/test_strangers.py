"""A model's sentence may not carry what the CRM holds for somebody else."""

from __future__ import annotations

import pytest

from crmllm.core.identifiers import email_index, phone_index
from crmllm.crm.models import Account, Contact
from crmllm.extraction.strangers import REASON, without_strangers
from crmllm.extraction.types import Address, Case, Extracted, Item, NextAction, Opportunity, Span, Value

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

ITEM = Item(
    text="Hello, we want 12 label printers like Northmoor. Clara Whitfield",
    sender=Address("clara@northmoor.example", "Clara Whitfield"),
)


@pytest.fixture(autouse=True)
def _customers() -> None:
    ours = Account.objects.create(name="Northmoor Logistics Ltd", domains=["northmoor.example"])
    Contact.objects.create(name="Piet Jansen", account=ours)
    other = Account.objects.create(name="Talwerk Maschinenbau GmbH", domains=["talwerk.example"])
    Contact.objects.create(
        name="Jochen Ebersbach",
        account=other,
        email_index=email_index("j.ebersbach@talwerk.example"),
        phone_index=phone_index("+49 30 23125 118"),
    )


def said(text: str) -> Value:
    return Value(text, source="model", confidence=0.5, inferred=True)


@pytest.mark.parametrize(
    "sentence",
    [
        "The same printers as Talwerk Maschinenbau GmbH ordered.",
        "Call Jochen Ebersbach about the printers",
        "send the quote to JOCHEN EBERSBACH.",
        "Answer to j.ebersbach@talwerk.example",
        "Call +49 30 23125 118 back",
    ],
)
def test_sentences_about_other_customers_are_refused(sentence: str) -> None:
    found = Extracted(
        opportunity=Opportunity(summary=said(sentence)),
        case=Case(summary=said(sentence)),
        next_actions=(NextAction(said(sentence)), NextAction(said("Send a quote"))),
    )
    kept = without_strangers(found, ITEM)
    assert kept.opportunity is not None
    assert kept.opportunity.summary is None
    assert kept.case is not None
    assert kept.case.summary is None
    assert [one.text.value for one in kept.next_actions] == ["Send a quote"]
    assert {one.reason for one in kept.rejected} == {REASON}
    assert len(kept.rejected) == 3


@pytest.mark.parametrize(
    "sentence",
    [
        "Northmoor Logistics Ltd wants 12 label printers",  # the sender's own account
        "Clara Whitfield asks for a quote",
        "Answer to Piet Jansen at Northmoor",  # a colleague of the sender
        "Quote for 12 Label Printers",
    ],
)
def test_the_item_s_own_people_and_company_may_be_named(sentence: str) -> None:
    found = Extracted(opportunity=Opportunity(summary=said(sentence)))
    assert without_strangers(found, ITEM) is found


def test_words_of_the_item_stay_whoever_they_name() -> None:
    item = Item(text="Talwerk Maschinenbau GmbH recommended you.")
    quoted = Value("Talwerk Maschinenbau GmbH recommended you", (Span(0, 41, item.text[:41]),), 0.9)
    found = Extracted(next_actions=(NextAction(quoted), NextAction(said("Thank Talwerk Maschinenbau GmbH"))))
    assert without_strangers(found, item) is found
