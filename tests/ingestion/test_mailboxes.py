"""Mailboxes, read from a real IMAP server."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmllm.access.models import User
from crmllm.core import crypto
from crmllm.core.crypto import Erased
from crmllm.core.errors import BadInput, Conflict, Forbidden
from crmllm.ingestion import imap, tasks
from crmllm.ingestion import services as ingestion
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.imap import Access, MailboxProblem, opened
from crmllm.ingestion.mailboxes import services
from crmllm.ingestion.models import Interaction, Mailbox, Refused
from crmllm.jobs.choices import RunState
from crmllm.jobs.models import JobRun
from crmllm.jobs.tasks import run_job
from crmllm.notifications.models import Notification
from tests.support import imap as server
from tests.support.imap import PASSWORD, USER, ImapServer
from tests.support.mails import mail

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def inbox() -> Iterator[ImapServer]:
    with server.running() as started:
        yield started


@pytest.fixture
def mailbox(inbox: ImapServer, admin: User) -> Mailbox:
    return services.create_mailbox(actor=admin, **settings_for(inbox))


def settings_for(inbox: ImapServer, **more: Any) -> Any:
    return {
        "name": "Sales", "host": "localhost", "port": inbox.port, "tls": "none", "username": USER, "password": PASSWORD,
        "folder": "INBOX", "active": True, "owner": None, "team": None, **more,
    }  # fmt: skip


def access(inbox: ImapServer, **more: Any) -> Access:
    return Access(**{
        "host": "localhost", "port": inbox.port, "tls": "none", "username": USER, "password": PASSWORD,
        "folder": "INBOX", "timeout": 10.0, **more,
    })  # fmt: skip


def poll(mailbox: Mailbox) -> services.Polled:
    polled = services.poll_mailbox(mailbox.pk, early=True)
    assert polled is not None
    mailbox.refresh_from_db()
    return polled


def free_the_lease(mailbox: Mailbox) -> None:
    """Time passes: the lease of a process that died has run out."""
    Mailbox.objects.filter(pk=mailbox.pk).update(leased_until=timezone.now() - timedelta(seconds=1))


# --- polls


def test_takes_in_what_is_new_and_marks_nothing_as_seen(inbox: ImapServer, mailbox: Mailbox) -> None:
    inbox.append(mail(1), mail(2))
    assert poll(mailbox).tally.new == 2
    assert poll(mailbox).tally.entries == 0
    inbox.append(mail(3))
    assert poll(mailbox).tally.new == 1
    rows = Interaction.objects.all()
    assert {(row.origin, row.mailbox) for row in rows} == {(Origin.MAILBOX, mailbox)}
    assert all(row.source.blob.open_bytes().startswith(b"From: Maria") for row in rows)
    assert not [line for line in inbox.flags() if b"Seen" in line]
    assert mailbox.last_uid == 3
    assert mailbox.last_polled_at is not None


def test_a_large_mailbox_comes_in_batches(inbox: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "BATCH", 4)
    monkeypatch.setattr(imap, "BATCH_BYTES", 3 * len(mail(10)))
    inbox.append(*(mail(number) for number in range(10, 20)))
    seen: list[int] = []
    polled = services.poll_mailbox(mailbox.pk, progress=lambda tally: seen.append(tally.new))
    assert polled is not None
    assert polled.tally.new == 10
    assert seen == [3, 4, 7, 8, 10]


def test_stops_between_batches_and_goes_on_from_there(
    inbox: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "BATCH", 2)
    inbox.append(*(mail(number) for number in range(5)))
    answers = iter([False, True])
    services.poll_mailbox(mailbox.pk, lambda: next(answers))
    mailbox.refresh_from_db()
    assert (mailbox.last_uid, Interaction.objects.count()) == (2, 2)
    assert poll(mailbox).tally.new == 3


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_around_storing_nothing_is_lost_or_doubled(
    inbox: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """A kill ends everything at once: no handler runs, the lease stays."""
    inbox.append(mail(1), mail(2))
    store = ingestion.receive_many

    class Killed(BaseException):
        pass

    def die(**arguments: Any) -> Any:
        if moment == "after":
            store(**arguments)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(ingestion, "receive_many", die)
        with pytest.raises(Killed):
            services.poll_mailbox(mailbox.pk)
    assert services.poll_mailbox(mailbox.pk, early=True) is None, "the lease of the dead process still holds"
    free_the_lease(mailbox)
    polled = poll(mailbox)
    assert (polled.tally.new, polled.tally.known) == ((0, 2) if moment == "after" else (2, 0))
    assert Interaction.objects.count() == 2
    assert not [line for line in inbox.flags() if b"Seen" in line]


def test_one_poller_at_a_time(inbox: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.append(mail(1))
    inside: list[object] = []
    store = ingestion.receive_many

    def poll_again(**arguments: Any) -> Any:
        inside.append(services.poll_mailbox(mailbox.pk, early=True))
        return store(**arguments)

    monkeypatch.setattr(ingestion, "receive_many", poll_again)
    assert poll(mailbox).tally.new == 1
    assert inside == [None]


def test_who_lost_the_lease_moves_nothing_on(
    inbox: ImapServer, mailbox: Mailbox, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.append(mail(1))
    store = ingestion.receive_many

    def meanwhile(**arguments: Any) -> Any:
        services.update_mailbox(actor=admin, mailbox=mailbox, folder="Elsewhere")
        return store(**arguments)

    monkeypatch.setattr(ingestion, "receive_many", meanwhile)
    poll(mailbox)
    assert (mailbox.folder, mailbox.last_uid, mailbox.uid_validity) == ("Elsewhere", 0, None)


def test_numbered_anew_every_mail_is_still_one(inbox: ImapServer, admin: User) -> None:
    inbox.create("Orders")
    mailbox = services.create_mailbox(actor=admin, **settings_for(inbox, folder="Orders"))
    inbox.append(mail(1), mail(2), folder="Orders")
    poll(mailbox)
    before = mailbox.uid_validity
    inbox.drop("Orders")
    inbox.create("Orders")
    inbox.append(mail(3), mail(1), folder="Orders")
    polled = poll(mailbox)
    assert mailbox.uid_validity != before
    assert (polled.tally.new, polled.tally.known) == (1, 1)
    assert Interaction.objects.count() == 3


def test_a_message_that_is_too_large_is_refused_unread(
    inbox: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_MESSAGE_BYTES", 2000)
    inbox.append(mail(1), mail(2) + b"x" * 3000, mail(3))
    polled = poll(mailbox)
    assert (polled.tally.new, polled.tally.refused, mailbox.last_uid) == (2, 1, 3)
    assert "larger than" in Refused.objects.get().reason


# --- failures


def test_a_wrong_password_is_told_to_admins_once(inbox: ImapServer, mailbox: Mailbox, admin: User) -> None:
    services.update_mailbox(actor=admin, mailbox=mailbox, password="wrong")
    for _ in range(2):
        polled = poll(mailbox)
        assert polled.problem is not None
        assert polled.problem.code == "mailbox_login"
    assert mailbox.error_message == "The server refused this name and password."
    assert mailbox.next_attempt_at > timezone.now()
    told = Notification.objects.get()
    assert told.user == admin
    assert told.link == reverse("mailboxes:detail", args=[mailbox.pk])
    assert "wrong" not in told.sentence

    services.update_mailbox(actor=admin, mailbox=mailbox, password=PASSWORD)
    poll(mailbox)
    assert mailbox.error_code == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"folder": "Nowhere"}, "mailbox_folder"),
        ({"password": "nö"}, "mailbox_login"),
        ({"host": "does-not-exist.test"}, "mailbox_host"),
        ({"port": 1}, "mailbox_connect"),
        ({"tls": "tls"}, "mailbox_tls"),
        ({"tls": "starttls"}, "mailbox_certificate"),
    ],
)
def test_every_failure_has_its_sentence(inbox: ImapServer, change: dict[str, Any], code: str) -> None:
    with pytest.raises(MailboxProblem) as caught, opened(access(inbox, **change)):
        pass
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert caught.value.__suppress_context__, "the server's words go nowhere"


def test_an_unknown_authority_is_not_trusted_and_a_known_one_is(
    inbox: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tls, port in (("tls", inbox.tls_port), ("starttls", inbox.port)):
        with pytest.raises(MailboxProblem) as caught, opened(access(inbox, tls=tls, port=port)):
            pass
        assert caught.value.code == "mailbox_certificate"
    trusting = ssl.create_default_context(cafile=str(inbox.ca))
    monkeypatch.setattr(imap.ssl, "create_default_context", lambda: trusting)
    for tls, port in (("tls", inbox.tls_port), ("starttls", inbox.port)):
        with opened(access(inbox, tls=tls, port=port)) as folder:
            assert folder.count == 0
        with pytest.raises(MailboxProblem) as caught, opened(access(inbox, tls=tls, port=port, host=server.ELSEWHERE)):
            pass
        assert caught.value.code == "mailbox_certificate", "it is for another name"


def test_a_server_that_wants_encryption_says_so() -> None:
    strict = server.running(plain_off=True)
    with strict as started, pytest.raises(MailboxProblem) as caught, opened(access(started, host=server.ELSEWHERE)):
        pass
    assert caught.value.code == "mailbox_tls"
    assert "takes no password without encryption" in caught.value.message


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        silence = Access("127.0.0.1", port, "none", USER, PASSWORD, "INBOX", timeout=0.3)
        with pytest.raises(MailboxProblem) as caught, opened(silence):
            pass
    assert caught.value.code == "mailbox_timeout"


def test_a_server_that_hangs_up_in_the_middle_leaves_what_was_stored(
    inbox: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "BATCH", 1)
    inbox.append(mail(1), mail(2))
    fetch, calls = imap.Folder._fetch, []

    def cut_off(folder: imap.Folder, uids: Any, parts: str) -> Any:
        calls.append(parts)
        if len(calls) == 3:
            folder._box.client.sock.shutdown(2)
        return fetch(folder, uids, parts)

    monkeypatch.setattr(imap.Folder, "_fetch", cut_off)
    polled = poll(mailbox)
    assert polled.problem is not None
    assert polled.problem.code == "mailbox_lost"
    assert (polled.tally.new, mailbox.last_uid) == (1, 1)


# --- the clock, jobs, settings


def test_the_schedule_polls_all_that_are_on(inbox: ImapServer, mailbox: Mailbox, admin: User) -> None:
    services.create_mailbox(actor=admin, **settings_for(inbox, name="Off", active=False))
    services.create_mailbox(actor=admin, **settings_for(inbox, name="Broken", folder="Nowhere"))
    inbox.append(mail(1))
    assert tasks.poll_mailboxes() == "1 new messages, 0 known already, 0 refused."
    assert tasks.poll_mailboxes() == ""
    assert {row.name: row.error_code for row in Mailbox.objects.all()} == {
        "Sales": "", "Off": "", "Broken": "mailbox_folder",
    }  # fmt: skip


def test_poll_now_is_a_visible_job(inbox: ImapServer, mailbox: Mailbox, admin: User) -> None:
    inbox.append(mail(1))
    run = services.poll_now(actor=admin, mailbox=mailbox)
    assert run.arguments == {"mailbox": str(mailbox.pk)}
    run_job(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.progress) == (RunState.SUCCEEDED, 1)
    services.update_mailbox(actor=admin, mailbox=mailbox, folder="Nowhere")
    failing = services.poll_now(actor=admin, mailbox=mailbox)
    run_job(str(failing.pk))
    failing.refresh_from_db()
    assert (failing.state, failing.error_code) == (RunState.FAILED, "mailbox_folder")


def test_another_place_is_read_from_its_beginning(inbox: ImapServer, mailbox: Mailbox, admin: User) -> None:
    inbox.append(mail(1))
    poll(mailbox)
    services.update_mailbox(actor=admin, mailbox=mailbox, name="Renamed")
    mailbox.refresh_from_db()
    assert mailbox.last_uid == 1
    services.update_mailbox(actor=admin, mailbox=mailbox, username="other@ours.example")
    mailbox.refresh_from_db()
    assert (mailbox.last_uid, mailbox.uid_validity) == (0, None)


def test_only_admins_set_mailboxes(inbox: ImapServer, mailbox: Mailbox, reviewer: User, admin: User) -> None:
    with pytest.raises(Forbidden):
        services.create_mailbox(actor=reviewer, **settings_for(inbox, name="Mine"))
    with pytest.raises(Forbidden):
        services.update_mailbox(actor=reviewer, mailbox=mailbox, active=False)
    with pytest.raises(Forbidden):
        services.delete_mailbox(actor=reviewer, mailbox=mailbox)
    with pytest.raises(Conflict):
        services.create_mailbox(actor=admin, **settings_for(inbox, name="sales"))
    with pytest.raises(BadInput):
        services.create_mailbox(actor=admin, **settings_for(inbox, name="No password", password=""))


def test_a_deleted_mailbox_leaves_its_mails_and_no_password(
    inbox: ImapServer, mailbox: Mailbox, admin: User, django_capture_on_commit_callbacks: Any
) -> None:
    inbox.append(mail(1))
    poll(mailbox)
    sealed = mailbox.password
    assert sealed is not None
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_mailbox(actor=admin, mailbox=mailbox)
    crypto.ring.forget()
    with pytest.raises(Erased):
        sealed.open()
    assert Interaction.objects.get().mailbox is None


# --- pages


def posted(inbox: ImapServer, **more: Any) -> dict[str, Any]:
    values = {name: value for name, value in settings_for(inbox, **more).items() if value is not None}
    return {**values, "active": "on"}


def test_the_pages_from_adding_to_deleting(inbox: ImapServer, admin: User, client: Client) -> None:
    client.force_login(admin)
    assert "None yet" in client.get(reverse("mailboxes:list")).text
    made = client.post(reverse("mailboxes:add"), posted(inbox), follow=True)
    mailbox = Mailbox.objects.get()
    assert "The mailbox is there" in made.text
    tested = client.post(reverse("mailboxes:test", args=[mailbox.pk]), follow=True)
    assert "It works: there are 0 messages." in tested.text
    answer = client.post(reverse("mailboxes:poll", args=[mailbox.pk]))
    assert answer.url == reverse("jobs:run", args=[JobRun.objects.get().pk])

    changed = client.post(reverse("mailboxes:edit", args=[mailbox.pk]), posted(inbox, password="", folder="Nowhere"))
    assert changed.status_code == 302
    mailbox.refresh_from_db()
    assert mailbox.password is not None
    assert mailbox.password.open() == PASSWORD
    failed = client.post(reverse("mailboxes:test", args=[mailbox.pk]), follow=True)
    assert "no folder “Nowhere”" in failed.text

    for name in ("list", "detail", "edit"):
        page = client.get(reverse(f"mailboxes:{name}", args=[] if name == "list" else [mailbox.pk]))
        assert PASSWORD not in page.text
    client.post(reverse("mailboxes:delete", args=[mailbox.pk]))
    assert not Mailbox.objects.exists()


def test_a_wrong_form_says_where(inbox: ImapServer, admin: User, client: Client) -> None:
    client.force_login(admin)
    page = client.post(reverse("mailboxes:add"), posted(inbox, port=70000))
    assert page.status_code == 422
    assert "A port is a number from 1 to 65535." in page.text
    assert PASSWORD not in page.text


def test_an_auditor_looks_and_a_rep_does_not(
    mailbox: Mailbox, auditor: User, make_user: Any, inbox: ImapServer, client: Client
) -> None:
    client.force_login(auditor)
    page = client.get(reverse("mailboxes:detail", args=[mailbox.pk]))
    assert page.status_code == 200
    assert "Test the connection" not in page.text
    assert client.post(reverse("mailboxes:test", args=[mailbox.pk])).status_code == 403
    assert client.get(reverse("mailboxes:edit", args=[mailbox.pk])).status_code == 403
    client.force_login(make_user("rep", "rep"))
    assert client.get(reverse("mailboxes:list")).status_code == 403
