"""The demo company's records hang together, whatever day they are loaded on."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import phonenumbers
import pytest

from crmllm.crm.demo import dataset, working_day

#: Seven days in a row, so that every weekday is once "today"; across the end of summer time and of a year.
TODAYS = [date(2026, 10, 22) + timedelta(days=n) for n in range(7)] + [date(2026, 12, 31), date(2028, 2, 29)]
RESERVED = (".example", ".test", "example.com", "example.net", "example.org")

Data = dict[str, Any]


@pytest.fixture(scope="module")
def data() -> Data:
    return dataset(TODAYS[0])


def index(records: list[Data], key: str) -> dict[str, Data]:
    found = {record[key]: record for record in records}
    assert len(found) == len(records), f"{key} is not unique"
    return found


def test_is_large_enough_to_show_every_page(data: Data) -> None:
    least = {"accounts": 45, "contacts": 120, "leads": 40, "opportunities": 110, "cases": 30, "activities": 150}
    assert {name: len(data[name]) >= wanted for name, wanted in least.items()} == dict.fromkeys(least, True)
    assert len(data["products"]) >= 14


def test_has_one_login_for_each_role_named_after_it(data: Data) -> None:
    users = index(data["company"]["users"], "username")
    roles = ("reviewer", "rep", "manager", "compliance", "admin", "auditor")
    assert all(users[role]["role"] == role for role in roles)
    teams = {team["key"] for team in data["company"]["teams"]}
    assert {user["team"] for user in users.values()} <= teams
    assert len({user["team"] for user in users.values() if user["role"] == "rep"}) >= 2


def test_references_resolve(data: Data) -> None:
    users = index(data["company"]["users"], "username")
    accounts = index(data["accounts"], "key")
    contacts = index(data["contacts"], "email")
    opportunities = index(data["opportunities"], "key")
    products = index(data["products"], "sku")
    stages = index(data["pipeline"]["stages"], "key")
    for name in ("accounts", "contacts", "leads", "cases", "activities"):
        assert {record["owner"] for record in data[name]} <= users.keys(), name
    assert {contact["account"] for contact in contacts.values()} == accounts.keys()
    for record in [*opportunities.values(), *data["cases"], *data["activities"]]:
        assert contacts[record["contact"]]["account"] == record["account"], record["key"]
    for activity in data["activities"]:
        if activity["opportunity"]:
            assert opportunities[activity["opportunity"]]["account"] == activity["account"], activity["key"]
    for opportunity in opportunities.values():
        assert {step["stage"] for step in opportunity["stages"]} <= stages.keys()
        assert {line["sku"] for line in opportunity["products"]} <= products.keys()
        assert {step["owner"] for step in opportunity["owners"]} <= users.keys()
    assert {case["product"] for case in data["cases"]} <= products.keys()
    assert {lead["converted_account"] for lead in data["leads"]} - {None} <= accounts.keys()


def test_the_words_are_those_of_the_crm(data: Data) -> None:
    assert {lead["status"] for lead in data["leads"]} == {
        "new", "working", "qualified", "disqualified", "converted",
    }  # fmt: skip
    assert {case["status"] for case in data["cases"]} == {"open", "waiting", "closed"}
    assert {case["severity"] for case in data["cases"]} == {"low", "normal", "high", "urgent"}
    assert {activity["kind"] for activity in data["activities"]} == {"call", "mail", "meeting", "todo", "note"}
    assert {activity["status"] for activity in data["activities"]} == {"open", "done"}


def test_mail_addresses_are_unique_and_on_reserved_domains(data: Data) -> None:
    company = data["company"]
    people = [*company["users"], *data["contacts"], *data["leads"]]
    addresses = [person["email"].lower() for person in people]
    assert len(set(addresses)) == len(addresses)
    domains = [domain for account in data["accounts"] for domain in account["domains"]]
    assert len(set(domains)) == len(domains)
    for name in [*domains, *company["domains"], *(address.partition("@")[2] for address in addresses)]:
        assert name.endswith(RESERVED), name
    assert {user["email"].partition("@")[2] for user in company["users"]} <= set(company["domains"])


def test_contacts_write_from_their_accounts_domain(data: Data) -> None:
    accounts = index(data["accounts"], "key")
    for contact in data["contacts"]:
        assert contact["email"].partition("@")[2] in accounts[contact["account"]]["domains"]


def test_phone_numbers_are_valid_and_no_two_people_share_one(data: Data) -> None:
    people = [*data["contacts"], *data["leads"]]
    numbers = [phonenumbers.parse(person["phone"]) for person in [*people, *data["accounts"]]]
    wrong = [number for number in numbers if not phonenumbers.is_valid_number(number)]
    assert wrong == []
    own = [phonenumbers.parse(person["phone"]).national_number for person in people]
    assert len(set(own)) == len(own)


@pytest.mark.parametrize("today", TODAYS)
def test_histories_go_forward_and_begin_with_the_opportunity(today: date) -> None:
    for opportunity in dataset(today)["opportunities"]:
        key = opportunity["key"]
        begin = opportunity["stages"][0]["from"]
        assert all(a["from"] < b["from"] for a, b in pairwise(opportunity["stages"])), key
        for history in ("amounts", "closes", "owners"):
            steps = opportunity[history]
            assert steps[0]["from"] == begin, (key, history)
            assert all(a["from"] < b["from"] for a, b in pairwise(steps)), (key, history)
            assert steps[-1]["from"] <= today


@pytest.mark.parametrize("today", TODAYS)
def test_nothing_has_happened_in_the_future_or_on_a_weekend(today: date) -> None:
    data = dataset(today)
    moments = [activity["at"] for activity in data["activities"]]
    assert max(moments) < datetime.combine(today, datetime.min.time(), UTC)
    assert all(moment.weekday() < 5 for moment in moments)
    for name in ("accounts", "contacts", "leads"):
        assert all(record["created"] < today for record in data[name])
    for case in data["cases"]:
        assert case["opened"] < today
        assert (case["closed"] is None) == (case["status"] != "closed")
        assert case["closed"] is None or case["opened"] <= case["closed"] < today


def test_a_record_exists_before_what_is_told_about_it(data: Data) -> None:
    accounts, contacts = index(data["accounts"], "key"), index(data["contacts"], "email")
    for contact in contacts.values():
        assert accounts[contact["account"]]["created"] <= contact["created"], contact["email"]
    for opportunity in data["opportunities"]:
        assert contacts[opportunity["contact"]]["created"] <= opportunity["stages"][0]["from"], opportunity["key"]
    for activity in data["activities"]:
        assert contacts[activity["contact"]]["created"] <= activity["at"].date(), activity["key"]


def test_outcome_follows_from_the_last_stage(data: Data) -> None:
    kinds = {stage["key"]: stage["kind"] for stage in data["pipeline"]["stages"]}
    for opportunity in data["opportunities"]:
        steps = [kinds[step["stage"]] for step in opportunity["stages"]]
        assert steps[:-1] == ["open"] * (len(steps) - 1), opportunity["key"]
        assert (opportunity["outcome"] or "open") == steps[-1]
        assert bool(opportunity["reason"]) == (steps[-1] != "open"), opportunity["key"]
        if opportunity["outcome"]:
            assert opportunity["closes"][-1]["close"] == opportunity["stages"][-1]["from"]


def test_two_years_hold_won_lost_and_open_business_in_three_currencies(data: Data) -> None:
    opportunities = data["opportunities"]
    for outcome in ("won", "lost", None):
        assert sum(opportunity["outcome"] == outcome for opportunity in opportunities) >= 20, outcome
    assert {opportunity["currency"] for opportunity in opportunities} == {"EUR", "USD", "GBP"}
    begins = [opportunity["stages"][0]["from"] for opportunity in opportunities]
    assert max(begins) - min(begins) > timedelta(days=690)


def test_an_amount_is_what_its_products_cost(data: Data) -> None:
    for opportunity in data["opportunities"]:
        total = sum(line["quantity"] * line["unit_price"] for line in opportunity["products"])
        net = total * (100 - opportunity["discount_percent"]) / 100
        assert abs(opportunity["amounts"][-1]["amount"] - net) <= 5, opportunity["key"]


def test_every_opportunity_has_a_rate_on_its_first_day(data: Data) -> None:
    rates = data["company"]["exchange_rates"]
    for opportunity in data["opportunities"]:
        if opportunity["currency"] != data["company"]["currency"]:
            day = opportunity["stages"][0]["from"]
            assert any(rate["currency"] == opportunity["currency"] and rate["from"] <= day for rate in rates)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 21), date(2026, 11, 20)),
        (date(2026, 11, 22), date(2026, 11, 20)),
        (date(2026, 11, 23), date(2026, 11, 23)),
    ],
)
def test_a_weekend_day_becomes_the_friday_before(day: date, expected: date) -> None:
    assert working_day(day) == expected


def test_a_moment_is_in_the_companys_own_time() -> None:
    """Ten in Rotterdam is nine in winter and eight in summer, in UTC."""
    hours = {
        next(a["at"].hour for a in dataset(today)["activities"] if a["subject"] == "First visit, brine line")
        for today in (date(2026, 11, 16), date(2027, 6, 16))
    }
    assert hours == {8, 9}
