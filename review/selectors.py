"""What stands around the card of the review screen: the queue, how far and how fast. Plain data for the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
from crmllm.core.errors import NotFound
from crmllm.core.models import SavedView
from crmllm.crm.choices import Object, Risk
from crmllm.experiments.services import assign
from crmllm.ingestion import selectors as ingestion
from crmllm.ingestion.choices import Kind, Status
from crmllm.ingestion.models import Interaction
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import OPEN, REJECT_REASONS, State, Verdict
from crmllm.proposals.models import Decision, Proposal
from review.looks import selectors as looks
from review.queues import selectors as queues
from review.queues.choices import Order
from review.queues.models import Assignment, ReviewQueue

PAGE = 30
MOST_COUNTED = 1000
NEAR, MOST_NEAR = 4, 64  # items that are looked through for the next one: for each who is at work, and at most
SAVED_PAGE = "review"
#: Its variants are orders: {"due": 50, "newest": 50}.
ORDER_EXPERIMENT = "review-order"
SURE = 0.9  # below it a line asks for attention: more than one in ten like it was wrong
PACE_OVER = 50  # decisions that the median time is taken from
SHOWN_FOR = timedelta(hours=2)

# --- the queue


@dataclass(frozen=True)
class QueueView:
    """How somebody looks at what waits: which part of it, filters, which order. Lives in the URL.

    `part` is one of PARTS, or the id of a queue, which is then in `row`.
    """

    part: str = "open"
    object_name: str = ""
    risk: str = ""
    kind: str = ""
    order: str = Order.DUE
    row: ReviewQueue | None = field(default=None, compare=False)
    usual: str = field(default=Order.DUE, compare=False)

    PARTS = ("open", "mine", "skipped", "failed")

    @classmethod
    def of(cls, query: Mapping[str, str], user: User) -> QueueView:
        """From the query string; what is unknown, or not for this person, falls back to the usual."""
        part, row = query.get("queue", "open"), None
        if part not in cls.PARTS:
            row = _queue(user, part)
            part = str(row.pk) if row else "open"
        usual = row.order if row else _usual_order(user)
        return cls(
            part=part,
            object_name=_one_of(query.get("object", ""), Object.values),
            risk=_one_of(query.get("risk", ""), Risk.values),
            kind=_one_of(query.get("kind", ""), Kind.values),
            order=_one_of(query.get("sort", ""), Order.values) or usual,
            row=row,
            usual=usual,
        )

    def query(self, **changes: str) -> str:
        """The query string of this view, or of one that differs."""
        values = {
            "queue": self.part,
            "object": self.object_name,
            "risk": self.risk,
            "kind": self.kind,
            "sort": self.order,
        }
        usual = {"queue": "open", "object": "", "risk": "", "kind": "", "sort": self.usual}
        text = urlencode({name: value for name, value in (values | changes).items() if value != usual[name]})
        return f"?{text}" if text else ""

    def url(self, **changes: str) -> str:
        return reverse("review:queue") + self.query(**changes)

    def card_url(self, pk: UUID) -> str:
        return self.door("card", pk)

    def door(self, name: str, pk: UUID) -> str:
        """The address of a card or a decision, which comes back to this view."""
        place = name if ":" in name else f"review:{name}"
        return reverse(place, args=[pk]) + self.query()


def _one_of(given: str, known: Collection[str]) -> str:
    return given if given in known else ""


def _queue(user: User, pk: str) -> ReviewQueue | None:
    try:
        return queues.queue(user, UUID(pk))
    except (NotFound, ValueError):
        return None


def _usual_order(user: User) -> str:
    """What is due comes first, unless an experiment wants to know what another order does to this person's work."""
    variant = assign(experiment=ORDER_EXPERIMENT, subject_id=user.pk)
    return variant if variant in Order.values else Order.DUE


def waiting(user: User, view: QueueView) -> QuerySet[Interaction]:
    """The interactions of one part of the queue, in its order."""
    rows = ingestion.interactions(user)
    if view.part == "failed":
        rows = rows.filter(status=Status.FAILED)
    else:
        rows = _filtered(rows, view)
        if view.part == "mine":
            rows = rows.filter(queues.assigned_to(user))
        elif view.row is not None:
            rows = rows.filter(queues.inside(view.row))
    return _ordered(rows, view)


def _ordered(rows: QuerySet[Interaction], view: QueueView) -> QuerySet[Interaction]:
    if view.order == Order.NEWEST or view.part == "failed":
        return rows.order_by("-occurred_at", "-id")
    return rows.order_by("due_at", "id") if view.order == Order.DUE else rows.order_by("occurred_at", "id")


def _looked_at(user: User, view: QueueView) -> QuerySet[Interaction]:
    """The blind looks that lie in this person's queue, as far as the view shows them."""
    found = looks.in_queue(user, skipped=view.part == "skipped") if view.part not in ("mine", "failed") else {}
    if not found:
        return Interaction.objects.none()
    rows = ingestion.interactions(user).filter(pk__in=found)
    if view.object_name:
        about = Proposal.objects.filter(pk__in=list(found.values()), object=view.object_name)
        rows = rows.filter(Exists(about.filter(interaction=OuterRef("pk"))))
    if view.row is not None:
        rows = rows.filter(queues.inside(view.row))
    if view.risk:
        rows = rows.filter(risk=view.risk)
    return _ordered(rows.filter(kind=view.kind) if view.kind else rows, view)


def _filtered(rows: QuerySet[Interaction], view: QueueView) -> QuerySet[Interaction]:
    """By the filters that a person set in the address."""
    skipped = view.part == "skipped"
    about = Q(object=view.object_name) if view.object_name else Q()
    if not skipped:
        rows = rows.filter(open_proposals__gt=0)
    if skipped or view.object_name:
        state = Q(state=State.SKIPPED) if skipped else Q(state__in=OPEN)
        rows = rows.filter(Exists(Proposal.objects.filter(state & about, interaction=OuterRef("pk"))))
    if view.risk:
        rows = rows.filter(risk=view.risk)
    return rows.filter(kind=view.kind) if view.kind else rows


def waits(user: User, row: Interaction, view: QueueView) -> bool:
    """Whether an interaction still belongs into this part of the queue."""
    if row.pk in looks.in_queue(user, skipped=view.part == "skipped"):
        return True
    if view.part == "skipped":
        return row.proposals.filter(state=State.SKIPPED).exists()
    return row.open_proposals > 0


def candidates(user: User, view: QueueView, current: Interaction | None, without: Collection[UUID] = ()) -> list[UUID]:
    """What could be handed to this person next: behind the present item in the order, else from the top.

    People who work at the same time each prefer other items of the same few (rendezvous hashing: somebody who comes or
    goes changes little for the others), so that what one looks ahead at is rarely what another takes.
    """
    rows = waiting(user, view).filter(Interaction.free_for(user))
    if view.part not in ("mine", "failed"):
        rows = rows.filter(queues.for_hands_of(user))
    rows = rows.exclude(pk__in=[*without, *([current.pk] if current else [])])
    ids = rows.values_list("pk", flat=True)
    others = _others_at_work(user)
    near = min(NEAR * (1 + len(others)), MOST_NEAR)
    out = {*without, *([current.pk] if current else [])}
    found = _among_looks(
        user, view, list((ids.filter(_behind(view, current)) if current else ids)[:near]), out, current
    )
    if current and not found:
        found = _among_looks(user, view, list(ids[:near]), out)
    return sorted(found, key=lambda pk: sum(_drawn(one, pk) > _drawn(user.pk, pk) for one in others))


def _among_looks(
    user: User, view: QueueView, ids: list[UUID], without: Collection[UUID], current: Interaction | None = None
) -> list[UUID]:
    """What may be handed out, with the looks of this person at their places in the order."""
    mine = _looked_at(user, view).exclude(pk__in=without)
    blind = list((mine.filter(_behind(view, current)) if current else mine).values_list("pk", flat=True))
    if not blind:
        return ids
    rows = _ordered(Interaction.objects.filter(pk__in=[*ids, *blind]), view)
    return list(rows.values_list("pk", flat=True)[: max(len(ids), 1)])


def _behind(view: QueueView, current: Interaction) -> Q:
    """Later than an item in the order of a view."""
    if view.order == Order.DUE and view.part != "failed" and current.due_at is not None:
        return Q(due_at__gt=current.due_at) | Q(due_at=current.due_at, id__gt=current.pk)
    at, pk = current.occurred_at, current.pk
    if view.order == Order.OLDEST and view.part != "failed":
        return Q(occurred_at__gt=at) | Q(occurred_at=at, id__gt=pk)
    return Q(occurred_at__lt=at) | Q(occurred_at=at, id__lt=pk)


def _others_at_work(user: User) -> set[UUID]:
    """Those who are deciding right now."""
    held = Interaction.objects.filter(claimed_by__isnull=False, claimed_until__gt=timezone.now())
    return set(held.order_by().values_list("claimed_by", flat=True).distinct()[:MOST_NEAR]) - {user.pk}


def _drawn(person: UUID, item: UUID) -> int:
    """How strongly somebody is drawn to an item: the same in every process, evenly spread.

    Numbers are hashed alike everywhere, unlike text. A pair of them is not spread evenly: what the first one makes
    greater for one item it makes greater for most.
    """
    return hash((person.int ^ item.int,))


def next_after(
    user: User, view: QueueView, current: Interaction | None, without: Collection[UUID] = ()
) -> Interaction | None:
    """The next one that nobody else holds."""
    found = candidates(user, view, current, without)
    return ingestion.interactions(user).filter(pk=found[0]).first() if found else None


def top(user: User, view: QueueView, limit: int = 8) -> dict[str, Any]:
    """The first of the queue, for the home page."""
    shown = _first(user, view, limit)
    return {"count": counted(user, view), "url": view.url(), "items": [_item(user, view, row, None) for row in shown]}


def queue(user: User, view: QueueView, current: UUID | None, page: int = 1) -> dict[str, Any]:
    """The left column: what waits in this view."""
    shown = _first(user, view, PAGE * page + 1)
    preload(*(row.subject for row in shown))
    whose = queues.assignments([row.pk for row in shown])
    return {
        "filters": [_filter(view, "", _("All"))]
        + [_filter(view, str(value), str(label)) for value, label in Object.choices],
        "menus": _menus(view),
        "items": [_item(user, view, row, current, whose.get(row.pk)) for row in shown[: PAGE * page]],
        "more_url": f"{view.url()}{'&' if view.query() else '?'}page={page + 1}" if len(shown) > PAGE * page else None,
        "save_url": reverse("queues:save-view") + view.query(),
        "decides": user.may("proposals.decide"),
        "manages": user.may("queues.manage"),
    }


def tabs(user: User, view: QueueView) -> list[dict[str, Any]]:
    """The queues above the screen: everything, one's own work, the queues people made, saved views, and the rest."""
    labels = {"open": _("To decide"), "mine": _("Mine")}
    views = [(label, QueueView(part=part, order=view.usual, usual=view.usual)) for part, label in labels.items()]
    views += [
        (row.name, QueueView(part=str(row.pk), order=row.order, usual=row.order, row=row))
        for row in queues.queues(user)
    ]
    rest = {"skipped": _("Skipped"), "failed": _("Not readable")}
    views += [(label, QueueView(part=part, order=view.usual, usual=view.usual)) for part, label in rest.items()]
    shown = [
        {"label": label, "url": one.url(), "active": one.part == view.part, "count": counted(user, one)}
        for label, one in views
    ]
    saved = SavedView.objects.filter(user=user, page=SAVED_PAGE)
    return shown + [
        {
            "label": one.name,
            "url": f"{reverse('review:queue')}?{one.query}",
            "active": False,
            "forget": one.pk if f"?{one.query}" == view.query() else None,
        }
        for one in saved
    ]


def counted(user: User, view: QueueView) -> str:
    """How many wait, up to a thousand: a person cannot use a larger figure, and a decision must not wait for it."""
    count = waiting(user, view).order_by()[: MOST_COUNTED + 1].count() + _looked_at(user, view).count()
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


def _menus(view: QueueView) -> list[dict[str, Any]]:
    """The order, and filters that are asked for less often."""
    choices: list[tuple[str, str, str, list[tuple[str, Any]]]] = [
        (_("Order"), "sort", view.order, [(str(value), label) for value, label in Order.choices]),
        (_("Highest risk"), "risk", view.risk, [("", _("Any")), *Risk.choices]),
        (_("What came in"), "kind", view.kind, [("", _("Any")), *Kind.choices]),
    ]
    return [
        {
            "title": title,
            "choices": [
                {"label": label, "url": view.url(**{name: value}), "active": value == chosen}
                for value, label in offered
            ],
        }
        for title, name, chosen, offered in choices
    ]


def _first(user: User, view: QueueView, most: int) -> list[Interaction]:
    """The first that wait, with the looks of this person at their places."""
    rows = list(_listed(waiting(user, view), view)[:most])
    blind = list(_looked_at(user, view).defer("content"))
    if not blind:
        return rows
    for row in blind:
        found = looks.on_card(user, row)
        row.waiting_proposals, row.open_proposals = found, len(found)  # type: ignore[attr-defined]
    place = {pk: at for at, pk in enumerate(_ordered(_of([*rows, *blind]), view).values_list("pk", flat=True))}
    return sorted([*rows, *blind], key=lambda row: place[row.pk])[:most]


def _of(rows: Sequence[Interaction]) -> QuerySet[Interaction]:
    return Interaction.objects.filter(pk__in=[row.pk for row in rows])


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


def _item(
    user: User, view: QueueView, row: Interaction, current: UUID | None, whose: Assignment | None = None
) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "url": view.card_url(row.pk),
        "who": row.sender_name or _("Unknown sender"),
        "what": _what(row),
        "received_at": row.occurred_at,
        "active": row.pk == current,
        "claimed_by": str(row.claimed_by) if row.held_by_other_than(user) else None,
        "badges": [*_clock_badges(row), *_badges(row)],
        "assigned_to": str(whose) if whose else None,
    }


def _what(row: Interaction) -> str:
    found: Sequence[Proposal] = getattr(row, "waiting_proposals", [])
    if not found:
        return str(open_or(row.subject, "")) or row.reason
    return " · ".join(_counted(one.title for one in found))


def _counted(titles: Iterable[str]) -> list[str]:
    """Each title once, with how often: "New activity × 2"."""
    return [title if times == 1 else f"{title} × {times}" for title, times in Counter(titles).items()]


def _clock_badges(row: Interaction) -> list[dict[str, str]]:
    clock = queues.clock(row.due_at) if row.open_proposals else None
    if clock is None or not (clock.overdue or clock.soon):
        return []
    return [{"label": _("overdue") if clock.overdue else _("due soon"), "tone": "bad" if clock.overdue else "warn"}]


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
        "done_today": mine.filter(created_at__gte=today).count() + looks.decisions_since(user, today),
        "waiting": waiting,
        "median_seconds": round(times[len(times) // 2] / 1000, 1) if times else None,
    }


def last(user: User, view: QueueView) -> dict[str, Any] | None:
    """What this person decided last, for the undo that is always in sight."""
    decision, look = proposals.last_decision(user), looks.last(user)
    if look is not None and (decision is None or look.updated_at > decision.created_at):
        row, said = looks.as_shown(user, look.proposal), look.get_verdict_display()
    elif decision is not None:
        row, said = decision.proposal, decision.get_verdict_display()
    else:
        return None
    return {"text": f"{row.name}: {said}", "undo_url": view.door("undo", row.pk)}


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
