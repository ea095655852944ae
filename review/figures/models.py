"""What the count of a day gave, kept so that a year need not be counted again. The rows of decisions stay the truth."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from crmllm.core.models import BaseModel


class CountedDay(BaseModel):
    """A day in the company's zone that was counted. It holds until something of that day is touched (`Touched`)."""

    day = models.DateField(unique=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField(help_text="The first moment of the next day: another zone means another day.")
    counted_at = models.DateTimeField()


class Count(BaseModel):
    """A line of `counting`, of a day that is over."""

    day = models.ForeignKey(CountedDay, on_delete=models.CASCADE, related_name="+")
    audience = models.UUIDField(null=True, help_text="Who sees what was counted: figures.audience.")

    class Meta:
        abstract = True


class CameCount(Count):
    """How many proposals of one kind of object came in on one day."""

    object = models.CharField(max_length=12)
    came = models.PositiveIntegerField()


class PaceCount(Count):
    """What one person, or no person, decided on one kind of object on one day."""

    actor = models.UUIDField(null=True)
    object = models.CharField(max_length=12)
    approved = models.PositiveIntegerField()
    edited = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField()
    taken_back = models.PositiveIntegerField()
    due = models.PositiveIntegerField(help_text="Decisions whose message had a deadline.")
    in_time = models.PositiveIntegerField()
    hours = models.PositiveIntegerField(help_text="A bit for each clock hour in which something was decided.")
    times = models.BinaryField(help_text="Milliseconds of each decision, four bytes each: medians do not add up.")
    reasons = models.TextField(help_text="Of the rejections, the known ones, each on a line.")


class FieldCount(Count):
    """What one person, or no person, said of the values of one field on one day."""

    actor = models.UUIDField(null=True)
    field = models.CharField(max_length=80)
    kept = models.PositiveIntegerField()
    edited = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    automatic = models.PositiveIntegerField()
    automatic_undone = models.PositiveIntegerField()


class Touched(models.Model):
    """Something that was counted at a moment is another now. Triggers write it, whoever made the change; rows are only
    added, so that nobody waits for anybody."""

    at = models.DateTimeField()
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="touched_at")]
