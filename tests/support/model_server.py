"""A model server that a test writes: a transport that answers what it is told to, and keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
from pydantic import BaseModel

Reply = httpx2.Response | Exception | Callable[[httpx2.Request], Any]


class Person(BaseModel):
    """What the tests ask for."""

    name: str
    age: int | None = None


def chat(content: str | None, *, finish_reason: str = "stop", **choice: Any) -> httpx2.Response:
    """A chat completion as servers send it."""
    body = {
        "id": "x",
        "object": "chat.completion",
        "choices": [
            {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": content}} | choice
        ],
        "usage": {"prompt_tokens": 40, "completion_tokens": 7, "total_tokens": 47},
    }
    return httpx2.Response(200, json=body)


class Server(httpx2.AsyncBaseTransport):
    """Answers chat requests with the next reply of the list, the last one for ever; keeps what it was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[dict[str, Any]] = []
        self.models: Reply = httpx2.Response(200, json={"object": "list", "data": [{"id": "tiny", "object": "model"}]})

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/models"):
            reply = self.models
        else:
            self.asked.append(json.loads(await request.aread()))
            reply = self.replies[min(len(self.asked), len(self.replies)) - 1]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx2.Response):
            return reply
        return await reply(request)  # type: ignore[no-any-return]
