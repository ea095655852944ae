"""The ledger: what became of an interaction, step by step, and why. Sentences hold no personal data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crmllm.core.bulk import insert_many
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


def note_many(lines: Iterable[tuple[Interaction, Step, Any, str]]) -> None:
    """As `note`, for many interactions in one statement."""
    insert_many(
        [
            LedgerEntry(interaction=row, step=step, sentence=str(sentence)[:400], code=code, generation=row.generation)
            for row, step, sentence, code in lines
        ]
    )
