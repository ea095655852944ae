"""The one page that lists the stages, in the order in which an item passes through them.

A stage is: rows of one model that wait, and a function that works them off. A drain claims rows with
`core.work.claim`, so that many drains of a stage may run at once; `jobs.services.enqueue(stage)` says that there is
work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from crmllm.connectors.choices import LISTENING_TRIES, ConnectionState
from crmllm.core import work
from crmllm.core.errors import NotFound
from crmllm.ingestion.choices import Status
from crmllm.jobs.choices import Cluster
from crmllm.notifications.choices import DeliveryState
from crmllm.writeback.choices import State


@dataclass(frozen=True)
class Stage:
    """One step of the way: its rows (of a `WorkItem` model), and the dotted paths of what is done with them."""

    name: str
    label: Promise
    cluster: Cluster
    #: def drain(run: Drain) -> None
    drain: str
    model: str
    #: Rows with work left, those that a worker holds included.
    waiting: Q
    #: Rows that nobody will touch again until a person says so.
    failed: Q
    #: def retry(*, actor: User, pk: UUID) -> None, and the same for cancel.
    retry: str
    cancel: str
    #: Where a row holds the id of its interaction, whose page shows what became of it; empty when it has none.
    interaction: str = "pk"
    #: Whether a row that failed can still be given up; a failed message is simply left.
    ends_failed: bool = False

    @property
    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = apps.get_model(self.model)._base_manager.all()
        return rows

    def unfinished(self) -> dict[str, Any]:
        """How many rows wait and since when, and how many a worker holds."""
        held = self._held()
        return self.rows.filter(self.waiting).aggregate(
            waiting=Count("pk", filter=~held),
            oldest_at=Min("created_at", filter=~held),
            running=Count("pk", filter=held),
        )

    def waiting_rows(self) -> QuerySet[Any]:
        """Rows that wait for a worker, or for their time."""
        return self.rows.filter(self.waiting).exclude(self._held())

    def failed_rows(self) -> QuerySet[Any]:
        return self.rows.filter(self.failed)

    def troubled_rows(self) -> QuerySet[Any]:
        """Rows that failed, and rows that are tried again after a failure."""
        return self.rows.filter(self.failed | (self.waiting & ~Q(error_code="")))

    def due_rows(self) -> QuerySet[Any]:
        """Rows that a drain would get now."""
        return self.rows.filter(self.waiting).filter(work.due())

    def next_due(self) -> datetime | None:
        """When the next row that nobody holds becomes due; None when nothing waits."""
        earliest: datetime | None = self.waiting_rows().aggregate(at=Min("next_attempt_at"))["at"]
        return earliest

    def function(self, name: str) -> Callable[..., Any]:
        """The function behind one of the dotted paths: "drain", "retry" or "cancel"."""
        found: Callable[..., Any] = import_string(getattr(self, name))
        return found

    @staticmethod
    def _held() -> Q:
        return Q(leased_until__isnull=False, leased_until__gt=timezone.now())


STAGES: tuple[Stage, ...] = (
    Stage(
        name="sync",
        label=_("Reading the CRM"),
        cluster=Cluster.DEFAULT,
        drain="crmllm.connectors.sync.tasks.drain_sync",
        model="connectors.Stream",
        waiting=Q(paused=False, reads=True, connection__state=ConnectionState.ACTIVE),
        failed=Q(paused=True) & ~Q(error_code=""),
        retry="crmllm.connectors.sync.services.retry",
        cancel="crmllm.connectors.sync.services.cancel",
        interaction="",
    ),
    Stage(
        name="events",
        label=_("Taking up what a CRM told"),
        cluster=Cluster.DEFAULT,
        drain="crmllm.connectors.events.tasks.drain_events",
        model="connectors.RemoteEvent",
        waiting=Q(done_at=None, connection__state=ConnectionState.ACTIVE),
        failed=~Q(done_at=None) & ~Q(error_code=""),
        retry="crmllm.connectors.events.services.retry",
        cancel="crmllm.connectors.events.services.cancel",
        interaction="",
    ),
    Stage(
        name="listen",
        label=_("Listening to a CRM"),
        cluster=Cluster.DEFAULT,
        drain="crmllm.connectors.listening.tasks.drain_listen",
        model="connectors.Listener",
        waiting=Q(connection__state=ConnectionState.ACTIVE, attempts__lt=LISTENING_TRIES),
        failed=Q(attempts__gte=LISTENING_TRIES),
        retry="crmllm.connectors.listening.services.retry",
        cancel="crmllm.connectors.listening.services.cancel",
        interaction="",
    ),
    Stage(
        name="read",
        label=_("Reading messages"),
        cluster=Cluster.DEFAULT,
        drain="crmllm.ingestion.tasks.drain_read",
        model="ingestion.Interaction",
        waiting=Q(status=Status.RECEIVED),
        failed=Q(status=Status.FAILED, content__isnull=True),
        retry="crmllm.ingestion.services.retry",
        cancel="crmllm.ingestion.services.give_up",
    ),
    Stage(
        name="extract",
        label=_("Understanding messages"),
        cluster=Cluster.LLM,
        drain="crmllm.extraction.tasks.drain_extract",
        model="ingestion.Interaction",
        waiting=Q(status__in=[Status.PARSED, Status.EXTRACTING]),
        failed=Q(status=Status.FAILED, content__isnull=False),
        retry="crmllm.ingestion.services.retry",
        cancel="crmllm.ingestion.services.give_up",
    ),
    Stage(
        name="automate",
        label=_("Applying what policies vouch for"),
        cluster=Cluster.DEFAULT,
        drain="review.policies.tasks.drain_automate",
        model="policies.PolicyCheck",
        waiting=Q(state="waiting"),
        failed=Q(state="failed"),
        retry="review.policies.applying.retry",
        cancel="review.policies.applying.cancel",
        interaction="proposal__interaction_id",
        ends_failed=True,
    ),
    Stage(
        name="roll_back",
        label=_("Rolling back"),
        cluster=Cluster.DEFAULT,
        drain="review.rollback.tasks.drain_roll_back",
        model="rollback.Rollback",
        waiting=Q(state="running"),
        failed=Q(state="failed"),
        retry="review.rollback.services.retry",
        cancel="review.rollback.services.cancel_failed",
        interaction="",
        ends_failed=True,
    ),
    Stage(
        name="bulk",
        label=_("Deciding many at once"),
        cluster=Cluster.DEFAULT,
        drain="review.bulk.tasks.drain_bulk",
        model="bulk.BulkItem",
        waiting=Q(result="waiting", bulk__state="running"),
        failed=Q(pk=None),  # none: what is refused waits in the review
        retry="review.bulk.services.retry",
        cancel="review.bulk.services.cancel",
        interaction="proposal__interaction_id",
        ends_failed=True,
    ),
    Stage(
        name="write",
        label=_("Writing to the CRM"),
        cluster=Cluster.DEFAULT,
        drain="crmllm.writeback.tasks.drain_write",
        model="writeback.Writeback",
        waiting=Q(state__in=[State.WAITING, State.SENDING, State.WRITTEN]),
        failed=Q(state=State.FAILED),  # a conflict is back in review
        retry="crmllm.writeback.services.retry",
        cancel="crmllm.writeback.services.cancel",
        interaction="proposal__interaction_id",
        ends_failed=True,
    ),
    Stage(
        name="notify",
        label=_("Telling people by mail and webhook"),
        cluster=Cluster.DEFAULT,
        drain="crmllm.notifications.tasks.drain_notify",
        model="notifications.Delivery",
        waiting=Q(state=DeliveryState.WAITING),
        failed=Q(state=DeliveryState.FAILED),
        retry="crmllm.notifications.services.retry",
        cancel="crmllm.notifications.services.cancel",
        interaction="",
        ends_failed=True,
    ),
)


def stage(name: str) -> Stage:
    """The stage of that name. Raises NotFound."""
    for one in STAGES:
        if one.name == name:
            return one
    raise NotFound("There is no such stage.")
