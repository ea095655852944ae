"""What stands around the card of the review screen: the queue, how far and how fast. Plain data for the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.core.signing import BadSignature, TimestampSigner
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmllm.access.models import User
from crmllm.core.crypto import open_or, preload
from crmllm.core.lists import capped
from crmllm.crm.choices import Object
from crmllm.ingestion import selectors as ingestion
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import OPEN, REJECT_REASONS, State, Verdict
from crmllm.proposals.models import Decision, Proposal

PAGE = 30
SURE = 0.8  # below it a line asks for attention
PACE_OVER = 50  # decisions that the median time is taken from
SHOWN_FOR = timedelta(hours=2)

# --- the queue


@dataclass(frozen=True)
class QueueView:
    """How somebody looks at the queue: which part of it, which object, which order. Lives in the URL."""

    part: str = "open"
    object_name: str = ""
    order: str = "newest"

    PARTS = ("open", "skipped", "failed")
    ORDERS = ("newest", "oldest")

    @classmethod
    def of(cls, query: Mapping[str, str]) -> QueueView:
        """From the query string; what is unknown falls back to the usual."""
        part, name, order = query.get("queue", ""), query.get("object", ""), query.get("sort", "")
        return cls(
            part if part in cls.PARTS else "open",
            name if name in Object.values else "",
            order if order in cls.ORDERS else "newest",
        )

    def query(self, **changes: str) -> str:
        """The query string of this view, or of one that differs."""
        values = {"queue": self.part, "object": self.object_name, "sort": self.order} | changes
        usual = {"queue": "open", "object": "", "sort": "newest"}
        text = urlencode({name: value for name, value in values.items() if value != usual[name]})
        return f"?{text}" if text else ""

    def url(self, **changes: str) -> str:
        return reverse("review:queue") + self.query(**changes)

    def card_url(self, pk: UUID) -> str:
        return self.door("card", pk)

    def door(self, name: str, pk: UUID) -> str:
        """The address of a card or a decision, which comes back to this view."""
        return reverse(f"review:{name}", args=[pk]) + self.query()


def waiting(user: User, view: QueueView) -> QuerySet[Interaction]:
    """The interactions of one part of the queue, in its order."""
    rows = ingestion.interactions(user)
    if view.part == "failed":
        rows = rows.filter(status=Status.FAILED)
    else:
        state = Q(state__in=OPEN) if view.part == "open" else Q(state=State.SKIPPED)
        if view.part == "open":
            rows = rows.filter(open_proposals__gt=0)
        about = Q(object=view.object_name) if view.object_name else Q()
        if view.object_name or view.part == "skipped":
            rows = rows.filter(Exists(Proposal.objects.filter(state & about, interaction=OuterRef("pk"))))
    return rows.order_by("occurred_at", "id") if view.order == "oldest" else rows


def waits(row: Interaction, view: QueueView) -> bool:
    """Whether an interaction still belongs into this part of the queue."""
    if view.part == "skipped":
        return row.proposals.filter(state=State.SKIPPED).exists()
    return row.open_proposals > 0


def next_after(user: User, view: QueueView, current: Interaction | None) -> Interaction | None:
    """The next one that nobody else holds: behind the present one in the order, else from the top."""
    rows = waiting(user, view).filter(Interaction.free_for(user))
    if current is None:
        return rows.first()
    at, pk = current.occurred_at, current.pk
    if view.order == "oldest":
        behind = Q(occurred_at__gt=at) | Q(occurred_at=at, id__gt=pk)
    else:
        behind = Q(occurred_at__lt=at) | Q(occurred_at=at, id__lt=pk)
    others = rows.exclude(pk=pk)
    return others.filter(behind).first() or others.first()


def top(user: User, view: QueueView, limit: int = 8) -> dict[str, Any]:
    """The first of the queue, for the home page."""
    rows = waiting(user, view)
    shown = list(_listed(rows, view)[:limit])
    return {"count": capped(rows), "url": view.url(), "items": [_item(user, view, row, None) for row in shown]}


def queue(user: User, view: QueueView, current: UUID | None, page: int = 1) -> dict[str, Any]:
    """The left column. `waiting` is how many there are to decide, whatever part is shown."""
    rows = waiting(user, view)
    shown = list(_listed(rows, view)[: PAGE * page + 1])
    preload(*(row.subject for row in shown))
    labels = {"open": _("To decide"), "skipped": _("Skipped"), "failed": _("Not readable")}
    counts = {part: capped(waiting(user, QueueView(part=part))) for part in labels}
    return {
        "title": _("Review"),
        "waiting": counts["open"],
        "queues": [
            {"label": label, "url": QueueView(part=part).url(), "active": part == view.part, "count": counts[part]}
            for part, label in labels.items()
        ],
        "filters": [_filter(view, "", _("All"))]
        + [_filter(view, str(value), str(label)) for value, label in Object.choices],
        "sorts": [
            {"label": label, "url": view.url(sort=order), "active": order == view.order}
            for order, label in {"newest": _("Newest first"), "oldest": _("Oldest first")}.items()
        ],
        "items": [_item(user, view, row, current) for row in shown[: PAGE * page]],
        "more_url": f"{view.url()}{'&' if view.query() else '?'}page={page + 1}" if len(shown) > PAGE * page else None,
    }


def _listed(rows: QuerySet[Interaction], view: QueueView) -> QuerySet[Interaction]:
    """With what an item of the list shows, and without the messages themselves."""
    found = Proposal.objects.filter(state__in=[State.SKIPPED] if view.part == "skipped" else OPEN)
    found = found.only("id", "interaction_id", "object", "action", "note", "least_confidence", "position")
    return (
        rows.defer("content")
        .select_related("claimed_by")
        .prefetch_related(Prefetch("proposals", found, to_attr="waiting_proposals"))
    )


def _filter(view: QueueView, value: str, label: str) -> dict[str, Any]:
    return {"label": label, "url": view.url(object=value), "active": view.object_name == value}


def _item(user: User, view: QueueView, row: Interaction, current: UUID | None) -> dict[str, Any]:
    return {
        "url": view.card_url(row.pk),
        "who": row.sender_name or _("Unknown sender"),
        "what": _what(row),
        "received_at": row.occurred_at,
        "active": row.pk == current,
        "claimed_by": str(row.claimed_by) if row.held_by_other_than(user) else None,
        "badges": _badges(row),
    }


def _what(row: Interaction) -> str:
    found: Sequence[Proposal] = getattr(row, "waiting_proposals", [])
    if not found:
        return str(open_or(row.subject, "")) or row.reason
    return " · ".join(_counted(one.title for one in found))


def _counted(titles: Iterable[str]) -> list[str]:
    """Each title once, with how often: "New activity × 2"."""
    return [title if times == 1 else f"{title} × {times}" for title, times in Counter(titles).items()]


def _badges(row: Interaction) -> list[dict[str, str]]:
    found: Sequence[Proposal] = getattr(row, "waiting_proposals", [])
    badges = []
    if ingestion.is_hostile(row):
        badges.append({"label": _("hostile text"), "tone": "bad"})
    if any(one.note for one in found):
        badges.append({"label": _("CRM changed since"), "tone": "warn"})
    unsure = sum(one.least_confidence < SURE for one in found)
    if unsure:
        badges.append({"label": ngettext("%(n)d to check", "%(n)d to check", unsure) % {"n": unsure}, "tone": "warn"})
    elif found:
        badges.append({"label": _("all sure"), "tone": "good"})
    return badges


# --- how far, how fast, and the last decision


def progress(user: User, waiting: str) -> dict[str, Any]:
    """Decisions of today, what waits, and the median time of the latest decisions."""
    mine = Decision.objects.filter(actor=user).exclude(verdict=Verdict.UNDO)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    recent = mine.exclude(milliseconds=None).order_by("-created_at").values_list("milliseconds", flat=True)[:PACE_OVER]
    times = sorted(value for value in recent if value is not None)
    return {
        "done_today": mine.filter(created_at__gte=today).count(),
        "waiting": waiting,
        "median_seconds": round(times[len(times) // 2] / 1000, 1) if times else None,
    }


def last(user: User, view: QueueView) -> dict[str, Any] | None:
    """What this person decided last, for the undo that is always in sight."""
    decision = proposals.last_decision(user)
    if decision is None:
        return None
    row = decision.proposal
    return {"text": f"{row.name}: {decision.get_verdict_display()}", "undo_url": view.door("undo", row.pk)}


# --- time


def shown_at() -> str:
    """A signed stamp of when a card was shown; the server's own measure of the time a decision took."""
    return TimestampSigner(salt="review").sign("card").partition(":")[2]


def milliseconds(stamp: str, elapsed: str) -> int | None:
    """The time of a decision: what the browser measured, never more than what the server knows."""
    try:
        signer = TimestampSigner(salt="review")
        signer.unsign(f"card:{stamp}", max_age=SHOWN_FOR)
        shown = signing.b62_decode(stamp.partition(":")[0])
        most = max(int((timezone.now().timestamp() - shown + 1) * 1000), 0)
    except (BadSignature, ValueError):
        return None
    return min(int(elapsed), most) if elapsed.isdigit() else most


def reject_reasons() -> list[str]:
    return [str(reason) for reason in REJECT_REASONS]
