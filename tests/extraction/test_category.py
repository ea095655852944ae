"""What kind of business a mail is: plain cases, and how well fresh mails are sorted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmllm.extraction.extract import extract
from crmllm.extraction.types import Address, Extracted, Item, Us

MAILS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "categories.yaml").read_text(encoding="utf-8")
)


def found(text: str, subject: str = "", products: tuple[str, ...] = ()) -> Extracted:
    return extract(Item(text, subject=subject, sender=Address("jo@kiln.example", "Jo Kilner"), products=products))


def category(text: str, subject: str = "", products: tuple[str, ...] = ()) -> str:
    value = found(text, subject, products).category
    assert value is not None
    return value.value


def test_fresh_mails_are_mostly_sorted_right() -> None:
    right: Counter[str] = Counter()
    for mail in MAILS:
        right[mail["category"]] += category(mail["text"], mail["subject"]) == mail["category"]
    there = Counter(mail["category"] for mail in MAILS)
    assert sum(right.values()) >= 0.85 * len(MAILS), right
    assert right["support"] >= 0.85 * there["support"]
    assert right["sales"] >= 0.7 * there["sales"]
    assert right["billing"] >= 0.8 * there["billing"]


@pytest.mark.parametrize(
    "text",
    [
        "The kiln no longer heats above 400 degrees since the firmware update. We restarted it twice without success.",
        "How do I change the language of the display? The manual says nothing about it.",
        "Two of the boxes arrived crushed, and one part is missing.",
        "Seit gestern lässt sich die Tür nicht mehr schließen. Kann jemand vorbeikommen?",
        "Wie stelle ich die Uhr um? In der Anleitung finde ich nichts.",
        "L'écran reste noir depuis ce matin, nous avons déjà redémarré sans effet.",
        "Comment changer le mot de passe d'un collègue ?",
        "La puerta no se cierra desde ayer y la pantalla parpadea.",
        "¿Dónde se cambia la fecha? No la encuentro.",
        "De oven doet het niet meer en het scherm is zwart. Kunnen jullie langskomen?",
        "Hoe zet ik het geluid uit?",
        "Od wczoraj piec nie włącza się i ekran miga. Prosimy o pomoc.",
        "Jak zmienić język na wyświetlaczu?",
        "Piec pokazuje błędną temperaturę, restart nic nie dał.",
        "O forno travou esta noite e a produção está parada.",
        "Il forno segna temperature impossibili da ieri.",
        "Der Ofen meldet viel zu hohe Temperaturen, ohne Daten können wir nicht brennen.",
        "Le four affiche une température négative depuis hier.",
        "El horno se quedó bloqueado y seguimos sin datos.",
    ],
)
def test_who_needs_help_is_support_without_saying_problem(text: str) -> None:
    assert category(f"Hello,\n\n{text}\n\nJo Kilner") == "support"
    assert found(text).case is not None


@pytest.mark.parametrize(
    "text",
    [
        "We do not want the big kiln but the small one. Please quote two.",
        "Could you come and show us the kiln next week? We think of buying one.",
        "Nobody has decided yet whether we replace the kiln; the budget comes in May.",
        "Wir brauchen 4 Öfen bis Mai, was kosten sie?",
        "Nous n'avons pas encore décidé, mais votre offre nous intéresse.",
        "No hemos decidido todavía. ¿Nos mejora el precio?",
        "Wij zoeken een kleine oven, wat kost die?",
    ],
)
def test_a_negation_alone_makes_no_support(text: str) -> None:
    assert category(text, products=("Kiln K4",)) == "sales"


@pytest.mark.parametrize(
    "text",
    [
        "Hi Ann, I am retiring on Friday. My successor is Lee Park, you can reach him from Monday on.",
        "Guten Tag, ab Montag habe ich eine neue Nummer: +49 30 23125 017. Die alte geht dann nicht mehr.",
        "Thank you for the meeting yesterday, it was good to see you. Best regards",
    ],
)
def test_news_of_people_are_no_request_for_help(text: str) -> None:
    assert found(text).case is None


PITCHES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "pitches.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("mail", PITCHES, ids=lambda mail: f"{mail['category']}: {mail['text'][:40]}")
def test_who_sells_to_us_is_no_customer_and_who_buys_is_one(mail: dict[str, Any]) -> None:
    assert category(mail["text"], mail.get("subject", "")) == mail["category"]


def test_our_own_offer_to_a_customer_is_a_sale_and_a_word_among_ourselves_is_none() -> None:
    us = Us("Halm Ovens", frozenset({"halm-ovens.example"}))
    text = "Dear Mr Lund, as discussed we offer you two ovens at 9,000 EUR each. The offer is valid until May."
    ours = Item(text, subject="Our offer", sender=Address("ann@halm-ovens.example", "Ann Halm"), us=us)
    outside = replace(ours, recipients=(Address("jo@kiln.example", "Jo Kilner"),))
    inside = replace(ours, recipients=(Address("bo@halm-ovens.example", "Bo Halm"),))
    kinds = [value.value for one in (outside, inside) if (value := extract(one).category)]
    assert kinds == ["sales", "internal"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Please send a technician. The kiln shows no temperature since Monday.", "shows no temperature"),
        ("Your colleague fixed the door last week. Now the lamp is broken.", "lamp is broken"),
        ("Bitte rufen Sie an. Der Ofen heizt nicht mehr.", "heizt nicht mehr"),
        ("Prosimy o telefon. Piec nie grzeje od rana.", "nie grzeje"),
    ],
)
def test_a_case_is_summed_up_by_what_is_wrong_and_not_by_what_is_wanted(text: str, said: str) -> None:
    case = found(f"Hello,\n\n{text}\n\nJo Kilner").case
    assert case is not None and case.summary is not None
    assert said in case.summary.value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Thank you for the visit. Invoice 300 lists twelve kilns, but we got ten. Please send a credit note.",
            "lists",
        ),
        ("Merci pour tout. Votre facture 41 est erronée. Pourriez-vous envoyer un avoir ?", "erronée"),
        ("Dzień dobry, na fakturze 8 jest zła cena. Prosimy o korektę faktury.", "na fakturze 8"),
    ],
)
def test_a_letter_about_an_invoice_opens_a_case_that_says_what_is_wrong_with_it(text: str, said: str) -> None:
    case = found(text).case
    assert category(text) == "billing" and case is not None and case.summary is not None
    assert said in case.summary.value


def test_what_was_bought_from_others_is_no_matter_of_payment() -> None:
    text = "We bought a press from Otherline last year and paid 9,000 for it. Could we see yours at work?"
    found = extract(Item(text, kind="call"))
    assert found.category is not None and found.category.value != "billing"
    assert found.case is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Não encontramos a fatura 77. Solicitamos o envio de uma segunda via em PDF.", "billing"),
        ("Boletín de octubre: cinco ideas para su vestíbulo. ¿No quiere recibirlo? Dese de baja aquí.", "newsletter"),
    ],
)
def test_second_copies_and_farewells_to_a_newsletter(text: str, kind: str) -> None:
    assert category(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "On invoice 4410 you charged us for 14 licences but we ordered 11. Please send a corrected invoice.",
        "Auf der Rechnung 4410 sind 14 Lizenzen berechnet, bestellt waren 11. Bitte eine korrigierte Rechnung.",
        "La facture 4410 compte 14 licences alors que nous en avions commandé 11. Merci d'une facture corrigée.",
        "En la factura 4410 figuran 14 licencias y pedimos 11. Envíennos una factura rectificada, por favor.",
        "La fattura 4410 riporta 14 licenze, l'ordine era di 11. Attendiamo la fattura corretta.",
        "Op factuur 4410 staan 14 licenties, besteld waren er 11. Graag een gecorrigeerde factuur.",
        "Na fatura 4410 constam 14 licenças e encomendámos 11. Enviem por favor uma fatura corrigida.",
        "Na fakturze 4410 jest 14 licencji, zamówiliśmy 11. Prosimy o fakturę korygującą.",
    ],
)
def test_who_wants_a_corrected_invoice_buys_nothing(text: str) -> None:
    assert category(text) == "billing"


def test_a_bill_that_comes_again_is_no_emergency() -> None:
    answer = found("We received the third reminder for invoice 4410 again although it was paid on 2 May.")
    assert answer.category is not None and answer.category.value == "billing"
    assert answer.case is not None and answer.case.severity is not None and answer.case.severity.value == "normal"


@pytest.mark.parametrize(
    "text",
    [
        "Ever since the last update the planner gives two nights in a row to the same nurse.",
        "Seit dem letzten Update teilt der Planer derselben Pflegerin zwei Nächte hintereinander zu.",
        "Depuis la dernière mise à jour, le planning donne deux nuits de suite à la même infirmière.",
        "Da quando avete aggiornato il programma, assegna due turni di notte alla stessa infermiera.",
        "Sinds de laatste update geeft de planner dezelfde zuster twee nachten achter elkaar.",
    ],
)
def test_what_is_different_since_an_update_is_a_fault(text: str) -> None:
    assert category(text) == "support"
