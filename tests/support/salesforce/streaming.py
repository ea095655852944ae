"""Change events over CometD: handshake, subscribe with replay, and answers that are held back until something happens.

What was committed (the org's ledger) is what is told; an event's number is that of its line. `controls.tell` adds
events of which no line tells: gaps, overflows, changes of a field's type.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support.salesforce.calls import Refused, Reply

if TYPE_CHECKING:
    from tests.support.salesforce.server import Salesforce

ALL = "/data/ChangeEvents"
LONGEST = 110.0  # seconds that an answer is held back when the client does not say
NEW_ONLY, EVERYTHING = -1, -2
KINDS = {
    "create": "CREATE", "update": "UPDATE", "delete": "DELETE", "merge": "DELETE", "undelete": "UNDELETE",
}  # fmt: skip


@dataclass
class _Client:
    """Somebody who shook hands: what was told already."""

    subscribed: str = ""
    heard: int = 0


class Streaming:
    """The conversations of one org. `kept_from` is the oldest event that is still there."""

    def __init__(self, sf: Salesforce) -> None:
        self.sf = sf
        self.clients: dict[str, _Client] = {}
        self.kept_from = 1
        self.selected: set[str] | None = None  # the objects of Change Data Capture; None for all
        self.told: dict[int, dict[str, Any]] = {}  # what tests say, behind a line of the ledger

    async def answer(self, authorization: str, body: bytes) -> Reply:
        token = authorization.removeprefix("Bearer ")
        if token not in self.sf.sign_in.access:
            return Reply(401, Refused(401, "INVALID_SESSION_ID", "Session expired or invalid").body())
        found: list[dict[str, Any]] = []
        for message in json.loads(body):
            found += await self._one(message)
        return Reply(body=found)

    async def _one(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        channel = message["channel"]
        if channel == "/meta/handshake":
            name = uuid4().hex
            self.clients[name] = _Client()
            more = {"clientId": name, "version": "1.0", "supportedConnectionTypes": ["long-polling"]}
            return [_good(channel, ext={"replay": True}, **more)]
        client = self.clients.get(str(message.get("clientId")))
        if client is None:
            return [_bad(channel, "403::Unknown client", "handshake")]
        if channel == "/meta/subscribe":
            return [self._subscribe(client, message)]
        if channel == "/meta/connect":
            return await self._connect(client, message)
        self.clients.pop(str(message["clientId"]))
        return [_good(channel)]

    def _subscribe(self, client: _Client, message: dict[str, Any]) -> dict[str, Any]:
        channel, wanted = "/meta/subscribe", message["subscription"]
        if wanted != ALL:
            return _bad(channel, f"403:{wanted}:Unknown channel", "none")
        start = message.get("ext", {}).get("replay", {}).get(wanted, NEW_ONLY)
        if start >= 0 and start + 1 < self.kept_from:
            return _bad(
                channel, f"400::The replayId {{{start}}} you provided was invalid.  Please provide a valid ID", ""
            )
        client.heard = self._newest() if start == NEW_ONLY else self.kept_from - 1 if start == EVERYTHING else start
        client.subscribed = wanted
        return _good(channel, subscription=wanted)

    async def _connect(self, client: _Client, message: dict[str, Any]) -> list[dict[str, Any]]:
        given = (message.get("advice") or {}).get("timeout")
        ends = time.monotonic() + (LONGEST if given is None else given / 1000)
        while True:
            events = list(self._since(client))
            if events or time.monotonic() > ends:
                return [
                    *events,
                    _good("/meta/connect", advice={"reconnect": "retry", "interval": 0, "timeout": 110000}),
                ]
            await asyncio.sleep(0.02)  # an answer that is held back

    def _newest(self) -> int:
        return max([len(self.sf.org.ledger), *self.told])

    def _since(self, client: _Client) -> Iterator[dict[str, Any]]:
        """What happened behind what was heard."""
        for number in range(client.heard + 1, self._newest() + 1):
            client.heard = number
            header = self.told.get(number) or self._header(number)
            if header is not None and client.subscribed:
                data = {"schema": "made-up", "payload": {"ChangeEventHeader": header}, "event": {"replayId": number}}
                yield {"channel": client.subscribed, "data": data}

    def _header(self, number: int) -> dict[str, Any] | None:
        if number > len(self.sf.org.ledger):
            return None
        line = self.sf.org.ledger[number - 1]
        if line.operation not in KINDS or (self.selected is not None and line.object not in self.selected):
            return None
        return {
            "entityName": line.object,
            "recordIds": [line.id],
            "changeType": KINDS[line.operation],
            "changeOrigin": line.origin,
            "transactionKey": f"made-up-{number}",
            "sequenceNumber": 1,
            "commitTimestamp": int(self.sf.org.clock.now().timestamp() * 1000),
            "commitUser": line.user,
            "commitNumber": number,
            "changedFields": sorted(line.changes),
        }

    def tell(self, kind: str, change: str, ids: list[str]) -> int:
        """An event that no write stands behind: its number."""
        number = self._newest() + 1
        self.told[number] = {
            "entityName": kind,
            "recordIds": ids,
            "changeType": change,
            "changeOrigin": "",
            "transactionKey": f"made-up-{number}",
            "sequenceNumber": 1,
            "commitTimestamp": int(self.sf.org.clock.now().timestamp() * 1000),
        }
        return number


def _good(channel: str, **more: Any) -> dict[str, Any]:
    return {"channel": channel, "successful": True, **more}


def _bad(channel: str, error: str, reconnect: str) -> dict[str, Any]:
    advice = {"advice": {"reconnect": reconnect}} if reconnect else {}
    return {"channel": channel, "successful": False, "error": error, **advice}
