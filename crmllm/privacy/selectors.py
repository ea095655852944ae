"""The two questions that are asked before personal data is processed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.conf import settings
from django.db.models import QuerySet

from crmllm.core.identifiers import email_index, phone_index
from crmllm.privacy.choices import Channel, ConsentState, Purpose
from crmllm.privacy.models import Consent, Suppression


def may_process(person: str, purpose: Purpose, channel: Channel | None = None) -> bool:
    """Whether a person (known by an e-mail address or phone number) was not erased and did not object to this purpose.

    The latest word counts, on the channel or on all. Nobody has to have agreed: the ground is the contract, or the
    enquiry, unless they object.
    """
    index = identifier_index(person)
    if Suppression.objects.filter(identifier_index=index).exists():
        return False
    rows = Consent.objects.filter(
        person_index=index, purpose=purpose, channel__in=["", *([channel] if channel else [])]
    )
    latest = rows.filter(retracted_at=None).order_by("-effective_at", "-id").first()
    return latest is None or latest.state != ConsentState.WITHDRAWN


def statements(identifiers: Iterable[str]) -> QuerySet[Consent]:
    """What a person, known by these addresses and numbers, said on being reached, newest first; permission to see the
    person is the caller's to check."""
    indexes = [identifier_index(one) for one in identifiers if one]
    return Consent.objects.filter(person_index__in=indexes, purpose=Purpose.OUTREACH).order_by("-effective_at", "-id")


def refusing(people: Collection[bytes], purpose: Purpose) -> set[bytes]:
    """Those of many people, known by the blind indexes of their addresses, whom `may_process` would refuse."""
    erased = Suppression.objects.filter(identifier_index__in=people).values_list("identifier_index", flat=True)
    said = Consent.objects.filter(person_index__in=people, purpose=purpose, channel="", retracted_at=None)
    words = said.order_by("effective_at", "id").values_list("person_index", "state")
    latest = {bytes(index): state for index, state in words}
    withdrawn = {index for index, state in latest.items() if state == ConsentState.WITHDRAWN}
    return withdrawn | {bytes(index) for index in erased}


def is_suppressed(identifier: str) -> bool:
    """Whether an e-mail address or phone number belongs to somebody who was erased and must not come back."""
    return Suppression.objects.filter(identifier_index=identifier_index(identifier)).exists()


def suppressed_among(identifiers: Iterable[str]) -> set[str]:
    """Those of many e-mail addresses and phone numbers that are suppressed, in one query."""
    by_index = {bytes(identifier_index(one)): one for one in identifiers}
    if not by_index:
        return set()
    rows = Suppression.objects.filter(identifier_index__in=list(by_index))
    return {by_index[bytes(index)] for index in rows.values_list("identifier_index", flat=True)}


def identifier_index(identifier: str) -> bytes:
    """The blind index of an e-mail address or a phone number, whichever it is."""
    return email_index(identifier) if "@" in identifier else phone_index(identifier, settings.DEFAULT_REGION)
