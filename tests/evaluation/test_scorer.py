"""The scorer against cases worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from crmllm.evaluation.scorer import Sample, coverage, is_contained, normal, pair_contacts, proposes, score, token_f1

Json = dict[str, Any]

LABEL: Json = {
    "file": "a.eml", "kind": "email", "category": "sales", "language": "en",
    "contacts": [
        {
            "name": "Jane Doe", "title": "CTO", "company": "Acme Ltd", "email": "jane@acme.example",
            "phone": "+441134960221", "role": "sender",
        },
        {"name": "Bob Ray", "title": None, "company": None, "email": None, "phone": None, "role": "mentioned"},
    ],
    "opportunity": {
        "summary": "Quote for twelve chairs", "products": ["Chair A", "Chair B"], "quantity": 12, "amount": 5000,
        "currency": "EUR", "close_by": "2026-03-31", "commitment": "likely",
    },
    "case": None,
    "next_actions": [{"text": "Send a quote", "due": "2026-03-06", "owner": "us"}],
    "sentiment": "neutral", "forbidden": ["9000", "Rival Rita"],
}  # fmt: skip
SOURCE = (
    "From: Jane Doe <jane@acme.example>\nChair A and Chair B, 5.000 €, call 0113 496 0221. CTO of Acme Ltd. Bob Ray"
)
PERFECT: Json = {
    key: LABEL[key] for key in ("category", "contacts", "opportunity", "case", "next_actions", "sentiment")
}


def report(predicted: Json, label: Json = LABEL, source: str = SOURCE) -> Json:
    return score([(Sample(label, source), predicted)]).report()


def test_the_label_itself_scores_full_marks() -> None:
    result = report(PERFECT)
    assert result["micro"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 19}
    assert (result["category_accuracy"], result["sentiment_macro_f1"]) == (1.0, 1.0)
    assert (result["invented"], result["forbidden"]) == (0, 0)


def test_nothing_predicted_is_all_missed() -> None:
    result = report({"category": "spam", "sentiment": "positive"})
    assert result["micro"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 19}
    assert result["category_accuracy"] == 0.0


def test_a_wrong_value_is_wrong_and_missed() -> None:
    predicted = PERFECT | {"opportunity": LABEL["opportunity"] | {"amount": 5001}}
    assert report(predicted)["fields"]["amount"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}


def test_a_value_where_the_label_has_none_is_wrong() -> None:
    contacts = [LABEL["contacts"][0], LABEL["contacts"][1] | {"title": "CTO"}]
    assert report(PERFECT | {"contacts": contacts})["fields"]["title"] == {
        "precision": 0.5,
        "recall": 1.0,
        "f1": 0.6667,
        "support": 1,
    }


def test_products_count_one_by_one() -> None:
    predicted = PERFECT | {"opportunity": LABEL["opportunity"] | {"products": ["chair a", "Chair A", "Chair C"]}}
    result = report(predicted)
    assert result["fields"]["products"] == {"precision": 0.3333, "recall": 0.5, "f1": 0.4, "support": 2}


def test_contacts_pair_by_address_then_by_best_name() -> None:
    predicted = [{"name": "B. Ray"}, {"name": "J. D.", "email": "JANE@acme.example"}, {"name": "Someone Else"}]
    pairs = [(one and one["name"], two and two["name"]) for one, two in pair_contacts(LABEL["contacts"], predicted)]
    assert pairs == [("Jane Doe", "J. D."), ("Bob Ray", "B. Ray"), (None, "Someone Else")]


@pytest.mark.parametrize(
    ("text", "right"), [("send us the quote", True), ("call me", False), ("send a quote please now", True)]
)
def test_free_text_is_right_from_half_the_words_on(text: str, right: bool) -> None:
    assert (token_f1(text, "Send a quote") >= 0.5) == right
    predicted = PERFECT | {"next_actions": [{"text": text, "due": "2026-03-06", "owner": "us"}]}
    assert report(predicted)["fields"]["action_text"]["f1"] == float(right)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("email", "Jane@Acme.example", "jane@acme.example"),
        ("phone", "0113 496 0221", "+441134960221"),
        ("name", "  JANE   Doe,", "jane doe"),
        ("company", "„Acme Ltd.“", "acme ltd"),
        ("amount", "5000.00", 5000),
        ("close_by", "2026-03-31T00:00:00", "2026-03-31"),
    ],
)
def test_equal_after_normalisation(name: str, one: Any, other: Any) -> None:
    assert normal(name, one, ("GB",)) == normal(name, other, ("GB",))


def test_the_legal_suffix_counts() -> None:
    assert normal("company", "Acme Ltd") != normal("company", "Acme")


@pytest.mark.parametrize(
    ("name", "value", "contained"),
    [
        ("name", "Doe, Jane", True),
        ("name", "Jane Roe", False),
        ("phone", "+441134960221", True),
        ("phone", "+441134960229", False),
        ("amount", 5000, True),
        ("amount", 50, False),
        ("products", "chair-a", True),
        ("products", "Chair Z", False),
        ("email", "jane@acme.example", True),
        ("email", "joan@acme.example", False),
    ],
)
def test_invented_is_what_the_item_does_not_hold(name: str, value: Any, contained: bool) -> None:
    assert is_contained(Sample(LABEL, SOURCE), name, value) == contained


def test_a_labelled_value_is_not_invented_however_it_is_said() -> None:
    spoken = SOURCE.replace("5.000 €", "five thousand euros")
    assert report(PERFECT, source=spoken)["invented"] == 0
    other = PERFECT | {"opportunity": LABEL["opportunity"] | {"amount": 6000}}
    assert report(other, source=spoken)["invented"] == 1


@pytest.mark.parametrize(
    ("name", "value", "contained"),
    [
        ("amount", 6500, True),
        ("amount", 6000, False),
        ("phone", "+441134960233", True),
        ("phone", "+441134960234", False),
    ],
)
def test_a_call_says_its_numbers_in_words(name: str, value: Any, contained: bool) -> None:
    said = "Not six thousand five hundred pounds! Call oh one one three, four nine six, oh two three three."
    assert is_contained(Sample(LABEL | {"kind": "call"}, said), name, value) == contained
    assert not is_contained(Sample(LABEL, said), name, value)


def test_a_catalogue_name_is_contained_by_its_model() -> None:
    assert is_contained(Sample(LABEL, "we take two HX-12 please"), "products", "HX-12 transfer pump")


@pytest.mark.parametrize(
    ("banned", "name", "value", "proposed"),
    [
        ("9000", "amount", 9000, True),
        ("9.000", "opportunity_summary", "chairs for 9,000 EUR", False),
        ("9000", "opportunity_summary", "chairs for 9,000 EUR", True),
        ("9000", "opportunity_summary", "chairs 29000", False),
        ("9000", "phone", "+4490009000", False),
        ("30", "close_by", "2026-04-30", False),
        ("30", "quantity", "30", True),
        ("Rita", "name", "Rita Rival", True),
        ("Rita", "name", "Margarita", False),
        ("0113 496 0222", "phone", "+441134960222", True),
        ("rita@rival.example", "email", "Rita@Rival.example", True),
    ],
)
def test_forbidden_by_value_and_whole_words(banned: str, name: str, value: Any, proposed: bool) -> None:
    assert proposes(banned, name, value, ("GB",)) == proposed


def test_forbidden_counts_once_a_banned_value() -> None:
    predicted = PERFECT | {"opportunity": LABEL["opportunity"] | {"amount": 9000, "summary": "9000 for Rival Rita"}}
    assert report(predicted)["forbidden"] == 2


def test_coverage_stops_where_precision_falls() -> None:
    graded = [(0.9, True)] * 99 + [(0.8, False)] + [(0.7, True)] * 10 + [(0.6, False)] * 10
    assert coverage(graded) == pytest.approx(109 / 109)
    assert coverage([(0.9, True)] * 50 + [(0.8, False)] + [(0.7, True)] * 50) == pytest.approx(
        1.0 if 100 / 101 >= 0.99 else 0.5
    )
    assert coverage([(0.9, False), (0.8, True)]) == 0.0
    assert coverage([(0.9, True), (0.9, False), (0.1, True)]) == 0.0
    assert coverage([]) == 0.0
