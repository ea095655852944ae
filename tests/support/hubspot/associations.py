"""Which types of association there are between two objects. Each has a number, and another seen from the far side."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.hubspot.errors import invalid
from tests.support.hubspot.schema import OBJECTS


@dataclass(frozen=True)
class AssociationType:
    """How records of `source` are tied to records of `target`; without a label it is the default."""

    source: str
    target: str
    number: int
    label: str | None = None
    category: str = "HUBSPOT_DEFINED"

    def as_json(self) -> dict[str, object]:
        return {"category": self.category, "typeId": self.number, "label": self.label}


# (from, to): default there and back, and the numbers of the primary company where that exists.
_PAIRS = {
    ("contacts", "companies"): (279, 280),
    ("deals", "companies"): (341, 342),
    ("tickets", "companies"): (339, 340),
    ("deals", "contacts"): (3, 4),
    ("tickets", "contacts"): (16, 15),
    ("tickets", "deals"): (28, 27),
    ("leads", "contacts"): (578, 579),
    ("leads", "companies"): (610, 611),
}
_PRIMARY = {
    ("contacts", "companies"): (1, 2),
    ("deals", "companies"): (5, 6),
    ("tickets", "companies"): (26, 25),
}
# The number from an activity to contacts, companies, deals, tickets; the way back is one less.
_ACTIVITIES = {
    "calls": (194, 182, 206, 220),
    "emails": (198, 186, 210, 224),
    "meetings": (200, 188, 212, 226),
    "notes": (202, 190, 214, 228),
    "tasks": (204, 192, 216, 230),
}


class Associations:
    """The account's association types; labels of its own are added at run time."""

    def __init__(self) -> None:
        self._types: dict[tuple[str, str], list[AssociationType]] = {}
        self._inverse: dict[tuple[str, str, int], int] = {}
        self._next = 1000
        for (source, target), (there, back) in _PAIRS.items():
            self._add(source, target, there, back)
        for (source, target), (there, back) in _PRIMARY.items():
            self._add(source, target, there, back, "Primary")
        for activity, numbers in _ACTIVITIES.items():
            for target, number in zip(("contacts", "companies", "deals", "tickets"), numbers, strict=True):
                self._add(activity, target, number, number - 1)
            self._add(activity, "leads", *self._own_numbers())

    def between(self, source: str, target: str) -> list[AssociationType]:
        return self._types.get((source, target), [])

    def get(self, source: str, target: str, number: int) -> AssociationType:
        for known in self.between(source, target):
            if known.number == number:
                return known
        raise invalid(
            f"No association type {number} exists between {OBJECTS[source].type_id} and {OBJECTS[target].type_id}"
        )

    def default(self, source: str, target: str) -> AssociationType:
        for known in self.between(source, target):
            if known.label is None:
                return known
        raise invalid(f"Objects of types {source} and {target} cannot be associated")

    def primary(self, source: str, target: str) -> AssociationType | None:
        return next((known for known in self.between(source, target) if known.label == "Primary"), None)

    def inverse(self, known: AssociationType) -> int:
        return self._inverse[known.source, known.target, known.number]

    def add_label(self, source: str, target: str, label: str, inverse: str | None = None) -> list[AssociationType]:
        """A label of the account's own; returns it as seen from both sides."""
        there, back = self._own_numbers()
        self._add(source, target, there, back, label, inverse or label, "USER_DEFINED")
        return [self.get(source, target, there), self.get(target, source, back)]

    def remove_label(self, source: str, target: str, number: int) -> None:
        known = self.get(source, target, number)
        if known.category != "USER_DEFINED":
            raise invalid("Only the account's own labels can be removed")
        back = self._inverse.pop((source, target, number))
        self._types[source, target].remove(known)
        self._types[target, source].remove(self.get(target, source, back))

    def _add(
        self,
        source: str,
        target: str,
        there: int,
        back: int,
        label: str | None = None,
        inverse: str | None = None,
        category: str = "HUBSPOT_DEFINED",
    ) -> None:
        for ends, number, far, words in (
            ((source, target), there, back, label),
            ((target, source), back, there, inverse or label),
        ):
            self._types.setdefault(ends, []).append(AssociationType(*ends, number, words, category))
            self._inverse[*ends, number] = far

    def _own_numbers(self) -> tuple[int, int]:
        self._next += 2
        return self._next, self._next + 1
