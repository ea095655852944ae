"""Loads the demo items of every kind through the door that all of them come through."""

from __future__ import annotations

from django.utils import timezone

from crmllm.core import audit
from crmllm.ingestion import kinds, services
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.demo import messages, talks
from crmllm.ingestion.demo.papers import papers
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.reading import File


def load_mailbox() -> None:
    """Takes in every demo item, unless it was loaded before: other dates would make other items of them."""
    if Interaction.objects.filter(origin=Origin.DEMO).exists():
        return
    today = timezone.localdate()
    files = [File(raw) for _, raw in messages(today)]
    for name, raw in [*talks(today), *papers(today)]:
        reader = kinds.find(name, raw)
        assert reader is not None, name
        files.append(File(raw, name, reader))
    services.receive_files(actor=audit.System("demo"), files=files, origin=Origin.DEMO)
