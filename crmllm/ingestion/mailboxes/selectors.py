"""Reads of mailboxes."""

from __future__ import annotations

from django.db.models import QuerySet

from crmllm.access.models import User
from crmllm.access.rules import load, visible
from crmllm.ingestion.models import Mailbox


def mailboxes(user: User) -> QuerySet[Mailbox]:
    """The mailboxes that this person may see."""
    return visible(user, Mailbox.objects.all()).select_related("owner", "team")


def mailbox(user: User, pk: object, *, permission: str = "") -> Mailbox:
    """One mailbox: NotFound for a stranger."""
    return load(user, mailboxes(user), pk, permission=permission)
