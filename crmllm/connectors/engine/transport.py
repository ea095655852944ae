"""One request to a CRM: signed in, counted, guarded, and its refusals told apart by the declaration's rules."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import jmespath
from django.conf import settings
from django.utils import timezone
from jmespath.exceptions import JMESPathError

from crmllm.connectors import services
from crmllm.connectors.base import ConnectorError, RemoteGone, RemoteMoved, RemoteRefused, RemoteUnavailable
from crmllm.connectors.engine import auth, budget, cache
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.calls import Call, PagingKind
from crmllm.connectors.engine.declared.limits import ErrorRule, Problem
from crmllm.connectors.engine.errors import (
    CursorExpired,
    Duplicate,
    FieldRefused,
    NeedsSignIn,
    NotSent,
    QuotaGone,
    Throttled,
    Unclear,
)
from crmllm.connectors.engine.template import fill
from crmllm.connectors.models import Connection
from crmllm.core.guarded_http import Answer, GuardedClient, Refused, TooLarge, Unreachable

MAX_BYTES = 64_000_000  # of one answer: a page of rows, never a whole CRM
LONGEST = 120.0  # seconds for one answer to come in
PATIENCE = 20.0  # seconds that a reading call waits for room before it gives its worker free
SAID = 160  # letters of the CRM's own words that go into a sentence


def pick(path: str, found: Any) -> Any:
    """What a JMESPath finds; None without a path, and where something has another form than the path is made for."""
    try:
        return search(path, found)
    except JMESPathError:
        return None


def search(path: str, found: Any) -> Any:
    """As `pick`. Raises ValueError for a form that the path is not made for."""
    if path.isidentifier():  # most paths are a name, and are asked for every row
        return found.get(path) if isinstance(found, Mapping) else None
    return _compiled(path).search(found) if path else None


@lru_cache(maxsize=2048)
def _compiled(path: str) -> Any:
    return jmespath.compile(path)


@lru_cache(maxsize=1)
def client() -> GuardedClient:
    """One client a process: connections are kept."""
    return GuardedClient(allowed=settings.CRM_NETWORKS, timeout=30, max_bytes=MAX_BYTES, total=LONGEST)


class Transport:
    """Speaks to one connection."""

    def __init__(self, connection: Connection, declaration: Declaration, *, priority: Priority = Priority.SYNC) -> None:
        self.connection, self.declaration, self.priority = connection, declaration, priority
        self.session = auth.Session(connection, declaration, client())
        self.behind = timedelta()  # how far the CRM's clock is behind ours, as its answers tell

    def values(self) -> dict[str, Any]:
        """What every template may use: plain settings and what signing in brought."""
        return self.declaration.filled(self.connection.options)

    def send(self, call: Call, values: Mapping[str, Any], *, url: str = "") -> Any:
        """Sends a call and returns the answer's body as JSON (None when empty).

        Raises ConnectorError: what happened, as the declaration's rules tell it.
        """
        answer = self.ask(call, values, url=url)
        return self.parsed(answer)

    def ask(self, call: Call, values: Mapping[str, Any], *, url: str = "", content: bytes | None = None) -> Answer:
        """As `send`, but returns the answer itself; `content` goes as it is. A refused token is renewed once."""
        for last in (False, True):
            self._wait_for_room(call)
            token = self.session.token()
            answer = self._once(call, values, url, content, token)
            budget.learn(self.connection, self.declaration.limits, answer.headers)
            self.behind = _behind(answer)
            rule = self._rule(answer)
            if rule is None and _went_well(answer):
                return answer
            if rule is not None and rule.problem == Problem.SIGNED_OUT and not last and self.session.renew(token):
                continue
            raise self._error(call, answer, rule)
        raise AssertionError("unreachable")

    # --- out

    def _wait_for_room(self, call: Call) -> None:
        """Takes a place in the limits; a short wait is waited for here, a long one gives the worker free."""
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                budget.take(
                    self.connection, self.declaration.limits, call.limits, cost=call.cost, priority=self.priority
                )
                return
            except Throttled as error:
                if time.monotonic() + error.wait > ends:
                    raise
                time.sleep(error.wait)

    def _once(self, call: Call, values: Mapping[str, Any], url: str, content: bytes | None, token: str) -> Answer:
        try:
            request = self._request(call, {**self.values(), **values}, url, content, token)
            held = cache.offer(self.connection, call, request)
            answer = client().ask(request, total=max(self.declaration.timeout, 1) * 4)
            return cache.settled(self.connection, call, request, held, answer)
        except Unreachable as error:
            kind = RemoteUnavailable if error.sent else NotSent
            raise kind(f"{self.connection.name}: {error.message}") from None
        except Refused as error:
            raise RemoteRefused(f"{self.connection.name}: {error.message}", code=error.code) from None
        except TooLarge as error:
            raise RemoteUnavailable(f"{self.connection.name}: {error.message}") from None

    def _request(
        self, call: Call, known: Mapping[str, Any], url: str, content: bytes | None, token: str
    ) -> httpx.Request:
        base = str(fill(self.declaration.base, known)).rstrip("/") + "/"
        address = self._at_home(base, url or _below(str(fill(call.path, known))))
        headers = {
            "Accept": "application/json",
            "User-Agent": "crmllm",
            **_texts(fill(self.declaration.headers, known)),
            **self.session.headers(token),
            **_texts(fill(call.headers, known)),
        }
        query = (
            {} if url else {name: _query(value) for name, value in fill(call.query, known).items() if value is not None}
        )
        body: dict[str, Any] = {}
        if content is not None:
            body = {"content": content}
        elif call.body is not None and not (url and call.method == "GET"):
            filled = fill(call.body, known)
            body = (
                {"data": _texts(filled)} if call.form else {"content": json.dumps(filled, ensure_ascii=False).encode()}
            )
            if not call.form:
                headers.setdefault("Content-Type", "application/json")
        parameters = {"params": query} if query else {}
        return client().build(
            call.method, address, headers=headers, timeout=self.declaration.timeout, **parameters, **body
        )

    @staticmethod
    def _at_home(base: str, address: str) -> str:
        """A token goes to the CRM's own host only, whatever an answer says of a next page.

        Behind a proxy many a CRM takes itself for http, or writes out its port: it is asked where we asked before.
        """
        try:
            home, found = urlsplit(base), urlsplit(urljoin(base, address))
            ours, theirs = home.port or _PORTS.get(home.scheme), found.port or _PORTS.get(found.scheme)
        except ValueError:
            raise RemoteRefused("The CRM pointed to something that is no address; it was not asked.") from None
        plain = home.port is None and (home.scheme, found.scheme, theirs) == ("https", "http", 80)
        if (found.hostname, found.username) != (home.hostname, home.username) or not (ours == theirs or plain):
            raise RemoteRefused("The CRM pointed to an address on another host; it was not asked.")
        return found._replace(scheme=home.scheme, netloc=home.netloc).geturl()

    # --- back

    def listed(self, call: Call, values: Mapping[str, Any]) -> list[Any]:
        """As `send`: the list in the answer, with what it says is on further pages. Raises RemoteUnavailable where
        there is none."""
        found: list[Any] = []
        url, asked = "", set[str]()
        while url not in asked:
            asked.add(url)
            answer = self.ask(call, values, url=url)
            body = self.parsed(answer)
            found += self.rows(call, answer, body)
            url = str(pick(call.paging.next, body) or "") if call.paging.kind == PagingKind.NEXT_URL else ""
            if not url:
                return found
        raise RemoteUnavailable(f"{self.connection.name} gives the same page again and again.")

    def rows(self, call: Call, answer: Answer, body: Any) -> list[Any]:
        """The list in an answer. One without it says nothing: it must not pass for a list that is empty."""
        found = pick(call.rows or "@", body)
        if found is None and answer.status in (204, 304):
            return []
        if not isinstance(found, list):
            raise RemoteUnavailable(f"{self.connection.name} answered without the list that was asked for.")
        return found

    def parsed(self, answer: Answer) -> Any:
        """The body as JSON; None when it is empty. Raises RemoteUnavailable for anything else."""
        if not answer.body.strip():
            return None
        try:
            return answer.json()
        except ValueError:
            raise RemoteUnavailable(f"{self.connection.name} answered with something that is no JSON.") from None

    def _rule(self, answer: Answer) -> ErrorRule | None:
        """The rule that fits the answer; None for a good one, and for a bad one that no rule knows."""
        body = _json(answer)
        if _went_well(answer) and not (self.declaration.failed and pick(self.declaration.failed, body)):
            return None
        return self.rule_for(answer.status, body, answer.text)

    def rule_for(self, status: int | None, body: Any, text: str) -> ErrorRule | None:
        """The first rule that fits; without a status only rules that look at the body count."""
        for rule in self.declaration.errors:
            if rule.status and status not in rule.status and not (status is None and (rule.where or rule.matches)):
                continue
            if rule.where and not pick(rule.where, body):
                continue
            if rule.matches and not re.search(rule.matches, text):
                continue
            return rule
        return _GENERAL.get(status) if status is not None and status >= 300 else None

    def _error(self, call: Call, answer: Answer, rule: ErrorRule | None) -> ConnectorError:
        if rule is None:
            kind = RemoteUnavailable if answer.status >= 500 else RemoteRefused
            return kind(f"{self.connection.name} answered with status {answer.status}.")
        wait = _retry_after(answer) or rule.wait
        if rule.problem in (Problem.THROTTLED, Problem.QUOTA):
            quota = rule.problem == Problem.QUOTA
            names = [*call.limits, *self.declaration.limits] if quota else call.limits
            budget.block(self.connection, self.declaration.limits, names, seconds=wait or 1, quota=quota)
        error = self.told(rule, _json(answer), answer.text, wait=wait)
        if isinstance(error, NeedsSignIn):
            services.mark_broken(connection=self.connection, reason=error.message)
        return error

    def told(self, rule: ErrorRule, body: Any, text: str, *, wait: float = 0) -> ConnectorError:
        """The error that a rule stands for, with its sentence."""
        words = self.session.without_secrets(str(pick(self.declaration.message, body) or "").strip())[:SAID]
        sentence = f"{self.connection.name}: " + rule.say.replace("{message}", words or "no reason given")
        problem = rule.problem
        if problem == Problem.FIELD:
            named = re.search(rule.name, text) if rule.name else None
            return FieldRefused(sentence, field=named.group(1) if named else "")
        if problem in _WAITING:
            return _WAITING[problem](sentence, wait=wait)
        return _KINDS[problem](sentence)


_WAITING: dict[Problem, type[NotSent | Unclear]] = {
    Problem.UNAVAILABLE: Unclear,
    Problem.THROTTLED: Throttled,
    Problem.QUOTA: QuotaGone,
    Problem.LOCKED: NotSent,
    Problem.SIGNED_OUT: NeedsSignIn,
    Problem.NEEDS_SIGN_IN: NeedsSignIn,
}
_KINDS: dict[Problem, type[ConnectorError]] = {
    Problem.MOVED: RemoteMoved,
    Problem.GONE: RemoteGone,
    Problem.DUPLICATE: Duplicate,
    Problem.FORBIDDEN: RemoteRefused,
    Problem.VALUE: RemoteRefused,
    Problem.CURSOR: CursorExpired,
    Problem.REFUSED: RemoteRefused,
}


def _general(problem: Problem, say: str, wait: float = 0) -> ErrorRule:
    return ErrorRule(problem=problem, say=say, wait=wait)


#: What a status means where the declaration says nothing else.
_GENERAL: dict[int, ErrorRule] = {
    300: _general(Problem.REFUSED, "there are several records like this one; a person has to look."),
    **{
        status: _general(Problem.UNAVAILABLE, "it sends us to another address; look whether the one entered is right.")
        for status in (301, 302, 303, 307, 308)
    },
    401: _general(Problem.SIGNED_OUT, "it does not know us any more; somebody has to sign in again."),
    403: _general(Problem.FORBIDDEN, "we are not allowed to do this there. {message}"),
    404: _general(Problem.GONE, "the record is not there, or not for us."),
    409: _general(Problem.DUPLICATE, "there is such a record already. {message}"),
    410: _general(Problem.GONE, "the record is gone."),
    412: _general(Problem.MOVED, "the record was changed meanwhile; nothing was written."),
    429: _general(Problem.THROTTLED, "we ask too often; work goes on more slowly.", 10),
    **{
        status: _general(Problem.UNAVAILABLE, "it gives no clear answer at the moment.", 5)
        for status in (408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524)
    },
}


_PORTS = {"http": 80, "https": 443}


def _went_well(answer: Answer) -> bool:
    """Whether the CRM did what it was asked, or says that there is nothing new. A redirect is neither."""
    return 200 <= answer.status < 300 or answer.status == 304


def _below(path: str) -> str:
    return path if "://" in path else path.lstrip("/")


def _texts(filled: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in filled.items() if value is not None}


def _query(value: Any) -> Any:
    return value if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)


def _json(answer: Answer) -> Any:
    try:
        return answer.json() if answer.body.strip() else None
    except ValueError:
        return None


LONGEST_WAIT = 86_400.0  # seconds that a CRM can ask us to wait


def _retry_after(answer: Answer) -> float:
    """Seconds of a Retry-After header, also as a date by the CRM's own clock; nonsense counts as nothing said."""
    told = answer.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", told, re.ASCII):
        return min(float(told), LONGEST_WAIT)
    until = answer.date("Retry-After")
    now = answer.date("Date") or timezone.now()
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT) if until else 0.0


def _behind(answer: Answer) -> timedelta:
    """How far the CRM's clock is behind ours; nothing when it is ahead, or does not say."""
    told = answer.date("Date")
    return min(max(timezone.now() - told, timedelta()), timedelta(days=1)) if told else timedelta()
