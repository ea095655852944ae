"""Many records or many requests in one: collections of up to 200, composite requests of up to 25."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.salesforce.calls import Call, Refused, Reply, handle, not_found, route
from tests.support.salesforce.rows import allows_duplicates, matching, upsert_one
from tests.support.salesforce.writes import delete, save

if TYPE_CHECKING:
    from tests.support.salesforce.server import Salesforce

RECORDS, REQUESTS = 200, 25
REFERENCE = re.compile(r"@\{(\w+)\.([\w.\[\]]+)\}")


class _Undo(Exception):
    """One failed and all have to go."""


@route("POST", "/composite/sobjects")
def create_many(sf: Salesforce, call: Call) -> Reply:
    def create(record: dict[str, Any]) -> dict[str, Any]:
        record_id = save(sf.org, sf.rules, call.user, _kind(sf, record), record, force=allows_duplicates(call))
        return _done(record_id)

    return _each(sf, create, *_records(call))


@route("PATCH", "/composite/sobjects")
def update_many(sf: Salesforce, call: Call) -> Reply:
    def update(record: dict[str, Any]) -> dict[str, Any]:
        values = {name: value for name, value in record.items() if name.lower() != "id"}
        record_id = record.get("id") or record.get("Id")
        if not record_id:
            raise Refused(400, "MISSING_ARGUMENT", "Id not specified in an update call", [])
        return _done(save(sf.org, sf.rules, call.user, _kind(sf, record), values, record_id, allows_duplicates(call)))

    return _each(sf, update, *_records(call))


@route("PATCH", "/composite/sobjects/{}/{}")
def upsert_many(sf: Salesforce, call: Call, name: str, key: str) -> Reply:
    kind = sf.org.kind(name)

    def upsert(record: dict[str, Any]) -> dict[str, Any]:
        value = record.get(key)
        if value in (None, ""):
            raise Refused(400, "MISSING_ARGUMENT", f"{key} not specified", [key])
        found = matching(sf, call.user, kind, key, str(value))
        if len(found) > 1:
            raise Refused(400, "DUPLICATE_EXTERNAL_ID", f"{key}: more than one record found", [key])
        record_id, created = upsert_one(sf, call, kind, key, record, found)
        return {**_done(record_id), "created": created}

    return _each(sf, upsert, *_records(call))


@route("DELETE", "/composite/sobjects")
def delete_many(sf: Salesforce, call: Call) -> Reply:
    def remove(record_id: str) -> dict[str, Any]:
        kind = sf.org.kind_of(record_id)
        if kind is None:
            raise Refused(400, "MALFORMED_ID", f"bad id {record_id}", [])
        delete(sf.org, sf.rules, call.user, kind, record_id)
        return _done(record_id)

    ids = [one for one in call.query.get("ids", "").split(",") if one]
    _limit(len(ids))
    return _each(sf, remove, ids, call.query.get("allOrNone") == "true")


@route("POST", "/composite")
def composite(sf: Salesforce, call: Call) -> Reply:
    """Requests in turn; a later one may use an earlier one's answer as @{its_name.id}."""
    asked = call.record()
    requests = asked.get("compositeRequest", [])
    if not 0 < len(requests) <= REQUESTS:
        raise Refused(400, "LIMIT_EXCEEDED", f"a composite request has 1 to {REQUESTS} requests")
    answers: list[dict[str, Any]] = []
    if not asked.get("allOrNone"):
        _run(sf, call, requests, answers, stop=False)
        return Reply(body={"compositeResponse": answers})
    try:
        with sf.org.all_or_none():
            _run(sf, call, requests, answers, stop=True)
    except _Undo:
        _roll_back(answers, requests)
    return Reply(body={"compositeResponse": answers})


def _run(sf: Salesforce, call: Call, requests: list[Any], answers: list[dict[str, Any]], stop: bool) -> None:
    known: dict[str, Any] = {}
    for request in requests:
        name = request.get("referenceId")
        try:
            filled = json.loads(REFERENCE.sub(lambda found: _refer(known, found), json.dumps(request)))
            reply = handle(sf, _inner(call, filled))
        except Refused as refused:
            reply = Reply(refused.status, refused.body())
        if reply.status < 300:
            known[name] = reply.body
        answers.append(_answer(name, reply))
        if stop and reply.status >= 300:
            raise _Undo


def _roll_back(answers: list[dict[str, Any]], requests: list[Any]) -> None:
    """The one that failed keeps its answer; the others say that they were undone."""
    message = "The transaction was rolled back since another operation in the same transaction failed."
    halted = Reply(400, Refused(400, "PROCESSING_HALTED", message).body())
    for place, request in enumerate(requests):
        if place >= len(answers):
            answers.append(_answer(request.get("referenceId"), halted))
        elif answers[place]["httpStatusCode"] < 300:
            answers[place] = _answer(request.get("referenceId"), halted)


def _inner(call: Call, request: dict[str, Any]) -> Call:
    url = urlsplit(request.get("url", ""))
    match = re.fullmatch(r"/services/data/v([\d.]+)(/.*)", url.path)
    if match is None:
        raise not_found()
    body = json.dumps(request["body"]).encode() if "body" in request else b""
    headers = {name.lower(): value for name, value in request.get("httpHeaders", {}).items()}
    query = dict(parse_qsl(url.query))
    return Call(request["method"], match[2], match[1], query, headers, body, call.user, None, call.base)


def _refer(known: dict[str, Any], found: re.Match[str]) -> str:
    value = known.get(found[1])
    if value is None:
        raise Refused(400, "PROCESSING_HALTED", f"Invalid reference specified. No value for {found[0]} found.")
    for part in re.findall(r"\w+", found[2]):
        value = value[int(part)] if isinstance(value, list) else value.get(part)
    return json.dumps(value)[1:-1] if isinstance(value, str) else json.dumps(value)


def _answer(name: Any, reply: Reply) -> dict[str, Any]:
    return {"body": reply.body, "httpHeaders": reply.headers, "httpStatusCode": reply.status, "referenceId": name}


def _records(call: Call) -> tuple[list[Any], bool]:
    asked = call.record()
    records = asked.get("records", [])
    _limit(len(records))
    return records, bool(asked.get("allOrNone"))


def _limit(count: int) -> None:
    if count > RECORDS:
        raise Refused(
            400, "EXCEEDED_MAX_SIZE_REQUEST", f"record limit reached. cannot submit more than {RECORDS} records"
        )


def _kind(sf: Salesforce, record: dict[str, Any]) -> Any:
    name = record.get("attributes", {}).get("type")
    if not name:
        raise Refused(400, "MISSING_ARGUMENT", "attributes.type not specified", [])
    return sf.org.kind(name)


def _done(record_id: str) -> dict[str, Any]:
    return {"id": record_id, "success": True, "errors": []}


def _each(sf: Salesforce, work: Callable[[Any], dict[str, Any]], items: Iterable[Any], all_or_none: bool) -> Reply:
    results: list[dict[str, Any]] = []

    def run() -> None:
        for item in items:
            try:
                results.append(work(item))
            except Refused as refused:
                results.append({"success": False, "errors": [refused.item()]})

    if not all_or_none:
        run()
        return Reply(body=results)
    try:
        with sf.org.all_or_none():
            run()
            if not all(result["success"] for result in results):
                raise _Undo
    except _Undo:
        message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
        halted = Refused(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", message).item()
        results = [{"success": False, "errors": [halted]} if result["success"] else result for result in results]
    return Reply(body=results)
