"""Handlers for metadata, single rows, queries and the lists of what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.support.salesforce.calls import Call, Refused, Reply, not_found, route
from tests.support.salesforce.reading import Reader
from tests.support.salesforce.schema import ObjectType
from tests.support.salesforce.soql import parse
from tests.support.salesforce.store import Row, stamp
from tests.support.salesforce.writes import delete, save

if TYPE_CHECKING:
    from tests.support.salesforce.server import Salesforce

OPEN_CURSORS = 10
LISTED_IDS = 600_000


@route("GET", "/limits")
def limits(sf: Salesforce, call: Call) -> Reply:
    used = {"Max": sf.api_max, "Remaining": max(0, sf.api_max - sf.api_used)}
    return Reply(body={"DailyApiRequests": used, "DailyBulkV2QueryJobs": {"Max": 10000, "Remaining": 10000}})


@route("GET", "/sobjects")
def objects(sf: Salesforce, call: Call) -> Reply:
    listed = [
        kind.summary(call.version) for kind in sf.org.objects.values() if sf.org.access.may(call.user, kind.name, "see")
    ]
    return Reply(body={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed})


@route("GET", "/sobjects/{}/describe")
def describe(sf: Salesforce, call: Call, name: str) -> Reply:
    kind = sf.org.kind(name)
    since = _date(call.headers.get("if-modified-since"))
    if since and stamp(since) >= sf.org.described_at:
        return Reply(304)
    reads = sf.org.access.reads
    fields = []
    for made in kind.fields.values():
        if reads(call.user, kind.name, made.name):
            can_write = sf.org.access.writes(call.user, kind.name, made.name)
            limited = {} if can_write else {"createable": False, "updateable": False}
            fields.append(made.describe() | limited)
    modified = format_datetime(datetime.fromisoformat(sf.org.described_at).astimezone(UTC), usegmt=True)
    return Reply(body={**kind.summary(call.version), "fields": fields}, headers={"Last-Modified": modified})


@route("GET", "/sobjects/{}/updated")
def updated(sf: Salesforce, call: Call, name: str) -> Reply:
    kind, start, end = _window(sf, call, name, days=30)
    ids = [row["Id"] for row in _between(sf, kind, start, end) if not row["IsDeleted"] and _sees(sf, call, row)]
    _limit_ids(ids)
    return Reply(body={"ids": ids, "latestDateCovered": min(end, sf.org.now())})


@route("GET", "/sobjects/{}/deleted")
def deleted(sf: Salesforce, call: Call, name: str) -> Reply:
    kind, start, end = _window(sf, call, name, days=15)
    gone = [(row["SystemModstamp"], row["Id"]) for row in _between(sf, kind, start, end) if row["IsDeleted"]]
    gone += [(at, record_id) for at, record_id in sf.org.tables[kind.name].purged if start <= at < end]
    _limit_ids(gone)
    visible = [{"id": one, "deletedDate": at} for at, one in sorted(gone) if sf.org.access.sees(call.user, one)]
    earliest = sf.deletions_since or stamp(sf.org.clock.now() - timedelta(days=15))
    covered = {"earliestDateAvailable": earliest, "latestDateCovered": min(end, sf.org.now())}
    return Reply(body={"deletedRecords": visible, **covered})


@route("POST", "/sobjects/{}")
def create(sf: Salesforce, call: Call, name: str) -> Reply:
    record_id = save(sf.org, sf.rules, call.user, sf.org.kind(name), call.record(), force=allows_duplicates(call))
    return Reply(201, {"id": record_id, "success": True, "errors": []})


@route("GET", "/sobjects/{}/{}")
def read(sf: Salesforce, call: Call, name: str, record_id: str) -> Reply:
    kind = sf.org.kind(name)
    return _read(sf, call, kind, sf.org.visible(call.user, kind.name, record_id))


@route("PATCH", "/sobjects/{}/{}")
def update(sf: Salesforce, call: Call, name: str, record_id: str) -> Reply:
    kind = sf.org.kind(name)
    row = sf.org.row(kind.name, record_id)
    if row is not None and sf.org.access.sees(call.user, row["Id"]):
        _preconditions(call, kind, row)
    given = call.record()
    if "Id" in given:
        raise Refused(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    save(sf.org, sf.rules, call.user, kind, given, record_id, force=allows_duplicates(call))
    return Reply(204)


@route("DELETE", "/sobjects/{}/{}")
def remove(sf: Salesforce, call: Call, name: str, record_id: str) -> Reply:
    delete(sf.org, sf.rules, call.user, sf.org.kind(name), record_id)
    return Reply(204)


@route("GET", "/sobjects/{}/{}/{}")
def read_external(sf: Salesforce, call: Call, name: str, key: str, value: str) -> Reply:
    kind = sf.org.kind(name)
    found = matching(sf, call.user, kind, key, value)
    if len(found) > 1:
        return _several(call, kind, found)
    if not found:
        raise not_found()
    return _read(sf, call, kind, sf.org.visible(call.user, kind.name, found[0]))


@route("PATCH", "/sobjects/{}/{}/{}")
def upsert(sf: Salesforce, call: Call, name: str, key: str, value: str) -> Reply:
    kind, given = sf.org.kind(name), call.record()
    if key in given:
        message = f"The {key} field should not be specified in the sobject data."
        raise Refused(400, "INVALID_FIELD", message)
    found = matching(sf, call.user, kind, key, value)
    if len(found) > 1:
        return _several(call, kind, found)
    if not found and call.query.get("updateOnly") == "true":
        raise not_found()
    if found:
        _preconditions(call, kind, sf.org.visible(call.user, kind.name, found[0]))
    record_id, created = upsert_one(sf, call, kind, key, {**given, key: unquote(value)}, found)
    return Reply(201 if created else 200, {"id": record_id, "success": True, "errors": [], "created": created})


@route("GET", "/query")
def query(sf: Salesforce, call: Call) -> Reply:
    return _query(sf, call, include_deleted=False)


@route("GET", "/queryAll")
def query_all(sf: Salesforce, call: Call) -> Reply:
    return _query(sf, call, include_deleted=True)


@route("GET", "/query/{}")
def more(sf: Salesforce, call: Call, locator: str) -> Reply:
    """The next page of a query; a fault may give the page before once more, or say that the cursor is too old."""
    cursor, _, at = locator.partition("-")
    open_cursor = sf.cursors.get(cursor)
    if call.fault == "expired_cursor" or open_cursor is None or open_cursor[0].user != call.user or not at.isdigit():
        raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    reader, ids, size = open_cursor
    start = int(at) - (size if call.fault == "repeated_page" else 0)
    return _page(call, reader, ids, cursor, max(0, start), size)


@route("GET", "/queryAll/{}")
def more_of_all(sf: Salesforce, call: Call, locator: str) -> Reply:
    return more(sf, call, locator)


def upsert_one(
    sf: Salesforce, call: Call, kind: ObjectType, key: str, given: Row, found: list[str]
) -> tuple[str, bool]:
    """Creates or updates by an external id; whether it was created."""
    values = {name: value for name, value in given.items() if not found or name != key}
    record_id = found[0] if found else ""
    return save(sf.org, sf.rules, call.user, kind, values, record_id, allows_duplicates(call)), not found


def matching(sf: Salesforce, user: str, kind: ObjectType, key: str, value: str) -> list[str]:
    """The living rows with this external id that the user may see."""
    made = sf.org.field(user, kind, key)
    if made is None or not made.external:
        raise Refused(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + key)
    ids = sf.org.tables[kind.name].lookup[made.name].get(unquote(value).lower(), set())
    return sorted(one for one in ids if sf.org.access.sees(user, one))


def allows_duplicates(call: Call) -> bool:
    """Whether the client insists although the CRM knows a similar record."""
    return "allowsave=true" in call.headers.get("sforce-duplicate-rule-header", "").lower().replace(" ", "")


def _query(sf: Salesforce, call: Call, include_deleted: bool) -> Reply:
    parsed = parse(call.query.get("q", ""))
    reader = Reader(sf.org, call.user, parsed, include_deleted, call.version)
    ids = reader.ids()
    if parsed.counts:
        return Reply(body={"totalSize": len(ids), "done": True, "records": []})
    size, cursor = _page_size(sf, call), ""
    if len(ids) > size:
        sf.cursor_number += 1
        cursor = f"0r8{sf.cursor_number:015d}"
        sf.cursors[cursor] = (reader, ids, size)
        mine = [name for name, (owner, _, _) in sf.cursors.items() if owner.user == call.user]
        for oldest in mine[:-OPEN_CURSORS]:
            del sf.cursors[oldest]
    return _page(call, reader, ids, cursor, 0, size)


def _page_size(sf: Salesforce, call: Call) -> int:
    if sf.page_size:
        return sf.page_size
    wish = call.headers.get("sforce-query-options", "").lower().replace(" ", "").removeprefix("batchsize=")
    return min(2000, max(200, int(wish))) if wish.isdigit() else 2000


def _page(call: Call, reader: Reader, ids: list[str], cursor: str, start: int, size: int) -> Reply:
    end = start + size
    more_pages = {} if end >= len(ids) else {"nextRecordsUrl": call.url(f"/query/{cursor}-{end}")}
    body = {"totalSize": len(ids), "done": not more_pages, **more_pages, "records": reader.records(ids[start:end])}
    return Reply(body=body)


def _read(sf: Salesforce, call: Call, kind: ObjectType, row: Row) -> Reply:
    since = _date(call.headers.get("if-modified-since"))
    if (since and row["LastModifiedDate"] <= stamp(since)) or call.headers.get("if-none-match") == _etag(kind, row):
        return Reply(304)
    names = call.query["fields"].split(",") if call.query.get("fields") else list(kind.fields)
    record: dict[str, Any] = {"attributes": {"type": kind.name, "url": call.url(f"/sobjects/{kind.name}/{row['Id']}")}}
    for name in names:
        made = sf.org.field(call.user, kind, name)
        if made is not None:
            record[made.name] = row.get(made.name)
        elif call.query.get("fields"):
            raise Refused(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {kind.name}")
    modified = format_datetime(datetime.fromisoformat(row["LastModifiedDate"]).astimezone(UTC), usegmt=True)
    etag = {"ETag": _etag(kind, row)} if kind.name == "Account" else {}
    return Reply(body=record, headers={"Last-Modified": modified, **etag})


def _etag(kind: ObjectType, row: Row) -> str:
    """Only accounts have one."""
    digest = hashlib.sha256(json.dumps(dict(row), sort_keys=True).encode()).hexdigest()
    return f'"{digest[:20]}"' if kind.name == "Account" else ""


def _preconditions(call: Call, kind: ObjectType, row: Row) -> None:
    """Dates go by the second: of two changes within one, the second is not noticed."""
    unmodified, match = _date(call.headers.get("if-unmodified-since")), call.headers.get("if-match")
    if unmodified and row["LastModifiedDate"] > stamp(unmodified):
        raise Refused(412, "PRECONDITION_FAILED", "A condition header was not met")
    if match and kind.name == "Account" and match not in ("*", _etag(kind, row)):
        raise Refused(412, "PRECONDITION_FAILED", "A condition header was not met")


def _date(header: str | None) -> datetime | None:
    if header is None:
        return None
    try:
        return parsedate_to_datetime(header).replace(tzinfo=UTC)
    except ValueError:
        raise Refused(400, "INVALID_HEADER", f"Not a date: {header}") from None


def _several(call: Call, kind: ObjectType, ids: list[str]) -> Reply:
    return Reply(300, [call.url(f"/sobjects/{kind.name}/{one}") for one in ids])


def _window(sf: Salesforce, call: Call, name: str, days: int) -> tuple[ObjectType, str, str]:
    kind = sf.org.kind(name)
    try:
        start, end = (_minute(call.query[key]) for key in ("start", "end"))
    except (KeyError, ValueError):
        raise Refused(400, "MISSING_ARGUMENT", "start and end have to be dates in ISO 8601") from None
    if start >= end:
        raise Refused(400, "INVALID_REPLICATION_DATE", "startDate and endDate have to be more than one minute apart")
    if start < stamp(sf.org.clock.now() - timedelta(days=days, minutes=1)):
        raise Refused(400, "INVALID_REPLICATION_DATE", f"startDate must be within the last {days} days")
    return kind, start, end


def _minute(text: str) -> str:
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    return stamp((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(second=0, microsecond=0))


def _between(sf: Salesforce, kind: ObjectType, start: str, end: str) -> list[Mapping[str, Any]]:
    found = []
    for row in sf.org.tables[kind.name].since(start):
        if row["SystemModstamp"] >= end:
            break
        found.append(row)
    return found


def _limit_ids(found: list[Any]) -> None:
    if len(found) > LISTED_IDS:
        raise Refused(400, "EXCEEDED_ID_LIMIT", f"more than {LISTED_IDS} ids; choose dates that are closer together")


def _sees(sf: Salesforce, call: Call, row: Row) -> bool:
    return sf.org.access.sees(call.user, row["Id"])
