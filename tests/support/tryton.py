"""Tryton as somebody's own CRM: a real server with rights of its own, set up over JSON-RPC, spoken to over REST."""

from __future__ import annotations

import base64
import itertools
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from crmllm.core.runtime.home import free_port

PROGRAMS = Path(__file__).parent.parent / "tryton-venv" / "bin"
PASSWORD, KEY = "only-for-the-tests-1", "k" * 40
STARTS_IN = 60.0


@dataclass
class Tryton:
    """A running server. `rpc` is the administrator's door, with which tests change what the connector may see."""

    url: str
    session: str = ""
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    company: int = 0
    employee: int = 0

    def rpc(self, method: str, *params: Any) -> Any:
        """Calls a method as the administrator; a refusal fails the test."""
        headers = {"Authorization": f"Session {self.session}"} if self.session else {}
        body = {"id": next(self.ids), "method": method, "params": list(params)}
        answer = httpx.post(f"{self.url}/crm/rpc/", json=body, headers=headers, timeout=60)
        answer.raise_for_status()
        told = answer.json()
        assert not (isinstance(told, dict) and told.get("error")), told
        return told["result"] if isinstance(told, dict) and "result" in told else told

    def make(self, model: str, /, **values: Any) -> int:
        context = {"company": self.company, "employee": self.employee} if self.employee else {}
        return int(self.rpc(f"model.{model}.create", [values], context)[0])

    def change(self, model: str, pk: int, /, **values: Any) -> None:
        self.rpc(f"model.{model}.write", [pk], values, {"company": self.company})

    def rows(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.rpc(f"model.{model}.search_read", domain, 0, None, None, fields, {})
        return found


@contextmanager
def running(folder: Path) -> Iterator[Tryton]:
    """A server with a company, an employee and a user for the connector, stopped at the end."""
    port = free_port()
    (folder / "db").mkdir(parents=True)
    (folder / "db" / "crm.sqlite").touch()
    (folder / "password").write_text(PASSWORD)
    conf = folder / "trytond.conf"
    conf.write_text(
        f"[database]\nuri = sqlite://\npath = {folder / 'db'}\n"
        f"[web]\nlisten = 127.0.0.1:{port}\n[session]\ntimeout = 36000\n"
    )
    env = {**os.environ, "TRYTONPASSFILE": str(folder / "password")}
    options = ["-c", str(conf), "-d", "crm"]
    for step in (
        ["--all", "--email", "admin@crm.example"],
        ["-u", "party", "sale_opportunity", "--activate-dependencies"],
    ):
        subprocess.run([PROGRAMS / "trytond-admin", *options, *step], check=True, env=env, capture_output=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([PROGRAMS / "trytond", *options], stdout=log, stderr=log, env=env)
    try:
        server = Tryton(f"http://127.0.0.1:{port}")
        _wait(server, process)
        _set_up(server)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(server: Tryton, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + STARTS_IN
    while time.monotonic() < ends and process.poll() is None:
        try:
            httpx.get(f"{server.url}/", timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("Tryton did not start; see its log")


def _set_up(server: Tryton) -> None:
    user, session, *_ = server.rpc("common.db.login", "admin", {"password": PASSWORD})
    server.session = base64.b64encode(f"admin:{user}:{session}".encode()).decode()
    cent = {"__class__": "Decimal", "decimal": "0.01"}
    euro = server.make("currency.currency", name="Euro", code="EUR", symbol="€", rounding=cent)
    server.company = server.make("company.company", party=server.make("party.party", name="We"), currency=euro)
    server.rpc("model.res.user.write", [1], {"companies": [["add", [server.company]]], "company": server.company}, {})
    seller = server.make("party.party", name="Sam Seller")
    server.employee = server.make("company.employee", party=seller, company=server.company)
    groups = [one["id"] for one in server.rows("res.group", [], ["name"]) if _sells(one["name"])]
    connector = server.make(
        "res.user",
        name="Connector",
        login="connector",
        password=f"{PASSWORD}-of-the-connector",
        companies=[["add", [server.company]]],
        company=server.company,
        employees=[["add", [server.employee]]],
        employee=server.employee,
        groups=[["add", groups]],
    )
    server.make("res.user.application", user=connector, application="rest", key=KEY)


def _sells(group: str) -> bool:
    return "pportunit" in group or group.startswith("Sale")
