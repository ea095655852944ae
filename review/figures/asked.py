"""What a page of figures is asked for: a period, a team, a person, an object. Lives in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.core.errors import BadInput
from crmllm.crm.choices import Object

LONGEST = 366  # days
USUAL = 30


@dataclass(frozen=True)
class Asked:
    """From the first day to the last, both included, in the company's zone."""

    first: date
    last: date
    team: UUID | None = None
    person: UUID | None = None
    object_name: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """From a query string. What is not understood is refused, not overlooked."""
        last = _day(query.get("to", ""), "to") or timezone.localdate()
        first = _day(query.get("from", ""), "from") or last - timedelta(days=USUAL - 1)
        if not timedelta() <= last - first < timedelta(days=LONGEST):
            message = _("The period has to end after it begins, and to be at most a year.")
            raise BadInput(message, fields={"from": [message]})
        name = query.get("object", "")
        if name and name not in Object.values:
            raise BadInput(_("There is no such object."), fields={"object": [_("There is no such object.")]})
        return cls(first, last, _id(query.get("team", ""), "team"), _id(query.get("person", ""), "person"), name)

    @property
    def starts(self) -> datetime:
        return midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment after the period."""
        return midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    def query(self, **more: str) -> str:
        """The query string of this question."""
        values = {"from": self.first.isoformat(), "to": self.last.isoformat(), "team": str(self.team or ""),
                  "person": str(self.person or ""), "object": self.object_name}  # fmt: skip
        return "?" + urlencode({name: value for name, value in (values | more).items() if value})


def midnight(day: date) -> datetime:
    """The first moment of a day in the company's zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = _("A day is written as 2026-11-30.")
        raise BadInput(message, fields={name: [message]}) from None


def _id(text: str, name: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        message = _("Choose one of the list.")
        raise BadInput(message, fields={name: [message]}) from None
