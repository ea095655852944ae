"""A reviewer who decides card after card: by keys alone, by finger, without scripts. REVIEW_CARDS says how many."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import cycle

import pytest
from playwright.sync_api import Page, expect

from crmllm.access.models import User
from crmllm.core.crypto import Sealed
from crmllm.ingestion.models import Interaction
from crmllm.proposals.models import Decision, Proposal
from crmllm.writeback.models import Writeback
from tests.browser.conftest import PHONE, violations
from tests.browser.test_review_keys import swipe
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)

CARDS = int(os.environ.get("REVIEW_CARDS", "12"))
#: What is done with a card, and what the database then says of it: state, reason, whether "kind" was written.
Wanted = tuple[str, str, bool | None]
VERDICTS: dict[str, Wanted] = {
    "approve": ("approved", "", True),
    "reject": ("rejected", "Out of date", None),
    "leave": ("approved", "", False),
    "skip": ("skipped", "", None),
    "edit": ("approved", "", True),
    "bare reject": ("rejected", "", None),
}


@pytest.fixture
def plan() -> list[tuple[Interaction, str]]:
    """Cards in the order in which they come, each with what has to be done with it."""
    cards = []
    for number, what in zip(range(CARDS), cycle(VERDICTS), strict=False):
        key_id = factories.new_key()
        row = factories.next_action(number % 60, subject=Sealed.of(f"Card {number:03}", key_id), key_id=key_id)
        cards.append((row, what))
    return cards


def shows(tab: Page, number: int) -> None:
    """Wait for a card, and for the one behind it where there is one."""
    if number == CARDS:
        expect(tab.locator(".empty-state h2")).to_be_visible()
        return
    expect(tab.locator(".source h2")).to_contain_text(f"Card {number:03}")
    if number + 1 < CARDS:
        expect(tab.locator("html[data-ahead]:not([data-deciding])")).to_have_count(1)


def all_right(plan: list[tuple[Interaction, str]], reviewer: User) -> None:
    """Every decision is what it had to be, once, by this person."""
    wrong = []
    for row, what in plan:
        proposal = Proposal.objects.get(interaction=row)
        decision = Decision.objects.get(proposal=proposal)
        written = Writeback.objects.filter(proposal=proposal).first()
        kind = None if written is None else "kind" in written.values.open()
        if (proposal.state, decision.reason, kind) != VERDICTS[what] or decision.actor != reviewer:
            wrong.append((what, proposal.state, decision.reason, kind))
        if what == "edit" and written is not None and not written.values.open()["name"].endswith(" again"):
            wrong.append((what, "not edited"))
    assert wrong == []


def test_with_keys_alone(new_tab: Callable[..., Page], reviewer: User, plan: list[tuple[Interaction, str]]) -> None:
    tab = new_tab(reviewer)
    tab.goto("/review/")
    keys = {
        "approve": ["Enter"],
        "reject": ["x", "6"],
        "leave": ["Home", "j", "n", "Enter"],
        "skip": ["s"],
        "bare reject": ["x"],
    }
    for number, (_row, what) in enumerate(plan):
        shows(tab, number)
        if what == "edit":
            tab.keyboard.press("Home")
            tab.keyboard.press("e")
            expect(tab.get_by_label("Subject")).to_be_focused()
            tab.keyboard.type(" again")
            tab.keyboard.press("Enter")
            continue
        for key in keys[what]:
            tab.keyboard.press(key)
        if what == "bare reject":
            expect(tab.get_by_role("button", name="Without a reason")).to_be_focused()
            tab.keyboard.press("Enter")
    shows(tab, CARDS)
    expect(tab.locator(".review-pace")).to_contain_text(f"{CARDS} decided today")
    assert violations(tab) == []
    all_right(plan, reviewer)


def test_by_finger(new_tab: Callable[..., Page], reviewer: User, plan: list[tuple[Interaction, str]]) -> None:
    tab = new_tab(reviewer, PHONE, has_touch=True, is_mobile=True)
    tab.goto("/review/")
    for number, (_row, what) in enumerate(plan):
        shows(tab, number)
        if number == 0:
            assert violations(tab) == []
        if what == "edit":
            tab.get_by_role("link", name="Edit").click()
            tab.get_by_label("Subject").fill("call me on Thursday again")
            tab.get_by_role("button", name="Save, approve & next").click()
        elif what == "skip":
            tab.get_by_role("button", name="Skip").click()
        else:
            if what == "leave":
                tab.evaluate("window.scrollTo(0, 400)")
                tab.get_by_label("Leave out: Kind").click()
                tab.evaluate("window.scrollTo(0, 0)")
            swipe(tab, 150 if what in ("approve", "leave") else -150)
            if "reject" in what:
                reason = "Out of date" if what == "reject" else "Without a reason"
                tab.get_by_role("button", name=reason).click()
    shows(tab, CARDS)
    all_right(plan, reviewer)


def test_without_scripts(new_tab: Callable[..., Page], reviewer: User, plan: list[tuple[Interaction, str]]) -> None:
    tab = new_tab(reviewer, java_script_enabled=False)
    tab.goto("/review/")
    for number, (_row, what) in enumerate(plan):
        expect(tab.locator(".source h2")).to_contain_text(f"Card {number:03}")
        if what == "edit":
            tab.get_by_role("link", name="Edit").click()
            tab.get_by_label("Subject").fill("call me on Thursday again")
            tab.get_by_role("button", name="Save, approve & next").click()
        elif "reject" in what:
            tab.locator(".decide summary").click()
            tab.get_by_role("button", name="Out of date" if what == "reject" else "Without a reason").click()
        elif what == "skip":
            tab.get_by_role("button", name="Skip").click()
        else:
            if what == "leave":
                tab.get_by_label("Leave out: Kind").check()
            tab.get_by_role("button", name="Approve & next").click()
    expect(tab.locator(".empty-state h2")).to_be_visible()
    all_right(plan, reviewer)
