"""A real Chromium before the real pages, served with a real database."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect, sync_playwright

from crmllm.access.models import User
from crmllm.ingestion.models import Interaction
from crmllm.proposals.models import Proposal
from tests.support import factories

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


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder: Playwright's loop must not outlive it, or async tests elsewhere find it running.

    Its loop runs in the thread of the tests, which Django would take for a coroutine that asks the database.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        expect.set_options(timeout=15_000)
        yield browser
        browser.close()


@contextmanager
def answering(server: Any) -> Iterator[Callable[[], None]]:
    """Follows the server's connections; the function waits for the end of the last: a request that outlives its tab
    would meet the emptying of the tables and lock them crosswise.

    Connections, not requests: what a tab asked for at its very end may have come and not have been begun.
    """
    came, held, changed = set[Any](), set[Any](), threading.Condition()
    begin, end = server.process_request, server.shutdown_request

    def begins(connection: Any, caller: Any) -> None:
        with changed:
            came.add(caller)
            held.add(connection)
        begin(connection, caller)

    def ends(connection: Any) -> None:
        end(connection)
        with changed:
            held.discard(connection)
            changed.notify_all()

    def rest() -> None:
        with socket.create_connection(server.server_address) as last:  # they are taken in the order in which they come
            own = last.getsockname()
        with changed:
            assert changed.wait_for(lambda: own in came and not held, timeout=30), "a request is never answered"

    with patch.multiple(server, process_request=begins, shutdown_request=ends):
        yield rest


@pytest.fixture
def new_tab(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Opens a tab for somebody; what its console says is in ``tab.complaints`` (content policy, script errors)."""
    opened: list[BrowserContext] = []

    def make(user: User | None = None, viewport: Any = WIDE, **options: Any) -> Page:
        context = chromium.new_context(viewport=viewport, base_url=live_server.url, **options)
        opened.append(context)
        if user is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": _session(user), "url": live_server.url}]
            )
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

    with answering(live_server.thread.httpd) as rest:
        yield make
        for context in opened:
            context.close()
        rest()


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def deal() -> dict[str, Proposal]:
    """The newest message: it makes an account, a contact, an opportunity and a next action of it."""
    return factories.proposals()


@pytest.fixture
def other() -> Interaction:
    """The message behind it."""
    return factories.next_action(
        subject=factories.Sealed.of("The second card", (key := factories.new_key())), key_id=key
    )


def violations(tab: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE)
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{item['id']}: {node['html'][:200]}" for item in found for node in item["nodes"]]


def state(proposal: Proposal) -> str:
    """The state of a proposal, as the database has it."""
    return Proposal.objects.get(pk=proposal.pk).state
