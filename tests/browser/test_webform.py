"""The public page of a web form in a real browser: with and without scripts, and framed by a named site only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crmllm.access.models import User
from crmllm.ingestion.models import Interaction, WebForm
from crmllm.ingestion.webforms import fields, services
from tests.browser.conftest import PHONE, violations

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)

LINES = "Your name * : name\nE-mail * : email\nYour message * : message\nMay we write to you? : consent"


@pytest.fixture
def form(admin: User, monkeypatch: pytest.MonkeyPatch, live_server: Any, settings: Any) -> WebForm:
    monkeypatch.setattr(services, "FASTEST_SECONDS", 0)  # a browser that is driven types faster than people
    settings.SITE_URL = live_server.url
    return services.create_form(actor=admin, name="Request a quote", fields=fields.parse(LINES))[0]


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_fills_it_in_by_keyboard(new_tab: Callable[..., Page], form: WebForm, scripts: bool) -> None:
    tab = new_tab(None, PHONE, java_script_enabled=scripts)
    tab.goto(f"/forms/{form.public_id}/")
    tab.get_by_label("Your name").focus()
    for words in ("Anna Nowak", "anna@fabryka.example", "We need two laser cells."):
        tab.keyboard.type(words)
        tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Send")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status")).to_contain_text("Thank you")
    row = Interaction.objects.get()
    assert row.content
    assert row.content.open()["fields"][-1] == ["May we write to you?", "yes"]
    assert row.reason_code == ""  # nobody reaches the field that is a trap
    assert tab.complaints == []  # type: ignore[attr-defined]


def test_mistakes_are_said_beside_the_field(new_tab: Callable[..., Page], form: WebForm) -> None:
    tab = new_tab(None)
    tab.goto(f"/forms/{form.public_id}/")
    tab.get_by_label("Your name").fill("Anna")
    tab.get_by_role("button", name="Send").click()
    expect(tab.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(tab.get_by_label("Your name")).to_have_value("Anna")
    assert violations(tab) == []
    tab.emulate_media(color_scheme="dark")
    assert violations(tab) == []


@pytest.fixture
def other_site(form: WebForm, live_server: Any) -> Iterator[str]:
    """Another web site with the snippet on every page."""
    page = f'<iframe src="{live_server.url}/forms/{form.public_id}/" title="form"></iframe>'.encode()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_only_a_named_site_may_frame_it(new_tab: Callable[..., Page], form: WebForm, other_site: str) -> None:
    stranger = new_tab(None)
    stranger.goto(other_site)
    assert stranger.frame_locator("iframe").get_by_role("button", name="Send").count() == 0
    assert "frame-ancestors" in " ".join(stranger.complaints)  # type: ignore[attr-defined]
    WebForm.objects.update(origins=[other_site])
    tab = new_tab(None)
    tab.goto(other_site)
    expect(tab.frame_locator("iframe").get_by_role("button", name="Send")).to_be_visible()
