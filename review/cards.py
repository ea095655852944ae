"""One card of the review: a message as it came in, and all that is proposed from it. Plain data for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmllm.access.models import User
from crmllm.access.rules import visible
from crmllm.core.crypto import open_or
from crmllm.crm import selectors as crm
from crmllm.crm.choices import FieldType, Object, Risk
from crmllm.crm.forms import ONE_A_LINE, as_typed
from crmllm.crm.models import FieldDef
from crmllm.ingestion import selectors as ingestion
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.passages import place, turns
from crmllm.matching.services import candidates
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import DECIDABLE, OPEN, Action, Check, State
from crmllm.proposals.identity import ABOUT_SOMEBODY
from crmllm.proposals.models import Proposal
from crmllm.proposals.selectors import ChangeLine
from review.looks.selectors import as_then, on_card
from review.places import record_pages
from review.policies.selectors import blockers
from review.queues import selectors as queues
from review.selectors import SURE, QueueView, shown_at, waiting
from review.services import WAITING, risky

TONES = {
    State.APPROVED: "good",
    State.REJECTED: "bad",
    State.SKIPPED: "muted",
    State.UNDONE: "warn",
    State.SUPERSEDED: "muted",
}
INPUTS = {
    FieldType.LONG_TEXT: "textarea",
    FieldType.LIST: "textarea",
    FieldType.DATE: "date",
    FieldType.EMAIL: "email",
    FieldType.PHONE: "tel",
    FieldType.URL: "url",
    FieldType.INTEGER: "number",
    FieldType.PICKLIST: "select",
    FieldType.REFERENCE: "fixed",
}
#: So alike a record is that one asks whether it is meant.
LIKELY = 0.6
UNDOABLE = (State.APPROVED, State.REJECTED)
#: What a person can fill in by hand, in this order.
BY_HAND = (Object.CONTACT, Object.LEAD, Object.OPPORTUNITY, Object.CASE, Object.ACTIVITY)


def card(
    user: User,
    row: Interaction,
    view: QueueView,
    *,
    near: UUID | None = None,
    editing: UUID | None = None,
    errors: Mapping[str, list[str]] | None = None,
    typed: Mapping[str, str] | None = None,
    form: Any = None,
) -> dict[str, Any]:
    """One interaction with all its proposals.

    `near` is the proposal that was just dealt with: the focus goes on from there. `editing` shows one proposal as a
    form, with what was `typed` and the `errors` in it; `form` is the one to fill by hand.
    """
    content = ingestion.content(row)
    blind = on_card(user, row)
    found = blind or proposals.of_interaction(user, row)
    held = next((one for one in found if one.held_by_other_than(user)), None)
    lines = proposals.lines(user, found)
    if blind:
        row.open_proposals = sum(one.state in OPEN for one in found)  # here, not in the database
        lines = as_then(lines)
    there = proposals.targets_there(found)
    places = crm.whereabouts(user, ((one.object, one.target_id) for one in found if one.action == Action.UPDATE))
    pages = record_pages((one.object, one.target_id) for one in found if one.action == Action.UPDATE or one.written)
    current = editing or _current(found, near, view)
    may_decide = user.may("proposals.decide") and held is None
    # Not while it waits, and not to everybody: a sample of what a policy applied has nothing to show here.
    told = [one for one in found if user.may("policies.manage") and one.state not in DECIDABLE and not blind]
    held_because = blockers(told) if told else {}
    shown = [
        _proposal(user, one, view, content, lines[one.pk], proposals.blocked_by(one, user=user, there=there))
        | {
            "current": one.pk == current,
            "place": places.get(one.target_id, ""),
            "record_url": pages.get((one.object, one.target_id)),
            "held_because": held_because.get(one.pk, []),
            "may_decide": may_decide and one.state in DECIDABLE,
            "undo_url": view.door("undo", one.pk) if may_decide and one.state in UNDOABLE else None,
            "editing": one.pk == editing,
            "fields": [_input(line, typed or {}, errors or {}) for line in lines[one.pk]] if one.pk == editing else [],
        }
        for one in found
    ]
    to_decide = sum(one.state in DECIDABLE for one in found)
    together = [one for one in found if one.state in WAITING]
    risks = [
        {"record": one.name, "label": line.field.label, "proposed": line.shown}
        for one in together
        for line in lines[one.pk]
        if line.field.risk == Risk.HIGH
    ]
    by_hand = row.status == Status.FAILED or (row.status == Status.NO_CHANGE and form is not None)
    return {
        "state": "claimed" if held else "failed" if by_hand else "ready",
        "id": str(row.pk),
        "url": view.card_url(row.pk),
        "peek_url": view.door("peek", row.pk) if may_decide else None,
        "next_url": view.door("following", row.pk),
        "announce": _announcement(row, to_decide),
        "interaction": _interaction(row, content, lines),
        "proposals": shown,
        "done": bool(shown) and not to_decide,
        "may_decide": user.may("proposals.decide"),
        "approve_all_url": view.door("approve-all", row.pk) if may_decide and len(together) > 1 else None,
        "together": len(together),
        "risks": risks,
        "without_risk": len(together) - len(risky(together)),
        "claimed_by": held.claimed_by if held else None,
        "claimed_until": held.claimed_until if held else None,
        "failed": _failed(row, form) if by_hand else None,
        "work": _work(user, row, view),
    }


def _work(user: User, row: Interaction, view: QueueView) -> dict[str, Any]:
    """Whose work it is, by when, and what people say about it."""
    whose = queues.assignments([row.pk]).get(row.pk)
    mine = whose is not None and (whose.user_id == user.pk or whose.team_id == user.team_id is not None)
    return {
        "clock": queues.clock(row.due_at) if row.open_proposals else None,
        "assigned_to": str(whose) if whose else "",
        "mine": mine,
        "escalated": open_or(whose.reason, "") if whose and whose.escalated_at else "",
        "comments": queues.comments(row),
        "take_url": view.door("queues:take", row.pk),
        "give_back_url": view.door("queues:give-back", row.pk),
        "url": view.door("queues:work", row.pk),
    }


def nothing(user: User, view: QueueView, *, starting: bool) -> dict[str, Any]:
    """The card when there is none to show: why, and what to do instead."""
    title, text = _("All decided"), _("New proposals appear here as messages come in.")
    url, label = reverse("ingestion:list"), _("See what came in")
    if waiting(user, view).exists():
        title, text = _("Others are on it"), _("What waits here is being decided by somebody else right now.")
    elif view.query():
        title, text = _("Nothing here"), _("No message fits this part of the queue.")
        url, label = QueueView().url(), _("Show all to decide")
    elif starting:
        title = _("The model is starting")
        text = _("Messages that came in are understood as soon as it is up.")
    return {
        "state": "empty",
        "announce": title,
        "empty": {"title": title, "text": text, "action_url": url, "action_label": label, "icon": "check"},
        "proposals": [],
    }


def _current(found: Sequence[Proposal], near: UUID | None, view: QueueView) -> UUID | None:
    """Where the focus goes: what was just taken back, else the next that waits, else what else may be decided."""
    place = next((index for index, one in enumerate(found) if one.pk == near), 0)
    ahead = [*found[place:], *found[:place]]
    if near is not None and ahead and ahead[0].state in WAITING:
        return ahead[0].pk
    wanted = (State.SKIPPED,) if view.part == "skipped" else OPEN
    for states in (wanted, OPEN, DECIDABLE):
        for one in ahead:
            if one.state in states:
                return one.pk
    return None


def _announcement(row: Interaction, to_decide: int) -> str:
    who = row.sender_name or _("Unknown sender")
    return ngettext("%(who)s: %(n)d proposal", "%(who)s: %(n)d proposals", to_decide) % {"who": who, "n": to_decide}


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
        "kind": row.kind,
        "subject": content.get("subject") or open_or(row.subject, ""),
        "from_text": _from_text(sender) or row.sender_name,
        "received_at": row.occurred_at,
        "url": reverse("ingestion:detail", args=[row.pk]),
        "text": content.get("text", ""),
        "marks": [*marks, *ingestion.hostile_places(content)],
        "turns": turns(content, marks),
        "warnings": ingestion.warnings(row),
        "hidden_text": content.get("hidden_text", ""),
        "quoted": ingestion.unused_zones(content),
        "attachments": ingestion.attachments(row),
    }


def _from_text(sender: Mapping[str, str]) -> str:
    name, email = sender.get("name", ""), sender.get("email", "")
    return f"{name} <{email}>" if name and email else name or email


def _proposal(
    user: User,
    row: Proposal,
    view: QueueView,
    content: Mapping[str, Any],
    lines: Sequence[ChangeLine],
    blocked: list[str],
) -> dict[str, Any]:
    shown = [_line(line, content) for line in lines]
    awaited = proposals.awaited(row)
    return {
        "id": str(row.pk),
        "waits": row.state in OPEN,
        "decidable": row.state in DECIDABLE,
        "state_text": "" if row.state in OPEN else row.get_state_display(),
        "tone": TONES.get(State(row.state), "muted"),
        "title": row.title,
        "record_name": row.name,
        "note": row.note,
        "identity": _identity(user, row, view, lines),
        "lines": shown,
        "is_new": row.action == Action.CREATE,
        "to_check": sum(line["attention"] for line in shown),
        "can_approve": not blocked,
        "blocked_by": blocked,
        "awaits": [str(one.pk) for one in awaited] if len(awaited) == len(blocked) else [],
        "approve_url": view.door("approve", row.pk),
        "edit_url": view.door("edit", row.pk),
        "reject_url": view.door("reject", row.pk),
        "skip_url": view.door("skip", row.pk),
        "bulk_url": view.door("bulk:prepare", row.pk) if row.state in OPEN and row.pattern else None,
        "cancel_url": view.card_url(row.interaction_id),
        "shown_at": shown_at(),
    }


def _identity(user: User, row: Proposal, view: QueueView, lines: Sequence[ChangeLine]) -> dict[str, Any]:
    """Whether it is about somebody new, somebody known, or one of several; and who else it could be."""
    known = row.action == Action.UPDATE
    about = row.object in ABOUT_SOMEBODY and row.state in DECIDABLE and user.may("proposals.decide")
    others = [] if known or not about else _alike(user, row, lines)
    unsure = bool(row.match.get("others")) or any(one["score"] >= LIKELY for one in others)
    return {
        "level": "unsure" if unsure else "existing" if known else "new",
        "text": row.match.get("reason", ""),
        "others": others,
        "link_url": view.door("link", row.pk) if others else None,
        "part_url": view.door("part", row.pk) if known and about else None,
    }


def _alike(user: User, row: Proposal, lines: Sequence[ChangeLine]) -> list[dict[str, Any]]:
    """Records that could be meant, each beside what is proposed."""
    said = {line.field.name: line.proposed for line in lines}
    domains = said.get("domains") or []
    found = candidates(
        object_name=row.object,
        name=said.get("name"),
        email=said.get("email") or (f"who@{domains[0]}" if domains else None),
        phone=said.get("phone"),
        among=lambda rows: visible(user, rows),
    )
    found = [one for one in found if one.record_id != row.target_id]
    pages = record_pages((one.object_name, one.record_id) for one in found)
    return [
        {
            "id": str(one.record_id),
            "name": one.name,
            "where": one.where,
            "score": one.score,
            "reason": _(one.reason),
            "url": pages[one.object_name, one.record_id],
        }
        for one in found
    ]


def _line(line: ChangeLine, content: Mapping[str, Any]) -> dict[str, Any]:
    change, quotes = line.change, [" ".join(span["quote"].split()) for span in line.evidence]
    sureness = _sureness(line, quotes)
    return {
        "id": str(change.pk),
        "label": line.field.label,
        "high_risk": line.field.risk == Risk.HIGH,
        "name": line.field.name,
        "now": line.old_shown if line.moved_to is None else line.moved_to,
        "before": None if line.moved_to is None else line.old_shown,
        "may_leave": not (line.blocked or (line.field.required and line.old is None)),
        "proposed": line.shown,
        "confidence": None if sureness in ("linked", "held", "entered", "missing") else change.confidence,
        "sureness": sureness,
        "quotes": quotes if sureness == "derived" else [],
        "places": list(
            dict.fromkeys(filter(None, (place(content, one["start"], one["end"]) for one in line.evidence)))
        ),
        "origin": _origin(line),
        "checks": [
            {"level": "bad" if check.get("blocking") else "warn", "text": check["message"]} for check in line.checks
        ],
        "attention": bool(line.checks) or (change.source != "match" and change.confidence < SURE),
    }


_OF_ITS_OWN = {"person": "entered", "match": "linked", "crm": "held"}


def _origin(line: ChangeLine) -> dict[str, str] | None:
    """The record that a value was taken from, with its page."""
    if line.origin is None:
        return None
    kind, pk = line.origin["object"], line.origin["id"]
    return {
        "label": f"{Object(kind).label} {line.origin['name']}".strip(),
        "url": reverse("crm:detail", args=[kind, pk]),
    }


def _sureness(line: ChangeLine, quotes: Sequence[str]) -> str:
    """How the value came to be, in a word that the template knows."""
    if any(check["code"] == Check.CONFLICT for check in line.checks):
        return "conflict"
    if line.proposed is None:
        return "missing"
    if line.change.source in _OF_ITS_OWN:
        return _OF_ITS_OWN[line.change.source]
    if line.change.source == "header":
        return "header"
    if line.change.inferred:
        return "inferred"
    return "found" if " ".join(line.shown.split()) in quotes else "derived"


def _input(line: ChangeLine, typed: Mapping[str, str], errors: Mapping[str, list[str]]) -> dict[str, Any]:
    key = str(line.change.pk)
    return {
        "id": key,
        "label": line.field.label,
        "now": line.old_shown,
        "shown": line.shown,
        "value": typed.get(f"value-{key}", as_typed(line.proposed)),
        "left": f"leave-{key}" in typed,
        "type": INPUTS.get(FieldType(line.field.type), "text"),
        "hint": ONE_A_LINE if line.field.type == FieldType.LIST else "",
        "choices": line.field.choices,
        "error": " ".join(errors.get(line.field.name, [])),
    }


# --- when the machine could not read it


def _failed(row: Interaction, form: Any) -> dict[str, Any]:
    view = QueueView(part="failed")
    here = view.door("by-hand", row.pk)
    return {
        "reason": row.reason,
        "retry_url": view.door("replay", row.pk),
        "form": form,
        "save_url": f"{here}&object={form.object_name}" if form else here,
        "objects": [
            {
                "label": Object(name).label,
                "url": f"{view.card_url(row.pk)}&by_hand={name}",
                "active": form is not None and form.object_name == name,
            }
            for name in BY_HAND
        ],
    }


def known(row: Interaction, object_name: str) -> dict[str, str]:
    """What a form to fill by hand can start from."""
    content = ingestion.content(row)
    if object_name not in (Object.CONTACT, Object.LEAD):
        return {"name": content.get("subject") or ""}
    sender = content.get("sender") or {}
    return {"name": sender.get("name", ""), "email": sender.get("email", "")}


def hand_fields(user: User, object_name: str) -> list[FieldDef]:
    """The fields of the form to fill by hand: writable, visible, no references."""
    return [
        field for field in crm.visible_fields(user, object_name) if field.writable and field.type != FieldType.REFERENCE
    ]
