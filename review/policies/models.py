"""Policies, the thresholds that were derived for them, and what they did."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from crmllm.core.models import BaseModel, WorkItem
from crmllm.crm.choices import Object
from review.policies.choices import Came, CheckState, Label, State, Task


class ReviewPolicy(BaseModel):
    """What people promise of values that are applied without a person: at most 1 wrong in `one_in`."""

    object = models.CharField(max_length=12, choices=Object.choices)
    field = models.CharField(max_length=60, blank=True, help_text="Empty: all fields that may be automated.")
    source = models.CharField(max_length=8, blank=True, help_text="Empty: wherever the value was read.")
    one_in = models.PositiveIntegerField(validators=[MinValueValidator(10), MaxValueValidator(10_000)])
    confidence = models.FloatField(default=0.95, validators=[MinValueValidator(0.8), MaxValueValidator(0.999)])
    whole_history = models.BooleanField(
        default=False, help_text="All derivations together keep the confidence, not each by itself."
    )
    sample_share = models.FloatField(default=0.05, validators=[MinValueValidator(0.01), MaxValueValidator(1.0)])
    first_looks = models.PositiveIntegerField(default=20, help_text="So many are looked at first, after each start.")
    most_waiting = models.PositiveIntegerField(default=25, help_text="With more looks waiting nothing is applied.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OFF)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is in this state.")
    evidence_from = models.DateTimeField(null=True, help_text="Decisions before this do not count.")
    on_since = models.DateTimeField(null=True)
    fit = models.ForeignKey("PolicyFit", null=True, on_delete=models.SET_NULL, related_name="+")
    shift = models.FloatField(null=True, help_text="How far confidences have moved since the threshold was derived.")
    owner = models.ForeignKey("access.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar = ["object", "field", "source", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["object", "field", "source"], condition=~Q(state=State.OFF), name="policy_once_a_scope"
            ),
            models.CheckConstraint(condition=~Q(state=State.ON) | Q(fit__isnull=False), name="policy_on_is_proven"),
        ]

    def __str__(self) -> str:
        return f"{self.object}.{self.field or '*'}|{self.source or '*'} 1/{self.one_in}"

    @property
    def promise_words(self) -> str:
        return _("at most 1 wrong in %(one_in)d") % {"one_in": self.one_in}


class PolicyFit(BaseModel):
    """One derivation: on which decisions, what was tested, and the threshold if one was proven."""

    policy = models.ForeignKey(ReviewPolicy, on_delete=models.CASCADE, related_name="fits")
    number = models.PositiveIntegerField()
    came = models.CharField(max_length=12, choices=Came.choices)
    pool = models.PositiveSmallIntegerField(help_text="How far decisions were pooled: 0 is the policy's own scope.")
    until = models.DateTimeField(help_text="When the last of the decisions was made.")
    decisions = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    confidence = models.FloatField(help_text="That this derivation by itself had to prove.")
    threshold = models.FloatField(null=True)
    above = models.PositiveIntegerField(default=0)
    wrong_above = models.PositiveIntegerField(default=0)
    bound = models.FloatField(null=True, help_text="The error rate above the threshold is not higher than this.")
    steps = models.JSONField(default=list, help_text="[[threshold, decisions, errors, bound, passed]]")
    spread = models.JSONField(default=list, help_text="Confidences of the decisions, in tenths.")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["policy", "number"], name="fit_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.came}"


class PolicyCheck(BaseModel, WorkItem):
    """One proposal to be decided on by policies, or one that a look found wrong and that is to be corrected."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="policy_checks")
    task = models.CharField(max_length=8, choices=Task.choices, default=Task.APPLY)
    state = models.CharField(max_length=9, choices=CheckState.choices, default=CheckState.WAITING)
    blockers = models.JSONField(default=list, help_text="[{code, field, sentence}]")
    look_id = models.UUIDField(null=True, help_text="The look that found it wrong.")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["proposal", "task"], name="check_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(state=CheckState.WAITING), name="policycheck_work"),
            models.Index(fields=["-checked_at"], name="policycheck_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.state}"


class AutomatedValue(BaseModel):
    """One value that a policy applied, or on paper would have applied: for exposure, drift and roll-back."""

    policy = models.ForeignKey(ReviewPolicy, on_delete=models.PROTECT, related_name="values")
    fit = models.ForeignKey(PolicyFit, null=True, on_delete=models.SET_NULL, related_name="values")
    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="automated")
    change = models.OneToOneField(
        "proposals.ProposedChange", null=True, on_delete=models.SET_NULL, related_name="automated"
    )
    field = models.CharField(max_length=80, help_text="object.field")
    source = models.CharField(max_length=8)
    confidence = models.FloatField()
    paper = models.BooleanField(default=False)
    sampled = models.BooleanField(default=False)
    label = models.CharField(max_length=5, choices=Label.choices, blank=True)
    labelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["policy", "paper", "created_at"], name="automated_by_policy"),
            models.Index(fields=["labelled_at"], condition=Q(labelled_at__isnull=False), name="automated_labelled"),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.label or '-'}"
