"""Rate limits, really counted; None switches one off, and its headers with it."""

from __future__ import annotations

from collections import deque

from tests.support.hubspot.errors import rate_limited
from tests.support.hubspot.values import DAY, Clock


class Limits:
    """Calls in a rolling window of ten seconds, calls in a day, searches in a second."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ten_seconds: int | None = None
        self.daily: int | None = None
        self.searches: int | None = None
        self.retry_after = False  # HubSpot cannot be relied on to say it
        self.used_today, self._day = 0, 0
        self._calls: deque[int] = deque()
        self._searches: deque[int] = deque()

    def count(self, search: bool, oauth: bool) -> dict[str, str]:
        """Counts one call; gives the headers of its answer, or raises 429."""
        now = self.clock.now()
        if now // DAY != self._day:
            self._day, self.used_today = now // DAY, 0
        if search and self.searches is not None:
            if _full(self._searches, now, 1000, self.searches):
                raise rate_limited("SECONDLY")
            self._searches.append(now)
        full = self.ten_seconds is not None and _full(self._calls, now, 10_000, self.ten_seconds)
        if full:
            wait = {"Retry-After": str(-((now - self._calls[0] - 10_000) // 1000))} if self.retry_after else {}
            raise rate_limited("TEN_SECONDLY_ROLLING", {**self._headers(oauth), **wait})
        if self.daily is not None and self.used_today >= self.daily:
            raise rate_limited("DAILY", self._headers(oauth))
        if self.ten_seconds is not None:
            self._calls.append(now)
        self.used_today += 1
        return {} if search else self._headers(oauth)

    def _headers(self, oauth: bool) -> dict[str, str]:
        headers: dict[str, str] = {}
        if self.ten_seconds is not None:
            left = max(0, self.ten_seconds - len(self._calls))
            headers |= {
                "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
                "X-HubSpot-RateLimit-Max": str(self.ten_seconds),
                "X-HubSpot-RateLimit-Remaining": str(left),
            }
        if self.daily is not None and not oauth:
            left = max(0, self.daily - self.used_today)
            headers |= {
                "X-HubSpot-RateLimit-Daily": str(self.daily),
                "X-HubSpot-RateLimit-Daily-Remaining": str(left),
            }
        return headers


def _full(calls: deque[int], now: int, window: int, most: int) -> bool:
    while calls and calls[0] <= now - window:
        calls.popleft()
    return len(calls) >= most
