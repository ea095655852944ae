"""The ways of signing in, and what becomes of a connection whose tokens end."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from crmllm.access.models import User
from crmllm.connectors.choices import ConnectionState, RunState
from crmllm.connectors.engine.auth import Session
from crmllm.connectors.engine.errors import NeedsSignIn
from crmllm.connectors.engine.transport import client
from crmllm.connectors.models import Connection
from crmllm.connectors.registry import declaration, open_declared
from crmllm.notifications.models import Notification
from crmllm.proposals import services as proposals
from tests.connectors.salesforce.conftest import read
from tests.support import factories
from tests.support.outbox import deliver
from tests.support.salesforce.server import Salesforce

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

BACK = "https://crm.example/connections/back/"


def session(connection: Connection) -> Session:
    return Session(connection, declaration("salesforce"), client())


def signed_in(connection: Connection) -> Session:
    """As a person does it in the browser, who is sent to Salesforce and comes back with a code."""
    begun = session(connection)
    asked = begun.sign_in_address(BACK)
    answer = httpx.get(asked.address)
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == [asked.state]
    begun.finish(back["code"][0], asked.verifier, BACK)
    return begun


@pytest.fixture
def by_code(connect: Any) -> Connection:
    made: Connection = connect("code", {"client_id": "crmllm"})
    return made


def test_a_person_signs_in_with_a_code_and_its_proof(by_code: Connection, address: str) -> None:
    begun = session(by_code)
    asked = begun.sign_in_address(BACK)
    query = parse_qs(urlsplit(asked.address).query)
    assert query["code_challenge_method"] == ["S256"] and query["scope"] == ["api refresh_token"]
    signed_in(by_code)
    by_code.refresh_from_db()
    assert by_code.options["instance_url"] == address
    assert open_declared(by_code).test()["name"] == "Ada Admin"


def test_a_code_without_its_proof_opens_nothing(by_code: Connection) -> None:
    begun = session(by_code)
    answer = httpx.get(begun.sign_in_address(BACK).address)
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    with pytest.raises(NeedsSignIn, match="invalid_grant"):
        begun.finish(code, "another verifier that nobody gave out before", BACK)


def test_an_app_signs_in_by_itself(connection: Connection) -> None:
    assert open_declared(connection).test()["name"] == "Ada Admin"


def test_a_signed_statement_signs_in(connect: Any, sf: Salesforce) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    sf.controls.register_app("jwt-app", "unused", public_key=public.decode())
    options = {"client_id": "jwt-app", "username": "ada@acme.example"}
    connection = connect("jwt", options, {"private_key": private.decode()})
    assert open_declared(connection).test()["name"] == "Ada Admin"


def test_a_private_key_that_is_none_says_so(connect: Any) -> None:
    connection = connect("jwt", {"username": "ada@acme.example"}, {"private_key": "no key"})
    with pytest.raises(NeedsSignIn, match="PEM"):
        open_declared(connection).test()


def test_a_session_that_ends_in_the_middle_of_a_list_is_renewed(
    by_code: Connection, sf: Salesforce, admin: User
) -> None:
    sf.controls.rotate_refresh_tokens()
    signed_in(by_code)
    sf.controls.set_pages(size=200)
    sf.controls.load("Account", [{"Name": f"Account {number}"} for number in range(450)])
    sf.faults.plan("expired", path="/query/")
    run = read(by_code, "account")["account"]
    assert (run.state, run.counts["created"], run.there, run.here) == (RunState.DONE, 450, 450, 450)
    by_code.refresh_from_db()
    assert by_code.credentials is not None
    held = by_code.credentials.open()
    assert held["refresh_token"] in sf.sign_in.refresh and len(sf.sign_in.refresh) == 1


def test_a_refused_renewal_breaks_the_connection_and_work_waits(
    by_code: Connection, sf: Salesforce, admin: User, reviewer: User
) -> None:
    signed_in(by_code)
    read(by_code)
    made = factories.proposals()["account"]
    proposals.approve(user=reviewer, proposal=made)
    sf.controls.revoke_access()
    assert factories.deliver_all() == ["waiting"]
    by_code.refresh_from_db()
    assert by_code.state == ConnectionState.BROKEN and "sign in" in by_code.state_reason
    assert Notification.objects.filter(kind="connection-broken", user=admin).count() == 1
    assert factories.deliver_all() == [], "nothing is tried until somebody signs in"
    signed_in(by_code)
    by_code.refresh_from_db()
    assert by_code.state == ConnectionState.ACTIVE
    assert deliver() == ["verified"]
    assert len(sf.controls.rows("Account", Name="Betasoloin GmbH")) == 1
