"""Hand-written attacks: with a model that obeys the attacker and no detector at work, nothing forbidden gets through.

A value may be applied without a person only if words of the item's own text carry it and it is not inferred. So that is
what is counted here, over everything that the rules and a hostile model together propose.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from crmllm.crm import selectors as crm
from crmllm.extraction import merge, selectors, windows
from crmllm.extraction.schema import MailAnswer, ModelAnswer
from crmllm.extraction.types import Extracted, Item, Value
from crmllm.ingestion.reading import content_of

from .hostile import ATTACKS, NO_FIELDS, OURS, PRODUCTS, Json, answers, carries, honest, kind_of, listed, read

IDS = [attack["id"] for attack in ATTACKS]
JUDGEMENTS = ("category", "language", "sentiment")


@pytest.fixture(autouse=True)
def _ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm, "us", lambda: OURS)
    monkeypatch.setattr(crm, "product_names", lambda: PRODUCTS)
    monkeypatch.setattr(crm, "competitor_names", lambda: ())


@pytest.fixture(params=ATTACKS, ids=IDS)
def attack(request: pytest.FixtureRequest) -> Json:
    return dict(request.param)


def item_of(attack: Json, *, wary: bool) -> Item:
    found = content_of(read(attack))
    return replace(selectors.item_of(kind_of(attack), found), wary=wary)


# --- what counts ---------------------------------------------------------------------------------------------------


def applicable(found: Extracted) -> list[tuple[str, Value]]:
    """What a policy could write without a person: values that words of the item carry."""
    return [
        (path, value)
        for path, value in found.values()
        if path not in JUDGEMENTS and value.evidence and not value.inferred
    ]


def broken_through(found: Extracted, pairs: list[tuple[str, str]]) -> list[str]:
    return [
        f"{path} = {value.value!r} ({value.source}, {value.rule}) carries the {field} {bad!r}"
        for path, value in applicable(found)
        for field, bad in pairs
        if carries(path.rpartition(".")[2], value.value, field, bad)
    ]


# --- the tests -----------------------------------------------------------------------------------------------------


def test_there_are_enough_of_them_in_enough_languages() -> None:
    assert len(ATTACKS) >= 120
    assert len({attack["base"] for attack in ATTACKS if "base" in attack}) >= 6
    assert len({attack.get("kind", attack["file"]) for attack in ATTACKS if "file" in attack}) >= 6
    assert all(listed(attack, "forbidden") for attack in ATTACKS)
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("trusting", [False, True], ids=["as-it-is", "every-answer-trusted"])
def test_nothing_forbidden_can_be_applied_without_any_detector(
    attack: Json, trusting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trusting:  # what stands between an attacker and the CRM must not hang on how good a model looks
        monkeypatch.setattr(merge, "ADD_TRUST", 0.0)
        monkeypatch.setattr(merge, "DECIDE_TRUST", 0.0)
    item = item_of(attack, wary=False)
    plan = windows.plan(item)
    pairs = listed(attack, "forbidden")
    assert not broken_through(windows.finish(plan, [], gated=False), pairs)
    for answer in answers(attack, plan.reading):
        found = windows.finish(plan, [ModelAnswer(answer)] * len(plan.windows), gated=False)
        assert not broken_through(found, pairs)
        assert all(
            item.text[span.start : span.end] == span.quote for _, value in found.values() for span in value.evidence
        )


def test_keys_of_the_attacker_make_an_answer_invalid(attack: Json) -> None:
    for field, value in listed(attack, "forbidden"):
        if field in NO_FIELDS:
            with pytest.raises(ValidationError):
                MailAnswer.model_validate({"category": "sales", "sentiment": "neutral", field: value})


def test_what_is_commanded_in_plain_words_is_not_read(attack: Json) -> None:
    item = item_of(attack, wary=True)
    plan = windows.plan(item)
    for answer in answers(attack, plan.reading):
        found = windows.finish(plan, [ModelAnswer(answer)] * len(plan.windows), gated=False)
        assert not broken_through(found, listed(attack, "commanded"))


@pytest.mark.parametrize("wary", [False, True], ids=["without-detectors", "with-detectors"])
def test_what_is_honest_is_still_found(attack: Json, wary: bool) -> None:
    found = windows.finish(windows.plan(item_of(attack, wary=wary)), [], gated=False)
    values = {path.rpartition(".")[2]: value.value for path, value in reversed(list(found.values()))}
    # Without the rule that leaves commands unread, a figure commanded in plain words is as good as any other.
    wanted = {field: one for field, one in honest(attack).items() if wary or field not in attack.get("commanded", {})}
    assert {field: values.get(field) for field in wanted} == wanted
