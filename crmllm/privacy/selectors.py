"""The two questions that are asked before personal data is processed."""

from __future__ import annotations

from django.conf import settings

from crmllm.core.identifiers import email_index, phone_index
from crmllm.privacy.choices import ConsentState, Purpose
from crmllm.privacy.models import Consent, Suppression


def may_process(person: str, purpose: Purpose) -> bool:
    """Whether a person (known by an e-mail address) was not erased and did not object to this purpose.

    The latest word counts. Nobody has to have agreed: the ground is the contract, or the enquiry, unless they object.
    """
    index = email_index(person)
    if Suppression.objects.filter(identifier_index=index).exists():
        return False
    latest = Consent.objects.filter(person_index=index, purpose=purpose).order_by("-effective_at", "-id").first()
    return latest is None or latest.state != ConsentState.WITHDRAWN


def is_suppressed(identifier: str) -> bool:
    """Whether an e-mail address or phone number belongs to somebody who was erased and must not come back."""
    return Suppression.objects.filter(identifier_index=identifier_index(identifier)).exists()


def identifier_index(identifier: str) -> bytes:
    """The blind index of an e-mail address or a phone number, whichever it is."""
    return email_index(identifier) if "@" in identifier else phone_index(identifier, settings.DEFAULT_REGION)
