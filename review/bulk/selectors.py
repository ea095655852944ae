"""Reads of decisions about many: what would be decided, the sample, and how far it is."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import load, visible
from crmllm.crm import selectors as crm
from crmllm.crm.choices import Object
from crmllm.ingestion.choices import Kind
from crmllm.ingestion.models import Interaction
from crmllm.llm.embedding_files import MODEL_NAME
from crmllm.llm.models import Embedding
from crmllm.llm.selectors import INTERACTION, nearest
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import DECIDABLE, OPEN, Action
from crmllm.proposals.models import Proposal
from review.bulk.models import Bulk, BulkItem

#: At most so many at once: what is more comes in another go, with a sample of its own.
MOST = 2000
SIMILAR = 8
#: So many of those that were refused are named on the page.
SHOWN = 100


def alike(user: User, pattern: str) -> QuerySet[Proposal]:
    """What waits of one pattern, oldest first, that this person may see; what depends on something undecided is left
    for a look of its own."""
    rows = visible(user, Proposal.objects.filter(pattern=pattern, state__in=OPEN))
    return rows.filter(needs__isnull=True).order_by("id")


def risky_fields(proposal: Proposal) -> list[str]:
    """Labels of the fields of high risk in a proposal's pattern: they are never decided in bulk."""
    return [str(field.label) for field in proposals.high_risk(proposal)]


def in_words(pattern: str) -> str:
    """A pattern as a sentence: "Update contact: E-mail, Title (Mail)"."""
    head, _sep, tail = pattern.partition(":")
    parts = head.split(".")
    if len(parts) != 3 or parts[0] not in Object.values:
        return pattern
    name, action, kind = parts
    fields = crm.field_map(name)
    labels = [
        f"{fields[field].label} ({source})" if field in fields else field
        for field, _eq, source in (one.partition("=") for one in tail.split(","))
    ]
    what = _("New %(object)s") if action == Action.CREATE else _("Update %(object)s")
    came = str(Kind(kind).label) if kind in Kind.values else kind
    title = what % {"object": str(Object(name).label).lower()}
    return f"{title}, {came}: {', '.join(labels)}"


def bulks(user: User) -> list[Bulk]:
    """This person's latest decisions about many."""
    return list(visible(user, Bulk.objects.all())[:20])


def bulk(user: User, pk: object) -> Bulk:
    """One decision about many: only its own person's."""
    return load(user, Bulk.objects.all(), pk, permission="proposals.decide")


def item(user: User, pk: object) -> BulkItem:
    return load(user, BulkItem.objects.select_related("bulk", "proposal"), pk, permission="proposals.decide")


def sample(user: User, row: Bulk) -> list[dict[str, Any]]:
    """The items to look at, with their lines and the words behind them."""
    items = {one.proposal_id: one for one in row.items.filter(sample=True)}
    found = list(proposals.whole(visible(user, Proposal.objects.filter(pk__in=items))))
    lines = proposals.lines(user, found)
    return [
        {
            "item": items[one.pk],
            "proposal": one,
            "lines": [
                {
                    "label": line.field.label,
                    "old": line.old_shown,
                    "proposed": line.shown,
                    "quotes": [span["quote"] for span in line.evidence],
                }
                for line in lines[one.pk]
            ],
        }
        for one in found
    ]


def results(row: Bulk) -> Counter[str]:
    """How many items stand where."""
    return Counter(row.items.values_list("result", flat=True))


def refused(user: User, row: Bulk) -> list[dict[str, Any]]:
    """What was not decided, with the reason, how it stands now, and the lines in which the CRM moved."""
    items = {one.proposal_id: one for one in row.items.exclude(why="")[:SHOWN]}
    found = list(proposals.whole(visible(user, Proposal.objects.filter(pk__in=items)).order_by("id")))
    lines = proposals.lines(user, found)
    return [
        {
            "proposal": one,
            "why": items[one.pk].why,
            "open": one.state in DECIDABLE,
            "moved": [
                {"label": line.field.label, "read": line.old_shown, "now": line.moved_to, "proposed": line.shown}
                for line in lines[one.pk]
                if line.moved_to is not None
            ],
        }
        for one in found
    ]


def similar(user: User, interaction: Interaction, waiting: QuerySet[Interaction]) -> list[tuple[Interaction, float]]:
    """Waiting items that say something like this one, nearest first, each with how alike (0 to 1)."""
    own = Embedding.objects.filter(
        subject_type=INTERACTION, subject_id=interaction.pk, request_model=MODEL_NAME
    ).first()
    if own is None:
        return []
    near: list[tuple[UUID, float]] = nearest(
        waiting, subject_type=INTERACTION, vector=own.vector, limit=SIMILAR, leave_out=interaction.pk
    )
    rows = waiting.in_bulk([pk for pk, _ in near])
    return [(rows[pk], 1 - distance) for pk, distance in near if pk in rows]
