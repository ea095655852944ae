"""What the clock and a changed queue set off."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.utils.translation import gettext as _

from crmllm.ingestion.models import Interaction
from crmllm.jobs.drain import Drain
from crmllm.proposals.urgency import HOURS
from review.queues import selectors, services
from review.queues.models import ReviewQueue

BATCH = 2000


def tell_overdue() -> str:
    """Tells once of what became overdue, for each queue."""
    counts = [services.tell_overdue(queue=row) for row in ReviewQueue.objects.all()]
    return _("%(count)d more overdue.") % {"count": sum(counts)} if any(counts) else ""


def retime(run: Drain) -> str:
    """Sets the deadline of everything that waits anew, by the first queue that each item is in."""
    queues, done, last = list(ReviewQueue.objects.all()), 0, None
    waiting = Interaction.objects.filter(open_proposals__gt=0).order_by("id")
    while not run.should_stop():
        rows = waiting.filter(id__gt=last) if last else waiting
        ids = list(rows.values_list("pk", flat=True)[:BATCH])
        if not ids:
            return _("%(count)d deadlines set.") % {"count": done}
        left = Interaction.objects.filter(pk__in=ids, assignment__escalated_at=None)
        for queue in queues:
            # An item counts for the first queue only: those of the earlier ones are out already.
            here = list(left.filter(selectors.inside(queue)).values_list("pk", flat=True))
            _set(here, queue.hours)
            left = left.exclude(pk__in=here)
        _set(list(left.values_list("pk", flat=True)), HOURS)
        done, last = done + len(ids), ids[-1]
        run.tick(done=len(ids))
    return _("%(count)d deadlines set; the rest follows.") % {"count": done}


def _set(ids: list[UUID], hours: float) -> None:
    wait = ExpressionWrapper(Value(timedelta(hours=hours)) / F("urgency"), output_field=DurationField())
    Interaction.objects.filter(pk__in=ids).update(due_at=F("created_at") + wait)
