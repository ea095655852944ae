"""Orders, conditions and refusals with other words between theirs, in eight languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmllm.extraction.rules import cases, deals, firmness
from crmllm.extraction.rules.text import run

PRODUCTS = ("Kiln K4",)


def degree(text: str) -> str | None:
    found = deals.read(text, 0, len(text), sent_at=None, names=PRODUCTS, country="").commitment
    return found.value if found is not None else None


@pytest.mark.parametrize(
    "text",
    [
        "2 Kiln K4 for the studio, but only if the arts grant comes through",
        "2 Kiln K4, it all depends on what the landlord says",
        "2 Kiln K4, subj. to planning permission",
        "2 Kiln K4, aber das hängt ganz davon ab, was der Stadtrat sagt",
        "2 Kiln K4, nur wenn die Fördermittel kommen",
        "2 Kiln K4, seulement si la région suit",
        "2 Kiln K4, tout dépend finalement de la mairie",
        "2 Kiln K4, solo si llega la ayuda de la Junta",
        "2 Kiln K4, depende mucho de la dirección",
        "2 Kiln K4, solo se arrivano i fondi",
        "2 Kiln K4, dipende tutto dal Comune",
        "2 Kiln K4, alleen als de gemeente meebetaalt",
        "2 Kiln K4, dat hangt helemaal van de vergunning af",
        "2 Kiln K4, só se o subsídio sair",
        "2 Kiln K4, tylko jeśli gmina dołoży",
        "2 Kiln K4, wszystko zależy tak naprawdę od dotacji",
    ],
)
def test_what_others_must_give_first_is_a_condition(text: str) -> None:
    assert degree(text) == "hedged"


@pytest.mark.parametrize(
    "text",
    [
        "We need 2 Kiln K4, but only if you deliver in May",
        "Wir brauchen 2 Kiln K4, aber nur wenn der Preis stimmt",
        "Necesitamos 2 Kiln K4, solo si nos hacen un descuento",
        "Ci servono 2 Kiln K4, solo se la consegna è a maggio",
        "Potrzebujemy 2 Kiln K4, tylko jeśli dostawa będzie w maju",
    ],
)
def test_terms_of_the_deal_itself_are_none(text: str) -> None:
    assert degree(text) == "likely"


@pytest.mark.parametrize(
    "text",
    [
        "Put us down for 2 Kiln K4",
        "Right, we're going ahead: 2 Kiln K4",
        "2 Kiln K4, der Auftrag ist hiermit erteilt",
        "Abgemacht, 2 Kiln K4",
        "2 Kiln K4, c'est bon pour nous",
        "2 Kiln K4, commande passée",
        "2 Kiln K4, trato hecho",
        "2 Kiln K4, pedido confirmado",
        "Allora sì, procediamo: 2 Kiln K4",
        "Sì, ordiniamo 2 Kiln K4",
        "2 Kiln K4, dat is afgesproken",
        "2 Kiln K4, negócio fechado",
        "Bierzemy 2 Kiln K4",
    ],
)
def test_a_purchase_that_is_settled_is_firm(text: str) -> None:
    assert degree(text) == "firm"


@pytest.mark.parametrize(
    "text",
    [
        "Are we going ahead with 2 Kiln K4? We need a price.",
        "Prices for 2 Kiln K4, please; the order is not confirmed.",
        "Wir brauchen 2 Kiln K4, die Bestellung ist noch nicht bestätigt.",
        "Il nous faut 2 Kiln K4, la commande n'est pas encore passée.",
        "Queremos 2 Kiln K4 e adjudicamos até ao fim de maio.",
        "Bierzemy 2 Kiln K4, pod warunkiem że cena się nie zmieni.",
    ],
)
def test_what_is_asked_denied_or_ahead_settles_nothing(text: str) -> None:
    assert degree(text) != "firm"


@pytest.mark.parametrize(
    "text",
    [
        "We won't be buying the 2 Kiln K4",
        "passed on the 2 Kiln K4",
        "Wir kaufen die 2 Kiln K4 jetzt doch nicht",
        "Nous ne donnons finalement pas suite pour les 2 Kiln K4",
        "No vamos a comprar los 2 Kiln K4",
        "Non prendiamo i 2 Kiln K4",
        "We nemen de 2 Kiln K4 toch niet",
        "Não vamos mais comprar os 2 Kiln K4",
        "Nie kupujemy 2 Kiln K4",
    ],
)
def test_a_refusal_keeps_what_and_how_many(text: str) -> None:
    found = deals.read(text, 0, len(text), sent_at=None, names=PRODUCTS, country="")
    assert found.commitment is not None and found.commitment.value == "negated"
    assert [one.value for one in found.products] == ["Kiln K4"]
    assert found.quantity is not None and found.quantity.value == "2"


def test_a_question_refuses_nothing() -> None:
    assert firmness.refusal(run("Why won't you be buying it?")) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2 Kiln K4. Uiterlijk 1 mei moet de handtekening eronder staan.", "2026-05-01"),
        ("2 Kiln K4, delibera del consiglio entro il 30 aprile.", "2026-04-30"),
        ("2 Kiln K4, Sitzung des Gemeinderats am 21. April.", "2026-04-21"),
        ("Nos interesan 2 Kiln K4, queremos comprarlos antes del 12 de mayo.", "2026-05-12"),
    ],
)
def test_signatures_and_sittings_close_a_deal(text: str, day: str) -> None:
    sent = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    found = deals.read(text, 0, len(text), sent_at=sent, names=PRODUCTS, country="").close_by
    assert found is not None and found.value == day


@pytest.mark.parametrize(
    "text",
    ["Sure, no problem.", "Kein Problem.", "Oui, sans problème.", "Sin problema.", "Senza problemi.", "Geen probleem.",
     "Sem problema.", "Nie ma problemu."],
)  # fmt: skip
def test_no_problem_is_no_problem(text: str) -> None:
    assert cases.strength(text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "Your offer was chosen. 2 Kiln K4, please",
        "2 Kiln K4: we're going with you",
        "Wir haben uns für Ihr Angebot entschieden: 2 Kiln K4",
        "2 Kiln K4 : nous avons retenu votre offre",
        "2 Kiln K4, su propuesta ha sido elegida",
        "2 Kiln K4, abbiamo scelto la vostra offerta",
        "2 Kiln K4, we gaan graag met jullie in zee",
        "2 Kiln K4, a vossa proposta foi a escolhida",
        "Bierzemy Kiln K4 w liczbie 2 sztuk",
        "2 Kiln K4, Państwa oferta została wybrana",
    ],
)
def test_a_supplier_who_is_chosen_has_the_order(text: str) -> None:
    assert degree(text) == "firm"


@pytest.mark.parametrize(
    "text",
    [
        "Was your offer for the 2 Kiln K4 chosen?",
        "2 Kiln K4: if your offer is chosen we will call",
        "2 Kiln K4, bierzemy pod uwagę także inne piece",
        "La facture ne mentionne pas notre numéro de bon de commande pour 2 Kiln K4",
        "On the invoice for 2 Kiln K4 our purchase order number is missing",
    ],
)
def test_a_choice_still_open_is_none(text: str) -> None:
    assert degree(text) != "firm"


@pytest.mark.parametrize(
    "text",
    [
        "For now we won't be ordering the Kiln K4",
        "Vorerst werden wir den Kiln K4 nicht bestellen",
        "Pour l'instant nous n'achetons pas le Kiln K4",
        "Por ahora no vamos a comprar el Kiln K4",
        "Per ora non acquistiamo il Kiln K4",
        "Voorlopig gaan we de Kiln K4 niet bestellen",
        "Por enquanto não vamos fechar o Kiln K4",
        "Na razie nie kupujemy pieca Kiln K4",
        "2 Kiln K4 would be lovely but it is only an idea",
        "2 Kiln K4, ma i soldi ancora non ci sono",
        "2 Kiln K4, maar dat is nog maar een idee",
        "2 Kiln K4, ale nie mamy na to pieniędzy",
        "2 Kiln K4, but it all hangs on whether the merger goes ahead",
    ],
)
def test_what_is_put_off_is_hedged_and_keeps_its_product(text: str) -> None:
    deal = deals.read(text, 0, len(text), sent_at=None, names=PRODUCTS, country="")
    assert deal.commitment is not None and deal.commitment.value == "hedged"
    assert [one.value for one in deal.products] == ["Kiln K4"]


def test_somebody_who_asks_to_wait_hedges_nothing() -> None:
    assert degree("Hang on, we need 2 Kiln K4 for May") == "likely"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("We accept: 2 Kiln K4. You'll have the purchase order from me by Friday.", None),
        ("Wir bestellen 2 Kiln K4. Den unterschriebenen Auftrag faxe ich Ihnen bis Freitag.", None),
        ("Nous commandons 2 Kiln K4. Le bon de commande vous parviendra demain.", None),
        ("Adelante con 2 Kiln K4. El pedido firmado se lo envío mañana.", None),
        ("We accept: 2 Kiln K4. We will sign the contract on 12 June.", "2026-06-12"),
    ],
)
def test_a_paper_that_follows_closes_no_deal(text: str, day: str | None) -> None:
    sent = datetime(2026, 5, 6, 9, tzinfo=UTC)
    deal = deals.read(text, 0, len(text), sent_at=sent, names=PRODUCTS, country="")
    assert deal.commitment is not None and deal.commitment.value == "firm"
    assert (deal.close_by.value if deal.close_by is not None else None) == day


@pytest.mark.parametrize(
    "text",
    [
        "Kiln K4 for all 14 staff and two other things",
        "Kiln K4 für alle 14 Mitarbeitenden",
        "Kiln K4 pour nos 14 collaborateurs",
        "Kiln K4 para los 14 profesores",
        "Kiln K4 per i 14 dipendenti",
        "Wij willen graag Kiln K4 voor onze 14 medewerkers",
        "Kiln K4 para 14 enfermeiros",
        "Kiln K4 na 14 osób",
    ],
)
def test_the_people_a_product_is_for_count_it(text: str) -> None:
    deal = deals.read(text, 0, len(text), sent_at=None, names=PRODUCTS, country="")
    assert deal.quantity is not None and deal.quantity.value == "14"
