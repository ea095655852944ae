"""Records one at a time: list, read, create, change, archive, search, merge, erase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.hubspot.calls import Call, Records, Reply
from tests.support.hubspot.errors import invalid, not_found
from tests.support.hubspot.links import planned_links, tie
from tests.support.hubspot.rules import checked
from tests.support.hubspot.search import everything
from tests.support.hubspot.store import Row

_PAGE, _PAGE_WITH_HISTORY = 100, 50


def list_(call: Call) -> Reply:
    records = Records(call, call.path["object"])
    limit, history = call.whole("limit", 10), call.names("propertiesWithHistory")
    most = _PAGE_WITH_HISTORY if history else _PAGE
    if not 0 < limit <= most:
        raise invalid(f"limit must be between 1 and {most}")
    page: list[Row] = []
    following = None
    for row in records.table.listed(call.whole("after", 0), call.flag("archived")):
        if not records.visible(row):
            continue
        if len(page) == limit:
            following = page[-1].id
            break
        page.append(row)
    names, others = call.names("properties"), call.names("associations")
    shown = [records.show(row, names, history, others) for row in page]
    return Reply(body={"results": shown, **paging(following, call.address)})


def read(call: Call) -> Reply:
    records = Records(call, call.path["object"])
    row = records.get(call.path["id"], call.one("idProperty"), call.flag("archived"))
    names = call.names("properties"), call.names("propertiesWithHistory"), call.names("associations")
    return Reply(body=records.show(row, *names))


def create(call: Call) -> Reply:
    records = Records(call, call.path["object"], write=True)
    row = create_row(records, given(call.body, "properties", "associations"))
    return Reply(201, records.show(row, _stored(row)))


def change(call: Call) -> Reply:
    records = Records(call, call.path["object"], write=True)
    row = records.get(call.path["id"], call.one("idProperty"))
    row = change_row(records, row, given(call.body, "properties"))
    return Reply(body=records.show(row, _stored(row)))


def archive(call: Call) -> Reply:
    """Archiving twice, or what never was, is no error."""
    records = Records(call, call.path["object"], write=True)
    row = records.find(call.path["id"])
    if row is not None:
        call.account.store.archive(records.name, row)
    return Reply(204)


def search(call: Call) -> Reply:
    records = Records(call, call.path["object"])
    body = call.body if isinstance(call.body, dict) else {}
    question = call.account.search(records.name, records.hidden)
    visible = everything if records.sees_all else records.visible
    total, page, following = question.run(body, records.known(), visible)
    names = [str(name) for name in body.get("properties") or ()]
    shown = [records.show(row, names) for row in page]
    return Reply(body={"total": total, "results": shown, **paging(following)})


def merge(call: Call) -> Reply:
    records = Records(call, call.path["object"], write=True)
    body = given(call.body, "primaryObjectId", "objectIdToMerge")
    winner, loser = records.get(str(body["primaryObjectId"])), records.get(str(body["objectIdToMerge"]))
    if winner.id == loser.id:
        raise invalid("A record cannot be merged with itself")
    row = call.account.store.merge(records.name, winner, loser)
    return Reply(body=records.show(row, _stored(row)))


def gdpr_delete(call: Call) -> Reply:
    """For good. The address of a contact that is not there is blocked for the future."""
    records = Records(call, call.path["object"], write=True)
    body = given(call.body, "objectId")
    key, id_property = str(body["objectId"]), str(body.get("idProperty") or "")
    row = records.find(key, id_property) or records.find(key, id_property, archived=True)
    if row is not None:
        call.account.store.erase(records.name, row)
    elif records.name == "contacts" and id_property == "email":
        call.account.blocked_emails.add(key.lower())
    else:
        raise not_found()
    return Reply(204)


# what batches do for each of their inputs ------------------------------------------------------------


def create_row(records: Records, body: Mapping[str, Any]) -> Row:
    account = records.account
    links = planned_links(records, body.get("associations") or [])
    if records.name == "leads" and not any(link.other in ("contacts", "companies") for link in links):
        raise invalid("A lead must be associated with a contact or a company")
    values = checked(account, records.name, properties_of(body), hidden=records.hidden)
    kept = {name: value for name, value in values.items() if value}
    row = account.store.create(records.name, kept, trace=body.get("objectWriteTraceId"))
    for link in links:
        tie(account, records.name, row, link)
    return row


def change_row(records: Records, row: Row, body: Mapping[str, Any]) -> Row:
    values = checked(records.account, records.name, properties_of(body), row, records.hidden)
    return records.account.store.change(records.name, row, values, trace=body.get("objectWriteTraceId"))


def given(body: Any, *names: str) -> dict[str, Any]:
    """The body, which must be an object with these keys."""
    missing = [name for name in names if not isinstance(body, dict) or body.get(name) is None]
    if missing:
        raise invalid(f"Invalid input JSON: some required fields were not set: [{', '.join(missing)}]")
    return dict(body)


def properties_of(body: Mapping[str, Any]) -> dict[str, Any]:
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise invalid("Invalid input JSON: properties must be an object")
    return properties


def paging(following: int | None, address: str | None = None) -> dict[str, Any]:
    """No paging means: this was the end."""
    if following is None:
        return {}
    link = {"link": f"{address}?after={following}"} if address else {}
    return {"paging": {"next": {"after": str(following), **link}}}


def _stored(row: Row) -> list[str]:
    return list(row.values)
