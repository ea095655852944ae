"""Approved changes against a CRM that fails all the time, sent by workers that are killed: each lands exactly once.

One request in twenty fails in one of the ways of an unreliable day; "committed, then the connection dropped" is one.
CRM_PROOF_COUNT says how many changes; the CRM's own ledger counts what arrived.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx
import pytest
from django.db import connections
from django.utils import timezone

from crmllm.access.models import User
from crmllm.connectors.engine import transport
from crmllm.connectors.models import Connection, ExternalRecord, LimitWindow
from crmllm.core.crypto import Sealed, new_key
from crmllm.core.runtime.home import free_port
from crmllm.crm.choices import Object
from crmllm.crm.models import Account
from crmllm.writeback import sender, services, tasks
from crmllm.writeback.choices import UNFINISHED, State
from crmllm.writeback.models import Writeback
from tests.support import factories
from tests.support.crm_server import running
from tests.support.hubspot import faults as hubspot
from tests.support.outbox import approved
from tests.support.salesforce import server as salesforce

COUNT = int(os.environ.get("CRM_PROOF_COUNT", "300"))
SEED = int(os.environ.get("PROOF_SEED", "20261122"))
SHARE = 0.05
KILLS = max(4, COUNT // 250)
LIFE = (0.05, 0.6) if COUNT <= 300 else (0.05, 6.0)  # seconds that a worker has; a job of thousands takes longer
GIVEN_UP = ("crm_unavailable", "crm_not_reached")  # no clear answer, too often
ROUNDS = 60  # tries of everything that waits; each ends some of it

Ledger = Callable[[Callable[..., Any]], Counter[tuple[str, str]]]


@dataclass(frozen=True)
class Vendor:
    """One CRM's server: how to be let in, what goes wrong, and what its ledger says: {(operation, id): times}."""

    options: dict[str, Any]
    secrets: dict[str, str]
    way: str
    faults: tuple[str, ...]
    path: str
    #: A write of several, whose answer is lost once in each part of the run whatever chance says.
    lost: dict[str, str]
    ledger: Ledger


def _salesforce(ask: Callable[..., Any]) -> Counter[tuple[str, str]]:
    lines = ask("do", what="ledger")["result"]
    ours = ("Account", "Contact")
    return Counter((line["operation"], line["id"]) for line in lines if line["object"] in ours)


def _hubspot(ask: Callable[..., Any]) -> Counter[tuple[str, str]]:
    ours = ("companies", "contacts")
    return Counter((line["what"], str(line["id"])) for line in ask("ledger") if line["object"] in ours)


VENDORS = {
    "salesforce": Vendor(
        options={"login_url": "{address}", "client_id": "crmllm"},
        secrets={"client_secret": "made-up-secret"},
        way="client",
        faults=salesforce.MIXED,
        path="/services/data",
        lost={"method": "PATCH", "path": "/composite/sobjects"},
        ledger=_salesforce,
    ),
    "hubspot": Vendor(
        options={"address": "{address}"},
        secrets={"access_key": "pat-eu1-made-up"},
        way="key",
        faults=tuple(hubspot.MIXED),
        path="/crm/",
        lost={"method": "POST", "path": "/batch/(create|update)$"},
        ledger=_hubspot,
    ),
}


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]


@pytest.fixture
def address(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    settings.CRM_NETWORKS = ["127.0.0.0/8"]
    transport.client.cache_clear()
    with running(request.node.callspec.params["vendor"], free_port()) as where:
        yield where
    transport.client.cache_clear()


@pytest.fixture(autouse=True)
def quick_commits(transactional_db: None) -> Iterator[None]:
    """Only workers die here, never the database: it need not wait for the disk at every commit."""
    held = {name: connections[name].settings_dict["OPTIONS"] for name in ("default", "keys")}
    for name, options in held.items():
        connections[name].settings_dict["OPTIONS"] = {**options, "options": "-c synchronous_commit=off"}
    connections.close_all()
    yield
    for name, options in held.items():
        connections[name].settings_dict["OPTIONS"] = options
    connections.close_all()


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_every_approved_change_lands_exactly_once(
    vendor: Vendor, address: str, reviewer: User, admin: User, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.params["vendor"]

    def ask(where: str, **wishes: Any) -> Any:
        return httpx.post(f"{address}/__control__/{where}", json=wishes, timeout=60).json()

    _connect(name, vendor, address)
    ask("mix", share=SHARE, kinds=list(vendor.faults), seed=SEED, path=vendor.path)
    chance, began, done = random.Random(SEED), time.monotonic(), Counter[str]()
    third = COUNT // 3
    first = COUNT - 2 * third
    _approve(reviewer, first, lambda number: ("account", {"name": f"Account {number}"}, None))
    ask("faults", kind="reset_after", **vendor.lost)
    done += _send_all(chance, ask, admin)
    accounts = list(Account.objects.order_by("created_at"))
    assert len(accounts) == first
    _approve(
        reviewer,
        third,
        lambda number: ("contact", {"name": f"Person Number{number}", "account": str(accounts[number].pk)}, None),
    )
    _approve(
        reviewer,
        third,
        lambda number: ("account", {"phone": f"+4930{9018200 + number}"}, accounts[number]),
    )
    ask("faults", kind="reset_after", **vendor.lost)
    done += _send_all(chance, ask, admin)

    ask("mix", share=0, kinds=list(vendor.faults))
    failed = Writeback.objects.exclude(state=State.VERIFIED)
    assert not failed.exists(), list(failed.values_list("state", "error_code", "error_message")[:5])
    ledger = vendor.ledger(ask)
    created = [pk for operation, pk in ledger if operation == "create"]
    updates = sum(times for (operation, _), times in ledger.items() if operation == "update")
    known = set(ExternalRecord.objects.filter(object__in=["account", "contact"]).values_list("external_id", flat=True))
    asked = httpx.get(f"{address}/__control__/log", timeout=60).json()
    hit = Counter(seen["fault"] for seen in asked if seen["fault"])
    print(
        f"\n{name}: {COUNT} approved changes, {len(created)} records made, {updates} changed, by the CRM's own ledger;"
        f" {len(asked)} requests, {sum(hit.values())} of them failed ({dict(hit)}), {done['kills']} workers killed,"
        f" {done['retries']} tried again by a person, {time.monotonic() - began:.0f} s."
    )
    assert set(created) == known and len(created) == first + third
    assert max(times for (operation, _), times in ledger.items() if operation == "create") == 1
    assert updates == third
    assert hit["reset_after"] >= 2, "no answer was lost"


def _connect(name: str, vendor: Vendor, address: str) -> None:
    Connection.objects.filter(connector="local").update(master_of=[])
    key_id = new_key()
    Connection.objects.create(
        name="Proof",
        connector=name,
        way=vendor.way,
        key_id=key_id,
        options={key: str(value).replace("{address}", address) for key, value in vendor.options.items()},
        credentials=Sealed.of({"secrets": vendor.secrets}, key_id),
        master_of=Object.values,
    )


def _approve(user: User, count: int, change: Callable[[int], tuple[str, dict[str, Any], Any]]) -> None:
    message = factories.interaction()
    for number in range(count):
        if number % 50 == 49:
            message = factories.interaction()
        object_name, wanted, record = change(number)
        approved(user, object_name, wanted, record=record, interaction=message)


def _send_all(chance: random.Random, ask: Callable[..., Any], admin: User) -> Counter[str]:
    """Sends until nothing is left, first by workers that are killed at any moment; returns how many were (kills).

    A change whose senders died too often without an answer waits for a person, who lets it be tried again (retries).
    """
    done = Counter[str]()
    for _ in range(KILLS // 2):
        connections.close_all()  # a child must not speak through its parent's sockets
        worker = os.fork()
        if not worker:
            _work_until_killed()
        time.sleep(chance.uniform(*LIFE))
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
        done["kills"] += 1
        ask("do", what="clear_validations")  # the CRM has worked off what the worker had sent
        _let_time_pass()
    for _ in range(ROUNDS):
        _let_time_pass()
        factories.deliver_all()
        for row in Writeback.objects.filter(state=State.FAILED, error_code__in=GIVEN_UP):
            services.retry(actor=admin, pk=row.pk)
            done["retries"] += 1
        if not Writeback.objects.exclude(state__in=[State.VERIFIED, State.FAILED, State.CONFLICT]).exists():
            break
    return done


def _work_until_killed() -> NoReturn:
    try:
        transport.client.cache_clear()
        while True:
            rows = tasks.claim()
            if rows:
                sender.deliver(rows)
            else:
                _let_time_pass()
    finally:
        os._exit(1)  # never back into the tests of its parent


def _let_time_pass() -> None:
    """Waits and leases are over: who held one is dead, and nobody has to wait in a test."""
    now = timezone.now()
    Writeback.objects.filter(state__in=UNFINISHED).update(next_attempt_at=now, leased_until=None)
    LimitWindow.objects.update(blocked_until=None)
