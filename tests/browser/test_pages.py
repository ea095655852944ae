"""Every page as it is: wide and on a phone, light and dark. The browser and axe have nothing to complain about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, resolve, reverse
from playwright.sync_api import Page, expect

from crmllm.access.models import User
from crmllm.proposals.models import Proposal
from tests.browser import scene
from tests.browser.conftest import PHONE, WIDE, violations

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)

#: What has an address but is no page of ours: doors of programs and fragments, files, and what only takes a form.
NO_PAGES = (
    "api", "social:", "schema", "healthz", "readyz", "metrics", "model-status", "ingestion:attachment", "forms:token",
)  # fmt: skip
FRAGMENTS = {
    "connectors:callback", "review:peek", "review:following", "ingestion:html", "notifications:open", "crm:index",
}  # fmt: skip


def look_at(tab: Page, path: str) -> list[str]:
    """Goes to a page and lists what is wrong with it, in both themes and on a phone."""
    said: list[str] = tab.complaints  # type: ignore[attr-defined]
    said.clear()
    tab.set_viewport_size(WIDE)  # type: ignore[arg-type]
    tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    answer = tab.goto(path)
    assert answer is not None
    wrong = [] if answer.status == 200 else [f"status {answer.status}"]
    wrong += violations(tab)
    tab.emulate_media(color_scheme="dark")
    wrong += [f"dark: {line}" for line in violations(tab)]
    tab.set_viewport_size(PHONE)  # type: ignore[arg-type]
    width = tab.evaluate("document.documentElement.scrollWidth")
    wrong += [f"{width} px wide on a phone"] if width > PHONE["width"] else []
    return wrong + said


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """The names of all addresses."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield space + entry.name


def test_every_page_is_accessible_and_keeps_the_content_policy(
    new_tab: Callable[..., Page], admin: User, reviewer: User
) -> None:
    pages = scene.build(admin, reviewer)
    tab = new_tab(admin)
    wrong = [f"{what}: {line}" for what, path in pages.items() for line in look_at(tab, path)]
    assert "\n".join(wrong) == ""

    assert look_at(new_tab(), "/login/") == []
    visited = {resolve(path.partition("?")[0]).view_name for path in pages.values()} | {"login"}
    client = Client()
    client.force_login(admin)
    assert [name for name in set(names(get_resolver())) - visited - FRAGMENTS if shows_a_page(client, name)] == []


def shows_a_page(client: Client, name: str) -> bool:
    """Whether an address is for people to look at: it does not only take a form, and is no door of programs."""
    if name.startswith(NO_PAGES):
        return False
    pk = "00000000-0000-7000-8000-000000000000"
    for arguments in ([], [pk], [pk, pk], [pk, pk, pk], ["read", pk], ["read"], ["read", 1], ["read", 1, pk]):
        with suppress(NoReverseMatch):
            return client.get(reverse(name, args=arguments)).status_code != 405
    return True


def test_axe_and_the_policy_would_complain(new_tab: Callable[..., Page], admin: User) -> None:
    tab = new_tab(admin)
    tab.goto("/")
    tab.evaluate("document.querySelector('h1').remove()")
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    assert any("page-has-heading-one" in line for line in violations(tab))
    assert any("Content Security Policy" in line for line in tab.complaints)  # type: ignore[attr-defined]


def test_what_opens_is_accessible_too(new_tab: Callable[..., Page], reviewer: User, deal: dict[str, Proposal]) -> None:
    tab = new_tab(reviewer)
    tab.goto("/review/")
    tab.wait_for_load_state("networkidle")
    tab.keyboard.press("?")
    expect(tab.locator("#help")).to_be_visible()
    assert violations(tab) == []
    tab.keyboard.press("Escape")
    tab.keyboard.press("x")
    expect(tab.locator(".is-current .menu-panel")).to_be_visible()
    assert violations(tab) == []


@pytest.mark.parametrize("path", ["/nothing/", "/records/planet/"])
def test_what_is_not_there_is_told_in_our_own_words(new_tab: Callable[..., Page], admin: User, path: str) -> None:
    tab = new_tab(admin)
    answer = tab.goto(path)
    assert answer is not None and answer.status == 404
    assert violations(tab) == []
    expect(tab.get_by_role("link", name="To the home page")).to_be_visible()


def test_people_log_in_with_a_form(new_tab: Callable[..., Page], reviewer: User) -> None:
    tab = new_tab()
    tab.goto("/review/")
    tab.get_by_label("Username").fill("rita")
    tab.get_by_label("Password").fill("wrong")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_be_visible()
    assert violations(tab) == []
    tab.get_by_label("Username").fill("rita")
    tab.get_by_label("Password").fill("a-long-password")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/review/")
