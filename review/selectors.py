"""What the review screen shows: the queue, one card, how far and how fast. Plain data for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from crmllm.crm import selectors as crm
from crmllm.crm.choices import FieldType, Object
from crmllm.crm.models import FieldDef
from crmllm.ingestion import selectors as ingestion
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import DECIDABLE, OPEN, REJECT_REASONS, Action, State, Verdict
from crmllm.proposals.models import Decision, Proposal
from crmllm.proposals.selectors import ChangeLine

PAGE = 30
SURE = 0.8  # below it a line asks for attention
PACE_OVER = 50  # decisions that the median time is taken from
SHOWN_FOR = timedelta(hours=2)
TONES = {
    State.APPROVED: "good",
    State.REJECTED: "bad",
    State.SKIPPED: "muted",
    State.UNDONE: "warn",
    State.SUPERSEDED: "muted",
}

# --- the queue


@dataclass(frozen=True)
class QueueView:
    """How somebody looks at the queue: which part of it, which object, which order. Lives in the URL."""

    part: str = "open"
    object_name: str = ""
    order: str = "newest"

    PARTS = ("open", "skipped", "failed")
    ORDERS = ("newest", "oldest", "unsure")

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
        return reverse("review:card", args=[pk]) + self.query()


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


def next_after(user: User, view: QueueView, current: Interaction | None) -> Interaction | None:
    """The next one that nobody else holds: behind the present one in the order, else from the top."""
    now = timezone.now()
    free = Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_until__lt=now)
    rows = waiting(user, view).filter(free)
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
    shown = list(rows.select_related("claimed_by").prefetch_related(_lines_of_queue())[:limit])
    return {"count": capped(rows), "url": view.url(), "items": [_item(user, view, row, None) for row in shown]}


def queue(user: User, view: QueueView, current: UUID | None, page: int = 1) -> dict[str, Any]:
    """The left column."""
    rows = waiting(user, view)
    shown = list(rows.select_related("claimed_by").prefetch_related(_lines_of_queue())[: PAGE * page + 1])
    preload(*(row.subject for row in shown))
    labels = {"open": _("To decide"), "skipped": _("Skipped"), "failed": _("Not readable")}
    return {
        "title": _("Review"),
        "url": view.url(),
        "count": capped(rows),
        "queues": [
            {
                "label": label,
                "url": QueueView(part=part).url(),
                "active": part == view.part,
                "count": capped(waiting(user, QueueView(part=part))),
            }
            for part, label in labels.items()
        ],
        "filters": [_filter(view, "", _("All"))]
        + [_filter(view, str(value), str(label)) for value, label in Object.choices if value != Object.LEAD],
        "sorts": [
            {"label": label, "url": view.url(sort=order), "active": order == view.order}
            for order, label in {"newest": _("Newest first"), "oldest": _("Oldest first")}.items()
        ],
        "items": [_item(user, view, row, current) for row in shown[: PAGE * page]],
        "more_url": f"{view.url()}{'&' if view.query() else '?'}page={page + 1}" if len(shown) > PAGE * page else None,
    }


def _lines_of_queue() -> Prefetch:
    rows = Proposal.objects.filter(state__in=[*OPEN, State.SKIPPED])
    return Prefetch("proposals", rows.only("id", "interaction_id", "object", "action", "name", "note", "state",
                                           "least_confidence"), to_attr="waiting_proposals")  # fmt: skip


def _filter(view: QueueView, value: str, label: str) -> dict[str, Any]:
    return {"label": label, "url": view.url(object=value), "active": view.object_name == value}


def _item(user: User, view: QueueView, row: Interaction, current: UUID | None) -> dict[str, Any]:
    held = row.claimed_by_id not in (None, user.pk) and row.claimed_until and row.claimed_until > timezone.now()
    return {
        "url": view.card_url(row.pk),
        "who": row.sender_name or _("Unknown sender"),
        "what": _what(row),
        "received_at": row.occurred_at,
        "active": row.pk == current,
        "claimed_by": str(row.claimed_by) if held else None,
        "badges": _badges(row),
    }


def _what(row: Interaction) -> str:
    found: Sequence[Proposal] = getattr(row, "waiting_proposals", [])
    if not found:
        return str(open_or(row.subject, "")) or row.reason
    return " · ".join(f"{title(one)}" for one in found[:3]) + (" …" if len(found) > 3 else "")


def _badges(row: Interaction) -> list[dict[str, str]]:
    found: Sequence[Proposal] = getattr(row, "waiting_proposals", [])
    badges = []
    if row.warnings:
        badges.append({"label": _("hostile text"), "tone": "bad"})
    if any(one.note for one in found):
        badges.append({"label": _("CRM changed since"), "tone": "warn"})
    unsure = sum(one.least_confidence < SURE for one in found)
    if unsure:
        badges.append({"label": ngettext("%(n)d to check", "%(n)d to check", unsure) % {"n": unsure}, "tone": "warn"})
    elif found:
        badges.append({"label": _("all found"), "tone": "good"})
    return badges


def title(proposal: Proposal) -> str:
    """What a proposal does, in two words: "Update contact"."""
    label = str(Object(proposal.object).label).lower()
    template = _("New %(object)s") if proposal.action == Action.CREATE else _("Update %(object)s")
    return template % {"object": label}


# --- how far, how fast, and the last decision


def progress(user: User) -> dict[str, Any]:
    """Decisions of today, what waits, and the median time of the latest decisions."""
    mine = Decision.objects.filter(actor=user).exclude(verdict=Verdict.UNDO)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    recent = mine.exclude(milliseconds=None).order_by("-created_at").values_list("milliseconds", flat=True)[:PACE_OVER]
    times = sorted(recent)
    return {
        "done_today": mine.filter(created_at__gte=today).count(),
        "waiting": capped(waiting(user, QueueView())),
        "median_seconds": round(times[len(times) // 2] / 1000, 1) if times else None,
    }


def last(user: User) -> dict[str, Any] | None:
    """What this person decided last, for the undo that is always in sight."""
    decision = proposals.last_decision(user)
    if decision is None or decision.created_at < timezone.now() - timedelta(days=1):
        return None
    row = decision.proposal
    return {
        "text": f"{row.name}: {decision.get_verdict_display()}",
        "state": "undone" if decision.verdict == Verdict.UNDO else row.state,
        "undo_url": reverse("review:undo", args=[row.pk]),
    }


# --- one card


def card(
    user: User,
    row: Interaction,
    view: QueueView,
    *,
    editing: UUID | None = None,
    errors: Mapping[str, list[str]] | None = None,
    form: Any = None,
) -> dict[str, Any]:
    """One interaction with all its proposals; `editing` shows one of them as a form, `form` the one to fill by hand."""
    found = proposals.of_interaction(user, row)
    held = next((one for one in found if _held(one, user)), None)
    following = next_after(user, view, row)
    content = ingestion.content(row)
    lines = proposals.lines(user, found)
    there = proposals.targets_there(found)
    shown = [
        _proposal(
            user, one, lines[one.pk], proposals.blocked_by(one, user=user, there=there), one.pk == editing, errors
        )
        for one in found
    ]
    open_ones = [one for one in shown if not one["decided_text"]]
    for one in open_ones[:1] if editing is None else [one for one in shown if one["id"] == str(editing)]:
        one["current"] = True
    by_hand = row.status == Status.FAILED or (row.status == Status.NO_CHANGE and form is not None)
    return {
        "state": "claimed" if held else "failed" if by_hand else "ready",
        "url": view.card_url(row.pk),
        "peek_url": reverse("review:peek", args=[following.pk]) + view.query() if following else None,
        "next_url": view.card_url(following.pk) if following else view.url(),
        "announce": _announcement(row, open_ones),
        "interaction": _interaction(row, content, lines),
        "proposals": shown,
        "claimed_by": str(held.claimed_by) if held else None,
        "claimed_until": timezone.localtime(held.claimed_until).strftime("%H:%M")
        if held and held.claimed_until
        else None,
        "take_over_url": None,
        "failed": _failed(row, form) if by_hand else None,
    }


def nothing(*, starting: bool) -> dict[str, Any]:
    """The card when nothing waits."""
    text = _("New proposals appear here as messages come in.")
    if starting:
        text = _("The model is starting; messages that came in are understood as soon as it is up.")
    return {
        "state": "starting" if starting else "empty",
        "announce": _("Nothing is waiting."),
        "empty": {
            "title": _("The model is starting") if starting else _("All decided"),
            "text": text,
            "action_url": reverse("ingestion:list"),
            "action_label": _("See what came in"),
            "icon": "check",
        },
        "proposals": [],
    }


def _held(proposal: Proposal, user: User) -> bool:
    until = proposal.claimed_until
    return proposal.claimed_by_id not in (None, user.pk) and until is not None and until > timezone.now()


def _announcement(row: Interaction, open_ones: Sequence[Mapping[str, Any]]) -> str:
    who = row.sender_name or _("Unknown sender")
    return ngettext("%(who)s: %(n)d proposal", "%(who)s: %(n)d proposals", len(open_ones)) % {
        "who": who,
        "n": len(open_ones),
    }


def _interaction(
    row: Interaction, content: Mapping[str, Any], lines: Mapping[UUID, list[ChangeLine]]
) -> dict[str, Any]:
    sender = content.get("sender") or {}
    marks = [
        {"start": span["start"], "end": span["end"], "change": str(line.change.pk)}
        for group in lines.values()
        for line in group
        for span in line.evidence
    ]
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "subject": content.get("subject") or open_or(row.subject, ""),
        "from_text": _from_text(sender) or row.sender_name,
        "received_at": row.occurred_at,
        "trust": [],
        "url": reverse("ingestion:detail", args=[row.pk]),
        "text": content.get("text", ""),
        "marks": marks,
        "warnings": ingestion.warnings(row),
        "hidden_text": content.get("hidden_text", ""),
        "quoted": [{"head": zone["label"], **zone} for zone in ingestion.unused_zones(content)],
        "attachments": [
            {"name": open_or(file.filename, ""), "size": file.size, "url": None, "note": file.refused}
            for file in row.attachments.all()
        ],
    }


def _from_text(sender: Mapping[str, str]) -> str:
    name, email = sender.get("name", ""), sender.get("email", "")
    return f"{name} <{email}>" if name and email else name or email


def _proposal(
    user: User,
    row: Proposal,
    lines: Sequence[ChangeLine],
    blocked: list[str],
    editing: bool,
    errors: Mapping[str, list[str]] | None,
) -> dict[str, Any]:
    decided = row.state not in DECIDABLE
    undoable = row.state in (State.APPROVED, State.REJECTED) and user.may("proposals.decide")
    urls = {name: reverse(f"review:{name}", args=[row.pk]) for name in ("approve", "reject", "skip", "edit", "undo")}
    exists = row.action == Action.UPDATE or row.written
    return {
        "id": str(row.pk),
        "state": row.state,
        "decided_text": row.get_state_display() if decided else "",
        "decided_tone": TONES.get(State(row.state), "muted"),
        "undo_url": urls["undo"] if undoable else None,
        "current": False,
        "title": title(row),
        "record_name": row.name,
        "record_url": reverse("crm:detail", args=[row.object, row.target_id]) if exists else None,
        "context": row.note,
        "identity": _identity(row),
        "lines": [_line(line) for line in lines],
        "checks_passed": sum(not line.checks for line in lines),
        "can_approve": not blocked,
        "blocked_by": blocked,
        "approve_url": urls["approve"],
        "edit_url": urls["edit"],
        "save_url": urls["edit"],
        "cancel_url": reverse("review:card", args=[row.interaction_id]),
        "reject_url": urls["reject"],
        "skip_url": urls["skip"],
        "shown_at": shown_at(),
        "editing": editing,
        "fields": [_field(line, errors or {}) for line in lines] if editing else [],
    }


def _identity(row: Proposal) -> dict[str, Any]:
    unsure = bool(row.match.get("others"))
    level = "unsure" if unsure else "existing" if row.action == Action.UPDATE else "new"
    return {"level": level, "text": row.match.get("reason", ""), "why_url": None}


def _line(line: ChangeLine) -> dict[str, Any]:
    change = line.change
    conflict = any(check["code"] == "conflict" for check in line.checks)
    sureness = "conflict" if conflict else "entered" if change.source == "person" else _sureness(line)
    attention = bool(line.checks) or (change.source != "match" and (change.inferred or change.confidence < SURE))
    return {
        "id": str(change.pk),
        "label": line.field.label,
        "now": line.old_shown,
        "proposed": line.shown,
        "confidence": None if change.source == "match" else change.confidence,
        "sureness": sureness,
        "quotes": [span["quote"] for span in line.evidence],
        "show_quote": bool(line.evidence) and sureness == "derived",
        "checks": [
            {"level": "bad" if check.get("blocking") else "warn", "text": check["message"]} for check in line.checks
        ],
        "attention": attention,
        "crm_changed": None,
        "hidden_now": False,
    }


def _sureness(line: ChangeLine) -> str:
    if line.change.source == "match":
        return "derived"
    if line.change.inferred:
        return "inferred"
    quotes = {span["quote"] for span in line.evidence}
    return "found" if line.shown in quotes else "derived"


def _field(line: ChangeLine, errors: Mapping[str, list[str]]) -> dict[str, Any]:
    kinds = {
        FieldType.LONG_TEXT: "textarea",
        FieldType.DATE: "date",
        FieldType.EMAIL: "email",
        FieldType.PHONE: "tel",
        FieldType.INTEGER: "number",
        FieldType.PICKLIST: "select",
    }
    value = ", ".join(line.proposed) if isinstance(line.proposed, list) else line.proposed
    return {
        "id": str(line.change.pk),
        "label": line.field.label,
        "now": line.old_shown,
        "value": "" if value is None else value,
        "type": kinds.get(FieldType(line.field.type), "text"),
        "choices": [{"value": choice, "label": choice} for choice in line.field.choices],
        "error": " ".join(errors.get(line.field.name, [])),
    }


def _failed(row: Interaction, form: Any) -> dict[str, Any]:
    here = reverse("review:by-hand", args=[row.pk])
    return {
        "reason": row.reason,
        "retry_url": reverse("review:replay", args=[row.pk]),
        "form": form,
        "save_url": f"{here}?object={form.object_name}" if form else here,
        "objects": [
            {
                "label": Object(name).label,
                "url": f"{reverse('review:card', args=[row.pk])}?queue=failed&by_hand={name}",
                "active": form is not None and form.object_name == name,
            }
            for name in (Object.CONTACT, Object.LEAD, Object.OPPORTUNITY, Object.CASE, Object.ACTIVITY)
        ],
    }


def hand_fields(user: User, object_name: str) -> list[FieldDef]:
    """The fields of the form to fill by hand: writable, visible, no references."""
    return [
        field for field in crm.visible_fields(user, object_name) if field.writable and field.type != FieldType.REFERENCE
    ]


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
