"""What comes in: interactions with their sealed content, attachments, the ledger, uploads, and polled mailboxes."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from crmllm.access.models import Claimable, Owned
from crmllm.core.crypto import new_key
from crmllm.core.fields import SealedField
from crmllm.core.models import BaseModel, WorkItem
from crmllm.ingestion.choices import Kind, Origin, Status, Step, UploadState


class Mailbox(BaseModel, WorkItem, Owned):
    """An IMAP mailbox that a schedule polls. The lease is that of the one process that does so now."""

    name = models.CharField(max_length=80, unique=True)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=993)
    tls = models.CharField(
        max_length=8,
        choices=[("tls", "TLS"), ("starttls", "STARTTLS"), ("none", "none")],
        default="tls",
    )
    username = models.CharField(max_length=253)
    key_id = models.UUIDField(default=new_key, editable=False)
    password = SealedField(null=True)
    folder = models.CharField(max_length=253, default="INBOX")
    active = models.BooleanField(default=True)
    uid_validity = models.BigIntegerField(null=True, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    last_polled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name_plural = "mailboxes"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Interaction(BaseModel, WorkItem, Owned, Claimable):
    """One thing that came in: a mail, a call, notes, a document, a form, a chat, all in the same shape.

    `content` holds what was read out of it (see ingestion.content); the original bytes lie in `InteractionSource`.
    Only the sender's name and organisation stay plain.
    """

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.EMAIL)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RECEIVED)
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.UPLOAD)
    mailbox = models.ForeignKey(Mailbox, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    key_id = models.UUIDField(editable=False)
    fingerprint = models.BinaryField(max_length=32, unique=True, help_text="The same message twice is one row.")
    message_index = models.BinaryField(max_length=32, null=True, help_text="Blind index of the Message-ID.")
    thread = models.BinaryField(
        max_length=32,
        null=True,
        help_text="Blind index that all mails of a thread share.",
    )
    occurred_at = models.DateTimeField(help_text="When it was sent, else when it came in.")
    sender_name = models.CharField(max_length=200, blank=True)
    sender_index = models.BinaryField(max_length=32, null=True)
    subject = SealedField(null=True)
    content = SealedField(null=True)
    category = models.CharField(max_length=12, blank=True)
    sentiment = models.CharField(max_length=8, blank=True)
    reason_code = models.CharField(
        max_length=60,
        blank=True,
        help_text="Why it was skipped, failed, or changes nothing.",
    )
    reason = models.CharField(max_length=400, blank=True)
    warnings = models.JSONField(default=list, blank=True, help_text="Codes of what a reviewer should beware of.")
    open_proposals = models.PositiveSmallIntegerField(default=0)
    generation = models.PositiveSmallIntegerField(default=1, help_text="Grows with each replay.")
    insisted = models.BooleanField(default=False, help_text="A person said that it is for us: no filter keeps it out.")
    urgency = models.FloatField(default=1, help_text="Risk times value of what is proposed: proposals.urgency.")
    risk = models.CharField(max_length=8, blank=True, help_text="The highest risk of a field that is proposed.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="By when to decide; the earliest comes first.")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-occurred_at", "-id"], name="interaction_newest"),
            models.Index(fields=["status", "-occurred_at"], name="interaction_status"),
            models.Index(
                fields=["status", "next_attempt_at"],
                condition=Q(status__in=[Status.RECEIVED, Status.PARSED, Status.EXTRACTING]),
                name="interaction_work",
            ),
            models.Index(
                fields=["-occurred_at", "-id"],
                condition=Q(open_proposals__gt=0),
                name="interaction_review",
            ),
            models.Index(fields=["due_at", "id"], condition=Q(open_proposals__gt=0), name="interaction_due"),
            models.Index(fields=["claimed_until"], condition=Q(claimed_by__isnull=False), name="interaction_claimed"),
            models.Index(fields=["thread", "occurred_at"], name="interaction_thread"),
            models.Index(fields=["message_index"], name="interaction_message"),
            models.Index(fields=["sender_index", "-occurred_at"], name="interaction_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class InteractionSource(models.Model):
    """The original bytes, sealed under the interaction's key, and who reads them again at a replay."""

    interaction = models.OneToOneField(Interaction, primary_key=True, on_delete=models.CASCADE, related_name="source")
    blob = SealedField()
    size = models.PositiveIntegerField()
    reader = models.CharField(max_length=20, default="mail", help_text="Name of the reader, see ingestion.kinds.")
    filename = SealedField(null=True)


class Attachment(BaseModel):
    """A file that came along; refused ones are kept by name with the reason."""

    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="attachments")
    filename = SealedField()
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    blob = SealedField(null=True)
    refused = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]


class LedgerEntry(BaseModel):
    """One line of an interaction's way: which step, what came of it, and why. Never any personal data."""

    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="ledger")
    step = models.CharField(max_length=10, choices=Step.choices)
    code = models.CharField(max_length=60, blank=True)
    sentence = models.CharField(max_length=400)
    generation = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        indexes: ClassVar = [models.Index(fields=["interaction", "created_at"], name="ledger_way")]


class Upload(BaseModel):
    """Files that a person brought in: what has come of them so far. Large ones wait in a sealed file for a job."""

    key_id = models.UUIDField(default=new_key, editable=False)
    name = SealedField()
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=9, choices=UploadState.choices, default=UploadState.RUNNING)
    user = models.ForeignKey("access.User", null=True, on_delete=models.SET_NULL, related_name="+")
    run = models.ForeignKey("jobs.JobRun", null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(
        max_length=10, choices=Kind.choices, blank=True, help_text="What the files are, where their names do not say."
    )
    spooled = models.BooleanField(default=False, help_text="A file of this id lies among the home's files.")
    file_number = models.PositiveIntegerField(default=0, help_text="The file that is being read.")
    entry_number = models.PositiveIntegerField(default=0, help_text="How many of its entries are done.")
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [models.Index(fields=["user", "-created_at"], name="upload_of_user")]

    def __str__(self) -> str:
        return f"upload {self.id}"


class Refused(BaseModel):
    """Something that could not become an interaction (an archive entry, an oversized file): kept visible by reason."""

    origin = models.CharField(max_length=8, choices=Origin.choices)
    key_id = models.UUIDField(default=new_key, editable=False)
    name = SealedField()
    reason = models.CharField(max_length=400)
    actor_id = models.UUIDField(null=True)
    upload = models.ForeignKey(Upload, null=True, on_delete=models.CASCADE, related_name="refusals")

    class Meta:
        ordering: ClassVar = ["-created_at"]


class WebForm(BaseModel, Owned):
    """A form on a company's site that sends what people fill in to us. Its secret signs what may be sent."""

    name = models.CharField(max_length=80, unique=True)
    public_id = models.CharField(max_length=32, unique=True, editable=False, help_text="Stands in its address.")
    origins = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    fields = models.JSONField(default=list, help_text="Its fields: name, label, meaning, required.")
    thanks = models.CharField(max_length=300, blank=True)
    key_id = models.UUIDField(default=new_key, editable=False)
    secret = SealedField()
    active = models.BooleanField(default=True)
    hourly_limit = models.PositiveIntegerField(default=200)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class WebFormEntry(BaseModel):
    """One time that a form was sent: what became of it, and by whose signature; each signature counts once."""

    form = models.ForeignKey(WebForm, on_delete=models.CASCADE, related_name="entries")
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.SET_NULL, related_name="+")
    signature_index = models.BinaryField(max_length=32, unique=True, help_text="The same signature twice is one entry.")
    body_index = models.BinaryField(max_length=32, help_text="Tells a second click from a token that is used again.")
    address_index = models.BinaryField(max_length=32, help_text="Keyed hash of the sender's network address.")
    verdict = models.CharField(max_length=20, blank=True, help_text="Why it was taken for spam; empty if it was not.")

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["form", "-created_at"], name="webform_entries"),
            models.Index(fields=["address_index", "-created_at"], name="webform_address"),
        ]
