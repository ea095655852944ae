"""Reads of interactions: lists, one with its opened content, its ledger and its thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from crmllm.access.models import User
from crmllm.access.rules import load, visible
from crmllm.core.crypto import open_or
from crmllm.core.identifiers import email_index
from crmllm.ingestion.models import Interaction, LedgerEntry

MAX_THREAD = 50
MAX_WORDS = 5
#: Their words are shown with the hidden text.
SHOWN_BELOW = frozenset({"hidden_text", "same_colour", "html_comment"})


def interactions(user: User) -> QuerySet[Interaction]:
    """The interactions that this person may see, newest first."""
    return visible(user, Interaction.objects.all()).order_by("-occurred_at", "-id")


def interaction(user: User, pk: object, *, permission: str = "") -> Interaction:
    """One interaction: NotFound for a stranger."""
    return load(
        user,
        interactions(user).select_related("claimed_by", "owner", "mailbox"),
        pk,
        permission=permission,
    )


def search(rows: QuerySet[Interaction], term: str) -> QuerySet[Interaction]:
    """By the sender: an exact e-mail, else part of the name. Content is encrypted and cannot be searched."""
    term = term.strip()
    if "@" in term:
        return rows.filter(sender_index=email_index(term))
    return rows.filter(sender_name__icontains=term) if term else rows


def content(row: Interaction) -> dict[str, Any]:
    """What was read out of an interaction; empty when it could not be read or was erased."""
    return dict(open_or(row.content, {}))


def ledger(row: Interaction) -> list[LedgerEntry]:
    """What became of it, in order."""
    return list(row.ledger.all())


def thread(user: User, row: Interaction) -> list[Interaction]:
    """The other interactions of the same thread, oldest first."""
    if row.thread is None:
        return []
    return list(
        interactions(user)
        .filter(thread=bytes(row.thread))
        .exclude(pk=row.pk)
        .order_by("occurred_at", "id")[:MAX_THREAD]
    )


def show(row: Interaction) -> dict[str, Any]:
    """An interaction as lists of the API show it."""
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "status": row.status,
        "origin": row.origin,
        "subject": open_or(row.subject, ""),
        "sender_name": row.sender_name,
        "occurred_at": row.occurred_at,
        "category": row.category,
        "sentiment": row.sentiment,
        "reason": {"code": row.reason_code, "message": row.reason} if row.reason_code else None,
        "open_proposals": row.open_proposals,
        "created_at": row.created_at,
    }


def show_whole(row: Interaction) -> dict[str, Any]:
    """An interaction with its newest text and its ledger, for the API's detail."""
    found = content(row)
    return show(row) | {
        "text": found.get("text", ""),
        "zones": [{"kind": kind, "start": start, "end": end} for kind, start, end in found.get("zones", [])],
        "locations": [
            {"start": start, "end": end, "label": label, "speaker": speaker}
            for start, end, label, speaker in found.get("locations", [])
        ],
        "participants": [
            {"name": name, "email": email, "title": title, "company": company}
            for name, email, title, company in found.get("participants", [])
        ],
        "sender": found.get("sender"),
        "to": [{"name": name, "email": email} for name, email in found.get("to", [])],
        "cc": [{"name": name, "email": email} for name, email in found.get("cc", [])],
        "sent_at": found.get("sent_at"),
        "warnings": row.warnings,
        "generation": row.generation,
        "attachments": [
            {
                "id": str(file.pk),
                "filename": open_or(file.filename, ""),
                "content_type": file.content_type,
                "size": file.size,
                "refused": file.refused,
            }
            for file in row.attachments.defer("blob")
        ],
        "ledger": [
            {
                "at": line.created_at,
                "step": line.step,
                "code": line.code,
                "sentence": line.sentence,
                "generation": line.generation,
            }
            for line in ledger(row)
        ],
    }


def attachments(row: Interaction) -> list[dict[str, Any]]:
    """The files of an interaction as pages show them; `url` is None where no bytes were kept."""
    stored = ExpressionWrapper(Q(blob__isnull=False), BooleanField())
    return [
        {
            "name": open_or(file.filename, ""),
            "size": file.size,
            "url": reverse("ingestion:attachment", args=[row.pk, file.pk]) if file.stored else None,
            "note": file.refused,
        }
        for file in row.attachments.defer("blob").annotate(stored=stored)
    ]


#: (title, text) of what a reader should beware of, by the code that the readers and detectors store.
WARNINGS = {
    "hidden_text": (
        lazy("Hidden text"),
        lazy("The message holds text that a reader cannot see. It was not used, and it is shown below."),
    ),
    "same_colour": (
        lazy("Text in the colour of the paper"),
        lazy("Words have the colour of their background. They were not used, and they are shown below."),
    ),
    "html_comment": (
        lazy("Comments in the code"),
        lazy("The code of the message holds words as a comment. They were not used, and they are shown below."),
    ),
    "invisible_characters": (
        lazy("Invisible characters"),
        lazy("Characters without a shape, or that turn the direction of writing, were taken out of the text."),
    ),
    "instructions": (
        lazy("Instructions aimed at the machine"),
        lazy("Part of the message tries to steer the machine. It is data like the rest and steered nothing."),
    ),
    "lookalike_domain": (
        lazy("A domain that looks like a known one"),
        lazy("It may be somebody who poses as a customer or as us. Compare it letter by letter."),
    ),
    "unsafe_link": (
        lazy("Unsafe link"),
        lazy("A link runs code, hides where it leads, or leads elsewhere than it says. Do not follow it."),
    ),
    "new_domain": (
        lazy("A domain that the CRM does not know"),
        lazy("No account has the sender's domain yet."),
    ),
}
#: Good to know, but nothing hostile.
HARMLESS = frozenset({"new_domain", "html_comment"})


def is_hostile(row: Interaction) -> bool:
    """Whether something in an interaction looks like an attack."""
    return not HARMLESS.issuperset(row.warnings)


def warnings(row: Interaction) -> list[dict[str, Any]]:
    """What a reader should beware of, in words, the hostile first; `words` are those that gave rise to it."""
    words: dict[str, list[str]] = {}
    for code, _start, _end, quote in content(row).get("findings", []):
        words.setdefault(code, []).append(quote)
    return [
        {
            "title": WARNINGS[code][0],
            "text": WARNINGS[code][1],
            "tone": "info" if code in HARMLESS else "bad",
            "words": list(dict.fromkeys(words.get(code, [])))[:MAX_WORDS] if code not in SHOWN_BELOW else [],
        }
        for code in sorted(row.warnings, key=lambda one: one in HARMLESS)
        if code in WARNINGS
    ]


def hostile_places(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Stretches of the text that a warning is about, to mark."""
    found = content.get("findings", [])
    return [{"start": start, "end": end, "hostile": True} for code, start, end, _quote in found if end > start]


def unused_zones(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is in the message but was not used: older messages and boilerplate, in their order."""
    body, labels = content.get("body", ""), {"quoted": _("Older message"), "disclaimer": _("Legal notice")}
    blocks = [(kind, body[start:end].strip("\n")) for kind, start, end in content.get("body_zones", [])]
    return [
        {"label": labels[kind], "text": text, "lines": text.count("\n") + 1, "used": False}
        for kind, text in blocks
        if kind in labels and text.strip()
    ]


def proposals_of(user: User, row: Interaction) -> list[Any]:
    """The proposals out of an interaction, superseded ones included."""
    return list(visible(user, row.proposals.all()).order_by("position", "id"))
