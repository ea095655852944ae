"""Consent by purpose, and the suppression list that keeps erased people erased."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from crmllm.core.fields import SealedField
from crmllm.core.models import BaseModel
from crmllm.privacy.choices import Channel, ConsentState, Purpose


class Consent(BaseModel):
    """The latest word of a person (known by the blind index of an address or number) on one purpose.

    What a message said has the interaction and its words, sealed under the interaction's key; taken back together with
    the decision that recorded it, it stays for the proof and counts no more.
    """

    person_index = models.BinaryField(max_length=32)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True, help_text="Empty for all ways.")
    state = models.CharField(max_length=10, choices=ConsentState.choices)
    source = models.CharField(max_length=200)
    effective_at = models.DateTimeField()
    interaction_id = models.UUIDField(null=True)
    proposal_id = models.UUIDField(null=True, db_index=True)
    words = SealedField(null=True)
    retracted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["person_index", "purpose", "-effective_at"],
                name="consent_latest",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"


class Suppression(BaseModel):
    """A keyed hash of an identifier that must not come back: an e-mail or a phone of an erased person."""

    identifier_index = models.BinaryField(max_length=32, unique=True)
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return str(self.pk)
