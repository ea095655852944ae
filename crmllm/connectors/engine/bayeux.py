"""Bayeux (CometD) by long polling: a conversation with a CRM that tells of changes while somebody listens.

    handshake -> subscribe, from the last message that was heard -> connect, again and again, each brings what came

A message's number (replay id) says where to go on. A CRM keeps its messages for days; who asks for one that it no
longer has is told so (`Missed`) and goes on with what comes from then on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crmllm.connectors.base import RemoteRefused, RemoteUnavailable
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.declared.events import Listening
from crmllm.connectors.engine.transport import Transport

WAIT = 10_000  # milliseconds that the CRM holds an answer back while nothing happens
NEW_ONLY = -1
VERSION = "1.0"


class Missed(RemoteRefused):
    """The CRM no longer has the messages from where we left off."""

    code = "crm_missed"


@dataclass(frozen=True)
class Message:
    """One message of the channel."""

    replay_id: int
    data: Any


class Conversation:
    """One conversation, from the handshake on. Each of its calls raises ConnectorError."""

    def __init__(self, transport: Transport, spec: Listening) -> None:
        self.transport, self.spec = transport, spec
        # The long wait is no request of the day: it counts towards none of the limits.
        self.call = Call(method="POST", path=spec.path, headers={"Content-Type": "application/json"}, limits=[])
        self.client = ""

    def begin(self, replay_id: int | None) -> None:
        """Shakes hands and subscribes behind the message of that number; None for what is new. Raises Missed."""
        ways = {"version": VERSION, "minimumVersion": VERSION, "supportedConnectionTypes": ["long-polling"]}
        answer = self._ask("/meta/handshake", ext={"replay": True}, **ways)
        self.client = str(answer.get("clientId") or "")
        start = NEW_ONLY if replay_id is None else replay_id
        where = {"subscription": self.spec.channel, "ext": {"replay": {self.spec.channel: start}}}
        self._ask("/meta/subscribe", **where)

    def hear(self) -> list[Message]:
        """What came since; waits for a while when nothing has. An end of the conversation is RemoteUnavailable."""
        found = self._exchange("/meta/connect", connectionType="long-polling", advice={"timeout": WAIT})
        self._accepted("/meta/connect", found)
        return list(self._messages(found))

    def end(self) -> None:
        """Says goodbye, so that the CRM need not wait for us."""
        self._exchange("/meta/disconnect")

    def _messages(self, found: list[dict[str, Any]]) -> Iterator[Message]:
        for one in found:
            data = one.get("data")
            if one.get("channel") == self.spec.channel and isinstance(data, dict):
                yield Message(int((data.get("event") or {}).get("replayId") or 0), data)

    def _ask(self, channel: str, **more: Any) -> dict[str, Any]:
        return self._accepted(channel, self._exchange(channel, **more))

    def _accepted(self, channel: str, found: list[dict[str, Any]]) -> dict[str, Any]:
        answer = next((one for one in found if one.get("channel") == channel), None)
        if answer is None:
            raise RemoteUnavailable("The CRM answered without what was asked; listening begins anew.")
        if answer.get("successful"):
            return answer
        said = str(answer.get("error") or "no reason given")[:160]
        if "replayid" in said.casefold():
            raise Missed(f"The CRM no longer has what happened since we last listened ({said}).")
        if (answer.get("advice") or {}).get("reconnect") == "none" or channel == "/meta/subscribe":
            raise RemoteRefused(f"The CRM does not let us listen: {said}.")
        raise RemoteUnavailable(f"The CRM ended the conversation ({said}); listening begins anew.")

    def _exchange(self, channel: str, **more: Any) -> list[dict[str, Any]]:
        message = {"channel": channel, **({"clientId": self.client} if self.client else {}), **more}
        answer = self.transport.ask(self.call, {}, content=json.dumps([message]).encode())
        found = self.transport.parsed(answer)
        if not isinstance(found, list):
            raise RemoteUnavailable("The CRM answered in another form; listening begins anew.")
        return [one for one in found if isinstance(one, dict)]
