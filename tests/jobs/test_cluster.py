"""Real clusters as processes of their own: work is done, and goes on after kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from crmllm.jobs import services
from crmllm.jobs.choices import RunState
from crmllm.jobs.models import JobRun, StageWake
from crmllm.notifications.choices import Channel, DeliveryState, Kind
from crmllm.notifications.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

PATIENCE = 90  # seconds; only a broken cluster needs them


def eventually(what: Callable[[], Any]) -> Any:
    """Waits until something is true."""
    ends = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < ends, "It never happened."
        time.sleep(0.1)
    return found


class Receiver:
    """A webhook that can be told to keep its callers waiting."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self.pace = 0.0  # seconds that each answer takes
        self.open = threading.Event()
        self.open.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.calls.append(self.rfile.read(int(self.headers["Content-Length"])))
                outer.open.wait(PATIENCE)
                time.sleep(outer.pace)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.open.set()
    one.server.shutdown()
    one.server.server_close()


def address(alias: str) -> str:
    """The test database, as a child process may be told."""
    database = connections[alias].settings_dict
    return f"postgresql://{database['USER']}@/{database['NAME']}?host={quote(str(database['HOST']))}&port={database['PORT']}"


@contextmanager
def cluster(receiver: Receiver, *arguments: str, **environment: str) -> Iterator[psutil.Process]:
    """One `manage.py qcluster` at work on the test databases; ends the way a process manager ends it."""
    more = {
        "DATABASE_URL": address("default"),
        "KEYS_DATABASE_URL": address("keys"),
        "WEBHOOK_URL": receiver.url,
        "WEBHOOK_SECRET": "made up",
        "WORKERS": "2",
    }
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "qcluster", *arguments]
    started = subprocess.Popen(command, env=os.environ | more | environment, start_new_session=True)
    process = psutil.Process(started.pid)
    try:
        eventually(lambda: len(members(process)) >= 4 or started.poll() is not None)
        assert started.poll() is None
        yield process
    finally:
        started.terminate()
        try:
            started.wait(PATIENCE)
        finally:
            started.kill()
            eventually(lambda: not strangers())


def strangers() -> int:
    """Sessions of others in the test database: a killed process leaves its own for a moment, and the locks it held."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def members(process: psutil.Process) -> list[psutil.Process]:
    """The sentinel and what it started: workers, monitor, pusher, in the order of their birth."""
    try:
        return sorted(process.children(recursive=True), key=lambda child: (child.create_time(), child.pid))
    except psutil.NoSuchProcess:
        return []


def kill_workers(process: psutil.Process) -> set[int]:
    """Kills all that the sentinel watches: workers, monitor and pusher. Returns who that was."""
    watched = members(process)[1:]
    for child in watched:
        child.kill()
    return {child.pid for child in watched}


def alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def send(**columns: Any) -> Delivery:
    row = Delivery.objects.create(
        channel=Channel.WEBHOOK, kind=Kind.MAILBOX, sentence="A mailbox cannot be read.", **columns
    )
    services.enqueue("notify")
    return row


def sent(row: Delivery) -> bool:
    row.refresh_from_db()
    return row.state == DeliveryState.SENT


def test_work_is_done_and_goes_on_after_kills(receiver: Receiver) -> None:
    with cluster(receiver) as process:
        row = send()
        eventually(lambda: sent(row))
        run = eventually(lambda: JobRun.objects.filter(name="notify", state=RunState.SUCCEEDED).first())
        assert run.progress == 1
        assert StageWake.objects.get(stage="notify").queued_at is None
        assert len(receiver.calls) == 1

        # While they are idle: one of them always holds the queue's lock.
        before = kill_workers(process)
        eventually(lambda: len(members(process)) >= 5 and not before & {child.pid for child in members(process)})
        row = send()
        eventually(lambda: sent(row))
        assert len(receiver.calls) == 2

        # While one of them is at work.
        receiver.open.clear()
        row = send()
        eventually(lambda: len(receiver.calls) == 3)
        kill_workers(process)
        receiver.open.set()
        # A minute later: the lease has run out, the heart has not beaten, and the clock calls.
        long_ago = timezone.now() - timedelta(minutes=5)
        Delivery.objects.filter(pk=row.pk).update(leased_until=long_ago)
        JobRun.objects.filter(state=RunState.RUNNING).update(heartbeat_at=long_ago)
        services.wake_stages()
        eventually(lambda: sent(row))
        assert row.attempts == 2

    [dead] = JobRun.objects.filter(state=RunState.FAILED)
    assert dead.error_code == "stopped"
    assert dead.error_message == "The worker was stopped; its items were taken over by another."


def test_a_stop_waits_for_the_item_only(receiver: Receiver) -> None:
    """Told to end while a drain is at work: the item in hand is finished and noted, the others stay for later."""
    receiver.open.clear()
    receiver.pace = 0.3
    rows = [send() for _ in range(20)]
    with cluster(receiver, "-n", "default", WORKERS="1") as process:
        eventually(lambda: receiver.calls)
        os.killpg(process.pid, signal.SIGTERM)  # to the whole group, as some process managers do
        receiver.open.set()
        eventually(lambda: not alive(process))
    states = Counter(Delivery.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", "lease_token"))
    assert states[DeliveryState.SENT, None] >= 1
    assert states[DeliveryState.SENT, None] + states[DeliveryState.WAITING, None] == 20
    assert states[DeliveryState.WAITING, None] >= 1


def test_the_clusters_keep_apart_and_leave_nobody_behind(receiver: Receiver) -> None:
    """The model's cluster takes what is sent to it and nothing else; killed, it takes its processes along."""
    with cluster(receiver, "-n", "llm", WORKERS="1") as process:
        run = JobRun.objects.create(name="nobody knows it", cluster="llm")
        other = JobRun.objects.create(name="nobody knows it", cluster="default")
        services._send(run)
        services._send(other)
        eventually(lambda: JobRun.objects.get(pk=run.pk).state == RunState.FAILED)
        assert JobRun.objects.get(pk=other.pk).state == RunState.WAITING
        left = members(process)
        process.kill()
        eventually(lambda: not any(alive(child) for child in left))
