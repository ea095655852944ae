"""The ledger: what became of an interaction, step by step, and why. Sentences hold no personal data."""

from __future__ import annotations

from typing import Any

from crmllm.ingestion.choices import Step
from crmllm.ingestion.models import Interaction, LedgerEntry


def note(interaction: Interaction, step: Step, sentence: Any, *, code: str = "") -> LedgerEntry:
    """Adds a line; call it inside the transaction of the change that it tells about."""
    return LedgerEntry.objects.create(
        interaction=interaction,
        step=step,
        sentence=str(sentence)[:400],
        code=code,
        generation=interaction.generation,
    )
