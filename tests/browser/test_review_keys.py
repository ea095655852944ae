"""The review screen by keys, by finger, and without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE

CURRENT = "[data-line][aria-current]"


@pytest.fixture
def review(tab: Page, site: str, decisions: list[dict[str, str]]) -> Page:
    tab.goto(f"{site}/samples/review/")
    tab.wait_for_load_state("networkidle")
    return tab


def decided(tab: Page) -> None:
    """Wait until the next card stands there."""
    expect(tab.locator(".card-body:not(.card-preview, [hidden]) .source h2")).to_have_text(
        re.compile("The second card")
    )
    expect(tab.locator("html")).not_to_have_attribute("data-deciding", "")


# --- lines and evidence ---


def test_starts_at_the_first_line_that_needs_a_person(review: Page) -> None:
    expect(review.locator(CURRENT)).to_have_attribute("data-line", "c2")
    expect(review.locator(CURRENT)).to_be_focused()


def test_line_outlines_its_quote(review: Page) -> None:
    assert review.locator("mark.is-current").all_inner_texts() == ["Head of Procurement"]
    review.keyboard.press("j")
    assert review.locator("mark.is-current").all_inner_texts() == ["+49 511 555 0142"]


def test_overlapping_quotes_are_outlined_whole(review: Page) -> None:
    review.locator("[data-line=c6]").click()
    assert "".join(review.locator("mark.is-current").all_inner_texts()) == "need a quote for 12 GTX Pro"


@pytest.mark.parametrize(
    ("key", "line"), [("j", "c3"), ("ArrowDown", "c3"), ("k", "c1"), ("ArrowUp", "c1"), ("Home", "c1"), ("End", "c9")]
)
def test_keys_move_between_lines(review: Page, key: str, line: str) -> None:
    review.keyboard.press(key)
    expect(review.locator(CURRENT)).to_have_attribute("data-line", line)


def test_moving_past_the_last_line_stays(review: Page) -> None:
    for key in ("End", "j", "j"):
        review.keyboard.press(key)
    expect(review.locator(CURRENT)).to_have_attribute("data-line", "c9")


def test_click_on_a_quote_goes_to_its_line(review: Page) -> None:
    review.get_by_text("our budget is about").first.click()
    expect(review.locator(CURRENT)).to_have_attribute("data-line", "c4")
    expect(review.locator("#proposal-p2")).to_have_class(re.compile("is-current"))


# --- decisions ---


def test_enter_approves_and_brings_the_next_card(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("Enter")
    decided(review)
    assert [(d["id"], d["verb"]) for d in decisions] == [("p1", "approve")]
    expect(review.locator(CURRENT)).to_be_focused()
    expect(review.locator("#announcer")).to_have_text("The second card.")


def test_decision_tells_how_long_it_took(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("Enter")
    decided(review)
    assert int(decisions[0]["elapsed_ms"]) > 0


def test_enter_decides_the_proposal_of_the_current_line(review: Page, decisions: list[dict[str, str]]) -> None:
    review.locator("[data-line=c5]").click()
    review.keyboard.press("Enter")
    decided(review)
    assert decisions[0]["id"] == "p2"


def test_enter_does_nothing_when_approval_is_blocked(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("End")
    review.keyboard.press("Enter")
    review.keyboard.press("s")
    decided(review)
    assert [d["verb"] for d in decisions] == ["skip"]


def test_reject_asks_for_one_of_eight_reasons(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("x")
    review.keyboard.press("2")
    decided(review)
    assert (decisions[0]["verb"], decisions[0]["reason"]) == ("reject", "Not in the text")


def test_digits_do_nothing_before_reject(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("2")
    review.keyboard.press("s")
    decided(review)
    assert [d["verb"] for d in decisions] == ["skip"]


def test_escape_leaves_the_reasons(review: Page) -> None:
    review.keyboard.press("x")
    review.keyboard.press("Escape")
    expect(review.locator(".proposal.is-current .menu-panel")).to_be_hidden()
    expect(review.locator(".proposal.is-current summary")).to_be_focused()


def test_undo_takes_the_last_decision_back(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("z")
    decided(review)
    assert (decisions[0]["id"], decisions[0]["verb"]) == ("p0", "undo")


def test_edit_keeps_letters_in_the_box_and_escape_gives_up(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("e")
    first = review.locator("#value-c1")
    expect(first).to_be_focused()
    review.keyboard.type("xsz")
    expect(first).to_have_value("María González Ruizxsz")
    review.keyboard.press("Escape")
    expect(review.locator("[data-line=c1]")).to_be_visible()
    assert decisions == []


def test_edited_values_are_sent(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("e")
    review.locator("#value-c1").fill("María González")
    review.keyboard.press("Enter")
    decided(review)
    assert (decisions[0]["verb"], decisions[0]["value-c1"]) == ("edit", "María González")


def test_held_key_decides_once(review: Page, decisions: list[dict[str, str]]) -> None:
    for _ in range(5):
        review.keyboard.down("Enter")
    review.keyboard.up("Enter")
    decided(review)
    assert len(decisions) == 1


def test_keys_with_a_modifier_belong_to_the_browser(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("Control+x")
    review.keyboard.press("Alt+s")
    expect(review.locator(".proposal.is-current .menu-panel")).to_be_hidden()
    assert decisions == []


# --- the answer, before and without it ---


def hold(tab: Page, pattern: str) -> list[Route]:
    """Keep requests waiting until the test lets them go."""
    waiting: list[Route] = []
    tab.route(pattern, lambda route: waiting.append(route))
    return waiting


def test_next_card_is_there_before_the_answer_and_takes_no_keys(
    tab: Page, site: str, decisions: list[dict[str, str]]
) -> None:
    tab.goto(f"{site}/samples/hostile/")
    tab.wait_for_load_state("networkidle")
    waiting = hold(tab, "**/approve/")
    tab.keyboard.press("Enter")
    expect(tab.locator(".card-preview .source h2")).to_contain_text("The second card")
    tab.keyboard.press("s")
    waiting[0].continue_()
    decided(tab)
    expect(tab.locator(".card-preview")).to_have_count(0)
    assert [d["verb"] for d in decisions] == ["approve"]


def test_refusal_says_why_and_leaves_the_card(review: Page) -> None:
    review.keyboard.press("x")
    review.keyboard.press("8")
    expect(review.locator(".toast")).to_contain_text("Somebody else decided this a moment ago.")
    expect(review.locator(CURRENT)).to_have_count(1)
    expect(review.locator(".source h2")).to_contain_text("Quote for three plants")


def test_lost_connection_says_so_and_leaves_the_card(tab: Page, site: str, decisions: list[dict[str, str]]) -> None:
    tab.goto(f"{site}/samples/hostile/")
    tab.wait_for_load_state("networkidle")
    tab.route("**/approve/", lambda route: route.abort())
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("The server did not answer.")
    expect(tab.locator(".source h2")).to_contain_text("Invoice")
    tab.unroute("**/approve/")
    tab.keyboard.press("Enter")
    decided(tab)
    assert len(decisions) == 1


# --- help, places, search, switching keys off ---


def test_buttons_show_their_keys(review: Page) -> None:
    shown = review.locator(".proposal.is-current .decide > * kbd:visible, .last-decision kbd").all_inner_texts()
    assert sorted(shown) == sorted(["↵", "x", "e", "s", "z"])


def test_two_keys_go_to_a_place(review: Page) -> None:
    review.keyboard.press("g")
    review.keyboard.press("i")
    review.wait_for_url("**/samples/interactions/")


def test_slash_goes_to_the_search(review: Page) -> None:
    review.keyboard.press("/")
    expect(review.get_by_label("Search everything")).to_be_focused()
    expect(review.get_by_label("Search everything")).to_have_value("")


def test_single_keys_can_be_switched_off_and_stay_off(review: Page, decisions: list[dict[str, str]]) -> None:
    review.keyboard.press("?")
    review.get_by_label("Single keys are on").uncheck()
    review.reload()
    review.keyboard.press("s")
    review.keyboard.press("x")
    expect(review.locator(".proposal.is-current .menu-panel")).to_be_hidden()
    assert decisions == []


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_theme_is_remembered_and_set_before_the_first_paint(review: Page, choice: str) -> None:
    review.locator("summary.avatar").click()
    review.locator(f"[data-theme-choice={choice}]").click()
    review.add_init_script(
        "new MutationObserver(() => { if (document.body) window.atBody ??= document.documentElement.dataset.theme })"
        ".observe(document, {childList: true, subtree: true})"
    )
    review.reload()
    assert review.evaluate("window.atBody") == choice


# --- by finger ---


def swipe(tab: Page, dx: int, dy: int = 0) -> None:
    session = tab.context.new_cdp_session(tab)
    x, y = 195, 300

    def touch(kind: str, *points: dict[str, Any]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for part in range(1, 9):
        touch("touchMove", {"x": x + dx * part / 8, "y": y + dy * part / 8})
    touch("touchEnd")


@pytest.fixture
def phone(new_tab: Callable[..., Page], site: str, decisions: list[dict[str, str]]) -> Page:
    tab = new_tab(PHONE, has_touch=True, is_mobile=True)
    tab.goto(f"{site}/samples/review/")
    tab.wait_for_load_state("networkidle")
    return tab


def test_swipe_right_approves(phone: Page, decisions: list[dict[str, str]]) -> None:
    swipe(phone, 150)
    decided(phone)
    assert decisions[0]["verb"] == "approve"


def test_swipe_left_asks_for_the_reason(phone: Page, decisions: list[dict[str, str]]) -> None:
    swipe(phone, -150)
    expect(phone.locator(".proposal.is-current .menu-panel")).to_be_visible()
    assert decisions == []


@pytest.mark.parametrize(("dx", "dy"), [(40, 0), (120, 110), (0, -200)])
def test_short_and_slanting_moves_decide_nothing(
    phone: Page, decisions: list[dict[str, str]], dx: int, dy: int
) -> None:
    swipe(phone, dx, dy)
    expect(phone.locator(".proposal.is-current .menu-panel")).to_be_hidden()
    assert decisions == []


def test_phone_keeps_the_decision_in_sight(phone: Page) -> None:
    expect(phone.get_by_role("button", name="Approve & next").first).to_be_in_viewport()
    phone.mouse.wheel(0, 900)
    expect(phone.get_by_role("button", name="Approve & next").first).to_be_in_viewport()
    expect(phone.get_by_role("button", name="Undo")).to_be_in_viewport()


def test_phone_reaches_the_queue(phone: Page) -> None:
    expect(phone.locator("#queue")).to_be_hidden()
    phone.get_by_role("link", name="Queue").click()
    expect(phone.locator("#queue")).to_be_visible()
    phone.get_by_role("link", name="Close the list").click()
    expect(phone.locator("#queue")).to_be_hidden()


# --- without scripts ---


@pytest.mark.parametrize("verb", ["Approve & next", "Skip"])
def test_decides_without_scripts(
    new_tab: Callable[..., Page], site: str, decisions: list[dict[str, str]], verb: str
) -> None:
    tab = new_tab(java_script_enabled=False)
    tab.goto(f"{site}/samples/review/")
    tab.get_by_role("button", name=verb).first.click()
    expect(tab.locator(".source h2")).to_contain_text("The second card")
    assert decisions[0]["id"] == "p1"


def test_rejects_without_scripts(new_tab: Callable[..., Page], site: str, decisions: list[dict[str, str]]) -> None:
    tab = new_tab(java_script_enabled=False)
    tab.goto(f"{site}/samples/review/")
    tab.locator(".decide summary").first.click()
    tab.get_by_role("button", name="Out of date").first.click()
    expect(tab.locator(".source h2")).to_contain_text("The second card")
    assert decisions[0]["reason"] == "Out of date"


def test_nothing_that_needs_scripts_shows_without_them(new_tab: Callable[..., Page], site: str) -> None:
    tab = new_tab(java_script_enabled=False)
    tab.goto(f"{site}/samples/review/")
    for element in tab.locator(".needs-js").all():
        expect(element).to_be_hidden()
