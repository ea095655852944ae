"""How many calls reading and writing a CRM takes, how much memory, and how fast what a CRM tells is taken in.

The CRMs are the tests' servers, processes of their own. The peers: record by record, and the fewest calls that the
vendor allows; for events, 50 milliseconds at 50 a second.
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
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import psutil
from django.conf import settings
from django.db import connections
from django.utils import timezone

from crmllm.connectors.base import Change, Operation, RemoteRecord, WriteContext
from crmllm.connectors.engine import transport
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.models import Connection, Stream
from crmllm.connectors.registry import open_declared
from crmllm.connectors.sync import services as sync
from crmllm.core import audit, work
from crmllm.core.crypto import Sealed
from crmllm.core.ids import uuid7
from crmllm.core.runtime.home import REPOSITORY, free_port
from crmllm.core.runtime.serving import serving

CONTACTS = int(os.environ.get("BENCH_CONTACTS", "200000"))
FEW = min(20_000, CONTACTS // 10)  # contacts after which memory is first looked at
PAGE = 2000  # rows that Salesforce gives at once
WRITTEN = 1000
A_SECOND, SECONDS, GOAL_MS = 50, 10, 50


@dataclass(frozen=True)
class Vendor:
    """How to be let in at a server of the tests, and how many records the vendor takes in one call."""

    name: str
    way: str
    options: dict[str, str]
    secrets: dict[str, str]
    at_once: int


SALESFORCE = Vendor(
    "salesforce", "client", {"login_url": "{}", "client_id": "crmllm"}, {"client_secret": "made-up-secret"}, 200
)
HUBSPOT = Vendor("hubspot", "key", {"address": "{}"}, {"access_key": "pat-eu1-made-up"}, 100)
SIGNING = Vendor("hubspot", "code", {}, {"client_secret": "made-up-secret"}, 100)


def crm() -> list[dict[str, Any]]:
    """The figures of writing, reading and events."""
    return [*_writing(SALESFORCE), *_writing(HUBSPOT), *_reading(), *_events()]


# --- writing


def _writing(vendor: Vendor) -> Iterator[dict[str, Any]]:
    """As write-back does it: sent, and read back; before a change is sent it is read, too."""
    with _server(vendor) as address, _connected(vendor, address) as connection:
        crm = open_declared(connection)
        crm.test()
        crm.strategy.ready("contact")
        changes = [_change(f"Person {number}", f"p{number}@bench.example") for number in range(WRITTEN)]
        made, creates = _counted(address, crm, Operation.CREATE, changes)
        news = [
            Change(one.context, {"title": "Buyer"}, there.external_id) for one, there in zip(changes, made, strict=True)
        ]
        _, updates = _counted(address, crm, Operation.UPDATE, news)
        clear(address)
        crm.read("contact", [one.external_id for one in made], ["title"])
        reads = calls(address)
    least, label = math.ceil(WRITTEN / vendor.at_once), crm.label
    for what, ours in (("create", creates), ("change", updates)):
        yield _row(f"{label}: calls to {what} 1,000 contacts, to one call a record", ours, WRITTEN, WRITTEN / ours)
        yield _row(f"{label}: calls to {what} 1,000 contacts, to the vendor's fewest", ours, least, ours / least)
    yield _row(
        f"{label}: calls to read 1,000 contacts before or after, to the vendor's fewest", reads, least, reads / least
    )


def _change(name: str, email: str) -> Change:
    context = WriteContext(uuid7(), uuid7(), uuid7(), audit.SYSTEM)
    return Change(context, {"name": name, "email": email})


def _counted(
    address: str, crm: DeclaredConnector, operation: Operation, changes: Sequence[Change]
) -> tuple[list[RemoteRecord], int]:
    """Sends changes; what came of them, and how many calls it took."""
    clear(address)
    size = crm.batch("contact", operation)
    parts = (changes[start : start + size] for start in range(0, len(changes), size))
    outcomes = [outcome for part in parts for outcome in crm.send("contact", operation, part)]
    records = [one for one in outcomes if isinstance(one, RemoteRecord)]
    assert len(records) == len(changes), next(one for one in outcomes if not isinstance(one, RemoteRecord))
    return records, calls(address)


def clear(address: str) -> None:
    httpx.delete(f"{address}/__control__/log", timeout=60)


def log(address: str) -> list[dict[str, Any]]:
    """The requests that the CRM saw."""
    lines: list[dict[str, Any]] = httpx.get(f"{address}/__control__/log", timeout=60).json()
    return lines


def calls(address: str) -> int:
    return len(log(address))


# --- reading


def _reading() -> Iterator[dict[str, Any]]:
    with _server(SALESFORCE) as address, _connected(SALESFORCE, address) as connection:
        (stream,) = sync.add_streams(actor=audit.SYSTEM, connection=connection, names=["contact"])
        _load(address, FEW)
        _read(stream)
        before = _memory()
        _load(address, CONTACTS - FEW)
        clear(address)
        peak, seconds = _peak_while(lambda: _read(stream, full=True))
        asked = sum(map(_is_reading, log(address)))
    least = math.ceil(CONTACTS / PAGE)
    per_thousand = asked * 1000 / CONTACTS
    yield _row("calls to read 1,000 contacts, to one call a record", per_thousand, 1000, 1000 / per_thousand)
    yield _row(
        "calls to read 1,000 contacts, to the vendor's fewest", per_thousand, least * 1000 / CONTACTS, asked / least
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
def _server(vendor: Vendor) -> Iterator[str]:
    """The tests' CRM of that vendor; yields its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.crm_server", vendor.name, str(port)], cwd=REPOSITORY
    )
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
def _connected(vendor: Vendor, address: str) -> Iterator[Connection]:
    """A connection, gone at the end; the records that it brought go with the bench's database."""
    settings.CRM_NETWORKS = ["127.0.0.0/8"]
    transport.client.cache_clear()
    options = {name: value.format(address) for name, value in vendor.options.items()}
    connection = _connection(vendor, options)
    try:
        yield connection
    finally:
        connection.delete()
        transport.client.cache_clear()


def _connection(vendor: Vendor, options: dict[str, str], **columns: str) -> Connection:
    made = Connection(name=f"Bench {uuid7()}", connector=vendor.name, way=vendor.way, options=options, **columns)
    made.credentials = Sealed.of({"secrets": vendor.secrets}, made.key_id)
    made.save()
    return made


def _load(address: str, count: int) -> None:
    """So many more contacts in the CRM, with addresses that no bench before this one used."""
    host = f"{uuid7().hex}.example"
    for start in range(0, count, 5000):
        rows = [
            {"LastName": f"Person {count}-{number}", "Email": f"p{number}@{host}", "Title": "Buyer"}
            for number in range(start, min(start + 5000, count))
        ]
        wishes = {"what": "load", "kind": "Contact", "rows": rows}
        httpx.post(f"{address}/__control__/do", json=wishes, timeout=120).raise_for_status()


# --- events


def _events() -> Iterator[dict[str, Any]]:
    """Signed events, 50 a second for ten seconds, at the door that CRMs call; with the very first calls and without."""
    connection = _connection(SIGNING, {}, state="paused")
    try:
        connections.close_all()
        with serving() as address, ThreadPoolExecutor(16) as pool, httpx.Client(base_url=address, timeout=30) as client:
            started = time.perf_counter()
            waiting = []
            for number in range(A_SECOND * SECONDS):
                time.sleep(max(0.0, started + number / A_SECOND - time.perf_counter()))
                waiting.append(pool.submit(_tell, client, connection.pk, number))
            times = [one.result() for one in waiting]
    finally:
        connection.delete()
    for what, some in (("", times), (", without the first second", times[A_SECOND:])):
        p95, median = statistics.quantiles(some, n=20)[-1], statistics.median(some)
        told = f"event taken in at {A_SECOND} a second (ms, p95; median {median:.0f}{what})"
        yield _row(told, p95, GOAL_MS, GOAL_MS / p95)


def _tell(client: httpx.Client, connection: UUID, number: int) -> float:
    path = f"/hooks/{connection}/"
    body = json.dumps(
        [{"eventId": number, "objectId": number, "subscriptionType": "contact.propertyChange", "occurredAt": 1}]
    )
    stamp = str(int(time.time() * 1000))
    signed = f"POST{settings.SITE_URL.rstrip('/')}{path}{body}{stamp}".encode()
    signature = hmac.new(SIGNING.secrets["client_secret"].encode(), signed, hashlib.sha256).digest()
    headers = {
        "X-HubSpot-Request-Timestamp": stamp,
        "X-HubSpot-Signature-v3": base64.b64encode(signature).decode(),
        "Content-Type": "application/json",
    }
    started = time.perf_counter()
    client.post(path, content=body, headers=headers).raise_for_status()
    return (time.perf_counter() - started) * 1000


def _row(what: str, ours: float, peer: float, ratio: float) -> dict[str, Any]:
    return {"what": what, "ours": round(ours, 2), "peer": round(peer, 2), "ratio": round(ratio, 2)}
