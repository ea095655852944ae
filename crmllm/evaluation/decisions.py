"""What people decided, as examples to learn from: a mail, and what should have been read from it.

The answer is what was found, corrected by the decisions: an edited value takes the place of the proposed one, a
rejected one is gone. Only mails whose proposals were all looked at count, and only if everybody in them may be learned
from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from crmllm.core.crypto import Erased
from crmllm.crm.choices import Object
from crmllm.extraction import selectors as extraction
from crmllm.extraction.rules.text import letters
from crmllm.extraction.schema import MailAnswer
from crmllm.extraction.types import Contact, Extracted, Item, NextAction, Value
from crmllm.ingestion.choices import Kind
from crmllm.ingestion.models import Interaction
from crmllm.privacy.choices import Purpose
from crmllm.privacy.selectors import may_process
from crmllm.proposals.choices import OPEN, Verdict
from crmllm.proposals.models import Decision, Proposal

#: Which of the answer's keys a field of a proposal speaks of.
KEYS: dict[tuple[str, str], tuple[str, ...]] = {
    **{
        (kind, name): (name, f"{name}2")
        for kind in (Object.CONTACT, Object.LEAD)
        for name in ("name", "title", "phone")
    },
    (Object.CONTACT, "email"): ("email2",),
    (Object.LEAD, "email"): ("email2",),
    (Object.CONTACT, "company"): ("company",),
    (Object.LEAD, "company"): ("company",),
    (Object.ACCOUNT, "name"): ("company",),
    (Object.OPPORTUNITY, "summary"): ("sale",),
    (Object.OPPORTUNITY, "products"): ("products",),
    (Object.OPPORTUNITY, "quantity"): ("quantity",),
    (Object.OPPORTUNITY, "amount"): ("amount",),
    (Object.OPPORTUNITY, "currency"): ("currency",),
    (Object.OPPORTUNITY, "close_date"): ("close_by",),
    (Object.OPPORTUNITY, "commitment"): ("commitment",),
    (Object.CASE, "name"): ("problem",),
    (Object.CASE, "summary"): ("problem",),
    (Object.CASE, "severity"): ("severity",),
    (Object.ACTIVITY, "name"): ("action", "action2"),
    (Object.ACTIVITY, "text"): ("action", "action2"),
    (Object.ACTIVITY, "due"): ("due", "due2"),
    (Object.ACTIVITY, "side"): ("owner", "owner2"),
}
LOOKED_AT = (Verdict.APPROVE, Verdict.EDIT, Verdict.REJECT)


@dataclass(frozen=True, slots=True)
class Decided:
    """One mail with its right answer, and the decisions that tell it."""

    interaction_id: UUID
    item: Item
    answer: MailAnswer
    decisions: tuple[UUID, ...]


def decided(limit: int | None = None) -> Iterator[Decided]:
    """Mails whose proposals people decided, the newest first."""
    proposals = Proposal.objects.filter(interaction=OuterRef("pk"))
    people = Decision.objects.filter(
        proposal__interaction=OuterRef("pk"), actor__isnull=False, verdict__in=[Verdict.APPROVE, Verdict.EDIT]
    )
    rows = Interaction.objects.filter(Exists(people), ~Exists(proposals.filter(state__in=OPEN)), kind=Kind.EMAIL)
    for row in rows.order_by("-id")[:limit].iterator(chunk_size=100):
        try:
            found = _of(row)
        except Erased:
            continue
        if found is not None:
            yield found


def _of(row: Interaction) -> Decided | None:
    latest = extraction.latest(row)
    found = extraction.found(latest) if latest is not None else None
    if found is None:
        return None
    item = extraction.item(row)
    if not all(may_process(person, Purpose.TRAINING) for person in _people(item, found)):
        return None
    answer = as_answer(item, found)
    learned: list[UUID] = []
    proposals = row.proposals.prefetch_related("changes", "decisions")
    for proposal in proposals:
        last = max(proposal.decisions.all(), key=lambda one: one.created_at, default=None)
        if last is None or last.actor_id is None or last.verdict not in LOOKED_AT:
            continue
        learned.append(last.pk)
        edits = (last.edits.open() if last.edits else None) or {}
        for change in proposal.changes.all():
            proposed = change.proposed.open()
            right = None if last.verdict == Verdict.REJECT else edits.get(change.field, proposed)
            if right != proposed:
                _correct(answer, KEYS.get((proposal.object, change.field), ()), proposed, right)
    if not learned:
        return None
    return Decided(row.pk, item, MailAnswer.model_validate(_fitting(answer)), tuple(learned))


def _people(item: Item, found: Extracted) -> set[str]:
    """The addresses of everybody whom an item is about."""
    known = {one.email.value for one in found.contacts if one.email is not None}
    return known | ({item.sender.email} if item.sender is not None else set())


def _correct(answer: dict[str, Any], keys: tuple[str, ...], proposed: Any, right: Any) -> None:
    """Puts the right value where the proposed one stands."""
    for key in keys:
        held = answer.get(key)
        if isinstance(held, list):
            wrong = {letters(str(one)) for one in proposed or ()} - {letters(str(one)) for one in right or ()}
            kept = [one for one in held if letters(one) not in wrong]
            known = {letters(one) for one in kept}
            answer[key] = kept + [one for one in right or () if letters(str(one)) not in known]
            return
        if held and _plain(held) == _plain(proposed):
            answer[key] = "" if right is None else str(right)
            return


def _plain(value: Any) -> str:
    """A value without the ways of writing it: 48000.00 is 48000."""
    text = str(value)
    if text.replace(".", "", 1).isdigit() and "." in text:
        text = text.rstrip("0").rstrip(".")
    return letters(text)


def _fitting(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without what the form has no room or no word for."""
    fitting = dict(answer)
    for key, value in answer.items():
        try:
            MailAnswer.model_validate({"category": "sales", "sentiment": "neutral", key: value})
        except ValueError:
            fitting.pop(key)
    return fitting


# --- what was found, in the form of an answer --------------------------------------------------------------------


def as_answer(item: Item, found: Extracted) -> dict[str, Any]:
    """What the model should have said to give this extraction."""
    answer: dict[str, Any] = {
        "category": found.category.value if found.category else "sales",
        "sentiment": found.sentiment.value if found.sentiment else "neutral",
    }
    author = next((one for one in found.contacts if one.role == "sender"), None)
    if author is not None:
        answer |= {key: _written(item, getattr(author, key)) for key in ("name", "title", "company", "phone")}
    other = next((one for one in found.contacts if one is not author and _is_named(one)), None)
    if other is not None:
        answer |= {f"{key}2": _written(item, getattr(other, key)) for key in ("name", "title", "email", "phone")}
    if found.opportunity is not None:
        wish = found.opportunity
        answer |= {
            "sale": _value(wish.summary), "products": [one.value for one in wish.products],
            "quantity": _value(wish.quantity), "amount": _value(wish.amount), "currency": _value(wish.currency),
            "close_by": _value(wish.close_by), "commitment": _value(wish.commitment),
        }  # fmt: skip
    if found.case is not None:
        answer |= {"problem": _value(found.case.summary), "severity": _value(found.case.severity)}
    for end, action in zip(("", "2"), found.next_actions, strict=False):
        answer |= _action(end, action)
    return answer


def _is_named(one: Contact) -> bool:
    return one.name is not None and bool(one.name.evidence)


def _action(end: str, action: NextAction) -> dict[str, str]:
    return {f"action{end}": action.text.value, f"owner{end}": _value(action.owner), f"due{end}": _value(action.due)}


def _value(value: Value | None) -> str:
    return value.value if value is not None else ""


def _written(item: Item, value: Value | None) -> str:
    """As the text has it: the model is to copy, code brings it into form."""
    if value is None:
        return ""
    span = value.evidence[0] if value.evidence else None
    return " ".join(item.text[span.start : span.end].split()) if span is not None else value.value
