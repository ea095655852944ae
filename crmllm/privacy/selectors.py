"""The two questions that are asked before personal data is processed."""

from __future__ import annotations

from crmllm.core.identifiers import email_index, phone_index
from crmllm.privacy.choices import ConsentState, Purpose
from crmllm.privacy.models import Consent, Suppression


def may_process(person: str, purpose: Purpose) -> bool:
    """Whether a person (known by an e-mail address) has not objected to this purpose; the latest word counts."""
    latest = Consent.objects.filter(person_index=email_index(person), purpose=purpose).order_by("-effective_at").first()
    return latest is None or latest.state != ConsentState.WITHDRAWN


def is_suppressed(identifier: str) -> bool:
    """Whether an e-mail address or phone number belongs to somebody who was erased and must not come back."""
    index = email_index(identifier) if "@" in identifier else phone_index(identifier)
    return Suppression.objects.filter(identifier_index=index).exists()
