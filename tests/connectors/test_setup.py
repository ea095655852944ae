"""A person connects a CRM: forms, sign-in in the browser, test, change, remove."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from crmllm.access.models import User
from crmllm.connectors import selectors
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.models import Connection, ExternalRecord
from crmllm.connectors.setup import services
from crmllm.connectors.setup.services import Wanted
from crmllm.core.crypto import Erased
from crmllm.core.errors import BadInput, Forbidden
from crmllm.core.models import AuditEvent
from crmllm.crm.models import Account
from crmllm.notifications.models import Notification
from tests.connectors.conftest import Served
from tests.support import toy_crm

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

CONNECT = "/settings/connections/connect/toy/"


def typed(toy: Served, **changes: str) -> dict[str, str]:
    return {
        "name": "Toys", "setting-address": toy.address, "setting-api_key": toy_crm.KEY, "dry_run": "on", **changes,
    }  # fmt: skip


def test_a_key_is_tested_at_once_and_never_shown_again(as_admin: Client, toy: Served) -> None:
    toy.crm.add("companies", name="Halvorsen Boats")
    assert "Toy CRM" in as_admin.get("/settings/connections/connect/").content.decode()
    answer = as_admin.post(CONNECT, typed(toy), follow=True)
    row = Connection.objects.get(name="Toys")
    assert answer.redirect_chain[-1][0] == reverse("connectors:objects", args=[row.pk])
    assert (row.state, row.dry_run, row.options) == (ConnectionState.ACTIVE, True, {"address": toy.address})
    assert toy_crm.KEY not in str(row.options)
    assert {one.name for one in row.streams.all()} == {"owner", "account", "contact", "case"}
    assert not Account.objects.exists(), "nothing is read before somebody says so"
    assert row.streams.get(name="account").discovered, "its fields are known at once"
    for name in ("detail", "edit", "objects", "sync", "trial", "remove", "sign-in"):
        page = as_admin.get(reverse(f"connectors:{name}", args=[row.pk]))
        assert page.status_code == 200
        assert toy_crm.KEY not in page.content.decode()
    assert toy_crm.KEY not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"setting-api_key": "wrong"}, "setting-api_key"),
        ({"setting-api_key": ""}, "setting-api_key"),
        ({"setting-address": "ftp://crm.example"}, "setting-address"),
        ({"setting-address": "http://10.1.2.3/"}, "setting-address"),
        ({"setting-address": "http://169.254.169.254/latest/"}, "setting-address"),
        ({"setting-address": "http://127.0.0.1:1/"}, "setting-address"),
        ({"setting-address": "not an address"}, "setting-address"),
        ({"name": "local crm"}, "name"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_kept(
    as_admin: Client, toy: Served, changes: dict[str, str], field: str
) -> None:
    answer = as_admin.post(CONNECT, typed(toy, **changes))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Connection.objects.filter(connector="toy").exists()
    assert not Notification.objects.exists(), "nobody is told of a connection that never was"
    assert toy_crm.KEY not in answer.content.decode()


def test_private_networks_are_refused_unless_allowed(as_admin: Client, toy: Served, settings: Any) -> None:
    settings.CRM_NETWORKS = []
    answer = as_admin.post(CONNECT, typed(toy))
    assert "private network" in str(answer.context["form"].errors["setting-address"])
    assert not toy.crm.asked


def begun(as_admin: Client, toy: Served) -> tuple[Connection, str]:
    """A connection whose person was sent off to sign in; returns the address that the browser goes to."""
    person = {"setting-client_id": toy_crm.CLIENT[0], "setting-client_secret": toy_crm.CLIENT[1]}
    answer = as_admin.post(f"{CONNECT}?way=person", typed(toy, **person))
    row = Connection.objects.get(connector="toy")
    assert answer["Location"] == reverse("connectors:sign-in", args=[row.pk])
    assert row.state == ConnectionState.BROKEN
    assert not selectors.broken(), "one that never worked is no news"
    page = as_admin.post(answer["Location"])
    return row, page.context["address"]


def back(address: str) -> str:
    """Where the CRM sends the browser after signing in."""
    return httpx.get(address, follow_redirects=False).headers["Location"]


def test_a_person_signs_in_there(as_admin: Client, toy: Served, settings: Any) -> None:
    row, address = begun(as_admin, toy)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{settings.SITE_URL}/settings/connections/callback/"]
    came = back(address)
    answer = as_admin.get(came)
    assert answer["Location"] == reverse("connectors:objects", args=[row.pk])
    row.refresh_from_db()
    assert (row.state, row.state_reason) == (ConnectionState.ACTIVE, "")
    assert row.token_until is not None
    assert as_admin.get(came)["Location"] == reverse("connectors:list"), "a sign-in ends once"


@pytest.mark.parametrize("change", [("state=", "state=x"), ("code=", "error=access_denied&was=")])
def test_a_sign_in_that_was_not_ours_or_was_refused_changes_nothing(
    as_admin: Client, toy: Served, change: tuple[str, str]
) -> None:
    row, address = begun(as_admin, toy)
    answer = as_admin.get(back(address).replace(*change))
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.state == ConnectionState.BROKEN
    assert not toy.crm.tokens


def test_another_persons_browser_cannot_end_a_sign_in(as_admin: Client, toy: Served, make_user: Any) -> None:
    row, address = begun(as_admin, toy)
    other = Client()
    other.force_login(make_user("alan", "admin"))
    other.get(back(address))
    row.refresh_from_db()
    assert row.state == ConnectionState.BROKEN


def test_a_broken_connection_says_so_until_it_works_again(
    as_admin: Client, page: Client, admin: User, connected: Connection, toy: Served
) -> None:
    from crmllm.connectors.services import mark_broken

    mark_broken(connection=connected, reason="Toys does not let us in any more.")
    assert Notification.objects.filter(user=admin, kind="connection-broken").exists()
    assert "does not let us in any more" in as_admin.get("/").content.decode()
    assert "does not let us in any more" in page.get("/").content.decode(), "whoever decides wants to know too"
    toy.crm.closed = True
    as_admin.post(reverse("connectors:test", args=[connected.pk]))
    connected.refresh_from_db()
    assert connected.state == ConnectionState.BROKEN
    toy.crm.closed = False
    as_admin.post(reverse("connectors:test", args=[connected.pk]))
    connected.refresh_from_db()
    assert connected.state == ConnectionState.ACTIVE
    assert "does not let us in any more" not in as_admin.get("/").content.decode()


def test_secrets_are_changed_and_go_only_where_they_were_typed_for(
    as_admin: Client, connected: Connection, toy: Served
) -> None:
    url = reverse("connectors:edit", args=[connected.pk])
    same = {"name": "Toys", "setting-address": toy.address, "setting-api_key": ""}
    assert as_admin.post(url, same | {"name": "Our toys"}).status_code == 302
    elsewhere = as_admin.post(url, same | {"setting-address": toy.address.replace("127.0.0.1", "127.0.0.2")})
    assert list(elsewhere.context["form"].errors) == ["setting-api_key"]
    assert as_admin.post(url, same | {"setting-api_key": "another"}).status_code == 302
    connected.refresh_from_db()
    assert connected.credentials is not None
    secrets = connected.credentials.open()["secrets"]
    assert secrets == {"api_key": "another", "api_key_before": toy_crm.KEY}, (
        "events signed with the old one still count"
    )


def test_a_connection_is_removed_when_nothing_waits(
    as_admin: Client, in_use: Connection, toy: Served, read_all: Any
) -> None:
    toy.crm.add("companies", name="Halvorsen Boats")
    read_all()
    sealed = in_use.credentials
    assert ExternalRecord.objects.filter(connection=in_use).exists()
    as_admin.post(reverse("connectors:remove", args=[in_use.pk]))
    in_use.refresh_from_db()
    assert (in_use.state, in_use.master_of, in_use.credentials) == (ConnectionState.REMOVED, [], None)
    assert "account" in Connection.objects.get(connector="local").master_of
    assert Account.objects.filter(name="Halvorsen Boats").exists()
    assert not ExternalRecord.objects.filter(connection=in_use).exists()
    assert as_admin.get(reverse("connectors:detail", args=[in_use.pk])).status_code == 404
    assert sealed is not None
    wanted = Wanted("Toys", {"address": toy.address, "api_key": toy_crm.KEY})
    services.connect(actor=User.objects.get(username="ada"), connector="toy", way="key", wanted=wanted)


def test_who_may_not_manage_may_look_at_most(auditor: User, reviewer: User, connected: Connection, toy: Served) -> None:
    for name in ("detail", "objects", "sync", "trial"):
        url = reverse(f"connectors:{name}", args=[connected.pk])
        for user, status in ((auditor, 200), (reviewer, 403)):
            client = Client()
            client.force_login(user)
            assert client.get(url).status_code == status
    client = Client()
    client.force_login(auditor)
    for name in ("test", "edit", "sign-in", "remove", "trial", "objects"):
        answer = client.post(reverse(f"connectors:{name}", args=[connected.pk]), {"do": "begin"})
        assert answer.status_code in (403, 422), name
    connected.refresh_from_db()
    assert not connected.dry_run
    wanted = Wanted("More", {"address": toy.address, "api_key": toy_crm.KEY})
    with pytest.raises(Forbidden):
        services.connect(actor=auditor, connector="toy", way="key", wanted=wanted)


def test_unknown_ways_and_crms_are_refused(as_admin: Client, admin: User, toy: Served) -> None:
    assert as_admin.get("/settings/connections/connect/nothing/").status_code == 404
    with pytest.raises(BadInput):
        services.connect(actor=admin, connector="toy", way="nothing", wanted=Wanted("X", {}))


def test_a_removed_connections_secrets_are_gone(
    admin: User, connected: Connection, django_capture_on_commit_callbacks: Any
) -> None:
    sealed = connected.credentials
    assert sealed is not None
    with django_capture_on_commit_callbacks(execute=True):
        services.remove(actor=admin, connection=connected)
    with pytest.raises(Erased):
        sealed.open()
