"""What every CRM connector can do, and the ways in which a CRM can refuse.

A connector reads and writes records of one CRM in canonical values (crm.values). It holds no state of ours: identity,
three-way compare, order and retries belong to write-back.

    ConnectorError
     +-- RemoteUnavailable   no clear answer: the write may or may not have happened; settled by reading back
     +-- RemoteMoved         a conditional write failed: the record changed there
     +-- RemoteGone          the record is not there any more
     +-- RemoteRefused       the CRM says no (validation, permission); trying again would not help
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol
from uuid import UUID

from crmllm.core.audit import Actor
from crmllm.core.errors import CrmllmError


class ConnectorError(CrmllmError):
    code = "crm_error"
    status = 502


class RemoteUnavailable(ConnectorError):
    code = "crm_unavailable"
    status = 503


class RemoteMoved(ConnectorError):
    code = "crm_moved"
    status = 409


class RemoteGone(ConnectorError):
    code = "crm_gone"
    status = 410


class RemoteRefused(ConnectorError):
    code = "crm_refused"
    status = 422


@dataclass(frozen=True)
class RemoteRecord:
    """A record as the CRM shows it; `values` holds at least the fields that were asked for."""

    external_id: str
    values: Mapping[str, Any]
    etag: str = ""
    modified_at: datetime | None = None


@dataclass(frozen=True)
class WriteContext:
    """Why a write happens: `key` makes it once, `record_id` is our id, `proposal_id` its provenance."""

    key: UUID
    record_id: UUID
    proposal_id: UUID
    actor: Actor


class Connector(Protocol):
    """The doors of one CRM. Each may raise any ConnectorError."""

    key: ClassVar[str]
    label: ClassVar[str]

    def read(self, object_name: str, external_id: str, fields: list[str]) -> RemoteRecord | None:
        """The record as it is there now; None when it is gone."""

    def find_created(self, object_name: str, context: WriteContext) -> RemoteRecord | None:
        """What an earlier, unclear try of the same create left there: by our key or id in a field of the CRM, or by the
        record's natural key."""

    def create(self, object_name: str, values: Mapping[str, Any], context: WriteContext) -> RemoteRecord: ...

    def update(
        self,
        object_name: str,
        external_id: str,
        values: Mapping[str, Any],
        *,
        etag: str,
        context: WriteContext,
    ) -> RemoteRecord:
        """Changes the fields, only if the record still has this etag (where the CRM can check that)."""

    def delete(self, object_name: str, external_id: str, *, etag: str, context: WriteContext) -> None: ...
