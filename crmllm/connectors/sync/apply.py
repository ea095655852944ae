"""Takes rows of a CRM over into the canonical records, a page at a time, in a fixed number of queries where known.

For its objects the CRM is right: what it shows takes the place of what we hold. A row is known by its external id, else
by our id that it carries, else by the exact e-mail of a person whom this CRM does not know yet by another id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from crmllm.connectors.choices import ExternalState
from crmllm.connectors.engine.connector import resolved
from crmllm.connectors.engine.mapping import FieldMapping, Reference, Row
from crmllm.connectors.models import ExternalRecord, SkippedRecord, Stream
from crmllm.connectors.registry import declaration, object_of
from crmllm.connectors.services import ours
from crmllm.core import audit
from crmllm.core.bulk import insert_many, update_many
from crmllm.core.crypto import Sealed
from crmllm.core.errors import BadInput, Conflict, CrmllmError, NotFound
from crmllm.core.identifiers import email_index
from crmllm.crm import selectors as crm
from crmllm.crm import services as crm_services
from crmllm.crm.choices import FieldType, Object, RecordState, WriterKind
from crmllm.crm.importing import services as importing
from crmllm.crm.importing.services import Import
from crmllm.crm.models import CrmUser, Record, model_for
from crmllm.crm.selectors import field_map
from crmllm.crm.services import Writer
from crmllm.crm.values import preload_many, same
from crmllm.crm.values import read as read_values
from crmllm.jobs.failures import report
from crmllm.privacy.selectors import suppressed_among

SYNC = audit.System("sync")
UNFIT = (DataError, IntegrityError)  # what the database says of a row that no check of ours foresaw
SOON = timedelta(minutes=10)  # the CRM's clock may be wrong by minutes
PEOPLE = (Object.CONTACT, Object.LEAD)
TOGETHER = 500  # known records that are compared, and locked where they change, at once

Known = tuple[Row, ExternalRecord, Record | None]


@dataclass
class Taken:
    """What became of the rows of a page."""

    counts: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, CrmllmError] = field(default_factory=dict)

    def skip(self, row: Row, error: CrmllmError) -> None:
        self.counts["skipped"] += 1
        self.skipped[row.external_id] = error


class Page:
    """The rows of one page and all that is needed to take them over."""

    def __init__(self, stream: Stream, rows: Sequence[Row], *, compare: bool = False) -> None:
        self.stream, self.connection, self.compare = stream, stream.connection, compare
        self.object = object_of(stream)
        self.rows = list({row.external_id: row for row in rows}.values())  # of a row that came twice the later counts
        self.taken = Taken()
        self.fields = field_map(self.object)
        self.mapping = FieldMapping(
            declaration(self.connection.connector).streams[stream.name],
            self.fields,
            changed=stream.mapping,
            hidden=stream.hidden,
            allowed=stream.writes,
        )
        self.writer = Writer(WriterKind.CRM, self.connection.pk)
        self.known = {one.external_id: one for one in self._externals(row.external_id for row in self.rows)}

    def _externals(self, ids: Iterable[str]) -> Iterable[ExternalRecord]:
        return ExternalRecord.objects.filter(connection=self.connection, object=self.object, external_id__in=list(ids))

    def take(self) -> Taken:
        """Takes all rows over; one that cannot be is skipped with its reason, the others go on."""
        self.taken.counts["read"] += len(self.rows)
        gone = [row for row in self.rows if row.deleted or row.merged_into]
        here = [row for row in self.rows if not row.deleted and not row.merged_into]
        moved = here if self.compare else self._moved(here)
        self.taken.counts["unchanged"] += len(here) - len(moved)
        self.links = ours(self.connection, [one for row in moved for one in row.references])
        self.owners = self._owners(moved)
        self._adopt([row for row in moved if row.external_id not in self.known])
        records = self._records(moved)
        fresh = [row for row in moved if row.external_id not in self.known]
        self._create(fresh)
        known = [(row, self.known[row.external_id]) for row in moved if row.external_id in self.known]
        self._update([(row, external, records.get(external.record_id)) for row, external in known])
        for row in [*gone, *self._merged_away(here)]:
            self._gone(row)
        self._note_skipped()
        return self.taken

    def _moved(self, rows: Sequence[Row]) -> list[Row]:
        """Rows that must be looked at. The others are noted as seen: after a pass over everything that counts."""
        still = {row.external_id: row for row in rows if self._unchanged(row)}
        for one in self.tied_anew(list(still.values())):
            del still[one]
        seen = [self.known[one].pk for one in still]
        ExternalRecord.objects.filter(pk__in=seen).update(updated_at=timezone.now())
        return [row for row in rows if row.external_id not in still]

    def tied_anew(self, rows: Sequence[Row]) -> list[str]:
        """Rows that refer to others than ours do: a tie may change there without the record's stamp."""
        names = [one.name for one in crm.field_map(self.object).values() if one.type == FieldType.REFERENCE]
        links = ours(self.connection, [one for row in rows for one in row.references])
        records = model_for(self.object)._base_manager.filter(
            pk__in=[self.known[row.external_id].record_id for row in rows]
        )
        held = {one["pk"]: one for one in records.values("pk", *(f"{name}_id" for name in names))}

        def differs(row: Row) -> bool:
            ours_ = held.get(self.known[row.external_id].record_id, {})
            there = {name: row.values[name] for name in names if name in row.values}
            known = {name: links.get(one) if one else None for name, one in there.items() if not one or one in links}
            return any(ours_.get(f"{name}_id") != pk for name, pk in known.items())

        return [row.external_id for row in rows if differs(row)]

    def _unchanged(self, row: Row) -> bool:
        """Seen at this stamp already, and long after it: rows of the overlap, and of a pass over everything.

        Stamps go by the second. What was seen soon after its stamp may have been changed again within it, so its values
        are compared; that is also how our own writes are known when they come back.
        """
        known = self.known.get(row.external_id)
        return (
            known is not None
            and known.state == ExternalState.ACTIVE
            and row.modified_at is not None
            and known.modified_at == row.modified_at
            and known.updated_at - row.modified_at > SOON
        )

    def _owners(self, rows: Sequence[Row]) -> dict[str, CrmUser]:
        ids = {row.owner for row in rows if row.owner}
        found = ours(self.connection, [Reference("owner", one) for one in ids])
        users = CrmUser.objects.select_related("team").in_bulk(list(found.values()))
        return {reference.external_id: users[pk] for reference, pk in found.items() if pk in users}

    def _records(self, rows: Sequence[Row]) -> dict[UUID, Record]:
        ids = [self.known[row.external_id].record_id for row in rows if row.external_id in self.known]
        return model_for(self.object)._base_manager.in_bulk(ids)

    # --- who is this?

    def _adopt(self, rows: Sequence[Row]) -> None:
        """Ties rows to records that we have already: by our id that they carry, or by a person's exact e-mail."""
        by_id = {row.our_id: row for row in rows if row.our_id}
        indexes = {}
        if self.object in PEOPLE:
            indexes = {bytes(email_index(row.values["email"])): row for row in rows if row.values.get("email")}
        model = model_for(self.object)._base_manager.filter(state=RecordState.ACTIVE)
        found: dict[UUID, Row] = {pk: by_id[pk] for pk in model.filter(pk__in=by_id).values_list("pk", flat=True)}
        if indexes:
            people: Any = model
            same = people.filter(email_index__in=list(indexes)).order_by("-created_at").values_list("pk", "email_index")
            found |= {pk: indexes[bytes(index)] for pk, index in same if pk not in found}
        taken = ExternalRecord.objects.filter(
            connection=self.connection, object=self.object, record_id__in=found, state=ExternalState.ACTIVE
        )
        for pk in taken.values_list("record_id", flat=True):
            found.pop(pk, None)
        for row, pk in {row.external_id: (row, pk) for pk, row in found.items()}.values():
            self.known[row.external_id] = ExternalRecord(
                connection=self.connection, object=self.object, external_id=row.external_id, record_id=pk
            )

    # --- new ones

    def _create(self, rows: Sequence[Row]) -> None:
        """Makes records of rows that nobody knew, in a few statements; one by one where something is wrong with one."""
        wanted = self._without_suppressed(rows)
        if not wanted:
            return
        try:
            self._create_all(wanted)
        except (CrmllmError, *UNFIT):
            for row in wanted:
                try:
                    self._create_all([row])
                except CrmllmError as error:
                    self.taken.skip(row, error)
                except UNFIT as error:
                    self.taken.skip(row, _unfit(error))

    def _without_suppressed(self, rows: Sequence[Row]) -> list[Row]:
        """Erased stays erased: a person on the suppression list does not come back by a sync."""
        if self.object not in PEOPLE:
            return list(rows)
        told = {row.external_id: [row.values[one] for one in ("email", "phone") if row.values.get(one)] for row in rows}
        away = suppressed_among(one for identifiers in told.values() for one in identifiers)
        for row in rows:
            if away.intersection(told[row.external_id]):
                self.taken.skip(row, Conflict("This person was erased here and does not come back.", code="suppressed"))
        return [row for row in rows if not away.intersection(told[row.external_id])]

    def _create_all(self, rows: Sequence[Row]) -> None:
        now = timezone.now()
        imports = [
            Import(
                object_name=self.object,
                changes={name: value for name, value in resolved(row, self.links).items() if value is not None},
                at=row.modified_at or now,
                owner=self.owners.get(row.owner),
            )
            for row in rows
        ]
        with transaction.atomic():
            made = importing.import_records(actor=SYNC, records=imports, writer=self.writer)
            insert_many([self._external(row, record) for row, record in zip(rows, made, strict=True)])
        self.taken.counts["created"] += len(rows)
        self.taken.counts["left"] += sum(len(row.left) for row in rows)

    def _external(self, row: Row, record: Record) -> ExternalRecord:
        return ExternalRecord(
            connection=self.connection,
            object=self.object,
            external_id=row.external_id,
            record_id=record.pk,
            etag=row.etag,
            modified_at=row.modified_at,
            seen=Sealed.of(resolved(row, self.links), record.key_id),
        )

    # --- known ones

    def _update(self, known: Sequence[Known]) -> None:
        """Brings known records up to date, in a few statements; one by one where something is wrong with one, and
        those that are gone here or were gone there."""
        plain = [one for one in known if one[2] is not None and one[2].state == RecordState.ACTIVE]
        plain = [one for one in plain if one[1].state in (ExternalState.ACTIVE, ExternalState.HIDDEN)]
        at_once = {one[0].external_id for one in plain}
        for start in range(0, len(plain), TOGETHER):
            part = plain[start : start + TOGETHER]
            try:
                self._update_all(part)
            except (CrmllmError, *UNFIT):
                at_once -= {row.external_id for row, _, _ in part}
        for row, external, record in known:
            if row.external_id not in at_once:
                self._one(row, external, record)

    def _update_all(self, known: Sequence[Known]) -> None:
        records = [record for _, _, record in known if record is not None]
        preload_many(records, list(self.fields.values()))
        held = {record.pk: record for record in records}
        news = {external.record_id: self._news(row, held[external.record_id]) for row, external, _ in known}
        with transaction.atomic():
            changes = {pk: one for pk, one in news.items() if one}
            changed = crm_services.update_records(
                actor=SYNC, object_name=self.object, changes=changes, writer=self.writer
            )
            now = {**held, **changed}
            updated = {pk for pk, record in changed.items() if record.version != held[pk].version}
            for row, external, _ in known:
                given = self._give_owner(now[external.record_id], row)
                if given is not now[external.record_id]:
                    updated.add(given.pk)
                self._seen(row, external, given)
            self._keep_all([external for _, external, _ in known])
        self.taken.counts["updated"] += len(updated)
        self.taken.counts["unchanged"] += len(known) - len(updated)
        self.taken.counts["left"] += sum(len(row.left) for row, _, _ in known)

    def _keep_all(self, externals: Sequence[ExternalRecord]) -> None:
        insert_many([one for one in externals if one._state.adding])
        update_many([one for one in externals if not one._state.adding])

    def _one(self, row: Row, external: ExternalRecord, record: Record | None) -> None:
        """Brings one known record up to date."""
        try:
            with transaction.atomic():
                if record is None:
                    record = crm.by_id(self.object, external.record_id)
                if record is not None and external.state in (ExternalState.DELETED, ExternalState.MERGED):
                    if not self._without_suppressed([row]):
                        return
                    record = crm_services.restore_record(actor=SYNC, record=record, writer=self.writer)
                if record is None or record.state == RecordState.DELETED:
                    raise Conflict("We deleted this record; it is still in the CRM.", code="deleted_here")
                before = record.version
                changes = self._news(row, record)
                record = crm_services.update_record(actor=SYNC, record=record, changes=changes, writer=self.writer)
                record = self._give_owner(record, row)
                self._seen(row, external, record)
                external.save()
            self.taken.counts["updated" if record.version != before else "unchanged"] += 1
            self.taken.counts["left"] += len(row.left)
        except (BadInput, Conflict, NotFound) as error:
            self.taken.skip(row, error)
        except UNFIT as error:
            self.taken.skip(row, _unfit(error))

    def _news(self, row: Row, record: Record) -> dict[str, Any]:
        """What the row says that the record does not hold. Where the CRM holds as much of our value as it can, ours is
        not cut down to that."""
        told = resolved(row, self.links)
        held = read_values(record, [self.fields[name] for name in told])
        changes = {name: value for name, value in told.items() if not same(self.fields[name], value, held[name])}
        cut = {name: held[name] for name in told if name in self.mapping.lossy and held[name] is not None}
        if not cut.keys() & changes:
            return changes
        shown = self.mapping.kept(cut)
        return {
            name: value
            for name, value in changes.items()
            if name not in shown or not same(self.fields[name], value, shown[name])
        }

    def _give_owner(self, record: Record, row: Row) -> Record:
        owner = self.owners.get(row.owner)
        if owner is None or record.owner_id == owner.pk:
            return record
        return crm_services.give(actor=SYNC, record=record, owner=owner, writer=self.writer)

    def _seen(self, row: Row, external: ExternalRecord, record: Record) -> None:
        external.etag, external.modified_at = row.etag, row.modified_at
        external.state = ExternalState.ACTIVE
        external.seen = Sealed.of(resolved(row, self.links), record.key_id)

    # --- gone ones

    def _merged_away(self, rows: Sequence[Row]) -> list[Row]:
        """The losers that winners name: rows of their own, so that they end as merged."""
        losers = {loser: row.external_id for row in rows for loser in row.merged_from if loser != row.external_id}
        if not losers:
            return []
        known = {one.external_id for one in self._externals(losers) if one.state == ExternalState.ACTIVE}
        return [Row(external_id=one, merged_into=losers[one]) for one in sorted(known)]

    def _gone(self, row: Row) -> None:
        """Deleted or merged there: our record goes too, unless it was made here and lives elsewhere as well."""
        external = self.known.get(row.external_id) or next(iter(self._externals([row.external_id])), None)
        if external is None or external.state in (ExternalState.DELETED, ExternalState.MERGED):
            self.taken.counts["unchanged"] += 1
            return
        state = ExternalState.MERGED if row.merged_into else ExternalState.DELETED
        with transaction.atomic():
            external.state = state
            external.save(update_fields=["state", "updated_at"])
            record = crm.by_id(self.object, external.record_id)
            if record is not None and self.object in self.connection.master_of:
                crm_services.delete_record(actor=SYNC, record=record, writer=self.writer)
        self.taken.counts["merged" if row.merged_into else "deleted"] += 1

    # --- what was left

    def _note_skipped(self) -> None:
        note_skipped(self.stream, self.rows, self.taken)


def _unfit(error: Exception) -> BadInput:
    """Why a record cannot be kept, without its values; where that showed is logged."""
    return BadInput(f"It holds something that has no place here. {report(error, job='sync').sentence}")


def note_skipped(stream: Stream, rows: Sequence[Row], taken: Taken) -> None:
    """Keeps why a record was skipped; one that came through is no longer listed."""
    through = [row.external_id for row in rows if row.external_id not in taken.skipped]
    SkippedRecord.objects.filter(stream=stream, external_id__in=through).delete()
    SkippedRecord.objects.bulk_create(
        [
            SkippedRecord(stream=stream, external_id=pk, code=error.code, reason=error.message[:400])
            for pk, error in taken.skipped.items()
        ],
        update_conflicts=True,
        unique_fields=["stream", "external_id"],
        update_fields=["code", "reason", "updated_at"],
    )


def tied_anew(stream: Stream, rows: Sequence[Row]) -> list[str]:
    """Those of known records that are tied to others there than here."""
    return Page(stream, rows).tied_anew(rows)


def take(stream: Stream, rows: Sequence[Row], *, compare: bool = False) -> Taken:
    """Takes rows of an object over. Returns what became of them.

    `compare` looks at all of them, also at those whose stamp is known: somebody said that there is something new.
    """
    return Page(stream, rows, compare=compare).take()
