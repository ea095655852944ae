"""The web server alone, as `make run` starts it: for measuring."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from crmllm.core.runtime.home import REPOSITORY, free_port
from crmllm.core.runtime.processes import web_server

PATIENCE = 60.0  # seconds until it answers


@contextmanager
def serving() -> Iterator[str]:
    """Serves the site of this environment on a free port; yields its address."""
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(web_server(address, os.environ), cwd=REPOSITORY, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://{address}/healthz")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("The web server did not start.")
