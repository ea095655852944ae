"""Every template, wide and on a phone, light and dark: the browser and axe have nothing to complain about."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, WIDE, violations
from tests.support.sample_pages import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_keeps_the_content_policy(name: str, new_tab: Callable[..., Page], site: str) -> None:
    for viewport, theme in ((WIDE, "light"), (WIDE, "dark"), (PHONE, "light")):
        tab = new_tab(viewport, color_scheme=theme)
        answer = tab.goto(f"{site}/samples/{name}/")
        tab.wait_for_load_state("networkidle")
        assert answer is not None and answer.status == 200
        assert tab.complaints == []  # type: ignore[attr-defined]
        assert violations(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        tab.close()


def test_axe_would_complain(tab: Page, site: str) -> None:
    tab.goto(f"{site}/samples/review/")
    tab.evaluate("document.querySelector('h1').remove()")
    assert any("page-has-heading-one" in line for line in violations(tab))


def test_content_policy_would_complain(tab: Page, site: str) -> None:
    tab.goto(f"{site}/samples/review/")
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    assert any("Content Security Policy" in line for line in tab.complaints)  # type: ignore[attr-defined]


def test_help_dialog_is_accessible(tab: Page, site: str) -> None:
    tab.goto(f"{site}/samples/review/")
    tab.keyboard.press("?")
    assert tab.locator("#help").is_visible()
    assert violations(tab) == []


def test_reasons_are_accessible(tab: Page, site: str) -> None:
    tab.goto(f"{site}/samples/review/")
    tab.keyboard.press("x")
    assert violations(tab) == []
