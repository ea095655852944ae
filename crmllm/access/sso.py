"""Single sign-on with Keycloak or any other OpenID Connect provider: code flow with PKCE, roles from a claim.

The provider decides who somebody is and, at each log-in, which role they have. A local login is taken over only through
an e-mail address that the provider has verified; a name is never enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from social_core.backends.base import BaseAuth
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import (
    AuthCanceled,
    AuthPolicyError,
    AuthProviderError,
    AuthSessionError,
    SocialAuthBaseException,
)
from social_django.middleware import SocialAuthExceptionMiddleware

from crmllm.access import services
from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core import audit
from crmllm.core.errors import CrmllmError

#: When a person has several roles there, the first of these counts.
PRECEDENCE = (Role.ADMIN, Role.COMPLIANCE, Role.MANAGER, Role.REVIEWER, Role.REP, Role.AUDITOR)


class Refused(AuthPolicyError):
    """Known to the provider, but not let in, with a sentence for that person."""

    def __init__(self, backend: BaseAuth[Any], sentence: str) -> None:
        super().__init__(backend)
        self.sentence = sentence


class OidcBackend(OpenIdConnectAuth[Any]):
    """Social-auth backend `oidc`."""

    name = "oidc"
    # Signatures that only the provider can make: no shared-secret (HS…) tokens.
    JWT_ALGORITHMS = ["RS256", "PS256", "ES256"]

    def get_user(self, user_id: str) -> User | None:
        """The session's person; nobody once they are switched off, as with a local login."""
        return User.objects.filter(pk=user_id, is_active=True).first()

    def access_token_claims(self, token: str) -> dict[str, Any]:
        """The claims of an access token that is a JWT signed by the provider for us, else none.

        Keycloak puts realm roles there, and into the other tokens only when told to.
        """
        try:
            key = self.find_valid_key(token)  # type: ignore[no-untyped-call]
            if not key:
                return {}
            claims: dict[str, Any] = jwt.decode(
                token, jwt.PyJWK(key).key, algorithms=self.JWT_ALGORITHMS, issuer=self.id_token_issuer(),
                options={"verify_aud": False, "require": ["exp", "iss"]}, leeway=self.JWT_LEEWAY,
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError):
            return {}
        ours = settings.SOCIAL_AUTH_OIDC_KEY
        return claims if ours in (claims.get("azp"), claims.get("client_id")) else {}


def providers() -> list[dict[str, str]]:
    """The buttons of the log-in page."""
    if not settings.OIDC_ENDPOINT:
        return []
    return [{"label": settings.OIDC_NAME, "url": reverse("social:begin", args=[OidcBackend.name])}]


# --- the pipeline (SOCIAL_AUTH_PIPELINE), in its order


def only_strangers(user: User | None = None, **kwargs: Any) -> None:
    """A session that is signed in does not become somebody else's, nor get their identity added."""
    if user is not None:
        raise Refused(kwargs["backend"], _("You are signed in already. Log out first."))


def read_role(backend: OidcBackend, response: Mapping[str, Any], **kwargs: Any) -> dict[str, Role]:
    """The person's role, from the first token that names one of ours."""
    sources: tuple[Callable[[], Mapping[str, Any]], ...] = (
        lambda: backend.id_token or {},
        lambda: response,
        lambda: backend.access_token_claims(str(response.get("access_token", ""))),
    )
    for source in sources:
        role = role_in(source(), settings.OIDC_ROLES_CLAIM, settings.OIDC_ROLE_PREFIX)
        if role:
            return {"role": role}
    social = kwargs.get("social")
    _note_refusal("no_role", social.user_id if social else None)
    raise Refused(
        backend, _("Your account has no role in crmllm. Ask an admin to give you one at the single sign-on provider.")
    )


def role_in(claims: Mapping[str, Any], path: str, prefix: str) -> Role | None:
    """The strongest of our roles under a dotted path; names carry the prefix: crmllm-reviewer."""
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return next((role for role in PRECEDENCE if f"{prefix}{role}" in names), None)


def find_person(
    backend: OidcBackend, response: Mapping[str, Any], user: User | None = None, **kwargs: Any
) -> dict[str, Any]:
    """Whose login this is: the one bound before, else the one with the same verified e-mail address."""
    if user is None and (email := str(response.get("email") or "")):
        same = list(User.objects.filter(email__iexact=email)[:2])
        if same and response.get("email_verified") is not True:
            _note_refusal("email_not_verified", same[0].id)
            raise Refused(
                backend, _("Your e-mail address is not verified at the single sign-on provider. Verify it there first.")
            )
        if len(same) > 1:
            raise Refused(backend, _("Several people here have your e-mail address. Ask an admin to correct that."))
        user = same[0] if same else None
    if user is not None and not user.is_active:
        _note_refusal("switched_off", user.id)
        raise Refused(backend, _("Your login is switched off. Ask an admin if you need it."))
    return {"user": user, "is_new": user is None}


def create_person(
    response: Mapping[str, Any], role: Role, user: User | None = None, **kwargs: Any
) -> dict[str, Any] | None:
    """A login for somebody new. An address that is not verified is left out: it must not match anybody later."""
    if user is not None:
        return None
    email = str(response.get("email") or "") if response.get("email_verified") is True else ""
    made = services.create_user(
        actor=audit.SYSTEM,
        username=free_username(str(response.get("preferred_username") or email.partition("@")[0] or "person")),
        role=role,
        email=email,
        first_name=str(response.get("given_name") or "")[:150],
        last_name=str(response.get("family_name") or "")[:150],
    )
    return {"user": made, "is_new": True}


def refresh_person(backend: OidcBackend, user: User, role: Role, **kwargs: Any) -> None:
    """The provider's word counts at each log-in: who lost a role there lost it here."""
    if user.role != role:
        try:
            services.update_user(actor=audit.SYSTEM, user=user, role=role)
        except CrmllmError as error:
            raise Refused(backend, error.message) from error


def free_username(wanted: str) -> str:
    """A login name made of `wanted` that nobody has: "kim", else "kim-2", "kim-3" …"""
    base = re.sub(r"[^\w.@+-]", "", wanted)[:140] or "person"
    like = User.objects.filter(username__istartswith=base).values_list("username", flat=True)
    taken = {name.lower() for name in like}
    number = 1
    name = base
    while name.lower() in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def _note_refusal(reason: str, user_id: UUID | None) -> None:
    with transaction.atomic():
        audit.record(
            actor=audit.SYSTEM, action="user.refused", subject_type="user", subject_id=user_id,
            details={"reason": reason},
        )  # fmt: skip


class SsoErrorMiddleware(SocialAuthExceptionMiddleware):
    """Every failure ends on the log-in page with a sentence; the library's texts are for developers."""

    def get_message(self, request: HttpRequest, exception: Exception) -> str:
        if isinstance(exception, Refused):
            return exception.sentence
        if isinstance(exception, AuthCanceled):
            return _("The log-in was cancelled.")
        if isinstance(exception, AuthProviderError):
            return _("The single sign-on provider does not answer. Try again in a moment, or log in with a password.")
        if isinstance(exception, AuthSessionError):
            return _("This log-in was not started here, or too long ago. Start again.")
        code = exception.code if isinstance(exception, SocialAuthBaseException) else "unknown"
        said = _("The answer of the single sign-on provider cannot be trusted (%(code)s). Start again.")
        return said % {"code": code}
