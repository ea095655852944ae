"""How far a sale has come: said in the present, the past or the future, meant or only thought of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.extraction.rules import stages
from crmllm.extraction.types import Address, Item, Us

US = Us("Northlight Labels", frozenset({"northlight.example"}))


def mail(text: str, sender: str = "ann@meadow.example") -> Item:
    return Item(text=text, sender=Address(sender, "Ann Bee"), us=US)


def signal(text: str) -> str:
    one = stages.find(mail(text))
    return one.value if one is not None else ""


@pytest.mark.parametrize(
    "text",
    [
        "We have signed the contract.",
        "The signed offer is attached.",
        "We hereby accept your quote.",
        "Wir haben den Vertrag gestern unterschrieben.",
        "Hiermit bestellen wir die Drucker.",
        "Nous avons signé le contrat.",
        "Le devis est signé.",
        "Hemos firmado el contrato.",
        "Aceptamos su oferta.",
        "Abbiamo firmato il contratto.",
        "We hebben het contract getekend.",
        "Assinámos o contrato.",
        "Podpisaliśmy umowę.",
    ],
)
def test_it_is_done(text: str) -> None:
    assert signal(text) == "won"


@pytest.mark.parametrize(
    "text",
    [
        "We decided against it.",
        "We have decided not to go ahead.",
        "We went with another supplier.",
        "The project has been cancelled.",
        "Wir haben uns dagegen entschieden.",
        "Das Projekt wurde gestoppt.",
        "Nous avons décidé de ne pas donner suite.",
        "Hemos decidido no seguir adelante.",
        "Abbiamo deciso di non procedere.",
        "We hebben besloten niet verder te gaan.",
        "Decidimos não avançar.",
        "Zrezygnowaliśmy.",
    ],
)
def test_it_is_off(text: str) -> None:
    assert signal(text) == "lost"


@pytest.mark.parametrize(
    "text",
    [
        "We will sign next week.",
        "The board approved the budget.",
        "The budget has been approved.",
        "Wir werden nächste Woche unterschreiben.",
        "Der Vorstand hat das Budget genehmigt.",
        "Nous allons signer lundi.",
        "La direction a validé le projet.",
        "Vamos a firmar la semana que viene.",
        "La dirección ha aprobado el presupuesto.",
        "Firmeremo la settimana prossima.",
        "We tekenen volgende week.",
        "De directie heeft het budget goedgekeurd.",
        "Vamos assinar na próxima semana.",
        "Podpiszemy w przyszłym tygodniu.",
        "Zarząd zatwierdził budżet.",
    ],
)
def test_it_is_as_good_as_decided(text: str) -> None:
    assert signal(text) == "committed"


def test_it_is_looked_at_in_earnest() -> None:
    assert signal("You are on our shortlist.") == signal("Sie sind in der engeren Auswahl.") == "favoured"


@pytest.mark.parametrize(
    "text",
    [
        # hedged and under a condition
        "We might sign next week.",
        "We will sign if the board agrees.",
        "If we have signed the contract by May, all is well.",
        "Maybe we will sign.",
        "Vielleicht werden wir nächste Woche unterschreiben.",
        "Wir werden unterschreiben, wenn das Budget kommt.",
        "Peut-être que nous allons signer.",
        "Quizás vamos a firmar.",
        "Forse firmeremo.",
        "Misschien tekenen we volgende week.",
        "Talvez vamos assinar.",
        "Podpiszemy, jeśli budżet na to pozwoli.",
        # denied
        "We have not signed yet.",
        "We have not signed the contract.",
        "The board has not approved the budget.",
        "Wir haben den Vertrag noch nicht unterschrieben.",
        "Nous n'avons pas encore signé.",
        "No hemos firmado el contrato.",
        "Non abbiamo firmato il contratto.",
        "We hebben het contract nog niet getekend.",
        "We have not decided against it.",
        # asked, told of others, quoted, past, other papers
        "Have we signed the contract?",
        "Our customer has signed the contract.",
        "He said we have signed the contract.",
        'On the page stands "we have signed the contract".',
        "Last year we signed the contract with you in May.",
        "We have signed the NDA.",
        "Wir haben den Lieferschein unterschrieben.",
    ],
)
def test_what_says_nothing_of_it_is_left_alone(text: str) -> None:
    assert signal(text) == ""


def test_an_end_counts_for_more_than_a_step_and_the_last_end_most() -> None:
    assert signal("We have signed the contract. We will send you the order on Monday.") == "won"
    assert signal("We have signed the contract. Sorry: the project has been cancelled today.") == "lost"


def test_our_own_words_say_nothing() -> None:
    assert stages.find(mail("We have signed the contract.", sender="tom@northlight.example")) is None


@given(st.text(max_size=300))
def test_any_text_is_read_and_the_words_stand_where_it_says(text: str) -> None:
    item = mail(f"{text}\n\nWe have signed the contract.")
    one = stages.find(item)
    assert one is None or item.text[one.start : one.end].strip()
