"""Loads the made-up company's records, with two years of history, through the doors that any import uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from crmllm.access.models import Team, User
from crmllm.core import audit
from crmllm.core.ids import uuid7
from crmllm.crm.catalogue import services as catalogue
from crmllm.crm.choices import ActivityStatus, Object, StageKind
from crmllm.crm.demo import dataset
from crmllm.crm.importing import services as importing
from crmllm.crm.importing.services import Import
from crmllm.crm.models import Competitor, CrmUser, ExchangeRate, Product, Stage

DEMO = audit.System("demo")


def load_company() -> None:
    """All records, or none when the company's people are CRM users already: what somebody deleted since stays away."""
    data = dataset(timezone.localdate())
    if CrmUser.objects.filter(email__in=[user["email"] for user in data["company"]["users"]]).exists():
        return
    with transaction.atomic():
        records = [*_Company(data).records()]
        importing.import_records(actor=DEMO, records=records)


class _Company:
    """The company while it is loaded: what records refer to, by the words that the data uses."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._now = timezone.now()
        self._owners = self._add_users()
        self._products = self._add_products()
        self._add_competitors()
        self._stages = self._add_pipeline()
        self._add_rates()
        self._accounts: dict[str, UUID] = {}
        self._contacts: dict[str, UUID] = {}
        self._opportunities: dict[str, UUID] = {}

    def records(self) -> Iterator[Import]:
        """Everything, in an order in which what is referred to comes first."""
        for entries, make in (
            (self._data["accounts"], self._account),
            (self._data["contacts"], self._contact),
            (self._data["leads"], self._lead),
            (self._data["opportunities"], self._opportunity),
            (self._data["cases"], self._case),
            (self._data["activities"], self._activity),
        ):
            yield from map(make, entries)

    # --- what records refer to

    def _add_users(self) -> dict[str, CrmUser]:
        entries = self._data["company"]["users"]
        logins = User.objects.in_bulk([one["username"] for one in entries], field_name="username")
        names = {team["key"]: team["name"] for team in self._data["company"]["teams"]}
        teams = {team.name: team for team in Team.objects.filter(name__in=names.values())}
        rows = catalogue.add_crm_users(
            actor=DEMO,
            users=[
                CrmUser(
                    name=f"{one['first_name']} {one['last_name']}", email=one["email"],
                    user=logins.get(one["username"]), team=teams.get(names[one["team"]]),
                )
                for one in entries
            ],
        )  # fmt: skip
        return {one["username"]: rows[one["email"]] for one in entries}

    def _add_products(self) -> dict[str, Product]:
        return catalogue.add_products(actor=DEMO, products=[Product(**entry) for entry in self._data["products"]])

    def _add_competitors(self) -> None:
        rows = [Competitor(**entry) for entry in self._data["competitors"]]
        catalogue.add_competitors(actor=DEMO, competitors=rows)

    def _add_pipeline(self) -> dict[str, Stage]:
        described = self._data["pipeline"]
        stages = [Stage(**{name: value for name, value in one.items() if name != "key"}) for one in described["stages"]]
        rows = catalogue.add_pipeline(actor=DEMO, name=described["name"], stages=stages)
        return {one["key"]: rows[one["name"]] for one in described["stages"]}

    def _add_rates(self) -> None:
        rates = [
            ExchangeRate(currency=one["currency"], day=one["from"], rate=one["rate"])
            for one in self._data["company"]["exchange_rates"]
        ]
        catalogue.add_exchange_rates(actor=DEMO, rates=rates)

    # --- records

    def _account(self, entry: Mapping[str, Any]) -> Import:
        pk = self._accounts[entry["key"]] = uuid7()
        names = ("name", "domains", "industry", "country", "city", "employees", "phone", "website", "address")
        return self._import(Object.ACCOUNT, {name: entry[name] for name in names}, entry, entry["created"], pk)

    def _contact(self, entry: Mapping[str, Any]) -> Import:
        pk = self._contacts[entry["email"]] = uuid7()
        company = next(one["name"] for one in self._data["accounts"] if one["key"] == entry["account"])
        changes = self._person(entry) | {
            "account": self._accounts[entry["account"]], "company": company, "language": entry["language"],
        }  # fmt: skip
        return self._import(Object.CONTACT, changes, entry, entry["created"], pk)

    def _lead(self, entry: Mapping[str, Any]) -> Import:
        reason = entry["disqualified_reason"]
        changes = self._person(entry) | {
            "company": entry["company"], "source": entry["source"], "status": entry["status"],
            "country": entry["country"], "industry": entry["industry"],
            "summary": f"{entry['interest']} Disqualified: {reason}." if reason else entry["interest"],
        }  # fmt: skip
        return self._import(Object.LEAD, changes, entry, entry["created"], uuid7())

    def _opportunity(self, entry: Mapping[str, Any]) -> Import:
        pk = self._opportunities[entry["key"]] = uuid7()
        lost = self._stages[entry["stages"][-1]["stage"]].kind == StageKind.LOST
        changes = self._of(entry) | {
            "name": entry["name"],
            "currency": entry["currency"],
            "products": [self._products[line["sku"]].name for line in entry["products"]],
            # One figure for the whole deal: that of what it is about, which stands first.
            "quantity": entry["products"][0]["quantity"] if entry["products"] else None,
            "lost_reason": entry["reason"] if lost else None,
            "summary": None if lost else entry["reason"],
        }
        past = {
            "stage": [(self._moment(one["from"]), self._stages[one["stage"]].pk) for one in entry["stages"]],
            "amount": [(self._moment(one["from"]), one["amount"]) for one in entry["amounts"]],
            "close_date": [(self._moment(one["from"]), one["close"]) for one in entry["closes"]],
            "owner": [(self._moment(one["from"]), self._owners[one["owner"]].pk) for one in entry["owners"]],
        }
        return Import(
            object_name=Object.OPPORTUNITY, changes=changes, at=past["stage"][0][0], id=pk,
            owner=self._owners[entry["owners"][-1]["owner"]], past=past,
        )  # fmt: skip

    def _case(self, entry: Mapping[str, Any]) -> Import:
        changes = self._of(entry) | {
            "name": entry["subject"], "summary": entry["description"], "severity": entry["severity"],
            "status": entry["status"],
        }  # fmt: skip
        return self._import(Object.CASE, changes, entry, entry["opened"], uuid7())

    def _activity(self, entry: Mapping[str, Any]) -> Import:
        changes = self._of(entry) | {
            "name": entry["subject"], "kind": entry["kind"], "text": entry["body"], "due": entry["due"],
            "status": entry["status"], "side": "us",
            "opportunity": self._opportunities[entry["opportunity"]] if entry["opportunity"] else None,
        }  # fmt: skip
        at = min(entry["at"], self._now)
        return Import(
            object_name=Object.ACTIVITY, changes=changes, at=at, owner=self._owners[entry["owner"]],
            happened_at=at if entry["status"] == ActivityStatus.DONE else None,
        )  # fmt: skip

    # --- what they share

    def _import(self, name: str, changes: Mapping[str, Any], entry: Mapping[str, Any], day: date, pk: UUID) -> Import:
        owner = self._owners[entry["owner"]]
        return Import(object_name=name, changes=changes, at=self._moment(day), id=pk, owner=owner)

    def _person(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        name = f"{entry['first_name']} {entry['last_name']}"
        return {"name": name, "title": entry["title"], "email": entry["email"], "phone": entry["phone"]}

    def _of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return {"account": self._accounts[entry["account"]], "contact": self._contacts[entry["contact"]]}

    def _moment(self, day: date) -> datetime:
        """Nine in the morning of that day, or now where that is still to come."""
        return min(timezone.make_aware(datetime.combine(day, time(9))).astimezone(UTC), self._now)
