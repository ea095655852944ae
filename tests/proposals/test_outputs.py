"""What rules alone read, all the way: a message comes in, is read, proposed, approved, and stands on the record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from crmllm.access.models import User
from crmllm.core import audit
from crmllm.core.crypto import open_or
from crmllm.core.ids import uuid7
from crmllm.crm import services as crm
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Competitor, Contact, Lead, Opportunity, Pipeline, Product, Record, Stage
from crmllm.crm.services import Writer
from crmllm.extraction import services as extraction
from crmllm.extraction import types
from crmllm.ingestion.choices import Origin, Status
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.services import receive
from crmllm.privacy.choices import Channel, Purpose
from crmllm.privacy.models import Consent
from crmllm.privacy.selectors import may_process
from crmllm.proposals import selectors, services
from crmllm.proposals.models import Proposal
from tests.support import factories
from tests.support.factories import deliver_all

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

ANN = "ann.bee@meadow-dairy.example"


@pytest.fixture(autouse=True)
def stages() -> dict[str, Stage]:
    """A pipeline as people have it."""
    pipeline = Pipeline.objects.create(name="Sales")
    rows = [
        ("Qualify", 10, "pipeline", "open"),
        ("Proposal", 40, "best_case", "open"),
        ("Verbal yes", 80, "commit", "open"),
        ("Won", 100, "closed", "won"),
        ("Lost", 0, "omitted", "lost"),
    ]
    return {
        name: Stage.objects.create(
            pipeline=pipeline, name=name, position=place, probability=sure, forecast_category=category, kind=kind
        )
        for place, (name, sure, category, kind) in enumerate(rows, start=1)
    }


def mail(text: str, subject: str = "Labels", sender: str = f"Ann Bee <{ANN}>", headers: str = "") -> Interaction:
    """A mail that came in and was read by the rules alone, as it is when no model answers."""
    raw = (
        f"From: {sender}\r\nTo: Sales <sales@ours.example>\r\nSubject: {subject}\r\n{headers}"
        "Date: Mon, 16 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    row = receive(actor=audit.SYSTEM, raw=raw.encode(), origin=Origin.COMMAND).interaction
    for claimed in extraction.claim(1):
        if (prepared := extraction.begin(claimed)) is not None:
            extraction.finish(prepared, None)
    row.refresh_from_db()
    return row


def record(user: User, object_name: str, **changes: Any) -> Record:
    writer = Writer(WriterKind.PERSON, user.pk)
    return crm.create_record(actor=user, object_name=object_name, changes=changes, writer=writer)


def proposed(row: Interaction, object_name: str) -> dict[str, tuple[Any, str]]:
    """What is proposed for the one record of a kind: field to value and first words."""
    proposal = row.proposals.exclude(state="superseded").get(object=object_name)
    return {
        change.field: (open_or(change.proposed), next((open_or(one.quote) for one in change.evidence.all()), ""))
        for change in proposal.changes.all()
    }


def approve(user: User, row: Interaction, object_name: str) -> Proposal:
    proposal = services.approve(user=user, proposal=row.proposals.get(object=object_name))
    assert deliver_all() == ["verified"]
    return proposal


class TestConsent:
    def test_a_withdrawal_reaches_the_contact_and_the_record_of_consents(self, reviewer: User, page: Client) -> None:
        contact = record(reviewer, "contact", name="Ann Bee", email=ANN)
        row = mail("Hello,\n\nthe printer works. But please don't call me any more.\n\nAnn Bee")
        assert proposed(row, "contact")["phone_consent"] == ("withdrawn", "don't call me")
        assert may_process(ANN, Purpose.OUTREACH, Channel.PHONE)

        approve(reviewer, row, "contact")
        assert Contact.objects.get(pk=contact.pk).phone_consent == "withdrawn"
        assert not may_process(ANN, Purpose.OUTREACH, Channel.PHONE)
        assert may_process(ANN, Purpose.OUTREACH, Channel.EMAIL)
        kept = Consent.objects.get()
        assert (kept.interaction_id, open_or(kept.words), kept.effective_at) == (
            row.pk,
            "don't call me",
            row.occurred_at,
        )

        shown = page.get(f"/records/contact/{contact.pk}/").content.decode()
        assert shown.count("don&#x27;t call me") == 2, "at the field, and in the panel of consents"
        assert f"/interactions/{row.pk}/" in shown

    def test_taking_the_decision_back_takes_the_statement_back(self, reviewer: User, page: Client) -> None:
        contact = record(reviewer, "contact", name="Ann Bee", email=ANN)
        row = mail("Please don't call me any more.\n\nAnn Bee")
        services.undo(user=reviewer, proposal=approve(reviewer, row, "contact"))
        deliver_all()
        assert Contact.objects.get(pk=contact.pk).phone_consent == ""
        assert may_process(ANN, Purpose.OUTREACH, Channel.PHONE)
        assert Consent.objects.get().retracted_at is not None, "the proof stays"
        assert b"taken back" in page.get(f"/records/contact/{contact.pk}/").content

    def test_a_withdrawal_is_kept_where_everything_else_is_left_alone(self, reviewer: User) -> None:
        record(reviewer, "contact", name="Ann Bee", email=ANN)
        row = mail("Unsubscribe", subject="Your newsletter")
        assert row.status == Status.PROPOSED
        assert proposed(row, "contact") == {"marketing_consent": ("withdrawn", "Unsubscribe")}

    def test_who_is_not_known_becomes_known_by_it(self, reviewer: User) -> None:
        row = mail("Please take me off your mailing list.", subject="Fwd: 20 % off")
        assert proposed(row, "contact")["marketing_consent"][0] == "withdrawn"
        approve(reviewer, row, "contact")
        assert not may_process(ANN, Purpose.OUTREACH, Channel.MARKETING)

    def test_no_contact_at_all_closes_every_way(self, reviewer: User) -> None:
        record(reviewer, "contact", name="Ann Bee", email=ANN)
        row = mail("Please do not contact me again.\n\nAnn Bee")
        values = {field: value for field, (value, _) in proposed(row, "contact").items()}
        assert {values[f"{way}_consent"] for way in Channel} == {"withdrawn"}

    def test_permission_for_every_way_is_none_for_advertising(self, reviewer: User) -> None:
        record(reviewer, "contact", name="Ann Bee", email=ANN)
        row = mail("We want a quote for 12 label printers. I agree to be contacted.\n\nAnn Bee")
        values = proposed(row, "contact")
        assert values["phone_consent"][0] == values["email_consent"][0] == "granted"
        assert "marketing_consent" not in values

    def test_a_lead_has_them_too(self, reviewer: User) -> None:
        record(reviewer, "lead", name="Ann Bee", email=ANN)
        assert proposed(mail("Please stop writing to me.\n\nAnn Bee"), "lead")["email_consent"][0] == "withdrawn"

    def test_a_call_tells_it_as_well(self, reviewer: User) -> None:
        account = record(reviewer, "account", name="Meadow Dairy", domains=["meadow-dairy.example"])
        record(reviewer, "contact", name="Ann Bee", email=ANN, account=str(account.pk))
        text = (
            f"Attendees: Ann Bee <{ANN}> (Meadow Dairy), Tom Lee (us)\n\n"
            "Tom Lee: We offer the new label printers.\nAnn Bee: The printers are fine, but don't call me any more.\n"
        )
        receive(actor=audit.SYSTEM, raw=text.encode(), origin=Origin.COMMAND, name="call.txt", kind="call")
        (claimed,) = extraction.claim(1)
        prepared = extraction.begin(claimed)
        assert prepared is not None
        extraction.finish(prepared, None)
        assert proposed(claimed, "contact")["phone_consent"] == ("withdrawn", "don't call me")

    def test_the_page_costs_the_same_for_one_statement_and_for_twelve(self, reviewer: User, page: Client) -> None:
        contact = record(reviewer, "contact", name="Ann Bee", email=ANN)

        def cost() -> int:
            with CaptureQueriesContext(connection) as seen:
                assert page.get(f"/records/contact/{contact.pk}/").status_code == 200
            return len(seen)

        approve(reviewer, mail("Please don't call me any more.\n\nAnn Bee"), "contact")
        cost()
        before = cost()
        kept = Consent.objects.get()
        for _ in range(11):
            kept.pk = kept.id = uuid7()
            kept._state.adding = True
            kept.save()
        assert cost() == before

    def test_a_machines_footer_says_nothing(self) -> None:
        row = mail("News of November. Please unsubscribe me.", headers="List-Unsubscribe: <mailto:u@x.example>\r\n")
        assert not row.proposals.exists()


@pytest.fixture
def deal(reviewer: User, stages: dict[str, Stage]) -> Record:
    """Ann's open opportunity, early on."""
    person = record(reviewer, "contact", name="Ann Bee", email=ANN)
    return record(
        reviewer, "opportunity", name="Label printers", contact=str(person.pk), stage=str(stages["Qualify"].pk)
    )


class TestMentions:
    @pytest.fixture(autouse=True)
    def lists(self) -> None:
        Competitor.objects.create(name="Zebrano Coding", also_known_as=["Zebrano"])
        Product.objects.create(sku="TT-300", name="TT-300 label printer")

    def test_competitors_and_products_reach_the_opportunity(self, reviewer: User, deal: Record, page: Client) -> None:
        row = mail("We need 4 TT-300. We also talk to Zebrano, and we have an offer from Norvant.\n\nAnn Bee")
        values = proposed(row, "opportunity")
        assert values["competitors"] == (["Zebrano Coding", "Norvant"], "Zebrano")
        assert values["products"] == (["TT-300 label printer"], "TT-300")
        approve(reviewer, row, "opportunity")
        assert Opportunity.objects.get(pk=deal.pk).competitors == ["Zebrano Coding", "Norvant"]
        shown = page.get(f"/records/opportunity/{deal.pk}/").content.decode()
        assert "Zebrano Coding, Norvant" in shown and f"/interactions/{row.pk}/" in shown

    def test_one_that_nobody_listed_is_less_sure(self, deal: Record) -> None:
        listed = mail("We need 4 TT-300. We also talk to Zebrano.\n\nAnn Bee").proposals.get(object="opportunity")
        worded = mail("We need 4 TT-300. We have an offer from Norvant.\n\nAnn Bee").proposals.get(object="opportunity")
        sure = [one.changes.get(field="competitors").raw_confidence for one in (listed, worded)]
        assert sure[0] > 0.8 > 0.6 > sure[1]

    def test_a_message_takes_no_competitor_away(self, reviewer: User, deal: Record) -> None:
        writer = Writer(WriterKind.PERSON, reviewer.pk)
        crm.update_record(actor=reviewer, record=deal, changes={"competitors": ["Markwell"]}, writer=writer)
        row = mail("We need 4 TT-300. We also talk to Zebrano.\n\nAnn Bee")
        assert proposed(row, "opportunity")["competitors"][0] == ["Markwell", "Zebrano Coding"]

    def test_one_that_is_switched_off_is_not_looked_for(self, deal: Record) -> None:
        Competitor.objects.update(active=False)
        row = mail("We need 4 TT-300. We also talk to Zebrano.\n\nAnn Bee")
        assert "competitors" not in proposed(row, "opportunity")


class TestStages:
    @pytest.mark.parametrize(
        ("text", "stage", "words"),
        [
            ("We have signed the contract for the printers.", "Won", "We have signed the contract"),
            ("The board approved the budget for the printers.", "Verbal yes", "board approved"),
            ("You are on our shortlist for the printers.", "Proposal", "You are on our shortlist"),
            ("We decided against it, sorry. No printers this year.", "Lost", "We decided against it"),
        ],
    )
    def test_the_customers_words_move_the_open_opportunity(
        self, reviewer: User, deal: Record, stages: dict[str, Stage], text: str, stage: str, words: str
    ) -> None:
        row = mail(f"Hello Tom,\n\n{text} We need an order confirmation for the offer.\n\nAnn Bee")
        assert proposed(row, "opportunity")["stage"] == (str(stages[stage].pk), words)
        approve(reviewer, row, "opportunity")
        assert Opportunity.objects.get(pk=deal.pk).stage == stages[stage]

    @pytest.mark.parametrize(
        "text",
        [
            "We might sign the contract next week.",
            "If we have signed the contract, we need 4 printers.",
            "Have we signed?",
        ],
    )
    def test_doubt_moves_nothing(self, deal: Record, text: str) -> None:
        row = mail(f"{text} We want a quote for 4 label printers.\n\nAnn Bee")
        changes = [one.field for proposal in row.proposals.all() for one in proposal.changes.all()]
        assert changes and "stage" not in changes

    def test_nothing_moves_back(self, reviewer: User, deal: Record, stages: dict[str, Stage]) -> None:
        writer = Writer(WriterKind.PERSON, reviewer.pk)
        further = {"stage": str(stages["Verbal yes"].pk)}
        crm.update_record(actor=reviewer, record=deal, changes=further, writer=writer)
        row = mail("You are on our shortlist. We want a quote for 4 label printers.\n\nAnn Bee")
        assert "stage" not in proposed(row, "opportunity")

    def test_without_an_open_opportunity_there_is_no_stage_to_move(self) -> None:
        row = mail("We have signed the contract for 4 label printers.\n\nAnn Bee")
        assert "stage" not in proposed(row, "opportunity")


class TestRisk:
    def test_a_policy_may_apply_only_what_is_certain_and_of_no_high_risk(self, reviewer: User, deal: Record) -> None:
        stated = factories.found(opportunity=None, next_actions=())
        lone = replace(stated, contacts=(replace(stated.contacts[0], company=None),))
        contact = factories.proposals(lone)["contact"]
        assert selectors.may_apply_alone(contact)

        guessed = replace(lone.contacts[0], title=types.Value("Buyer", confidence=0.99, inferred=True))
        assert not selectors.may_apply_alone(factories.proposals(replace(lone, contacts=(guessed,)))["contact"])
        row = mail("We have signed the contract, the order follows.\n\nAnn Bee")
        moved = row.proposals.get(object="opportunity")
        assert [str(field) for field in selectors.high_risk(moved)] == ["opportunity.stage"]
        assert not selectors.may_apply_alone(moved)

    def test_the_api_tells_it(self, api: APIClient, deal: Record) -> None:
        row = mail("We have signed the contract, the order follows.\n\nAnn Bee")
        shown = api.get(f"/api/v1/proposals/{row.proposals.get(object='opportunity').pk}/").json()
        assert shown["may_apply_alone"] is False
        assert {one["field"]: one["risk"] for one in shown["changes"]}["stage"] == "high"


class TestLeads:
    SIGNED = (
        "We want a quote for 12 label printers.\n\n"
        "Ann Bee\nHead of Purchasing\n+31 10 555 0142\nwww.meadow-dairy.example"
    )

    @pytest.fixture
    def lead(self, reviewer: User) -> Record:
        return record(reviewer, "lead", name="Ann Bee", email=ANN)

    @pytest.fixture
    def account(self, reviewer: User) -> Record:
        return record(
            reviewer, "account", name="Meadow Dairy", domains=["meadow-dairy.example"], industry="Dairy", country="BE"
        )

    def test_a_lead_gets_what_its_own_message_says(self, lead: Record) -> None:
        values = proposed(mail(self.SIGNED), "lead")
        assert values["title"] == ("Head of Purchasing", "Head of Purchasing")
        assert values["website"] == ("www.meadow-dairy.example", "www.meadow-dairy.example")
        assert values["country"] == ("NL", "+31 10 555 0142")
        assert "company" not in values and "industry" not in values, "nothing says them, nobody guesses"

    def test_and_what_the_crm_knows_of_its_account_with_the_record_it_came_from(
        self, reviewer: User, page: Client, lead: Record, account: Record
    ) -> None:
        row = mail("We want a quote for 12 label printers.\n\nAnn Bee")
        values = proposed(row, "lead")
        assert {name: value for name, (value, _) in values.items()} == {
            "company": "Meadow Dairy", "country": "BE", "industry": "Dairy",
        }  # fmt: skip
        change = row.proposals.get(object="lead").changes.get(field="industry")
        assert (change.source, change.origin) == ("crm", {"object": "account", "id": str(account.pk)})
        shown = page.get(f"/review/{row.pk}/").content.decode()
        assert shown.count(f'<a href="/records/account/{account.pk}/">Account Meadow Dairy</a>') == 3
        approve(reviewer, row, "lead")
        kept = Lead.objects.get(pk=lead.pk)
        assert (kept.company, kept.country, kept.industry) == ("Meadow Dairy", "BE", "Dairy")

    def test_the_message_goes_before_the_crm(self, lead: Record, account: Record) -> None:
        assert proposed(mail(self.SIGNED), "lead")["country"] == ("NL", "+31 10 555 0142")

    def test_what_is_filled_in_stays(self, reviewer: User, lead: Record, account: Record) -> None:
        filled = {"company": "Meadow", "country": "DE", "industry": "Food", "website": "meadow.example"}
        crm.update_record(actor=reviewer, record=lead, changes=filled, writer=Writer(WriterKind.PERSON, reviewer.pk))
        values = proposed(mail(self.SIGNED), "lead")
        assert not {"company", "country", "industry", "website"} & set(values)

    def test_the_number_on_file_tells_the_country(self, reviewer: User) -> None:
        lead = record(reviewer, "lead", name="Ann Bee", email=ANN, phone="+48 22 555 01 42")
        row = mail("We want a quote for 12 label printers.\n\nAnn Bee")
        assert proposed(row, "lead")["country"] == ("PL", "")
        assert row.proposals.get(object="lead").changes.get().origin == {"object": "lead", "id": str(lead.pk)}

    def test_nothing_is_guessed(self, reviewer: User, lead: Record, account: Record) -> None:
        record(reviewer, "account", name="Meadow Cheese", domains=["meadow-dairy.example"], industry="Cheese")
        text = "We want a quote for 12 label printers.\n\nAnn Bee\n010 555 0142\nwww.other-dairy.example"
        row = mail(text)
        fields = {change.field for proposal in row.proposals.filter(object="lead") for change in proposal.changes.all()}
        assert not {"company", "country", "industry", "website"} & fields

    def test_a_policy_may_not_apply_what_only_the_crm_says(self, lead: Record, account: Record) -> None:
        row = mail("We want a quote for 12 label printers.\n\nAnn Bee")
        assert not selectors.may_apply_alone(row.proposals.get(object="lead"))
