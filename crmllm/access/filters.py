"""Filters of the people and token lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crmllm.access.choices import Role
from crmllm.access.models import ApiToken, Team, User


class UserFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By role, team, and whether the login works."""

    role = django_filters.ChoiceFilter(choices=Role.choices, label=_("Role"))
    team = django_filters.ModelChoiceFilter(queryset=Team.objects.all(), label=_("Team"))
    active = django_filters.ChoiceFilter(
        field_name="is_active", choices=[("yes", _("active")), ("no", _("switched off"))], label=_("Login"),
        method="by_active",
    )  # fmt: skip

    class Meta:
        model = User
        fields = ("role", "team")

    def by_active(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(is_active=value == "yes")


class TokenFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By state."""

    state = django_filters.ChoiceFilter(
        choices=[("valid", _("valid")), ("ended", _("ended"))], label=_("State"), method="by_state"
    )

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = ()

    def by_state(self, rows: QuerySet[ApiToken], name: str, value: str) -> QuerySet[ApiToken]:
        valid: Any = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
        return rows.filter(valid if value == "valid" else ~valid)
