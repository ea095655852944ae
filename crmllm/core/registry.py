"""Registries that higher packages fill when their app is ready: navigation, home cards, demo data, benches, seeds.

Lower packages never import higher ones; what they need from above comes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpRequest

Entry = TypeVar("Entry")


class Registry(Generic[Entry]):
    """Named entries in a stated order."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[int, Entry]] = {}

    def add(self, name: str, entry: Entry, *, order: int = 100) -> None:
        if name in self._entries:
            raise ValueError(f"{name!r} is registered twice.")
        self._entries[name] = (order, entry)

    def items(self) -> list[tuple[str, Entry]]:
        return [(name, entry) for name, (_, entry) in sorted(self._entries.items(), key=lambda pair: pair[1][0])]

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name][1]

    def names(self) -> list[str]:
        return [name for name, _ in self.items()]


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation; `permission` is asked through access, `count` is shown beside the label."""

    label: Any
    url_name: str
    permission: str = ""
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class HomeCard:
    """One card of the home page: a template and what it needs to know."""

    template: str
    context: Callable[[HttpRequest], dict[str, Any]]
    permission: str = ""


@dataclass(frozen=True)
class Gauge:
    """One figure for those who scrape the metrics."""

    name: str
    help: str
    value: float


navigation: Registry[NavItem] = Registry()
#: Values that the frame of every page shows, by the name that base.html knows.
frame: Registry[Callable[[HttpRequest], Any]] = Registry()
home_cards: Registry[HomeCard] = Registry()
#: Figures at the top of the home page: lists of {value, label, url, tone}.
home_figures: Registry[Callable[[HttpRequest], list[dict[str, Any]]]] = Registry()
#: Finds what a term means: groups of {title, more_url, results: [{url, title, text, when, state, tone}]}.
search_groups: Registry[Callable[[HttpRequest, str], list[dict[str, Any]]]] = Registry()
#: The pages under Settings, in its side menu.
settings_pages: Registry[NavItem] = Registry()
#: What others add to the context of a person's own account page.
profile: Registry[Callable[[HttpRequest], dict[str, Any]]] = Registry()
#: Figures beside those of monitoring, read when they are asked for.
gauges: Registry[Callable[[], Iterable[Gauge]]] = Registry()
#: Loads one part of the made-up company; idempotent; runs in order.
demo_data: Registry[Callable[[], None]] = Registry()
#: Measures something against its peer and returns rows of (what, ours, peer, ratio).
benches: Registry[Callable[[], Iterable[dict[str, Any]]]] = Registry()
#: Fills one part of the database to a given size.
seed_scale: Registry[Callable[[int], None]] = Registry()
