"""Moods that the rules only suspect: the classifier decides, with the sentence that shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmllm.extraction import mood
from crmllm.extraction.classify import encoder
from crmllm.extraction.extract import extract
from crmllm.extraction.mood import looked_at_again
from crmllm.extraction.rules.reader import read
from crmllm.extraction.types import Address, Extracted, Item, Value

COMPLAINT = "The press stopped during the night again and the whole order is ruined, we sent everybody home."
TEXT = f"Hello,\n\n{COMPLAINT}\n\nRegards\nIda Brandt\n"
DOUBTFUL = Extracted(sentiment=Value("neutral", confidence=0.55), category=Value("support", confidence=0.9))


def again(text: str, found: Extracted = DOUBTFUL, *, rules: str = "neutral", sure: float = 0.55) -> Value | None:
    item = Item(text)
    reading = read(item)
    reading.sentiment = replace(reading.sentiment, value=rules, confidence=sure)
    return looked_at_again(found, item, reading).sentiment


def test_a_suspected_mood_is_decided_and_shown() -> None:
    value = again(TEXT)
    assert value is not None
    assert (value.value, value.rule, value.inferred) == ("negative", mood.RULE, False)
    assert value.evidence[0].quote == COMPLAINT
    assert TEXT[value.evidence[0].start : value.evidence[0].end] == COMPLAINT


def test_what_the_rules_are_sure_of_stands() -> None:
    assert again(TEXT, sure=0.62) == DOUBTFUL.sentiment
    praise = replace(DOUBTFUL, sentiment=Value("positive", confidence=0.55))
    assert again(TEXT, praise, rules="positive") == praise.sentiment


def test_what_is_no_business_is_left_alone() -> None:
    letter = replace(DOUBTFUL, category=Value("newsletter", confidence=0.9))
    assert again(TEXT, letter) == letter.sentiment


@pytest.mark.parametrize(
    "text",
    [
        "Could you tell us which paper sizes the plotter takes? We need it for the new building.",
        "Guten Tag,\nin der Nacht blieb die Presse wieder stehen und der ganze Auftrag ist verdorben.\n",
        "",
    ],
)
def test_without_a_telling_sentence_it_stays_neutral(text: str) -> None:
    assert again(text) == DOUBTFUL.sentiment


def test_a_language_that_no_embedding_knows_stays_with_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "TONGUES", frozenset({"en"}))
    german = "Seit drei Wochen antwortet uns niemand, so etwas Unverschämtes haben wir noch nicht erlebt."
    assert again(f"Guten Tag,\n\n{german}\n") == DOUBTFUL.sentiment


def test_a_mood_in_another_language_is_decided_and_shown() -> None:
    german = "Seit drei Wochen antwortet uns niemand, so etwas Unverschämtes haben wir noch nicht erlebt."
    value = again(f"Guten Tag,\n\n{german}\n")
    assert value is not None
    assert (value.value, value.evidence[0].quote) == ("negative", german)


def test_extraction_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mood, "HINTED", 0.7)
    monkeypatch.setattr(mood, "OF_A_SENTENCE", 0.7)
    praise = "What a pleasant way to work with people, and so quick."
    text = (
        "Hello Rosa,\n\nthe ten RX presses for the new hall should come on 12 May to gate 3, and the invoice goes to "
        f"our office in Leeds. {praise}\n\nIda Brandt\n"
    )
    item = Item(text, sender=Address("ida@brandt.example", "Ida Brandt"), products=("RX press",))
    assert read(item).sentiment.value == "neutral"
    value = extract(item).sentiment
    assert value is not None
    assert (value.value, [one.quote for one in value.evidence]) == ("positive", [praise])
