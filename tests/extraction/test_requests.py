"""What is asked of us and what is promised: as a question, as a noun, in Polish; and what asks for nothing."""

from __future__ import annotations

from datetime import datetime

import pytest

from crmllm.extraction.rules import requests

MONDAY = datetime(2026, 3, 2)


def actions(text: str) -> list[tuple[str, str, str]]:
    return [
        (one.text.value, one.owner, one.due.value if one.due else "")
        for one in requests.find(text, 0, len(text), sent_at=MONDAY)
    ]


@pytest.mark.parametrize(
    ("text", "words", "due"),
    [
        ("Proszę o przesłanie cennika do piątku.", "przesłanie cennika", "2026-03-06"),
        ("Czy mogą Państwo sprawdzić licznik?", "sprawdzić licznik", ""),
        ("Niech pani zadzwoni do magazynu.", "zadzwoni do magazynu", ""),
        ("Könnten wir das Datenblatt bekommen?", "das Datenblatt bekommen", ""),
        ("Die Versandanzeige bitte bis 5. März.", "Die Versandanzeige", "2026-03-05"),
        ("¿Me mandan la ficha técnica?", "mandan la ficha técnica", ""),
        ("What would two of them cost?", "What would two of them cost", ""),
        ("Was kosten zwei davon?", "Was kosten zwei davon", ""),
        ("Combien coûterait la pose ?", "Combien coûterait la pose", ""),
        ("¿Cuánto saldrían tres juegos?", "Cuánto saldrían tres juegos", ""),
        ("Quanto verrebbe la posa?", "Quanto verrebbe la posa", ""),
        ("Ile kosztuje jedna sztuka?", "Ile kosztuje jedna sztuka", ""),
        ("Quanto custaria a montagem?", "Quanto custaria a montagem", ""),
        ("Hoeveel kost de montage?", "Hoeveel kost de montage", ""),
    ],
)
def test_questions_and_nouns_ask(text: str, words: str, due: str) -> None:
    assert actions(text) == [(words, "us", due)]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Die Bestellung geht am Montag raus.", "2026-03-09"),
        ("Das Protokoll maile ich Ihnen morgen.", "2026-03-03"),
        ("Our PO follows tomorrow.", "2026-03-03"),
        ("Le bon de commande suivra demain.", "2026-03-03"),
        ("Envio-lhe o contrato amanhã.", "2026-03-03"),
        ("Wyślę umowę jutro.", "2026-03-03"),
        ("Vi mando i disegni domani.", "2026-03-03"),
    ],
)
def test_what_leaves_their_house_is_promised(text: str, due: str) -> None:
    assert [(owner, day) for _, owner, day in actions(text)] == [("them", due)]


@pytest.mark.parametrize(
    "text",
    [
        "We confirm our order of two pumps.",
        "Nous vous confirmons notre commande de deux pompes.",
        "Ik bel voor de tweede keer.",
        "The order comes late again.",
        "In order to go on we wait.",
        "Leider habe ich Ihnen das nicht gesagt.",
        "How is your family?",
        "Agradeço-lhe a visita.",
    ],
)
def test_no_action(text: str) -> None:
    assert actions(text) == []


def test_a_question_for_the_price_says_nothing_more_beside_a_request() -> None:
    assert [words for words, _, _ in actions("How much is it? Please send me a written quote.")] == [
        "send me a written quote"
    ]


@pytest.mark.parametrize(
    ("text", "words", "due"),
    [
        ("Vi invitiamo a verificare l'incasso.", "verificare l'incasso", ""),
        ("Nous vous demandons d'annuler cette ligne.", "annuler cette ligne", ""),
        ("¿Me mandas un folleto?", "mandas un folleto", ""),
        ("Mi confermi il montaggio?", "confermi il montaggio", ""),
        ("I need one of your engineers on site.", "one of your engineers on site", ""),
        ("Oczekuję naprawy najpóźniej jutro.", "Oczekuję naprawy", "2026-03-03"),
        ("Il preventivo dovrà pervenire entro il 20 marzo.", "Il preventivo dovrà pervenire", "2026-03-20"),
        ("Das Angebot muss bis zum 20. März vorliegen.", "Das Angebot muss vorliegen", "2026-03-20"),
        ("Solicitamos o envio do manual até ao dia 20 deste mês.", "o envio do manual", "2026-03-20"),
        ("Merci de confirmer sous 48 heures.", "confirmer sous 48 heures", "2026-03-04"),
        (
            "Prosimy o potwierdzenie w ciągu dwóch dni roboczych.",
            "potwierdzenie w ciągu dwóch dni roboczych",
            "2026-03-04",
        ),
        ("On ouvre à 8 h. Rappelez-moi avant demain.", "Rappelez-moi", "2026-03-03"),
    ],
)
def test_more_ways_to_ask_and_to_say_until_when(text: str, words: str, due: str) -> None:
    assert actions(text) == [(words, "us", due)]


@pytest.mark.parametrize(
    "text",
    [
        "De handtekening krijg je maandag.", "Frau Kolb meldet sich bei Ihnen.",
        "Notre directrice vous contactera lundi.",
        "Mi compañera le llamará el lunes.", "La collega vi contatterà lunedì.", "O colega entrará em contacto.",
    ],
)  # fmt: skip
def test_somebody_of_theirs_will_be_in_touch(text: str) -> None:
    assert [one[1] for one in actions(text)] == ["them"]


def test_thanks_for_an_offer_ask_for_nothing() -> None:
    assert actions("Agradeço a atenção.") == []
    assert actions("Agradecemos a vossa proposta.") == []
