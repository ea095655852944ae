"""What goes wrong between a client and a CRM, on order: for a certain request, or at a seeded random rate.

A vendor's server is wrapped: `Wire(app, faults)`. It logs every request, and asks the plan what becomes of it. Tests
plan in Python (`faults.plan("reset_after", times=2, method="POST", path="/sobjects/")`) or, when the server is a
process of its own, over HTTP: POST /__control__/faults, POST /__control__/mix, GET and DELETE /__control__/log.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.support.crm_server import RESET, App, Receive, Scope, Send

CONTROL = "/__control__/"

# Faults of the network, which every vendor has; a vendor adds answers of its own and kinds that its code carries out.
HANG, RESET_BEFORE, RESET_AFTER = "hang", "reset_before", "reset_after"
NETWORK = {HANG, RESET_BEFORE, RESET_AFTER}


@dataclass(frozen=True)
class Answer:
    """An answer that a vendor gives instead of doing anything."""

    status: int
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def raw(self) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        is_text = isinstance(self.body, str)
        content = (self.body if is_text else json.dumps(self.body)).encode()
        kind = "text/html; charset=utf-8" if is_text else "application/json; charset=utf-8"
        headers = {"content-type": kind, "content-length": str(len(content)), **self.headers}
        return content, [(name.lower().encode(), value.encode()) for name, value in headers.items()]


@dataclass
class Planned:
    """The next `times` matching requests, after `skip` that pass, meet this kind of fault."""

    kind: str
    times: int = 1
    method: str = ""
    path: str = ""
    skip: int = 0

    def matches(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in ("", method) and re.search(self.path, path) is not None


@dataclass(frozen=True)
class Seen:
    """One line of the log."""

    method: str
    path: str
    query: str
    body: bytes
    headers: Mapping[str, str]
    fault: str | None
    status: int  # 0: there was no answer


class Faults:
    """The plan. Order counts: the first planned fault that matches is taken; chance comes last."""

    def __init__(self, answers: Mapping[str, Answer], carried_out: Sequence[str] = ()) -> None:
        self.answers = answers
        self.kinds = NETWORK | set(answers) | set(carried_out)
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._planned: list[Planned] = []
            self._share, self._mixed, self._where = 0.0, [""], ""
            self._chance = random.Random(0)

    def plan(self, kind: str, times: int = 1, method: str = "", path: str = "", skip: int = 0) -> None:
        """The next matching requests fail; `path` is a regular expression searched in path and query."""
        self._known([kind])
        with self._lock:
            self._planned.append(Planned(kind, times, method.upper(), path, skip))

    def mix(self, share: float, kinds: Sequence[str], seed: int = 1, path: str = "") -> None:
        """This share of all matching requests fails, in one of these ways, the same way for the same seed."""
        self._known(kinds)
        with self._lock:
            self._share, self._mixed, self._where, self._chance = share, list(kinds), path, random.Random(seed)

    def take(self, method: str, path: str) -> str | None:
        """What becomes of this request."""
        with self._lock:
            for planned in self._planned:
                if planned.matches(method, path):
                    if planned.skip:
                        planned.skip -= 1
                        continue
                    planned.times -= 1
                    return planned.kind
            if self._share and re.search(self._where, path) and self._chance.random() < self._share:
                return self._chance.choice(self._mixed)
            return None

    def left(self) -> int:
        """How many planned faults nobody has met yet: a test that planned one can see that it happened."""
        with self._lock:
            return sum(planned.times for planned in self._planned)

    def _known(self, kinds: Sequence[str]) -> None:
        unknown = set(kinds) - self.kinds
        if unknown:
            raise ValueError(f"No such fault: {', '.join(sorted(unknown))}")


class Wire:
    """A vendor's application with the log and the faults around it."""

    def __init__(self, app: App, faults: Faults) -> None:
        self.app, self.faults = app, faults
        self.log: list[Seen] = []

    def count(self, method: str = "", path: str = "") -> int:
        """How many requests of this kind came in."""
        return sum(seen.method.startswith(method) and bool(re.search(path, seen.path)) for seen in self.log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await read_body(receive)
        if scope["path"].startswith(CONTROL):
            await self._control(scope, body, receive, send)
            return
        method, path, query = scope["method"], scope["path"], scope["query_string"].decode()
        fault = self.faults.take(method, f"{path}?{unquote(query)}" if query else path)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}

        def note(status: int) -> None:
            self.log.append(Seen(method, path, query, body, headers, fault, status))

        await self._carry_out(fault, scope, body, receive, send, note)

    async def _carry_out(
        self, fault: str | None, scope: Scope, body: bytes, receive: Receive, send: Send, note: Callable[[int], None]
    ) -> None:
        """The line of the log is written before the answer leaves, so that whoever has the answer finds it there."""

        async def pass_on(message: Scope) -> None:
            if "status" in message:
                note(message["status"])
            await send(message)

        async def swallow(message: Scope) -> None:
            return

        if fault == HANG:
            note(0)
            await _gone(receive)
        elif fault == RESET_BEFORE:
            note(0)
            await _cut(scope, receive)
        elif fault == RESET_AFTER:
            await self.app(scope, replay(body, receive), swallow)
            note(0)
            await _cut(scope, receive)
        elif fault is not None and fault in self.faults.answers:
            await answer(self.faults.answers[fault], pass_on)
        else:
            await self.app({**scope, "fault": fault}, replay(body, receive), pass_on)

    async def _control(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        what, method = scope["path"].removeprefix(CONTROL), scope["method"]
        wishes = json.loads(body) if body else {}
        result: Any = {}
        if (what, method) == ("faults", "POST"):
            self.faults.plan(**wishes)
        elif (what, method) == ("faults", "DELETE"):
            self.faults.clear()
        elif (what, method) == ("mix", "POST"):
            self.faults.mix(**wishes)
        elif (what, method) == ("log", "DELETE"):
            self.log.clear()
        elif (what, method) == ("log", "GET"):
            result = [{**asdict(seen), "body": seen.body.decode(errors="replace")} for seen in self.log]
        else:
            await self.app(scope, replay(body, receive), send)
            return
        await answer(Answer(200, result), send)


async def answer(given: Answer, send: Send) -> None:
    """Sends one whole answer."""
    content, headers = given.raw()
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, and then what comes after it."""
    given = False

    async def again() -> Scope:
        nonlocal given
        if given:
            return dict(await receive())
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cut(scope: Scope, receive: Receive) -> None:
    scope[RESET]()
    await _gone(receive)
