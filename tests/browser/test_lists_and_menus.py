"""Lists, menus and toasts, as a person uses them."""

import pytest
from playwright.sync_api import Dialog, Page, expect


@pytest.fixture
def shown(tab: Page, site: str) -> Page:
    tab.goto(f"{site}/samples/interactions/")
    return tab


def test_bulk_bar_comes_with_the_first_row_and_counts(shown: Page) -> None:
    bar = shown.locator(".bulk-bar")
    expect(bar).to_be_hidden()
    boxes = shown.locator("tbody input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(3).check()
    expect(bar).to_be_visible()
    expect(shown.locator("[data-selected-count]")).to_have_text("2")


def test_select_all_takes_the_page(shown: Page) -> None:
    shown.locator("[data-select-all]").check()
    expect(shown.locator("[data-selected-count]")).to_have_text("16")
    shown.locator("[data-select-all]").uncheck()
    expect(shown.locator(".bulk-bar")).to_be_hidden()


def test_bulk_action_asks_first(shown: Page) -> None:
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    shown.on("dialog", refuse)
    shown.locator("tbody input[type=checkbox]").first.check()
    shown.get_by_role("button", name="Run again").click()
    assert asked == ["Sure?"]
    expect(shown.locator(".bulk-bar")).to_be_visible()


def test_filter_stands_in_the_address(shown: Page) -> None:
    shown.get_by_label("Kind").select_option("email")
    shown.wait_for_url("**kind=email**")


def test_one_menu_at_a_time_and_a_click_beside_closes_it(shown: Page) -> None:
    shown.get_by_text("Save view").click()
    shown.locator("summary.avatar").click()
    assert shown.locator("details.menu[open]").count() == 1
    shown.locator("h1").click()
    assert shown.locator("details.menu[open]").count() == 0


def test_first_tab_skips_to_the_content(shown: Page) -> None:
    shown.keyboard.press("Tab")
    expect(shown.get_by_text("Skip to the content")).to_be_focused()
    shown.keyboard.press("Enter")
    expect(shown.locator("#main")).to_be_focused()
