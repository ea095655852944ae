"""How fast the review is with a full database: list page, and decision with the next card, over HTTP."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core.registry import seed_scale
from crmllm.core.runtime.home import REPOSITORY, free_port
from crmllm.proposals.models import Proposal

PROPOSALS = int(os.environ.get("BENCH_PROPOSALS", "1000000"))
ROUNDS = 60
GOALS = {"list page": 50, "decision + next card": 100}  # milliseconds
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_APPROVE = re.compile(r'hx-post="(/review/proposals/[0-9a-f-]+/approve/)"')


def review() -> list[dict[str, Any]]:
    """Median and 95th percentile in milliseconds beside the goals. Seeds the database up to BENCH_PROPOSALS first."""
    missing = PROPOSALS - Proposal.objects.count()
    if missing > 0:
        seed_scale["proposals"](missing)
    with _server() as url, httpx.Client(base_url=url, cookies=_session(), timeout=60) as client:
        client.get("/review/").raise_for_status()
        pages = [_timed(lambda: client.get("/review/")) for _ in range(ROUNDS)]
        decisions = [_decide(client) for _ in range(ROUNDS)]
    return [_row("list page", pages), _row("decision + next card", decisions)]


def _timed(ask: Any) -> float:
    started = time.perf_counter()
    ask().raise_for_status()
    return (time.perf_counter() - started) * 1000


def _decide(client: httpx.Client) -> float:
    """Opens a card, then approves its first proposal; only the answer to the key is timed."""
    page = client.get("/review/").text
    url, token = _APPROVE.search(page), _TOKEN.search(page)
    assert url and token, "There is nothing to approve."
    headers = {"HX-Request": "true", "X-CSRFToken": token[1]}
    return _timed(lambda: client.post(url[1], headers=headers, data={"elapsed_ms": "1000"}))


def _row(what: str, times: list[float]) -> dict[str, Any]:
    goal, p95 = GOALS[what], statistics.quantiles(times, n=20)[-1]
    return {
        "what": f"{what}, {PROPOSALS:,} proposals (ms, p95; median {statistics.median(times):.0f})",
        "ours": round(p95, 1),
        "peer": goal,
        "ratio": round(goal / p95, 2),
    }


@contextmanager
def _server() -> Iterator[str]:
    """The web server alone, as `make run` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "crmllm.wsgi", "-b", f"127.0.0.1:{port}", "-k", "gthread"]
    process = subprocess.Popen(
        [*command, "--threads", "4", "--preload"], cwd=REPOSITORY, stderr=subprocess.DEVNULL, env=os.environ
    )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("The web server did not start.")


def _session() -> dict[str, str]:
    """The cookie of a reviewer who is signed in."""
    user, _ = User.objects.get_or_create(username="bench-reviewer", defaults={"role": Role.REVIEWER})
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    connection.close()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key)}
