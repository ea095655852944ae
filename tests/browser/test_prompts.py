"""The pages of prompts, and one that only an answer to a question shows: axe has nothing to complain about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from crmllm.access.models import User
from crmllm.llm import prompts
from tests.browser.conftest import violations
from tests.browser.test_pages import look_at
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)


@pytest.fixture(autouse=True)
def _stored() -> None:
    """A test before may have emptied the tables."""
    prompts.load()


def test_writing_comparing_and_trying(new_tab: Callable[..., Page], admin: User, settings: Any) -> None:
    settings.LLM, settings.LLM_BASE_URL = "none", ""
    factories.interaction()
    tab = new_tab(admin)
    name = "extract-mail"
    for path in (
        reverse("llm:prompts"),
        reverse("llm:version", args=[name, 5]),
        reverse("llm:write", args=[name, 5]),
        reverse("llm:compare", args=[name]),
        reverse("llm:try", args=[name, 5]),
    ):
        assert look_at(tab, path) == [], path
    tab.get_by_role("button", name="Ask").first.click()
    expect(tab.get_by_text("No model is set up (LLM=none).", exact=True)).to_be_visible()
    expect(tab.get_by_role("heading", name="What is read from it")).to_be_visible()
    assert violations(tab) == []
    assert tab.complaints == []  # type: ignore[attr-defined]


def test_a_version_is_written_from_the_keyboard(new_tab: Callable[..., Page], admin: User) -> None:
    tab = new_tab(admin)
    tab.goto(reverse("llm:write", args=["extract-mail", 5]))
    tab.get_by_label("Note").fill("In fewer words")
    tab.get_by_label("User").fill("Mail: {text} {customer}")
    tab.get_by_role("button", name="Save").press("Enter")
    expect(tab.get_by_text("Nobody fills in {customer}.")).to_be_visible()
    assert violations(tab) == []
    tab.get_by_label("User").fill("Mail: {text}")
    tab.get_by_role("button", name="Save").press("Enter")
    expect(tab.get_by_role("heading", name="extract-mail · Version 1001")).to_be_visible()
