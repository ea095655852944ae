"""Webhooks: what happened since the last delivery, signed (version 3) and posted when a test says so.

A delivery can be made to arrive late, twice, in the wrong order, with a foreign signature, or about nobody.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from tests.support.hubspot.oauth import APP_ID
from tests.support.hubspot.schema import OBJECTS
from tests.support.hubspot.store import Write

if TYPE_CHECKING:
    from tests.support.hubspot.account import Account

_BATCH = 100
_DECODED = {"%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'"}
_DECODED |= {"%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";"}
_KINDS = {
    "create": "creation",
    "archive": "deletion",
    "restore": "restore",
    "merge": "merge",
    "erase": "privacyDeletion",
}


def signature(secret: str, method: str, url: str, body: bytes, timestamp: int) -> str:
    """X-HubSpot-Signature-v3 of one call."""
    for escape, character in _DECODED.items():
        url = url.replace(escape, character).replace(escape.lower(), character)
    source = b"".join((method.encode(), url.encode(), body, str(timestamp).encode()))
    return base64.b64encode(hmac.new(secret.encode(), source, hashlib.sha256).digest()).decode()


@dataclass(frozen=True)
class Delivery:
    """One call as HubSpot makes it."""

    url: str
    body: bytes
    headers: dict[str, str]

    def send(self) -> int:
        """Posts it; gives the status of the answer."""
        return httpx.post(self.url, content=self.body, headers=self.headers, timeout=10).status_code


class Events:
    """What subscribers would hear of; `subscribed` (event types) narrows it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.subscribed: set[str] | None = None
        self.waiting: deque[dict[str, Any]] = deque(maxlen=100_000)
        self._count = 0

    def wrote(self, write: Write) -> None:
        """Turns a committed write into events."""
        kind = OBJECTS[write.object].singular
        by = {"changeSource": write.source.kind, "sourceId": write.source.id}
        if write.what == "update":
            for name in write.changed:
                self.add(kind, "propertyChange", write.id, propertyName=name, propertyValue=write.values[name], **by)
        elif write.what in ("associate", "dissociate"):
            [other] = [name for name in write.values if name in OBJECTS]
            ends = f"{kind.upper()}_TO_{OBJECTS[other].singular.upper()}"
            more = {"associationType": ends, "fromObjectId": write.id, "toObjectId": int(write.values[other])}
            self.add(kind, "associationChange", write.id, associationRemoved=write.what == "dissociate", **more)
        elif write.what == "merge":
            merged = [int(write.values["merged"])]
            self.add(kind, "merge", write.id, primaryObjectId=write.id, mergedObjectIds=merged, newObjectId=write.id)
        else:
            self.add(kind, _KINDS[write.what], write.id, **by)
            if write.what == "erase":
                self.add(kind, "deletion", write.id, **by)

    def add(self, kind: str, happened: str, object_id: int, **more: Any) -> None:
        """One event; tests add some about records that nobody knows."""
        name = f"{kind}.{happened}"
        if self.subscribed is not None and name not in self.subscribed:
            return
        self._count += 1
        self.waiting.append(
            {
                "eventId": self._count,
                "subscriptionId": 12,
                "portalId": self.account.hub_id,
                "appId": APP_ID,
                "occurredAt": self.account.clock.now(),
                "subscriptionType": name,
                "attemptNumber": 0,
                "objectId": object_id,
                "changeSource": "INTEGRATION",
                "sourceId": str(APP_ID),
                **more,
            }
        )

    def deliveries(
        self, url: str, *, secret: str | None = None, late: float = 0, reverse: bool = False, twice: bool = False
    ) -> list[Delivery]:
        """Takes what waits, in batches; signed with the app's secret or another one, `late` seconds ago."""
        events = list(self.waiting)
        self.waiting.clear()
        if reverse:
            events.reverse()
        made = [
            self.signed(url, events[start : start + _BATCH], secret, late) for start in range(0, len(events), _BATCH)
        ]
        return [one for one in made for _ in range(2 if twice else 1)]

    def signed(self, url: str, events: list[dict[str, Any]], secret: str | None = None, late: float = 0) -> Delivery:
        """One call that carries these events."""
        body = json.dumps(events, separators=(",", ":"), ensure_ascii=False).encode()
        at = self.account.clock.now() - round(late * 1000)
        sealed = signature(secret or self.account.tokens.client_secret, "POST", url, body, at)
        headers = {
            "Content-Type": "application/json",
            "X-HubSpot-Signature-v3": sealed,
            "X-HubSpot-Request-Timestamp": str(at),
        }
        return Delivery(url, body, headers)
