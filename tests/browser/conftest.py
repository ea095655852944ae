"""A real Chromium over the sample pages: no view and no row is needed, every state of a page can be shown."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from importlib import resources
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

from tests.support import sample_pages

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the tests look at what the browser says."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a test module: Playwright's loop must not outlive it, or async tests elsewhere find it running."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the sample pages."""
    with override_settings(ROOT_URLCONF="tests.support.sample_pages"):
        server = make_server("127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()), Server, Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def new_tab(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a tab; what its console says is in ``tab.complaints`` (content policy, script errors, missing files)."""
    opened: list[BrowserContext] = []

    def make(viewport: Any = WIDE, **options: Any) -> Page:
        context = chromium.new_context(viewport=viewport, **options)
        opened.append(context)
        tab = context.new_page()
        said: list[str] = []
        tab.complaints = said  # type: ignore[attr-defined]

        def on_console(message: ConsoleMessage) -> None:
            said.append(message.text)

        def on_error(error: Error) -> None:
            said.append(str(error))

        tab.on("console", on_console)
        tab.on("pageerror", on_error)
        return tab

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def tab(new_tab: Callable[..., Page]) -> Page:
    return new_tab()


@pytest.fixture
def decisions() -> list[dict[str, str]]:
    """What the sample site's decision forms sent in this test."""
    sample_pages.DECISIONS.clear()
    return sample_pages.DECISIONS


def violations(tab: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    tab.evaluate(AXE)
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{item['id']}: {node['html'][:200]}" for item in found for node in item["nodes"]]
