"""The outbox: approved changes on their way to a CRM, written in the same transaction as the approval."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crmllm.core.fields import SealedField
from crmllm.core.models import BaseModel, WorkItem
from crmllm.crm.choices import Object
from crmllm.writeback.choices import UNFINISHED, Operation, State


class Writeback(BaseModel, WorkItem):
    """One write of one record to one connection.

    Its id is the idempotency key. Writes to a target go in `seq` order, one at a time; a child waits for its parents
    (`depends_on`) because it needs their ids. All sealed columns are under the interaction's key.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="writebacks")
    connection = models.ForeignKey("connectors.Connection", on_delete=models.PROTECT, related_name="+")
    operation = models.CharField(max_length=8, choices=Operation.choices)
    object = models.CharField(max_length=12, choices=Object.choices)
    target_id = models.UUIDField()
    seq = models.PositiveIntegerField(help_text="Order among the writes to the same target.")
    depends_on = models.ManyToManyField("self", symmetrical=False, related_name="needed_by", blank=True)
    undoes = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="undone_by",
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    values = SealedField(help_text="{field: value} to write.")
    base = SealedField(help_text="{field: value} that the CRM held when this was decided: the three-way compare.")
    before = SealedField(
        null=True,
        help_text="{field: value} found just before writing: the before-image.",
    )
    actor_id = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True, editable=False, help_text="Set before the first try leaves.")
    verified_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "target_id", "seq"], name="writeback_order"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=UNFINISHED),
                name="writeback_work",
            ),
            models.Index(fields=["target_id", "seq"], name="writeback_target"),
            models.Index(fields=["state", "-id"], name="writeback_state"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.object}"
