"""A real vLLM with the packaged model, started once for all tests that ask for it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmllm.core.runtime.home import free_port, home
from crmllm.llm.server import serve

START_SECONDS = 600  # about a minute on an idle machine; tests share theirs with everything else


@pytest.fixture(scope="session")
def llm_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the model server: http://127.0.0.1:PORT/v1. LLM_TEST_URL names one that runs already."""
    running = os.environ.get("LLM_TEST_URL")
    if running:
        yield running
        return
    port = free_port()
    log = tmp_path_factory.mktemp("llm") / "vllm.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            serve.command(home(), os.environ, port),
            env=os.environ | serve.environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_healthy(process, f"http://127.0.0.1:{port}/health", log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_healthy(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"vLLM ended:\n{log.read_text()[-3000:]}"
        try:
            if httpx.get(address, timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"vLLM did not answer within {START_SECONDS} s:\n{log.read_text()[-3000:]}")


@pytest.fixture
def real_model(llm_server: str, settings: Any) -> str:
    """The application asks the real model server."""
    settings.LLM_BASE_URL = llm_server
    settings.LLM_MODEL = ""
    return llm_server
