"""Prism as a proxy with an OpenAPI document: between the wire, which may fail, and the application behind it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from starlette.concurrency import run_in_threadpool

from crmllm.core.runtime.home import free_port
from tests.support.crm_server import App, Receive, Scope, Send, serving
from tests.support.faults import read_body, replay

PROGRAM = Path(__file__).parent.parent / "node" / "node_modules" / ".bin" / "prism"
TICKET = "x-onlooker-ticket"
STARTS_IN = 60.0
_OWN = {b"host", b"content-length", b"connection", b"accept-encoding", b"transfer-encoding"}


@dataclass
class _Visit:
    """One request on its way: the application that it is for, and what that answers."""

    app: App
    scope: Scope
    messages: list[Scope] = field(default_factory=list)


class Behind:
    """The server behind Prism: hands each request to the application that its ticket names."""

    def __init__(self) -> None:
        self._numbers, self._lock = count(1), threading.Lock()
        self._visits: dict[str, _Visit] = {}

    def enter(self, visit: _Visit) -> str:
        with self._lock:
            number = str(next(self._numbers))
            self._visits[number] = visit
        return number

    def leave(self, number: str) -> None:
        with self._lock:
            del self._visits[number]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await read_body(receive)
        number = next((value.decode() for name, value in scope["headers"] if name.decode() == TICKET), "")
        visit = self._visits.get(number)
        if visit is None:  # somebody asks whether we are there
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return

        async def keep(message: Scope) -> None:
            visit.messages.append(message)
            await send(message)

        await visit.app(visit.scope, replay(body, receive), keep)


@dataclass
class Prism:
    """A running Prism with one document, and what it found: each violation with how often."""

    name: str
    url: str
    behind: Behind
    below: str = ""
    passed: int = 0
    found: Counter[str] = field(default_factory=Counter)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    def part(self, path: str) -> str | None:
        """The address as the document has it; None for one that is not below it."""
        match = re.match(self.below, path)
        return path[match.end() :].rstrip("/") or "/" if match else None

    def between(self, app: App) -> App:
        """The application with Prism in front of it."""

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            part = self.part(scope["raw_path"].decode()) if scope["type"] == "http" else None
            if part is None or "/__control__/" in part:
                await app(scope, receive, send)
                return
            visit = _Visit(app, scope)
            number = self.behind.enter(visit)
            try:
                await run_in_threadpool(self._pass, part, number, scope, await read_body(receive))
            finally:
                self.behind.leave(number)
            for message in visit.messages:
                await send(message)

        return wrapped

    def _pass(self, part: str, number: str, scope: Scope, body: bytes) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name not in _OWN]
        query = scope["query_string"].decode()
        url = f"{self.url}{part}?{query}" if query else f"{self.url}{part}"
        answer = self.client.request(
            scope["method"], url, headers=[*headers, (TICKET.encode(), number.encode())], content=body
        )
        self.passed += 1
        for one in json.loads(answer.headers.get("sl-violations", "[]")):
            self.found[_line(scope["method"], part, one)] += 1


def _line(method: str, part: str, violation: dict[str, Any]) -> str:
    place = ".".join(str(one) for one in violation["location"] if not str(one).isdigit())
    said = re.sub(r"[.]\d+[.]", ".", violation["message"])
    return f"{method} {kind(part)} {place}: {said}"


def kind(part: str) -> str:
    """The address without ids, so that the same fault of a document is one line."""
    return re.sub(r"/(\d+|[\w-]*\d[\w-]{9,})(?=/|$)", "/{id}", part)


@contextmanager
def looking_on(documents: dict[str, tuple[Path, str]]) -> Iterator[dict[str, Prism]]:
    """A Prism for each document (name: file, and the pattern of what it is below), all started at once."""
    behind = Behind()
    with ExitStack() as stack:
        address = stack.enter_context(serving(behind))
        found = {}
        for name, (document, below) in documents.items():
            port = free_port()
            stack.enter_context(_process(document, port, address))
            found[name] = Prism(name, f"http://127.0.0.1:{port}", behind, below)
        for one in found.values():
            _wait_for(one)
        yield found


@contextmanager
def _process(document: Path, port: int, address: str) -> Iterator[None]:
    process = subprocess.Popen(
        [PROGRAM, "proxy", "-h", "127.0.0.1", "-p", str(port), document, address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait_for(prism: Prism) -> None:
    ends = time.monotonic() + STARTS_IN
    while True:
        try:
            httpx.get(prism.url, timeout=5)
            return
        except httpx.TransportError:
            if time.monotonic() > ends:
                raise RuntimeError(f"Prism did not start with {prism.name}.") from None
            time.sleep(0.1)
