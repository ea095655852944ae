"""A model that answers, for commands that run by themselves: the server that is there, else our own for a while."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

START_SECONDS = 600
LOOK_SECONDS = 2.0


class NoModel(Exception):
    """The model can't be asked; says why."""


@contextmanager
def model_server() -> Iterator[None]:
    """A model that answers: the one that runs, else our own, started here and stopped at the end."""
    if asyncio.run(_is_up()):
        yield
        return
    from django.conf import settings

    if settings.LLM_BASE_URL:
        raise NoModel("The model server of LLM_BASE_URL does not answer.")
    print("starting the model server ...", file=sys.stderr)
    server = subprocess.Popen(
        [sys.executable, "-m", "crmllm.llm.server.serve"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(server)
        yield
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def _wait_for(server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise NoModel("The model server ended while it started. Is it set up? (make setup)")
        if asyncio.run(_is_up()):
            return
        time.sleep(LOOK_SECONDS)
    raise NoModel(f"The model server did not answer within {START_SECONDS} seconds.")


async def _is_up() -> bool:
    from crmllm.llm.client import Model
    from crmllm.llm.errors import LlmError

    async with Model() as model:
        try:
            await model.name()
        except LlmError:
            return False
        return True
