"""Out of an extraction, or of what a person filled in, come proposals; a later reading supersedes those still open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core.crypto import Sealed
from crmllm.core.errors import BadInput, Conflict
from crmllm.core.ids import uuid7
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.crm.choices import Object
from crmllm.extraction import types
from crmllm.extraction.models import Calibration, Extraction
from crmllm.ingestion.choices import Status, Step
from crmllm.ingestion.ledger import note
from crmllm.ingestion.models import Interaction
from crmllm.matching.services import Match
from crmllm.proposals.choices import DECIDABLE, Action, State
from crmllm.proposals.drafts import Draft, Drafter, Line
from crmllm.proposals.models import Evidence, Proposal, ProposedChange
from crmllm.proposals.patterns import pattern
from crmllm.proposals.registry import proposed
from crmllm.proposals.settling import settle
from crmllm.proposals.weighing import weigh


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
    settle(interaction.pk)


def propose_by_hand(*, user: User, interaction: Interaction, object_name: str, entered: Mapping[str, Any]) -> Proposal:
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
        if current.status not in (Status.FAILED, Status.NO_CHANGE, Status.PROPOSED, Status.DONE):
            raise Conflict("This message is still being worked on.")
        lines = [Line(fields[name], None, value, source="person", inferred=True) for name, value in given.items()]
        match = Match(object_name, reason="filled in by hand")
        draft = Draft(Object(object_name), Action.CREATE, uuid7(), str(given["name"])[:200], match, lines)
        proposal = _store(current, None, draft, current.proposals.count())
        current.status = Status.PROPOSED
        current.save(update_fields=["status", "updated_at"])
        note(current, Step.PROPOSED, "Filled in by hand.")
        settle(current.pk)
    return proposal


def _store(
    interaction: Interaction,
    extraction: Extraction | None,
    draft: Draft,
    position: int,
    calibration: Calibration | None = None,
) -> Proposal:
    shape = ((line.field.name, line.source) for line in draft.lines)
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
        pattern=pattern(draft.object_name, draft.action, interaction.kind, shape),
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
