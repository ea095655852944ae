"""The audit trail: gapless, chained, and whoever touches it is found."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from crmllm.core import audit, sql
from crmllm.core.crypto import drop_keys, new_key, ring
from crmllm.core.models import AuditEvent, AuditLink, AuditPayload

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Checkpoints of this test alone; and nothing remembered of keys whose database was emptied."""
    path = tmp_path / "checkpoints.jsonl"
    monkeypatch.setattr(audit, "checkpoint_file", lambda: path)
    ring.forget()
    yield path
    ring.forget()


def act(count: int = 1) -> list[AuditEvent]:
    """So many events, each in a transaction of its own."""
    return [
        audit.record(
            actor=audit.SYSTEM,
            action="thing.done",
            subject_type="thing",
            subject_id=uuid4(),
            details={"number": number},
        )
        for number in range(count)
    ]


def tamper(statement: str, *values: object) -> None:
    """What only somebody with the rights of the tables' owner can do: the triggers are off meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        for switch in ("DISABLE", "ENABLE"):
            for table in ("core_auditevent", "core_auditlink"):
                cursor.execute(f"ALTER TABLE {table} {switch} TRIGGER append_only")
            if switch == "DISABLE":
                cursor.execute(statement, values)


def test_a_chain_is_gapless_and_whole() -> None:
    act(3)
    assert audit.seal() == 3
    act(2)
    assert audit.seal() == 2
    assert list(AuditLink.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    assert audit.verify() == audit.Verdict(sealed=5, unsealed=0, broken=None, late=False)


def test_nothing_to_seal_writes_nothing(checkpoints: Path) -> None:
    assert audit.seal() == 0
    assert not checkpoints.exists()


def test_a_limit_leaves_the_rest_for_the_next_time() -> None:
    act(5)
    assert [audit.seal(limit=2), audit.seal(limit=2), audit.seal(limit=2)] == [2, 2, 1]
    assert audit.verify().sealed == 5


def test_what_waits_too_long_is_an_alarm() -> None:
    act()
    assert audit.verify().late is False
    tamper("UPDATE core_auditevent SET at = %s", timezone.now() - timedelta(seconds=61))
    verdict = audit.verify()
    assert (verdict.unsealed, verdict.late, verdict.whole) == (1, True, True)


def test_details_are_kept_and_opened() -> None:
    event = act()[0]
    assert audit.details(event, AuditPayload.objects.get(pk=event.pk)) == {"number": 0}


COLUMNS = {
    "at": "at + interval '1 second'",
    "transaction": "(transaction::text::bigint + 1)::text::xid8",
    "actor_kind": "'person'",
    "actor_id": "gen_random_uuid()",
    "action": "'thing.undone'",
    "subject_type": "'nothing'",
    "subject_id": "gen_random_uuid()",
    "commitment": "decode(repeat('00', 32), 'hex')",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_an_altered_column_is_found(column: str) -> None:
    events = act(3)
    audit.seal()
    tamper(f"UPDATE core_auditevent SET {column} = {COLUMNS[column]} WHERE id = %s", events[1].pk)
    verdict = audit.verify()
    assert verdict.broken is not None
    assert "Link 2" in verdict.broken
    assert verdict.sealed == 1


def test_every_column_of_an_event_is_chained() -> None:
    """A column that is added later must be chained too."""
    assert {field.column for field in AuditEvent._meta.concrete_fields} == {"id", *COLUMNS}


def test_a_removed_event_is_found() -> None:
    events = act(3)
    audit.seal()
    tamper("DELETE FROM core_auditevent WHERE id = %s", events[1].pk)
    assert audit.verify().broken == f"The event of link 2 ({events[1].pk}) is missing."


def test_a_removed_link_is_found() -> None:
    act(3)
    audit.seal()
    tamper("DELETE FROM core_auditlink WHERE seq = 2")
    assert audit.verify().broken == "Link 2 is missing: the next one is 3."


def test_an_exchanged_event_is_found() -> None:
    act(2)
    audit.seal()
    stranger = act()[0]
    tamper("UPDATE core_auditlink SET event_id = %s WHERE seq = 2", stranger.pk)
    assert "Link 2 does not fit" in (audit.verify().broken or "")


def test_a_tail_that_was_cut_off_is_found() -> None:
    act(3)
    audit.seal()
    tamper("DELETE FROM core_auditlink WHERE seq = 3")
    assert audit.verify().broken == "The chain ends at link 2, but a signed checkpoint knows link 3."


def test_a_chain_that_was_written_anew_is_found() -> None:
    """Somebody who has the chain's key, but not the checkpoints, cannot rewrite history."""
    act(2)
    audit.seal()
    tamper("DELETE FROM core_auditlink")
    tamper("DELETE FROM core_auditevent WHERE id = (SELECT min(id::text)::uuid FROM core_auditevent)")
    act(1)
    kept = audit.checkpoint_file().read_text()
    audit.seal()
    audit.checkpoint_file().write_text(kept)
    assert audit.verify().broken == "Link 2 differs from the signed checkpoint: the chain was rewritten."


def altered_signature(line: str) -> str:
    entry = json.loads(line)
    entry["checkpoint"] = entry["checkpoint"].replace("1:", "9:", 1)
    return json.dumps(entry)


@pytest.mark.parametrize("damage", [altered_signature, lambda line: "no JSON at all", lambda line: "{}"])
def test_a_forged_checkpoint_is_found(damage: Callable[[str], str]) -> None:
    act()
    audit.seal()
    path = audit.checkpoint_file()
    path.write_text(damage(path.read_text()))
    assert "checkpoint file" in (audit.verify().broken or "")


def test_altered_details_are_found() -> None:
    first, second = act(2)
    audit.seal()
    other = AuditPayload.objects.get(pk=second.pk).payload
    assert other is not None
    AuditPayload.objects.filter(pk=first.pk).update(payload=other)
    assert audit.verify().broken == f"The details of link 1 (event {first.pk}, thing.done) were altered."


def test_erased_details_still_verify() -> None:
    """Erasing a person drops the key of what is said about them; the event, its number and its promise stay."""
    key_id = new_key()
    event = audit.record(
        actor=audit.SYSTEM,
        action="contact.created",
        subject_type="contact",
        subject_id=uuid4(),
        details={"name": "Maria Ruiz"},
        key_id=key_id,
    )
    audit.seal()
    drop_keys([key_id])
    assert audit.details(event, AuditPayload.objects.get(pk=event.pk)) is None
    assert audit.verify() == audit.Verdict(sealed=1, unsealed=0, broken=None, late=False)
    AuditPayload.objects.all().delete()
    assert audit.verify().whole


@pytest.mark.parametrize("table", ["core_auditevent", "core_auditlink"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET transaction = transaction", "DELETE FROM {}"])
def test_the_database_refuses_changes(table: str, statement: str) -> None:
    act()
    audit.seal()
    with pytest.raises(DatabaseError, match="never changed or deleted"), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_an_event_of_an_open_transaction_holds_the_chain() -> None:
    """What was begun earlier may still add events that belong before the later ones: those wait for it."""
    act()
    assert audit.seal() == 1
    begun, end = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                act()
                begun.set()
                end.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(30)
    later = act()[0]
    assert audit.seal() == 0
    end.set()
    thread.join()
    assert audit.seal() == 2
    assert AuditLink.objects.get(seq=3).event_id == later.pk
    assert audit.verify().whole


def test_only_one_sealer_at_a_time() -> None:
    act()
    held, end = threading.Event(), threading.Event()

    def other_sealer() -> None:
        try:
            with transaction.atomic():
                assert sql.try_sealer_lock()
                held.set()
                end.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=other_sealer)
    thread.start()
    assert held.wait(30)
    assert audit.seal() == 0
    end.set()
    thread.join()
    assert audit.seal() == 1


def test_many_writers_and_a_sealer_make_one_whole_chain() -> None:
    act()

    def write() -> None:
        try:
            for _ in range(20):
                with transaction.atomic():
                    act(2)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        audit.seal(limit=7)
    while audit.seal(limit=50):
        pass
    assert audit.verify() == audit.Verdict(sealed=161, unsealed=0, broken=None, late=False)


def test_a_rolled_back_change_leaves_no_event() -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()
