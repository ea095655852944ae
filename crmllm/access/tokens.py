"""API tokens: made once, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crmllm.access.models import ApiToken, User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.errors import Forbidden

PREFIX = "crm_"
#: How exactly `last_used_at` is kept: one write in this time.
LAST_USED_RESOLUTION = timedelta(minutes=5)


def _digest(value: str) -> bytes:
    # 32 random bytes need no slow hash.
    return hashlib.sha256(value.encode()).digest()


def create_token(
    *, actor: audit.Actor, user: User, name: str, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Makes a token for `user`; returns the row and the value, which is not kept anywhere."""
    if isinstance(actor, User) and actor != user:
        require(actor, "settings.manage")
    value = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            name=name,
            prefix=value[:8],
            digest=_digest(value),
            expires_at=expires_at,
        )
        audit.record(
            actor=actor,
            action="token.created",
            subject_type="user",
            subject_id=user.id,
            details={"token": token.id},
        )
    return token, value


def revoke_token(*, actor: User, token: ApiToken) -> None:
    """Ends a token: one's own, or anybody's for an admin."""
    if token.user_id != actor.id and not actor.may("settings.manage"):
        raise Forbidden("Only its owner or an admin can revoke a token.")
    with transaction.atomic():
        ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
        audit.record(
            actor=actor,
            action="token.revoked",
            subject_type="user",
            subject_id=token.user_id,
            details={"token": token.id},
        )


def find(value: str) -> ApiToken | None:
    """The valid token with this value, of an active user."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user", "user__team")
        .filter(digest=_digest(value), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )
    if token and (token.last_used_at is None or token.last_used_at < now - LAST_USED_RESOLUTION):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
