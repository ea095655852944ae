"""How interactions come in, are read, skipped, replayed.

    received -> parsed -> extracting -> proposed | no_change        (extraction takes over at `parsed`)
         \\-> skipped | failed                                       replay: any of the last -> received

A mail is read at the door: what is the same message is known only then. `received` is the state of a replay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit, work
from crmllm.core.bulk import insert_many
from crmllm.core.crypto import Sealed, blind_index, new_key, new_keys, open_or
from crmllm.core.errors import BadInput, Conflict
from crmllm.core.identifiers import company_domain, email_index
from crmllm.core.ids import uuid7
from crmllm.crm.choices import RecordState
from crmllm.crm.models import Account, Contact
from crmllm.ingestion import kinds
from crmllm.ingestion.choices import FILTERED, FINAL, REPLAYABLE, Kind, Origin, Status, Step
from crmllm.ingestion.ledger import note
from crmllm.ingestion.mail import archive
from crmllm.ingestion.models import (
    Attachment,
    Interaction,
    InteractionSource,
    LedgerEntry,
    Mailbox,
    Refused,
    Upload,
)
from crmllm.ingestion.reading import File, Reading, read_ahead, read_file
from crmllm.ingestion.signals import replayed
from crmllm.jobs.services import enqueue

BATCH = 200
NAME_LENGTH = 200
BATCH_BYTES = 16 * 2**20
Batch = list[archive.Entry]


@dataclass(frozen=True)
class Received:
    """An interaction, and whether it is new."""

    interaction: Interaction
    created: bool


@dataclass
class Tally:
    """What came of an import: counts that add up to the number of entries."""

    new: int = 0
    known: int = 0
    refused: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def entries(self) -> int:
        return self.new + self.known + self.refused

    def merge(self, other: Tally) -> None:
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)

    def add(self, received: Sequence[Received]) -> None:
        for one in received:
            self.new += one.created
            self.known += not one.created
            self.skipped += one.created and one.interaction.status == Status.SKIPPED
            self.failed += one.created and one.interaction.status == Status.FAILED


def receive(
    *, actor: audit.Actor, raw: bytes, origin: Origin, content_type: str = "", kind: str = "", name: str = ""
) -> Received:
    """Takes in one item; a mail, unless its content type or name says otherwise.

    The same item again is the interaction that is there already. Raises BadInput for what nobody reads.
    """
    if isinstance(actor, User):
        require(actor, "interactions.add")
    if not raw.strip():
        raise BadInput("The message is empty.")
    reader = kinds.find(name, raw, kind=kind, content_type=content_type)
    if reader is None:
        refuse(actor=actor, name=name or content_type, reason=kinds.refusal(name, kind), origin=origin)
        raise BadInput(kinds.refusal(name, kind), code="refused")
    return receive_files(actor=actor, files=[File(raw, name, reader)], origin=origin)[0]


def receive_many(
    *,
    actor: audit.Actor,
    raws: Sequence[bytes],
    origin: Origin,
    mailbox: Mailbox | None = None,
) -> list[Received]:
    """Takes in a batch of mails in one transaction; results in the order of `raws`."""
    return receive_files(actor=actor, files=[File(raw) for raw in raws], origin=origin, mailbox=mailbox)


def receive_files(
    *,
    actor: audit.Actor,
    files: Sequence[File],
    origin: Origin,
    mailbox: Mailbox | None = None,
    readings: Sequence[Reading] = (),
) -> list[Received]:
    """Takes in a batch of files of any kind in one transaction; results in their order. Reads what is not read yet."""
    readings = readings or [read_file(file) for file in files]
    prints = [blind_index("fingerprint", reading.fingerprint) for reading in readings]
    try:
        return _store(actor, files, readings, prints, origin, mailbox)
    except IntegrityError:
        # Somebody stored one of them at this moment: one by one, the second look finds it.
        if len(files) == 1:
            return _store(actor, files, readings, prints, origin, mailbox)
        alone = [receive_files(actor=actor, files=[file], origin=origin, mailbox=mailbox) for file in files]
        return list(chain.from_iterable(alone))


def _store(
    actor: audit.Actor,
    files: Sequence[File],
    readings: Sequence[Reading],
    prints: Sequence[bytes],
    origin: Origin,
    mailbox: Mailbox | None,
) -> list[Received]:
    known = {bytes(row.fingerprint): row for row in Interaction.objects.filter(fingerprint__in=prints)}
    fresh = {prints[i]: i for i in reversed(range(len(files))) if prints[i] not in known}
    keys = new_keys(len(fresh)) if fresh else []
    owners = _owners([readings[i] for i in fresh.values()])
    rows: dict[bytes, Interaction] = {}
    sources: list[InteractionSource] = []
    attachments: list[Attachment] = []
    for (print_, i), key_id in zip(fresh.items(), keys, strict=True):
        row = rows[print_] = _row(readings[i], print_, key_id, origin, mailbox, owners)
        sources.append(
            InteractionSource(
                interaction=row,
                blob=Sealed.of_bytes(files[i].raw, key_id),
                size=len(files[i].raw),
                reader=files[i].reader.name,
                filename=Sealed.of(files[i].name, key_id) if files[i].name else None,
            )
        )
        attachments += _attachments(row, readings[i])
    with transaction.atomic():
        # In one order, so that two batches with the same messages wait for each other and never deadlock.
        insert_many([rows[print_] for print_ in sorted(rows)])
        insert_many(sources)
        insert_many(attachments)
        insert_many([line for row in rows.values() for line in _first_lines(row)])
        audit.record_many(
            [
                audit.Entry(
                    actor,
                    "interaction.received",
                    "interaction",
                    row.pk,
                    {"origin": origin},
                    row.key_id,
                )
                for row in rows.values()
            ]
        )
        if any(row.status == Status.PARSED for row in rows.values()):
            enqueue("extract")
    received: list[Received] = []
    for i, print_ in enumerate(prints):
        created = fresh.get(print_) == i
        received.append(Received(rows[print_] if print_ in rows else known[print_], created))
    return received


def _row(
    reading: Reading,
    print_: bytes,
    key_id: UUID,
    origin: Origin,
    mailbox: Mailbox | None,
    owners: Callable[[Reading], tuple[UUID | None, UUID | None]],
) -> Interaction:
    row = Interaction(
        id=uuid7(), kind=reading.reader.kind, origin=origin, mailbox=mailbox, key_id=key_id, fingerprint=print_,
        occurred_at=timezone.now(),
    )  # fmt: skip
    _apply(row, reading)
    row.owner_id, row.team_id = owners(reading)
    if mailbox is not None and row.owner_id is None and row.team_id is None:
        row.owner_id, row.team_id = mailbox.owner_id, mailbox.team_id
    return row


def _apply(row: Interaction, reading: Reading) -> None:
    """Puts a reading into a row; does not save."""
    row.status = reading.status
    row.reason_code, row.reason = reading.reason_code, reading.reason[:400]
    row.message_index = blind_index("message-id", reading.message_id) if reading.message_id else None
    row.thread = blind_index("thread", reading.thread) if reading.thread else None
    row.occurred_at = reading.occurred_at or row.occurred_at
    row.subject = Sealed.of(reading.subject, row.key_id)
    row.content = Sealed.of(reading.content, row.key_id) if reading.content else None
    row.warnings = reading.warnings
    row.sender_name, row.sender_index = "", None
    if reading.sender:
        row.sender_name = _storable(reading.sender.name)
        row.sender_index = email_index(reading.sender.email) if reading.sender.email else None


def _storable(text: str) -> str:
    """Without what PostgreSQL's text cannot hold: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:NAME_LENGTH]


def _attachments(row: Interaction, reading: Reading) -> Iterator[Attachment]:
    for file in reading.attachments:
        yield Attachment(
            interaction=row,
            filename=Sealed.of(file.filename, row.key_id),
            content_type=_storable(file.content_type)[:120],
            size=file.size,
            blob=Sealed.of_bytes(file.content, row.key_id) if file.content is not None else None,
            refused=file.refused[:200],
        )


def _first_lines(row: Interaction) -> Iterator[LedgerEntry]:
    yield LedgerEntry(
        interaction=row,
        step=Step.SEEN,
        sentence=f"Came in through {Origin(row.origin).label}.",
    )
    yield from _outcome(row)


_READ: dict[str, str] = {
    Kind.EMAIL: "Read; the newest text was separated from quoted history.",
    Kind.CALL: "Read; who speaks and when is kept.",
    Kind.CHAT: "Read; who writes and when is kept.",
    Kind.MEETING: "Read; attendees and actions were told from the notes.",
}


def _outcome(row: Interaction) -> Iterator[LedgerEntry]:
    step, sentence = {
        Status.PARSED: (Step.PARSED, _READ.get(row.kind, "Read.")),
        Status.SKIPPED: (Step.SKIPPED, row.reason),
        Status.FAILED: (Step.FAILED, row.reason),
    }[Status(row.status)]
    yield LedgerEntry(
        interaction=row,
        step=step,
        code=row.reason_code,
        sentence=sentence,
        generation=row.generation,
    )


def _owners(
    readings: Sequence[Reading],
) -> Callable[[Reading], tuple[UUID | None, UUID | None]]:
    """Whose an interaction is: the owner of the sender's contact, else of the account with that mail domain.

    Of several people that took part, the first one who leads to somebody.
    """
    emails = {email for reading in readings for email in reading.people}
    indexes = {email: email_index(email) for email in emails}
    domains = {company_domain(email) for email in emails} - {""}
    contacts = {
        bytes(index or b""): (owner, team)
        for index, owner, team in Contact.objects.filter(
            email_index__in=indexes.values(), state=RecordState.ACTIVE
        ).values_list("email_index", "owner_id", "team_id")
    }
    accounts: dict[str, tuple[UUID | None, UUID | None]] = {}
    if domains:
        rows = Account.objects.filter(domains__overlap=sorted(domains), state=RecordState.ACTIVE)
        for found, owner, team in rows.values_list("domains", "owner_id", "team_id"):
            accounts |= dict.fromkeys(found, (owner, team))

    def owner_of(reading: Reading) -> tuple[UUID | None, UUID | None]:
        owners = (contacts.get(indexes[email]) or accounts.get(company_domain(email)) for email in reading.people)
        return next((owner for owner in owners if owner), (None, None))

    return owner_of


# --- whole files


def import_archive(
    *,
    actor: audit.Actor,
    source: str | Path | IO[bytes],
    name: str = "",
    origin: Origin,
    kind: str = "",
    progress: Callable[[Tally], None] | None = None,
    processes: int = 1,
) -> Tally:
    """Takes in every item of a file, folder, mbox or zip. What is refused is kept by name with its reason.

    `kind` says what the items are where their names do not. With more than one of `processes`, items are read in
    processes beside this one, which must have no open transaction.
    """
    tally = Tally()
    sorted_ = (_sorted(batch, kind) for batch in entries(source, name))
    for batch, readings in read_ahead(sorted_, processes):
        received = _take_in(actor, batch, readings, origin)
        tally.refused += len(batch.refused)
        tally.add(received)
        if progress:
            progress(tally)
    return tally


def entries(source: str | Path | IO[bytes], name: str = "", *, skip: int = 0) -> Iterator[Batch]:
    """What a file, folder, mbox or zip holds, in batches that fit into memory, without the first `skip` entries."""
    batch: Batch = []
    size = 0
    for entry in islice(archive.iterate(source, name, kinds.is_whole), skip, None):
        weight = len(entry[1]) if isinstance(entry[1], bytes) else 0
        if batch and (len(batch) == BATCH or size + weight > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += weight
    if batch:
        yield batch


def receive_entries(
    *, actor: audit.Actor, batch: Batch, origin: Origin, upload: Upload | None = None, kind: str = ""
) -> Tally:
    """Takes in one batch of `entries`."""
    sorted_ = _sorted(batch, kind)
    tally = Tally(refused=len(sorted_.refused))
    tally.add(_take_in(actor, sorted_, (), origin, upload))
    return tally


def receive_file(
    *, actor: User, file: IO[bytes], name: str, origin: Origin, kind: str = ""
) -> tuple[list[Received], list[str]]:
    """Takes in the items of one small file; returns them, and the reasons for which parts were refused."""
    received: list[Received] = []
    reasons: list[str] = []
    for batch in entries(file, name):
        sorted_ = _sorted(batch, kind)
        received += _take_in(actor, sorted_, (), origin)
        reasons += [reason for _, reason in sorted_.refused]
    return received, reasons


@dataclass(frozen=True, slots=True)
class Sorted:
    """One batch: what has a reader, and what has none with the reason."""

    files: list[File]
    refused: list[tuple[str, str]]


def _sorted(batch: Batch, kind: str) -> Sorted:
    sorted_ = Sorted([], [])
    for name, entry in batch:
        if isinstance(entry, archive.Refused):
            sorted_.refused.append((name, entry.reason))
        elif (reader := kinds.find(name, entry, kind=kind)) is not None:
            sorted_.files.append(File(entry, name, reader))
        else:
            sorted_.refused.append((name, kinds.refusal(name, kind)))
    return sorted_


def _take_in(
    actor: audit.Actor, batch: Sorted, readings: Sequence[Reading], origin: Origin, upload: Upload | None = None
) -> list[Received]:
    if isinstance(actor, User):
        require(actor, "interactions.add")
    files = batch.files
    received = receive_files(actor=actor, files=files, origin=origin, readings=readings) if files else []
    for name, reason in batch.refused:
        refuse(actor=actor, name=name, reason=reason, origin=origin, upload=upload)
    return received


def refuse(*, actor: audit.Actor, name: str, reason: str, origin: Origin, upload: Upload | None = None) -> Refused:
    """Keeps visible what could not become an interaction."""
    key_id = new_key()
    with transaction.atomic():
        row = Refused.objects.create(
            origin=origin, key_id=key_id, name=Sealed.of(name, key_id), reason=reason[:400], actor_id=actor.audit_id,
            upload=upload,
        )  # fmt: skip
        audit.record(actor=actor, action="file.refused", subject_type="file", subject_id=row.pk)
    return row


# --- again

_INSISTED = "A person said that it is for us: sent through all stages again, past the filters."


def replay(*, actor: User, interaction: Interaction, anyway: bool = False) -> Interaction:
    """Sends an interaction through all stages again. Proposals on which nobody has decided are superseded.

    With `anyway` a person says that it is for us: from now on no filter keeps it out, and it is read as sales, support
    or billing. Who must not be processed stays out. Raises Conflict while it is on its way, or where no filter kept it.
    """
    require(actor, "interactions.add")
    with transaction.atomic():
        row = Interaction.objects.select_for_update(of=("self",)).get(pk=interaction.pk)
        if row.status not in (*REPLAYABLE, Status.DONE):
            raise Conflict(f"This message is {row.get_status_display()}; it is not done yet.")
        if anyway and row.reason_code not in FILTERED:
            raise Conflict(_("No filter kept this message out."))
        work.give_back(row)
        row.status, row.generation, row.attempts = (
            Status.RECEIVED,
            row.generation + 1,
            0,
        )
        row.reason_code = row.reason = ""
        row.insisted = row.insisted or anyway
        row.next_attempt_at = timezone.now()
        row.save()
        note(row, Step.REPLAYED, _INSISTED if anyway else "Sent through all stages again.")
        replayed.send(sender=Interaction, interaction=row)
        audit.record(
            actor=actor,
            action="interaction.replayed",
            subject_type="interaction",
            subject_id=row.pk,
            details={"anyway": anyway},
        )
        enqueue("read")
    return row


def read_again(row: Interaction) -> Status:
    """The read stage's work on one claimed row: parse its bytes anew. LeaseLost when another has it."""
    source = row.source
    name = open_or(source.filename, "")
    reading = read_file(File(source.blob.open_bytes(), name, kinds.by_name(source.reader)))
    with transaction.atomic():
        current = work.locked_under_lease(row)
        work.give_back(current)
        _apply(current, reading)
        if current.insisted and current.reason_code in FILTERED:
            current.status, current.reason_code, current.reason = Status.PARSED, "", ""
        current.attempts = 0
        current.save()
        current.attachments.all().delete()
        Attachment.objects.bulk_create(_attachments(current, reading))
        LedgerEntry.objects.bulk_create(_outcome(current))
        if current.status == Status.PARSED:
            enqueue("extract")
    return Status(current.status)


def give_up(*, actor: User, pk: UUID) -> None:
    """Stops work on an interaction that is on its way; it can be replayed."""
    require(actor, "jobs.manage")
    with transaction.atomic():
        row = Interaction.objects.select_for_update(of=("self",)).get(pk=pk)
        if row.status in FINAL:
            raise Conflict(f"This message is {row.get_status_display()} already.")
        work.give_back(row)
        row.status, row.reason_code, row.reason = (
            Status.FAILED,
            "cancelled",
            "Cancelled by an admin.",
        )
        row.save()
        LedgerEntry.objects.bulk_create(_outcome(row))
        audit.record(
            actor=actor,
            action="interaction.cancelled",
            subject_type="interaction",
            subject_id=row.pk,
        )


def set_aside(*, actor: User, interaction: Interaction) -> None:
    """A person looked at an interaction that could not be read and found nothing to record."""
    require(actor, "proposals.decide")
    with transaction.atomic():
        row = Interaction.objects.select_for_update(of=("self",)).get(pk=interaction.pk)
        if row.status != Status.FAILED:
            raise Conflict(f"This message is {row.get_status_display()} already.")
        row.status, row.reason_code, row.reason = Status.NO_CHANGE, "set_aside", "A person found nothing to record."
        row.save()
        note(row, Step.DECIDED, row.reason, code=row.reason_code)
        audit.record(actor=actor, action="interaction.set_aside", subject_type="interaction", subject_id=row.pk)


def retry(*, actor: User, pk: UUID) -> None:
    """Replays a failed interaction, from the Jobs page."""
    require(actor, "jobs.manage")
    replay(actor=actor, interaction=Interaction.objects.get(pk=pk))
