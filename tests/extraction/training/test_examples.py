"""Made-up mails: their answers are true, their people reachable by nobody, and the same seed gives the same ones."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from random import Random

import pytest

from crmllm.extraction.grounding import locate
from crmllm.extraction.schema import MailAnswer
from crmllm.extraction.training.dates import limit
from crmllm.extraction.training.mails import LANGUAGES, MADE_CATEGORY, Example, examples
from crmllm.extraction.training.people import ENDINGS, person
from crmllm.extraction.training.phrases import PHRASES
from crmllm.extraction.training.pseudonyms import pseudonymised
from crmllm.extraction.training.rows import row, written
from crmllm.extraction.types import Address, Item, Zone

MADE = list(examples(3, 400))


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_same_seed_gives_the_same_examples_and_another_one_others() -> None:
    assert list(examples(3, 5)) == MADE[:5]
    assert list(examples(4, 5)) != MADE[:5]


def test_all_languages_and_kinds_of_mail_come_up() -> None:
    assert {one.language for one in MADE} == set(LANGUAGES)
    assert {one.kind for one in MADE} == set(MADE_CATEGORY)


def test_hardly_any_mail_comes_twice() -> None:
    texts = Counter(one.item.text for one in examples(8, 300))
    assert sum(count > 1 for count in texts.values()) <= 6, "newsletters are short"


@pytest.mark.parametrize("field", ["title", "company", "phone", "name2", "title2", "email2", "phone2", "quantity"])
def test_an_answer_states_only_what_the_text_shows(field: str) -> None:
    stated = [one for one in MADE if getattr(one.answer, field)]
    assert stated
    for one in stated:
        assert getattr(one.answer, field) in words(one.item.text)


def test_a_name_stands_in_the_text_or_in_the_header() -> None:
    for one in MADE:
        header = one.item.sender.name if one.item.sender else ""
        assert one.answer.name in words(one.item.text) or one.answer.name == header


def test_a_day_is_meant_by_words_of_the_mail() -> None:
    """Our own reader of dates, which knows nothing of the generator, finds nearly all of them."""
    dated = [one for one in MADE if one.answer.due and one.item.sent_at]
    found = [one for one in dated if locate(one.answer.due, "date", one.item.text, sent_at=one.item.sent_at)]
    assert len(dated) > 40
    assert len(found) >= 0.75 * len(dated)


def test_a_fax_is_no_answer() -> None:
    signed = [one for one in MADE if one.item.text and re.search(r"(?i)\bfax", one.item.text) and one.answer.phone]
    for one in signed:
        line = next((line for line in one.item.text.splitlines() if one.answer.phone in line), "")
        before = line.partition(one.answer.phone)[0]
        assert not re.search(r"(?i)\b(?:fax|faks)[^\w)]*$", before), line


def test_nobody_can_be_reached() -> None:
    for seed in range(200):
        made = person(Random(seed), LANGUAGES[seed % len(LANGUAGES)])
        assert made.email.lower().endswith(tuple(f".{ending}" for ending in ENDINGS))


def test_every_language_has_sentences_for_every_purpose() -> None:
    purposes = set(PHRASES["en"])
    assert set(PHRASES) == set(LANGUAGES)
    for found in PHRASES.values():
        assert set(found) == purposes
        assert all(found.values())


@pytest.mark.parametrize(
    ("language", "form", "day"),
    [("en", "by the end of the month", "2026-11-30"), ("de", "bis morgen", "2026-11-19"),
     ("fr", "d'ici la semaine prochaine", "2026-11-27"), ("pl", "do końca miesiąca", "2026-11-30")],
)  # fmt: skip
def test_a_limit_means_its_day(language: str, form: str, day: str) -> None:
    sent = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    made = dict(limit(Random(seed), language, sent) for seed in range(300))
    assert made[form] == day
    assert all(date.fromisoformat(one) > sent.date() for one in made.values())


# --- lines of a training file


def render(variables: dict[str, str]) -> list[dict[str, str]]:
    return [{"role": "user", "content": json.dumps(variables)}]


def lines(one: Example, tries: int = 200) -> list[str]:
    return [
        json.loads(row(one.item, one.answer, render, Random(seed))["messages"][0]["content"])["candidates"]  # type: ignore[index,arg-type]
        for seed in range(tries)
    ]


def test_the_answer_of_a_line_is_what_the_product_reads_back() -> None:
    for one in MADE[:50]:
        text = written(one.answer)
        assert MailAnswer.model_validate_json(text) == one.answer
        assert '""' not in text
        assert "\n" not in text


def test_candidates_are_sometimes_missing_and_sometimes_wrong() -> None:
    one = next(one for one in MADE if len(lines(one, 40)[0]) > 60)
    seen = Counter(lines(one))
    assert seen["none"]
    assert len(seen) > 10
    assert seen.most_common(1)[0][1] < 150


# --- other names


def test_real_people_are_swapped_everywhere_and_zones_move_along() -> None:
    text = "Hello,\ncall me.\nAda\n\nAda Lovelace\nEngine Builder\nBabbage Ltd\n+44 20 7946 0018\nada@babbage.example"
    item = Item(
        text, zones=(Zone("body", 0, text.index("Ada Love")), Zone("signature", text.index("Ada Love"), len(text))),
        sender=Address("ada@babbage.example", "Ada Lovelace"), subject="From Ada",
        quoted_text="older words of Ada",
    )  # fmt: skip
    answer = MailAnswer(
        category="sales", sentiment="neutral", name="Ada Lovelace", title="Engine Builder", company="Babbage Ltd",
        phone="+44 20 7946 0018",
    )  # fmt: skip
    other, told = pseudonymised(item, answer, Random(5))
    everything = f"{other.text} {other.subject} {other.sender} {other.quoted_text} {told}"
    for secret in ("Ada", "Lovelace", "Babbage", "babbage", "7946 0018"):
        assert secret not in everything
    signature = other.zones[1]
    assert other.text[signature.start : signature.end].startswith(told.name)
    assert told.company in other.text
    assert told.phone in other.text
    assert told.title == "Engine Builder"
    assert told.phone.startswith("+44 20")
    assert other.sender is not None
    assert other.sender.email in other.text
    assert other.sender.name == told.name
