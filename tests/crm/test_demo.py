"""The demo company in the database: what an import keeps of the past, once, and quickly enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmllm.access.models import User
from crmllm.core import audit
from crmllm.core.errors import BadInput, Forbidden
from crmllm.core.identifiers import email_index, phone_index
from crmllm.core.models import AuditEvent
from crmllm.crm import derived, selectors, services
from crmllm.crm.catalogue import services as catalogue
from crmllm.crm.choices import Object, StageKind
from crmllm.crm.importing import services as importing
from crmllm.crm.importing.services import Import
from crmllm.crm.models import (
    MODELS,
    Account,
    Contact,
    CrmUser,
    ExchangeRate,
    Opportunity,
    OpportunityHistory,
    Product,
    Stage,
)
from crmllm.ingestion.demo_loader import load_form
from crmllm.ingestion.models import Interaction, WebForm

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

LONG_AGO, LATER, NOW = (datetime(2026, month, 1, 9, tzinfo=UTC) for month in (1, 3, 6))


def stages() -> dict[str, Stage]:
    return catalogue.add_pipeline(
        actor=audit.SYSTEM,
        name="Sales",
        stages=[
            Stage(name="New", probability=10, forecast_category="pipeline"),
            Stage(name="Won", probability=100, forecast_category="closed", kind=StageKind.WON),
        ],
    )


def take_over(*records: Import) -> None:
    importing.import_records(actor=audit.SYSTEM, records=records)


def history(name: str) -> list[tuple[str, datetime, datetime | None]]:
    rows = OpportunityHistory.objects.filter(field=name).order_by("valid_from")
    return list(rows.values_list("value", "valid_from", "valid_to"))


# --- any import


def test_an_import_keeps_provenance_and_finds_people_by_what_is_sealed() -> None:
    account = Import(Object.ACCOUNT, {"name": "Betasoloin GmbH", "domains": ["betasoloin.example"]}, LONG_AGO)
    person = {"name": "Maria Ruiz", "email": "Maria.Ruiz@betasoloin.example", "phone": "010 555 0100"}
    contact = Import(Object.CONTACT, {**person, "account": account.id}, LATER)
    take_over(contact, account)
    row = Contact.objects.get(email_index=email_index("maria.ruiz@betasoloin.example"))
    assert row.phone is not None
    assert (row.name, row.account_id, row.phone.open(), row.created_at) == (
        "Maria Ruiz", account.id, "+31105550100", LATER,
    )  # fmt: skip
    assert bytes(row.phone_index or b"") == phone_index("+31105550100")
    assert row.field_meta["email"] == {"by": "import", "id": None, "at": LATER.isoformat()}
    assert "title" not in row.field_meta
    assert AuditEvent.objects.filter(action="record.imported", subject_id=row.pk).count() == 1


def test_the_past_of_an_opportunity_becomes_intervals() -> None:
    named = stages()
    take_over(
        Import(
            Object.OPPORTUNITY, {"name": "Plotters", "currency": "EUR"}, LONG_AGO,
            past={
                "stage": [(LONG_AGO, named["New"].pk), (LATER, named["Won"].pk)],
                "amount": [(LONG_AGO, 100), (LATER, "250.5"), (LATER, 300), (NOW, Decimal("300.00"))],
            },
        )
    )  # fmt: skip
    row = Opportunity.objects.get()
    assert (row.stage, row.forecast_category, row.amount, row.base_amount) == (named["Won"], "closed", 300, 300)
    assert history("stage") == [(str(named["New"].pk), LONG_AGO, LATER), (str(named["Won"].pk), LATER, None)]
    assert history("forecast_category") == [("pipeline", LONG_AGO, LATER), ("closed", LATER, None)]
    # Of two values since the same instant the later one counts; the same value again is no change.
    assert history("amount") == [("100.00", LONG_AGO, LATER), ("300.00", LATER, None)]
    assert history("close_date") == [("", LONG_AGO, None)]
    assert row.field_meta["stage"]["at"] == LATER.isoformat()


def test_an_imported_opportunity_goes_on_like_any_other() -> None:
    named = stages()
    take_over(Import(Object.OPPORTUNITY, {"name": "Plotters", "stage": named["New"].pk}, LONG_AGO))
    services.update_record(
        actor=audit.SYSTEM, record=Opportunity.objects.get(), changes={"stage": named["Won"].pk},
        writer=services.Writer("person"),
    )  # fmt: skip
    assert [value for value, _, _ in history("stage")] == [str(named["New"].pk), str(named["Won"].pk)]
    assert [until is None for _, _, until in history("stage")] == [False, True]


def test_the_base_amount_is_by_the_rate_of_its_day_and_never_zero_for_lack_of_one() -> None:
    stage = stages()["New"].pk
    rates = [("USD", LONG_AGO, "0.9"), ("USD", LATER, "0.8")]
    catalogue.add_exchange_rates(
        actor=audit.SYSTEM,
        rates=[ExchangeRate(currency=currency, day=at.date(), rate=Decimal(rate)) for currency, at, rate in rates],
    )
    for currency, at in (("USD", LONG_AGO), ("USD", NOW), ("CHF", NOW), ("USD", LONG_AGO - timedelta(days=1))):
        take_over(
            Import(Object.OPPORTUNITY, {"name": "x", "stage": stage, "amount": 100, "currency": currency}, at)
        )  # fmt: skip
    found = Opportunity.objects.order_by("id").values_list("base_amount", flat=True)
    assert list(found) == [Decimal("90.00"), Decimal("80.00"), None, None]


def test_an_import_is_all_or_nothing_and_knows_what_is_there() -> None:
    good = Import(Object.ACCOUNT, {"name": "Betasoloin GmbH"}, LONG_AGO)
    with pytest.raises(BadInput):
        take_over(good, Import(Object.ACCOUNT, {"name": "Late Ltd", "phone": "x"}, LONG_AGO))
    with pytest.raises(BadInput, match="Name"):
        take_over(good, Import(Object.ACCOUNT, {"city": "Gouda"}, LONG_AGO))
    assert not Account.objects.exists()
    take_over(good)
    take_over(good, Import(Object.ACCOUNT, {"name": "Second"}, NOW))
    assert Account.objects.count() == 2


def test_an_opportunity_in_a_stage_that_nobody_told_of_is_refused_in_a_sentence() -> None:
    """A pick-list value that was withdrawn in the CRM: whoever takes rows over skips this one and goes on."""
    with pytest.raises(BadInput, match="none of those that we know"):
        take_over(Import(Object.OPPORTUNITY, {"name": "Presses"}, LONG_AGO))


def test_only_admins_import(reviewer: User) -> None:
    with pytest.raises(Forbidden):
        importing.import_records(actor=reviewer, records=[])
    with pytest.raises(Forbidden):
        catalogue.add_products(actor=reviewer, products=[])


# --- the demo


@pytest.fixture
def demo(load_demo: Callable[[], None]) -> None:
    selectors.forget_us()
    load_demo()


@pytest.mark.usefixtures("demo")
def test_the_demo_is_complete() -> None:
    counts = {name: model.objects.count() for name, model in MODELS.items()}
    least = {"account": 45, "contact": 120, "lead": 40, "opportunity": 110, "case": 30, "activity": 150}
    assert {name: counts[name] >= number for name, number in least.items()} == dict.fromkeys(least, True)
    assert Product.objects.count() >= 14
    assert Interaction.objects.count() >= 60
    for login in ("reviewer", "rep", "manager", "compliance", "admin", "auditor"):
        assert User.objects.get(username=login).crm_user.team is not None
    for model in MODELS.values():
        assert not model.objects.filter(owner=None).exists()
        assert not model.objects.filter(team=None).exists()
        assert not model.objects.filter(field_meta={}).exists()
    assert not Opportunity.objects.filter(base_amount=None).exists()


@pytest.mark.usefixtures("demo")
def test_the_demo_has_two_years_of_history_that_fits_the_present() -> None:
    for name in derived.HISTORY:
        rows: dict[object, list[OpportunityHistory]] = {}
        for row in OpportunityHistory.objects.filter(field=name).select_related("opportunity").order_by("valid_from"):
            rows.setdefault(row.opportunity_id, []).append(row)
        assert len(rows) == Opportunity.objects.count()
        for steps in rows.values():
            assert all(one.valid_to == other.valid_from for one, other in pairwise(steps))
            assert all(one.value != other.value for one, other in pairwise(steps))
            assert steps[-1].valid_to is None
            assert steps[-1].value == derived.history_value(steps[-1].opportunity, name)
            assert steps[0].valid_from == steps[0].opportunity.created_at
            assert steps[-1].valid_from <= timezone.now()
    oldest = OpportunityHistory.objects.order_by("valid_from").first()
    assert oldest is not None
    assert oldest.valid_from < timezone.now() - timedelta(days=700)


def pipeline_on(day: datetime) -> dict[UUID, set[str]]:
    """The opportunities that existed then, each with the fields whose value of that day is known."""
    held = OpportunityHistory.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
    found: dict[UUID, set[str]] = {}
    for opportunity, field in held.values_list("opportunity_id", "field"):
        assert field not in found.setdefault(opportunity, set())  # one value at a time
        found[opportunity].add(field)
    return found


@pytest.mark.usefixtures("demo")
def test_the_pipeline_of_a_past_day_is_a_query() -> None:
    then, now = (pipeline_on(timezone.now() - timedelta(days=days)) for days in (365, 0))
    assert 0 < len(then) < len(now) == Opportunity.objects.count()
    assert all({"stage", "amount", "owner"} <= fields for fields in then.values())


@pytest.mark.usefixtures("demo")
def test_a_rep_sees_their_team_and_we_know_ourselves() -> None:
    rep = User.objects.get(username="rep")
    seen = set(selectors.records(rep, "account").values_list("team__name", flat=True))
    assert seen == {"Europe"}
    assert "northlight.example" in selectors.us().domains
    assert Interaction.objects.filter(reason_code="own_outgoing").exists()
    assert Interaction.objects.filter(owner__user=rep).exists()


@pytest.mark.usefixtures("demo")
def test_loaded_again_nothing_changes(load_demo: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    def state() -> dict[str, object]:
        rows = {name: set(model.objects.values_list("pk", "updated_at")) for name, model in MODELS.items()}
        return rows | {
            "mails": set(Interaction.objects.values_list("pk", flat=True)),
            "users": set(CrmUser.objects.values_list("pk", flat=True)),
            "audit": AuditEvent.objects.count(),
        }

    Account.objects.all()[0].delete()
    before = state()
    load_demo()
    tomorrow = timezone.localdate() + timedelta(days=4)
    monkeypatch.setattr(timezone, "localdate", lambda *moment: tomorrow)
    load_demo()
    assert state() == before


def test_the_company_has_a_form_on_its_site(demo: None, client: Client) -> None:
    form = WebForm.objects.get()
    load_form()
    assert WebForm.objects.count() == 1
    assert "Your message" in client.get(reverse("forms:form", args=[form.public_id])).content.decode()
