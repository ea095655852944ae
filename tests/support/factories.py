"""Made-up interactions and findings, for tests that begin after the reading."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from crmllm.core.crypto import Sealed, new_key
from crmllm.crm.models import Pipeline, Stage
from crmllm.extraction import types
from crmllm.extraction.models import Extraction
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.proposals.models import Proposal
from crmllm.proposals.proposing import propose
from crmllm.proposals.settling import settle

TEXT = """Hello,

we want 12 GTX Pro for our three plants, the budget is 48.000 EUR. Could you call me on Thursday?

Best regards
Maria Ruiz
Head of Procurement
Betasoloin GmbH
+49 30 901820
maria.ruiz@betasoloin.example
"""


def value(quote: str, canonical: str | None = None, *, confidence: float = 0.9, text: str = TEXT) -> types.Value:
    """A found value whose evidence is the first place of `quote` in the text."""
    start = text.index(quote)
    return types.Value(canonical or quote, (types.Span(start, start + len(quote), quote),), confidence)


def found(**changes: Any) -> types.Extracted:
    """What a perfect reader finds in TEXT."""
    parts: dict[str, Any] = {
        "contacts": (
            types.Contact(
                "sender",
                value("Maria Ruiz"),
                value("Head of Procurement"),
                value("Betasoloin GmbH"),
                value("maria.ruiz@betasoloin.example"),
                value("+49 30 901820", "+4930901820"),
            ),
        ),
        "opportunity": types.Opportunity(
            summary=value("we want 12 GTX Pro for our three plants"),
            products=(value("GTX Pro"),),
            quantity=value("12"),
            amount=value("48.000", "48000.00"),
            currency=value("EUR"),
        ),
        "next_actions": (types.NextAction(value("call me on Thursday"), owner=types.Value("us", confidence=0.7)),),
        "category": types.Value("sales", confidence=0.9),
    }
    return types.Extracted(**(parts | changes))


def days_ago(count: int) -> datetime:
    """This time of day, so many days ago. Twenty-four hours ago may be today: when the clocks have been put back."""
    return timezone.localtime() - timedelta(days=count)


def interaction(text: str = TEXT, *, title: str = "Plotters", **columns: Any) -> Interaction:
    """An interaction that was read; `title` is its subject."""
    key_id = new_key()
    content = {
        "text": text,
        "zones": [["body", 0, len(text)]],
        "sender": {"name": "Maria Ruiz", "email": "m@x.example"},
    }
    given: dict[str, Any] = {
        "key_id": key_id,
        "fingerprint": os.urandom(32),
        "occurred_at": timezone.now(),
        "status": Status.PROPOSED,
        "sender_name": "Maria Ruiz",
        "subject": Sealed.of(title, key_id),
        "content": Sealed.of(content, key_id),
    }
    return Interaction.objects.create(**(given | columns))


def proposals(extracted: types.Extracted | None = None, **columns: Any) -> dict[str, Proposal]:
    """The proposals out of one interaction, by object; makes a pipeline if there is none."""
    if not Stage.objects.exists():
        pipeline = Pipeline.objects.create(name="Sales")
        Stage.objects.create(pipeline=pipeline, name="New", position=1, probability=10, forecast_category="pipeline")
    row = interaction(**columns)
    extraction = Extraction.objects.create(interaction=row, rules_version="1", result=Sealed.of({}, row.key_id))
    made = propose(interaction=row, extraction=extraction, extracted=extracted or found())
    settle(row.pk)
    return {str(proposal.object): proposal for proposal in made}


def next_action(minute: int = 0, **columns: Any) -> Interaction:
    """A message with one proposal, a next action: next_action(3) came three minutes after next_action(0)."""
    at = datetime(2026, 11, 17, 9, minute, tzinfo=UTC)
    made = proposals(found(contacts=(), opportunity=None), **({"occurred_at": at} | columns))
    return made["activity"].interaction


def deliver_all() -> list[str]:
    """Sends every write whose turn it is; returns the states, in order."""
    from crmllm.writeback import sender, tasks

    states: list[str] = []
    while rows := tasks.claim():
        states += sender.deliver(rows)
    return states
