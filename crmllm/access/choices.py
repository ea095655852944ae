"""Roles, and what each may do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """One role a person; `admin` configures, `auditor` only reads."""

    REVIEWER = "reviewer", _("Reviewer")
    REP = "rep", _("Sales rep")
    MANAGER = "manager", _("Sales manager")
    COMPLIANCE = "compliance", _("Compliance officer")
    ADMIN = "admin", _("Admin")
    AUDITOR = "auditor", _("Auditor")


#: Roles that see every record; the others see what they or their team own, and what nobody owns.
SEES_ALL = frozenset({Role.REVIEWER, Role.COMPLIANCE, Role.ADMIN, Role.AUDITOR})

#: Who may do what. What is not here nobody may do.
PERMISSIONS: dict[str, frozenset[Role]] = {
    "proposals.decide": frozenset({Role.REVIEWER, Role.REP, Role.MANAGER, Role.ADMIN}),
    "interactions.view": frozenset(Role),
    "interactions.add": frozenset({Role.REVIEWER, Role.REP, Role.MANAGER, Role.ADMIN}),
    "records.view": frozenset(Role),
    "records.change": frozenset({Role.REVIEWER, Role.REP, Role.MANAGER, Role.ADMIN}),
    "quality.view": frozenset({Role.REVIEWER, Role.MANAGER, Role.ADMIN, Role.AUDITOR, Role.COMPLIANCE}),
    "policies.manage": frozenset({Role.MANAGER, Role.ADMIN}),
    "queues.manage": frozenset({Role.MANAGER, Role.ADMIN}),
    "jobs.view": frozenset({Role.REVIEWER, Role.MANAGER, Role.ADMIN, Role.AUDITOR, Role.COMPLIANCE}),
    "jobs.manage": frozenset({Role.ADMIN}),
    "settings.view": frozenset({Role.ADMIN, Role.AUDITOR, Role.COMPLIANCE}),
    "settings.manage": frozenset({Role.ADMIN}),
    "audit.view": frozenset({Role.ADMIN, Role.AUDITOR, Role.COMPLIANCE}),
    "privacy.manage": frozenset({Role.COMPLIANCE, Role.ADMIN}),
}
