"""Whose decisions a policy may rest on when its own are too few.

The rule looks at how many decisions there are, never at who was right: the policy's own scope, else whatever the
source, else the fields of the same object and risk, else those of the same risk anywhere. The promise then holds for
the pool.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from crmllm.crm import selectors as crm
from crmllm.crm.choices import Object, Risk
from review.policies.models import ReviewPolicy


@dataclass(frozen=True)
class Pool:
    """Fields ("object.field") and a source (empty: any) whose decisions count together."""

    level: int
    fields: frozenset[str]
    source: str
    words: str

    @property
    def members(self) -> Q:
        """Rows with `field` and `source` that belong to it."""
        found = Q(field__in=sorted(self.fields))
        return found & Q(source=self.source) if self.source else found


def covered(policy: ReviewPolicy) -> frozenset[str]:
    """The fields ("object.field") that a policy covers: the one that it names, else all that may be automated."""
    if policy.field:
        return frozenset({f"{policy.object}.{policy.field}"})
    return _fields([policy.object], _risks(policy))


def pools(policy: ReviewPolicy) -> list[Pool]:
    """From the policy's own scope to the widest."""
    own, risks = covered(policy), _risks(policy)
    told = " / ".join(str(Risk(one).label) for one in risks)
    wanted = [
        (own, policy.source, _("its own decisions")),
        (own, "", _("decisions on the same field, whatever the source")),
        (
            _fields([policy.object], risks),
            "",
            _("decisions on all fields of %(object)s of %(risk)s risk")
            % {"object": str(Object(policy.object).label).lower(), "risk": told},
        ),
        (_fields(Object.values, risks), "", _("decisions on all fields of %(risk)s risk") % {"risk": told}),
    ]
    found: list[Pool] = []
    for level, (fields, source, words) in enumerate(wanted):
        if not any((one.fields, one.source) == (fields, source) for one in found):
            found.append(Pool(level, fields, source, words))
    return found


def pool_of(policy: ReviewPolicy, level: int) -> Pool:
    """The pool of a level; the nearest wider one where a level is no different from one before it."""
    found = pools(policy)
    return next((one for one in found if one.level >= level), found[-1])


def _risks(policy: ReviewPolicy) -> tuple[str, ...]:
    if not policy.field:
        return (Risk.LOW, Risk.NORMAL)
    known = crm.field_map(policy.object).get(policy.field)
    return (known.risk if known else Risk.NORMAL,)


def _fields(objects: list[str], risks: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        f"{name}.{field.name}" for name in objects for field in crm.field_map(name).values() if field.risk in risks
    )
