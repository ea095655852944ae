"""Our own labelled mails follow the format and the labelling rules, so that their score can be trusted."""

import json
import re
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

SET = Path(__file__).parent.parent / "data" / "extraction"
LABELS: list[dict[str, Any]] = [
    json.loads(line) for line in (SET / "labels.jsonl").read_text(encoding="utf-8").splitlines()
]
NAMES = [label["file"] for label in LABELS]
CRM = json.loads((SET / "crm.json").read_text(encoding="utf-8"))
CATEGORIES = {"sales", "support", "billing", "vendor", "internal", "newsletter", "auto_reply", "spam", "personal"}
RESERVED = (".example", ".test", "example.com", "example.net", "example.org")


def mail(name: str) -> EmailMessage:
    message = message_from_bytes((SET / "items" / name).read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def words(name: str) -> str:
    """Headers and all text parts on one line, without HTML tags."""
    message = mail(name)
    texts = [str(value) for value in message.values()]
    texts += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return " ".join(unescape(re.sub(r"<[^<>@]+>", " ", " ".join(texts))).split())


def test_every_item_has_one_label() -> None:
    assert len(NAMES) == len(set(NAMES)) >= 30
    assert sorted(path.name for path in (SET / "items").iterdir()) == sorted(NAMES)


def test_all_categories_and_several_languages_are_there() -> None:
    assert {label["category"] for label in LABELS} == CATEGORIES
    assert {label["language"] for label in LABELS} >= {"en", "de", "fr", "nl", "es", "it"}
    assert {label["opportunity"]["commitment"] for label in LABELS if label["opportunity"]} >= {
        "firm", "likely", "hedged", "negated",
    }  # fmt: skip
    assert {label["case"]["severity"] for label in LABELS if label["case"]} >= {"normal", "high", "urgent"}
    assert sum(bool(label["forbidden"]) for label in LABELS) >= 15


@pytest.mark.parametrize("label", LABELS, ids=NAMES)
def test_a_label_has_the_shape_of_the_format(label: dict[str, Any]) -> None:
    assert list(label) == [
        "file", "kind", "category", "language", "contacts", "opportunity", "case", "next_actions", "sentiment",
        "forbidden",
    ]  # fmt: skip
    assert label["kind"] == "email"
    assert label["sentiment"] in {"positive", "neutral", "negative"}
    for contact in label["contacts"]:
        assert set(contact) == {"name", "title", "company", "email", "phone", "role"}
        assert contact["role"] in {"sender", "recipient", "mentioned"}
    if opportunity := label["opportunity"]:
        assert set(opportunity) == {
            "summary", "products", "quantity", "amount", "currency", "close_by", "commitment",
        }  # fmt: skip
        assert set(opportunity["products"]) <= set(CRM["us"]["products"])
        assert opportunity["amount"] is None or opportunity["currency"]
    days = [action["due"] for action in label["next_actions"]] + [(label["opportunity"] or {}).get("close_by")]
    sent = mail(label["file"])["Date"].datetime.date()
    assert all(sent <= date.fromisoformat(day) for day in days if day)
    assert all(action["owner"] in {"us", "them"} and action["text"] for action in label["next_actions"])


@pytest.mark.parametrize("label", LABELS, ids=NAMES)
def test_only_the_customers_business_creates_records(label: dict[str, Any]) -> None:
    if label["category"] not in {"sales", "support", "billing"}:
        assert (label["contacts"], label["opportunity"], label["case"], label["next_actions"]) == ([], None, None, [])


@pytest.mark.parametrize("label", LABELS, ids=NAMES)
def test_verbatim_values_stand_in_the_mail(label: dict[str, Any]) -> None:
    text = words(label["file"])
    digits = re.sub(r"\D", "", text)
    for contact in label["contacts"]:
        for field in ("title", "company", "email"):
            assert (contact[field] or "") in text, contact[field]
        assert all(part in text for part in contact["name"].split())
        if contact["phone"]:
            number = phonenumbers.parse(contact["phone"])
            assert phonenumbers.is_valid_number(number)
            assert str(number.national_number) in digits
    amount = (label["opportunity"] or {}).get("amount")
    assert amount is None or str(amount) in digits


@pytest.mark.parametrize("label", LABELS, ids=NAMES)
def test_what_is_forbidden_is_not_also_expected(label: dict[str, Any]) -> None:
    expected = {str(value) for contact in label["contacts"] for value in contact.values()}
    expected |= {str(value) for value in (label["opportunity"] or {}).values()}
    assert not expected & set(label["forbidden"])


def test_everybody_lives_on_a_reserved_domain() -> None:
    for name in NAMES:
        addresses = re.findall(r"[\w.+-]+@([\w.-]+\w)", words(name))
        assert addresses
        assert all(domain.endswith(RESERVED) for domain in addresses), name


def test_what_exists_before_names_us_and_our_customers() -> None:
    accounts = {account["external_id"] for account in CRM["accounts"]}
    assert {record["account"] for record in [*CRM["contacts"], *CRM["opportunities"]]} <= accounts
    staff = {person["email"] for person in CRM["us"]["staff"]}
    assert all(address.endswith(tuple(CRM["us"]["domains"])) for address in staff)
    assert not staff & {contact["email"] for label in LABELS for contact in label["contacts"]}
