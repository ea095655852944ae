"""The onlookers in the tests of the connectors: what they let through, and what they have to say at the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.contract import postman
from tests.contract.prism import Prism, looking_on
from tests.contract.vendors import OURS, VENDORS, File, Vendor
from tests.support import contract
from tests.support.crm_server import App, Receive, Scope, Send
from tests.support.faults import Wire, read_body, replay

OWN = Path(contract.__file__).parent


class Verdict:
    """What one onlooker saw: lines that nobody explains, and explanations that nobody needs."""

    def __init__(self, who: str, passed: int, found: Mapping[str, int], known: Mapping[str, str]) -> None:
        used = {pattern for pattern in known if any(re.search(pattern, line) for line in found)}
        open_ = {line: times for line, times in found.items() if not any(re.search(one, line) for one in known)}
        self.lines = [f"{who}: {passed} requests"]
        self.lines += [f"    known: {known[one]}" for one in sorted(used)]
        self.lines += [f"    BROKEN ({times}x): {line}" for line, times in sorted(open_.items())]
        self.lines += [f"    NOT NEEDED any more: {known[one]}" for one in sorted(set(known) - used)]
        if not passed:
            self.lines.append("    NOTHING passed: the onlooker saw no request")
        self.good = not open_ and used == set(known) and passed > 0


class Onlookers:
    """A plugin of pytest: stands behind the wire of every server that is held to a document of ours."""

    def __init__(self, specs: Path) -> None:
        self.specs = specs
        self.seen: dict[str, Counter[postman.Request]] = {one.name: Counter() for one in VENDORS}
        self.prisms: dict[str, Prism] = {}
        self.verdicts: list[Verdict] = []

        self.stack = ExitStack()

    def pytest_sessionstart(self) -> None:
        documents: dict[str, tuple[Path, str]] = {}
        for vendor in VENDORS:
            documents[vendor.name] = (OWN / vendor.name / "openapi.yaml", "")
            documents |= {file.path: (self.specs / file.path, file.below) for file in vendor.files}
        self.prisms = self.stack.enter_context(looking_on(documents))
        contract.onlookers.append(self.enter)

    def enter(self, app: App, document: Path) -> None:
        """Puts everybody who speaks for this CRM between its wire and its application."""
        vendor = next((one for one in VENDORS if one.name == document.parent.name), None)
        if vendor is None or not isinstance(app, Wire):
            return
        for name in (vendor.name, *(file.path for file in vendor.files)):
            app.app = self.prisms[name].between(app.app)
        app.app = self._noting(vendor, app.app)

    def _noting(self, vendor: Vendor, app: App) -> App:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                body = await read_body(receive)
                headers = {name.decode(): value.decode() for name, value in scope["headers"]}
                kind, query = headers.get("content-type", ""), scope["query_string"].decode()
                self.seen[vendor.name][postman.Request.of(scope["method"], scope["path"], query, kind, body)] += 1
                receive = replay(body, receive)
            await app(scope, receive, send)

        return wrapped

    # --- at the end

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        contract.onlookers.remove(self.enter)
        self.stack.close()
        self.verdicts = [verdict for vendor in VENDORS for verdict in self._of(vendor)]
        if not all(one.good for one in self.verdicts):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _of(self, vendor: Vendor) -> Iterator[Verdict]:
        ours = self.prisms[vendor.name]
        yield Verdict(f"{vendor.name}, our document", ours.passed, ours.found, OURS)
        for file in vendor.files:
            yield self._by_file(vendor, file)
        if vendor.collections:
            seen = self.seen[vendor.name]
            unknown = postman.unknown(seen, postman.templates(self.specs / vendor.collections))
            found: Counter[str] = Counter()
            for one in unknown:
                found[str(one)] += seen[one]
            yield Verdict(f"{vendor.name}, {vendor.collections}", seen.total(), found, vendor.known)

    def _by_file(self, vendor: Vendor, file: File) -> Verdict:
        prism = self.prisms[file.path]
        return Verdict(f"{vendor.name}, {file.path}", prism.passed, prism.found, file.known)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.section("who looked on")
        for vendor in VENDORS:
            if vendor.note:
                terminalreporter.write_line(f"{vendor.name}: {vendor.note}")
        for verdict in self.verdicts:
            for line in verdict.lines:
                terminalreporter.write_line(line)
