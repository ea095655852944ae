"""Where a person opens a record in its CRM: the address that the declaration of its list gives."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit
from uuid import UUID

from crmllm.connectors.choices import ExternalState
from crmllm.connectors.engine.template import fill
from crmllm.connectors.models import ExternalRecord
from crmllm.connectors.registry import declaration
from crmllm.core.errors import BadInput, NotFound

#: Our object and our id of a record.
Pair = tuple[str, UUID]


def address_of(external: ExternalRecord) -> str:
    """Empty where none is declared, and where something that it takes is not known (yet)."""
    try:
        declared = declaration(external.connection.connector)
        stream = declared.streams[declared.list_with(external.object, external.external_id)]
        known = {**declared.filled(external.connection.options), **stream.values}
        found = str(fill(stream.url, {**known, "object": stream.theirs, "id": stream.inner(external.external_id)}))
        parts = urlsplit(found)
    except (BadInput, NotFound, KeyError, ValueError):
        return ""
    return found if parts.scheme in ("https", "http") and parts.hostname else ""


def addresses(records: Iterable[Pair]) -> dict[Pair, str]:
    """Where records are opened, as far as a CRM has them; in one query. Its system of record comes before others."""
    wanted = set(records)
    rows = ExternalRecord.objects.filter(record_id__in={pk for _name, pk in wanted}, state=ExternalState.ACTIVE)
    found: dict[Pair, str] = {}
    for one in sorted(rows.select_related("connection").defer("seen"), key=_rank) if wanted else ():
        pair = (one.object, one.record_id)
        if pair in wanted and not found.get(pair):
            found[pair] = address_of(one)
    return {pair: address for pair, address in found.items() if address}


def _rank(one: ExternalRecord) -> tuple[bool, str]:
    return one.object not in one.connection.master_of, one.connection.name
