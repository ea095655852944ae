"""Bulk API 2.0: ingest jobs that take a CSV, query jobs that give one."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.salesforce.calls import Call, Refused, Reply, route
from tests.support.salesforce.reading import Reader
from tests.support.salesforce.rows import matching, upsert_one
from tests.support.salesforce.soql import parse
from tests.support.salesforce.writes import delete, save

if TYPE_CHECKING:
    from tests.support.salesforce.server import Salesforce

INGEST = {"insert", "update", "upsert", "delete", "hardDelete"}
QUERY = {"query", "queryAll"}
DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
EMPTY = "#N/A"
CSV = "text/csv"


@dataclass
class Job:
    """One job; `polls` is how many more questions it answers with InProgress."""

    id: str
    operation: str
    object: str
    user: str
    created: str
    state: str
    external_id: str = ""
    query: str = ""
    delimiter: str = ","
    line_ending: str = "\n"
    polls: int = 0
    data: str = ""
    successes: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    message: str = ""
    reader: Reader | None = None
    ids: list[str] = field(default_factory=list)

    def describe(self, call: Call) -> dict[str, Any]:
        """What is told about it."""
        done = len(self.ids) if self.query else len(self.successes) + len(self.failures)
        family = "query" if self.query else "ingest"
        delimiter = next(name for name, sign in DELIMITERS.items() if sign == self.delimiter)
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": self.user,
            "createdDate": self.created,
            "systemModstamp": self.created,
            "state": self.state,
            "contentType": "CSV",
            "apiVersion": float(call.version),
            "concurrencyMode": "Parallel",
            "lineEnding": "LF" if self.line_ending == "\n" else "CRLF",
            "columnDelimiter": delimiter,
            "numberRecordsProcessed": done if self.state == "JobComplete" else 0,
            "numberRecordsFailed": len(self.failures) if self.state == "JobComplete" else 0,
            "errorMessage": self.message,
            **({} if self.query else {"contentUrl": call.url(f"/jobs/{family}/{self.id}/batches").lstrip("/")}),
            **({"externalIdFieldName": self.external_id} if self.external_id else {}),
        }


@route("POST", "/jobs/ingest")
def create_ingest(sf: Salesforce, call: Call) -> Reply:
    job = _new(sf, call, INGEST)
    job.object = sf.org.kind(str(call.record().get("object"))).name
    if job.operation == "upsert" and not job.external_id:
        raise Refused(400, "INVALIDJOB", "externalIdFieldName is required for upsert")
    if job.operation == "hardDelete" and not sf.org.access.may(call.user, "", "hardDelete"):
        raise Refused(400, "FEATURENOTENABLED", "hardDelete requires special user permission, please contact support")
    return Reply(200, job.describe(call))


@route("PUT", "/jobs/ingest/{}/batches")
def upload(sf: Salesforce, call: Call, job_id: str) -> Reply:
    job = _job(sf, call, job_id)
    if job.state != "Open" or job.data:
        raise Refused(400, "INVALIDJOBSTATE", "data has been uploaded already")
    job.data = call.body.decode()
    return Reply(201)


@route("PATCH", "/jobs/ingest/{}")
def close(sf: Salesforce, call: Call, job_id: str) -> Reply:
    job, state = _job(sf, call, job_id), call.record().get("state")
    if job.state != "Open" or state not in ("UploadComplete", "Aborted"):
        raise Refused(400, "INVALIDJOBSTATE", f"Job cannot go from {job.state} to {state}")
    job.state = str(state)
    return Reply(200, job.describe(call))


@route("GET", "/jobs/ingest/{}")
def ingest_state(sf: Salesforce, call: Call, job_id: str) -> Reply:
    job = _job(sf, call, job_id)
    if job.state == "UploadComplete" or (job.state == "InProgress" and not job.polls):
        _ingest(sf, call, job)
        job.state = "Failed" if job.message else "JobComplete"
    _progress(job)
    return Reply(200, job.describe(call))


@route("GET", "/jobs/ingest/{}/{}")
def ingest_results(sf: Salesforce, call: Call, job_id: str, which: str) -> Reply:
    job = _job(sf, call, job_id)
    lists = {"successfulResults": job.successes, "failedResults": job.failures, "unprocessedrecords": []}
    if which not in lists or job.state not in ("JobComplete", "Failed", "Aborted"):
        raise Refused(400, "INVALIDJOBSTATE", f"no {which} in state {job.state}")
    columns = next(csv.reader(io.StringIO(job.data), delimiter=job.delimiter), [])
    extra = {"successfulResults": ["sf__Id", "sf__Created"], "failedResults": ["sf__Id", "sf__Error"]}.get(which, [])
    return Reply(200, _csv(job, [*extra, *columns], lists[which]), media=CSV)


@route("DELETE", "/jobs/ingest/{}")
@route("DELETE", "/jobs/query/{}")
def remove(sf: Salesforce, call: Call, job_id: str) -> Reply:
    del sf.jobs[_job(sf, call, job_id).id]
    return Reply(204)


@route("POST", "/jobs/query")
def create_query(sf: Salesforce, call: Call) -> Reply:
    parsed = parse(str(call.record().get("query")))
    reader = Reader(sf.org, call.user, parsed, call.record().get("operation") == "queryAll", call.version)
    job = _new(sf, call, QUERY)
    job.object, job.state, job.reader, job.ids = reader.kind.name, "UploadComplete", reader, reader.ids()
    return Reply(200, job.describe(call))


@route("GET", "/jobs/query/{}")
def query_state(sf: Salesforce, call: Call, job_id: str) -> Reply:
    job = _job(sf, call, job_id)
    if not job.polls:
        job.state = "JobComplete"
    _progress(job)
    return Reply(200, job.describe(call))


@route("GET", "/jobs/query/{}/results")
def query_results(sf: Salesforce, call: Call, job_id: str) -> Reply:
    job = _job(sf, call, job_id)
    if job.reader is None or job.state != "JobComplete":
        raise Refused(400, "INVALIDJOBSTATE", f"no results in state {job.state}")
    start, size = int(call.query.get("locator") or 0), int(call.query.get("maxRecords", 50000))
    ids = job.ids[start : start + size]
    columns = [".".join(names) for names, _ in job.reader.select]
    records = [_flat(record) for record in job.reader.records(ids)]
    locator = "null" if start + size >= len(job.ids) else str(start + size)
    headers = {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(records))}
    return Reply(200, _csv(job, columns, records), headers, CSV)


def _new(sf: Salesforce, call: Call, operations: set[str]) -> Job:
    wishes = call.record()
    operation = str(wishes.get("operation"))
    if operation not in operations:
        raise Refused(400, "INVALIDJOB", f"unknown operation {operation}")
    sf.job_number += 1
    job = Job(f"750{sf.job_number:012d}AAA", operation, "", call.user, sf.org.now(), "Open", polls=sf.bulk_polls)
    job.external_id, job.query = wishes.get("externalIdFieldName", ""), wishes.get("query", "")
    job.delimiter = DELIMITERS[wishes.get("columnDelimiter", "COMMA")]
    job.line_ending = {"LF": "\n", "CRLF": "\r\n"}[wishes.get("lineEnding", "LF")]
    sf.jobs[job.id] = job
    return job


def _job(sf: Salesforce, call: Call, job_id: str) -> Job:
    job = sf.jobs.get(job_id)
    if job is None or job.user != call.user:
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    return job


def _progress(job: Job) -> None:
    """Shows the work a few times as going on, as often as the test wants."""
    if job.polls:
        job.polls -= 1
        job.state = "InProgress"


def _ingest(sf: Salesforce, call: Call, job: Job) -> None:
    if job.polls:
        return
    lines = csv.DictReader(io.StringIO(job.data), delimiter=job.delimiter)
    kind = sf.org.kind(job.object)
    unknown = [name for name in lines.fieldnames or () if not sf.org.field(call.user, kind, name)]
    if unknown:
        job.message = f"InvalidBatch : Field name not found : {unknown[0]}"
        return
    for line in lines:
        try:
            record_id, created = _one(sf, call, job, dict(line))
            job.successes.append({"sf__Id": record_id, "sf__Created": str(created).lower(), **line})
        except Refused as refused:
            error = f"{refused.code}:{refused.message}:{' '.join(refused.fields or ())}--"
            job.failures.append({"sf__Id": line.get("Id", ""), "sf__Error": error, **line})


def _one(sf: Salesforce, call: Call, job: Job, line: dict[str, str]) -> tuple[str, bool]:
    """An empty cell leaves a field alone; #N/A empties it."""
    kind, record_id = sf.org.kind(job.object), line.pop("Id", "")
    given = {name: None if value == EMPTY else value for name, value in line.items() if value != ""}
    if job.operation == "upsert":
        found = matching(sf, call.user, kind, job.external_id, str(given.get(job.external_id, "")))
        return upsert_one(sf, call, kind, job.external_id, given, found)
    if job.operation in ("delete", "hardDelete"):
        delete(sf.org, sf.rules, call.user, kind, record_id)
        if job.operation == "hardDelete":
            sf.org.remove(kind.name, record_id, call.user)
        return record_id, False
    return save(sf.org, sf.rules, call.user, kind, given, record_id), not record_id


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat = {}
    for name, value in record.items():
        if isinstance(value, dict) and name != "attributes":
            flat.update(_flat(value, f"{prefix}{name}."))
        elif name != "attributes":
            flat[prefix + name] = str(value).lower() if isinstance(value, bool) else value
    return flat


def _csv(job: Job, columns: list[str], rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(
        out, columns, delimiter=job.delimiter, lineterminator=job.line_ending, quoting=csv.QUOTE_ALL
    )
    writer.writeheader()
    writer.writerows({name: row.get(name) for name in columns} for row in rows)
    return out.getvalue().encode()
