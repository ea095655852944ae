"""The log-in door: in, out, locked, limited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmllm.access.lockout import in_words
from crmllm.access.models import User
from crmllm.core.models import AuditEvent
from tests.support.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def kim() -> User:
    return make_user("kim")


def log_in(client: Client, username: str, password: str, **extra: Any) -> Any:
    return client.post(reverse("login"), {"username": username, "password": password}, **extra)


def test_the_right_password_opens_and_the_session_gets_a_new_name(client: Client, kim: User) -> None:
    session = client.session
    session["before"] = "x"
    session.save()
    before = session.session_key
    response = log_in(client, "kim", PASSWORD)
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(kim.pk)
    assert client.session.session_key != before
    assert AuditEvent.objects.filter(action="user.signed_in", actor_id=kim.id).count() == 1


def test_a_wrong_password_says_so_without_telling_which_logins_exist(client: Client, kim: User) -> None:
    known, unknown = log_in(client, "kim", "wrong"), log_in(client, "nobody", "wrong")
    sentence = "This name and password do not belong together"
    assert sentence in known.content.decode() and sentence in unknown.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_login_that_is_switched_off_stays_out(client: Client, kim: User) -> None:
    User.objects.update(is_active=False)
    assert log_in(client, "kim", PASSWORD).status_code == 200
    assert "_auth_user_id" not in client.session


def test_after_five_wrong_tries_even_the_right_password_waits(client: Client, kim: User) -> None:
    for _ in range(4):
        assert log_in(client, "kim", "wrong").status_code == 200
    locked = log_in(client, "kim", "wrong")
    assert locked.status_code == 429
    assert "Try again in 15 minutes." in locked.content.decode()
    right = log_in(client, "kim", PASSWORD)
    assert right.status_code == 429
    assert "_auth_user_id" not in client.session


def test_trying_on_does_not_make_the_lock_longer_and_it_ends(client: Client, kim: User) -> None:
    for _ in range(5):
        log_in(client, "kim", "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=9))
    again = log_in(client, "kim", "wrong")
    assert "Try again in 6 minutes." in again.content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in(client, "kim", PASSWORD).status_code == 302


def test_a_lock_does_not_hit_others_nor_the_same_person_elsewhere(client: Client, kim: User) -> None:
    make_user("sam")
    for _ in range(5):
        log_in(client, "kim", "wrong")
    assert log_in(client, "sam", PASSWORD).status_code == 302
    assert log_in(Client(), "kim", PASSWORD, REMOTE_ADDR="203.0.113.7").status_code == 302


def test_an_address_that_tries_many_logins_has_to_wait(client: Client, kim: User, settings: Any) -> None:
    settings.LOGIN_FAILURES_PER_ADDRESS = 3
    for name in ("a", "b", "c"):
        assert log_in(client, name, "wrong").status_code == 200
    refused = log_in(client, "kim", PASSWORD)
    assert refused.status_code == 429
    assert "Too many wrong passwords came from your address" in refused.content.decode()
    assert log_in(Client(), "kim", PASSWORD, REMOTE_ADDR="203.0.113.7").status_code == 302


def test_a_made_up_forwarding_header_does_not_help(client: Client, kim: User, settings: Any) -> None:
    settings.LOGIN_FAILURES_PER_ADDRESS = 2
    for number in range(2):
        log_in(client, "x", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert log_in(client, "kim", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 429


def test_behind_a_proxy_the_address_it_saw_counts(client: Client, kim: User, settings: Any) -> None:
    settings.LOGIN_FAILURES_PER_ADDRESS, settings.PROXIES = 2, 1
    for number in range(2):
        log_in(client, "x", "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}, 203.0.113.5")
    assert log_in(client, "kim", PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.9, 203.0.113.5").status_code == 429
    assert log_in(client, "kim", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.5, 203.0.113.6").status_code == 302


def test_no_password_is_kept_with_the_failures(client: Client, kim: User) -> None:
    log_in(client, "kim", "my-secret-guess")
    attempt = AccessAttempt.objects.get()
    assert "my-secret-guess" not in attempt.post_data + attempt.get_data


def test_where_one_wanted_to_go_is_kept_but_only_on_this_site(client: Client, kim: User) -> None:
    asked = client.get(reverse("profile"))
    assert asked["Location"] == f"{reverse('login')}?next={reverse('profile')}"
    data = {"username": "kim", "password": PASSWORD}
    assert client.post(reverse("login"), data | {"next": reverse("profile")})["Location"] == reverse("profile")
    client.post(reverse("logout"))
    away = client.post(reverse("login"), data | {"next": "https://evil.example/"})
    assert "evil" not in away["Location"]


def test_logging_out_wants_a_post_and_ends_the_session(client: Client, kim: User) -> None:
    log_in(client, "kim", PASSWORD)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).status_code == 302
    assert client.get(reverse("profile")).status_code == 302
    assert AuditEvent.objects.filter(action="user.signed_out", actor_id=kim.id).exists()


def test_a_new_password_ends_the_other_sessions_and_is_audited(client: Client, kim: User) -> None:
    other = Client()
    log_in(client, "kim", PASSWORD)
    log_in(other, "kim", PASSWORD)
    new = "quite another long phrase"
    answer = client.post(
        reverse("password_change"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    assert answer["Location"] == reverse("password_change_done")
    assert client.get(reverse("profile")).status_code == 200
    assert other.get(reverse("profile")).status_code == 302
    assert AuditEvent.objects.filter(action="user.password_changed", subject_id=kim.id).count() == 1


def test_a_short_password_is_refused(client: Client, kim: User) -> None:
    log_in(client, "kim", PASSWORD)
    answer = client.post(
        reverse("password_change"), {"old_password": PASSWORD, "new_password1": "short1", "new_password2": "short1"}
    )
    assert answer.status_code == 200
    kim.refresh_from_db()
    assert kim.check_password(PASSWORD)


def test_a_form_without_its_token_is_refused_with_a_page_of_ours(kim: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("login"), {"username": "kim", "password": PASSWORD})
    assert answer.status_code == 403
    assert "This form is no longer valid" in answer.content.decode()


@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "1 minute"), (1, "1 minute"), (60, "1 minute"), (61, "2 minutes"), (900, "15 minutes")]
)
def test_a_wait_in_words_is_never_too_short(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
