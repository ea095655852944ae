"""The review screen by keys, by finger, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from crmllm.access.models import User
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services
from crmllm.proposals.models import Decision, Proposal
from crmllm.writeback.models import Writeback
from tests.browser.conftest import PHONE, state

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)

LINE = "[data-line][aria-current]"


@pytest.fixture
def review(new_tab: Callable[..., Page], reviewer: User, deal: dict[str, Proposal], other: Interaction) -> Page:
    """The card of a message with four proposals; another message waits behind it."""
    tab = new_tab(reviewer)
    tab.goto("/review/")
    tab.wait_for_load_state("networkidle")
    return tab


def focus(tab: Page, kind: str) -> None:
    """Wait until the proposal of this kind has the focus, and the answer is there."""
    expect(tab.locator(".card-body:not([inert]) .proposal.is-current .proposal-kind")).to_have_text(kind)
    expect(tab.locator("html")).not_to_have_attribute("data-deciding", "")


def source(tab: Page) -> Locator:
    return tab.locator(".card-body:not([inert], [hidden]) .source h2")


def line(tab: Page, label: str) -> Locator:
    return tab.locator(f".proposal.is-current tr:has(th:text-is('{label}'))")


def kept(tab: Page, count: int) -> None:
    """Wait until the server has told of so many decisions."""
    expect(tab.locator(".review-pace")).to_contain_text(f"{count} decided today")


# --- the whole way


def test_a_review_needs_no_mouse(review: Page, deal: dict[str, Proposal], other: Interaction) -> None:
    press = review.keyboard.press
    focus(review, "New account")
    press("Enter")
    focus(review, "New contact")
    press("j")
    press("e")
    expect(review.get_by_label("Title")).to_be_focused()
    review.keyboard.type(" and more")
    press("Enter")
    focus(review, "New opportunity")
    press("x")
    press("2")
    focus(review, "New activity")
    kept(review, 3)  # with the opportunity goes the line that leads to it
    press("End")
    press("n")
    expect(review.get_by_label("Leave out: Contact")).to_be_checked()
    press("s")
    expect(source(review)).to_contain_text("The second card")
    expect(review.locator(LINE)).to_be_focused()
    press("z")
    expect(source(review)).to_contain_text("Plotters")
    focus(review, "New activity")
    press("Enter")
    expect(source(review)).to_contain_text("The second card")
    press("Enter")
    expect(review.locator(".empty-state h2")).to_be_visible()

    assert [state(one) for one in deal.values()] == ["approved", "approved", "rejected", "approved"]
    assert Decision.objects.get(proposal=deal["opportunity"]).reason == "Not in the text"
    assert Writeback.objects.get(proposal=deal["contact"]).values.open()["title"] == "Head of Procurement and more"
    assert state(other.proposals.get()) == "approved"
    timed = Decision.objects.exclude(verdict="undo").values_list("milliseconds", flat=True)
    assert all(milliseconds and milliseconds < 600_000 for milliseconds in timed)
    assert review.complaints == []  # type: ignore[attr-defined]


def test_two_keys_approve_all_of_a_message_with_its_fields_of_high_risk(
    review: Page, deal: dict[str, Proposal]
) -> None:
    review.keyboard.press("Shift+Enter")
    expect(review.locator(".approve-risks")).to_contain_text("Amount 48,000.00")
    assert state(deal["account"]) != "approved", "first they are named"
    review.keyboard.press("1")
    expect(source(review)).to_contain_text("The second card")
    assert {state(one) for one in deal.values()} == {"approved"}
    review.keyboard.press("z")
    focus(review, "New activity")
    expect(review.locator(".is-current .state")).to_have_text("taken back")
    review.keyboard.press("z")
    focus(review, "New opportunity")
    review.keyboard.press("Enter")
    expect(source(review)).to_contain_text("The second card")
    assert [state(one) for one in deal.values()] == ["approved", "approved", "approved", "undone"]


# --- lines and evidence


def test_the_line_in_focus_outlines_its_quote(review: Page) -> None:
    focus(review, "New account")
    for key, label, quote in (
        ("End", "Opportunity", []),
        ("Home", "Name", ["Betasoloin GmbH"]),
        ("j", "Mail domains", None),
        ("ArrowDown", "Name", ["Maria Ruiz"]),
        ("k", "Mail domains", None),
        ("ArrowUp", "Name", ["Betasoloin GmbH"]),
        ("k", "Name", ["Betasoloin GmbH"]),
    ):
        review.keyboard.press(key)
        expect(review.locator(LINE).locator("th")).to_have_text(label)
        if quote:
            assert review.locator("mark.is-current").all_inner_texts() == quote
    review.get_by_text("48.000").first.click()
    expect(review.locator(LINE).locator("th")).to_have_text("Amount")
    focus(review, "New opportunity")


# --- keys that must do nothing


def test_keys_that_decide_nothing(review: Page, deal: dict[str, Proposal]) -> None:
    for key in ("2", "Control+x", "Alt+s", "Control+Enter"):
        review.keyboard.press(key)
    review.keyboard.press("End")  # a next action that waits for its opportunity
    review.keyboard.press("Enter")
    review.keyboard.press("x")
    expect(review.locator(".is-current .menu-panel")).to_be_visible()
    review.keyboard.press("Escape")
    expect(review.locator(".is-current .menu-panel")).to_be_hidden()
    expect(review.locator(".is-current summary")).to_be_focused()
    assert not Decision.objects.exists()


def test_a_held_key_decides_once(review: Page) -> None:
    for _ in range(5):
        review.keyboard.down("Enter")
    review.keyboard.up("Enter")
    focus(review, "New contact")
    kept(review, 1)
    assert Decision.objects.count() == 1


def test_escape_leaves_the_form_and_letters_stay_in_its_boxes(review: Page) -> None:
    review.keyboard.press("e")
    expect(review.get_by_label("Name")).to_be_focused()
    review.keyboard.type("xsz")
    expect(review.get_by_label("Name")).to_have_value("Betasoloin GmbHxsz")
    review.keyboard.press("Escape")
    expect(line(review, "Name")).to_be_visible()
    assert not Decision.objects.exists()


def test_a_wrong_value_is_told_beside_its_box(review: Page) -> None:
    review.keyboard.press("Enter")
    focus(review, "New contact")
    review.keyboard.press("e")
    expect(review.get_by_label("Name")).to_be_focused()  # typing goes where the focus is: not before it has come
    review.get_by_label("E-mail").fill("nobody@nowhere@")
    review.get_by_label("E-mail").evaluate("box => { box.form.noValidate = true }")
    review.keyboard.press("Control+Enter")
    expect(review.locator(".field-errors")).to_contain_text("must be an e-mail address")
    expect(review.get_by_label("E-mail")).to_be_focused()
    expect(review.get_by_label("E-mail")).to_have_value("nobody@nowhere@")


# --- before the answer, and without it


def test_a_refusal_says_why_and_leaves_the_card(review: Page, admin: User, deal: dict[str, Proposal]) -> None:
    Proposal.objects.filter(pk=deal["account"].pk).update(claimed_by=None, claimed_until=None, state="pending")
    services.approve(user=admin, proposal=deal["account"])
    review.keyboard.press("Enter")
    expect(review.locator(".toast")).to_contain_text("approved already")
    expect(source(review)).to_contain_text("Plotters")
    expect(review.locator(LINE)).to_have_count(1)


def test_a_lost_connection_says_so_and_the_key_works_again(review: Page, deal: dict[str, Proposal]) -> None:
    review.wait_for_load_state("networkidle")
    review.context.set_offline(True)
    review.keyboard.press("Enter")
    expect(review.locator(".toast")).to_contain_text("The server did not answer.")
    focus(review, "New account")
    review.context.set_offline(False)
    review.keyboard.press("Enter")
    focus(review, "New contact")
    kept(review, 1)
    assert Decision.objects.count() == 1


def test_what_somebody_else_decides_is_left_by_a_key(
    new_tab: Callable[..., Page], reviewer: User, admin: User, deal: dict[str, Proposal], other: Interaction
) -> None:
    services.claim(user=admin, interaction=deal["account"].interaction)
    tab = new_tab(reviewer)
    tab.goto(f"/review/{deal['account'].interaction_id}/")
    expect(tab.locator(".proposals .notice")).to_contain_text("is deciding this one")
    expect(tab.locator(".decide")).to_have_count(0)
    tab.keyboard.press("Enter")
    expect(source(tab)).to_contain_text("The second card")
    assert not Decision.objects.exists()


# --- help, places, search, switches


def test_keys_are_told_and_lead_to_places(review: Page) -> None:
    shown = review.locator(".is-current .decide > * kbd:visible, .approve-all kbd:visible").all_inner_texts()
    assert sorted(shown) == sorted(["⇧↵", "↵", "x", "e", "s", "b"])
    review.keyboard.press("?")
    expect(review.locator("#help")).to_contain_text("Approve all of this message")
    review.keyboard.press("Escape")
    review.keyboard.press("/")
    expect(review.get_by_label("Search everything")).to_be_focused()
    expect(review.get_by_label("Search everything")).to_have_value("")
    review.keyboard.press("Escape")
    review.keyboard.press("g")
    review.keyboard.press("i")
    review.wait_for_url("**/interactions/")


def test_single_keys_can_be_switched_off_and_stay_off(review: Page) -> None:
    review.keyboard.press("?")
    review.get_by_label("Single keys are on").uncheck()
    review.reload()
    review.keyboard.press("s")
    review.keyboard.press("x")
    expect(review.locator(".is-current .menu-panel")).to_be_hidden()
    assert not Decision.objects.exists()


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_the_theme_is_remembered_and_set_before_the_first_paint(
    new_tab: Callable[..., Page], reviewer: User, choice: str
) -> None:
    tab = new_tab(reviewer)
    tab.goto("/notifications/")
    tab.locator("summary.avatar").click()
    tab.locator(f"[data-theme-choice={choice}]").click()
    tab.add_init_script(
        "new MutationObserver(() => { if (document.body) window.atBody ??= document.documentElement.dataset.theme })"
        ".observe(document, {childList: true, subtree: true})"
    )
    tab.reload()
    assert tab.evaluate("window.atBody") == choice


# --- by finger


def swipe(tab: Page, dx: int, dy: int = 0) -> None:
    session = tab.context.new_cdp_session(tab)
    x, y = 195, 300

    def touch(kind: str, *points: dict[str, Any]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for part in range(1, 9):
        touch("touchMove", {"x": x + dx * part / 8, "y": y + dy * part / 8})
    touch("touchEnd")


def test_a_phone_decides_by_finger(
    new_tab: Callable[..., Page], reviewer: User, deal: dict[str, Proposal], other: Interaction
) -> None:
    phone = new_tab(reviewer, PHONE, has_touch=True, is_mobile=True)
    phone.goto("/review/")
    phone.wait_for_load_state("networkidle")
    panel, button = phone.locator(".is-current .menu-panel"), phone.get_by_role("button", name="Approve & next")
    for dx, dy in ((40, 0), (120, 110), (0, -200)):
        swipe(phone, dx, dy)
        expect(panel).to_be_hidden()
    assert not Decision.objects.exists()
    phone.evaluate("window.scrollTo(0, 900)")
    expect(button.first).to_be_in_viewport()
    phone.evaluate("window.scrollTo(0, 0)")
    swipe(phone, -150)
    expect(panel).to_be_visible()
    expect(panel.get_by_role("button", name="Other")).to_be_in_viewport()
    phone.keyboard.press("Escape")
    swipe(phone, 150)
    focus(phone, "New contact")
    kept(phone, 1)
    assert state(deal["account"]) == "approved"
    expect(phone.get_by_role("button", name="Undo", exact=True).first).to_be_in_viewport()
    phone.get_by_role("link", name="Queue").click()
    expect(phone.locator("#queue")).to_be_visible()
    phone.get_by_role("link", name="Close the list").click()
    expect(phone.locator("#queue")).to_be_hidden()


# --- without scripts


def test_a_review_needs_no_scripts(
    new_tab: Callable[..., Page], reviewer: User, deal: dict[str, Proposal], other: Interaction
) -> None:
    tab = new_tab(reviewer, java_script_enabled=False)
    tab.goto("/review/")
    for element in tab.locator(".needs-js").all():
        expect(element).to_be_hidden()

    def of(kind: str) -> Locator:
        return tab.locator(f".proposal:has(.proposal-kind:text-is('{kind}'))")

    of("New account").get_by_role("button", name="Approve & next").click()
    of("New contact").get_by_role("link", name="Edit").click()
    tab.get_by_label("Title").fill("Chief")
    tab.get_by_role("button", name="Save, approve & next").click()
    of("New opportunity").locator(".decide summary").click()
    of("New opportunity").get_by_role("button", name="Out of date").click()
    of("New activity").get_by_role("button", name="Skip").click()
    expect(source(tab)).to_contain_text("The second card")
    tab.locator(".last-decision").get_by_role("button", name="Undo").click()
    expect(source(tab)).to_contain_text("Plotters")
    tab.get_by_role("button", name=re.compile("^Approve & next")).last.click()
    expect(source(tab)).to_contain_text("The second card")
    assert [state(one) for one in deal.values()] == ["approved", "approved", "rejected", "approved"]
    assert Writeback.objects.get(proposal=deal["contact"]).values.open()["title"] == "Chief"
