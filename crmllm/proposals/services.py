"""The doors of proposals: propose, claim, decide, undo. The only place where their states change.

pending <-> claimed -> approved | rejected | skipped      superseded: a replay or another approval made it void
approved -> undone; rejected, skipped -> pending again by undo; undone -> approved | rejected
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.audit import SYSTEM
from crmllm.core.crypto import Sealed
from crmllm.core.errors import BadInput, Conflict
from crmllm.core.ids import uuid7
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.crm.choices import FieldType, Object
from crmllm.extraction import types
from crmllm.extraction.models import Calibration, Extraction
from crmllm.ingestion.choices import Status, Step
from crmllm.ingestion.ledger import note
from crmllm.ingestion.models import Interaction
from crmllm.matching.services import Match
from crmllm.privacy import services as privacy
from crmllm.privacy.choices import Channel, ConsentState
from crmllm.proposals import selectors
from crmllm.proposals.choices import DECIDABLE, OPEN, Action, Check, State, Verdict
from crmllm.proposals.drafts import Draft, Drafter, Line, check
from crmllm.proposals.models import Decision, Evidence, Proposal, ProposedChange
from crmllm.proposals.outcomes import note_outcomes
from crmllm.proposals.patterns import pattern
from crmllm.proposals.registry import proposed
from crmllm.proposals.urgency import weigh as weigh_urgency
from crmllm.proposals.weighing import weigh
from crmllm.writeback import services as writeback
from crmllm.writeback.choices import UNFINISHED, Operation
from crmllm.writeback.choices import State as WritebackState
from crmllm.writeback.models import Writeback

CLAIM = timedelta(minutes=10)
MAX_REASON = 300


# --- propose


def propose(*, interaction: Interaction, extraction: Extraction, extracted: types.Extracted) -> list[Proposal]:
    """Makes proposals out of what was found; earlier ones of the interaction that are still open are superseded.

    Call it inside the transaction that stores the extraction. Every quote was checked against the text before.
    """
    supersede(interaction=interaction, reason="The message was read again.")
    drafts = Drafter(extracted).build()
    calibration = weigh(drafts, extraction)
    made = [_store(interaction, extraction, draft, position, calibration) for position, draft in enumerate(drafts)]
    by_target = {proposal.target_id: proposal for proposal in made}
    for draft, proposal in zip(drafts, made, strict=True):
        proposal.needs.set(by_target[other.target_id] for other in draft.needs)
    for _name, heard in proposed.items():
        heard(made)
    return made


def supersede(*, interaction: Interaction, reason: str) -> int:
    """Closes the proposals of an interaction on which nobody has decided."""
    rows = interaction.proposals.filter(state__in=DECIDABLE)
    return rows.update(state=State.SUPERSEDED, note=reason, claimed_by=None, claimed_until=None)


def heed_replay(*, interaction: Interaction, **signal: Any) -> None:
    """What is open is void from the moment on at which the message is read again, whatever comes of that."""
    supersede(interaction=interaction, reason="The message is read again.")
    _settle(interaction.pk)


def _store(
    interaction: Interaction,
    extraction: Extraction | None,
    draft: Draft,
    position: int,
    calibration: Calibration | None = None,
) -> Proposal:
    weighed = [line.confidence for line in draft.lines if line.source != "match"]
    proposal = Proposal.objects.create(
        interaction=interaction,
        extraction=extraction,
        object=draft.object_name,
        action=draft.action,
        target_id=draft.target_id,
        name=draft.name,
        position=position,
        identity=draft.identity,
        match=draft.match.as_json(),
        owner=interaction.owner,
        team=interaction.team,
        least_confidence=min(weighed, default=1.0),
        pattern=pattern(
            draft.object_name,
            draft.action,
            interaction.kind,
            ((line.field.name, line.source) for line in draft.lines),
        ),
    )
    changes = [
        _change(proposal, line, place, interaction.key_id, calibration) for place, line in enumerate(draft.lines)
    ]
    ProposedChange.objects.bulk_create(changes)
    Evidence.objects.bulk_create(
        Evidence(
            change=change,
            start=span.start,
            end=span.end,
            quote=Sealed.of(span.quote, interaction.key_id),
        )
        for change, line in zip(changes, draft.lines, strict=True)
        for span in line.evidence
    )
    return proposal


def _change(
    proposal: Proposal, line: Line, place: int, key_id: UUID, calibration: Calibration | None
) -> ProposedChange:
    return ProposedChange(
        proposal=proposal,
        field=line.field.name,
        position=place,
        old=Sealed.of(line.old, key_id),
        proposed=Sealed.of(line.proposed, key_id),
        confidence=_share(line.confidence),
        raw_confidence=_share(line.confidence if line.raw_confidence is None else line.raw_confidence),
        signs=line.signs.as_json() if line.signs else {},
        calibration=calibration if line.signs else None,
        inferred=line.inferred,
        source=line.source,
        origin={"object": line.origin.object_name, "id": str(line.origin.pk)} if line.origin else {},
        checks=line.checks,
    )


def _share(confidence: float) -> float:
    return round(min(max(confidence, 0.0), 1.0), 4)


# --- claim


def claim(*, user: User, interaction: Interaction) -> bool:
    """Holds the open proposals of an interaction for one person. False when somebody else has them."""
    require(user, "proposals.decide")
    until = timezone.now() + CLAIM
    with transaction.atomic():
        free = Interaction.objects.filter(Interaction.free_for(user), pk=interaction.pk)
        won = free.update(claimed_by=user, claimed_until=until)
        if won:
            rows = Proposal.objects.filter(interaction=interaction, state__in=OPEN)
            rows.update(state=State.CLAIMED, claimed_by=user, claimed_until=until)
    return bool(won)


def release(*, user: User, interaction: Interaction) -> None:
    """Gives back what a person holds without deciding."""
    with transaction.atomic():
        mine = Interaction.objects.filter(pk=interaction.pk, claimed_by=user)
        if mine.update(claimed_by=None, claimed_until=None):
            _unclaim(Proposal.objects.filter(interaction=interaction, state=State.CLAIMED, claimed_by=user))


def expire_claims() -> int:
    """Frees what was claimed and forgotten."""
    now = timezone.now()
    with transaction.atomic():
        Interaction.objects.filter(claimed_until__lt=now).update(claimed_by=None, claimed_until=None)
        return _unclaim(Proposal.objects.filter(state=State.CLAIMED, claimed_until__lt=now))


def _unclaim(rows: Any) -> int:
    return int(rows.update(state=State.PENDING, claimed_by=None, claimed_until=None))


# --- decide


def approve(
    *,
    user: User,
    proposal: Proposal,
    edits: Mapping[str, Any] | None = None,
    milliseconds: int | None = None,
) -> Proposal:
    """Approves the proposal, with a person's own values where `edits` maps a change's id to one; None leaves the field
    as it is in the CRM. Writes the outbox in the same transaction.

    Raises Conflict when it was decided already, is blocked, or the CRM has moved since; BadInput for a wrong value.
    """
    require(user, "proposals.decide")
    _refresh_or_raise(proposal)
    with transaction.atomic():
        current = _locked(proposal)
        _require_free(current, user, allowed=DECIDABLE)
        return _approve(user, current, edits or {}, milliseconds)


def apply(*, actor: audit.Actor, proposal: Proposal) -> Proposal:
    """Approves without a person, for a policy that people set: no actor stands on the decision.

    Raises Conflict for what must not be applied alone, is decided already, blocked, being decided on by a person, or
    was overtaken by the CRM.
    """
    _refresh_or_raise(proposal)
    with transaction.atomic():
        current = _locked(proposal)
        if current.state not in OPEN:
            raise Conflict(f"This proposal is {current.get_state_display()} already.", code="decided")
        if current.state == State.CLAIMED or current.claimed_by_id is not None:
            raise Conflict("A person is deciding on this one right now.", code="claimed")
        if not selectors.may_apply_alone(current):
            raise Conflict("A person has to look at this one.", code="needs_person")
        return _approve(actor, current, {}, None)


def _approve(actor: audit.Actor, current: Proposal, edits: Mapping[str, Any], milliseconds: int | None) -> Proposal:
    wanted, edited = _values(current, edits)
    blocked = selectors.blocked_by(current, edited=edited)
    if blocked:
        raise Conflict(" ".join(blocked), code="blocked")
    if current.state == State.UNDONE and current.action == Action.CREATE:
        _plan_anew(current)
    verdict = Verdict.EDIT if edited else Verdict.APPROVE
    _decide(
        actor,
        current,
        State.APPROVED,
        verdict,
        milliseconds=milliseconds,
        values=wanted,
        edits=edited,
    )
    if wanted:
        _write(actor, current, wanted)
        if isinstance(actor, User):  # what somebody says on being reached is of high risk: nothing else approves it
            _record_statements(actor, current, wanted)
    _rebase_twins(current, wanted)
    _settle(current.interaction_id)
    return current


def reject(*, user: User, proposal: Proposal, reason: str = "", milliseconds: int | None = None) -> Proposal:
    """Refuses the proposal; what was to hang on it stands by itself."""
    require(user, "proposals.decide")
    with transaction.atomic():
        current = _locked(proposal)
        _require_free(current, user, allowed=DECIDABLE)
        _decide(
            user,
            current,
            State.REJECTED,
            Verdict.REJECT,
            milliseconds=milliseconds,
            reason=reason,
        )
        _settle(current.interaction_id)
    return current


def skip(*, user: User, proposal: Proposal, milliseconds: int | None = None) -> Proposal:
    """Leaves the decision for later."""
    require(user, "proposals.decide")
    with transaction.atomic():
        current = _locked(proposal)
        _require_free(current, user, allowed=OPEN)
        _decide(user, current, State.SKIPPED, Verdict.SKIP, milliseconds=milliseconds)
        _settle(current.interaction_id)
    return current


def _locked(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("interaction")
    return rows.get(pk=proposal.pk)


def _require_free(proposal: Proposal, user: User, *, allowed: Iterable[str]) -> None:
    if proposal.state not in allowed:
        raise Conflict(f"This proposal is {proposal.get_state_display()} already.", code="decided")
    if proposal.held_by_other_than(user):
        raise Conflict(f"{proposal.claimed_by} is deciding on this one right now.", code="claimed")


def _values(proposal: Proposal, edits: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values to write and, apart, those that a person set. Lines that were edited to nothing are left out."""
    fields = crm.field_map(proposal.object)
    changes = {str(change.pk): change for change in proposal.changes.all()}
    unknown = sorted(set(edits) - set(changes))
    if unknown:
        raise BadInput(
            "There is no such change in this proposal.",
            fields={key: ["Unknown change."] for key in unknown},
        )
    wanted, edited = {}, {}
    refused = selectors.refused_targets(proposal)
    for key, change in changes.items():
        field = fields[change.field]
        if key in edits:
            value = edited[change.field] = values.normalise(field, edits[key])
        else:
            value = change.proposed.open()
        if value is not None and not selectors.leads_to(refused, change, value):
            wanted[change.field] = value
    return wanted, edited


def _decide(
    actor: audit.Actor,
    proposal: Proposal,
    state: State,
    verdict: Verdict,
    *,
    milliseconds: int | None,
    reason: str = "",
    values: Mapping[str, Any] | None = None,
    edits: Mapping[str, Any] | None = None,
) -> None:
    key_id = proposal.interaction.key_id
    proposal.state, proposal.decided_at, proposal.note = state, timezone.now(), ""
    proposal.claimed_by, proposal.claimed_until = None, None
    proposal.save()
    decision = Decision.objects.create(
        proposal=proposal,
        verdict=verdict,
        actor=actor if isinstance(actor, User) else None,
        reason=reason[:MAX_REASON],
        edits=Sealed.of(dict(edits), key_id) if edits else None,
        values=Sealed.of(dict(values), key_id) if values is not None else None,
        milliseconds=milliseconds,
    )
    note_outcomes(decision, edits or {})
    note(
        proposal.interaction,
        Step.UNDONE if verdict == Verdict.UNDO else Step.DECIDED,
        f"{verdict.label}: {proposal.title}.".capitalize(),
        code=verdict,
    )
    audit.record(
        actor=actor,
        action=f"proposal.{state}",
        subject_type="proposal",
        subject_id=proposal.pk,
        details={"reason": reason, "values": values, "edits": edits},
        key_id=key_id,
    )


def _write(actor: audit.Actor, proposal: Proposal, wanted: Mapping[str, Any]) -> None:
    base = {change.field: change.old.open() for change in proposal.changes.all() if change.field in wanted}
    parents = Proposal.objects.filter(needed_by=proposal, state=State.APPROVED)
    writeback.queue(
        actor=actor,
        proposal=proposal,
        operation=Operation.CREATE if proposal.action == Action.CREATE else Operation.UPDATE,
        values=wanted,
        base=base,
        after=[row for parent in parents if (row := writeback.latest(parent))],
    )


def _record_statements(user: User, proposal: Proposal, wanted: Mapping[str, Any]) -> None:
    """What a person said on being reached counts from the approval on, with the message and the words that say it.

    It is known by the person's address, else by their number; where neither is known, only the record holds it.
    """
    ways = [way for way in Channel if f"{way}_consent" in wanted]
    if not ways:
        return
    person = wanted.get("email") or wanted.get("phone") or _reached_by(proposal)
    if not person:
        return
    words = {
        row.change.field: row.quote
        for row in Evidence.objects.filter(change__proposal=proposal).select_related("change")
    }
    for way in ways:
        quote = words.get(f"{way}_consent")
        privacy.record_statement(
            actor=user,
            person=person,
            channel=way,
            state=ConsentState(wanted[f"{way}_consent"]),
            said_at=proposal.interaction.occurred_at,
            interaction_id=proposal.interaction_id,
            proposal_id=proposal.pk,
            words=quote.open() if quote else "",
            key_id=proposal.interaction.key_id,
        )


def _reached_by(proposal: Proposal) -> str | None:
    record = crm.by_id(proposal.object, proposal.target_id)
    if record is None:
        return None
    fields = crm.field_map(proposal.object)
    held = values.read(record, [fields["email"], fields["phone"]])
    address: str | None = held["email"] or held["phone"]
    return address


# --- what a decision means for others


def _refresh_or_raise(proposal: Proposal) -> None:
    """The three-way compare before a decision: when the CRM has moved since the text was read, the lines are brought up
    to date and the person looks again."""
    with transaction.atomic():
        current = _locked(proposal)
        moved = _refresh(current) if current.state in DECIDABLE and current.action == Action.UPDATE else []
    if moved:
        names = ", ".join(moved)
        raise Conflict(
            f"The CRM changed since this was read: {names}. Look again, then decide.",
            code="crm_moved",
        )


def _refresh(proposal: Proposal) -> list[str]:
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
            change.proposed = Sealed.of(_added_to(held, change), proposal.interaction.key_id)
        change.old = Sealed.of(held, proposal.interaction.key_id)
        change.checks = [check(Check.CONFLICT, message, blocking=False)]
        change.save(update_fields=["old", "proposed", "checks", "updated_at"])
        moved.append(str(field.label))
    if moved:
        proposal.note = "The CRM changed since this was read."
        proposal.save(update_fields=["note", "updated_at"])
    return moved


def _added_to(held: list[str] | None, change: ProposedChange) -> list[str]:
    """What a change adds to a list, added to the list as it is now."""
    before = change.old.open() or []
    return values.joined(held, [one for one in change.proposed.open() or [] if one not in before])


def _plan_anew(proposal: Proposal) -> None:
    """A create that was taken back gets a new record id; the others of the interaction follow."""
    old, proposal.target_id = proposal.target_id, uuid7()
    proposal.written = False
    proposal.save(update_fields=["target_id", "written", "updated_at"])
    _point_elsewhere(proposal.needed_by.all(), old, proposal.target_id, proposal.interaction.key_id)


def _point_elsewhere(proposals: Iterable[Proposal], old: UUID, new: UUID, key_id: UUID) -> None:
    for change in ProposedChange.objects.filter(proposal__in=list(proposals), source="match"):
        if change.proposed.open() == str(old):
            change.proposed = Sealed.of(str(new), key_id)
            change.save(update_fields=["proposed", "updated_at"])


def _rebase_twins(winner: Proposal, written: Mapping[str, Any]) -> None:
    """Other open creates of the same person or organisation become updates of the record that was just approved."""
    if winner.action != Action.CREATE or winner.identity is None:
        return
    twins = Proposal.objects.select_for_update(of=("self",)).select_related("interaction")
    same = Q(
        object=winner.object,
        identity=bytes(winner.identity),
        action=Action.CREATE,
        state__in=DECIDABLE,
    )
    for twin in twins.filter(same).exclude(pk=winner.pk):
        _rebase(twin, winner.target_id, written)


def _rebase(twin: Proposal, target_id: UUID, written: Mapping[str, Any]) -> None:
    fields, key_id, old_target = (
        crm.field_map(twin.object),
        twin.interaction.key_id,
        twin.target_id,
    )
    for change in twin.changes.all():
        if values.same(fields[change.field], change.proposed.open(), written.get(change.field)):
            change.delete()
            continue
        if fields[change.field].type == FieldType.LIST:
            change.proposed = Sealed.of(_added_to(written.get(change.field), change), key_id)
        change.old = Sealed.of(written.get(change.field), key_id)
        change.save(update_fields=["old", "proposed", "updated_at"])
    _point_elsewhere(twin.needed_by.all(), old_target, target_id, key_id)
    twin.action, twin.target_id = Action.UPDATE, target_id
    _name_pattern(twin)
    twin.match = {
        "kind": "existing",
        "score": 0.99,
        "reason": "made by another approved proposal",
        "others": [],
    }
    if not twin.changes.exists():
        twin.state, twin.note = (
            State.SUPERSEDED,
            "Another approved proposal made the same record.",
        )
        twin.claimed_by, twin.claimed_until = None, None
    twin.save()
    _settle(twin.interaction_id)


def _name_pattern(proposal: Proposal) -> None:
    """What kind of change it is now, after its lines or its target became others. The caller saves."""
    found = proposal.changes.values_list("field", "source")
    proposal.pattern = pattern(proposal.object, proposal.action, proposal.interaction.kind, found)


def _settle(interaction_id: UUID) -> None:
    """Counts what is open and closes the interaction when nothing is left to decide or to write."""
    interaction = Interaction.objects.select_for_update(of=("self",)).get(pk=interaction_id)
    states = list(interaction.proposals.values_list("state", flat=True))
    before, interaction.open_proposals = interaction.open_proposals, sum(state in OPEN for state in states)
    if interaction.open_proposals > before:
        weigh_urgency(interaction)
    if interaction.open_proposals == 0:
        interaction.claimed_by, interaction.claimed_until = None, None
    waiting = State.SKIPPED in states or interaction.open_proposals
    if interaction.status in (Status.PROPOSED, Status.DONE):
        unwritten = not waiting and interaction.proposals.filter(writebacks__state__in=UNFINISHED).exists()
        interaction.status = Status.PROPOSED if waiting or unwritten else Status.DONE
    interaction.save(
        update_fields=[
            "open_proposals",
            "status",
            "urgency",
            "risk",
            "due_at",
            "claimed_by",
            "claimed_until",
            "updated_at",
        ]
    )


def settle(*, interaction_id: UUID) -> None:
    """Counts anew what is open in an interaction; extraction calls it after proposing."""
    with transaction.atomic():
        _settle(interaction_id)


def heed(outcome: Writeback) -> None:
    """What a write's end means for its proposal; write-back calls it inside its own transaction."""
    proposal = (
        Proposal.objects.select_for_update(of=("self",)).select_related("interaction").get(pk=outcome.proposal_id)
    )
    if outcome.state == WritebackState.VERIFIED:
        if proposal.action == Action.CREATE:
            proposal.written = outcome.operation == Operation.CREATE
            proposal.save(update_fields=["written", "updated_at"])
    elif outcome.undoes_id and outcome.state in (WritebackState.CONFLICT, WritebackState.CANCELLED):
        # The CRM still holds what was approved.
        proposal.state, proposal.note = State.APPROVED, (outcome.error_message or "The undo was cancelled.")[:300]
        proposal.save(update_fields=["state", "note", "updated_at"])
    elif outcome.state in (WritebackState.CONFLICT, WritebackState.CANCELLED) and proposal.state == State.APPROVED:
        for child in _hanging_on(proposal):
            writeback.take_back(actor=SYSTEM, proposal=child)
            _reopen(child, f"“{proposal.name}” could not be written.")
        _reopen(proposal, outcome.error_message or "The write was cancelled.")
    _settle(proposal.interaction_id)


def _reopen(proposal: Proposal, reason: str) -> None:
    """The CRM moved between decision and write: the change goes back to review with the CRM's present values."""
    privacy.retract_statements(actor=SYSTEM, proposal_id=proposal.pk)
    proposal.state, proposal.decided_at = State.PENDING, None
    _refresh(proposal)
    proposal.note = reason[:300]
    proposal.save(update_fields=["state", "decided_at", "note", "updated_at"])
    audit.record(
        actor=SYSTEM,
        action="proposal.reopened",
        subject_type="proposal",
        subject_id=proposal.pk,
    )


# --- undo


def undo(*, user: User, proposal: Proposal, milliseconds: int | None = None) -> list[Proposal]:
    """Takes a decision back. Before sending, the write is cancelled; afterwards the before-image is written back. What
    hangs on a create from the same interaction is taken back first. Returns all that was taken back, in order.

    Raises Conflict when somebody changed the record since: a person's value is safe.
    """
    require(user, "proposals.decide")
    with transaction.atomic():
        current = _locked(proposal)
        if current.state in (State.REJECTED, State.SKIPPED):
            _decide(user, current, State.PENDING, Verdict.UNDO, milliseconds=milliseconds)
            Proposal.objects.filter(pk=current.pk).update(decided_at=None)
            _settle(current.interaction_id)
            return [current]
        if current.state != State.APPROVED:
            raise Conflict(
                "There is no decision here that could be taken back.",
                code="nothing_to_undo",
            )
        undone = []
        for row in [*_hanging_on(current), current]:
            writeback.take_back(actor=user, proposal=row)
            privacy.retract_statements(actor=user, proposal_id=row.pk)
            _decide(user, row, State.UNDONE, Verdict.UNDO, milliseconds=milliseconds)
            undone.append(row)
        _settle(current.interaction_id)
    return undone


def _hanging_on(proposal: Proposal) -> list[Proposal]:
    """Approved proposals of the interaction that need this one, leaves first."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("interaction")
    found: list[Proposal] = []
    for child in rows.filter(needs=proposal, state=State.APPROVED):
        for row in [*_hanging_on(child), child]:
            if row not in found:
                found.append(row)
    return found


# --- by hand


def propose_by_hand(
    *,
    user: User,
    interaction: Interaction,
    object_name: str,
    entered: Mapping[str, Any],
) -> Proposal:
    """A proposal that a person filled in, for an interaction out of which nothing could be read."""
    require(user, "proposals.decide")
    fields = crm.field_map(object_name)
    given = {name: values.normalise(fields[name], value) for name, value in entered.items() if name in fields}
    given = {name: value for name, value in given.items() if value is not None}
    if not given.get("name"):
        raise BadInput("A name is needed.", fields={"name": ["A name is needed."]})
    with transaction.atomic():
        rows = Interaction.objects.select_for_update(of=("self",))
        current = rows.get(pk=interaction.pk)
        if current.status not in (
            Status.FAILED,
            Status.NO_CHANGE,
            Status.PROPOSED,
            Status.DONE,
        ):
            raise Conflict("This message is still being worked on.")
        lines = [Line(fields[name], None, value, source="person", inferred=True) for name, value in given.items()]
        match = Match(object_name, reason="filled in by hand")
        draft = Draft(
            Object(object_name),
            Action.CREATE,
            uuid7(),
            str(given["name"])[:200],
            match,
            lines,
        )
        proposal = _store(current, None, draft, current.proposals.count())
        current.status = Status.PROPOSED
        current.save(update_fields=["status", "updated_at"])
        note(current, Step.PROPOSED, "Filled in by hand.")
        _settle(current.pk)
    return proposal
