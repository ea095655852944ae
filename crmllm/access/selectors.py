"""Reads of people, teams and tokens."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from social_django.models import UserSocialAuth

from crmllm.access.models import ApiToken, Team, User
from crmllm.access.rules import require, visible


def people(actor: User) -> QuerySet[User]:
    """Everybody with a login, with their team and whether single sign-on knows them."""
    require(actor, "settings.view")
    known = UserSocialAuth.objects.filter(user=OuterRef("pk"))
    return visible(actor, User.objects.select_related("team").annotate(from_sso=Exists(known)))


def search_people(rows: QuerySet[User], words: str) -> QuerySet[User]:
    """Each word in a name, the login name or the address."""
    for word in words.split():
        rows = rows.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    return rows


def teams(actor: User) -> QuerySet[Team]:
    """All teams with the number of people who can log in."""
    active = Count("users", filter=Q(users__is_active=True))
    return visible(actor, Team.objects.annotate(people=active).order_by(Lower("name")))


def own_tokens(actor: User) -> QuerySet[ApiToken]:
    """One's own API tokens, also those that ended."""
    return visible(actor, ApiToken.objects.select_related("user"))


def tokens_of(actor: User, user: User) -> QuerySet[ApiToken]:
    """Somebody's valid tokens, for an admin who may have to revoke them."""
    require(actor, "settings.manage")
    return ApiToken.objects.filter(user=user, revoked_at=None)
