"""What can be rolled back: each kind says who may, what it is called, and which approved proposals it means.

Other parts add their kinds when their app is ready. What is no set of proposals (a merge) brings a `Whole` instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core.errors import NotFound
from crmllm.core.registry import Registry
from crmllm.crm import selectors as crm
from crmllm.llm.models import ModelVersion
from crmllm.proposals import selectors as proposals
from crmllm.proposals.choices import State
from crmllm.proposals.models import Proposal
from review.bulk.choices import Result as BulkResult
from review.bulk.models import Bulk, BulkItem
from review.policies.models import AutomatedValue, ReviewPolicy
from review.rollback.choices import Subject

Scope = Mapping[str, Any]


class Whole(Protocol):
    """Something that is taken back in one piece."""

    def conflict(self, *, user: User, subject_id: UUID) -> str:
        """Why it cannot be taken back, in a sentence; empty when it can. Writes nothing."""

    def take_back(self, *, user: User, subject_id: UUID) -> None:
        """Takes it back in the present transaction. Raises Conflict."""


@dataclass(frozen=True)
class Kind:
    """One kind of subject."""

    #: In words, without personal data. Raises NotFound.
    words: Callable[[User, UUID, Scope], str]
    permission: str = "proposals.decide"
    #: The approved proposals that are meant, those that the person may see.
    proposals: Callable[[User, UUID, Scope], QuerySet[Proposal]] | None = None
    whole: Whole | None = None


kinds: Registry[Kind] = Registry()


def kind_of(subject_type: str) -> Kind:
    """The kind of that name. Raises NotFound."""
    if subject_type not in kinds.names():
        raise NotFound(_("Nothing of this kind can be rolled back."))
    return kinds[subject_type]


def allow(user: User, subject_type: str) -> Kind:
    """The kind, if this person may roll it back."""
    kind = kind_of(subject_type)
    require(user, "proposals.decide")
    require(user, kind.permission)
    return kind


# --- our own kinds


def install() -> None:
    """Called when the app is ready."""
    kinds.add(Subject.CHANGE, Kind(_change_words, proposals=_changes))
    kinds.add(Subject.POLICY, Kind(_policy_words, "policies.manage", proposals=_applied))
    kinds.add(Subject.BULK, Kind(_bulk_words, proposals=_decided_together))
    kinds.add(Subject.MODEL_VERSION, Kind(_model_words, "settings.manage", proposals=_read_by))


def _changes(user: User, subject_id: UUID, scope: Scope) -> QuerySet[Proposal]:
    return proposals.proposals(user).filter(pk=subject_id, state=State.APPROVED)


def _change_words(user: User, subject_id: UUID, scope: Scope) -> str:
    return proposals.proposal(user, subject_id).title


def _applied(user: User, subject_id: UUID, scope: Scope) -> QuerySet[Proposal]:
    values = AutomatedValue.objects.filter(policy=subject_id, paper=False)
    since = parse_datetime(str(scope.get("since") or ""))
    if since is not None:
        values = values.filter(created_at__gt=since)
    for name in ("field", "source"):
        if scope.get(name):
            values = values.filter(**{name: scope[name]})
    rows = proposals.proposals(user).filter(state=State.APPROVED, pk__in=values.values("proposal"))
    model = scope.get("model")
    return rows.filter(extraction__request_model=model) if model else rows


def _policy_words(user: User, subject_id: UUID, scope: Scope) -> str:
    row = ReviewPolicy.objects.filter(pk=subject_id).first()
    if row is None:
        raise NotFound(_("There is no such policy."))
    known = crm.field_map(row.object)
    label = known[row.field].label if row.field in known else _("all fields")
    told = _("%(object)s, %(field)s") % {"object": row.get_object_display(), "field": label}
    if scope.get("since"):
        since = parse_datetime(str(scope["since"]))
        told += _(", applied since %(since)s") % {"since": since.strftime("%d %b %Y, %H:%M UTC") if since else ""}
    return str(told)


def _decided_together(user: User, subject_id: UUID, scope: Scope) -> QuerySet[Proposal]:
    items = BulkItem.objects.filter(bulk=subject_id, result=BulkResult.DECIDED)
    return proposals.proposals(user).filter(pk__in=items.values("proposal"), state__in=[State.APPROVED, State.REJECTED])


def _bulk_words(user: User, subject_id: UUID, scope: Scope) -> str:
    row = Bulk.objects.filter(pk=subject_id).first()
    if row is None:
        raise NotFound(_("There is no such bulk decision."))
    return _("%(verdict)s together") % {"verdict": str(row.get_verdict_display()).capitalize()}


def _read_by(user: User, subject_id: UUID, scope: Scope) -> QuerySet[Proposal]:
    return proposals.from_model(user, ModelVersion.objects.get(pk=subject_id).name)


def _model_words(user: User, subject_id: UUID, scope: Scope) -> str:
    row = ModelVersion.objects.filter(pk=subject_id).first()
    if row is None:
        raise NotFound(_("There is no such version of the model."))
    return row.name
