"""The connector of the proofs' CRM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from crmllm.connectors.base import (
    Change,
    OneByOne,
    RemoteGone,
    RemoteMoved,
    RemoteRecord,
    RemoteRefused,
    RemoteUnavailable,
    WriteContext,
)
from crmllm.connectors.models import Connection


class HttpConnector(OneByOne):
    """Speaks to tests.support.http_crm.server; a dropped connection is an unclear answer."""

    key = "http-proof"
    label = "Proof CRM"

    def __init__(self, connection: Connection) -> None:
        self.url = str(connection.options["url"])

    def read_one(self, object_name: str, external_id: str, fields: list[str]) -> RemoteRecord | None:
        found = self._ask("GET", f"/{object_name}/{external_id}", missing_is_none=True)
        return _record(found) if found else None

    def find_one(self, object_name: str, change: Change) -> RemoteRecord | None:
        found = self._ask("GET", f"/{object_name}?our_id={change.context.record_id}")
        return _record(found[0]) if found else None

    def create(self, object_name: str, change: Change) -> RemoteRecord:
        body = {"our_id": str(change.context.record_id), "values": dict(change.values)}
        return _record(self._ask("POST", f"/{object_name}", body, key=change.context))

    def update(self, object_name: str, change: Change) -> RemoteRecord:
        path, body = f"/{object_name}/{change.external_id}", {"values": dict(change.values)}
        return _record(self._ask("PATCH", path, body, key=change.context, etag=change.etag))

    def delete(self, object_name: str, change: Change) -> None:
        self._ask("DELETE", f"/{object_name}/{change.external_id}", key=change.context, etag=change.etag)

    def _ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: WriteContext | None = None,
        etag: str = "",
        missing_is_none: bool = False,
    ) -> Any:
        headers = {"Idempotency-Key": str(key.key) if key else "", "If-Match": etag}
        try:
            answer = httpx.request(method, self.url + path, json=body, headers=headers, timeout=10)
        except httpx.TransportError:
            raise RemoteUnavailable("The CRM gave no clear answer.") from None
        if answer.status_code == 404:
            if missing_is_none:
                return None
            raise RemoteGone("The record is gone.")
        if answer.status_code == 412:
            raise RemoteMoved("The record was changed meanwhile.")
        if answer.status_code >= 400:
            raise RemoteRefused(f"The CRM answered {answer.status_code}.")
        return answer.json()


def _record(found: Mapping[str, Any]) -> RemoteRecord:
    return RemoteRecord(external_id=found["id"], values=found["values"], etag=found["etag"])
