"""Tokens: service keys, and the three OAuth grants with PKCE and rotating refresh tokens."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tests.support.hubspot.errors import Refused, error
from tests.support.hubspot.schema import OBJECTS
from tests.support.hubspot.values import Clock, iso

SERVICE_KEY = "pat-eu1-made-up"
CLIENT_ID, CLIENT_SECRET, APP_ID = "made-up-client", "made-up-secret", 54321
ALL_SCOPES = frozenset(
    {
        "oauth",
        "crm.objects.owners.read",
        "crm.objects.contacts.sensitive.read",
        "sales-email-read",
        *(kind.read for kind in OBJECTS.values()),
        *(kind.write for kind in OBJECTS.values()),
        *(f"crm.schemas.{name}.{right}" for name in ("contacts", "companies", "deals") for right in ("read", "write")),
    }
)


@dataclass
class Token:
    """A Bearer token; `refresh` belongs to those that a user gave."""

    value: str
    kind: str  # service_key, user, client_credentials
    scopes: tuple[str, ...]
    user_id: int | None = None
    expires: int | None = None
    refresh: str | None = None
    user_level: bool = False


@dataclass
class _Code:
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str | None
    user_id: int


class Tokens:
    """Which tokens are good. `rotates` and `lifetime` (seconds) may be set; so may what the consent page answers."""

    def __init__(self, clock: Clock, hub_id: int, note: Callable[[Mapping[str, Any]], None]) -> None:
        self.clock, self.hub_id = clock, hub_id
        self.rotates, self.lifetime = True, 1800
        self.user_id, self.user_level, self.consent = 789, False, True
        self.client_id, self.client_secret = CLIENT_ID, CLIENT_SECRET
        self._note = note
        self._codes: dict[str, _Code] = {}
        self._known: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}
        self.service_key(SERVICE_KEY)

    def service_key(self, value: str, scopes: Iterable[str] = ALL_SCOPES) -> Token:
        """A key that never ends, as made in the account's settings (or a private app's token)."""
        self._known[value] = Token(value, "service_key", tuple(sorted(scopes)))
        return self._known[value]

    def grant(self, scopes: Iterable[str] = ALL_SCOPES, user_id: int | None = None) -> Token:
        """What a user's consent ends in: an access token and a refresh token."""
        return self._issue("user", tuple(sorted(scopes)), user_id or self.user_id)

    def expire(self) -> None:
        """All access tokens end now; their refresh tokens stay good."""
        for token in self._known.values():
            if token.kind != "service_key":
                token.expires = self.clock.now()

    def revoke(self, value: str) -> None:
        """Neither this token nor what can be had with it is good any more."""
        known = self._known.pop(value, None) or self._refresh.get(value)
        if known is not None:
            self._known.pop(known.value, None)
            self._refresh.pop(known.refresh or "", None)
            self._note({"token": {**asdict(known), "kind": "revoked"}})

    def load(self, line: dict[str, Any]) -> None:
        token = Token(**{**line, "scopes": tuple(line["scopes"])})
        if token.kind == "revoked":
            self._known.pop(token.value, None)
            self._refresh.pop(token.refresh or "", None)
            return
        self._keep(token)

    def admit(self, header: str) -> Token:
        """The token of an Authorization header, or 401."""
        token = self._known.get(header.removeprefix("Bearer "))
        if not header.startswith("Bearer ") or token is None:
            text = "Authentication credentials not found. This API supports OAuth 2.0 authentication."
            raise Refused(401, error(text, "INVALID_AUTHENTICATION"))
        if token.expires is not None and token.expires <= self.clock.now():
            minutes = (self.clock.now() - token.expires) // 60_000
            text = f"The OAuth token used to make this call expired {minutes} minute(s) ago."
            context = {"expire time": [iso(token.expires)]}
            raise Refused(401, error(text, "EXPIRED_AUTHENTICATION", context=context))
        return token

    # the endpoints ------------------------------------------------------------

    def authorize(self, query: Mapping[str, str]) -> dict[str, str]:
        """What the consent page sends back, at once, for the user who is signed in."""
        if query.get("client_id") != self.client_id or "redirect_uri" not in query:
            raise Refused(400, error("This app, or an address to come back to, does not exist.", "BAD_CLIENT_ID"))
        state = {"state": query["state"]} if "state" in query else {}
        if not self.consent:
            return {"error": "access_denied", "error_description": "The user denied access.", **state}
        if query.get("code_challenge_method", "S256") != "S256":
            raise Refused(400, error("Only S256 is supported.", "BAD_CODE_CHALLENGE_METHOD"))
        code = secrets.token_urlsafe(24)
        asked = f"{query.get('scope', '')} {query.get('optional_scope', '')}".split()
        scopes = tuple(sorted(set(asked) & ALL_SCOPES))
        self._codes[code] = _Code(scopes, query["redirect_uri"], query.get("code_challenge"), self.user_id)
        return {"code": code, **state}

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """POST /oauth/…/token."""
        if form.get("client_id") != self.client_id:
            raise _bad("BAD_CLIENT_ID", "missing or unknown client id")
        if not secrets.compare_digest(form.get("client_secret", ""), self.client_secret):
            raise _bad("BAD_CLIENT_SECRET", "missing or invalid client secret")
        grant = form.get("grant_type")
        if grant == "authorization_code":
            return self._answer(self._from_code(form))
        if grant == "refresh_token":
            return self._answer(self._from_refresh(form))
        if grant == "client_credentials":
            asked = set(form.get("scope", "").split()) or ALL_SCOPES
            return self._answer(self._issue("client_credentials", tuple(sorted(asked & ALL_SCOPES)), None))
        raise _bad("BAD_GRANT_TYPE", "missing or unknown grant type")

    def introspect(self, form: Mapping[str, str]) -> dict[str, Any]:
        """POST /oauth/…/token/introspect; for an access token with the claims that it carries."""
        value = form.get("token", "")
        token = self._known.get(value) or self._refresh.get(value)
        if token is None:
            raise Refused(404, error("The token was not found.", "OBJECT_NOT_FOUND"))
        common = {
            "token": value,
            "active": token.expires is None or value == token.refresh or token.expires > self.clock.now(),
            "app_id": APP_ID,
            "client_id": self.client_id,
            "hub_id": self.hub_id,
            "scopes": list(token.scopes),
            "token_type": "bearer",
            "user_id": token.user_id or 0,
        }
        if value == token.refresh:
            return {**common, "token_use": "refresh_token"}
        claims = {
            "appId": APP_ID,
            "expiresAt": token.expires or 0,
            "hubId": self.hub_id,
            "hublet": "eu1",
            "installingUserId": self.user_id,
            "isPrivateDistribution": True,
            "isServiceAccount": token.user_id is None,
            "isUserLevel": token.user_level,
            "newSignature": "c2ln",
            "scopes": " ".join(token.scopes),
            "scopeToScopeGroupPks": "",
            "signature": "c2ln",
            "trialScopes": "",
            "trialScopeToScopeGroupPks": "",
            "userId": token.user_id or 0,
        }
        left = max(0, ((token.expires or 0) - self.clock.now()) // 1000)
        more = {"token_use": "access_token", "expires_in": left, "is_private_distribution": True}
        return {**common, **more, "signed_access_token": claims}

    def _from_code(self, form: Mapping[str, str]) -> Token:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None:
            raise _bad("BAD_AUTH_CODE", "missing or unknown auth code")
        if form.get("redirect_uri") != code.redirect_uri:
            raise _bad("BAD_REDIRECT_URI", "the redirect uri differs from the one that the code was given to")
        if code.challenge and _challenge(form.get("code_verifier", "")) != code.challenge:
            raise _bad("BAD_CODE_VERIFIER", "the code verifier does not belong to the challenge")
        return self._issue("user", code.scopes, code.user_id)

    def _from_refresh(self, form: Mapping[str, str]) -> Token:
        old = self._refresh.get(form.get("refresh_token", ""))
        if old is None:
            raise _bad("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        if self.rotates:
            self.revoke(old.refresh or "")
            return self._issue("user", old.scopes, old.user_id)
        return self._issue("user", old.scopes, old.user_id, old.refresh)

    def _issue(self, kind: str, scopes: tuple[str, ...], user_id: int | None, refresh: str | None = None) -> Token:
        expires = self.clock.now() + self.lifetime * 1000
        token = Token(f"CAI{secrets.token_urlsafe(240)}", kind, scopes, user_id, expires)
        if kind == "user":
            token.refresh = refresh or f"eu1-{secrets.token_urlsafe(24)}"
            token.user_level = self.user_level
        self._keep(token)
        self._note({"token": asdict(token)})
        return token

    def _keep(self, token: Token) -> None:
        self._known[token.value] = token
        if token.refresh is not None:
            self._refresh[token.refresh] = token

    def _answer(self, token: Token) -> dict[str, Any]:
        answer = {
            "access_token": token.value,
            "expires_in": self.lifetime,
            "token_type": "bearer",
            "hub_id": self.hub_id,
            "scopes": list(token.scopes),
        }
        if token.kind == "client_credentials":
            return {**answer, "token_use": "client_credentials"}
        return {**answer, "refresh_token": token.refresh, "user_id": token.user_id, "token_use": "access_token"}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _bad(status: str, message: str) -> Refused:
    return Refused(400, {**error(message), "status": status})
