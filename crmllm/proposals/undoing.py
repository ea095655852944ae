"""Many decisions taken back at once: what `services.undo` does with one, in a few statements for all that are plain.

Plain is an update that was written and verified, on which nothing hangs or was built, and that nobody changed since.
Everything else is left to `services.undo`, one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.choices import ConnectionState
from crmllm.core import audit
from crmllm.core.bulk import insert_many
from crmllm.core.crypto import Sealed, preload
from crmllm.ingestion.choices import Status, Step
from crmllm.ingestion.models import Interaction, LedgerEntry
from crmllm.jobs.services import enqueue
from crmllm.privacy.models import Consent
from crmllm.proposals.choices import Action, State, Verdict
from crmllm.proposals.models import Decision, Outcome, Proposal
from crmllm.writeback import sql
from crmllm.writeback.choices import UNFINISHED, Operation
from crmllm.writeback.choices import State as WritebackState
from crmllm.writeback.models import Writeback
from crmllm.writeback.services import STAGE
from crmllm.writeback.standing import Way, standing


def undo_plain(*, user: User, proposals: Sequence[UUID]) -> set[UUID]:
    """Takes back those of the proposals that are plain; returns which. Locks in the order in which `undo` does."""
    require(user, "proposals.decide")
    with transaction.atomic():
        rows = {row.pk: row for row in _candidates(proposals)}
        writes = _writes(rows)
        stand = standing(list(writes))
        plain = [pk for pk in writes if stand[pk].way == Way.RESTORE]
        sql.lock_targets([rows[pk].target_id for pk in plain])
        _take_back(user, [writes[pk] for pk in plain])
        _decide(user, [rows[pk] for pk in plain])
    return set(plain)


def _candidates(proposals: Sequence[UUID]) -> list[Proposal]:
    """Approved updates on which nothing hangs, and that recorded nothing of what a person said on being reached."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("interaction")
    found = list(rows.filter(pk__in=proposals, state=State.APPROVED, action=Action.UPDATE).order_by("pk"))
    hung_on = set(Proposal.objects.filter(needs__in=found, state=State.APPROVED).values_list("needs", flat=True))
    consents = Consent.objects.filter(proposal_id__in=proposals, retracted_at=None)
    said = set(consents.values_list("proposal_id", flat=True))
    targets = [row.target_id for row in found]
    return [row for row in found if row.pk not in hung_on | said and targets.count(row.target_id) == 1]


def _writes(rows: dict[UUID, Proposal]) -> dict[UUID, Writeback]:
    """The verified write of each, where it is the only one and nothing waits for it."""
    locked = Writeback.objects.select_for_update(of=("self",)).select_related("connection").order_by("pk")
    latest = {row.proposal_id: row for row in locked.filter(proposal__in=rows, undoes=None)}
    waiting = Writeback.objects.filter(undoes__depends_on__in=list(latest.values()), state__in=UNFINISHED)
    waited_for = set(waiting.values_list("undoes__depends_on", flat=True))
    return {
        pk: row
        for pk, row in latest.items()
        if row.state == WritebackState.VERIFIED
        and row.operation == Operation.UPDATE
        and row.before is not None
        and row.pk not in waited_for
        and row.connection.state != ConnectionState.REMOVED
    }


def _take_back(user: User, writes: Sequence[Writeback]) -> None:
    targets = {row.target_id for row in writes}
    known = Writeback.objects.filter(target_id__in=targets).order_by()
    last = {
        (connection, target): seq
        for connection, target, seq in known.values_list("connection", "target_id").annotate(last=Max("seq"))
    }
    preload(*(sealed for row in writes for sealed in (row.values, row.before)))
    made = []
    for row in writes:
        written, key_id = row.values.open(), row.values.key_id
        before = row.before.open() if row.before is not None else {}
        made.append(
            Writeback(
                proposal_id=row.proposal_id,
                connection_id=row.connection_id,
                operation=Operation.RESTORE,
                object=row.object,
                target_id=row.target_id,
                seq=last[row.connection_id, row.target_id] + 1,
                undoes=row,
                values=Sealed.of({name: before.get(name) for name in written}, key_id),
                base=Sealed.of(written, key_id),
                actor_id=user.audit_id,
            )
        )
    insert_many(made)
    enqueue(STAGE)


def _decide(user: User, rows: Sequence[Proposal]) -> None:
    now, ids = timezone.now(), [row.pk for row in rows]
    Proposal.objects.filter(pk__in=ids).update(
        state=State.UNDONE, decided_at=now, note="", claimed_by=None, claimed_until=None, updated_at=now
    )
    insert_many([Decision(proposal=row, verdict=Verdict.UNDO, actor=user) for row in rows])
    Outcome.objects.filter(change__proposal_id__in=ids).update(undone=True)
    insert_many(
        [
            LedgerEntry(
                interaction=row.interaction,
                step=Step.UNDONE,
                sentence=f"{Verdict.UNDO.label}: {row.title}.".capitalize(),
                code=Verdict.UNDO,
                generation=row.interaction.generation,
            )
            for row in rows
        ]
    )
    audit.record_many(
        [
            audit.Entry(
                user, "proposal.undone", "proposal", row.pk,
                {"reason": "", "values": None, "edits": None}, row.interaction.key_id,
            )
            for row in rows
        ]
    )  # fmt: skip
    # Each has a write on its way again: its message is not done.
    interactions = Interaction.objects.filter(pk__in=[row.interaction_id for row in rows], status=Status.DONE)
    interactions.update(status=Status.PROPOSED, updated_at=now)
