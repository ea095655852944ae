"""One wrapped key for each content item, in a database of their own: dropping the row erases the item everywhere."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from crmllm.core.ids import uuid7


class ContentKey(models.Model):
    """A 256-bit AES key, wrapped by the master key; useless without it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.id)
