"""Fills the database with proposals, to see how the review behaves with a million of them."""

from __future__ import annotations

import os

from django.db import transaction
from django.utils import timezone

from crmllm.core.crypto import Sealed, blind_index, new_key
from crmllm.core.sql import analyze, multiply, numbered_id
from crmllm.crm.choices import ForecastCategory, StageKind
from crmllm.crm.models import Pipeline, Stage
from crmllm.extraction import types
from crmllm.extraction.models import Extraction
from crmllm.ingestion.choices import Origin, Status
from crmllm.ingestion.models import Interaction
from crmllm.proposals.models import Proposal
from crmllm.proposals.proposing import propose
from crmllm.proposals.settling import settle

OPEN_SHARE = 10  # one interaction in ten waits for a decision
BATCH = 25_000  # interactions a transaction
TEXT = """Hello,

we want 12 label printers for our plants, the budget is 48,000 EUR. Please call me on Thursday.

Robin Sample
Head of Purchasing
Sample Works GmbH
"""


def seed(count: int) -> None:
    """Adds about `count` proposals with their lines and evidence, a tenth of them open. Made-up, all alike."""
    if not Stage.objects.filter(kind=StageKind.OPEN).exists():  # an opportunity needs one to begin in
        Stage.objects.create(
            pipeline=Pipeline.objects.create(name="Sales"),
            name="New",
            position=1,
            probability=10,
            forecast_category=ForecastCategory.PIPELINE,
        )
    template = _template()
    proposals = list(template.proposals.order_by("position"))
    interactions = max(1, count // len(proposals))
    start = Interaction.objects.filter(origin=Origin.COMMAND, reason_code="seed").count()
    for first in range(start + 1, start + interactions + 1, BATCH):
        last = min(first + BATCH - 1, start + interactions)
        with transaction.atomic():
            _copy(template, proposals, first, last)
    template.delete()
    analyze("ingestion_interaction", "proposals_proposal", "proposals_proposedchange", "proposals_evidence")


def _template() -> Interaction:
    """One real interaction with its proposals, made through the usual doors."""
    key_id = new_key()
    row = Interaction.objects.create(
        key_id=key_id,
        fingerprint=os.urandom(32),
        occurred_at=timezone.now(),
        status=Status.PROPOSED,
        origin=Origin.COMMAND,
        reason_code="seed",
        sender_name="Robin Sample",
        subject=Sealed.of("Label printers", key_id),
        content=Sealed.of({"text": TEXT, "sender": {"name": "Robin Sample", "email": "robin@sample.example"}}, key_id),
        thread=blind_index("thread", "seed"),
    )
    extraction = Extraction.objects.create(interaction=row, rules_version="seed", result=Sealed.of({}, key_id))
    propose(interaction=row, extraction=extraction, extracted=_found())
    settle(row.pk)
    return row


def _found() -> types.Extracted:
    return types.Extracted(
        contacts=(
            types.Contact("sender", _value("Robin Sample"), _value("Head of Purchasing"), _value("Sample Works GmbH")),
        ),
        opportunity=types.Opportunity(
            summary=_value("we want 12 label printers for our plants"),
            quantity=_value("12"),
            amount=_value("48,000", "48000.00"),
            currency=_value("EUR"),
        ),
        next_actions=(types.NextAction(_value("call me on Thursday")),),
        category=types.Value("sales", confidence=0.9),
    )


def _value(quote: str, canonical: str = "") -> types.Value:
    start = TEXT.index(quote)
    return types.Value(canonical or quote, (types.Span(start, start + len(quote), quote),), 0.9)


def _copy(template: Interaction, proposals: list[Proposal], first: int, last: int) -> None:
    waits = f"g %% {OPEN_SHARE} = 0"
    multiply(
        template,
        {
            "id": numbered_id("a0", "g"),
            "fingerprint": "decode(md5(g::text) || md5('seed' || g::text), 'hex')",
            "occurred_at": "now() - g * interval '1 minute'",
            "sender_name": "'Robin Sample ' || g",
            "status": f"CASE WHEN {waits} THEN 'proposed' ELSE 'done' END",
            "open_proposals": f"CASE WHEN {waits} THEN {len(proposals)} ELSE 0 END",
            "due_at": "now() + g * interval '1 minute'",
        },
        first=first,
        last=last,
    )
    for place, proposal in enumerate(proposals):
        number = f"g * {len(proposals)} + {place}"
        own = numbered_id("b0", number)
        multiply(
            proposal,
            {
                "id": own,
                "created_at": "now() - g * interval '1 minute'",
                "interaction_id": numbered_id("a0", "g"),
                "target_id": numbered_id("b1", number),
                "identity": "NULL",
                "state": f"CASE WHEN {waits} THEN 'pending' ELSE 'approved' END",
                "decided_at": f"CASE WHEN {waits} THEN NULL ELSE now() END",
            },
            first=first,
            last=last,
        )
        for line, change in enumerate(proposal.changes.all()):
            change_id = numbered_id("c0", f"({number}) * 16 + {line}")
            multiply(change, {"id": change_id, "proposal_id": own}, first=first, last=last)
            for piece, evidence in enumerate(change.evidence.all()):
                evidence_id = numbered_id("d0", f"(({number}) * 16 + {line}) * 4 + {piece}")
                multiply(evidence, {"id": evidence_id, "change_id": change_id}, first=first, last=last)
