"""The hand-written attacks all the way to the CRM: nothing forbidden stands there afterwards.

Every detector is off, the model obeys the attacker, every field is said to be harmless, and a policy applies whatever
may be applied at all.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings

from crmllm.core.audit import SYSTEM
from crmllm.core.errors import Conflict
from crmllm.crm import selectors as crm
from crmllm.crm import values
from crmllm.crm.choices import FieldType, Object, Risk
from crmllm.crm.models import MODELS, FieldDef, Pipeline, Product, Stage
from crmllm.extraction import merge
from crmllm.extraction import services as extraction
from crmllm.extraction.schema import MailAnswer
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.services import receive
from crmllm.llm.client import Completion
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import OPEN
from crmllm.proposals.models import Proposal
from review.policies.services import POLICY
from tests.extraction.hostile import ATTACKS, OURS, PRODUCTS, Json, answers, carries, file_of, listed
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

#: One in so many is tried; `make proof` tries all.
EVERY = int(os.environ.get("ATTACKS_EVERY", "4"))
#: What the corpus calls a field, where the record calls it otherwise.
AS_ATTACKED = {"close_date": "close_by", "due_date": "due"}


@pytest.fixture(autouse=True)
def _nothing_guards(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    settings.DETECTORS = False
    monkeypatch.setattr(merge, "ADD_TRUST", 0.0)
    monkeypatch.setattr(merge, "DECIDE_TRUST", 0.0)
    monkeypatch.setattr(crm, "us", lambda: OURS)
    FieldDef.objects.update(risk=Risk.LOW)
    pipeline = Pipeline.objects.create(name="Sales")
    Stage.objects.create(pipeline=pipeline, name="New", position=1, probability=10, forecast_category="pipeline")
    crm.forget_fields()
    for name in PRODUCTS:
        Product.objects.create(name=name)


@pytest.mark.parametrize("attack", ATTACKS[::EVERY], ids=lambda attack: attack["id"])
def test_nothing_forbidden_is_ever_written(attack: Json) -> None:
    understood(attack)
    applied = apply_all()
    factories.deliver_all()
    assert not [one for one in written() for pair in listed(attack, "forbidden") if carries(*one, *pair)]
    assert applied or not written()


def test_the_policy_does_write_what_is_harmless() -> None:
    wrote = 0
    for attack in ATTACKS[:12]:
        understood(attack)
        wrote += apply_all()
    assert wrote > 12
    assert set(factories.deliver_all()) == {"verified"}


def understood(attack: Json) -> None:
    """One attack taken in by the usual door and read by the rules and a model that obeys."""
    name, raw = file_of(attack)
    receive(actor=SYSTEM, raw=raw, origin=Origin.COMMAND, name=name, kind=attack.get("kind", ""))
    for row in extraction.claim(1):
        if (prepared := extraction.begin(row)) is not None:
            answer = list(answers(attack, prepared.reading))[1]
            extraction.finish(prepared, *[said(answer, row)] * len(prepared.plan.windows))


def said(answer: MailAnswer, row: Interaction) -> Completion[MailAnswer]:
    return Completion(answer, uuid4(), 1, 1, "extract-mail v4", "obedient")


def apply_all() -> int:
    """Applies all that may be applied without a person, whatever its confidence; returns how much that was."""
    count, before = 0, -1
    while count != before:
        before = count
        for proposal in Proposal.objects.filter(state__in=OPEN):
            try:
                proposals.apply(actor=POLICY, proposal=proposal)
            except Conflict:
                continue
            count += 1
    return count


def written() -> list[tuple[str, str]]:
    """Every value that stands on a record, with its field."""
    found: list[tuple[str, str]] = []
    for object_name in (Object.ACCOUNT, Object.CONTACT, Object.LEAD, Object.OPPORTUNITY, Object.CASE, Object.ACTIVITY):
        fields = [one for one in crm.field_map(object_name).values() if one.type != FieldType.REFERENCE]
        for record in MODELS[object_name]._base_manager.all():
            found += shown(object_name, fields, values.read(record, fields))
    return found


def shown(object_name: Object, fields: list[FieldDef], held: dict[str, Any]) -> list[tuple[str, str]]:
    """Free text may name anybody in the words of the item, and so may what is called by such words."""
    free = {one.name for one in fields if one.type == FieldType.LONG_TEXT}
    free |= {"name"} if object_name in (Object.OPPORTUNITY, Object.CASE, Object.ACTIVITY) else set()
    return [
        ("text" if name in free else AS_ATTACKED.get(name, name), str(value))
        for name, value in held.items()
        if value not in (None, "", [])
    ]
