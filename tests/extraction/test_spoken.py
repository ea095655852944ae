"""What calls say as people speak: clipped promises, offers, orders, who somebody is and what goes wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crmllm.extraction.extract import extract
from crmllm.extraction.rules import firmness, introductions, requests, sentiment, trouble
from crmllm.extraction.rules.text import run
from crmllm.ingestion import kinds
from tests.extraction.test_talk import call

SENT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday


def owners(words: str) -> list[str]:
    found = requests.find(words, 0, len(words), sent_at=SENT)
    return [one.owner for one in found if one.text.rule != requests.QUESTION]


@pytest.mark.parametrize(
    "words",
    [
        "Ich geb Ihnen noch die Maße durch.",
        "Ich schaue mir das gleich an und melde mich.",
        "Ich lass das mal prüfen.",
        "Je vous communique le nombre de postes.",
        "On vous en refait une dès lundi.",
        "Je fais vérifier le câblage.",
        "Faccio controllare il cavo ai tecnici.",
        "Depois digo-lhe qualquer coisa.",
        "Dan overleg ik het met mijn zus.",
        "U hoort morgen van mij.",
        "Odezwę się do pana w piątek.",
    ],
)
def test_promises_as_they_are_spoken(words: str) -> None:
    assert owners(words) == ["them"]


@pytest.mark.parametrize(
    "words",
    [
        "Le llamo de la gestoría Prado.",
        "La chiamo dalla scuola per una fattura.",
        "Je vous appelle de la mairie.",
        "Ich rufe an wegen der Rechnung.",
        "Isto assim não pode ser, ontem faltou uma pessoa.",
        "Sagen Sie, seit gestern geht das Programm nicht.",
        "Proszę pana, grafik się nie zapisuje.",
        "Ik regel ook de planning.",
    ],
)
def test_what_only_sounds_like_asking_or_promising(words: str) -> None:
    assert owners(words) == []


def actions(*turns: str) -> list[tuple[str, str, str]]:
    return [
        (one.text.value, one.owner.value if one.owner else "", one.due.value if one.due else "")
        for one in extract(call(*turns), gated=False).next_actions
        if one.text is not None
    ]


@pytest.mark.parametrize(
    ("offer", "answer", "delivery", "words"),
    [
        (
            "Shall I draw up a short summary?",
            "That would be great, yes please.",
            "You'll have it by Monday.",
            "summary",
        ),
        ("Soll ich Ihnen die Unterlagen schicken?", "Ja, gerne.", "Die haben Sie bis Montag.", "Unterlagen"),
        ("Voulez-vous que je prépare un plan ?", "Oui, volontiers.", "Vous l'aurez lundi.", "prépare un plan"),
        ("¿Quiere que le prepare un plano?", "Sí, claro.", "Lo tiene el lunes.", "prepare un plano"),
        ("Zal ik een voorstel opstellen?", "Graag.", "Dat krijgt u maandag.", "voorstel opstellen"),
    ],
)
def test_what_is_offered_and_let_is_to_be_done(offer: str, answer: str, delivery: str, words: str) -> None:
    ((text, owner, due),) = actions("We would like two coders.", offer, answer, delivery)
    assert words in text
    assert (owner, due) == ("us", "2026-03-16")


def test_what_is_offered_and_waved_off_is_not() -> None:
    assert actions("We would like two coders.", "Shall I draw up a short summary?", "No, not necessary.") == []


@pytest.mark.parametrize(
    "words",
    [
        "Also, wir machen das.", "OK, we'll take it.", "C'est bon, on prend les quatre.", "Lo confirmamos todo.",
        "Allora confermiamo tutto.", "Aprueban nuestra propuesta.", "Dobra, biorę.",
        "We gaan ervoor.", "Pode avançar com a encomenda.", "Zamawiamy te drukarki.",
    ],
)  # fmt: skip
def test_orders_as_they_are_spoken(words: str) -> None:
    assert firmness.order(run(words)) is not None


@pytest.mark.parametrize(
    "words",
    [
        "Wir machen das meistens selbst.", "We'll take it from there.", "Confermiamo l'appuntamento di lunedì.",
        "Machen wir das nächste Woche?", "Wenn das Budget kommt, machen wir das.",
    ],
)  # fmt: skip
def test_what_only_sounds_like_an_order(words: str) -> None:
    assert firmness.order(run(words)) is None


@pytest.mark.parametrize(
    "words",
    [
        "the grant hasn't been approved yet", "ohne Förderung wird das nichts", "sans la subvention rien ne se fait",
        "sin la subvención no se hace", "il finanziamento non è ancora stato concesso, senza quello non si fa nulla",
        "zonder subsidie gaat het niet door", "sem a verba não avançamos", "bez dotacji nic z tego nie będzie",
        "rien avant l'audit",
    ],
)  # fmt: skip
def test_money_that_nobody_granted_yet_is_a_condition_and_no_refusal(words: str) -> None:
    folded = run(words)
    assert firmness.condition(folded) is not None
    assert firmness.refusal(folded) is None


@pytest.mark.parametrize(
    ("words", "known", "expected"),
    [
        ("Je suis la secrétaire générale du lycée Bellerive.", "Anne Roux", ("secrétaire générale", "lycée Bellerive")),
        ("Soy la directora del colegio San Telmo.", "Eva Ruiz", ("directora", "colegio San Telmo")),
        ("Anna Kos z przychodni Pod Dębem.", "Anna Kos", ("", "przychodni Pod Dębem")),
        ("Jana Lohr, Pflegedienstleitung im Haus Sonnblick.", "Jana Lohr", ("Pflegedienstleitung", "Haus Sonnblick")),
        ("Sono Rita Sala dell'Albergo Belvedere, la governante.", "Rita Sala", ("governante", "Albergo Belvedere")),
        ("Well, as business manager of the trust I have to be careful.", "Ada Holt", ("business manager", "")),
        ("Ich bin Leiter im Einkauf.", "Jana Lohr", ("Leiter im Einkauf", "")),
        ("As a customer of Brown Ltd I expect more.", "Ada Holt", ("", "")),
    ],
)
def test_who_somebody_says_they_are(words: str, known: str, expected: tuple[str, str]) -> None:
    told = introductions.find(words, 0, len(words), known)
    assert tuple(one.value if one else "" for one in (told.title, told.company)) == expected


def test_a_surname_in_the_firms_name_is_not_who_speaks() -> None:
    words = "Le llamo de la asesoría Prado y Lagos, soy Rosario Prado, la socia directora."
    told = introductions.find(words, 0, len(words), "Rosario Prado")
    assert told.title is not None and told.title.value == "socia directora"


@pytest.mark.parametrize(
    "words",
    [
        "It prints every label twice.", "Das Programm rundet die Stunden falsch.", "Il exporte deux fois les heures.",
        "El programa redondea mal las horas.", "Il programma arrotonda male le ore.", "De deuren doen het niet meer.",
        "A aplicação não sincroniza desde sábado.", "Terminal gubi odbicia z nocy.",
        "Elle doit tout corriger à la main.", "Poprawia wszystko ręcznie.",
    ],
)  # fmt: skip
def test_things_done_wrongly_twice_or_again_by_hand_are_trouble(words: str) -> None:
    assert trouble.score(words)[0] >= 0.7


def test_a_bare_figure_that_answers_our_price_is_the_price() -> None:
    read = extract(
        call("We would take two CJ-8 coders.", "Still at 12,000 euros?", "11,800, as your colleague wrote."),
        gated=False,
    )
    assert read.opportunity is not None and read.opportunity.amount is not None
    assert read.opportunity.amount.value == "11800"


@pytest.mark.parametrize("key", ["startedAt", "scheduledAt", "recordingDate"])
def test_recorders_tell_when_it_was_in_many_words(key: str) -> None:
    said = [
        {"speaker": "Ana Reis", "start": 1, "text": "Hello."},
        {"speaker": "Lotte Brandsma", "start": 3, "text": "Hi."},
    ]
    raw = json.dumps({key: "2026-06-25T05:48:00+02:00", "utterances": said}).encode()
    reader = kinds.find("call.json", raw, kind="call")
    assert reader is not None
    when = reader.read(raw, "call.json").occurred_at
    assert when is not None and when.date().isoformat() == "2026-06-25"


@pytest.mark.parametrize(
    ("tongue", "words", "mood"),
    [
        ("de", "Sie war sehr angetan von der Vorführung.", "positive"),
        ("fr", "Il a trouvé la démo très convaincante.", "positive"),
        ("it", "È rimasta colpita dalla demo.", "positive"),
        ("pl", "Był pod wrażeniem.", "positive"),
        ("nl", "Frans baalt ervan.", "negative"),
        ("pt", "O gerente está chateado.", "negative"),
        ("es", "Está harta de esto.", "negative"),
        ("en", "He is livid.", "negative"),
    ],
)
def test_moods_that_notes_tell_of_others(tongue: str, words: str, mood: str) -> None:
    assert sentiment.read(words, tongue)[0] == mood


@pytest.mark.parametrize(
    "words",
    ["Finalement on laisse tomber.", "Wir lassen es bleiben.", "Al final lo dejamos estar.", "Na razie rezygnujemy."],
)
def test_a_deal_that_is_dropped_in_plain_words(words: str) -> None:
    assert firmness.refusal(run(words)) is not None


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Could you send me the serial number?", "Yes, I'll send it to you this afternoon."),
        ("Könnten Sie mir die Seriennummer sagen?", "Da muss ich nachsehen, das maile ich Ihnen."),
        ("Proszę mi podesłać numer seryjny.", "Dobrze, zaraz wyślę."),
    ],
)
def test_a_promise_that_only_says_yes_is_the_same_action(asked: str, answer: str) -> None:
    assert [owner for _, owner, _ in actions("The coder stops.", asked, answer)] == ["them"]


def test_a_number_in_the_middle_of_a_name_stays_a_word() -> None:
    read = extract(call("Bonjour, Gemma Tolley, acheteuse à la Coopérative des Deux Rives. Il nous faut deux CJ-8."))
    assert read.contacts[0].company is not None
    assert "Deux Rives" in read.contacts[0].company.value


def test_what_somebody_else_is_to_do_is_no_part_of_ones_promise() -> None:
    found = actions("Va bene.", "Le giro il contratto, lei me lo rimanda firmato quando può.")
    assert [text for text, _, _ in found] == ["giro il contratto"]
