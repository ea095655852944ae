"""Forms, contact cards and invitations: what they say of themselves is taken; a message is read like a mail."""

from __future__ import annotations

import json

import pytest

from crmllm.extraction.extract import extract
from crmllm.extraction.types import Address, Extracted, Item, Us, Zone
from crmllm.ingestion import kinds
from crmllm.ingestion.kinds.cards import read_cards, read_invitation
from crmllm.ingestion.kinds.forms import read_form
from tests.ingestion.test_cards_and_forms import CARDS, INVITATION

US = Us("Ours BV", frozenset({"ours.example"}), staff=frozenset({"Lena Vos"}))


def found(read: kinds.Read, kind: str, products: tuple[str, ...] = ("LaserCut 300",)) -> Extracted:
    item = Item(
        read.text, kind=kind, zones=tuple(Zone(one.kind, one.start, one.end) for one in read.zones),
        subject=read.subject, sent_at=read.occurred_at, us=US, products=products,
        sender=Address(read.sender.email, read.sender.name) if read.sender and read.sender.email else None,
    )  # fmt: skip
    extracted = extract(item)
    for _, value in extracted.values():
        assert all(item.text[span.start : span.end] == span.quote for span in value.evidence)
    return extracted


def form(**fields: object) -> Extracted:
    given = {"submitted_at": "2026-03-04T10:00:00+01:00"} | fields
    return found(read_form(json.dumps(given).encode(), "form.json"), "web_form")


def told(extracted: Extracted) -> dict[str, str]:
    return {name: value.value for name, value in extracted.values() if name not in ("sentiment", "language")}


def test_labelled_fields_become_values_that_are_nearly_certain() -> None:
    extracted = form(
        name="Anna Nowak", email="Anna.Nowak@fabryka.example", company="Fabryka Sp. z o.o.", phone="22 555 01 23",
        job_title="Head of Production", product="LaserCut 300", quantity=3, budget="60.000 €",
        message="Please send us a quote. Call me next Tuesday.", newsletter=True, country="Poland",
    )  # fmt: skip
    values = told(extracted)
    assert {key: values[key] for key in values if key.startswith("contacts.")} == {
        "contacts.0.name": "Anna Nowak", "contacts.0.title": "Head of Production",
        "contacts.0.company": "Fabryka Sp. z o.o.", "contacts.0.email": "anna.nowak@fabryka.example",
        "contacts.0.phone": "+48225550123",
    }  # fmt: skip
    assert (extracted.contacts[0].role, values["category"]) == ("sender", "sales")
    assert [values[f"opportunity.{key}"] for key in ("products.0", "quantity", "amount", "currency")] == [
        "LaserCut 300", "3", "60000", "EUR",
    ]  # fmt: skip
    assert extracted.contacts[0].email is not None and extracted.contacts[0].email.confidence >= 0.9
    assert [one.due and one.due.value for one in extracted.next_actions if "Call me" in one.text.value] == [
        "2026-03-10"
    ]


@pytest.mark.parametrize("budget", ["10k - 20k EUR", "between 10.000 and 20.000 €", "not sure yet"])
def test_a_range_is_no_amount(budget: str) -> None:
    assert "opportunity.amount" not in told(
        form(name="Ann Lee", email="a@b.example", budget=budget, product="LaserCut 300")
    )


@pytest.mark.parametrize("nothing", ["-", "n/a", "privat", "none"])
def test_what_says_nothing_is_no_company(nothing: str) -> None:
    assert "contacts.0.company" not in told(
        form(name="Ann Lee", email="ann@b.example", company=nothing, message="A quote?")
    )


def test_a_problem_in_a_message_is_a_case() -> None:
    values = told(
        form(name="Ann Lee", email="ann@b.example", message="Our printer stopped working, production is down!")
    )
    assert (values["category"], values["case.severity"]) == ("support", "urgent")


def test_our_own_people_are_no_contacts() -> None:
    assert not form(name="Lena Vos", email="lena@ours.example", message="A test of the form, please ignore.").contacts


def test_contact_cards_are_contacts() -> None:
    cards = found(read_cards(CARDS.encode(), "team.vcf"), "document")
    assert [(one.role, one.name and one.name.value, one.phone and one.phone.value) for one in cards.contacts] == [
        ("mentioned", "Jörg Weiß", "+4930901820")
    ]
    assert cards.may_create_records() and cards.opportunity is None


def test_an_invitation_gives_their_people_and_a_meeting_to_be_at() -> None:
    meeting = found(read_invitation(INVITATION.encode(), "demo.ics"), "meeting")
    assert [one.name and one.name.value for one in meeting.contacts] == ["Jörg Weiß", "Anna Nowak"]
    action = meeting.next_actions[-1]
    assert (action.text.value, action.due and action.due.value) == ("Demo of the laser cell", "2026-03-10")
    assert action.due is not None and action.due.evidence[0].quote == "2026-03-10"


@pytest.mark.parametrize("message", ["Wir melden uns sonst im März.", "Merci de me rappeler demain."])
def test_what_fields_count_is_the_summary_where_the_message_speaks_of_other_things(message: str) -> None:
    values = told(form(name="Anna Nowak", email="a@b.example", product="LaserCut 300", quantity=3, message=message))
    assert values["opportunity.summary"] == "3 LaserCut 300"
