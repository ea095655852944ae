"""Consent and suppression. Audit details name a purpose and a reason, never the person; we keep a blind index only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.crypto import Sealed
from crmllm.core.errors import BadInput, NotFound
from crmllm.privacy.choices import Channel, ConsentState, Purpose
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
    channel: Channel | None = None,
) -> Consent:
    """Keeps what a person (known by an e-mail address or phone number) said about a purpose, and where it was said."""
    _require(actor)
    return _keep(
        actor,
        Consent(
            person_index=identifier_index(person),
            purpose=Purpose(purpose),
            channel=channel or "",
            state=ConsentState(state),
            source=source,
            effective_at=effective_at or timezone.now(),
        ),
    )


def record_statement(
    *,
    actor: User,
    person: str,
    channel: Channel,
    state: ConsentState,
    said_at: datetime,
    interaction_id: UUID,
    proposal_id: UUID,
    words: str,
    key_id: UUID,
) -> Consent:
    """Keeps what a message said on being reached by one way, approved by a person who decides on proposals. The words
    are sealed under the message's own key: they go when it goes, the statement stays."""
    require(actor, "proposals.decide")
    return _keep(
        actor,
        Consent(
            person_index=identifier_index(person),
            purpose=Purpose.OUTREACH,
            channel=Channel(channel),
            state=ConsentState(state),
            source="interaction",
            effective_at=said_at,
            interaction_id=interaction_id,
            proposal_id=proposal_id,
            words=Sealed.of(words, key_id) if words else None,
        ),
    )


def retract_statements(*, actor: audit.Actor, proposal_id: UUID) -> int:
    """The decision that recorded them was taken back: these statements count no more, the rows stay for the proof."""
    with transaction.atomic():
        rows = list(Consent.objects.select_for_update().filter(proposal_id=proposal_id, retracted_at=None))
        Consent.objects.filter(pk__in=[row.pk for row in rows]).update(retracted_at=timezone.now())
        audit.record_many([audit.Entry(actor, "consent.retracted", "consent", row.pk) for row in rows])
    return len(rows)


def _keep(actor: audit.Actor, row: Consent) -> Consent:
    with transaction.atomic():
        row.save()
        details = {"purpose": row.purpose, "state": row.state}
        if row.channel:
            details["channel"] = row.channel
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
