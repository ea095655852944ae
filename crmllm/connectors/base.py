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

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
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


@dataclass(frozen=True)
class Change:
    """One record to be made, changed or deleted. `etag` is what the record had when it was compared."""

    context: WriteContext
    values: Mapping[str, Any]
    external_id: str = ""
    etag: str = ""


class Operation(StrEnum):
    """What a connector carries out; taking a change back is an update or a deletion."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Reach(StrEnum):
    """How far an erasure came."""

    PROVEN = "proven"  # the CRM was asked, and has it nowhere any more
    REQUESTED = "requested"  # it is on its way out there: in a bin that the CRM empties by itself
    OUT_OF_REACH = "out_of_reach"  # the CRM does not let us, or has no way


@dataclass(frozen=True)
class Erasure:
    """What came of erasing a record there, with a sentence for the person who answers for it."""

    reach: Reach
    sentence: str


#: What came of one change: the record as it is now, None for one that was deleted, or why it was refused.
Outcome = RemoteRecord | ConnectorError | None


class Connector(Protocol):
    """The doors of one CRM. Each may raise any ConnectorError."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> str: ...

    def read(self, object_name: str, external_ids: Sequence[str], fields: list[str]) -> dict[str, RemoteRecord]:
        """The records as they are there now, by external id; those that are gone or hidden are left out."""

    def find_created(self, object_name: str, changes: Sequence[Change]) -> list[Outcome]:
        """What earlier, unclear tries of the same creates left there, in order: by our id in a field of the CRM, or by
        the records' natural keys. None where there is nothing yet."""

    def batch(self, object_name: str, operation: Operation) -> int:
        """How many changes of this kind go together well."""

    def send(self, object_name: str, operation: Operation, changes: Sequence[Change]) -> list[Outcome]:
        """Carries the changes out and returns what came of each, in order.

        A change whose etag is no longer the record's is refused, where the CRM can check that. An error that is raised,
        not returned, holds for all of them.
        """

    def kept(self, object_name: str, values: Mapping[str, Any], external_id: str = "") -> dict[str, Any]:
        """The values as the CRM will show them after they were written there, where it keeps less than we do: in a new
        record, or in the one of that id."""


class OneByOne(ABC):
    """For a CRM that takes one change at a time; the five methods at the end are its own."""

    def read(self, object_name: str, external_ids: Sequence[str], fields: list[str]) -> dict[str, RemoteRecord]:
        found = (self.read_one(object_name, one, fields) for one in external_ids)
        return {record.external_id: record for record in found if record is not None}

    def batch(self, object_name: str, operation: Operation) -> int:
        return 1

    def send(self, object_name: str, operation: Operation, changes: Sequence[Change]) -> list[Outcome]:
        carry_out = {
            Operation.CREATE: self.create,
            Operation.UPDATE: self.update,
            Operation.DELETE: self.delete,
        }[operation]
        return [_outcome(carry_out, object_name, change) for change in changes]

    def find_created(self, object_name: str, changes: Sequence[Change]) -> list[Outcome]:
        return [_outcome(self.find_one, object_name, change) for change in changes]

    def kept(self, object_name: str, values: Mapping[str, Any], external_id: str = "") -> dict[str, Any]:
        return dict(values)

    @abstractmethod
    def read_one(self, object_name: str, external_id: str, fields: list[str]) -> RemoteRecord | None: ...

    @abstractmethod
    def find_one(self, object_name: str, change: Change) -> RemoteRecord | None: ...

    @abstractmethod
    def create(self, object_name: str, change: Change) -> RemoteRecord: ...

    @abstractmethod
    def update(self, object_name: str, change: Change) -> RemoteRecord: ...

    @abstractmethod
    def delete(self, object_name: str, change: Change) -> None: ...


def _outcome(carry_out: Callable[[str, Change], RemoteRecord | None], object_name: str, change: Change) -> Outcome:
    """What came of one change, an error included."""
    try:
        return carry_out(object_name, change)
    except ConnectorError as error:
        return error
