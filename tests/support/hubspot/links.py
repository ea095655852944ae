"""Associations: read, make and take away ties between records, one by one and in batches; their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.hubspot.account import Account
from tests.support.hubspot.associations import AssociationType
from tests.support.hubspot.calls import Call, Records, Reply, kind_of
from tests.support.hubspot.errors import Refused, error, invalid
from tests.support.hubspot.store import Row
from tests.support.hubspot.values import iso


@dataclass(frozen=True)
class Link:
    """A tie that is about to be made."""

    other: str
    row: Row
    type: AssociationType


def planned_links(records: Records, associations: Sequence[Any]) -> list[Link]:
    """What a create asks for; refused as a whole where one of it cannot be."""
    links = []
    for one in associations:
        far_id, types = str(one.get("to", {}).get("id")), one.get("types") or []
        if not types:
            raise invalid("Some required fields were not set: [types]")
        for given in types:
            known = _named(records.account, records.name, given)
            far = Records(records.call, known.target).find(far_id)
            if far is None:
                raise invalid(
                    f"Invalid object ID {far_id}: no {known.target} to associate with", subCategory="INVALID_OBJECT_IDS"
                )
            links.append(Link(known.target, far, known))
    return links


def tie(account: Account, name: str, row: Row, link: Link) -> None:
    """Makes it. The first company of a record becomes its primary one."""
    types = account.associations
    primary = types.primary(name, link.other)
    wanted = [link.type]
    if primary is not None and not any(primary.number in numbers for numbers in row.links.get(link.other, {}).values()):
        wanted.append(primary)
    if link.type.label is not None:
        wanted.append(types.default(name, link.other))
    for one in {known.number: known for known in wanted}.values():
        account.store.link(name, row, link.other, link.row, one.number, types.inverse(one))


def list_(call: Call) -> Reply:
    records, other = Records(call, call.path["object"]), Records(call, call.path["other"])
    limit, after = call.whole("limit", 500), call.whole("after", 0)
    if not 0 < limit <= 500:
        raise invalid("limit must be between 1 and 500")
    found = _tied(records, records.get(call.path["id"]), other)
    rest = [one for one in found if int(one["toObjectId"]) > after]
    more = {"paging": {"next": {"after": rest[limit - 1]["toObjectId"]}}} if len(rest) > limit else {}
    return Reply(body={"results": rest[:limit], **more})


def set_labels(call: Call) -> Reply:
    """PUT …/associations/{other}/{far}: these types, beside those that are there."""
    records, other = Records(call, call.path["object"], write=True), Records(call, call.path["other"])
    row, far = records.get(call.path["id"]), other.get(call.path["far"])
    types = [_named(call.account, records.name, given, other.name) for given in call.body or []]
    for known in types:
        tie(call.account, records.name, row, Link(other.name, far, known))
    body = {
        "fromObjectTypeId": records.kind.type_id,
        "fromObjectId": str(row.id),
        "toObjectTypeId": other.kind.type_id,
        "toObjectId": str(far.id),
        "labels": [known.label for known in types if known.label],
    }
    return Reply(201, body)


def set_default(call: Call) -> Reply:
    records, other = Records(call, call.path["object"], write=True), Records(call, call.path["other"])
    ends = {"from": {"id": call.path["id"]}, "to": {"id": call.path["far"]}}
    return Reply(200, _batch(call, [_default(call, records, other, ends)]))


def remove(call: Call) -> Reply:
    records, other = Records(call, call.path["object"], write=True), Records(call, call.path["other"])
    row, far = records.find(call.path["id"]), other.find(call.path["far"])
    if row is not None and far is not None:
        call.account.store.unlink(records.name, row, other.name, far)
    return Reply(204)


def batch_read(call: Call) -> Reply:
    records, other = Records(call, call.path["object"]), Records(call, call.path["other"])
    results, errors = [], []
    for one in call.inputs(1000):
        row = records.find(str(one.get("id")))
        found = _tied(records, row, other) if row is not None else []
        if found:
            results.append({"from": {"id": str(one["id"])}, "to": found})
        else:
            text = f"No {other.name} is associated with {records.name} {one.get('id')}."
            errors.append({**error(text, "OBJECT_NOT_FOUND"), "context": {"fromObjectId": [str(one.get("id"))]}})
    return Reply(207 if errors else 200, _batch(call, results, errors))


def batch_create(call: Call) -> Reply:
    records, other = Records(call, call.path["object"], write=True), Records(call, call.path["other"])
    results, errors = [], []
    for one in call.inputs(2000):
        try:
            row, far = records.get(str(one["from"]["id"])), other.get(str(one["to"]["id"]))
            types = [_named(call.account, records.name, given, other.name) for given in one.get("types") or []]
        except Refused as refused:
            errors.append(refused.body)
            continue
        for known in types:
            tie(call.account, records.name, row, Link(other.name, far, known))
        results.append(
            {
                "fromObjectTypeId": records.kind.type_id,
                "fromObjectId": str(row.id),
                "toObjectTypeId": other.kind.type_id,
                "toObjectId": str(far.id),
                "labels": [known.label for known in types if known.label],
            }
        )
    return Reply(207 if errors else 201, _batch(call, results, errors))


def batch_default(call: Call) -> Reply:
    records, other = Records(call, call.path["object"], write=True), Records(call, call.path["other"])
    return Reply(200, _batch(call, [_default(call, records, other, one) for one in call.inputs(2000)]))


def batch_remove(call: Call) -> Reply:
    """All ties between the named records, or with /labels/archive those of the named types."""
    records, other = Records(call, call.path["object"], write=True), Records(call, call.path["other"])
    for one in call.inputs(2000):
        row = records.find(str(one["from"]["id"]))
        for target in one["to"] if isinstance(one["to"], list) else [one["to"]]:
            far = other.find(str(target["id"]))
            if row is None or far is None:
                continue
            types = [_named(call.account, records.name, given, other.name) for given in one.get("types") or []]
            pairs = [(known.number, call.account.associations.inverse(known)) for known in types]
            call.account.store.unlink(records.name, row, other.name, far, pairs if "types" in one else None)
    return Reply(204)


def labels(call: Call) -> Reply:
    source, target = kind_of(call.path["object"]).name, kind_of(call.path["other"]).name
    known = call.account.associations.between(source, target)
    return Reply(body={"results": [one.as_json() for one in known]})


def add_label(call: Call) -> Reply:
    source, target = kind_of(call.path["object"]).name, kind_of(call.path["other"]).name
    made = call.account.associations.add_label(source, target, call.body["label"], call.body.get("inverseLabel"))
    return Reply(200, {"results": [one.as_json() for one in made]})


def remove_label(call: Call) -> Reply:
    source, target = kind_of(call.path["object"]).name, kind_of(call.path["other"]).name
    call.account.associations.remove_label(source, target, int(call.path["number"]))
    return Reply(204)


def _default(call: Call, records: Records, other: Records, one: dict[str, Any]) -> dict[str, Any]:
    row, far = records.get(str(one["from"]["id"])), other.get(str(one["to"]["id"]))
    known = call.account.associations.default(records.name, other.name)
    tie(call.account, records.name, row, Link(other.name, far, known))
    spec = {"associationCategory": known.category, "associationTypeId": known.number}
    return {"from": {"id": str(row.id)}, "to": {"id": str(far.id)}, "associationSpec": spec}


def _named(account: Account, source: str, given: Any, target: str | None = None) -> AssociationType:
    """The type that a request names; its number alone tells the object at the other end."""
    number = given.get("associationTypeId") if isinstance(given, dict) else None
    for other in [target] if target else account.store.tables:
        for known in account.associations.between(source, other):
            if known.number == number and known.category == given.get("associationCategory"):
                return known
    raise invalid(f"No association type {number} exists for {source}")


def _tied(records: Records, row: Row, other: Records) -> list[dict[str, Any]]:
    types = records.account.associations.between(records.name, other.name)
    found = []
    for far_id, numbers in sorted(row.links.get(other.name, {}).items()):
        far = other.table.rows.get(far_id)
        if far is not None and far.archived is None and other.visible(far):
            known = [one.as_json() for one in types if one.number in numbers]
            found.append({"toObjectId": str(far_id), "associationTypes": known})
    return found


def _batch(call: Call, results: list[Any], errors: list[Any] | None = None) -> dict[str, Any]:
    at = iso(call.account.clock.now())
    body = {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}
    return {**body, "numErrors": len(errors), "errors": errors} if errors else body
