"""What a list does not show of its rows and another call does: ties to other records, for example."""

from __future__ import annotations

from typing import Any

from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.declared.streams import Stream
from crmllm.connectors.engine.transport import Transport, pick


def completed(transport: Transport, stream: Stream, call: Call, found: list[Any]) -> list[Any]:
    """The rows with what the stream's `complete` calls tell of them, where the call's answer lacks it."""
    if not (call.complete and stream.complete and found):
        return found
    ids = [str(pick(stream.id, row)) for row in found]
    for name, more in stream.complete.items():
        told: dict[str, Any] = {}
        for start in range(0, len(ids), more.size):
            values = {**stream.values, "object": stream.theirs, "ids": ids[start : start + more.size]}
            told |= {str(pick(more.key, one)): pick(more.row, one) for one in transport.listed(more, values)}
        found = [{**row, name: told.get(one)} for row, one in zip(found, ids, strict=True)]
    return found
