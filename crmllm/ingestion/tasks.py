"""The read stage's drain, the schedule that polls mailboxes, and the jobs that people start. Thin."""

from __future__ import annotations

import time
from uuid import UUID

from django.utils.translation import gettext as _

from crmllm.core import work
from crmllm.core.errors import Conflict
from crmllm.ingestion import services
from crmllm.ingestion.choices import Status
from crmllm.ingestion.mailboxes import services as mailboxes
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.services import Tally
from crmllm.ingestion.uploads import services as uploads
from crmllm.ingestion.webforms import services as webforms
from crmllm.jobs.drain import LONGEST, Drain

LEASE = 60.0


def drain_read(run: Drain) -> None:
    """Parses every interaction that was sent through the stages again."""
    while not run.should_stop():
        waiting = Interaction.objects.filter(status=Status.RECEIVED).select_related("source")
        rows = work.claim(waiting.order_by("next_attempt_at", "id"), limit=10, seconds=LEASE)
        if not rows:
            return
        for row in rows:
            try:
                status = services.read_again(row)
            except work.LeaseLost:
                continue
            run.tick(done=1, failed=int(status == Status.FAILED))


def poll_mailboxes() -> str:
    """Called by the clock: fetches what is new in every mailbox; the rest of a large one is fetched next time."""
    ends = time.monotonic() + LONGEST
    polled = mailboxes.poll_due(lambda: time.monotonic() > ends)
    return _fetched(polled.tally) if polled.tally.entries else ""


def poll_mailbox(run: Drain, mailbox: str) -> str:
    """A poll that somebody started."""

    done = 0

    def progress(tally: Tally) -> None:
        nonlocal done
        run.tick(done=tally.entries - done, doing=_fetched(tally))
        done = tally.entries

    polled = mailboxes.poll_mailbox(UUID(mailbox), run.must_stop, progress, early=True)
    if polled is None:
        raise Conflict(_("The mailbox is switched off, or it is being read already."), code="mailbox_busy")
    if polled.problem:
        raise polled.problem
    return _fetched(polled.tally)


def take_in_upload(run: Drain, upload: str) -> str:
    """A large upload."""
    return uploads.run_upload(run, upload)


def forget_old_uploads() -> str:
    """Called by the clock."""
    webforms.forget_old_entries()
    return uploads.forget_old_files()


def _fetched(tally: Tally) -> str:
    return _("%(new)d new messages, %(known)d known already, %(refused)d refused.") % {
        "new": tally.new, "known": tally.known, "refused": tally.refused,
    }  # fmt: skip
