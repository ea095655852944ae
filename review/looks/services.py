"""The doors of blind looks: ask for one, give it, decide it, take that back. A look writes nothing to any record.

waiting -> given (to somebody, for a while) -> decided; given -> waiting when the time is out; void: its proposal moved
on, its message was read again, or what it holds was erased
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require, visible
from crmllm.core import audit
from crmllm.core.audit import SYSTEM
from crmllm.core.crypto import Sealed, blind_index, open_or
from crmllm.core.errors import BadInput, Conflict, NotFound
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.ingestion.models import Interaction
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import DECIDABLE, Verdict
from crmllm.proposals.choices import State as ProposalState
from crmllm.proposals.models import Decision, Proposal
from crmllm.proposals.services import CLAIM, MAX_REASON
from review.looks import registry, selectors, sql
from review.looks.choices import ALIVE, State, Why
from review.looks.comparing import compare
from review.looks.models import Look
from review.looks.standing import stand

#: A look stands beside a decision that stands.
STANDING = (ProposalState.APPROVED, ProposalState.REJECTED)
#: Verdicts that a look can stand beside.
JUDGES = (Verdict.APPROVE, Verdict.EDIT, Verdict.REJECT)
#: How long a look lies in somebody's queue before they open it; once it is open, it is held as any card.
RESERVED = timedelta(hours=4)
#: Among the cards that a person opens, at most about so many have a look put behind them.
MOST = 0.25
TRIED = 10  # waiting looks that are tried for a person at once
#: Who may take a verdict back, and for how long: as with any decision.
MAY_UNDO = proposals.UNDO_IN_SIGHT


def request(*, proposal: Proposal, why: Why, subject_id: UUID | None = None) -> Look:
    """Asks for a blind look at a decided proposal; while one waits for the same reason, that one is returned.

    Raises Conflict for a proposal on which nobody has decided. Call it in the transaction of the decision, or later.
    One with a planted value has a door of its own, which finds the value: `drawing.plant`.
    """
    if why == Why.PLANTED:
        raise ValueError("A planted look needs a value: drawing.plant finds one.")
    return ask(proposal=proposal, why=why, subject_id=subject_id)


def ask(
    *, proposal: Proposal, why: Why, subject_id: UUID | None = None, planted: Mapping[str, Any] | None = None
) -> Look:
    """As `request`, with the value that is wrong on purpose."""
    with transaction.atomic():
        rows = Proposal.objects.select_for_update(of=("self",)).select_related("interaction")
        current = rows.get(pk=proposal.pk)
        if current.state not in STANDING:
            raise Conflict("Nobody has decided on this proposal yet.", code="not_decided")
        waiting = Look.objects.filter(proposal=current, why=why, state__in=ALIVE).first()
        if waiting is not None:
            return waiting
        look = Look.objects.create(
            proposal=current,
            decision=current.decisions.filter(verdict__in=JUDGES).order_by("-created_at", "-id").first(),
            why=why,
            subject_id=subject_id,
            planted=Sealed.of(dict(planted), current.interaction.key_id) if planted else None,
        )
        _record("requested", look, {"why": why})
    return look


# --- give


def on_opening(*, user: User, interaction: Interaction) -> None:
    """When somebody opens a card: a look that they have on it is held like any card; else one may be put into their
    queue, so that it is there before the next card is looked up."""
    if not user.may("proposals.decide"):
        return
    mine = selectors.in_queue(user)
    if interaction.pk in mine:
        rows = Look.objects.filter(user=user, state=State.GIVEN, proposal=mine[interaction.pk])
        rows.update(given_until=timezone.now() + CLAIM)
    elif not mine and Look.objects.filter(state=State.WAITING).exists():
        if drawn("give", f"{user.pk} {interaction.pk}") < MOST:
            give(user=user, besides=interaction)


def give(*, user: User, besides: Interaction | None = None) -> Look | None:
    """Puts a waiting look that fits into a person's queue: samples first, for a policy waits for them, and then the
    freshest, which lie among messages of their age. No two people ever get the same."""
    require(user, "proposals.decide")
    with transaction.atomic():
        rows = _fitting(user, besides).select_for_update(skip_locked=True, of=("self",))
        for look in rows.alias(awaited=Q(why=Why.SAMPLE)).order_by("-awaited", "-id")[:TRIED]:
            fault = _fault(user, look)
            if fault is None:
                look.state, look.user, look.verdict = State.GIVEN, user, ""
                look.given_until = timezone.now() + RESERVED
                look.save()
                _record("given", look, {"to": user.pk})
                selectors.forget(user)
                return look
            if fault:
                _end(look, fault)
    return None


def _fitting(user: User, besides: Interaction | None) -> QuerySet[Look]:
    """Waiting looks at what this person may see, has not decided and has not looked at, in messages that are done."""
    own = Decision.objects.filter(proposal=OuterRef("proposal"), actor=user)
    seen = Look.objects.filter(proposal=OuterRef("proposal"), user=user).exclude(pk=OuterRef("pk"))
    undecided = Proposal.objects.filter(interaction=OuterRef("proposal__interaction"), state__in=DECIDABLE)
    rows = visible(user, Look.objects.filter(state=State.WAITING)).filter(~Exists(own), ~Exists(seen))
    rows = rows.filter(~Exists(undecided)).select_related("proposal__interaction", "decision")
    return rows.exclude(proposal__interaction=besides.pk) if besides else rows


def _fault(user: User, look: Look) -> str | None:
    """Why a look cannot be given: to nobody (a sentence), or not to this person (an empty one)."""
    moved_on = _moved_on(look)
    if moved_on:
        return moved_on
    row = stand(look, _whole(look))
    shown = {line.field.name for line in proposals.lines(user, [row])[row.pk]}
    if proposals.blocked_by(row, edited=shown):
        return "Its record is gone."
    planted = set(look.planted.open()) if look.planted is not None else set()
    return None if planted <= shown else ""


def _moved_on(look: Look) -> str:
    """Why a look can be shown to nobody any more; empty while it can."""
    if look.proposal.state not in STANDING:
        return "Its proposal moved on."
    content = look.proposal.interaction.content
    return "" if content is not None and open_or(content) is not None else "What it holds was erased."


def expire() -> int:
    """Frees what was given and forgotten; whoever had it may still decide it while nobody else has it."""
    late = Look.objects.filter(state=State.GIVEN, given_until__lt=timezone.now())
    return late.update(state=State.WAITING, given_until=None, verdict="")


# --- decide


def decide(
    *,
    user: User,
    look: Look,
    verdict: Verdict,
    edits: Mapping[str, Any] | None = None,
    reason: str = "",
    milliseconds: int | None = None,
) -> Look:
    """Keeps somebody's verdict on a look. `edits` maps a change's id to a value, as in approving.

    Raises the same refusals, in the same words, as a decision on a proposal that waits.
    """
    require(user, "proposals.decide")
    selectors.forget(user)
    _require_standing(look)
    with sql.writes_nothing():
        current = _locked(look)
        _require_given(current, user)
        row = _whole(current)
        edited: dict[str, Any] = {}
        if verdict in (Verdict.APPROVE, Verdict.EDIT):
            edited = _edited(row, edits or {})
            _require_approvable(current, edited)
            verdict = Verdict.EDIT if edited else Verdict.APPROVE
        current.user, current.verdict, current.milliseconds = user, verdict, milliseconds
        current.given_until = timezone.now() + CLAIM
        key_id = row.interaction.key_id
        if verdict == Verdict.SKIP:
            # As a proposal that was skipped: it stays with this person, under what they skipped.
            current.state, current.given_until = State.GIVEN, timezone.now() + RESERVED
            current.save()
        else:
            agreed, lines = compare(current, row, verdict, edited)
            current.state, current.agreed, current.decided_at = State.DECIDED, agreed, timezone.now()
            current.reason, current.edits = reason[:MAX_REASON], Sealed.of(edited, key_id) if edited else None
            current.save()
            current.lines.model._default_manager.bulk_create(lines)
            for _name, heard in registry.verdicts.items():
                heard(current)
        _record("decided", current, {"verdict": verdict, "reason": reason, "edits": edited}, user=user, key_id=key_id)
    return current


def take_back(*, user: User, look: Look) -> Look:
    """Takes a verdict back, as any decision can be: the look waits for the same person again."""
    require(user, "proposals.decide")
    selectors.forget(user)
    with sql.writes_nothing():
        current = _locked(look)
        skipped = current.state == State.GIVEN and current.verdict == Verdict.SKIP
        recent = current.decided_at is not None and current.decided_at > timezone.now() - MAY_UNDO
        if current.user_id != user.pk or current.truth or not (skipped or recent):
            raise Conflict("There is no decision here that could be taken back.", code="nothing_to_undo")
        was_decided, current.state = current.state == State.DECIDED, State.GIVEN
        current.verdict, current.reason, current.edits = "", "", None
        current.agreed = current.decided_at = current.milliseconds = None
        current.given_until = timezone.now() + CLAIM
        current.save()
        current.lines.all().delete()
        if was_decided:
            for _name, heard in registry.taken_back.items():
                heard(current)
        _record("taken-back", current, {}, user=user)
    return current


def _locked(look: Look) -> Look:
    rows = Look.objects.select_for_update(of=("self",)).select_related("proposal__interaction", "decision")
    current = rows.filter(pk=look.pk).first()
    if current is None:
        raise NotFound("There is no such item, or it is not yours to see.")
    return current


def _require_standing(look: Look) -> None:
    """Ends a look whose proposal moved on, and says so as it is said of any card that is out of date."""
    with transaction.atomic():
        current = _locked(look)
        if current.state not in ALIVE:
            return
        moved_on = _moved_on(current)
        if not moved_on:
            return
        _end(current, moved_on)
    raise Conflict("This changed since it was shown. Look again, then decide.", code="crm_moved")


def _require_given(look: Look, user: User) -> None:
    if look.state not in ALIVE or look.user_id != user.pk:
        raise Conflict(f"This proposal is {look.proposal.get_state_display()} already.", code="decided")


def _require_approvable(look: Look, edited: Iterable[str]) -> None:
    row = stand(look, _whole(look))
    blocked = proposals.blocked_by(row, edited=list(edited))
    if blocked:
        raise Conflict(" ".join(blocked), code="blocked")


def _whole(look: Look) -> Proposal:
    return proposals.whole(Proposal.objects.filter(pk=look.proposal_id)).get()


def _edited(row: Proposal, edits: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a person set, by field."""
    fields, changes = crm.field_map(row.object), {str(change.pk): change for change in row.changes.all()}
    unknown = sorted(set(edits) - set(changes))
    if unknown:
        raise BadInput(
            "There is no such change in this proposal.", fields={key: ["Unknown change."] for key in unknown}
        )
    named = {changes[key].field: value for key, value in edits.items()}
    return {name: values.normalise(fields[name], value) for name, value in named.items()}


# --- end


def heed_replay(*, interaction: Interaction, **signal: Any) -> None:
    """What is read anew is proposed anew: nobody looks at what was proposed before."""
    end(rows=Q(proposal__interaction=interaction), reason="The message is read again.")


def end(*, rows: Q, reason: str) -> int:
    """Makes looks void on which nobody has decided yet."""
    with transaction.atomic():
        found = list(Look.objects.select_for_update(of=("self",)).filter(rows, state__in=ALIVE))
        for look in found:
            _end(look, reason)
    return len(found)


def _end(look: Look, reason: str) -> None:
    look.state, look.ended, look.given_until, look.verdict = State.VOID, reason, None, ""
    look.save()
    _record("ended", look, {"reason": reason})


def _record(
    done: str, look: Look, details: Mapping[str, Any], *, user: User | None = None, key_id: UUID | None = None
) -> None:
    audit.record(
        actor=user or SYSTEM,
        action=f"look.{done}",
        subject_type="look",
        subject_id=look.pk,
        details={"proposal": look.proposal_id} | dict(details),
        key_id=key_id,
    )


def drawn(purpose: str, subject: object) -> float:
    """A number from 0 to 1 that is the same each time, and that nobody without the master key can work out."""
    return int.from_bytes(blind_index(f"look {purpose}", str(subject))[:8], "big") / 2**64
