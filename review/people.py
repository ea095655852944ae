"""Whose figures somebody may see: their own; a manager those of the team; an admin those of all."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from crmllm.access.choices import PERMISSIONS, Role
from crmllm.access.models import User


def people(user: User) -> QuerySet[User]:
    """Those who decide, or did, whose figures this person may see. A manager without a team is that of people without
    one."""
    rows = User.objects.filter(role__in=PERMISSIONS["proposals.decide"]).order_by("username")
    if user.role == Role.ADMIN:
        return rows
    own = Q(pk=user.pk)
    return rows.filter(own | Q(team=user.team_id) if user.role == Role.MANAGER else own)


def managers_of(person: User) -> QuerySet[User]:
    """Who is told of a person's figures: the managers of their team, else the admins."""
    rows = User.objects.filter(is_active=True).exclude(pk=person.pk)
    managers = rows.filter(role=Role.MANAGER, team=person.team_id)
    return managers if managers.exists() else rows.filter(role=Role.ADMIN)
