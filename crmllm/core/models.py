"""Base models, and the audit trail: events, their erasable payloads, and the chain that seals them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Func
from django.utils import timezone

from crmllm.core.fields import SealedField, Xid8Field
from crmllm.core.ids import uuid7


class BaseModel(models.Model):
    """Id that sorts by time, and when the row was made and last changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


class WorkItem(models.Model):
    """What a row needs to be worked on by many processes: a lease, tries, and why it failed (crmllm.core.work)."""

    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    next_attempt_at = models.DateTimeField(default=timezone.now, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    error_code = models.CharField(max_length=60, blank=True, default="", editable=False)
    error_message = models.CharField(max_length=400, blank=True, default="", editable=False)

    class Meta:
        abstract = True


class AuditEvent(models.Model):
    """Who did what to which thing, and a salted commitment of the details. Rows are never changed or deleted
    (database triggers), and nothing has a foreign key to them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(default=timezone.now)
    transaction = Xid8Field(db_default=Func(function="pg_current_xact_id"))
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)
    commitment = models.BinaryField(max_length=32)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["transaction", "id"], name="auditevent_transaction"),
            models.Index(fields=["subject_id", "at"], name="auditevent_subject"),
            models.Index(fields=["-at"], name="auditevent_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}"


class AuditPayload(models.Model):
    """The details of an event, sealed: goes when its content key is dropped, while the commitment stays."""

    event_id = models.UUIDField(primary_key=True)
    payload = SealedField()


class AuditLink(models.Model):
    """One link of the chain: a gapless number, the event, and a keyed hash over both and the link before."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    transaction = Xid8Field()
    sealed_at = models.DateTimeField(default=timezone.now)
    hash = models.BinaryField(max_length=32)


class AuditKey(models.Model):
    """The content key for details without personal data: one a month."""

    month = models.DateField(primary_key=True)
    key_id = models.UUIDField()


class SavedView(BaseModel):
    """A person's named filter of a list: its query string."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "page", "name"], name="savedview_once")]
