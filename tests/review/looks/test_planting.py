"""Planted values: plausible, wrong, and contradicted by the words beside them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from crmllm.access.models import Team, User
from crmllm.crm.choices import FieldType
from crmllm.crm.models import Account, FieldDef
from crmllm.crm.selectors import forget_fields
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import Verdict
from crmllm.proposals.models import Decision, Proposal
from crmllm.writeback.models import Writeback
from review.looks import drawing, services
from review.looks.choices import State, Why
from review.looks.models import GuardSettings, Look
from review.looks.planting import Spot, neighbours, wrong
from tests.support import factories

SEEDS = st.integers(0, 10_000)


def spot(kind: str, value: object, quote: str, text: str = "", others: tuple[str, ...] = ()) -> Spot:
    return Spot("field", kind, value, [quote], text or f"Hello, {quote}. Thanks", others)


@given(SEEDS)
def test_a_planted_value_looks_right_and_is_not(seed: int) -> None:
    chance = random.Random(seed)
    phone = wrong(spot(FieldType.PHONE, "+4930901820", "+49 30 901820"), chance)
    assert phone != "+4930901820" and phone.startswith("+4930") and len(phone) == 11
    email = wrong(spot(FieldType.EMAIL, "maria.ruiz@beta.example", "maria.ruiz@beta.example"), chance)
    assert email != "maria.ruiz@beta.example" and sorted(email) == sorted("maria.ruiz@beta.example")
    amount = wrong(spot(FieldType.DECIMAL, "48000.00", "48.000 EUR"), chance)
    assert amount in ("480000.00", "4800000.00")
    assert wrong(spot(FieldType.INTEGER, 12, "12 printers"), chance) in (120, 1200)
    day = wrong(spot(FieldType.DATE, "2026-12-04", "by 4 December 2026"), chance)
    assert day not in ("2026-12-04", None) and 0 < (date.fromisoformat(day) - date(2026, 12, 4)).days < 13
    names = ("Eva Lang", "Tom Frost")
    assert wrong(spot(FieldType.TEXT, "Maria Ruiz", "Maria Ruiz", others=names), chance) in names


@pytest.mark.parametrize(
    ("kind", "value", "quote", "why"),
    [
        (FieldType.DATE, "2026-12-04", "next Friday", "the words leave room for another day"),
        (FieldType.TEXT, "Maria Ruiz", "Maria Ruiz", "nobody else could be meant"),
        (FieldType.PICKLIST, "high", "urgent", "what a choice means is open to debate"),
        (FieldType.LONG_TEXT, "we want printers", "we want printers", "a summary has many right forms"),
        (FieldType.PHONE, "+4930901820", " ", "no words are shown"),
        (FieldType.PHONE, None, "+49 30 901820", "there is no value"),
    ],
)
def test_what_the_words_cannot_tell_is_not_planted(kind: str, value: object, quote: str, why: str) -> None:
    assert wrong(spot(kind, value, quote), random.Random(1)) is None, why


def test_a_number_that_the_text_holds_elsewhere_is_not_planted() -> None:
    text = "We have 12 plants, 120 machines and 1200 people."
    assert wrong(Spot("quantity", FieldType.INTEGER, 12, ["12 plants"], text), random.Random(1)) is None


def test_neighbours_are_names_of_people() -> None:
    assert neighbours("Dear Eva Lang, I spoke to Tom Frost. Best Regards") == ["Tom Frost"]


# --- out of a decided proposal

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
Decided = Callable[..., Proposal]


def test_a_right_proposal_is_planted_and_nothing_of_it_changes(decided: Decided) -> None:
    row = decided()
    writes = list(Writeback.objects.values())
    before = {change.field: change.proposed.open() for change in row.changes.all()}
    look = drawing.plant(proposal=row)
    assert look is not None and look.why == Why.PLANTED and look.planted is not None
    ((name, value),) = look.planted.open().items()
    assert name in ("email", "phone", "name") and value != before[name]
    assert look.planted.key_id == row.interaction.key_id
    assert {change.field: change.proposed.open() for change in row.changes.all()} == before
    assert list(Writeback.objects.values()) == writes


@pytest.mark.parametrize("verdict", ["edit", "reject"])
def test_what_was_not_right_is_not_planted(decided: Decided, verdict: str) -> None:
    assert drawing.plant(proposal=decided(verdict)) is None


def test_what_was_taken_back_is_not_planted(decided: Decided, first: User) -> None:
    row = decided()
    proposals.undo(user=first, proposal=row)
    assert drawing.plant(proposal=row) is None


@pytest.mark.parametrize(
    ("verdict", "value", "caught"),
    [
        (Verdict.APPROVE, None, False),
        (Verdict.REJECT, None, True),
        (Verdict.EDIT, "right", True),
        (Verdict.EDIT, "left out", True),
        (Verdict.EDIT, "wrong otherwise", False),
        (Verdict.EDIT, "another line", False),
    ],
)
def test_caught_is_rejected_or_edited_to_right(
    decided: Decided, reviewer: User, verdict: Verdict, value: str | None, caught: bool
) -> None:
    row = decided()
    phone, title = row.changes.get(field="phone"), row.changes.get(field="title")
    look = services.ask(proposal=row, why=Why.PLANTED, planted={"phone": "+4930901828"})
    assert services.give(user=reviewer) == look
    edits = {
        "right": {str(phone.pk): "+49 30 901820"},
        "left out": {str(phone.pk): None},
        "wrong otherwise": {str(phone.pk): "+49 30 901821"},
        "another line": {str(title.pk): "Buyer"},
    }.get(value or "", {})
    services.decide(user=reviewer, look=look, verdict=verdict, edits=edits)
    look.refresh_from_db()
    assert look.agreed is caught
    assert [(line.field, line.agreed) for line in look.lines.all()] == [("contact.phone", caught)]


def test_a_value_that_a_person_may_not_see_is_not_planted_for_them(
    decided: Decided, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = decided()
    services.ask(proposal=row, why=Why.PLANTED, planted={"phone": "+4930901828"})
    FieldDef.objects.filter(object="contact", name="phone").update(hidden_from=["reviewer"])
    forget_fields()
    try:
        assert services.give(user=reviewer) is None
        assert Look.objects.get().state == State.WAITING
    finally:
        FieldDef.objects.filter(object="contact", name="phone").update(hidden_from=["auditor"])
        forget_fields()


# --- drawn by the clock


def old(minutes: int = 5) -> None:
    GuardSettings.objects.update(drawn_until=timezone.now() - timedelta(minutes=2 * minutes))
    Decision.objects.update(created_at=timezone.now() - timedelta(minutes=minutes))


def test_the_shares_are_drawn_once(decided: Decided, monkeypatch: pytest.MonkeyPatch) -> None:
    GuardSettings.objects.create(planted_on=True)
    monkeypatch.setattr(drawing, "drawn", lambda purpose, subject: 0.005)
    decided(), decided("reject")
    assert drawing.draw() == 0, "too fresh: it may not be visible to all yet"
    old()
    assert drawing.draw() == 3, "two second looks, and one value planted in what was right"
    assert drawing.draw() == 0
    assert sorted(Look.objects.values_list("why", flat=True)) == ["planted", "second", "second"]


def test_nothing_is_planted_without_consent(decided: Decided, monkeypatch: pytest.MonkeyPatch) -> None:
    GuardSettings.objects.create()
    monkeypatch.setattr(drawing, "drawn", lambda purpose, subject: 0.005)
    decided()
    old()
    assert drawing.draw() == 1
    assert Look.objects.get().why == Why.SECOND


def test_a_share_is_about_as_large_as_it_says() -> None:
    hits = sum(services.drawn("second", number) < 0.02 for number in range(20_000))
    assert 320 <= hits <= 480
    assert services.drawn("second", 7) == services.drawn("second", 7) != services.drawn("planted", 7)


def test_what_nobody_could_take_is_given_up(decided: Decided) -> None:
    services.request(proposal=decided(), why=Why.SECOND)
    assert drawing.tidy() == 0
    Look.objects.update(created_at=timezone.now() - drawing.KEPT)
    assert drawing.tidy() == 1
    assert Look.objects.get().state == State.VOID


def test_a_planted_company_is_one_that_everybody_may_see(first: User) -> None:
    Account.objects.create(name="Open Works GmbH")
    Account.objects.create(name="Secret Works GmbH", team=Team.objects.create(name="Theirs"))
    made = factories.proposals()
    for one in made.values():
        proposals.approve(user=first, proposal=one)
    for seed in range(10):
        Look.objects.all().delete()
        look = drawing.plant(proposal=made["account"], chance=random.Random(seed))
        if look is not None and look.planted is not None:
            assert look.planted.open() == {"name": "Open Works GmbH"}
            return
    raise AssertionError("a company's name can be planted")
