"""Reads of uploads: a person's own."""

from __future__ import annotations

from django.db.models import QuerySet

from crmllm.access.models import User
from crmllm.access.rules import load, visible
from crmllm.core.crypto import open_or, preload
from crmllm.ingestion.models import Refused, Upload

SHOWN = 200


def uploads(user: User) -> QuerySet[Upload]:
    """What this person brought in, newest first."""
    return visible(user, Upload.objects.all()).select_related("run")


def upload(user: User, pk: object) -> Upload:
    """One upload: NotFound for anybody else."""
    return load(user, uploads(user), pk)


def refusals(row: Upload) -> list[tuple[str, Refused]]:
    """The names of what was refused, with the reason."""
    refused = list(row.refusals.order_by("id")[:SHOWN])
    preload(*(one.name for one in refused))
    return [(open_or(one.name, ""), one) for one in refused]
