"""What changes mailboxes: their settings, and polls.

A poll claims its mailbox, so that only one process reads it at a time, and moves `last_uid` on only after a batch is
stored. Killed in between, the next poll reads that batch again, and every mail of it is known already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from uuid import UUID

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.access.rules import require
from crmllm.core import audit, work
from crmllm.core.crypto import Sealed, drop_keys
from crmllm.core.errors import BadInput, Conflict
from crmllm.crm.models import CrmUser
from crmllm.ingestion import services
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.imap import Access, Folder, MailboxProblem, opened
from crmllm.ingestion.mail.parse import MAX_MESSAGE_BYTES
from crmllm.ingestion.models import Mailbox
from crmllm.ingestion.services import Tally
from crmllm.jobs.models import JobRun
from crmllm.jobs.services import start
from crmllm.notifications.services import notify

log = structlog.get_logger("crmllm.ingestion.mailboxes")

LEASE = 180.0  # longer than any time-out of a connection
POLLER = audit.System("mailbox")
#: A change of these means other mails: the UIDs known so far say nothing about them.
PLACE = frozenset({"host", "username", "folder"})


class Changes(TypedDict, total=False):
    """What an admin sets; an absent or empty password stays as it is."""

    name: str
    host: str
    port: int
    tls: str
    username: str
    password: str
    folder: str
    active: bool
    owner: CrmUser | None
    team: Team | None


# --- settings


def create_mailbox(*, actor: User, **changes: Unpack[Changes]) -> Mailbox:
    """Adds a mailbox; the next run of the schedule polls it."""
    require(actor, "settings.manage")
    if not changes.get("password"):
        raise BadInput("The mailbox needs a password.", fields={"password": ["This is needed."]})
    mailbox = Mailbox()
    with transaction.atomic():
        _assign(mailbox, changes)
        mailbox.save(force_insert=True)
        _record(actor, "mailbox.created", mailbox)
    return mailbox


def update_mailbox(*, actor: User, mailbox: Mailbox, **changes: Unpack[Changes]) -> Mailbox:
    """Changes its settings. In another place it is read from the beginning; mails known already stay one."""
    require(actor, "settings.manage")
    with transaction.atomic():
        current = Mailbox.objects.select_for_update(of=("self",)).get(pk=mailbox.pk)
        settings = {name: value for name, value in changes.items() if name != "password"}
        changed = sorted(name for name, value in settings.items() if getattr(current, name) != value)
        _assign(current, changes)
        if PLACE & set(changed):
            current.uid_validity, current.last_uid = None, 0
        if changes.get("password"):
            changed.append("password")
        work.give_back(current)  # whoever polls it now still has the old settings
        current.attempts, current.next_attempt_at = 0, timezone.now()
        current.save()
        _record(actor, "mailbox.changed", current, changed=changed)
    return current


def delete_mailbox(*, actor: User, mailbox: Mailbox) -> None:
    """Forgets a mailbox and its password; what came from it stays."""
    require(actor, "settings.manage")
    with transaction.atomic():
        _record(actor, "mailbox.deleted", mailbox)
        mailbox.delete()
        transaction.on_commit(lambda: drop_keys([mailbox.key_id]))


def _assign(mailbox: Mailbox, changes: Changes) -> None:
    for name, value in changes.items():
        if name != "password":
            setattr(mailbox, name, value)
    if changes.get("password"):
        mailbox.password = Sealed.of(changes["password"], mailbox.key_id)
    if Mailbox.objects.filter(name__iexact=mailbox.name).exclude(pk=mailbox.pk).exists():
        raise Conflict("There is a mailbox of this name already.", fields={"name": ["This name is taken."]})


def _record(actor: audit.Actor, action: str, mailbox: Mailbox, **details: Any) -> None:
    audit.record(actor=actor, action=action, subject_type="mailbox", subject_id=mailbox.pk, details=details)


# --- tries


def access_to(mailbox: Mailbox, **more: Any) -> Access:
    """What it takes to open the mailbox."""
    return Access(
        host=mailbox.host, port=mailbox.port, tls=mailbox.tls, username=mailbox.username,
        password=mailbox.password.open() if mailbox.password else "", folder=mailbox.folder, **more,
    )  # fmt: skip


def try_mailbox(*, actor: User, mailbox: Mailbox) -> int:
    """Opens the mailbox and says how many messages its folder holds. Raises MailboxProblem."""
    require(actor, "settings.manage")
    with opened(access_to(mailbox, timeout=10.0)) as folder:
        return folder.count


def poll_now(*, actor: User, mailbox: Mailbox) -> JobRun:
    """Starts a visible poll of one mailbox."""
    return start(name="poll_mailbox", arguments={"mailbox": str(mailbox.pk)}, user=actor)


# --- polls


@dataclass
class Polled:
    """What a poll brought; `problem` where it could not be carried out or not to its end."""

    tally: Tally
    problem: MailboxProblem | None = None


def poll_due(should_stop: Callable[[], bool]) -> Polled:
    """Polls every active mailbox whose time has come and that nobody polls now."""
    polled = Polled(Tally())
    for pk in Mailbox.objects.filter(work.due(), active=True).order_by("next_attempt_at").values_list("pk", flat=True):
        if should_stop():
            break
        found = poll_mailbox(pk, should_stop)
        if found is not None:
            polled.tally.merge(found.tally)
    return polled


def poll_mailbox(
    pk: UUID, should_stop: Callable[[], bool] = lambda: False, progress: Callable[[Tally], None] | None = None,
    *, early: bool = False,
) -> Polled | None:  # fmt: skip
    """Takes in what is new in a mailbox. None when another process does so, or its time has not come.

    `early` polls now what waits after a failure.
    """
    if early:
        Mailbox.objects.filter(pk=pk).update(next_attempt_at=timezone.now())
    claimed = work.claim(Mailbox.objects.filter(pk=pk, active=True), limit=1, seconds=LEASE)
    if not claimed:
        return None
    mailbox, polled = claimed[0], Polled(Tally())
    known_problem = mailbox.error_code
    try:
        with opened(access_to(mailbox)) as folder:
            _take_in(mailbox, folder, polled.tally, should_stop, progress)
        _succeed(mailbox)
    except MailboxProblem as problem:
        polled.problem = problem
        _fail(mailbox, problem, new=problem.code != known_problem)
    except work.LeaseLost:
        log.info("mailbox_taken_over", mailbox=str(mailbox.pk))
    return polled


def _take_in(
    mailbox: Mailbox,
    folder: Folder,
    tally: Tally,
    should_stop: Callable[[], bool],
    progress: Callable[[Tally], None] | None,
) -> None:
    if mailbox.uid_validity != folder.uid_validity:
        # The server numbered its messages anew; fingerprints tell which of them we have.
        log.info("mailbox_renumbered", mailbox=str(mailbox.pk), first=mailbox.uid_validity is None)
        _keep_place(mailbox, uid_validity=folder.uid_validity, last_uid=0)
    for batch in folder.batches(folder.uids_after(mailbox.last_uid), largest=MAX_MESSAGE_BYTES):
        if should_stop():
            return
        raws = [message.raw for message in batch if message.raw is not None]
        tally.add(services.receive_many(actor=POLLER, raws=raws, origin=Origin.MAILBOX, mailbox=mailbox))
        for message in batch:
            if message.raw is None:
                services.refuse(
                    actor=POLLER, name=f"UID {message.uid}", origin=Origin.MAILBOX,
                    reason=f"The message is larger than the limit of {MAX_MESSAGE_BYTES // 2**20} MB.",
                )  # fmt: skip
                tally.refused += 1
        _keep_place(mailbox, last_uid=batch[-1].uid)
        if progress:
            progress(tally)


def _keep_place(mailbox: Mailbox, **place: int) -> None:
    """Saves how far we are and holds the lease for longer. Raises LeaseLost when another process has the mailbox."""
    with transaction.atomic():
        current = work.locked_under_lease(mailbox)
        for name, value in place.items():
            setattr(current, name, value)
            setattr(mailbox, name, value)
        current.save(update_fields=[*place, "updated_at"])
        work.renew(mailbox, LEASE)


def _succeed(mailbox: Mailbox) -> None:
    with transaction.atomic():
        current = work.locked_under_lease(mailbox)
        work.give_back(current)
        current.attempts, current.next_attempt_at, current.last_polled_at = 0, timezone.now(), timezone.now()
        current.save()


def _fail(mailbox: Mailbox, problem: MailboxProblem, *, new: bool) -> None:
    """Keeps the sentence and waits longer after each failure; admins are told when it is a new one."""
    log.warning("mailbox_failed", mailbox=str(mailbox.pk), code=problem.code)
    with transaction.atomic():
        current = work.locked_under_lease(mailbox)
        work.postpone(current, problem)
        current.save()
        if new:
            notify(
                kind="mailbox", sentence=f"The mailbox “{mailbox.name}” cannot be read. {problem.message}"[:300],
                role=Role.ADMIN, link=reverse("mailboxes:detail", args=[mailbox.pk]),
            )  # fmt: skip
