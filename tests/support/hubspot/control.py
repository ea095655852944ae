"""What tests ask of a server that is a process of its own: POST /__control__/{wish} with a JSON object.

In the test's own process the same is done with `server.account`. Faults and the log have addresses of their own, see
tests/support/faults.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from tests.support.hubspot.account import Account, Rights, Rule

Wishes = Mapping[str, Any]


def ledger(account: Account, wishes: Wishes) -> list[dict[str, Any]]:
    """Every committed write, or those behind number `since`."""
    return [asdict(write) for write in account.store.ledger[wishes.get("since", 0) :]]


def rows(account: Account, wishes: Wishes) -> dict[str, dict[str, str]]:
    """The live records of one object."""
    table = account.table(wishes["object"])
    return {str(row.id): row.values for row in table.rows.values() if row.archived is None}


def seed(account: Account, wishes: Wishes) -> dict[str, int]:
    made = account.store.seed(wishes["object"], wishes["rows"], wishes.get("at"), wishes.get("step", 0))
    return {"first": made[0].id, "last": made[-1].id}


def edit(account: Account, wishes: Wishes) -> dict[str, str]:
    """A person changes a record in HubSpot."""
    return account.edit(wishes["object"], wishes["id"], **wishes["values"]).values


def restore(account: Account, wishes: Wishes) -> dict[str, str]:
    row = account.table(wishes["object"]).rows[wishes["id"]]
    account.store.restore(wishes["object"], row)
    return row.values


def clock(account: Account, wishes: Wishes) -> dict[str, int]:
    """advance: seconds; fixed: milliseconds or null; offset: milliseconds."""
    account.clock.advance(wishes.get("advance", 0))
    account.clock.offset = wishes.get("offset", account.clock.offset)
    account.clock.fixed = wishes.get("fixed", account.clock.fixed)
    return {"now": account.clock.now()}


def limits(account: Account, wishes: Wishes) -> Wishes:
    """ten_seconds, daily, searches, retry_after."""
    for name, value in wishes.items():
        setattr(account.limits, name, value)
    return wishes


def switches(account: Account, wishes: Wishes) -> Wishes:
    """index_lag (milliseconds), consent, rotates, lifetime, user_level."""
    for name, value in wishes.items():
        setattr(account.store if name == "index_lag" else account.tokens, name, value)
    return wishes


def expire(account: Account, wishes: Wishes) -> Wishes:
    account.tokens.expire()
    return wishes


def rights(account: Account, wishes: Wishes) -> Wishes:
    """For `user` (or everybody): hidden_properties {object: [names]}, hidden_rows [[object, id]], only_owner."""
    account.rights[wishes.get("user")] = Rights(
        {name: set(names) for name, names in wishes.get("hidden_properties", {}).items()},
        {(name, row_id) for name, row_id in wishes.get("hidden_rows", ())},
        wishes.get("only_owner"),
    )
    return wishes


def rules(account: Account, wishes: Wishes) -> Wishes:
    """The validation rules of one object: [{property, when, message}]."""
    account.rules[wishes["object"]] = [Rule(**rule) for rule in wishes["rules"]]
    return wishes


def add_property(account: Account, wishes: Wishes) -> dict[str, Any]:
    given = dict(wishes)
    return account.add_property(given.pop("object"), **given).as_json()


def events(account: Account, wishes: Wishes) -> dict[str, list[int]]:
    """Delivers what waits to `url`; secret, late, reverse, twice as in `Events.deliveries`."""
    return {"answers": [one.send() for one in account.events.deliveries(**wishes)]}


WISHES: dict[str, Callable[[Account, Wishes], Any]] = {
    one.__name__: one
    for one in (
        ledger, rows, seed, edit, restore, clock, limits, switches, expire, rights, rules, add_property, events
    )
}  # fmt: skip
