"""What the machine proposes and what people decide: two things, neither edited by the other."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from crmllm.access.models import Claimable, Owned
from crmllm.core.fields import SealedField
from crmllm.core.ids import uuid7
from crmllm.core.models import BaseModel
from crmllm.crm.choices import Object
from crmllm.proposals.choices import OPEN, Action, Judged, State, Verdict


class Proposal(BaseModel, Owned, Claimable):
    """A set of changes to one record, out of one interaction.

    `target_id` is the record's id, planned beforehand for a create so that other proposals can refer to it;
    `identity` is a blind index of what makes the record the same (its e-mail, its domain): two creates of the same
    person cannot both be written.
    """

    interaction = models.ForeignKey("ingestion.Interaction", on_delete=models.CASCADE, related_name="proposals")
    extraction = models.ForeignKey("extraction.Extraction", null=True, on_delete=models.SET_NULL, related_name="+")
    object = models.CharField(max_length=12, choices=Object.choices)
    action = models.CharField(max_length=6, choices=Action.choices)
    target_id = models.UUIDField(default=uuid7)
    written = models.BooleanField(default=False, help_text="Whether the record exists because of this proposal.")
    name = models.CharField(max_length=200, help_text="The record's name, for lists.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    position = models.PositiveSmallIntegerField(default=0)
    identity = models.BinaryField(max_length=32, null=True)
    match = models.JSONField(default=dict, help_text="How the record was found: kind, score, reason.")
    note = models.CharField(max_length=300, blank=True, help_text="Why it came back or was superseded.")
    needs = models.ManyToManyField("self", symmetrical=False, related_name="needed_by", blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    least_confidence = models.FloatField(default=0)
    pattern = models.CharField(max_length=160, blank=True, help_text="What kind of change it is: proposals.patterns.")

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["interaction", "object", "target_id"],
                condition=Q(state__in=[*OPEN, State.APPROVED, State.SKIPPED]),
                name="proposal_once_a_record",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLAIMED) | Q(claimed_until__isnull=False),
                name="proposal_claim_ends",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-id"], condition=Q(state__in=OPEN), name="proposal_open"),
            models.Index(fields=["state", "-id"], name="proposal_state"),
            models.Index(fields=["target_id"], name="proposal_target"),
            models.Index(fields=["created_at"], name="proposal_came"),
            models.Index(fields=["pattern", "-id"], condition=Q(state__in=OPEN), name="proposal_pattern"),
            models.Index(
                fields=["identity"],
                condition=Q(identity__isnull=False),
                name="proposal_identity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object}"

    @property
    def title(self) -> str:
        """What it does, in two words: "Update contact"."""
        template = _("New %(object)s") if self.action == Action.CREATE else _("Update %(object)s")
        return template % {"object": str(Object(self.object).label).lower()}


class ProposedChange(BaseModel):
    """One field: the value when the text was read, the value proposed, how sure. Sealed under the interaction's key."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="changes")
    field = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    old = SealedField(help_text="What the CRM held, brought up to date before a decision.")
    read = SealedField(null=True, help_text="What it held when the text was read, where that is not `old` any more.")
    proposed = SealedField()
    confidence = models.FloatField(help_text="Calibrated, where a calibration was there.")
    raw_confidence = models.FloatField(default=0, help_text="As extraction gave it.")
    signs = models.JSONField(default=dict, help_text="What else is known of the value: calibration.curves.Signs.")
    calibration = models.ForeignKey("extraction.Calibration", null=True, on_delete=models.SET_NULL, related_name="+")
    inferred = models.BooleanField(default=False)
    source = models.CharField(max_length=8)
    origin = models.JSONField(default=dict, help_text="The record that a CRM fact was taken from: {object, id}.")
    checks = models.JSONField(default=list, help_text="[{code, message, blocking}]")

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "field"], name="change_once_a_field"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1),
                name="change_confidence",
            ),
        ]


class Evidence(BaseModel):
    """The words that support a change: code points in the interaction's text, end exclusive, checked by code."""

    change = models.ForeignKey(ProposedChange, on_delete=models.CASCADE, related_name="evidence")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = SealedField()

    class Meta:
        ordering: ClassVar = ["start"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="evidence_not_empty")
        ]


class Decision(BaseModel):
    """One verdict on one proposal, by a person (or a policy that people set), with the time it took."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    actor = models.ForeignKey("access.User", null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    edits = SealedField(null=True, help_text="{field: value} as the person set them.")
    values = SealedField(null=True, help_text="{field: value} that were approved.")
    milliseconds = models.PositiveIntegerField(null=True, help_text="From the card's first sight to the key.")

    class Meta:
        ordering: ClassVar = ["created_at"]
        indexes: ClassVar = [
            models.Index(fields=["actor", "-created_at"], name="decision_latest"),
            BrinIndex(fields=["created_at"], name="decision_made"),
        ]


class Outcome(BaseModel):
    """What one decision said of one value: the label that confidences are calibrated on. Holds no content."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="outcomes")
    change = models.ForeignKey(ProposedChange, on_delete=models.CASCADE, related_name="outcomes")
    field = models.CharField(max_length=80, help_text="object.field")
    source = models.CharField(max_length=8)
    raw_confidence = models.FloatField()
    confidence = models.FloatField()
    signs = models.JSONField(default=dict)
    calibration = models.ForeignKey("extraction.Calibration", null=True, on_delete=models.SET_NULL, related_name="+")
    judged = models.CharField(max_length=8, choices=Judged.choices)
    automatic = models.BooleanField(default=False, help_text="A policy decided, no person.")
    undone = models.BooleanField(default=False, help_text="The decision was taken back since.")

    class Meta:
        ordering: ClassVar = ["created_at"]
        indexes: ClassVar = [models.Index(fields=["-created_at"], name="outcome_latest")]

    def __str__(self) -> str:
        return f"{self.field} {self.judged}"
