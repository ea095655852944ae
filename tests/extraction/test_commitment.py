"""How firm a customer's wish is, and that the words which are quoted for it carry it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmllm.extraction.extract import extract
from crmllm.extraction.schema import MailAnswer, ModelAnswer
from crmllm.extraction.types import Address, Item, Value

SENT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def item(text: str) -> Item:
    return Item(text, sender=Address("jo@kiln.example", "Jo Kilner"), sent_at=SENT, products=("Kiln K4", "Glaze Set"))


def commitment(text: str, answer: ModelAnswer | None = None) -> Value:
    found = extract(item(text), answer)
    assert found.opportunity is not None
    assert found.opportunity.commitment is not None
    return found.opportunity.commitment


@pytest.mark.parametrize(
    ("text", "degree", "words"),
    [
        ("We need 2 Kiln K4 by June. What is the price?", "likely", "We need"),
        ("Could you send us a quote for 2 Kiln K4?", "likely", "Could you send us a quote for 2 Kiln K4"),
        ("Please quote two Kiln K4 and a Glaze Set.", "likely", "Please quote two Kiln K4 and a Glaze Set"),
        ("The budget is 9,000 EUR. We are looking for a Kiln K4.", "likely", "We are looking for"),
        ("For 3 Kiln K4 our board decides on 20 March. Budget 20,000 EUR.", "likely", "decides"),
        ("PO 4471 is attached: 2 Kiln K4.", "firm", "PO 4471 is attached"),
        ("Two Kiln K4 at that price: go ahead.", "firm", "go ahead"),
        ("We might take 2 Kiln K4 next year.", "hedged", "might"),
        ("We no longer need the 2 Kiln K4.", "negated", "no longer need"),
        ("The order for 3 Kiln K4 was last year.", "past", "last year"),
        ("Wir benötigen 2 Kiln K4, Preis bitte.", "likely", "Wir benötigen"),
        ("Könnten Sie ein Angebot für 4 Kiln K4 senden?", "likely", "Könnten Sie ein Angebot für 4 Kiln K4 senden"),
        ("Betrachten Sie diese Mail als Bestellung: 2 Kiln K4.", "firm", "als Bestellung"),
        ("Eventuell nehmen wir 2 Kiln K4.", "hedged", "Eventuell"),
        ("Wir haben uns gegen den Kiln K4 entschieden.", "negated", "haben uns gegen"),
        ("Pouvez-vous chiffrer deux Kiln K4 ?", "likely", "Pouvez-vous chiffrer deux Kiln K4"),
        ("On prend les 2 Kiln K4 à ce prix.", "likely", "On prend"),
        ("Nous commandons 2 Kiln K4.", "firm", "Nous commandons"),
        ("Sous réserve d'accord, il nous faut 2 Kiln K4.", "hedged", "Sous réserve"),
        ("¿Podría enviarnos un presupuesto de 4 Kiln K4?", "likely", "Podría enviarnos un presupuesto de 4 Kiln K4"),
        ("Nos gustaría comprar 2 Kiln K4.", "likely", "Nos gustaría"),
        ("Quizás compremos 2 Kiln K4, no está decidido.", "hedged", "Quizás"),
        ("Wij zoeken een Kiln K4, wat is de prijs?", "likely", "Wij zoeken"),
        ("Twee Kiln K4 in deze prijs: dan teken ik.", "likely", "teken ik"),
        ("Kunt u zo snel mogelijk een offerte sturen?", "likely", "Kunt u zo snel mogelijk een offerte sturen"),
        ("Wij bestellen 2 Kiln K4.", "firm", "Wij bestellen"),
        ("Ci servono 2 Kiln K4, a che prezzo?", "likely", "Ci servono"),
        ("Precisamos de 2 Kiln K4. Qual o preço?", "likely", "Precisamos"),
        ("Von einem Kauf des Kiln K4 sehen wir ab.", "negated", "sehen wir ab"),
        ("Não vamos contratar o Kiln K4.", "negated", "Não vamos contratar"),
        ("Zarząd nie wyraził zgody na zakup Kiln K4.", "negated", "nie wyraził zgody"),
        ("We gaan er niet mee verder, ook niet met de Kiln K4.", "negated", "gaan er niet mee verder"),
        ("We'd want 2 Kiln K4, but they haven't released the money.", "hedged", "haven't released"),
        ("Akkoord met offerte 3318, dus 2 Kiln K4 voor € 4.900.", "firm", "Akkoord met offerte"),
    ],
)  # fmt: skip
def test_the_quoted_words_carry_the_commitment(text: str, degree: str, words: str) -> None:
    found = commitment(text)
    assert found.value == degree
    assert [span.quote for span in found.evidence] == [words]


@pytest.mark.parametrize(
    "text",
    [
        "2 Kiln K4, 9,000 EUR.",
        "Prijs voor 2 Kiln K4: 9.000 EUR.",
        "Budget for the Kiln K4: 9,000 EUR.",
        "Angebot 2 x Kiln K4",
        "Precio de 2 Kiln K4",
    ],
)
def test_numbers_and_nouns_carry_no_commitment(text: str) -> None:
    found = commitment(f"Hello,\n\n{text}\n\nJo Kilner")
    assert (found.value, found.evidence, found.inferred) == ("likely", (), True)


@pytest.mark.parametrize(
    "text",
    [
        "Perhaps you could quote 2 Kiln K4.",
        "Please send a quote for 2 Kiln K4 as soon as possible.",
        "Können Sie uns vielleicht 2 Kiln K4 anbieten? Falls möglich mit Preis.",
        "Hemos pedido precio también a otro proveedor. Necesitamos 2 Kiln K4.",
    ],
)
def test_courtesy_is_no_condition(text: str) -> None:
    assert commitment(text).value == "likely"


def test_the_models_choice_quotes_the_words_for_it() -> None:
    text = "Prices for 2 Kiln K4, please. We might wait until summer.\n\nJo Kilner\nBuyer\nKiln Works Ltd"
    told = {"name": "Jo Kilner", "title": "Buyer", "company": "Kiln Works Ltd", "quantity": "2"}
    hedged = commitment(
        text, ModelAnswer(MailAnswer(category="sales", sentiment="neutral", commitment="hedged", **told))
    )
    assert (hedged.value, [span.quote for span in hedged.evidence]) == ("hedged", ["might"])
    plain = "2 Kiln K4, 9,000 EUR.\n\nJo Kilner\nBuyer\nKiln Works Ltd"
    firm = commitment(plain, ModelAnswer(MailAnswer(category="sales", sentiment="neutral", commitment="firm", **told)))
    assert (firm.evidence, firm.inferred) == ((), True)
