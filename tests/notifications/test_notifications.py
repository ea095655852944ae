"""People are told what they chose to be told, where they chose to be told it."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core import work
from crmllm.core.errors import Conflict, Forbidden
from crmllm.jobs import services as jobs
from crmllm.jobs.choices import Cluster
from crmllm.jobs.drain import Drain
from crmllm.jobs.models import StageWake
from crmllm.notifications import channels, selectors, services
from crmllm.notifications.choices import Channel, DeliveryState, Kind
from crmllm.notifications.models import Delivery, Notification
from crmllm.notifications.tasks import drain_notify

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

KIND = Kind.WRITEBACK_FAILED


def tell(**changes: Any) -> int:
    given: dict[str, Any] = {"kind": KIND, "sentence": "A change could not be written.", "link": "/jobs/"}
    return services.notify(**(given | changes))


@pytest.fixture
def mails(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.ours.example"
    settings.SITE_URL = "https://crm.ours.example"


@pytest.fixture
def webhook(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, dict[str, str]]]:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = "https://hooks.ours.example/crm", "made up"
    settings.SITE_URL = "https://crm.ours.example"
    got: list[tuple[bytes, dict[str, str]]] = []

    def post(url: str, content: bytes, headers: dict[str, str], timeout: float) -> httpx.Response:
        got.append((content, headers))
        return httpx.Response(204)

    monkeypatch.setattr(channels.httpx, "post", post)
    return got


def deliver_all() -> Drain:
    drain = Drain(jobs.begin(name="notify", cluster=Cluster.DEFAULT))
    drain_notify(drain)
    return drain


class TestWho:
    def test_the_named_and_all_of_a_role_once_each(self, reviewer: User, admin: User) -> None:
        assert tell(users=[reviewer.pk, admin.pk], role=Role.ADMIN) == 2
        assert {row.user for row in Notification.objects.all()} == {reviewer, admin}

    def test_those_who_left_are_not_told(self, admin: User) -> None:
        User.objects.update(is_active=False)
        assert tell(role=Role.ADMIN) == 0

    def test_a_kind_must_be_known(self, admin: User) -> None:
        with pytest.raises(ValueError, match="weather"):
            tell(kind="weather", role=Role.ADMIN)

    def test_a_choice_counts_for_its_kind_alone(self, admin: User) -> None:
        services.choose(user=admin, choices={(KIND, Channel.APP): False})
        tell(role=Role.ADMIN)
        tell(role=Role.ADMIN, kind=Kind.MAILBOX)
        assert [row.kind for row in Notification.objects.all()] == [Kind.MAILBOX]
        services.choose(user=admin, choices={(KIND, Channel.APP): True})
        tell(role=Role.ADMIN)
        assert Notification.objects.filter(kind=KIND).count() == 1

    def test_it_costs_the_same_for_many(self, make_user: Callable[..., User], django_assert_num_queries: Any) -> None:
        for number in range(10):
            make_user(f"user{number}", Role.ADMIN)
        with django_assert_num_queries(5):  # people, choices, a savepoint's two ends, one insert
            tell(role=Role.ADMIN)


class TestMail:
    def test_it_is_off_until_somebody_wants_it(self, admin: User, mails: None) -> None:
        tell(role=Role.ADMIN)
        assert not Delivery.objects.exists()
        services.choose(user=admin, choices={(KIND, Channel.MAIL): True})
        tell(role=Role.ADMIN)
        assert Delivery.objects.get().user == admin

    def test_without_a_mail_server_there_is_none(self, admin: User, settings: Any) -> None:
        settings.EMAIL_HOST = ""
        services.choose(user=admin, choices={(KIND, Channel.MAIL): True})
        tell(role=Role.ADMIN)
        assert not Delivery.objects.exists()

    def test_it_arrives_with_a_link(self, admin: User, mails: None) -> None:
        services.choose(user=admin, choices={(KIND, Channel.MAIL): True})
        tell(role=Role.ADMIN)
        assert deliver_all().figures()["progress"] == 1
        [message] = mail.outbox
        assert (message.subject, message.to) == ("A change could not be written.", ["ada@ours.example"])
        assert message.body.endswith("\n\nhttps://crm.ours.example/jobs/")
        assert message.extra_headers["Message-ID"] == f"<{Delivery.objects.get().pk}@crm.ours.example>"
        deliver_all()
        assert len(mail.outbox) == 1

    def test_a_failure_is_told_without_the_address(
        self, admin: User, mails: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(self: Any) -> int:
            raise smtplib.SMTPRecipientsRefused({"ada@ours.example": (550, b"no such user ada@ours.example")})

        monkeypatch.setattr(channels.EmailMessage, "send", refuse)
        services.choose(user=admin, choices={(KIND, Channel.MAIL): True})
        tell(role=Role.ADMIN)
        deliver_all()
        row = Delivery.objects.get()
        assert (row.state, row.error_code) == (DeliveryState.WAITING, "not_sent")
        assert row.error_message == "The mail server did not take it (SMTPRecipientsRefused)."
        assert row.next_attempt_at > timezone.now()


class TestWebhook:
    def test_one_signed_call_each_time(self, admin: User, reviewer: User, webhook: list[Any]) -> None:
        tell(role=Role.ADMIN, users=[reviewer.pk])
        deliver_all()
        [(body, headers)] = webhook
        told = json.loads(body)
        assert (told["kind"], told["sentence"], told["link"]) == (
            KIND,
            "A change could not be written.",
            "https://crm.ours.example/jobs/",
        )
        assert set(told) == {"id", "kind", "sentence", "link", "at"}  # nobody is named
        at, signature = (part.partition("=")[2] for part in headers[channels.SIGNATURE].split(","))
        assert hmac.new(b"made up", f"{at}.".encode() + body, hashlib.sha256).hexdigest() == signature

    @pytest.mark.parametrize(
        ("reply", "sentence"),
        [
            (httpx.Response(500), "The webhook answered with status 500."),
            (
                httpx.ConnectError("https://hooks.ours.example/?key=secret"),
                "The webhook did not answer (ConnectError).",
            ),
        ],
    )
    def test_it_is_tried_again_and_then_given_up_visibly(
        self, admin: User, webhook: list[Any], monkeypatch: pytest.MonkeyPatch, reply: Any, sentence: str
    ) -> None:
        def post(*args: Any, **kwargs: Any) -> httpx.Response:
            if isinstance(reply, Exception):
                raise reply
            return reply  # type: ignore[no-any-return]

        monkeypatch.setattr(channels.httpx, "post", post)
        tell(role=Role.ADMIN)
        for _ in range(services.TRIES):
            Delivery.objects.update(next_attempt_at=timezone.now())
            drain = deliver_all()
        row = Delivery.objects.get()
        assert (row.state, row.attempts, row.error_message) == (DeliveryState.FAILED, services.TRIES, sentence)
        assert drain.figures()["failures"] == 1

    def test_telling_wakes_the_stage(
        self, admin: User, webhook: list[Any], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            tell(role=Role.ADMIN)
        assert StageWake.objects.get(stage="notify").queued_at is not None


class TestOnItsWay:
    def row(self, **columns: Any) -> Delivery:
        return Delivery.objects.create(channel=Channel.WEBHOOK, kind=KIND, sentence="Made up.", **columns)

    def test_a_late_result_changes_nothing(self, webhook: list[Any]) -> None:
        self.row()
        rows = Delivery.objects.filter(state=DeliveryState.WAITING)
        [first] = work.claim(rows, limit=1, seconds=60)
        Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        [second] = work.claim(rows, limit=1, seconds=60)
        with pytest.raises(work.LeaseLost):
            services.deliver(first)
        assert services.deliver(second) == DeliveryState.SENT

    def test_retry_and_cancel(self, admin: User, reviewer: User) -> None:
        row = self.row(state=DeliveryState.FAILED, attempts=6)
        with pytest.raises(Forbidden):
            services.retry(actor=reviewer, pk=row.pk)
        services.retry(actor=admin, pk=row.pk)
        row.refresh_from_db()
        assert (row.state, row.attempts) == (DeliveryState.WAITING, 0)
        services.cancel(actor=admin, pk=row.pk)
        with pytest.raises(Conflict, match="is cancelled already"):
            services.retry(actor=admin, pk=row.pk)


class TestPages:
    def test_one_sees_ones_own(self, page: Client, reviewer: User, admin: User) -> None:
        tell(users=[reviewer.pk])
        tell(users=[admin.pk], sentence="For an admin's eyes.")
        text = page.get("/notifications/").content.decode()
        assert "A change could not be written." in text
        assert "For an admin" not in text
        theirs = Notification.objects.get(user=admin)
        assert page.get(f"/notifications/{theirs.pk}/").status_code == 404
        theirs.refresh_from_db()
        assert theirs.read_at is None

    def test_the_bell_counts_and_following_is_reading(self, page: Client, reviewer: User) -> None:
        tell(users=[reviewer.pk])
        tell(users=[reviewer.pk])
        assert 'id="count-notifications">2<' in page.get("/jobs/").content.decode()
        row = Notification.objects.first()
        assert row is not None
        answer = page.get(f"/notifications/{row.pk}/")
        assert (answer.status_code, answer["Location"]) == (302, "/jobs/")
        assert selectors.unread_count(reviewer) == 1
        assert page.post("/notifications/read/").status_code == 302
        assert selectors.unread_count(reviewer) == 0
        assert 'id="count-notifications"' not in page.get("/jobs/").content.decode()

    def test_an_empty_list_says_what_comes_here(self, page: Client) -> None:
        assert "No notifications" in page.get("/notifications/").content.decode()

    def test_one_chooses_on_the_account_page(self, page: Client, reviewer: User, mails: None) -> None:
        assert "Changes that could not be written: by mail" in page.get("/profile/").content.decode()
        assert page.post("/notifications/choose/", {f"{KIND}.mail": "on"}).status_code == 302
        chosen = selectors.choices_of(reviewer)
        assert (chosen[KIND, Channel.MAIL], chosen[KIND, Channel.APP]) == (True, False)

    def test_mail_is_not_offered_where_there_is_none(self, page: Client, settings: Any) -> None:
        settings.EMAIL_HOST = ""
        assert "by mail" not in page.get("/profile/").content.decode()
