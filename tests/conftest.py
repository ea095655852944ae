"""What all tests share: databases with both kinds of tables, a cast of people, clients for pages and API."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import settings as hypothesis_settings
from pytest_django import fixtures
from rest_framework.test import APIClient

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.core.runtime.postgres import SUPERUSER
from crmllm.crm import selectors as crm
from crmllm.llm import prompts, versions
from tests.support.llm import llm_server, real_model  # noqa: F401 - fixtures for all tests

# The two databases belong together: one cannot be set up without the other, whichever tests were asked for.
fixtures._get_databases_for_setup = lambda items: ({"default", "keys"}, set())


# The same examples every time, so that a green run stays green; `HYPOTHESIS_PROFILE=search` looks for new ones.
hypothesis_settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis_settings.register_profile("search", deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests with real processes empty the tables between them: only there may the audit trail be truncated."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("core_auditevent", "core_auditlink"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER no_truncate")
    _nothing_by_itself(connection.settings_dict)


def _nothing_by_itself(database: dict[str, Any]) -> None:
    """The tests' server analyses no table unasked.

    It would do so every minute, in transactions of its own: what a test then wants sealed waits for them, and from one
    moment to the next rows come in another order.
    """
    place = {"host": database["HOST"], "port": database["PORT"], "user": SUPERUSER, "dbname": "postgres"}
    with psycopg.connect(**place, autocommit=True) as server:
        server.execute("ALTER SYSTEM SET autovacuum_analyze_threshold = 2147483647")
        server.execute("SELECT pg_reload_conf()")


@pytest.fixture(autouse=True)
def _plain_static(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture(autouse=True)
def _memory_of_one_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process remembers for seconds or minutes it remembers for exactly one test: nothing of the test before,
    and what is counted is not read anew in the middle."""
    for forget in (crm.forget_fields, crm.forget_us, crm.forget_known_domains, prompts.forget, versions.forget):
        forget()
    monkeypatch.setattr(crm, "time", SimpleNamespace(monotonic=lambda: 0.0))


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Makes a login: make_user("alice", role=Role.REP, team=...)."""

    def make(username: str, role: str = Role.REVIEWER, team: Team | None = None, **more: Any) -> User:
        return User.objects.create_user(
            username, f"{username}@ours.example", "a-long-password", role=role, team=team, **more
        )

    return make


@pytest.fixture
def reviewer(make_user: Callable[..., User]) -> User:
    return make_user("rita", Role.REVIEWER)


@pytest.fixture
def admin(make_user: Callable[..., User]) -> User:
    return make_user("ada", Role.ADMIN)


@pytest.fixture
def auditor(make_user: Callable[..., User]) -> User:
    return make_user("otto", Role.AUDITOR)


@pytest.fixture
def page(reviewer: User) -> Client:
    """A browser without scripts, signed in as the reviewer."""
    client = Client()
    client.force_login(reviewer)
    return client


@pytest.fixture
def api_as() -> Callable[[User], APIClient]:
    """A client of the API that carries a person's token."""
    from crmllm.access.tokens import create_token
    from crmllm.core.audit import SYSTEM

    def client(user: User) -> APIClient:
        _, value = create_token(actor=SYSTEM, user=user, name="test")
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {value}")
        return client

    return client


@pytest.fixture
def api(api_as: Callable[[User], APIClient], reviewer: User) -> APIClient:
    return api_as(reviewer)


@pytest.fixture
def load_demo(db: None) -> Callable[[], None]:
    return lambda: call_command("load_demo", verbosity=0)
