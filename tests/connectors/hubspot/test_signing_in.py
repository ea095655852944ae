"""The ways of signing in, and what becomes of a connection whose tokens end."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest

from crmllm.access.models import User
from crmllm.connectors.choices import ConnectionState, RunState
from crmllm.connectors.engine.auth import Session, SignIn
from crmllm.connectors.engine.errors import NeedsSignIn
from crmllm.connectors.engine.transport import client
from crmllm.connectors.models import Connection
from crmllm.connectors.registry import declaration, open_declared
from crmllm.crm.models import Contact
from crmllm.notifications.models import Notification
from tests.connectors.hubspot.conftest import deliver, read
from tests.support.hubspot.account import Account
from tests.support.hubspot.server import Server
from tests.support.outbox import approved

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

BACK = "https://crm.example/connections/back/"
APP = {"client_secret": "made-up-secret"}


@pytest.fixture
def by_code(connect: Callable[..., Connection]) -> Connection:
    return connect("code", APP)


def session(connection: Connection) -> Session:
    return Session(connection, declaration("hubspot"), client())


def came_back(account: Account, asked: SignIn) -> str:
    """The code that the browser brings back, once the person has agreed."""
    back = account.tokens.authorize(dict(parse_qsl(urlsplit(asked.address).query)))
    assert back["state"] == asked.state
    return back["code"]


def signed_in(connection: Connection, account: Account) -> None:
    asked = session(connection).sign_in_address(BACK)
    session(connection).finish(came_back(account, asked), asked.verifier, BACK)
    connection.refresh_from_db()


def test_a_person_signs_in_with_a_code_and_its_proof(by_code: Connection, account: Account) -> None:
    address = urlsplit(session(by_code).sign_in_address(BACK).address)
    query = dict(parse_qsl(address.query))
    assert (address.hostname, query["code_challenge_method"]) == ("app.hubspot.com", "S256")
    assert "crm.objects.deals.write" in query["scope"].split()
    signed_in(by_code, account)
    assert open_declared(by_code).test()["organization"] == 123456


def test_a_code_without_its_proof_opens_nothing(by_code: Connection, account: Account) -> None:
    code = came_back(account, session(by_code).sign_in_address(BACK))
    with pytest.raises(NeedsSignIn):
        session(by_code).finish(code, "another verifier that nobody gave out before", BACK)


@pytest.mark.parametrize(("way", "secrets"), [("key", {"access_key": "pat-eu1-made-up"}), ("client", APP)])
def test_a_key_and_an_app_sign_in_by_themselves(
    connect: Callable[..., Connection], way: str, secrets: dict[str, str]
) -> None:
    assert open_declared(connect(way, secrets)).test()["organization"] == 123456


@pytest.mark.long
def test_a_token_that_ends_in_the_middle_of_a_list_is_renewed(
    by_code: Connection, account: Account, hub: Server
) -> None:
    signed_in(by_code, account)
    assert by_code.credentials is not None
    before = by_code.credentials.open()["refresh_token"]
    account.store.seed("contacts", ({"lastname": f"P{i}"} for i in range(250)))
    hub.faults.plan("expired", method="GET", path="after=")
    run = read(by_code, "contact")["contact"]
    assert (run.state, Contact.objects.count()) == (RunState.DONE, 250)
    by_code.refresh_from_db()
    assert by_code.credentials is not None
    assert by_code.credentials.open()["refresh_token"] != before, "the new one takes the old one's place"
    account.tokens.expire()
    account.make("contacts", lastname="Later")
    assert read(by_code, "contact")["contact"].counts["created"] == 1


def test_a_refused_renewal_breaks_the_connection_and_work_waits(
    by_code: Connection, account: Account, admin: User, reviewer: User
) -> None:
    signed_in(by_code, account)
    assert by_code.credentials is not None
    approved(reviewer, "account", {"name": "Acme"})
    account.tokens.revoke(by_code.credentials.open()["refresh_token"])
    assert deliver() == ["waiting"]
    by_code.refresh_from_db()
    assert (by_code.state, "sign in" in by_code.state_reason) == (ConnectionState.BROKEN, True)
    assert Notification.objects.filter(kind="connection-broken", user=admin).count() == 1
    assert deliver() == [], "nothing is tried until somebody signs in"
    signed_in(by_code, account)
    assert deliver() == ["verified"]
    assert len(account.table("companies").rows) == 1


def test_a_key_that_was_withdrawn_breaks_the_connection(connection: Connection, account: Account, admin: User) -> None:
    account.tokens.revoke("pat-eu1-made-up")
    run = read(connection, "contact")["contact"]
    connection.refresh_from_db()
    assert (run.state, connection.state) == (RunState.STOPPED, ConnectionState.BROKEN)
    assert "new key" in connection.state_reason
