"""Who sees what was counted: the rule of proposals (`access.rules.own`), as one column of a count.

A team's proposals are seen by the team, those that have neither team nor owner by everyone. The column tells both when
it is read, whoever is in the team by then. What people see only because they own it is not kept: by owner there would
be about as many counts as rows, and what one person owns beside their team is soon counted.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Case, Q, UUIDField, Value, When
from django.db.models.functions import Coalesce

from crmllm.access.models import User
from crmllm.crm.models import CrmUser

EVERYONE = UUID(int=0)


def of(path: str = "") -> Coalesce:
    """The audience of the proposal at the end of `path`: its team, everyone, or nobody but its owner (null)."""
    nobodys = When(**{f"{path}owner__isnull": True}, then=Value(EVERYONE))
    return Coalesce(f"{path}team_id", Case(nobodys, output_field=UUIDField()))


def among(user: User) -> Q:
    """Counts in whose audience this person is, who does not see all."""
    return Q(audience__in=[one for one in (EVERYONE, user.team_id) if one])


def owned(user: User) -> Q | None:
    """Proposals that this person sees as their owner only. None: there are none, or they see all anyway."""
    owner = None if user.sees_all else CrmUser.objects.filter(user=user).first()
    if owner is None:
        return None
    return Q(owner=owner) & ~Q(team=user.team_id) if user.team_id else Q(owner=owner)
