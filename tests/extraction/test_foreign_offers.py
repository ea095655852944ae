"""Somebody else's price, told by their name, is not the deal's; ours and the customer's own stand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.extraction.extract import extract
from crmllm.extraction.rules import foreign_offers
from crmllm.extraction.types import Address, Item, Us

THEIRS = [
    "Merrow Ltd wants 9,000 EUR for the same thing.",
    "The offer from Merrow was 9,000 EUR.",
    "From Merrow we have a quote for 9,000 EUR.",
    "We have a quote from Brandt & Sohn at 9,000 EUR.",
    "Merrow hat uns 9.000 EUR geboten.",
    "Das Angebot von Merrow liegt bei 9.000 EUR.",
    "Merrow nous propose 9 000 EUR.",
    "L'offre de Merrow est de 9 000 EUR.",
    "Merrow nos ofrece 9.000 EUR.",
    "La oferta de Merrow es de 9.000 EUR.",
    "Merrow ci chiede 9.000 EUR.",
    "L'offerta di Merrow è di 9.000 EUR.",
    "Merrow vraagt 9.000 EUR.",
    "De offerte van Merrow is 9.000 EUR.",
    "A Merrow pede 9.000 EUR.",
    "A proposta da Merrow é de 9.000 EUR.",
    "Firma Merrow chce 9.000 EUR.",
    "Oferta Merrow to 9.000 EUR.",
    "We had Merrow in as well, at 9,000 EUR.",
    "Für die andere Halle bleiben wir bei Merrow (9.000 EUR).",
    "La otra nave se queda con Merrow (9.000 EUR).",
]
OURS = [
    "Your offer of 9,000 EUR is fine.",
    "The offer from Halden was 9,000 EUR.",
    "The quote from Nina Holt comes in at 9,000 EUR.",
    "The price of Halden Flow 400 is 9,000 EUR.",
    "The quote from Monday, 9,000 EUR in all, is fine.",
    "Das Angebot von Ihnen liegt bei 9.000 EUR.",
    "Das Angebot von Mittwoch über 9.000 EUR nehmen wir an.",
    "Die Abteilung hat uns 9.000 EUR freigegeben.",
    "Die Geschäftsleitung hat uns 9.000 EUR bewilligt.",
    "L'offre de mai est de 9 000 EUR.",
    "Oferta Państwa to 9.000 EUR.",
    "Management offers 9,000 EUR at most.",
    "Our budget is 9,000 EUR.",
    "We are going with Halden for 9,000 EUR.",
    "Nos quedamos con cuatro por 9.000 EUR.",
    "Unser Budget liegt bei 9.000 EUR.",
    "Budget liegt bei 9.000 EUR.",
    "Nasz budżet to 9.000 EUR.",
]
SIDES = ["Halden", "Nina Holt", "Halden Flow 400", "Ann Reed", "Meadow Farms"]


@pytest.mark.parametrize("sentence", THEIRS)
def test_a_price_that_somebody_else_asks_is_not_the_deals(sentence: str) -> None:
    assert foreign_offers.places(sentence, 0, len(sentence), SIDES)
    found = extract(mail(sentence))
    assert found.opportunity is not None and found.opportunity.amount is None
    assert [(one.field, one.reason) for one in found.rejected if one.field == "amount"] == [("amount", "competitor")]


@pytest.mark.parametrize("sentence", OURS)
def test_what_one_of_the_two_sides_names_stands(sentence: str) -> None:
    assert foreign_offers.places(sentence, 0, len(sentence), SIDES) == []
    found = extract(mail(sentence))
    assert found.opportunity is not None and found.opportunity.amount is not None
    assert found.opportunity.amount.value == "9000"


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_gives_places_within_it(text: str, known: list[str]) -> None:
    for start, end, reason in foreign_offers.places(text, 0, len(text), known):
        assert 0 <= start < end <= len(text) and reason == "competitor"


def mail(sentence: str) -> Item:
    return Item(
        text=f"Hello Nina,\n\nwe need 4 Halden Flow 400 for the new hall. {sentence}\n\nAnn Reed\nMeadow Farms",
        sender=Address("ann@meadow.example", "Ann Reed"),
        products=("Halden Flow 400",),
        sent_at=datetime(2026, 5, 4, 9, tzinfo=UTC),
        us=Us(company="Halden", domains=frozenset({"halden.example"}), staff=frozenset({"Nina Holt"})),
    )
