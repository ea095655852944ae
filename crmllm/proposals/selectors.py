"""Reads of proposals: lists, one card, and why something cannot be approved."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import load, visible
from crmllm.core.crypto import open_or, preload
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.crm.choices import Risk
from crmllm.crm.models import FieldDef
from crmllm.ingestion.models import Interaction
from crmllm.proposals.choices import DECIDABLE, OPEN, Action, State, Verdict
from crmllm.proposals.models import Decision, Proposal, ProposedChange

UNDO_IN_SIGHT = timedelta(days=1)


def proposals(user: User) -> QuerySet[Proposal]:
    """The proposals that this person may see, newest first."""
    return visible(user, Proposal.objects.all()).order_by("-id")


def whole(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """With all that a detail shows, in a fixed number of queries."""
    return rows.select_related("interaction", "claimed_by").prefetch_related(
        Prefetch("changes", ProposedChange.objects.prefetch_related("evidence")),
        Prefetch(
            "needs",
            Proposal.objects.only("id", "state", "name", "object", "action", "target_id"),
        ),
    )


def proposal(user: User, pk: object, *, permission: str = "") -> Proposal:
    """One proposal: NotFound for a stranger, Forbidden for a reader who wants to decide."""
    return load(user, whole(proposals(user)), pk, permission=permission)


def from_model(user: User, name: str) -> QuerySet[Proposal]:
    """What was approved and holds a value that only this version of the model found."""
    found = ProposedChange.objects.filter(proposal=OuterRef("pk"), source="model")
    rows = proposals(user).filter(state=State.APPROVED, extraction__request_model=name)
    return rows.filter(Exists(found))


def of_interaction(user: User, interaction: Interaction) -> list[Proposal]:
    """The proposals of one interaction, in the order in which they are decided; superseded ones left out."""
    rows = whole(visible(user, Proposal.objects.filter(interaction=interaction)))
    return list(rows.exclude(state=State.SUPERSEDED).order_by("position", "id"))


def targets_there(rows: Iterable[Proposal]) -> set[UUID]:
    """The targets of these updates that exist, or whose approved create is on its way."""
    updates = [(row.object, row.target_id) for row in rows if row.action == Action.UPDATE]
    found = crm.existing(updates)
    missing = [pk for _, pk in updates if pk not in found]
    if missing:
        creates = Proposal.objects.filter(target_id__in=missing, action=Action.CREATE, state=State.APPROVED)
        found.update(creates.filter(written=False).values_list("target_id", flat=True))
    return found


def refused_targets(proposal: Proposal) -> set[str]:
    """Records that this was to hang on and that a person refused to create: the lines that lead there do not count.

    Worked out anew each time, so that taking the refusal back brings the lines back.
    """
    parents = proposal.needs.all()
    return {str(one.target_id) for one in parents if one.action == Action.CREATE and one.state == State.REJECTED}


def leads_to(targets: set[str], change: ProposedChange, value: Any) -> bool:
    """Whether a line refers to one of these records."""
    return change.source == "match" and value in targets


def awaited(proposal: Proposal) -> list[Proposal]:
    """The creates that this hangs on and that nobody has decided yet."""
    decided = (State.APPROVED, State.REJECTED)
    return [one for one in proposal.needs.all() if one.action == Action.CREATE and one.state not in decided]


def blocked_by(
    proposal: Proposal,
    *,
    user: User | None = None,
    edited: Collection[str] = (),
    there: set[UUID] | None = None,
) -> list[str]:
    """Sentences that say why this cannot be approved now; empty when it can. `edited` fields pass their own checks;
    `there` spares a query where `targets_there` was asked for many."""
    if proposal.state not in DECIDABLE:
        return [f"This proposal is {proposal.get_state_display()} already."]
    sentences: list[str] = []
    if user is not None and not user.may("proposals.decide"):
        sentences.append("Your role does not allow deciding on proposals.")
    if user is not None and proposal.held_by_other_than(user):
        sentences.append(f"{proposal.claimed_by} is deciding on this one right now.")
    for change in proposal.changes.all():
        if change.field not in edited:
            sentences += [check["message"] for check in change.checks if check.get("blocking")]
    sentences += [f"Approve the new {parent.object} “{parent.name}” first." for parent in awaited(proposal)]
    if proposal.action == Action.UPDATE and proposal.target_id not in (
        targets_there([proposal]) if there is None else there
    ):
        sentences.append("The record is not in the CRM any more. Replay the message to propose anew.")
    return sentences


def high_risk(proposal: Proposal) -> list[FieldDef]:
    """The fields of a proposal in which a wrong value does most harm: a person looks at each of them."""
    fields = crm.field_map(proposal.object)
    return [fields[change.field] for change in proposal.changes.all() if fields[change.field].risk == Risk.HIGH]


def may_apply_alone(proposal: Proposal) -> bool:
    """Whether this may be applied without a person at all. Whatever decides by rule asks this first: no field of high
    risk, no value without evidence, no check that says something, no doubt which record is meant."""
    doubtful = any(one.checks or (one.inferred and one.source != "match") for one in proposal.changes.all())
    return not doubtful and not proposal.match.get("others") and not high_risk(proposal)


@dataclass(frozen=True)
class ChangeLine:
    """One line of a card."""

    change: ProposedChange
    field: FieldDef
    old: Any
    proposed: Any
    #: What the CRM held when the text was read; `old` is brought up to date before a decision.
    old_shown: str
    shown: str
    evidence: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    #: The record that a CRM fact was taken from: {object, id, name}.
    origin: dict[str, str] | None = None
    #: What the CRM holds at this moment, where that is no longer what it held when the text was read.
    moved_to: str | None = None

    @property
    def blocked(self) -> bool:
        return any(check.get("blocking") for check in self.checks)


def lines(user: User, rows: list[Proposal]) -> dict[UUID, list[ChangeLine]]:
    """The visible lines of several proposals, opened with one look-up of keys and one of names a kind of target."""
    preload(*(s for row in rows for change in row.changes.all() for s in (change.old, change.proposed)))
    defs = {name: {one.name: one for one in crm.visible_fields(user, name)} for name in {row.object for row in rows}}
    opened = [
        (
            row,
            change,
            defs[row.object][change.field],
            open_or(change.old),
            open_or(change.old if change.read is None else change.read),
            open_or(change.proposed),
        )
        for row in rows
        for change in row.changes.all()
        if change.field in defs[row.object]
    ]
    refused = {row.pk: refused_targets(row) for row in rows}
    opened = [one for one in opened if not leads_to(refused[one[0].pk], one[1], one[5])]
    planned = {str(parent.target_id): parent.name for row in rows for parent in row.needs.all()}
    now = held_now(rows)
    origins = {change.pk: change.origin for _, change, *_ in opened if change.origin}
    pairs = [pair for _, _, field, *both in opened for value in both for pair in crm.references(field, value)]
    pairs += [(origin["object"], origin["id"]) for origin in origins.values()]
    names = planned | crm.names_of(pairs)
    found: dict[UUID, list[ChangeLine]] = {row.pk: [] for row in rows}
    for row, change, field, old, read, proposed in opened:
        line = ChangeLine(
            change=change,
            field=field,
            old=old,
            proposed=proposed,
            old_shown=crm.in_words(field, read, names),
            shown=crm.in_words(field, proposed, names),
            evidence=[{"start": e.start, "end": e.end, "quote": open_or(e.quote, "")} for e in change.evidence.all()],
            checks=change.checks,
            origin=_origin(change, names),
            moved_to=_moved_to(field, read, now.get((row.pk, field.name), old), names),
        )
        found[row.pk].append(line)
    return found


def _moved_to(field: FieldDef, read: Any, now: Any, names: dict[str, str]) -> str | None:
    return None if values.same(field, read, now) else crm.in_words(field, now, names)


def held_now(rows: Iterable[Proposal]) -> dict[tuple[UUID, str], Any]:
    """What the CRM holds at this moment for each (proposal, field) of updates; one query for each object."""
    updates = [row for row in rows if row.action == Action.UPDATE]
    found: dict[tuple[UUID, str], Any] = {}
    for object_name in {row.object for row in updates}:
        here = [row for row in updates if row.object == object_name]
        fields, records = crm.field_map(object_name), crm.by_ids(object_name, [row.target_id for row in here])
        for row in here:
            record = records.get(row.target_id)
            names = [change.field for change in row.changes.all() if change.field in fields]
            held = values.read(record, [fields[name] for name in names]) if record else {}
            found |= {(row.pk, name): value for name, value in held.items()}
    return found


def _origin(change: ProposedChange, names: dict[str, str]) -> dict[str, str] | None:
    return {**change.origin, "name": names.get(change.origin["id"], "")} if change.origin else None


def show(user: User, row: Proposal) -> dict[str, Any]:
    """A proposal as the API shows it."""
    return show_many(user, [row])[0]


def show_many(user: User, rows: list[Proposal]) -> list[dict[str, Any]]:
    """Proposals as the API shows them; hidden fields are absent."""
    found, there = lines(user, rows), targets_there(rows)
    return [_shown(row, found[row.pk], blocked_by(row, user=user, there=there)) for row in rows]


def _shown(row: Proposal, found: list[ChangeLine], blocked: list[str]) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "interaction": str(row.interaction_id),
        "object": row.object,
        "action": row.action,
        "record": str(row.target_id) if row.action == Action.UPDATE or row.written else None,
        "name": row.name,
        "state": row.state,
        "note": row.note,
        "match": row.match,
        "can_approve": not blocked,
        "may_apply_alone": may_apply_alone(row),
        "blocked_by": blocked,
        "needs": [str(parent.pk) for parent in row.needs.all()],
        "created_at": row.created_at,
        "decided_at": row.decided_at,
        "changes": [
            {
                "id": str(line.change.pk),
                "field": line.field.name,
                "risk": line.field.risk,
                "old": line.old,
                "proposed": line.proposed,
                "confidence": line.change.confidence,
                "inferred": line.change.inferred,
                "source": line.change.source,
                "origin": line.origin,
                "checks": line.checks,
                "evidence": line.evidence,
            }
            for line in found
        ],
    }


def last_decision(user: User) -> Decision | None:
    """What this person decided last and can take back; after an undo it is the decision before."""
    stands = (
        Q(verdict__in=[Verdict.APPROVE, Verdict.EDIT], proposal__state=State.APPROVED)
        | Q(verdict=Verdict.REJECT, proposal__state=State.REJECTED)
        | Q(verdict=Verdict.SKIP, proposal__state=State.SKIPPED)
    )
    rows = Decision.objects.filter(stands, actor=user, created_at__gte=timezone.now() - UNDO_IN_SIGHT)
    return rows.select_related("proposal").order_by("-created_at").first()


# --- around a record


def open_on(user: User, record_id: UUID) -> list[Proposal]:
    """Proposals on a record that wait for a decision."""
    return list(visible(user, Proposal.objects.filter(target_id=record_id, state__in=OPEN))[:5])


@dataclass(frozen=True)
class Source:
    """Where an approved value came from: the interaction and the words behind it."""

    interaction_id: UUID
    quote: str


def sources(user: User, proposal_ids: set[UUID]) -> dict[tuple[UUID, str], Source]:
    """The source of each (proposal, field); only what this person may see."""
    seen = visible(user, Proposal.objects.filter(pk__in=proposal_ids))
    rows = ProposedChange.objects.filter(proposal__in=seen).select_related("proposal").prefetch_related("evidence")
    return {
        (row.proposal_id, row.field): Source(
            row.proposal.interaction_id, next((open_or(one.quote, "") for one in row.evidence.all()), "")
        )
        for row in rows
    }
