"""The audit trail: `record` inside the business transaction, `seal` every second, `verify` when asked.

A business transaction takes no lock: it inserts an event with a commitment (SHA-256 over salt and payload). One sealer
gives gapless numbers and chains the events with an HMAC, up to the oldest transaction that is still open, so that no
event can slip in before the chain's end. It writes signed checkpoints to a file outside the database: cutting off the
chain's tail is found too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from crmllm.core import sql
from crmllm.core.bulk import insert_many
from crmllm.core.crypto import Sealed, derive, new_key, open_or, preload
from crmllm.core.models import AuditEvent, AuditKey, AuditLink, AuditPayload
from crmllm.core.runtime.home import home

GENESIS = bytes(32)
ALARM_AFTER = timedelta(minutes=1)


class Actor(Protocol):
    """Whoever acts: a user, or a part of the system."""

    @property
    def audit_kind(self) -> str: ...

    @property
    def audit_id(self) -> UUID | None: ...


@dataclass(frozen=True)
class System:
    """The system itself acting: a sender, a sealer, a policy."""

    name: str = "system"
    audit_kind: str = "system"
    audit_id: UUID | None = None


SYSTEM = System()


@dataclass(frozen=True)
class Entry:
    """What is to be recorded. `key_id` is the content key under which the details are sealed; without one they must
    hold no personal data."""

    actor: Actor
    action: str
    subject_type: str
    subject_id: UUID | None
    details: Mapping[str, Any] = field(default_factory=dict)
    key_id: UUID | None = None


def record(
    *,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: UUID | None,
    details: Mapping[str, Any] | None = None,
    key_id: UUID | None = None,
) -> AuditEvent:
    """Writes one event; call it inside the transaction of the change."""
    return record_many([Entry(actor, action, subject_type, subject_id, details or {}, key_id)])[0]


def record_many(entries: Sequence[Entry]) -> list[AuditEvent]:
    """Writes several events in two statements."""
    events, payloads = [], []
    for entry in entries:
        salt = os.urandom(16)
        body = json.dumps(entry.details, sort_keys=True, separators=(",", ":"), default=str)
        event = AuditEvent(
            actor_kind=entry.actor.audit_kind,
            actor_id=entry.actor.audit_id,
            action=entry.action,
            subject_type=entry.subject_type,
            subject_id=entry.subject_id,
            commitment=commitment(salt, body),
        )
        sealed = Sealed.of({"salt": base64.b64encode(salt).decode(), "body": body}, entry.key_id or _month_key())
        events.append(event)
        payloads.append(AuditPayload(event_id=event.id, payload=sealed))
    insert_many(events)
    insert_many(payloads)
    return events


def commitment(salt: bytes, body: str) -> bytes:
    """What the event promises about its details: SHA-256 over salt and canonical JSON."""
    return hashlib.sha256(salt + body.encode("utf-8", "surrogatepass")).digest()


def details(event: AuditEvent, payload: AuditPayload | None) -> dict[str, Any] | None:
    """The details of an event; None when they were erased."""
    opened = open_or(payload.payload if payload else None)
    return json.loads(opened["body"]) if opened else None


def _month_key() -> UUID:
    month = timezone.now().date().replace(day=1)
    row = AuditKey.objects.filter(month=month).first()
    if row is None:
        row, _ = AuditKey.objects.get_or_create(month=month, defaults={"key_id": new_key()})
    return row.key_id


def _chain_key() -> bytes:
    return derive("crmllm audit chain", settings.AUDIT_KEY)


def _signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derive("crmllm audit checkpoints", settings.AUDIT_KEY))


def link_hash(key: bytes, seq: int, previous: bytes, event: AuditEvent) -> bytes:
    """HMAC-SHA256 over number, previous hash and every column of the event."""
    columns = [
        str(seq),
        str(event.id),
        event.at.astimezone(UTC).isoformat(),
        str(event.transaction),
        event.actor_kind,
        str(event.actor_id),
        event.action,
        event.subject_type,
        str(event.subject_id),
    ]
    message = b"\0".join([previous, *(column.encode() for column in columns), bytes(event.commitment)])
    return hmac.new(key, message, hashlib.sha256).digest()


def seal(limit: int = 5000) -> int:
    """Chains the events that can be chained and writes a checkpoint. Returns how many. One sealer at a time."""
    with transaction.atomic():
        if not sql.try_sealer_lock():
            return 0
        last = AuditLink.objects.order_by("-seq").first()
        events = sql.sealable_events(after=last, limit=limit)
        if not events:
            return 0
        seq, previous, key = (last.seq, bytes(last.hash), _chain_key()) if last else (0, GENESIS, _chain_key())
        links = []
        for event in events:
            seq += 1
            previous = link_hash(key, seq, previous, event)
            links.append(
                AuditLink(
                    seq=seq,
                    event_id=event.id,
                    transaction=event.transaction,
                    hash=previous,
                )
            )
        AuditLink.objects.bulk_create(links)
    _write_checkpoint(seq, previous)
    return len(links)


def checkpoint_file() -> Path:
    return home().checkpoints / "checkpoints.jsonl"


def _write_checkpoint(seq: int, hash_: bytes) -> None:
    body = f"{seq}:{hash_.hex()}:{datetime.now(UTC).isoformat()}"
    line = json.dumps({"checkpoint": body, "signature": _signer().sign(body.encode()).hex()})
    path = checkpoint_file()
    with path.open("a") as file:
        file.write(line + "\n")


def _checkpoints() -> Iterator[tuple[int, bytes]]:
    """The checkpoints on file. Raises InvalidSignature or ValueError for a forged or damaged line."""
    path = checkpoint_file()
    if not path.exists():
        return
    public = _signer().public_key()
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        public.verify(bytes.fromhex(entry["signature"]), entry["checkpoint"].encode())
        seq, hash_, _ = entry["checkpoint"].split(":", 2)
        yield int(seq), bytes.fromhex(hash_)


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how much is sealed, what waits, and the first broken place, if any."""

    sealed: int
    unsealed: int
    broken: str | None
    late: bool

    @property
    def whole(self) -> bool:
        return self.broken is None


def verify() -> Verdict:
    """Walks the whole chain: numbers, hashes, commitments of the details still kept, checkpoints."""
    sealed, broken = _walk()
    sealed_ones = AuditLink.objects.filter(event_id=OuterRef("id"))
    waiting = AuditEvent.objects.filter(~Exists(sealed_ones))
    oldest = waiting.order_by("at").values_list("at", flat=True).first()
    late = oldest is not None and oldest < timezone.now() - ALARM_AFTER
    return Verdict(sealed=sealed, unsealed=waiting.count(), broken=broken, late=late)


def _walk() -> tuple[int, str | None]:
    try:
        checkpoints = dict(_checkpoints())
    except (InvalidSignature, ValueError, KeyError):
        return (
            0,
            "The checkpoint file holds a line that was not written by this installation's sealer.",
        )
    key, previous, seq = _chain_key(), GENESIS, 0
    for links in _batches():
        events = {event.id: event for event in AuditEvent.objects.filter(id__in=[link.event_id for link in links])}
        payloads = AuditPayload.objects.in_bulk([link.event_id for link in links])
        preload(*(row.payload for row in payloads.values()))
        for link in links:
            seq += 1
            fault = _fault(
                link,
                seq,
                previous,
                key,
                events.get(link.event_id),
                payloads.get(link.event_id),
            )
            if fault:
                return seq - 1, fault
            previous = bytes(link.hash)
            if checkpoints.pop(seq, previous) != previous:
                return (
                    seq - 1,
                    f"Link {seq} differs from the signed checkpoint: the chain was rewritten.",
                )
    if checkpoints:
        return (
            seq,
            f"The chain ends at link {seq}, but a signed checkpoint knows link {max(checkpoints)}.",
        )
    return seq, None


def _fault(
    link: AuditLink,
    seq: int,
    previous: bytes,
    key: bytes,
    event: AuditEvent | None,
    payload: AuditPayload | None,
) -> str | None:
    if link.seq != seq:
        return f"Link {seq} is missing: the next one is {link.seq}."
    if event is None:
        return f"The event of link {seq} ({link.event_id}) is missing."
    if not hmac.compare_digest(link_hash(key, seq, previous, event), bytes(link.hash)):
        return f"Link {seq} does not fit: event {event.id} ({event.action}) was altered."
    opened = open_or(payload.payload if payload else None)
    if opened and commitment(base64.b64decode(opened["salt"]), opened["body"]) != bytes(event.commitment):
        return f"The details of link {seq} (event {event.id}, {event.action}) were altered."
    return None


def _batches(size: int = 2000) -> Iterator[list[AuditLink]]:
    last = -1
    while links := list(AuditLink.objects.filter(seq__gt=last).order_by("seq")[:size]):
        yield links
        last = links[-1].seq
