"""What a filter kept out and a person wants read: it is read as business, whatever it looks like, and stays so."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from crmllm.access.models import User
from crmllm.core import audit, work
from crmllm.core.errors import Conflict, Forbidden
from crmllm.core.identifiers import email_index
from crmllm.core.models import AuditEvent
from crmllm.crm import selectors as crm_selectors
from crmllm.crm.models import Pipeline, Stage
from crmllm.extraction import services as extraction
from crmllm.extraction.rules import category
from crmllm.extraction.types import Address, Item
from crmllm.ingestion import selectors, services
from crmllm.ingestion.choices import Origin, Status, Step
from crmllm.ingestion.models import Interaction
from crmllm.privacy.models import Suppression
from tests.support.mails import SENDER, mail

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

MARKED = {"X_Spam_Flag": "YES"}


@pytest.fixture(autouse=True)
def _stage() -> None:
    crm_selectors.forget_us()
    pipeline = Pipeline.objects.create(name="Sales")
    Stage.objects.create(pipeline=pipeline, name="New", position=1, probability=10, forecast_category="pipeline")


def receive(raw: bytes) -> Interaction:
    return services.receive(actor=audit.SYSTEM, raw=raw, origin=Origin.COMMAND).interaction


def go_on(row: Interaction) -> Interaction:
    """Reading and understanding, as the workers do it without a model."""
    services.read_again(work.claim(Interaction.objects.filter(pk=row.pk), limit=1, seconds=60)[0])
    understand()
    row.refresh_from_db()
    return row


def understand() -> None:
    for claimed in extraction.claim(5):
        if (prepared := extraction.begin(claimed)) is not None:
            extraction.finish(prepared, None)


def test_a_mail_that_the_server_marked_as_spam_is_read_after_all(reviewer: User) -> None:
    row = receive(mail(12, **MARKED))
    assert (row.status, row.reason_code) == (Status.SKIPPED, "spam")
    services.replay(actor=reviewer, interaction=row, anyway=True)
    assert go_on(row).status == Status.PROPOSED
    assert row.open_proposals > 0
    steps = [line.step for line in selectors.ledger(row)]
    assert steps[:4] == [Step.SEEN, Step.SKIPPED, Step.REPLAYED, Step.PARSED]
    assert any("A person said that it is for us" in line.sentence for line in selectors.ledger(row))
    assert AuditEvent.objects.filter(action="interaction.replayed", subject_id=row.pk).count() == 1


def test_running_it_again_alone_keeps_the_filter(reviewer: User) -> None:
    row = receive(mail(12, **MARKED))
    services.replay(actor=reviewer, interaction=row)
    assert go_on(row).status == Status.SKIPPED


def test_what_was_said_once_holds_for_later_runs(reviewer: User) -> None:
    row = receive(mail(12, **MARKED))
    services.replay(actor=reviewer, interaction=row, anyway=True)
    services.replay(actor=reviewer, interaction=go_on(row))
    assert go_on(row).status == Status.PROPOSED


def test_what_was_taken_for_no_business_leads_to_records(reviewer: User) -> None:
    pitch = mail(4, subject="Rank higher on page one of google").replace(
        b"please send us 4 boxes of labels by Friday.",
        b"we offer SEO audits and link building, and more traffic for your website. Reply for a free quote.",
    )
    row = receive(pitch)
    understand()
    row.refresh_from_db()
    assert (row.status, row.reason_code) == (Status.NO_CHANGE, "not_for_the_crm")
    services.replay(actor=reviewer, interaction=row, anyway=True)
    assert go_on(row).status == Status.PROPOSED
    assert row.category in ("sales", "support", "billing")


def test_an_empty_mail_stays_empty(reviewer: User) -> None:
    raw = mail(1)
    row = receive(raw[: raw.index(b"\r\n\r\n")] + b"\r\n\r\n")
    assert (row.status, row.reason_code) == (Status.SKIPPED, "empty")
    with pytest.raises(Conflict, match="No filter"):
        services.replay(actor=reviewer, interaction=row, anyway=True)


def test_who_was_erased_is_not_read_whatever_anybody_says(reviewer: User) -> None:
    row = receive(mail(12, **MARKED))
    Suppression.objects.create(identifier_index=email_index(SENDER), reason="asked for it")
    services.replay(actor=reviewer, interaction=row, anyway=True)
    assert (go_on(row).status, row.reason_code) == (Status.SKIPPED, "suppressed")
    with pytest.raises(Conflict, match="No filter"):
        services.replay(actor=reviewer, interaction=row, anyway=True)


def test_the_page_offers_it_where_a_filter_kept_something_out(page: Client) -> None:
    plain, marked = receive(mail(1)), receive(mail(2, **MARKED))
    assert "Read it anyway" not in page.get(f"/interactions/{plain.pk}/").text
    assert "Read it anyway" in page.get(f"/interactions/{marked.pk}/").text
    page.post(f"/interactions/{marked.pk}/replay/", {"anyway": "yes"})
    assert go_on(marked).status == Status.PROPOSED


def test_the_api_says_it_in_the_body(api: APIClient) -> None:
    row = receive(mail(12, **MARKED))
    address = f"/api/v1/interactions/{row.pk}/replay/"
    assert api.post(address, {"anyway": "perhaps"}, format="json").status_code == 422
    answer = api.post(address, {"anyway": True}, format="json")
    assert answer.status_code == 200, answer.json()
    assert go_on(row).status == Status.PROPOSED
    answer = api.post(address, {"anyway": True}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


def test_an_auditor_insists_on_nothing(auditor: User) -> None:
    with pytest.raises(Forbidden):
        services.replay(actor=auditor, interaction=receive(mail(12, **MARKED)), anyway=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unsubscribe here. The scanner is broken and shows error 7 since Monday.", "support"),
        ("This is an automated message. Invoice 4411 over 300 EUR was paid twice, please refund.", "billing"),
        ("View in browser. We would like to order 12 plotters.", "sales"),
    ],
)
def test_what_is_insisted_on_is_told_apart_by_its_words(text: str, expected: str) -> None:
    item = Item(text, sender=Address("no-reply@betasoloin.example", "", "sender"), insisted=True)
    found, sure, why = category.read(item, text)
    assert (found, sure) == (expected, category.INSISTED)
    assert "person" in why
