"""The whole application under its process manager, for real: started, hurt, stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from crmllm.core.runtime.home import REPOSITORY, Home, free_port
from crmllm.core.runtime.postgres import Cluster

PATIENCE = 180  # seconds until something that must happen counts as not happening


class Application:
    """One `python -m crmllm.core.runtime run` with a home and a port of its own, without a model."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.port = free_port()
        self.environment = os.environ | {
            "CRMLLM_HOME": str(self.home.root), "PORT": str(self.port), "LLM": "none", "WEB_WORKERS": "1",
        }  # fmt: skip
        self.output = folder / "output.txt"

    def start(self) -> None:
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "crmllm.core.runtime", "run"],
                cwd=REPOSITORY, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )  # fmt: skip

    def serves_pages(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def processes(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def ctrl_c(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


def lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.fixture
def application(folder: Path) -> Iterator[Application]:
    application = Application(folder)
    yield application
    application.process.kill()
    application.process.wait()
    eventually(lambda: Cluster(application.home.postgres).process_id() is None, "the database is still there")


def test_it_starts_serves_and_stops_without_leaving_anything(application: Application) -> None:
    application.start()
    eventually(application.serves_pages, application.output.read_text())
    said = application.output.read_text()
    assert f"http://localhost:{application.port}/" in said
    assert "reviewer" in said
    assert "Password" in said

    second = subprocess.run(
        [sys.executable, "-m", "crmllm.core.runtime", "run"],
        cwd=REPOSITORY, env=application.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert "it runs already" in second.stderr

    processes = application.processes()
    assert application.ctrl_c() == 0
    assert not any(lives(process) for process in processes)
    assert Cluster(application.home.postgres).process_id() is None


def test_a_killed_database_comes_back_and_a_killed_manager_takes_everything_with_it(application: Application) -> None:
    application.start()
    eventually(application.serves_pages, application.output.read_text())
    cluster = Cluster(application.home.postgres)
    killed = cluster.process_id()
    assert killed
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: cluster.process_id() not in (None, killed), "the database did not come back")
    eventually(application.serves_pages, "pages did not come back")

    processes = application.processes()
    application.process.kill()
    eventually(lambda: not any(lives(process) for process in processes), "something is left")


def test_a_taken_port_is_named(application: Application) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", application.port))
        other.listen()
        application.start()
        assert application.process.wait(PATIENCE) == 1
    assert f"port {application.port} is taken by another program" in application.output.read_text()


def test_a_wrong_setting_is_named(application: Application) -> None:
    application.environment["LLM"] = "abacus"
    application.start()
    assert application.process.wait(PATIENCE) == 1
    assert "LLM is 'abacus', but must be cpu, gpu or none." in application.output.read_text()
