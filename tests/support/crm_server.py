"""Starts one of the tests' CRM servers: in a thread of this process, or as a process of its own.

Each vendor is a package `tests.support.<vendor>` whose `server` module has `build(state: Path | None)`: an ASGI
application that keeps its rows in that file across starts when it is given one.

    python -m tests.support.crm_server salesforce 8900 /tmp/salesforce.state
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

RESET = "crm.reset"


def resettable(app: App) -> App:
    """Gives an application `scope[RESET]()`: cuts the connection as a failing network does, with a TCP reset."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        transport: asyncio.Transport | None = getattr(getattr(send, "__self__", None), "transport", None)

        def reset() -> None:
            assert transport is not None, "only a server that was started here can cut its connections"
            linger = struct.pack("ii", 1, 0)  # closing without lingering sends RST instead of FIN
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()

        await app({**scope, RESET: reset}, receive, send)

    return wrapped


def _listen(port: int) -> socket.socket:
    # asyncio only does this for sockets that name their protocol; without it every answer waits for an acknowledgement.
    listener = socket.create_server(("127.0.0.1", port))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _server(app: App) -> uvicorn.Server:
    config = uvicorn.Config(
        resettable(app), log_level="error", lifespan="auto", proxy_headers=False, timeout_graceful_shutdown=1
    )
    return uvicorn.Server(config)


@contextlib.contextmanager
def serving(app: App) -> Iterator[str]:
    """The application in a thread; yields its address. Tests may hold and change its state from outside."""
    # The socket listens before the thread runs, so that a client's first call waits instead of failing.
    with _listen(0) as listener:
        server = _server(app)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def running(vendor: str, port: int, state: Path | None = None, seconds: float = 30) -> Iterator[str]:
    """The vendor's server as a process, which can be killed and started again; yields its address."""
    command = [sys.executable, "-m", __name__, vendor, str(port), *([str(state)] if state else [])]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    try:
        deadline = time.monotonic() + seconds
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The {vendor} server did not start on port {port}.")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        time.sleep(0.05)
        return False
    return True


def main(vendor: str, port: str, state: str = "") -> None:
    """Serves until it is stopped."""
    app: App = importlib.import_module(f"tests.support.{vendor}.server").build(Path(state) if state else None)
    with _listen(int(port)) as listener:
        _server(app).run([listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
