"""A doubtful category leaves nothing sure that hangs on it."""

from __future__ import annotations

from crmllm.extraction import doubt
from crmllm.extraction.extract import extract
from crmllm.extraction.types import Address, Case, Contact, Extracted, Item, NextAction, Opportunity, Value


def sure(value: str) -> Value:
    return Value(value, confidence=0.97)


def everything(category: str, confidence: float) -> Extracted:
    return Extracted(
        contacts=(Contact("sender", name=sure("Jo Kilner")),),
        opportunity=Opportunity(products=(sure("Kiln"),), amount=sure("900")),
        case=Case(severity=sure("high")),
        next_actions=(NextAction(sure("send it"), owner=sure("us")),),
        category=Value(category, confidence=confidence),
    )


def confidences(found: Extracted) -> dict[str, float]:
    return {name: value.confidence for name, value in found.values() if name != "category"}


def test_the_record_of_a_category_is_no_surer_than_the_category_and_people_are_half_as_doubtful() -> None:
    of_sales = confidences(doubt.bounded(everything("sales", 0.6)))
    assert of_sales == {
        "contacts.0.name": 0.8,
        "opportunity.products.0": 0.6,
        "opportunity.amount": 0.6,
        "case.severity": 0.8,
        "next_actions.0.text": 0.8,
        "next_actions.0.owner": 0.8,
    }
    of_billing = confidences(doubt.bounded(everything("billing", 0.6)))
    assert (of_billing["case.severity"], of_billing["opportunity.amount"]) == (0.6, 0.8)


def test_a_sure_category_takes_nothing_away_and_no_value_gets_surer() -> None:
    assert doubt.bounded(everything("sales", 0.97)).opportunity == everything("sales", 0.97).opportunity
    low = Extracted(contacts=(Contact("sender", name=Value("Jo", confidence=0.2)),), category=sure("sales"))
    assert confidences(doubt.bounded(low)) == {"contacts.0.name": 0.2}


def test_a_sender_is_not_surer_than_the_business_that_they_write_about() -> None:
    found = extract(Item("Ok, fine.", subject="Hello", sender=Address("jo@kiln.example", "Jo Kilner")), weighed=False)
    assert found.category is not None and found.category.value == "sales"
    limit = (1 + found.category.confidence) / 2
    assert max(confidences(found)[name] for name in ("contacts.0.name", "contacts.0.email")) <= round(limit, 3) < 0.75
