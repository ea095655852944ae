"""`manage.py audit_sealer` and `verify_audit`, as processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from crmllm.core import audit
from crmllm.core.models import AuditLink
from crmllm.monitoring.management.commands import audit_sealer
from tests.core.conftest import committed  # noqa: F401 (a fixture)
from tests.jobs.test_cluster import address

pytestmark = pytest.mark.usefixtures("committed")

PATIENCE = 90


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "checkpoints.jsonl"
    monkeypatch.setattr(audit, "checkpoint_file", lambda: path)
    return path


def act() -> None:
    audit.record(actor=audit.SYSTEM, action="thing.done", subject_type="thing", subject_id=uuid4())


def verdict(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        call_command("verify_audit", *arguments)
    except SystemExit as end:
        return int(end.code or 0), capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_a_whole_chain_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    act()
    audit.seal()
    act()
    assert verdict(capsys=capsys) == (
        0,
        "The chain is whole.\n1 events sealed, 1 waiting for the sealer.\n",
    )
    status, text = verdict("--json", capsys=capsys)
    assert status == 0
    assert json.loads(text) == {"whole": True, "sealed": 1, "unsealed": 1, "broken": None, "late": False}


def test_a_broken_one_names_the_place_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    act()
    audit.seal()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_auditevent")
    status, text = verdict(capsys=capsys)
    assert status == 1
    assert text.startswith("BROKEN: The event of link 1 (")
    status, text = verdict("--json", capsys=capsys)
    assert (status, json.loads(text)["whole"]) == (1, False)


def test_the_sealer_outlives_a_database_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sessions are cut off; it waits, connects anew and goes on."""
    calls: list[int] = []
    real = audit.seal

    def seal(limit: int) -> int:
        calls.append(limit)
        if len(calls) == 2:
            raise audit_sealer.DatabaseError("terminating connection: secret")
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(limit)

    monkeypatch.setattr(audit, "seal", seal)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # these are the signals of the tests here
    monkeypatch.setattr(audit_sealer, "PAUSE", 0.01)
    monkeypatch.setattr(audit_sealer, "AWAY", 0.01)
    act()
    with pytest.raises(KeyboardInterrupt):
        audit_sealer.Command().handle()
    assert len(calls) == 4
    assert AuditLink.objects.count() == 1


@pytest.fixture
def sealer(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real one, with a home of its own for its checkpoints but our secrets."""
    environment = {
        "DATABASE_URL": address("default"),
        "KEYS_DATABASE_URL": address("keys"),
        "CRMLLM_HOME": str(tmp_path / "home"),
        "MASTER_KEY": settings.MASTER_KEY,
        "AUDIT_KEY": settings.AUDIT_KEY,
    }
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "audit_sealer"]
    process = subprocess.Popen(command, env=os.environ | environment)
    yield process
    process.kill()
    process.wait()


def eventually(what: Callable[[], Any]) -> None:
    ends = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < ends, "It never happened."
        time.sleep(0.1)


def test_it_seals_as_it_goes_and_ends_when_told(
    sealer: subprocess.Popen[bytes], tmp_path: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act()
    eventually(lambda: AuditLink.objects.count() == 1)
    with connection.cursor() as cursor:  # as after a restart of the server
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    act()
    eventually(lambda: AuditLink.objects.count() == 2)
    act()
    sealer.terminate()
    assert sealer.wait(PATIENCE) == 0
    assert AuditLink.objects.count() == 3
    written = tmp_path / "home" / "checkpoints" / "checkpoints.jsonl"
    monkeypatch.setattr(audit, "checkpoint_file", lambda: written)
    assert audit.verify() == audit.Verdict(sealed=3, unsealed=0, broken=None, late=False)
