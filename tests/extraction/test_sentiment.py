"""The customer's mood and the words that show it, by rules alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmllm.extraction.extract import extract
from crmllm.extraction.rules import sentiment
from crmllm.extraction.schema import MailAnswer, ModelAnswer
from crmllm.extraction.types import Address, Item, Value

MAILS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "moods.yaml").read_text(encoding="utf-8")
)
MOODS = ("positive", "neutral", "negative")


def mood(text: str, answer: ModelAnswer | None = None) -> Value:
    value = extract(Item(text, sender=Address("jo@kiln.example", "Jo Kilner")), answer).sentiment
    assert value is not None
    return value


def test_fresh_mails_are_better_judged_than_by_chance_and_never_the_wrong_way_round() -> None:
    seen = Counter((mail["mood"], mood(mail["text"]).value) for mail in MAILS)
    assert not seen["positive", "negative"] and not seen["negative", "positive"], seen
    right = [seen[one, one] for one in MOODS]
    told = [sum(seen[other, one] for other in MOODS) for one in MOODS]
    there = [sum(seen[one, other] for other in MOODS) for one in MOODS]
    assert sum(2 * r / (t + h) for r, t, h in zip(right, told, there, strict=True)) / 3 >= 0.5, seen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We are very happy with the kiln, it works perfectly.", "positive"),
        ("We are not happy with the kiln at all.", "negative"),
        ("There were no problems with the delivery.", "neutral"),
        ("Many thanks in advance for your quote. Best regards", "neutral"),
        ("If there are any problems with the order, please let me know.", "neutral"),
        ("Unfortunately I cannot come on Friday.", "neutral"),
        ("The kiln shows error 12. Which part do we need?", "neutral"),
        ("The kiln is broken again, nobody answers and we have had enough.", "negative"),
        ("Wir sind mit dem Ofen sehr zufrieden, alles läuft einwandfrei.", "positive"),
        ("Wir sind mit dem Ofen nicht zufrieden.", "negative"),
        ("Vielen Dank im Voraus für Ihr Angebot.", "neutral"),
        ("Das ist nicht schlimm, wir haben noch einen.", "neutral"),
        ("Schon wieder defekt, und niemand meldet sich.", "negative"),
        ("Nous sommes ravis, le four est parfait.", "positive"),
        ("Nous ne sommes pas satisfaits du four.", "negative"),
        ("Merci beaucoup d'avance pour votre devis.", "neutral"),
        ("C'est inadmissible, personne ne répond.", "negative"),
        ("Estamos encantados con el horno, funciona de maravilla.", "positive"),
        ("No estamos contentos con el horno.", "negative"),
        ("Muchas gracias de antemano por su oferta.", "neutral"),
        ("Es intolerable que nadie conteste.", "negative"),
        ("Wij zijn heel tevreden over de oven, geweldig werk.", "positive"),
        ("Wij zijn helemaal niet tevreden over de oven.", "negative"),
        ("Alvast hartelijk dank voor de offerte.", "neutral"),
        ("Voor de derde keer is er niemand gekomen, onacceptabel.", "negative"),
    ],
)
def test_moods_in_five_languages(text: str, expected: str) -> None:
    assert mood(text).value == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The new kiln is excellent. Could you send a second one? Our potters love it.", ["excellent", "love"]),
        ("The kiln came late. This is unacceptable, and nobody answers.", ["late", "unacceptable", "nobody answers"]),
        ("Die Lieferung war falsch, wir sind sehr enttäuscht.", ["falsch", "enttäuscht"]),
        ("Please send a quote for two kilns.", []),
    ],
)
def test_a_mood_quotes_the_words_that_show_it(text: str, words: list[str]) -> None:
    assert [span.quote for span in mood(text).evidence] == words


def test_words_below_the_signature_show_no_mood() -> None:
    text = "Please send a quote for two kilns.\n\nBest regards\nJo Kilner\nBuyer\nExcellent Kilns Ltd\n0113 496 0221"
    assert mood(text).value == "neutral"


def test_the_models_mood_quotes_the_words_for_it() -> None:
    text = "The kiln is down. That disappoints us. The fitters were friendly.\n\nJo Kilner\nBuyer\nKiln Works Ltd"
    told = {"name": "Jo Kilner", "title": "Buyer", "company": "Kiln Works Ltd"}
    answer = ModelAnswer(MailAnswer(category="support", sentiment="positive", **told))
    found = mood(text, answer)
    assert found.value == "positive"
    assert [span.quote for span in found.evidence] == ["friendly"]


def test_stress_weighs_and_hedges_lighten() -> None:
    plain, much, little = (sentiment.score(f"We are {word}disappointed.") for word in ("", "extremely ", "slightly "))
    assert much < plain < little < 0


def test_faults_alone_never_add_up_to_a_complaint() -> None:
    listed = ", ".join(f"pump {number} shows an error" for number in range(30))
    assert mood(f"These are the faults of the last year that you asked for: {listed}.").value == "neutral"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Dzień dobry, jesteśmy bardzo zadowoleni z pieca, świetna robota.", "positive"),
        ("Dzień dobry, nikt nie odpowiada na nasze wiadomości, jestem rozczarowany.", "negative"),
        ("Dzień dobry, z góry dziękuję za ofertę na dwa piece. Proszę podać termin dostawy.", "neutral"),
        ("Hello, we would be grateful if you sent the manual of the kiln. Kind regards", "neutral"),
        ("Bom dia, enviamos hoje o formulário do forno. Com os melhores cumprimentos", "neutral"),
        ("Bom dia, aceitamos a proposta. Foi um prazer trabalhar com a sua equipa.", "positive"),
    ],
)
def test_polish_has_a_mood_and_set_phrases_have_none(text: str, shown: str) -> None:
    assert mood(text).value == shown


@pytest.mark.parametrize(
    ("text", "tongue"),
    [
        ("Herzlichen Dank für die Geduld.", "de"), ("Merci pour votre patience.", "fr"),
        ("Gracias por su paciencia.", "es"), ("Grazie per la pazienza.", "it"), ("Dank voor uw geduld.", "nl"),
        ("Obrigado pela paciência.", "pt"), ("Dziękuję za cierpliwość.", "pl"), ("Thanks for your patience.", "en"),
    ],
)  # fmt: skip
def test_patience_that_is_thanked_for_is_no_complaint(text: str, tongue: str) -> None:
    assert sentiment.read(text, tongue)[0] != "negative"
