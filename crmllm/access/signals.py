"""Log-ins and log-outs in the audit trail, whichever way somebody came."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver

from crmllm.access.models import User
from crmllm.core import audit


@receiver(user_logged_in)
def note_login(sender: Any, user: User, **kwargs: Any) -> None:
    by = str(getattr(user, "backend", "")).rpartition(".")[2]
    _note(user, "user.signed_in", {"by": by})


@receiver(user_logged_out)
def note_logout(sender: Any, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _note(user, "user.signed_out", {})


def _note(user: User, action: str, details: dict[str, Any]) -> None:
    with transaction.atomic():
        audit.record(actor=user, action=action, subject_type="user", subject_id=user.id, details=details)
