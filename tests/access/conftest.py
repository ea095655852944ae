"""What the tests of people share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from crmllm.access.choices import Role
from crmllm.access.models import User
from tests.support import oidc
from tests.support.people import make_user


@pytest.fixture
def admin(db: None) -> User:
    return make_user("admin", Role.ADMIN)


@pytest.fixture
def as_admin(admin: User, client: Client) -> Client:
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(scope="session")
def oidc_server() -> Iterator[oidc.OidcServer]:
    with oidc.running() as server:
        yield server
