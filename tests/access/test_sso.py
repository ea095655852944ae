"""Single sign-on against a real OpenID Connect provider, started for the tests."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse
from social_core.backends import utils
from social_django.models import UserSocialAuth
from social_django.utils import load_strategy

from crmllm.access import services, sso
from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core import audit
from crmllm.core.models import AuditEvent
from tests.support import oidc
from tests.support.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "crmllm.access.sso.OidcBackend",
]


@pytest.fixture
def server(oidc_server: oidc.OidcServer, settings: Any) -> oidc.OidcServer:
    settings.AUTHENTICATION_BACKENDS = BACKENDS
    settings.OIDC_ENDPOINT = settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = oidc_server.issuer
    settings.SOCIAL_AUTH_OIDC_KEY, settings.SOCIAL_AUTH_OIDC_SECRET = oidc.CLIENT_ID, oidc.CLIENT_SECRET
    utils.BACKENDSCACHE.clear()
    return oidc_server


def claims(sub: str = "kim-1", *roles: str, **more: Any) -> dict[str, Any]:
    """The claims of an account with these realm roles."""
    usual = {
        "sub": sub,
        "preferred_username": "kim",
        "given_name": "Kim",
        "family_name": "Example",
        "email": "kim@example.com",
        "email_verified": True,
        "realm_access": {"roles": ["offline_access", *(f"crmllm-{role}" for role in roles)]},
    }
    return usual | more


def signed_in(client: Client) -> User | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


def refusal(client: Client, response: Any) -> str:
    """The sentence with which the log-in page explains a refusal."""
    assert response.status_code == 302 and response["Location"] == reverse("login"), response
    assert signed_in(client) is None
    page = client.get(reverse("login")).context
    return " ".join(str(message) for message in page["messages"])


def test_a_new_person_comes_in_with_the_role_of_the_claim(client: Client, server: oidc.OidcServer) -> None:
    response = server.sign_in(client, **claims("new-1", "reviewer"))
    user = signed_in(client)
    assert response.status_code == 302 and user is not None
    assert (user.username, user.role, user.email) == ("kim", Role.REVIEWER, "kim@example.com")
    assert (user.get_full_name(), user.has_usable_password()) == ("Kim Example", False)
    actions = AuditEvent.objects.filter(subject_id=user.id).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["user.created", "user.signed_in"]


def test_the_log_in_starts_with_pkce_state_and_nonce(client: Client, server: oidc.OidcServer) -> None:
    asked = parse_qs(urlsplit(server.authorize(client)).query)
    assert asked["code_challenge_method"] == ["S256"] and len(asked["code_challenge"][0]) == 43
    assert asked["state"][0] and asked["nonce"][0]
    assert asked["redirect_uri"] == ["http://testserver/sso/complete/oidc/"]


def test_no_token_of_the_provider_is_kept(client: Client, server: oidc.OidcServer) -> None:
    server.sign_in(client, **claims("keep-1", "rep"))
    assert UserSocialAuth.objects.get().extra_data == {}


def test_the_session_gets_a_new_name(client: Client, server: oidc.OidcServer) -> None:
    server.put_account(**claims("rot-1", "rep"))
    back = server.follow(server.authorize(client))
    before = client.session.session_key
    client.get(back.removeprefix(oidc.OUR_HOST))
    assert signed_in(client) and client.session.session_key != before


def test_one_comes_back_to_where_one_wanted_to_go_but_not_elsewhere(client: Client, server: oidc.OidcServer) -> None:
    server.put_account(**claims("next-1", "rep"))
    back = server.follow(server.authorize(client, next_url="/profile/"))
    assert client.get(back.removeprefix(oidc.OUR_HOST))["Location"] == "/profile/"
    other = Client()
    back = server.follow(server.authorize(other, next_url="https://evil.example/"))
    assert "evil" not in other.get(back.removeprefix(oidc.OUR_HOST))["Location"]


@pytest.mark.parametrize("roles", [(), ("king",), ("Reviewer",)])
def test_without_a_role_of_ours_nobody_comes_in(
    client: Client, server: oidc.OidcServer, roles: tuple[str, ...]
) -> None:
    sentence = refusal(client, server.sign_in(client, **claims("none-1", *roles)))
    assert "no role in crmllm" in sentence and "Ask an admin" in sentence
    assert not User.objects.exists()
    assert AuditEvent.objects.filter(action="user.refused").count() == 1


def test_the_strongest_of_several_roles_counts(client: Client, server: oidc.OidcServer) -> None:
    server.sign_in(client, **claims("multi-1", "rep", "manager"))
    user = signed_in(client)
    assert user and user.role == Role.MANAGER


def test_the_role_is_taken_anew_at_each_log_in(client: Client, server: oidc.OidcServer) -> None:
    server.sign_in(client, **claims("anew-1", "admin"))
    make_user("other", Role.ADMIN)
    again = Client()
    server.sign_in(again, **claims("anew-1", "auditor"))
    user = signed_in(again)
    assert user and user.role == Role.AUDITOR
    assert User.objects.count() == 2
    changed = AuditEvent.objects.get(action="user.changed")
    assert changed.subject_id == user.id


def test_who_lost_the_role_there_is_out_here(client: Client, server: oidc.OidcServer) -> None:
    server.sign_in(client, **claims("lost-1", "rep"))
    again = Client()
    assert "no role" in refusal(again, server.sign_in(again, **claims("lost-1")))


def test_the_last_admin_is_not_made_less_by_a_claim(client: Client, server: oidc.OidcServer) -> None:
    server.sign_in(client, **claims("last-1", "admin"))
    again = Client()
    assert "last active admin" in refusal(again, server.sign_in(again, **claims("last-1", "rep")))
    assert User.objects.get().role == Role.ADMIN


def test_a_verified_address_takes_over_the_local_login(client: Client, server: oidc.OidcServer) -> None:
    local = make_user("k.example", Role.REP, email="Kim@Example.com")
    server.sign_in(client, **claims("assoc-1", "manager"))
    user = signed_in(client)
    assert user == local and user.role == Role.MANAGER
    assert UserSocialAuth.objects.get().user == local


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_address_that_is_not_verified_takes_over_nothing(
    client: Client, server: oidc.OidcServer, verified: object
) -> None:
    local = make_user("boss", Role.ADMIN, email="kim@example.com")
    sentence = refusal(client, server.sign_in(client, **claims("unver-1", "rep", email_verified=verified)))
    assert "not verified" in sentence
    local.refresh_from_db()
    assert local.role == Role.ADMIN and not UserSocialAuth.objects.exists()


def test_a_new_person_without_a_verified_address_gets_none(client: Client, server: oidc.OidcServer) -> None:
    server.sign_in(client, **claims("unver-2", "rep", email_verified=False))
    user = signed_in(client)
    assert user and user.email == ""


def test_a_name_that_is_taken_never_opens_that_login(client: Client, server: oidc.OidcServer) -> None:
    local = make_user("Kim", Role.ADMIN, email="somebody.else@example.com")
    server.sign_in(client, **claims("clash-1", "rep"))
    user = signed_in(client)
    assert user and user != local and user.username == "kim-2"
    local.refresh_from_db()
    assert local.role == Role.ADMIN


def test_two_people_with_one_address_are_not_guessed_between(client: Client, server: oidc.OidcServer) -> None:
    make_user("one", email="kim@example.com")
    make_user("two", email="KIM@example.com")
    assert "Several people" in refusal(client, server.sign_in(client, **claims("twice-1", "rep")))


def test_a_login_that_is_switched_off_stays_out_and_its_sessions_end(client: Client, server: oidc.OidcServer) -> None:
    server.sign_in(client, **claims("off-1", "rep"))
    user = signed_in(client)
    assert user and client.get(reverse("profile")).status_code == 200
    services.deactivate_user(actor=audit.SYSTEM, user=user)
    assert client.get(reverse("profile")).status_code == 302
    again = Client()
    assert "switched off" in refusal(again, server.sign_in(again, **claims("off-1", "rep")))


def test_somebody_who_is_signed_in_does_not_become_somebody_else(client: Client, server: oidc.OidcServer) -> None:
    server.put_account(**claims("swap-1", "rep"))
    back = server.follow(server.authorize(client))
    sam = make_user("sam")
    client.force_login(sam, backend=BACKENDS[1])
    client.get(back.removeprefix(oidc.OUR_HOST))
    assert signed_in(client) == sam and not UserSocialAuth.objects.exists()


def test_an_answer_to_a_log_in_that_was_not_started_here_is_refused(client: Client, server: oidc.OidcServer) -> None:
    server.put_account(**claims("csrf-1", "rep"))
    back = server.follow(server.authorize(client)).removeprefix(oidc.OUR_HOST)
    stranger = Client()
    assert "not started here" in refusal(stranger, stranger.get(back))


def test_a_wrong_state_is_refused(client: Client, server: oidc.OidcServer) -> None:
    server.put_account(**claims("state-1", "rep"))
    back = urlsplit(server.follow(server.authorize(client)))
    code = parse_qs(back.query)["code"][0]
    assert "not started here" in refusal(client, client.get(back.path, {"code": code, "state": "forged"}))


def test_an_answer_is_good_once(client: Client, server: oidc.OidcServer) -> None:
    server.put_account(**claims("once-1", "rep"))
    back = server.follow(server.authorize(client)).removeprefix(oidc.OUR_HOST)
    assert client.get(back).status_code == 302 and signed_in(client)
    client.post(reverse("logout"))
    assert refusal(client, client.get(back))


def test_a_token_that_somebody_else_signed_is_refused(
    client: Client, server: oidc.OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = jwt.algorithms.RSAAlgorithm.to_jwk(
        rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key(), as_dict=True
    )
    real = sso.OidcBackend.get_remote_jwks_keys

    def forged(self: Any, uri: str | None = None) -> list[dict[str, Any]]:
        return [foreign | {"kid": key["kid"], "use": "sig"} for key in real(self, uri)]

    monkeypatch.setattr(sso.OidcBackend, "get_jwks_keys", forged)
    assert "cannot be trusted" in refusal(client, server.sign_in(client, **claims("sig-1", "admin")))
    assert not User.objects.exists()


def test_who_cancels_is_back_at_the_log_in(client: Client, server: oidc.OidcServer) -> None:
    response = server.sign_in(client, sub="cancel-1", refuse=True)
    assert "cancelled" in refusal(client, response)


def test_a_provider_that_is_down_is_said_and_the_password_still_works(
    client: Client, server: oidc.OidcServer, settings: Any
) -> None:
    settings.OIDC_ENDPOINT = settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = "http://127.0.0.1:9"
    response = client.post(reverse("social:begin", args=["oidc"]))
    assert "does not answer" in refusal(client, response)
    make_user("kim")
    assert client.post(reverse("login"), {"username": "kim", "password": PASSWORD}).status_code == 302


def test_the_button_is_there_only_with_a_provider(client: Client, server: oidc.OidcServer, settings: Any) -> None:
    settings.OIDC_NAME = "Log in with Example"
    assert "Log in with Example" in client.get(reverse("login")).content.decode()
    settings.OIDC_ENDPOINT = ""
    assert "Log in with Example" not in client.get(reverse("login")).content.decode()


def test_starting_a_log_in_wants_a_post(client: Client, server: oidc.OidcServer) -> None:
    assert client.get(reverse("social:begin", args=["oidc"])).status_code == 405


# --- roles in the access token, where Keycloak puts them unless told otherwise


@pytest.fixture
def realm_key(server: oidc.OidcServer, monkeypatch: pytest.MonkeyPatch) -> rsa.RSAPrivateKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "realm", "alg": "RS256"}
    monkeypatch.setattr(sso.OidcBackend, "get_jwks_keys", lambda self: [dict(public)])
    return key


def access_token(key: rsa.RSAPrivateKey, issuer: str, **changes: Any) -> str:
    body = {"iss": issuer, "exp": time.time() + 60, "aud": "account", "azp": oidc.CLIENT_ID,
            "realm_access": {"roles": ["crmllm-rep"]}}  # fmt: skip
    return jwt.encode(body | changes, key, algorithm="RS256", headers={"kid": "realm"})


def backend() -> sso.OidcBackend:
    made: sso.OidcBackend = load_strategy().get_backend("oidc")  # type: ignore[no-untyped-call]
    return made


def test_roles_of_a_signed_access_token_count(server: oidc.OidcServer, realm_key: rsa.RSAPrivateKey) -> None:
    token = access_token(realm_key, server.issuer)
    assert sso.read_role(backend=backend(), response={"access_token": token}) == {"role": Role.REP}


@pytest.mark.parametrize(
    "changes",
    [{"iss": "https://other.example"}, {"azp": "another-client"}, {"exp": time.time() - 3600}, {"exp": None}],
    ids=["issuer", "client", "expired", "endless"],
)
def test_an_access_token_that_is_not_for_us_gives_no_role(
    server: oidc.OidcServer, realm_key: rsa.RSAPrivateKey, changes: dict[str, Any]
) -> None:
    body = {name: value for name, value in changes.items() if value is not None}
    token = access_token(realm_key, server.issuer, **body)
    if "exp" in changes and changes["exp"] is None:
        payload = jwt.decode(token, options={"verify_signature": False})
        payload.pop("exp")
        token = jwt.encode(payload, realm_key, algorithm="RS256", headers={"kid": "realm"})
    assert backend().access_token_claims(token) == {}


def test_an_access_token_with_another_signature_gives_no_role(
    server: oidc.OidcServer, realm_key: rsa.RSAPrivateKey
) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert backend().access_token_claims(access_token(other, server.issuer)) == {}


@pytest.mark.parametrize("token", ["", "opaque", "a.b", "a.b.c", "....", "é.é.é"])
def test_an_opaque_access_token_gives_no_role(
    server: oidc.OidcServer, realm_key: rsa.RSAPrivateKey, token: str
) -> None:
    assert backend().access_token_claims(token) == {}


# --- small parts


@pytest.mark.parametrize(
    ("found", "path", "role"),
    [
        ({"realm_access": {"roles": ["crmllm-admin"]}}, "realm_access.roles", Role.ADMIN),
        ({"groups": ["x", "crmllm-rep"]}, "groups", Role.REP),
        ({"role": "crmllm-auditor"}, "role", Role.AUDITOR),
        ({"realm_access": {"roles": ["admin"]}}, "realm_access.roles", None),
        ({"realm_access": None}, "realm_access.roles", None),
        ({"realm_access": ["crmllm-admin"]}, "realm_access.roles", None),
        ({"groups": {"crmllm-admin": True}}, "groups", None),
        ({}, "realm_access.roles", None),
    ],
)
def test_the_role_in_claims(found: dict[str, Any], path: str, role: Role | None) -> None:
    assert sso.role_in(found, path, "crmllm-") == role


@pytest.mark.parametrize(
    ("wanted", "name"), [("kim", "kim"), ("k im<b>", "kimb"), ("<>", "person"), ("Kim@x", "Kim@x")]
)
def test_a_free_username(wanted: str, name: str) -> None:
    assert sso.free_username(wanted) == name
    make_user(name)
    assert sso.free_username(wanted) == f"{name}-2"
    make_user(f"{name}-2")
    assert sso.free_username(wanted) == f"{name}-3"
