"""Which decisions get a blind look: drawn by the clock, never while somebody decides, so that it costs them no time."""

from __future__ import annotations

import random
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crmllm.core.crypto import open_or, preload
from crmllm.core.errors import Conflict
from crmllm.crm import selectors as crm
from crmllm.crm.choices import FieldType, Object
from crmllm.crm.models import Account, FieldDef
from crmllm.ingestion import selectors as ingestion
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import Judged, Verdict
from crmllm.proposals.choices import State as ProposalState
from crmllm.proposals.models import Decision, Outcome, Proposal, ProposedChange
from crmllm.proposals.weighing import NOT_READ
from review.looks import services
from review.looks.choices import State, Why
from review.looks.models import GuardSettings, Look
from review.looks.planting import Spot, neighbours, wrong
from review.looks.services import JUDGES, ask, drawn, request

#: Decisions that are younger may still be in a transaction that nobody sees.
SETTLED = timedelta(minutes=1)
AT_ONCE = 5_000
#: A look that nobody could take in this time is given up: only one person reviews, or nobody else may see it. Samples
#: wait: their policy goes on only when somebody has looked.
KEPT = timedelta(days=7)
OTHERS = 20  # names of organisations that a planted one is taken from


def draw() -> int:
    """Draws the looks that the shares ask for out of the decisions since the last time. Returns how many."""
    until = timezone.now() - SETTLED
    with transaction.atomic():
        GuardSettings.objects.get_or_create()
        guards = GuardSettings.objects.select_for_update(skip_locked=True).first()
        if guards is None:  # somebody else is drawing
            return 0
        rows = Decision.objects.filter(
            created_at__gt=guards.drawn_until or until, created_at__lte=until, actor__isnull=False, verdict__in=JUDGES
        )
        found = list(rows.select_related("proposal").order_by("created_at")[:AT_ONCE])
        guards.drawn_until = found[-1].created_at if len(found) == AT_ONCE else until
        guards.save(update_fields=["drawn_until", "updated_at"])
        return sum(_draw(guards, decision) for decision in found)


def _draw(guards: GuardSettings, decision: Decision) -> int:
    if decision.proposal.state not in services.STANDING:
        return 0
    made = 0
    if drawn("second", decision.pk) < guards.second_share:
        request(proposal=decision.proposal, why=Why.SECOND)
        made += 1
    if guards.planted_on and drawn("planted", decision.pk) < guards.planted_share:
        made += plant(proposal=decision.proposal) is not None
    return made


def tidy() -> int:
    """Gives up looks that nobody could take in time."""
    late = Q(state=State.WAITING, created_at__lt=timezone.now() - KEPT)
    return services.end(rows=late & ~Q(why=Why.SAMPLE), reason="Nobody could take it in time.")


# --- a wrong value


def plant(*, proposal: Proposal, chance: random.Random | None = None) -> Look | None:
    """Makes a look in which one value is wrong on purpose, out of a proposal that a person approved as it was. None
    when it was not right, or when no value of it can be made wrong in a way that its words tell."""
    row = proposals.whole(Proposal.objects.filter(pk=proposal.pk)).get()
    if not _was_right(row):
        return None
    chance = chance or random.Random(drawn("value", row.pk))  # noqa: S311 - the draw itself is keyed
    planted = _wrong_value(row, chance)
    try:
        return ask(proposal=row, why=Why.PLANTED, planted=planted) if planted else None
    except Conflict:  # taken back in between
        return None


def _was_right(row: Proposal) -> bool:
    last = row.decisions.order_by("-created_at", "-id").first()
    if row.state != ProposalState.APPROVED or last is None or last.verdict != Verdict.APPROVE or last.actor is None:
        return False
    return not Outcome.objects.filter(change__proposal=row).exclude(judged=Judged.KEPT, undone=False).exists()


def _wrong_value(row: Proposal, chance: random.Random) -> dict[str, object] | None:
    content = ingestion.content(row.interaction)
    text, fields = content.get("text", ""), crm.field_map(row.object)
    changes = [one for one in row.changes.all() if one.source not in NOT_READ and not one.inferred and not one.checks]
    preload(*(one.proposed for one in changes))
    chance.shuffle(changes)
    for change in changes:
        found = wrong(_spot(row, change, fields[change.field], text), chance)
        if found is not None:
            return {change.field: found}
    return None


def _spot(row: Proposal, change: ProposedChange, field: FieldDef, text: str) -> Spot:
    quotes = [str(open_or(one.quote, "")) for one in change.evidence.all()]
    value = open_or(change.proposed)
    return Spot(field.name, field.type, value, quotes, text, _others(row, field, text))


def _others(row: Proposal, field: FieldDef, text: str) -> list[str]:
    """Names that could be meant instead: people of the same text, organisations that everybody may see."""
    if field.type != FieldType.TEXT:
        return []
    if field.name == "company" or (field.name == "name" and row.object == Object.ACCOUNT):
        accounts = Account.objects.filter(owner=None, team=None).exclude(pk=row.target_id)
        return [name for name in accounts.order_by("-id").values_list("name", flat=True)[:OTHERS] if name not in text]
    is_person = field.name == "name" and row.object in (Object.CONTACT, Object.LEAD)
    return neighbours(text) if is_person else []
