"""People: teams, users with one role, API tokens."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from crmllm.access.choices import PERMISSIONS, SEES_ALL, Role
from crmllm.core.ids import uuid7
from crmllm.core.models import BaseModel


class Team(BaseModel):
    """A group of people who share their records."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A login: local, or made by single sign-on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.REP)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="users")
    single_keys = models.BooleanField(default=True, help_text="Single-letter keyboard commands are on.")
    keys = models.JSONField(default=dict, blank=True, help_text="Keys of their own: {action: [key]}, see core.keymap.")

    audit_kind = "person"

    @property
    def audit_id(self) -> UUID | None:
        return self.id

    def may(self, permission: str) -> bool:
        """Whether this person's role allows it."""
        return self.is_active and self.role in PERMISSIONS[permission]

    @cached_property
    def sees_all(self) -> bool:
        return self.role in SEES_ALL

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Owned(models.Model):
    """Rows that are for their owner and their team (`access.rules.own`)."""

    owner = models.ForeignKey("crm.CrmUser", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        abstract = True


class Claimable(models.Model):
    """Rows on which one person at a time decides; a claim that is not renewed ends by itself."""

    claimed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def free_for(user: User) -> models.Q:
        """Rows that nobody else is deciding on right now."""
        return models.Q(claimed_by=None) | models.Q(claimed_by=user) | models.Q(claimed_until__lt=timezone.now())

    def held_by_other_than(self, user: User) -> bool:
        """Whether somebody else is deciding on it right now."""
        until = self.claimed_until
        return self.claimed_by_id not in (None, user.pk) and until is not None and until > timezone.now()


class ApiToken(BaseModel):
    """A bearer token: only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"
