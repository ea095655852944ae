"""How fast the review is with a full database: for one reviewer in a real browser, and for twenty at once over HTTP."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core.registry import seed_scale
from crmllm.core.runtime.serving import serving
from crmllm.ingestion.models import Interaction
from crmllm.proposals.models import Decision, Proposal
from review.selectors import PAGE

PROPOSALS = int(os.environ.get("BENCH_PROPOSALS", "1000000"))
ROUNDS = 60
CARDS = int(os.environ.get("BENCH_CARDS", "60"))
REVIEWERS, PAUSE = 20, 2.0
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
#: Milliseconds, as the 95th percentile.
GOALS = {
    "list page": 50,
    "next card painted": 100,
    "next proposal of a card painted": 100,
    "decision, twenty at once": 250,
}
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_CARD = re.compile(r'<article id="card".*?</article>', re.S)
_ID = re.compile(r'data-id="([0-9a-f-]{36})"')
_PEEK = re.compile(r'data-peek="([^"]+)"')
_APPROVE = re.compile(r'hx-post="(/review/proposals/[0-9a-f-]+/approve/[^"]*)"')

#: Runs in the page: from a key to the frame in which another card, or another proposal of it, was painted.
_WATCH = """() => {
  window.painted = [];
  const [card, part] = [() => document.getElementById("card"), () => document.querySelector(".proposal.is-current")];
  const here = () => `${card()?.dataset.id} ${part()?.id}`;
  let pressed = 0, shown = here();
  document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
  new MutationObserver(() => {
    const now = here();
    if (now === shown || now.includes("undefined") || !pressed) return;
    const what = now.split(" ")[0] === shown.split(" ")[0] ? "proposal" : "card";
    const from = pressed;
    shown = now;
    pressed = 0;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();  // its message comes after the frame
      channel.port1.onmessage = () => window.painted.push([what, performance.now() - from]);
      channel.port2.postMessage(0);
    });
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
}"""


def review() -> list[dict[str, Any]]:
    """Median and 95th percentile in milliseconds beside the goals. Seeds the database up to BENCH_PROPOSALS first."""
    missing = PROPOSALS - Proposal.objects.count()
    if missing > 0:
        seed_scale["proposals"](missing)
    with serving() as url:
        with httpx.Client(base_url=url, cookies=_session("bench-reviewer"), timeout=60) as client:
            client.get("/review/").raise_for_status()
            rows = [_row("list page", [_timed(lambda: client.get("/review/")) for _ in range(ROUNDS)])]
        rows += [_row(f"next {what} painted", times) for what, times in _in_a_browser(url).items()]
        return rows + _at_once(url)


def _timed(ask: Any) -> float:
    started = time.perf_counter()
    ask().raise_for_status()
    return (time.perf_counter() - started) * 1000


def _row(what: str, times: list[float]) -> dict[str, Any]:
    goal, p95 = GOALS[what], statistics.quantiles(times, n=20)[-1]
    return {
        "what": f"{what}, {PROPOSALS:,} proposals (ms, p95 of {len(times)}; median {statistics.median(times):.0f})",
        "ours": round(p95, 1),
        "peer": goal,
        "ratio": round(goal / p95, 2),
    }


# --- one reviewer, with keys


def _in_a_browser(url: str) -> dict[str, list[float]]:
    """Approves cards with Enter as soon as each is there; the times from key to paint, of cards and of their parts."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    cookies = [{"name": name, "value": value, "url": url} for name, value in _session("bench-reviewer").items()]
    times: dict[str, list[float]] = defaultdict(list)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=url, bypass_csp=True)
        context.add_cookies(cookies)  # type: ignore[arg-type]
        tab = context.new_page()
        tab.goto("/review/")
        tab.evaluate(_WATCH)
        while len(times["card"]) < CARDS:
            tab.wait_for_function(
                "document.documentElement.dataset.ahead && !('deciding' in document.documentElement.dataset)"
            )
            tab.wait_for_timeout(300)  # a quick reader
            before = tab.evaluate("window.painted.length")
            tab.keyboard.press("Enter")
            tab.wait_for_function("before => window.painted.length > before", arg=before)
            what, milliseconds = tab.evaluate("window.painted.at(-1)")
            times[what].append(milliseconds)
        browser.close()
    return {"card": times["card"], "proposal of a card": times["proposal"]}


# --- twenty reviewers


@dataclass
class _Reviewer:
    """Somebody who decides every two seconds, as the page's script would ask."""

    name: str
    url: str
    cookies: dict[str, str]
    ready: threading.Barrier
    times: list[float] = field(default_factory=list)
    listed: int = PAGE
    accepted: int = 0
    refused: int = 0
    replaced: int = 0

    def work(self, number: int) -> None:
        with httpx.Client(base_url=self.url, cookies=self.cookies, timeout=60) as client:
            page = client.get("/review/").text
            token = _TOKEN.search(page)
            assert token, "There is nothing to decide."
            headers = {"HX-Request": "true", "X-CSRFToken": token[1]}
            card = _card_of(page)
            ahead = self._peek(client, card)
            self.ready.wait(timeout=60)  # measured is people at work, not twenty who sit down in the same moment
            due = time.monotonic() + PAUSE * (1 + number / REVIEWERS)
            until = due + SECONDS
            while due < until and _APPROVE.search(card):
                time.sleep(max(0.0, due - time.monotonic()))
                due += PAUSE
                card, ahead = self._decide(client, headers, card, ahead)

    def _decide(self, client: httpx.Client, headers: dict[str, str], card: str, ahead: str) -> tuple[str, str]:
        """Approves the first proposal that waits; the card to go on with, and the one behind it."""
        open_ones = _APPROVE.findall(card)
        last = len(open_ones) == 1
        shown = _ID.search(ahead if last else card)
        self.listed -= last and shown is not None
        more = {"X-Shown-Card": shown[1], "X-Queue-Left": str(self.listed)} if shown else {}
        started = time.perf_counter()
        answer = client.post(open_ones[0], headers=headers | more, data={"elapsed_ms": "2000"})
        self.times.append((time.perf_counter() - started) * 1000)
        came = _card_of(answer.text)
        self.listed = PAGE if 'id="queue"' in answer.text else self.listed
        if answer.is_success:
            self.accepted += 1
            self.replaced += bool(last and shown and came)
        else:
            self.refused += 1
            came = _card_of(client.get("/review/").text)
        if last and shown and not came:
            return ahead, self._peek(client, ahead)
        return came, self._peek(client, came) if last or not answer.is_success else ahead

    def _peek(self, client: httpx.Client, card: str) -> str:
        address = _PEEK.search(card)
        return _card_of(client.get(address[1], headers={"HX-Request": "true"}).text) if address else ""


def _card_of(page: str) -> str:
    found = _CARD.search(page)
    return found[0] if found else ""


def _at_once(url: str) -> list[dict[str, Any]]:
    """Twenty reviewers who each act every two seconds; then what the database says of it."""
    began, ready = timezone.now(), threading.Barrier(REVIEWERS)
    names = [f"bench-{number}" for number in range(REVIEWERS)]
    people = [_Reviewer(name, url, _session(name), ready) for name in names]
    threads = [threading.Thread(target=one.work, args=[number]) for number, one in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decisions = Decision.objects.filter(created_at__gte=began, actor__username__in=[one.name for one in people])
    decided = list(decisions.values_list("proposal", "actor", "proposal__interaction"))
    accepted = sum(one.accepted for one in people)
    hands: dict[Any, set[Any]] = defaultdict(set)
    for _proposal, actor, interaction in decided:
        hands[interaction].add(actor)
    counts = {
        "decisions kept, of those accepted": (len(decided), accepted),
        "proposals decided by two": (len(decided) - len({row[0] for row in decided}), 0),
        "items in two people's hands": (sum(len(who) > 1 for who in hands.values()), 0),
        "items of which a part was lost": (_half_done(list(hands)), 0),
    }
    told = f"{sum(one.refused for one in people)} refused, {sum(one.replaced for one in people)} cards replaced"
    timed = _row("decision, twenty at once", [value for one in people for value in one.times])
    return [timed | {"what": f"{timed['what']}; {told}"}] + [
        {"what": what, "ours": ours, "goal": goal} for what, (ours, goal) in counts.items()
    ]


def _half_done(ids: list[Any]) -> int:
    """Items whose count of what is open does not agree with their proposals."""
    rows = Interaction.objects.filter(pk__in=ids).prefetch_related("proposals")
    return sum(
        row.open_proposals != sum(one.state in ("pending", "claimed") for one in row.proposals.all()) for row in rows
    )


# --- a person


def _session(name: str) -> dict[str, str]:
    """The cookie of a reviewer who is signed in."""
    user, _ = User.objects.get_or_create(username=name, defaults={"role": Role.REVIEWER})
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    connection.close()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key)}
