"""Called by the clock: looks for what needs a person, and tells the admins once an hour at most."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.connectors.selectors import broken
from crmllm.core.audit import ALARM_AFTER, verify
from crmllm.jobs.drain import Drain
from crmllm.jobs.selectors import stages
from crmllm.monitoring.selectors import unsealed_for
from crmllm.notifications.models import Notification
from crmllm.notifications.services import notify

QUIET = timedelta(hours=1)
STUCK_AFTER = timedelta(minutes=30)


def watch() -> str:
    """Is the audit trail being sealed, does work move, and do the CRMs let us in?"""
    if unsealed_for() > ALARM_AFTER:
        _alarm("audit-unsealed", _("The audit trail is not being sealed: is the sealer running?"), "")
    for row in stages():
        stuck = row["oldest_at"] and timezone.now() - row["oldest_at"] > STUCK_AFTER
        if stuck and not row["running"] and not row["paused"]:
            sentence = _("Work has waited for over half an hour: %(stage)s.") % {"stage": row["label"]}
            _alarm("work-stuck", sentence, reverse("jobs:index"))
    for one in broken():
        sentence = _("%(name)s does not let us in: approved changes wait.") % {"name": one.name}
        _alarm("connection-broken", sentence, reverse("connectors:detail", args=[one.pk]))
    return ""


def _alarm(kind: str, sentence: str, link: str) -> None:
    if not Notification.objects.filter(kind=kind, created_at__gt=timezone.now() - QUIET).exists():
        notify(kind=kind, role="admin", sentence=sentence, link=link)


def verify_audit(run: Drain) -> str:
    """The job behind "Verify the audit trail"."""
    verdict = verify()
    run.tick(done=verdict.sealed, failed=0 if verdict.whole else 1)
    if verdict.broken:
        return _("BROKEN: %(place)s") % {"place": verdict.broken}
    return _("The chain is whole: %(sealed)d sealed, %(unsealed)d waiting.") % {
        "sealed": verdict.sealed,
        "unsealed": verdict.unsealed,
    }
