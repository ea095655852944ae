"""Asking among friends and with a bow, and what somebody of the customer's side lets us have, in eight languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmllm.extraction.rules import dates, emails, people, requests

SENT = datetime(2026, 9, 8, 9, tzinfo=UTC)


def found(text: str) -> list[tuple[str, str, str | None]]:
    return [
        (one.text.value, one.owner, one.due.value if one.due is not None else None)
        for one in requests.find(text, 0, len(text), sent_at=SENT)
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Could somebody be so kind and tell us where the spare key is?", "where the spare key is"),
        ("What would help is a short list of schools that use it.", "a short list of schools that use it"),
        ("We would be grateful for a rough price for both halls.", "a rough price for both halls"),
        ("Könnt ihr euch die Anlage mal aus der Ferne anschauen?", "die Anlage mal aus der Ferne anschauen"),
        ("Seid bitte so nett und schickt die Unterlagen an die Schule.", "schickt die Unterlagen an die Schule"),
        ("Wir wären Ihnen für eine grobe Schätzung dankbar.", "eine grobe Schätzung"),
        ("Auriez-vous l'amabilité de vérifier la pointeuse du hall ?", "vérifier la pointeuse du hall"),
        ("Tengan la bondad de revisar el lector de la entrada.", "revisar el lector de la entrada"),
        ("Lo que nos ayudaría es una lista de colegios.", "una lista de colegios"),
        ("Abbiate la cortesia di controllare il lettore.", "controllare il lettore"),
        ("Zou u zo vriendelijk willen zijn om de lezer te controleren?", "de lezer te controleren"),
        ("Por gentileza, reenviem o boleto com novo vencimento.", "reenviem o boleto com novo vencimento"),
        ("Przydałaby się nam krótka lista szkół.", "krótka lista szkół"),
        ("Could one of you take a look at the clock?", "take a look at the clock"),
        ("Könnte jemand von euch nach der Uhr sehen?", "nach der Uhr sehen"),
        ("Kan iemand van jullie naar de klok kijken?", "naar de klok kijken"),
        ("Il me faudrait votre RIB et un modèle de planning.", "votre RIB et un modèle"),
    ],
)
def test_asking_has_many_ways(text: str, words: str) -> None:
    (said, owner, _), *_ = found(text)
    assert owner == "us"
    assert words in said


@pytest.mark.parametrize(
    "text",
    [
        "Have you got a price list you could send?",
        "Haben Sie eine Preisliste für uns?",
        "Auriez-vous une brochure à nous envoyer ?",
        "¿Tienen ustedes un catálogo?",
        "Avete un listino da girarmi?",
        "Hebben jullie een handleiding voor ons?",
        "Têm uma tabela de preços?",
        "Czy mają Państwo cennik?",
    ],
)
def test_who_asks_whether_there_is_a_paper_wants_it(text: str) -> None:
    assert [owner for _, owner, _ in found(text)] == ["us"]


@pytest.mark.parametrize(
    "text",
    [
        "Los operarios no pueden fichar desde anoche.",
        "El programa puede servir a los dos almacenes.",
        "Ci piacerebbe capire se il programma può servire ai volontari.",
        "O programa pode servir as duas escolas.",
        "Os motoristas não podem picar o ponto.",
        "Please put us down for three licences.",
        "Inscrivez-nous pour trois licences.",
        "We gaan dus graag met jullie in zee.",
    ],
)
def test_what_something_can_do_and_an_order_ask_for_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    ["Luis, puede enviarme el contrato.", "Si puede llamarme mañana.", "Gentilmente può inviarmi il contratto."],
)
def test_a_wish_without_its_question_mark_stays_one(text: str) -> None:
    assert [owner for _, owner, _ in found(text)] == ["us"]


@pytest.mark.parametrize(
    ("text", "words", "day"),
    [
        ("You'll have the purchase order from me by Friday.", "You'll have the purchase order", "2026-09-11"),
        ("Dana in accounts will send you the form tomorrow.", "send you the form", "2026-09-09"),
        ("Unsere Verwaltung schickt Ihnen bis Freitag den Vertrag.", "schickt Ihnen", "2026-09-11"),
        ("Merci, le bon pour accord vous parviendra demain.", "bon pour accord vous parviendra", "2026-09-09"),
        ("El director les hará llegar el pedido firmado.", "les hará llegar el pedido firmado", None),
        ("L'ordine firmato ve lo mando domani.", "ordine firmato ve lo mando", "2026-09-09"),
        ("Ons secretariaat stuurt je voor vrijdag de overeenkomst.", "stuurt je", "2026-09-11"),
        ("A encomenda será enviada amanhã.", "encomenda será enviada", "2026-09-09"),
        ("Podpisaną umowę odeślę w piątek.", "Podpisaną umowę odeślę", "2026-09-11"),
        ("Le avisaremos el viernes de la fecha.", "avisaremos", "2026-09-11"),
        ("Nous vous préviendrons vendredi de la date.", "préviendrons", "2026-09-11"),
        ("Vi comunicheremo la data venerdì.", "comunicheremo la data", "2026-09-11"),
    ],
)
def test_what_their_side_lets_us_have_is_theirs_to_do(text: str, words: str, day: str | None) -> None:
    (said, owner, due), *_ = found(text)
    assert (owner, due) == ("them", day)
    assert words in said


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("by the middle of next week", "2026-09-16"),
        ("bis Mitte nächster Woche", "2026-09-16"),
        ("mi-semaine", "2026-09-09"),
        ("a mediados de la próxima semana", "2026-09-16"),
        ("a metà della prossima settimana", "2026-09-16"),
        ("midden volgende week", "2026-09-16"),
        ("meados da próxima semana", "2026-09-16"),
        ("w połowie przyszłego tygodnia", "2026-09-16"),
        ("dans la journée", "2026-09-08"),
        ("im Laufe des Tages", "2026-09-08"),
        ("in giornata", "2026-09-08"),
        ("ao longo do dia", "2026-09-08"),
        ("domattina", "2026-09-09"),
    ],
)
def test_the_middle_of_a_week_and_the_course_of_a_day_are_days(text: str, day: str) -> None:
    assert [one.day.isoformat() for one in dates.find(text, SENT)] == [day]


@pytest.mark.parametrize(
    "written", ["Personalamt", "Ragioneria Comunale", "Personeelszaken Oost", "Tesouraria Central"]
)
def test_a_department_is_nobody(written: str) -> None:
    assert people.shape(written) == 0.0
    assert emails.is_generic("ragioneria@comune.example")


@pytest.mark.parametrize(
    "text",
    [
        "If anything changes I will reach out.",
        "Falls sich daran etwas ändert, melde ich mich.",
        "Si la situation évolue, je reviens vers vous.",
        "Se qualcosa cambia vi scriveremo.",
        "W razie zmiany odezwę się.",
    ],
)
def test_what_one_would_do_if_things_changed_is_not_undertaken(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["Obrigada pela atenção, viu?", "Thanks for looking into it, will you?"])
def test_thanks_with_a_tail_ask_for_nothing(text: str) -> None:
    assert found(text) == []
