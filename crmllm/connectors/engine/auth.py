"""Signing in: the access token, got in the declared way, kept sealed, renewed ahead and by one worker at a time.

Sealed in Connection.credentials: {"secrets": {setting: value}, "access_token": ..., "refresh_token": ...}.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import jmespath
import jwt
from django.db import transaction
from django.utils import timezone

from crmllm.connectors import services
from crmllm.connectors.base import RemoteRefused
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.access import Auth, AuthKind
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.errors import NeedsSignIn, NotSent
from crmllm.connectors.engine.template import fill
from crmllm.connectors.models import Connection
from crmllm.core.errors import BadInput
from crmllm.core.guarded_http import Answer, GuardedClient, Refused, TooLarge, Unreachable

AHEAD = timedelta(minutes=5)  # a token is renewed so long before it ends
VERIFIER_BYTES = 48
SHORTEST = 6  # letters of a secret that is looked for in what a CRM says
LONGEST = 30 * 86_400  # seconds that a token is taken to be good, whatever its answer says


@dataclass(frozen=True)
class SignIn:
    """What the browser is sent to, and what must be remembered until it comes back (RFC 6749, RFC 7636)."""

    address: str
    state: str
    verifier: str


class Session:
    """The token of one connection."""

    def __init__(self, connection: Connection, declaration: Declaration, client: GuardedClient) -> None:
        self.connection, self.declaration, self.client = connection, declaration, client
        self.way: Auth = declaration.way(connection.way) if connection.way else declaration.auth[0]

    # --- for each call

    def token(self) -> str:
        """The access token; renewed first when it ends soon. Raises NeedsSignIn or NotSent."""
        if self.way.kind == AuthKind.HEADER:
            return ""
        held, until = self._held(), self.connection.token_until
        if held and (until is None or until - self._ahead() > timezone.now()):
            return held
        self.renew(held)
        return self._held()

    def _ahead(self) -> timedelta:
        """A token that lives for a short time only is not renewed with every call."""
        return min(AHEAD, timedelta(seconds=float(self._credentials().get("lifetime") or LONGEST) / 2))

    def headers(self, token: str) -> dict[str, str]:
        filled: dict[str, str] = fill(self.way.headers, {"token": token, **self.values()})
        return filled

    def values(self) -> dict[str, Any]:
        """Plain settings and secrets: for sign-in and headers only, never for an address that is logged."""
        secrets_ = self._credentials().get("secrets") or {}
        empty = {one.name: one.default for one in (*self.declaration.settings, *self.way.settings)}
        given = {**self.connection.options, **secrets_}
        return {**self.declaration.values, **empty, **{name: one for name, one in given.items() if one}}

    def renew(self, old: str) -> bool:
        """Gets a new token in place of `old`, unless another worker has done so. False when there is no way to.

        Raises NeedsSignIn when the CRM refuses, NotSent when it does not answer.
        """
        if self.way.kind == AuthKind.HEADER:
            return False
        try:
            with transaction.atomic():
                self._take_over(Connection.objects.select_for_update().get(pk=self.connection.pk))
                if self._held() == old:
                    self._keep(self._new_token())
        except NeedsSignIn as error:
            services.mark_broken(connection=self.connection, reason=error.message)
            raise
        return True

    def without_secrets(self, words: str) -> str:
        """What a CRM says, without what it may repeat of what we signed in with."""
        held = self._credentials()
        known = [held.get("access_token"), held.get("refresh_token"), *(held.get("secrets") or {}).values()]
        for one in sorted((str(one) for one in known if one), key=len, reverse=True):
            words = words.replace(one, "…") if len(one) >= SHORTEST else words
        return words

    # --- signing in for the first time

    def sign_in_address(self, redirect: str) -> SignIn:
        """Where the browser goes to sign in. Raises BadInput when this way needs no browser."""
        if self.way.kind != AuthKind.CODE:
            raise BadInput("This way of signing in needs no browser.")
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(VERIFIER_BYTES)
        known = self.values()
        query = {
            "response_type": "code",
            "client_id": known.get("client_id", ""),
            "redirect_uri": redirect,
            "scope": " ".join(self.way.scopes),
            "state": state,
            **fill(self.way.parameters, known),
        }
        if self.way.pkce:
            digest = hashlib.sha256(verifier.encode()).digest()
            query["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            query["code_challenge_method"] = "S256"
        return SignIn(f"{fill(self.way.authorize, known)}?{urlencode(query)}", state, verifier)

    def finish(self, code: str, verifier: str, redirect: str) -> None:
        """Trades the code for tokens. Raises NeedsSignIn or NotSent."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        if self.way.pkce:
            form["code_verifier"] = verifier
        self._keep(self._ask_token(form))

    # --- tokens

    def _new_token(self) -> Mapping[str, Any]:
        match self.way.kind:
            case AuthKind.CODE:
                refresh = self._credentials().get("refresh_token")
                if not refresh:
                    raise NeedsSignIn(f"{self.connection.name}: nobody has signed in yet.")
                return self._ask_token({"grant_type": "refresh_token", "refresh_token": str(refresh)})
            case AuthKind.CLIENT:
                return self._ask_token({"grant_type": "client_credentials"})
            case AuthKind.JWT:
                grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
                return self._ask_token({"grant_type": grant, "assertion": self._assertion()}, client=False)
            case _:
                return self._log_in()

    def _ask_token(self, form: dict[str, str], *, client: bool = True) -> Mapping[str, Any]:
        known = self.values()
        form = {**form, **{name: str(value) for name, value in fill(self.way.form, known).items() if value}}
        headers = {"Accept": "application/json"}
        if client and self.way.client_in == "basic":
            pair = f"{known.get('client_id', '')}:{known.get('client_secret', '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        elif client:
            form |= {name: str(known[name]) for name in ("client_id", "client_secret") if known.get(name)}
        address = str(fill(self.way.token, known))
        return self._asked(self.client.build("POST", address, data=form, headers=headers))

    def _asked(self, request: httpx.Request) -> Mapping[str, Any]:
        try:
            answer = self.client.ask(request)
        except (Unreachable, TooLarge) as error:
            raise NotSent(f"{self.connection.name}: signing in got no answer. {error.message}") from None
        except Refused as error:
            raise RemoteRefused(f"{self.connection.name}: {error.message}", code=error.code) from None
        return self._token_in(answer)

    def _token_in(self, answer: Answer) -> Mapping[str, Any]:
        try:
            body = answer.json()
        except ValueError:
            body = None
        if answer.status >= 500 or answer.status in (408, 425, 429) or (answer.status < 400 and body is None):
            raise NotSent(f"{self.connection.name}: signing in is not possible at the moment.", wait=5)
        if answer.status >= 400 or not isinstance(body, dict):
            reason = str((body or {}).get("error", "")) if isinstance(body, dict) else ""
            words = f" ({reason[:80]})" if reason else ""
            raise NeedsSignIn(
                f"{self.connection.name} does not let us in any more{words}; somebody has to sign in again."
            )
        return body

    def _assertion(self) -> str:
        spec, known = self.way.jwt, self.values()
        assert spec is not None
        claims = {
            "iss": fill(spec.issuer, known),
            "sub": fill(spec.subject, known),
            "aud": fill(spec.audience, known),
            "exp": int(time.time()) + spec.minutes * 60,
        }
        try:
            return jwt.encode(claims, str(fill(spec.key, known)), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise NeedsSignIn(f"{self.connection.name}: the private key cannot be read; give it in PEM form.") from None

    def _log_in(self) -> Mapping[str, Any]:
        call, known = self.way.login, self.values()
        assert isinstance(call, Call)
        address = f"{str(fill(self.declaration.base, known)).rstrip('/')}/{str(fill(call.path, known)).lstrip('/')}"
        body: dict[str, Any] = (
            {"data" if call.form else "json": fill(call.body, known)} if call.body is not None else {}
        )
        answer = self._asked(self.client.build(call.method, address, headers=fill(call.headers, known), **body))
        token = jmespath.search(self.way.picked, answer)
        if not token:
            raise NeedsSignIn(f"{self.connection.name} does not let us in; check what was entered.")
        return {**answer, "access_token": str(token)}

    def _keep(self, answer: Mapping[str, Any]) -> None:
        """Stores what the token's answer brought; a refresh token that came along takes the old one's place."""
        held = self._credentials()
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            reason = str(answer.get("error") or "")[:80]
            words = f" ({reason})" if reason else ""
            raise NeedsSignIn(f"{self.connection.name} gave no token{words}; somebody has to sign in again.")
        lifetime = self._lifetime(answer.get("expires_in"))
        kept = {name: jmespath.search(path, answer) for name, path in self.way.keep.items()}
        row = services.keep_token(
            connection=self.connection,
            credentials={
                **held,
                "access_token": token,
                "lifetime": lifetime,
                "refresh_token": answer.get("refresh_token") or held.get("refresh_token"),
            },
            until=timezone.now() + timedelta(seconds=lifetime),
            options={name: value for name, value in kept.items() if value},
        )
        self._take_over(row)

    def _lifetime(self, told: Any) -> int:
        """Seconds; what is no number, or none that can be, counts as not said."""
        try:
            seconds = float(told or 0)
        except (TypeError, ValueError, OverflowError):
            seconds = 0
        return int(min(seconds, LONGEST)) if seconds >= 1 else self.way.lifetime

    def _take_over(self, row: Connection) -> None:
        self.connection.credentials, self.connection.token_until = row.credentials, row.token_until
        self.connection.options = row.options

    def _held(self) -> str:
        return str(self._credentials().get("access_token") or "")

    def _credentials(self) -> dict[str, Any]:
        sealed = self.connection.credentials
        return dict(sealed.open()) if sealed is not None else {}
