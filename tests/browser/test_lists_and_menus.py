"""Lists, menus and forms, as a person uses them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from crmllm.access.models import User
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services
from crmllm.writeback.models import Writeback
from tests.support import factories
from tests.support.mails import mail

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)


@pytest.fixture
def shown(new_tab: Callable[..., Page], admin: User) -> Page:
    """The list of interactions, with three rows."""
    for minute in range(3):
        factories.next_action(minute)
    tab = new_tab(admin)
    tab.goto("/interactions/")
    return tab


def test_rows_are_selected_and_counted(shown: Page) -> None:
    bar, count = shown.locator(".bulk-bar"), shown.locator("[data-selected-count]")
    expect(bar).to_be_hidden()
    shown.locator("tbody input[type=checkbox]").nth(0).check()
    shown.locator("tbody input[type=checkbox]").nth(2).check()
    expect(bar).to_be_visible()
    expect(count).to_have_text("2")
    shown.locator("[data-select-all]").check()
    expect(count).to_have_text("3")
    shown.locator("[data-select-all]").uncheck()
    expect(bar).to_be_hidden()


def test_what_cannot_be_undone_asks_first(shown: Page) -> None:
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    shown.on("dialog", refuse)
    shown.locator("tbody input[type=checkbox]").first.check()
    shown.get_by_role("button", name="Run again").click()
    assert len(asked) == 1
    expect(shown.locator(".bulk-bar")).to_be_visible()
    assert not Interaction.objects.filter(status="received").exists()


def test_filters_stand_in_the_address_and_search_words_do_not(shown: Page) -> None:
    shown.get_by_label("Kind").select_option("email")
    shown.wait_for_url("**kind=email**")
    shown.get_by_label("Search in Interactions").fill("maria.ruiz@betasoloin.example")
    shown.keyboard.press("Enter")
    shown.wait_for_url("**s=**")
    assert "maria" not in shown.url


def test_one_menu_at_a_time_and_a_click_beside_closes_it(shown: Page) -> None:
    shown.get_by_text("Save view").click()
    shown.locator("summary.avatar").click()
    assert shown.locator("details.menu[open]").count() == 1
    shown.locator("h1").click()
    assert shown.locator("details.menu[open]").count() == 0


def test_the_first_tab_skips_to_the_content(shown: Page) -> None:
    shown.keyboard.press("Tab")
    expect(shown.get_by_text("Skip to the content")).to_be_focused()
    shown.keyboard.press("Enter")
    expect(shown.locator("#main")).to_be_focused()


def test_files_are_added_from_the_title_line(shown: Page) -> None:
    shown.get_by_text("Add messages").click()
    files = shown.get_by_label("Mails, transcripts, notes or documents")
    files.set_input_files({"name": "one.eml", "mimeType": "message/rfc822", "buffer": mail()})
    shown.get_by_role("button", name="Take in").click()
    shown.wait_for_url("**/interactions/upload/*/")
    expect(shown.locator("h1")).to_contain_text("one.eml")


def test_a_write_that_failed_is_tried_again_or_given_up(new_tab: Callable[..., Page], admin: User) -> None:
    rows = []
    for minute in range(2):
        proposal = factories.next_action(minute).proposals.get()
        services.approve(user=admin, proposal=proposal)
        rows.append(Writeback.objects.get(proposal=proposal))
    Writeback.objects.update(state="failed", attempts=5, error_message="The CRM refused it.")
    tab = new_tab(admin)
    for button in ("Retry", "Give up"):
        tab.goto("/jobs/")
        expect(tab.locator("#work")).to_contain_text("The CRM refused it.")
        tab.get_by_role("button", name=button, exact=True).first.click()
        expect(tab.locator(".toast")).to_be_visible()
    assert sorted(Writeback.objects.values_list("state", flat=True)) == ["cancelled", "waiting"]
