"""What undoing would meet, asked of many proposals at once and without writing: the dry run of a roll-back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from crmllm.core.crypto import Erased, Sealed, preload
from crmllm.crm import selectors as crm
from crmllm.crm import values as crm_values
from crmllm.crm.models import Record
from crmllm.writeback.choices import UNFINISHED, Operation, State
from crmllm.writeback.models import Writeback

#: Writes that left nothing in the CRM.
GONE = (State.CANCELLED, State.UNDONE, State.CONFLICT)
CHUNK = 500


class Way(StrEnum):
    """What undoing would do."""

    NOTHING = "nothing"  # no write left anything
    CANCEL = "cancel"  # it has not left yet
    RESTORE = "restore"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Standing:
    """How the last write of a proposal stands, and why it could not be taken back."""

    way: Way
    why: str = ""


def standing(proposals: Sequence[UUID], *, leaving: Collection[UUID] = ()) -> dict[UUID, Standing]:
    """For each proposal what its undo would meet. What later writes of `leaving` built on it does not count: they are
    taken back before."""
    leaving = set(leaving)
    found: dict[UUID, Standing] = {}
    for start in range(0, len(proposals), CHUNK):
        found |= _chunk(proposals[start : start + CHUNK], leaving)
    return found


def _chunk(proposals: Sequence[UUID], leaving: set[UUID]) -> dict[UUID, Standing]:
    latest: dict[UUID, Writeback] = {}
    for row in Writeback.objects.filter(proposal__in=proposals, undoes=None).order_by("id"):
        latest[row.proposal_id] = row
    others = _others(latest.values())
    records = _records(latest.values())
    preload(*(row.values for row in latest.values()), *(row.values for rows in others.values() for row in rows))
    found = dict.fromkeys(proposals, Standing(Way.NOTHING))
    for proposal, row in latest.items():
        if row.sent_at is None and row.state in (State.WAITING, State.FAILED, State.SENDING):
            found[proposal] = Standing(Way.CANCEL)
        elif row.state not in GONE:
            found[proposal] = _sent(row, others[row.target_id], records.get(row.target_id), leaving)
    return found


def _sent(row: Writeback, others: list[Writeback], record: Record | None, leaving: set[UUID]) -> Standing:
    written = _open(row.values)
    if written is None:
        return Standing(Way.CONFLICT, "What was written has been erased.")
    later = [one for one in others if one.seq > row.seq and one.connection_id == row.connection_id]
    standing = [
        one for one in later
        if one.undoes_id is None and one.state not in GONE and not hasattr(one, "undone_by")
        and one.proposal_id not in leaving
    ]  # fmt: skip
    if any(row.operation == Operation.CREATE or set(_open(one.values) or ()) & set(written) for one in standing):
        return Standing(Way.CONFLICT, "A later approved change builds on this one.")
    if row.state != State.VERIFIED:
        return Standing(Way.RESTORE)
    if record is None:
        return Standing(Way.CONFLICT, "The record is not in the CRM any more.")
    covered = {name for one in later if one.proposal_id in leaving or (one.undoes_id and one.state in UNFINISHED)
               for name in _open(one.values) or ()}  # fmt: skip
    fields = crm.field_map(row.object)
    names = [name for name in written if name not in covered and name in fields]
    now = crm_values.read(record, [fields[name] for name in names])
    moved = [str(fields[name].label) for name in names if not crm_values.same(fields[name], now[name], written[name])]
    if moved:
        return Standing(Way.CONFLICT, f"Changed by somebody else since: {', '.join(moved)}.")
    return Standing(Way.RESTORE)


def _others(rows: Iterable[Writeback]) -> dict[UUID, list[Writeback]]:
    targets = {row.target_id for row in rows}
    found: dict[UUID, list[Writeback]] = defaultdict(list)
    for row in Writeback.objects.filter(target_id__in=targets).select_related("undone_by"):
        found[row.target_id].append(row)
    return found


def _records(rows: Iterable[Writeback]) -> dict[UUID, Record]:
    by_object: dict[str, set[UUID]] = defaultdict(set)
    for row in rows:
        by_object[row.object].add(row.target_id)
    return {pk: record for name, ids in by_object.items() for pk, record in crm.by_ids(name, ids).items()}


def _open(sealed: Sealed) -> dict[str, Any] | None:
    try:
        opened: dict[str, Any] = sealed.open()
    except Erased:
        return None
    return opened
