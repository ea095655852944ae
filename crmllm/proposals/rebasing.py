"""When the ground of a proposal moves: the CRM changed, a create gets another id, somebody else made the same record.

What was proposed stays; what it is compared with and what it refers to is brought up to date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from crmllm.core.crypto import Sealed
from crmllm.core.errors import Conflict
from crmllm.core.ids import uuid7
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.crm.choices import FieldType
from crmllm.proposals.choices import DECIDABLE, Action, Check, State
from crmllm.proposals.drafts import check
from crmllm.proposals.models import Proposal, ProposedChange
from crmllm.proposals.patterns import pattern
from crmllm.proposals.settling import locked, settle


def refresh_or_raise(proposal: Proposal) -> None:
    """The three-way compare before a decision: when the CRM has moved since the text was read, the lines are brought up
    to date and the person looks again."""
    with transaction.atomic():
        current = locked(proposal.pk)
        moved = refresh(current) if current.state in DECIDABLE and current.action == Action.UPDATE else []
    if moved:
        names = ", ".join(moved)
        raise Conflict(f"The CRM changed since this was read: {names}. Look again, then decide.", code="crm_moved")


def refresh(proposal: Proposal) -> list[str]:
    """Brings the lines up to date with the CRM; returns the labels of those that moved."""
    record = crm.by_id(proposal.object, proposal.target_id)
    if record is None:
        return []
    fields = crm.field_map(proposal.object)
    changes = list(proposal.changes.all())
    now = values.read(record, [fields[change.field] for change in changes])
    moved = []
    for change in changes:
        field, held = fields[change.field], now[change.field]
        if values.same(field, change.old.open(), held) or values.same(field, change.proposed.open(), held):
            continue
        message = f"“{field.label}” was changed in the CRM since the message was read."
        if field.type == FieldType.LIST:
            change.proposed = Sealed.of(added_to(held, change), proposal.interaction.key_id)
        change.read = change.old if change.read is None else change.read
        change.old = Sealed.of(held, proposal.interaction.key_id)
        change.checks = [check(Check.CONFLICT, message, blocking=False)]
        change.save(update_fields=["old", "read", "proposed", "checks", "updated_at"])
        moved.append(str(field.label))
    if moved:
        proposal.note = "The CRM changed since this was read."
        proposal.save(update_fields=["note", "updated_at"])
    return moved


def added_to(held: list[str] | None, change: ProposedChange) -> list[str]:
    """What a change adds to a list, added to the list as it is now."""
    before = change.old.open() or []
    return values.joined(held, [one for one in change.proposed.open() or [] if one not in before])


def plan_anew(proposal: Proposal) -> None:
    """A create that was taken back gets a new record id; the others of the interaction follow."""
    old, proposal.target_id = proposal.target_id, uuid7()
    proposal.written = False
    proposal.save(update_fields=["target_id", "written", "updated_at"])
    point_elsewhere(proposal.needed_by.all(), old, proposal.target_id, proposal.interaction.key_id)


def rebase_twins(winner: Proposal, written: Mapping[str, Any]) -> None:
    """Other open creates of the same person or organisation become updates of the record that was just approved."""
    if winner.action != Action.CREATE or winner.identity is None:
        return
    twins = Proposal.objects.select_for_update(of=("self",)).select_related("interaction")
    same = Q(object=winner.object, identity=bytes(winner.identity), action=Action.CREATE, state__in=DECIDABLE)
    for twin in twins.filter(same).exclude(pk=winner.pk):
        _rebase(twin, winner.target_id, written)


def _rebase(twin: Proposal, target_id: UUID, written: Mapping[str, Any]) -> None:
    fields, key_id, old_target = crm.field_map(twin.object), twin.interaction.key_id, twin.target_id
    for change in twin.changes.all():
        if values.same(fields[change.field], change.proposed.open(), written.get(change.field)):
            change.delete()
            continue
        if fields[change.field].type == FieldType.LIST:
            change.proposed = Sealed.of(added_to(written.get(change.field), change), key_id)
        change.old, change.read = Sealed.of(written.get(change.field), key_id), None
        change.save(update_fields=["old", "read", "proposed", "updated_at"])
    point_elsewhere(twin.needed_by.all(), old_target, target_id, key_id)
    twin.action, twin.target_id = Action.UPDATE, target_id
    name_pattern(twin)
    twin.match = {"kind": "existing", "score": 0.99, "reason": "made by another approved proposal", "others": []}
    if not twin.changes.exists():
        twin.state, twin.note = State.SUPERSEDED, "Another approved proposal made the same record."
        twin.claimed_by, twin.claimed_until = None, None
    twin.save()
    settle(twin.interaction_id)


def point_elsewhere(proposals: Iterable[Proposal], old: UUID, new: UUID, key_id: UUID) -> None:
    """Lines that name one record name another one from now on."""
    for change in ProposedChange.objects.filter(proposal__in=list(proposals), source="match"):
        if change.proposed.open() == str(old):
            change.proposed = Sealed.of(str(new), key_id)
            change.save(update_fields=["proposed", "updated_at"])


def name_pattern(proposal: Proposal) -> None:
    """What kind of change it is now, after its lines or its target became others. The caller saves."""
    found = proposal.changes.values_list("field", "source")
    proposal.pattern = pattern(proposal.object, proposal.action, proposal.interaction.kind, found)
