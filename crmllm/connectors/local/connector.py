"""The local CRM: the canonical tables themselves are the system of record, behind the interface of every connector."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from crmllm.connectors.base import (
    Change,
    OneByOne,
    Operation,
    RemoteGone,
    RemoteMoved,
    RemoteRecord,
    RemoteRefused,
    WriteContext,
)
from crmllm.connectors.models import Connection
from crmllm.core.errors import BadInput, Conflict, NotFound
from crmllm.crm import selectors, services, values
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Record
from crmllm.crm.services import Moved, Writer

TOGETHER = 50  # writes that are read and compared in one go


class LocalConnector(OneByOne):
    """External id = our id, ETag = the record's version; a create carries our id, so it can happen only once."""

    key = "local"
    label = "Local CRM"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def batch(self, object_name: str, operation: Operation) -> int:
        return TOGETHER

    def read(self, object_name: str, external_ids: Sequence[str], fields: list[str]) -> dict[str, RemoteRecord]:
        found = selectors.by_ids(object_name, [UUID(one) for one in external_ids])
        return {str(pk): _shown(record, fields) for pk, record in found.items()}

    def read_one(self, object_name: str, external_id: str, fields: list[str]) -> RemoteRecord | None:
        record = selectors.by_id(object_name, UUID(external_id))
        return _shown(record, fields) if record else None

    def find_one(self, object_name: str, change: Change) -> RemoteRecord | None:
        return self.read_one(object_name, str(change.context.record_id), [])

    def create(self, object_name: str, change: Change) -> RemoteRecord:
        try:
            record = services.create_record(
                actor=change.context.actor,
                object_name=object_name,
                changes=change.values,
                writer=_writer(change.context),
                record_id=change.context.record_id,
            )
        except (BadInput, Conflict) as error:
            raise RemoteRefused(error.message) from None
        return _shown(record, list(change.values))

    def update(self, object_name: str, change: Change) -> RemoteRecord:
        record = self._existing(object_name, change.external_id)
        try:
            record = services.update_record(
                actor=change.context.actor,
                record=record,
                changes=change.values,
                writer=_writer(change.context),
                expected_version=int(change.etag) if change.etag else None,
            )
        except Moved as error:
            raise RemoteMoved(error.message) from None
        except (BadInput, NotFound) as error:
            raise RemoteRefused(error.message) from None
        return _shown(record, list(change.values))

    def delete(self, object_name: str, change: Change) -> None:
        record = self._existing(object_name, change.external_id)
        try:
            services.delete_record(
                actor=change.context.actor,
                record=record,
                writer=_writer(change.context),
                expected_version=int(change.etag) if change.etag else None,
            )
        except Moved as error:
            raise RemoteMoved(error.message) from None

    def _existing(self, object_name: str, external_id: str) -> Record:
        record = selectors.by_id(object_name, UUID(external_id))
        if record is None:
            raise RemoteGone("The record is not in the CRM any more.")
        return record


def _writer(context: WriteContext) -> Writer:
    return Writer(WriterKind.PROPOSAL, context.proposal_id)


def _shown(record: Record, fields: list[str]) -> RemoteRecord:
    known = selectors.field_map(record.object_name)
    return RemoteRecord(
        external_id=str(record.pk),
        values=values.read(record, [known[name] for name in fields]),
        etag=str(record.version),
        modified_at=record.updated_at,
    )
