"""Blind looks: verdicts that are kept and by themselves change nothing; and how often people are asked for one."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from crmllm.core.fields import SealedField
from crmllm.core.models import BaseModel
from crmllm.proposals.choices import Verdict
from review.looks.choices import ALIVE, Label, Pattern, State, Truth, Why

FLOOR = 700  # milliseconds in which nobody reads a card of several lines


class Look(BaseModel):
    """One decided proposal, shown to somebody as if it still waited. Sealed columns are under the interaction's key."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="looks")
    decision = models.ForeignKey("proposals.Decision", null=True, on_delete=models.SET_NULL, related_name="looks",
                                 help_text="The decision that it stands beside.")  # fmt: skip
    why = models.CharField(max_length=8, choices=Why.choices)
    subject_id = models.UUIDField(null=True, help_text="What asked for it: the policy of a sample.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    user = models.ForeignKey("access.User", null=True, on_delete=models.SET_NULL, related_name="looks",
                             help_text="To whom it was given.")  # fmt: skip
    given_until = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    edits = SealedField(null=True, help_text="{field: value} as the person set them.")
    planted = SealedField(null=True, help_text="{field: value}: the one value that is wrong on purpose.")
    milliseconds = models.PositiveIntegerField(null=True)
    agreed = models.BooleanField(
        null=True, help_text="With the first decision, or, where a value was planted, with the truth."
    )
    decided_at = models.DateTimeField(null=True)
    truth = models.CharField(max_length=8, choices=Truth.choices, blank=True)
    settled_by = models.ForeignKey("access.User", null=True, on_delete=models.SET_NULL, related_name="+")
    settled_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=120, blank=True, help_text="Why it is void.")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["proposal", "why"], condition=Q(state__in=ALIVE), name="look_once_a_proposal"
            ),
            models.UniqueConstraint(
                fields=["proposal", "user"],
                condition=Q(user__isnull=False, state__in=[State.GIVEN, State.DECIDED]),
                name="look_once_a_person",
            ),
            models.CheckConstraint(condition=~Q(state=State.GIVEN) | Q(given_until__isnull=False), name="look_ends"),
            models.CheckConstraint(
                condition=~Q(state=State.DECIDED) | (~Q(verdict="") & Q(decided_at__isnull=False)),
                name="look_decided",
            ),
            models.CheckConstraint(condition=~Q(why=Why.PLANTED) | Q(planted__isnull=False), name="look_planted"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["why", "id"], condition=Q(state=State.WAITING), name="look_waiting"),
            models.Index(fields=["user", "given_until"], condition=Q(state=State.GIVEN), name="look_given"),
            models.Index(fields=["-decided_at"], condition=Q(state=State.DECIDED), name="look_decided_at"),
            models.Index(fields=["subject_id", "state"], name="look_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.why} {self.state}"


class LookLine(BaseModel):
    """What the two said of one value. Holds no content."""

    look = models.ForeignKey(Look, on_delete=models.CASCADE, related_name="lines")
    change = models.ForeignKey("proposals.ProposedChange", on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=80, help_text="object.field")
    first = models.CharField(max_length=9, choices=Label.choices)
    second = models.CharField(max_length=9, choices=Label.choices)
    agreed = models.BooleanField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["look", "change"], name="lookline_once")]

    def __str__(self) -> str:
        return f"{self.field} {self.first} {self.second}"


_SHARE = [MinValueValidator(0.0), MaxValueValidator(0.2)]


class GuardSettings(BaseModel):
    """How often people are asked for a blind look. One row."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    second_share = models.FloatField(default=0.02, validators=_SHARE)
    planted_on = models.BooleanField(default=False)
    planted_share = models.FloatField(default=0.01, validators=_SHARE)
    fast_ms = models.PositiveIntegerField(default=FLOOR, validators=[MaxValueValidator(60_000)])
    drawn_until = models.DateTimeField(null=True, editable=False, help_text="Up to when decisions were drawn from.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(only=True), name="guards_one_row"),
            models.CheckConstraint(
                condition=Q(second_share__gte=0, second_share__lte=0.2, planted_share__gte=0, planted_share__lte=0.2),
                name="guards_shares",
            ),
        ]

    def __str__(self) -> str:
        return "guards"


class Told(BaseModel):
    """That a manager was told of a pattern; goes when the pattern has gone."""

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="+")
    pattern = models.CharField(max_length=8, choices=Pattern.choices)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "pattern"], name="told_once")]

    def __str__(self) -> str:
        return self.pattern
