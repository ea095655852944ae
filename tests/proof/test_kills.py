"""Interactions with approvals while workers, web server and PostgreSQL are killed at random points.

Lost 0, doubled 0, chain whole. The CRM is a server that commits and then drops the connection on every seventh write,
and one of the kills always falls between sending and recording. PROOF_COUNT says how many interactions; PROOF_SEED
repeats a run.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from crmllm.core.runtime.home import REPOSITORY, Home, free_port
from crmllm.core.runtime.processes import configuration, programs

COUNT = int(os.environ.get("PROOF_COUNT", "50"))
SEED = int(os.environ.get("PROOF_SEED", "20261122"))
PATIENCE = 240 + 6 * COUNT  # seconds until everything must have come to its end
KILLS = max(8, COUNT // 10)
PAUSE = (8.0, 16.0)  # seconds between random kills: what was killed must be able to come back
VICTIMS = ("qcluster", "gunicorn", "postgres", "audit_sealer")
MASTER = """
from crmllm.connectors.models import Connection
from crmllm.crm.choices import Object
from crmllm.crm.models import Pipeline, Stage
from crmllm.access.models import User
from crmllm.access.tokens import create_token
from crmllm.core.audit import SYSTEM
Connection.objects.filter(connector="local").update(master_of=[])
Connection.objects.create(name="Proof", connector="http-proof", options={"url": "%s"}, master_of=Object.values)
pipeline = Pipeline.objects.create(name="Sales")
Stage.objects.create(pipeline=pipeline, name="New", position=1, probability=10, forecast_category="pipeline")
user = User.objects.create_user("rita", role="reviewer")
print(create_token(actor=SYSTEM, user=user, name="proof")[1])
"""


class Stack:
    """The whole application under its own process manager, in a home of its own."""

    def __init__(self, folder: Path, model: str) -> None:
        self.home = Home(folder / "home")
        self.port, self.crm_port = free_port(), free_port()
        self.crm_file = folder / "crm.sqlite"
        self.environment = {
            **os.environ,
            "CRMLLM_HOME": str(self.home.root),
            "DJANGO_SETTINGS_MODULE": "tests.support.proof_settings",
            "PYTHONPATH": str(REPOSITORY),
            "PORT": str(self.port),
            "LLM_BASE_URL": model,
            "API_RATE": "100000/min",
            "WEB_WORKERS": "1",
            "LEASE_SECONDS": "20",
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self._run([sys.executable, "-m", "tests.support.http_crm.server", str(self.crm_port), str(self.crm_file), "7"])
        keeper = self._run([sys.executable, "-m", "crmllm.core.runtime", "keep-database"])
        self.manage("migrate", "-v", "0")
        self.token = self.manage("shell", "-v", "0", "-c", MASTER % f"http://127.0.0.1:{self.crm_port}").split()[-1]
        config = self.home.run / "supervisord.conf"
        config.write_text(configuration(self.home, programs(self.environment, own_database=True, own_model=False)))
        supervisord = Path(sys.executable).with_name("supervisord")
        self._run([sys.executable, str(supervisord), "-n", "-c", str(config)])
        self.ask("GET", "interactions/")
        keeper.terminate()

    def manage(self, *words: str) -> str:
        command = [sys.executable, str(REPOSITORY / "manage.py"), *words]
        done = subprocess.run(command, env=self.environment, check=False, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env=self.environment, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()

    # --- what a client does; it goes on until it has a clear answer

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        deadline = time.monotonic() + 300
        while True:
            try:
                answer = httpx.request(
                    method, f"http://127.0.0.1:{self.port}/api/v1/{path}", headers=headers, timeout=20, **more
                )
                if answer.status_code < 500:
                    return answer
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, f"{method} {path} got no answer."
            time.sleep(0.3)

    def every(self, path: str) -> list[dict[str, Any]]:
        """All rows of a list."""
        rows, page = [], 1
        while True:
            mark = "&" if "?" in path else "?"
            answer = self.ask("GET", f"{path}{mark}page_size=200&page={page}").json()
            rows += answer["results"]
            if not answer["next"]:
                return rows
            page += 1

    # --- kills

    def victims(self, kind: str) -> list[psutil.Process]:
        """Processes of this stack of one kind, found by their home."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ"]):
            line = " ".join(process.info["cmdline"] or [])
            if kind == "postgres":
                if str(self.home.postgres) in line and "postgres" in line and "-D" in line:
                    found.append(process)
            elif kind in line and (process.info["environ"] or {}).get("CRMLLM_HOME") == str(self.home.root):
                found.append(process)
        return found

    def kill_one(self, kind: str, chance: random.Random) -> bool:
        found = self.victims(kind)
        if not found:
            return False
        try:
            chance.choice(found).kill()
        except psutil.NoSuchProcess:
            return False
        return True


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory, llm_server: str) -> Iterator[Stack]:
    one = Stack(tmp_path_factory.mktemp("proof"), llm_server)
    try:
        one.start()
        yield one
    finally:
        one.stop()


SYLLABLES = ("Ber", "Lan", "Mor", "Ros", "Tal", "Wen", "Hol", "Kar"), ("ga", "de", "li", "mo", "ne", "ri", "so", "va")


def surname(number: int) -> str:
    """A made-up family name, another one for each number below 512."""
    first, second = SYLLABLES
    return first[number % 8] + second[number // 8 % 8] + second[number // 64 % 8] + "nd"


def mail(number: int) -> bytes:
    """A new inquiry of a new person at a new company."""
    name = f"Kim {surname(number)}"
    return (
        f"From: {name} <kim{number}@buyer{number}.example>\r\nTo: sales@ours.example\r\n"
        f"Subject: Quote for labels {number}\r\nMessage-ID: <{number}@buyer{number}.example>\r\n"
        f"Date: Tue, 17 Nov 2026 09:12:00 +0100\r\n\r\nHello,\r\n\r\nplease send us a quote for {number + 2} label "
        f"printers by Friday. Our budget is {1000 + number} EUR.\r\n\r\nBest regards\r\n{name}\r\n"
        f"Head of Purchasing\r\nBuyer{number} GmbH\r\n+49 30 90182{number:04d}\r\n"
    ).encode()


def kill_at_random(stack: Stack, done: threading.Event, killed: Counter[str]) -> None:
    """Kills something every few seconds, each kind at least once, KILLS in all."""
    chance, queue = random.Random(SEED), list(VICTIMS)
    left = KILLS
    while left and not done.wait(chance.uniform(*PAUSE)):
        kind = queue[0] if queue else chance.choice(VICTIMS)
        if stack.kill_one(kind, chance):
            killed[kind] += 1
            left -= 1
            queue = queue[1:]


def kill_between_sending_and_recording(stack: Stack, done: threading.Event, killed: Counter[str]) -> None:
    """As soon as the CRM has committed a write, the sender dies before it can have recorded the answer."""
    wanted = max(1, COUNT // 25)
    seen = 0
    while not done.is_set() and killed["between"] < wanted:
        time.sleep(0.005)
        with sqlite3.connect(stack.crm_file, timeout=30) as db:
            written = db.execute("SELECT count(*) FROM write").fetchone()[0]
        if written > seen and written % 5 == 0:
            for process in stack.victims("qcluster"):
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    continue
            killed["between"] += 1
        seen = written


def decide_everything(stack: Stack) -> None:
    """Approves what can be; parents first, as their children wait for them. Refuses what can never be approved."""
    for _ in range(10):
        rows = stack.every("proposals/?state=pending&state=claimed")
        if not rows:
            return
        ready = [row for row in rows if row["can_approve"]]
        for row in ready:
            stack.ask("POST", f"proposals/{row['id']}/approve/", json={})
        going_on = {row["interaction"] for row in ready}
        for row in rows:
            if row["interaction"] not in going_on:
                stack.ask("POST", f"proposals/{row['id']}/reject/", json={"reason": "not complete"})


def settled(stack: Stack, ids: list[str]) -> bool:
    """Everything that came in has come to its end, and nothing waits to be written."""
    decide_everything(stack)
    states = {row["id"]: row["status"] for row in stack.every("interactions/")}
    return not {"received", "parsed", "extracting", "proposed"} & {states[pk] for pk in ids}


def test_nothing_is_lost_and_nothing_doubled(stack: Stack) -> None:
    killed: Counter[str] = Counter()
    done = threading.Event()
    threads = [
        threading.Thread(target=target, args=(stack, done, killed), daemon=True)
        for target in (kill_at_random, kill_between_sending_and_recording)
    ]
    for thread in threads:
        thread.start()
    ids = []
    for number in range(COUNT):
        headers = {"Content-Type": "message/rfc822"}
        answer = stack.ask("POST", "interactions/", content=mail(number), headers=headers)
        assert answer.status_code in (200, 201)
        ids.append(answer.json()["id"])
    assert len(set(ids)) == COUNT
    give_up = time.monotonic() + PATIENCE
    # A quick machine is done before each of them has been killed: the killing goes on until then.
    while time.monotonic() < give_up - PATIENCE / 3 and not (settled(stack, ids) and set(VICTIMS) <= set(killed)):
        time.sleep(1)
    done.set()
    for thread in threads:
        thread.join(10)
    while not settled(stack, ids):
        assert time.monotonic() < give_up, Counter(row["status"] for row in stack.every("interactions/"))
        time.sleep(1)

    report = figures(stack, ids)
    print(json.dumps({"interactions": COUNT, "seed": SEED, "kills": dict(killed), **report}))
    assert report["lost"] == report["doubled"] == report["unverified"] == 0
    assert report["records"] > 0
    assert killed["between"] >= 1
    assert set(VICTIMS) <= set(killed)
    stack.manage("verify_audit")


def figures(stack: Stack, ids: list[str]) -> dict[str, int]:
    """Counts from both sides: our API and the CRM's own file."""
    proposals = [row for row in stack.every("proposals/") if row["interaction"] in ids]
    approved = [row for row in proposals if row["state"] == "approved"]
    writes = stack.every("writebacks/")
    with sqlite3.connect(stack.crm_file) as db:
        records = Counter(row[0] for row in db.execute("SELECT our_id FROM record WHERE gone=0"))
    wanted = {row["record"] for row in approved if row["action"] == "create"}
    return {
        "proposals": len(proposals),
        "approved": len(approved),
        "records": len(records),
        "lost": len(wanted - set(records))
        + (len(ids) - len({row["id"] for row in stack.every("interactions/")} & set(ids))),
        "doubled": sum(count - 1 for count in records.values()),
        "unverified": sum(row["state"] not in ("verified", "undone", "cancelled") for row in writes),
    }
