"""Takes over what records refer to: the owners, products and stages of a CRM. They are short lists, read whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from crmllm.connectors.choices import ExternalState
from crmllm.connectors.engine.declared.streams import StreamName
from crmllm.connectors.engine.mapping import Row
from crmllm.connectors.models import ExternalRecord, Stream
from crmllm.connectors.sync.apply import SYNC, Taken, note_skipped
from crmllm.core.errors import BadInput
from crmllm.crm.catalogue import services as catalogue


def take(stream: Stream, rows: Sequence[Row]) -> Taken:
    """Takes a list over and notes what the CRM calls each of its members."""
    keep = _KEEPERS[StreamName(stream.name)]
    taken = Taken(Counter(read=len(rows)))
    with transaction.atomic():
        known = dict(_known(stream).values_list("external_id", "record_id"))
        for row in rows:
            if row.deleted and not row.values:
                continue  # of what is gone only the id is told
            values = {**row.values, "active": False} if row.deleted else row.values
            try:
                record_id, changed = keep(known.get(row.external_id), values, stream)
            except BadInput as error:  # one without a name or an e-mail address; the others go on
                taken.skip(row, error)
                continue
            taken.counts["created" if row.external_id not in known else "updated" if changed else "unchanged"] += 1
            ExternalRecord.objects.update_or_create(
                connection=stream.connection,
                object=stream.name,
                external_id=row.external_id,
                defaults={"record_id": record_id, "state": ExternalState.ACTIVE, "modified_at": row.modified_at},
            )
        note_skipped(stream, rows, taken)
    return taken


def _known(stream: Stream) -> Any:
    return ExternalRecord.objects.filter(connection=stream.connection, object=stream.name)


def _owner(known: UUID | None, values: dict[str, Any], stream: Stream) -> tuple[UUID, bool]:
    return catalogue.keep_crm_user(
        actor=SYNC,
        known=known,
        name=str(values.get("name") or values.get("email") or ""),
        email=str(values.get("email") or ""),
        team=str(values.get("team") or ""),
        active=values.get("active") is not False,
    )


def _product(known: UUID | None, values: dict[str, Any], stream: Stream) -> tuple[UUID, bool]:
    return catalogue.keep_product(actor=SYNC, known=known, values=values)


def _stage(known: UUID | None, values: dict[str, Any], stream: Stream) -> tuple[UUID, bool]:
    return catalogue.keep_stage(actor=SYNC, known=known, pipeline=stream.connection.name, values=values)


_KEEPERS: dict[StreamName, Callable[[UUID | None, dict[str, Any], Stream], tuple[UUID, bool]]] = {
    StreamName.OWNER: _owner,
    StreamName.PRODUCT: _product,
    StreamName.STAGE: _stage,
}
