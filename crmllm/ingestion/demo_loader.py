"""Loads the demo mailbox through the door that every mail comes through."""

from __future__ import annotations

from django.utils import timezone

from crmllm.core import audit
from crmllm.ingestion import services
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.demo import messages
from crmllm.ingestion.models import Interaction


def load_mailbox() -> None:
    """Takes in every demo mail, unless it was loaded before: other dates would make other mails of them."""
    if Interaction.objects.filter(origin=Origin.DEMO).exists():
        return
    raws = [raw for _, raw in messages(timezone.localdate())]
    services.receive_many(actor=audit.System("demo"), raws=raws, origin=Origin.DEMO)
