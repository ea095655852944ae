"""Who a proposal is about, when a person says otherwise: the record that is there already, or somebody new."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.crypto import Sealed, open_or
from crmllm.core.errors import Conflict
from crmllm.core.ids import uuid7
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.crm.choices import FieldType, Object
from crmllm.crm.models import Record
from crmllm.extraction.types import Contact, from_json
from crmllm.ingestion.choices import Step
from crmllm.ingestion.ledger import note
from crmllm.proposals.choices import DECIDABLE, Action, Check, State
from crmllm.proposals.drafts import check
from crmllm.proposals.models import Proposal, ProposedChange
from crmllm.proposals.rebasing import added_to, name_pattern, point_elsewhere
from crmllm.proposals.settling import locked, require_free, settle

#: What has an identity that a person can doubt.
ABOUT_SOMEBODY = (Object.ACCOUNT, Object.CONTACT, Object.LEAD)


def link(*, user: User, proposal: Proposal, record_id: UUID) -> Proposal:
    """Makes the creation of a record a change of one that is there; what was to hang on the new one hangs on that.

    The record's own name stands. Where it holds everything already, nothing is left to decide.
    """
    require(user, "proposals.decide")
    with transaction.atomic():
        current = _free(proposal, user, Action.CREATE)
        record = crm.record(user, current.object, record_id)
        rows = current.interaction.proposals.filter(object=current.object, target_id=record.pk)
        if rows.exclude(state__in=[State.REJECTED, State.SUPERSEDED, State.UNDONE]).exists():
            raise Conflict(_("Another proposal of this message changes that record."), code="twice")
        _compare_with(current, record)
        _turn(current, Action.UPDATE, record.pk, _("chosen by a person"))
        if not current.changes.exists():
            current.state, current.note = State.SUPERSEDED, str(_("The record holds all of this already."))
            current.claimed_by, current.claimed_until = None, None
        current.name = record.name[:200]
        _finish(user, current, "proposal.linked", _("Linked to a record that is there."))
    return current


def part(*, user: User, proposal: Proposal) -> Proposal:
    """Makes a change of a record the creation of another one: the match was wrong. What was read of the person's name
    comes along; where nothing was, the line is there to be filled in."""
    require(user, "proposals.decide")
    with transaction.atomic():
        current = _free(proposal, user, Action.UPDATE)
        if current.object not in ABOUT_SOMEBODY:
            raise Conflict(_("Only people and organisations can be somebody else."), code="no_identity")
        old_target = current.target_id
        for change in current.changes.all():
            change.old, change.read, change.checks = Sealed.of(None, current.interaction.key_id), None, []
            change.save(update_fields=["old", "read", "checks", "updated_at"])
        hanging = _referring(current, old_target)
        _turn(current, Action.CREATE, uuid7(), _("somebody new, a person said"), hanging=hanging)
        current.name = _name_anew(current)
        _finish(user, current, "proposal.parted", _("Somebody new, a person said."))
    return current


def _free(proposal: Proposal, user: User, action: Action) -> Proposal:
    current = locked(proposal.pk)
    require_free(current, user, allowed=DECIDABLE)
    if current.action != action:
        raise Conflict(_("That was decided already. Look again."), code="decided")
    return current


def _compare_with(proposal: Proposal, record: Record) -> None:
    """The lines against what the record holds: the same goes, what was missing is not missing there."""
    fields, key_id = crm.field_map(proposal.object), proposal.interaction.key_id
    changes = list(proposal.changes.all())
    held = values.read(record, [fields[change.field] for change in changes])
    for change in changes:
        field, old = fields[change.field], held[change.field]
        proposed = change.proposed.open()
        if change.field == "name" or proposed is None or values.same(field, proposed, old):
            change.delete()
            continue
        if field.type == FieldType.LIST:
            change.proposed = Sealed.of(added_to(old, change), key_id)
        change.old, change.read = Sealed.of(old, key_id), None
        change.checks = [one for one in change.checks if one["code"] not in (Check.REQUIRED, Check.DUPLICATE)]
        change.save(update_fields=["old", "read", "proposed", "checks", "updated_at"])


def _turn(
    proposal: Proposal, action: Action, target: UUID, reason: str, *, hanging: list[Proposal] | None = None
) -> None:
    """Another action on another record, for this proposal and for what refers to its record."""
    rows = list(proposal.needed_by.all()) if hanging is None else hanging
    point_elsewhere(rows, proposal.target_id, target, proposal.interaction.key_id)
    for row in rows if hanging is not None else []:
        row.needs.add(proposal)
    proposal.action, proposal.target_id, proposal.identity = action, target, None
    kind = "existing" if action == Action.UPDATE else "new"
    proposal.match = {"kind": kind, "score": 1.0, "reason": str(reason), "others": [], "chosen": True}


def _referring(proposal: Proposal, target: UUID) -> list[Proposal]:
    """The other proposals of the message that are still to be decided and refer to a record."""
    rows = proposal.interaction.proposals.filter(state__in=DECIDABLE).exclude(pk=proposal.pk)
    rows = rows.filter(changes__source="match").distinct().prefetch_related("changes")
    return [row for row in rows if any(open_or(one.proposed) == str(target) for one in row.changes.all())]


def _name_anew(proposal: Proposal) -> str:
    """What tells somebody new from the one that was meant, as lines: name, e-mail and phone as the message has them.
    Returns the name."""
    found = _read_of(proposal)
    read = {"name": found.company if proposal.object == Object.ACCOUNT else found.name} if found else {"name": None}
    if found and proposal.object != Object.ACCOUNT:
        read |= {"email": found.email, "phone": found.phone}
    there = {change.field: change.proposed.open() for change in proposal.changes.all()}
    fields, key_id = crm.field_map(proposal.object), proposal.interaction.key_id
    for position, (name, value) in enumerate(read.items()):
        if name in there or (value is None and name != "name"):
            continue
        there[name] = value.value if value else None
        missing = _("“%(label)s” was not found in the message. Fill it in to approve.") % {"label": fields[name].label}
        ProposedChange.objects.create(
            proposal=proposal,
            field=name,
            position=position,
            old=Sealed.of(None, key_id),
            proposed=Sealed.of(there[name], key_id),
            confidence=value.confidence if value else 0.0,
            raw_confidence=value.confidence if value else 0.0,
            inferred=value is None or not value.evidence,
            source=value.source if value else "rule",
            checks=[] if value else [check(Check.REQUIRED, missing, blocking=True)],
        )
    return str(there["name"] or _("somebody new"))[:200]


def _read_of(proposal: Proposal) -> Contact | None:
    """The person of the message whose values these lines are."""
    if proposal.extraction is None:
        return None
    contacts = from_json(open_or(proposal.extraction.result, {}) or {}).contacts
    proposed = {str(open_or(change.proposed)) for change in proposal.changes.all()}

    def fits(one: Contact) -> int:
        read = (one.email, one.phone, one.title, one.name, one.company)
        return sum(value is not None and value.value in proposed for value in read)

    return max(contacts, key=fits, default=None)


def _finish(user: User, proposal: Proposal, action: str, sentence: str) -> None:
    name_pattern(proposal)
    proposal.save()
    note(proposal.interaction, Step.MATCHED, sentence)
    audit.record(
        actor=user,
        action=action,
        subject_type="proposal",
        subject_id=proposal.pk,
        details={"record": str(proposal.target_id)},
        key_id=proposal.interaction.key_id,
    )
    settle(proposal.interaction_id)
