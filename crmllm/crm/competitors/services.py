"""The list of competitors, as a person changes it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.errors import BadInput, Conflict
from crmllm.crm.models import Competitor

#: Letters of a competitor: one alone would stand in every text.
LEAST_NAME = 2


def add_competitor(*, actor: User, name: str, also_known_as: Iterable[str], active: bool = True) -> Competitor:
    """Adds one to the list. Raises BadInput without a name, Conflict for one that is listed."""
    return _keep_competitor(actor, Competitor(), "competitor.added", name, also_known_as, active)


def change_competitor(
    *, actor: User, competitor: Competitor, name: str, also_known_as: Iterable[str], active: bool
) -> Competitor:
    """Changes one of the list; records keep the name under which it was approved."""
    return _keep_competitor(actor, competitor, "competitor.changed", name, also_known_as, active)


def remove_competitor(*, actor: User, competitor: Competitor) -> None:
    """Takes one off the list."""
    require(actor, "settings.manage")
    with transaction.atomic():
        audit.record(actor=actor, action="competitor.removed", subject_type="competitor", subject_id=competitor.pk)
        competitor.delete()


def _keep_competitor(
    actor: User, row: Competitor, action: str, name: str, also_known_as: Iterable[str], active: bool
) -> Competitor:
    require(actor, "settings.manage")
    row.name, row.active = " ".join(name.split()), active
    others = (" ".join(one.split())[:160] for one in also_known_as)
    row.also_known_as = list(dict.fromkeys(one for one in others if one and one != row.name))
    if len(row.name) < LEAST_NAME or any(len(one) < LEAST_NAME for one in row.also_known_as):
        raise BadInput("A name needs two letters at least.", fields={"name": ["Each name needs two letters at least."]})
    with transaction.atomic():
        if Competitor.objects.filter(name__iexact=row.name).exclude(pk=row.pk).exists():
            raise Conflict("It is on the list already.", fields={"name": ["This name is on the list already."]})
        row.save()
        audit.record(
            actor=actor, action=action, subject_type="competitor", subject_id=row.pk,
            details={"name": row.name, "active": row.active},
        )  # fmt: skip
    return row
