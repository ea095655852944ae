"""How many calls reading a CRM takes, how much memory, and how fast what a CRM tells is taken in.

The CRM is the tests' Salesforce, a process of its own. The peers: reading record by record, and the fewest calls that
the vendor's page size allows; for events, 50 milliseconds at 50 a second.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import psutil
from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from crmllm.connectors.engine import transport
from crmllm.connectors.models import Connection, Stream
from crmllm.connectors.sync import services as sync
from crmllm.core import audit, work
from crmllm.core.crypto import Sealed
from crmllm.core.runtime.home import REPOSITORY, free_port

CONTACTS = int(os.environ.get("BENCH_CONTACTS", "200000"))
FEW = 20_000  # contacts after which memory is first looked at
PAGE = 2000  # rows that Salesforce gives at once
A_SECOND, SECONDS, GOAL_MS = 50, 10, 50


def crm() -> list[dict[str, Any]]:
    """The figures of reading and of events."""
    return [*_reading(), *_events()]


# --- reading


def _reading() -> Iterator[dict[str, Any]]:
    with _salesforce() as address, _connected(address) as stream:
        _load(address, FEW)
        _read(stream)
        before = _memory()
        _load(address, CONTACTS - FEW)
        httpx.delete(f"{address}/__control__/log", timeout=60)
        peak, seconds = _peak_while(lambda: _read(stream, full=True))
        calls = sum(1 for one in httpx.get(f"{address}/__control__/log", timeout=60).json() if _is_reading(one))
    least = math.ceil(CONTACTS / PAGE)
    per_thousand = calls * 1000 / CONTACTS
    yield _row("calls to read 1,000 contacts, to one call a record", per_thousand, 1000, 1000 / per_thousand)
    yield _row(
        "calls to read 1,000 contacts, to the vendor's fewest", per_thousand, least * 1000 / CONTACTS, calls / least
    )
    pace = f"{CONTACTS / seconds:.0f} contacts a second"
    yield _row(f"memory at {CONTACTS:,} contacts to {FEW:,} (MB; {pace})", peak / 1e6, before / 1e6, peak / before)


def _is_reading(line: dict[str, Any]) -> bool:
    return "/query" in str(line["path"]) and "COUNT()" not in json.dumps(line["query"])


def _read(stream: Stream, *, full: bool = False) -> None:
    """One pass over the stream, as the worker does it."""
    Stream.objects.filter(pk=stream.pk).update(
        next_attempt_at=timezone.now() - timedelta(seconds=1), full_wanted=full, position={}
    )
    (claimed,) = work.claim(sync.due().filter(pk=stream.pk), limit=1, seconds=3600)
    run = sync.run(claimed)
    assert run.state == "done", run.reason


def _peak_while(job: Any) -> tuple[int, float]:
    """The most memory that this process holds while a job runs, in bytes, and how long it runs."""
    peak, over = [_memory()], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            peak[0] = max(peak[0], _memory())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    started = time.perf_counter()
    job()
    seconds = time.perf_counter() - started
    over.set()
    watcher.join()
    return peak[0], seconds


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


@contextmanager
def _salesforce() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.support.crm_server", "salesforce", str(port)]
    process = subprocess.Popen(command, cwd=REPOSITORY)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server of the bench did not start.")


@contextmanager
def _connected(address: str) -> Iterator[Stream]:
    """A connection that reads contacts alone, gone at the end; its records go with the bench's database."""
    settings.CRM_NETWORKS = ["127.0.0.0/8"]
    transport.client.cache_clear()
    options = {"login_url": address, "client_id": "crmllm"}
    connection = Connection(name=f"Bench {time.time():.0f}", connector="salesforce", way="client", options=options)
    connection.credentials = Sealed.of({"secrets": {"client_secret": "made-up-secret"}}, connection.key_id)
    connection.save()
    (stream,) = sync.add_streams(actor=audit.SYSTEM, connection=connection, names=["contact"])
    try:
        yield stream
    finally:
        connection.delete()
        transport.client.cache_clear()


def _load(address: str, count: int) -> None:
    """So many more contacts in the CRM."""
    for start in range(0, count, 5000):
        rows = [
            {"LastName": f"Person {count}-{number}", "Email": f"p{count}-{number}@bench.example", "Title": "Buyer"}
            for number in range(start, min(start + 5000, count))
        ]
        wishes = {"what": "load", "kind": "Contact", "rows": rows}
        httpx.post(f"{address}/__control__/do", json=wishes, timeout=120).raise_for_status()


# --- events


def _events() -> Iterator[dict[str, Any]]:
    """Signed events, 50 a second for ten seconds, at the door that CRMs call."""
    connection = Connection(name=f"Bench events {time.time():.0f}", connector="hubspot", state="paused")
    connection.credentials = Sealed.of({"secrets": {"client_secret": "made-up-secret"}}, connection.key_id)
    connection.save()
    try:
        with _web() as address, ThreadPoolExecutor(16) as pool, httpx.Client(base_url=address, timeout=30) as client:
            started = time.perf_counter()
            waiting = []
            for number in range(A_SECOND * SECONDS):
                time.sleep(max(0.0, started + number / A_SECOND - time.perf_counter()))
                waiting.append(pool.submit(_tell, client, connection, number))
            times = [one.result() for one in waiting]
    finally:
        connection.delete()
    p95 = statistics.quantiles(times, n=20)[-1]
    median = statistics.median(times)
    yield _row(f"event taken in at {A_SECOND} a second (ms, p95; median {median:.0f})", p95, GOAL_MS, GOAL_MS / p95)


def _tell(client: httpx.Client, connection: Connection, number: int) -> float:
    path = f"/hooks/{connection.pk}/"
    body = json.dumps(
        [{"eventId": number, "objectId": number, "subscriptionType": "contact.propertyChange", "occurredAt": 1}]
    )
    stamp = str(int(time.time() * 1000))
    signed = f"POST{settings.SITE_URL.rstrip('/')}{path}{body}{stamp}".encode()
    signature = hmac.new(b"made-up-secret", signed, hashlib.sha256).digest()
    headers = {
        "X-HubSpot-Request-Timestamp": stamp,
        "X-HubSpot-Signature-v3": base64.b64encode(signature).decode(),
        "Content-Type": "application/json",
    }
    started = time.perf_counter()
    client.post(path, content=body, headers=headers).raise_for_status()
    return (time.perf_counter() - started) * 1000


@contextmanager
def _web() -> Iterator[str]:
    """The web server alone, as `make run` starts it."""
    database.close()
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "crmllm.wsgi", "-b", f"127.0.0.1:{port}", "-k", "gthread"]
    process = subprocess.Popen(
        [*command, "--threads", "4", "--preload"], cwd=REPOSITORY, stderr=subprocess.DEVNULL, env=os.environ
    )
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _row(what: str, ours: float, peer: float, ratio: float) -> dict[str, Any]:
    return {"what": what, "ours": round(ours, 2), "peer": round(peer, 2), "ratio": round(ratio, 2)}
