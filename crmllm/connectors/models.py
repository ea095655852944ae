"""Configured connections to CRMs, and the identity of our records there."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from crmllm.connectors.choices import ConnectionState, Direction, ExternalState, RunKind, RunState
from crmllm.core.crypto import new_key
from crmllm.core.fields import SealedField
from crmllm.core.models import BaseModel, WorkItem
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
    way = models.CharField(max_length=40, blank=True, help_text="How it signs in: a name of the declaration.")
    token_until = models.DateTimeField(null=True, help_text="Until when the access token is good.")
    dry_run = models.BooleanField(default=False, help_text="Shows what would be written, and writes nothing.")
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


class Stream(BaseModel, WorkItem):
    """One list of a connection that is kept in step: what is read, what may be written, and how far reading has come.

    It is work for the stage `sync`: `next_attempt_at` is when it is read again.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="streams")
    name = models.CharField(max_length=12, help_text="An object, or owner, product, stage.")
    reads = models.BooleanField(default=True)
    writes = ArrayField(
        models.CharField(max_length=60),
        null=True,
        blank=True,
        help_text="Our fields that may be written; none: all that the CRM takes.",
    )
    discovered = models.JSONField(default=list, blank=True, help_text="The CRM's own fields (engine.discovery).")
    discovered_at = models.DateTimeField(null=True)
    mapping = models.JSONField(default=dict, blank=True, help_text="What an admin changed of the declared mapping.")
    hidden = ArrayField(
        models.CharField(max_length=120), default=list, blank=True, help_text="Fields that the CRM does not show us."
    )
    paused = models.BooleanField(default=False)
    every = models.PositiveIntegerField(default=300, help_text="Seconds between two reads.")
    position = models.JSONField(default=dict, blank=True, help_text="How far reading has come (engine.reader).")
    full_wanted = models.BooleanField(default=True, help_text="The next run reads everything.")
    last_full_at = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    read_until = models.DateTimeField(null=True, help_text="The newest change that was seen.")

    class Meta:
        ordering: ClassVar = ["connection", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "name"], name="stream_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(paused=False, reads=True), name="stream_work")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def direction(self) -> Direction:
        writes = self.writes is None or bool(self.writes)
        if self.reads:
            return Direction.BOTH if writes else Direction.READ
        return Direction.WRITE if writes else Direction.OFF


class SyncRun(BaseModel):
    """One read of a stream: what came, what became of it, and why something was left."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=8, choices=RunKind.choices)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.RUNNING)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(
        default=dict, help_text="read, created, updated, unchanged, skipped, deleted, merged, hidden."
    )
    there = models.PositiveIntegerField(null=True, help_text="Records that the CRM counts.")
    here = models.PositiveIntegerField(null=True, help_text="Records that we know of.")
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["stream", "-id"], name="syncrun_newest")]

    def __str__(self) -> str:
        return self.kind


class SkippedRecord(BaseModel):
    """A record of a CRM that was not taken over, and why. Reading it again, when it can be, removes the row."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="skipped")
    external_id = models.CharField(max_length=200)
    code = models.CharField(max_length=60)
    reason = models.CharField(max_length=400)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["stream", "external_id"], name="skipped_once")]

    def __str__(self) -> str:
        return self.code


class RemoteEvent(BaseModel, WorkItem):
    """What a CRM told us of a change: stored first, then the record is read anew. The same event comes in once."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=200, help_text="What makes it the same event when it comes twice.")
    object = models.CharField(max_length=12)
    external_id = models.CharField(max_length=200)
    occurred_at = models.DateTimeField(null=True)
    deleted = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True, help_text="What became of it, as in the counts of a run.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "key"], name="event_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(done_at=None), name="event_work"),
            models.Index(fields=["connection", "-id"], name="event_newest"),
        ]

    def __str__(self) -> str:
        return self.object


class Listener(BaseModel, WorkItem):
    """That somebody listens to what a CRM tells, one process at a time, and how far was heard."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="listener")
    replay_id = models.BigIntegerField(null=True, help_text="The last message whose change is stored.")
    heard_at = models.DateTimeField(null=True, help_text="When the CRM last answered.")
    note = models.CharField(max_length=400, blank=True, help_text="What was missed, and what was done about it.")

    def __str__(self) -> str:
        return str(self.pk)


class CachedAnswer(BaseModel):
    """What a CRM told of its fields or objects, held until it says that there is something new (engine.cache)."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="cached")
    key = models.CharField(max_length=64, help_text="A digest of what was asked.")
    mark = models.CharField(max_length=200, help_text="The CRM's own: an ETag, or a moment.")
    body = SealedField(help_text="Under the connection's key.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "key"], name="cached_once")]

    def __str__(self) -> str:
        return self.mark


class LimitWindow(BaseModel):
    """How much of one limit of a connection is used, shared by all workers (engine.budget)."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="limits")
    name = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)
    before = models.PositiveIntegerField(default=0, help_text="Used in the window before.")
    most = models.PositiveIntegerField()
    blocked_until = models.DateTimeField(null=True, help_text="The CRM said: not before.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "name"], name="limit_once")]

    def __str__(self) -> str:
        return self.name
