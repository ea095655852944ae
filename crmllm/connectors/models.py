"""Configured connections to CRMs, and the identity of our records there."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from crmllm.connectors.choices import ConnectionState, ExternalState
from crmllm.core.crypto import new_key
from crmllm.core.fields import SealedField
from crmllm.core.models import BaseModel
from crmllm.crm.choices import Object


class Connection(BaseModel):
    """Our configured use of one CRM."""

    name = models.CharField(max_length=80, unique=True)
    connector = models.CharField(max_length=40, help_text="Key of a registered connector.")
    key_id = models.UUIDField(default=new_key, editable=False)
    options = models.JSONField(default=dict, blank=True)
    credentials = SealedField(null=True)
    state = models.CharField(max_length=8, choices=ConnectionState.choices, default=ConnectionState.ACTIVE)
    state_reason = models.CharField(max_length=300, blank=True)
    master_of = ArrayField(
        models.CharField(max_length=12, choices=Object.choices),
        default=list,
        blank=True,
        help_text="Objects for which this connection is the system of record.",
    )

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ExternalRecord(BaseModel):
    """What one connection calls one of our records, and what it last showed us."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="records")
    object = models.CharField(max_length=12, choices=Object.choices)
    external_id = models.CharField(max_length=200)
    record_id = models.UUIDField()
    etag = models.CharField(max_length=200, blank=True)
    modified_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=ExternalState.choices, default=ExternalState.ACTIVE)
    seen = SealedField(null=True, help_text="Last seen values, under the record's key.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "object", "external_id"], name="external_id_once"),
            models.UniqueConstraint(
                fields=["connection", "object", "record_id"],
                condition=Q(state=ExternalState.ACTIVE),
                name="external_record_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["record_id"], name="external_by_record")]

    def __str__(self) -> str:
        return f"{self.object} {self.external_id}"
