"""Signing in: codes with PKCE, refresh tokens, client credentials, signed statements (JWT)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography import x509

from tests.support.salesforce.calls import Reply

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_STATEMENT = 300  # seconds that a signed statement may be good for
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")


@dataclass
class ClientApp:
    """An external client app that the org's administrator has allowed."""

    client_id: str
    client_secret: str
    run_as: str = ""  # the user behind client credentials
    public_key: str = ""  # PEM: a public key or a certificate
    redirect_uris: list[str] = field(default_factory=list)  # none: every one is welcome


@dataclass(frozen=True)
class Code:
    """What an authorization code stands for."""

    app: str
    user: str
    redirect_uri: str
    challenge: str


class Denied(Exception):
    """An error in OAuth's own shape."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.reply = Reply(400, {"error": error, "error_description": description})


@dataclass
class SignIn:
    """Apps and tokens. `signs_in` is the person at the browser; a person who is None says no."""

    users: dict[str, str] = field(default_factory=dict)  # Username: id
    apps: dict[str, ClientApp] = field(default_factory=dict)
    signs_in: str | None = ""
    rotates: bool = False
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, tuple[str, str]] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    inactive: set[str] = field(default_factory=set)
    number: int = 0
    now: float = 0  # by the CRM's clock, at the last request

    def secret(self, kind: str) -> str:
        """A value that only its receiver knows; the same one in every run."""
        self.number += 1
        return hashlib.sha256(f"{kind} {self.number}".encode()).hexdigest()[:40]

    def authorize(self, asked: Mapping[str, str]) -> Reply:
        """The page where a person agrees: here they agree at once, and the browser is sent back."""
        app, back = self.apps.get(asked.get("client_id", "")), asked.get("redirect_uri", "")
        if app is None or asked.get("response_type") != "code":
            return Reply(400, {"error": "invalid_client_id", "error_description": "client identifier invalid"})
        if not back or (app.redirect_uris and back not in app.redirect_uris):
            message = "redirect_uri must match configuration"
            return Reply(400, {"error": "redirect_uri_mismatch", "error_description": message})
        state = {"state": asked["state"]} if "state" in asked else {}
        if self.signs_in is None:
            denied = {"error": "access_denied", "error_description": "end-user denied authorization"}
            return Reply(302, headers={"Location": f"{back}?{urlencode(denied | state)}"})
        code = self.secret("code")
        user = self.users.get(asked.get("login_hint", ""), self.signs_in)
        self.codes[code] = Code(app.client_id, user, back, asked.get("code_challenge", ""))
        return Reply(302, headers={"Location": f"{back}?{urlencode({'code': code} | state)}"})

    def token(self, form: Mapping[str, str], authorization: str, base: str, org: str, now_ms: int) -> Reply:
        """The token endpoint."""
        if authorization.startswith("Basic "):
            client, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            form = {**form, "client_id": client, "client_secret": secret}
        self.now = now_ms / 1000
        grants = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
            "client_credentials": self._by_app,
            BEARER: self._by_statement,
        }
        try:
            grant = grants.get(form.get("grant_type", ""))
            if grant is None:
                raise Denied("unsupported_grant_type", "grant type not supported")
            user, refresh = grant(form, base)
            if user in self.inactive:
                raise Denied("inactive_user", "user is inactive")
        except Denied as denied:
            return denied.reply
        access = f"{org[:15]}!{self.secret('access')}"
        self.access[access] = user
        answer = {
            "access_token": access,
            "instance_url": base,
            "id": f"{base}/id/{org}/{user}",
            "token_type": "Bearer",
            "issued_at": str(now_ms),
            "signature": base64.b64encode(hashlib.sha256(access.encode()).digest()).decode(),
            "scope": "api refresh_token" if refresh else "api",
        }
        return Reply(body=answer | ({"refresh_token": refresh} if refresh else {}))

    def revoke(self, token: str) -> Reply:
        """Ends a token; a refresh token takes its access tokens with it."""
        if token in self.refresh:
            _, user = self.refresh.pop(token)
            self.access = {known: whose for known, whose in self.access.items() if whose != user}
        elif self.access.pop(token, None) is None:
            return Reply(400, {"error": "unsupported_token_type", "error_description": "this token is not known"})
        return Reply(200)

    def introspect(self, token: str) -> dict[str, Any]:
        """Whether a token still works."""
        user = self.access.get(token) or self.refresh.get(token, ("", ""))[1]
        return {"active": True, "sub": user, "scope": "api"} if user else {"active": False}

    def _app(self, form: Mapping[str, str], needs_secret: bool) -> ClientApp:
        app = self.apps.get(form.get("client_id", ""))
        if app is None:
            raise Denied("invalid_client_id", "client identifier invalid")
        given = form.get("client_secret")
        if (needs_secret or given is not None) and given != app.client_secret:
            raise Denied("invalid_client", "invalid client credentials")
        return app

    def _by_code(self, form: Mapping[str, str], base: str) -> tuple[str, str]:
        code = self.codes.pop(form.get("code", ""), None)
        verifier = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        app = self._app(form, needs_secret=code is None or not code.challenge)
        if code is None or code.app != app.client_id:
            raise Denied("invalid_grant", "expired authorization code")
        if code.redirect_uri != form.get("redirect_uri"):
            raise Denied("redirect_uri_mismatch", "redirect_uri must match configuration")
        if code.challenge and code.challenge != verifier.decode().rstrip("="):
            raise Denied("invalid_grant", "invalid code verifier")
        return code.user, self._new_refresh(app.client_id, code.user)

    def _by_refresh(self, form: Mapping[str, str], base: str) -> tuple[str, str]:
        app, token = self._app(form, needs_secret=False), form.get("refresh_token", "")
        owner, user = self.refresh.get(token, ("", ""))
        if owner != app.client_id:
            raise Denied("invalid_grant", "expired access/refresh token")
        if not self.rotates:
            return user, ""
        del self.refresh[token]
        return user, self._new_refresh(owner, user)

    def _by_app(self, form: Mapping[str, str], base: str) -> tuple[str, str]:
        app = self._app(form, needs_secret=True)
        if not app.run_as:
            raise Denied("invalid_grant", "no client credentials user enabled")
        return app.run_as, ""

    def _by_statement(self, form: Mapping[str, str], base: str) -> tuple[str, str]:
        try:
            issuer = jwt.decode(form.get("assertion", ""), options={"verify_signature": False}).get("iss", "")
            app = self.apps.get(issuer)
            if app is None:
                raise Denied("invalid_client_id", "client identifier invalid")
            key = _key(app.public_key)
            options: Any = {"require": ["exp", "sub", "aud"], "verify_exp": False}
            claims = jwt.decode(form["assertion"], key, ["RS256"], options, audience=[*AUDIENCES, base])
        except (jwt.PyJWTError, ValueError):
            raise Denied("invalid_grant", "invalid assertion") from None
        if not self.now < float(claims["exp"]) <= self.now + LONGEST_STATEMENT:
            raise Denied("invalid_grant", "assertion is not within its validity")
        if claims["sub"] not in self.users:
            raise Denied("invalid_grant", "user hasn't approved this consumer")
        return self.users[claims["sub"]], ""

    def _new_refresh(self, app: str, user: str) -> str:
        token = f"5Aep{self.secret('refresh')}"
        self.refresh[token] = (app, user)
        return token


def _key(pem: str) -> Any:
    if "CERTIFICATE" not in pem:
        return pem
    return x509.load_pem_x509_certificate(pem.encode()).public_key()
