"""Consent and suppression. Audit details name a purpose and a reason, never the person; we keep a blind index only."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.errors import BadInput, NotFound
from crmllm.core.identifiers import email_index
from crmllm.privacy.choices import ConsentState, Purpose
from crmllm.privacy.models import Consent, Suppression
from crmllm.privacy.selectors import identifier_index


def record_consent(
    *,
    actor: audit.Actor,
    person: str,
    purpose: Purpose,
    state: ConsentState,
    source: str,
    effective_at: datetime | None = None,
) -> Consent:
    """Keeps what a person (known by an e-mail address) said about a purpose, and where it was said."""
    _require(actor)
    with transaction.atomic():
        row = Consent.objects.create(
            person_index=email_index(person),
            purpose=Purpose(purpose),
            state=ConsentState(state),
            source=source,
            effective_at=effective_at or timezone.now(),
        )
        details = {"purpose": row.purpose, "state": row.state}
        audit.record(actor=actor, action="consent.recorded", subject_type="consent", subject_id=row.pk, details=details)
    return row


def suppress(*, actor: audit.Actor, identifier: str, reason: str) -> Suppression:
    """Puts an e-mail address or phone number on the list of those that must not come back. Twice is once."""
    _require(actor)
    if "@" not in identifier and not any(char.isdigit() for char in identifier):
        raise BadInput(_("This is neither an e-mail address nor a phone number."))
    if not reason.strip():
        raise BadInput(_("Say why, so that somebody can still judge it in a year."), fields={"reason": [_("Missing.")]})
    with transaction.atomic():
        row, added = Suppression.objects.get_or_create(
            identifier_index=identifier_index(identifier), defaults={"reason": reason.strip()[:200]}
        )
        if added:
            audit.record(
                actor=actor, action="suppression.added", subject_type="suppression", subject_id=row.pk,
                details={"reason": row.reason},
            )  # fmt: skip
    return row


def unsuppress(*, actor: audit.Actor, identifier: str) -> None:
    """Takes an identifier off the list: its owner may be recorded again. Raises NotFound."""
    _require(actor)
    with transaction.atomic():
        row = Suppression.objects.select_for_update().filter(identifier_index=identifier_index(identifier)).first()
        if row is None:
            raise NotFound(_("This identifier is not suppressed."))
        audit.record(actor=actor, action="suppression.removed", subject_type="suppression", subject_id=row.pk)
        row.delete()


def _require(actor: audit.Actor) -> None:
    """People need the permission; a part of the system (an erasure, a command) acts for those who have it."""
    if isinstance(actor, User):
        require(actor, "privacy.manage")
