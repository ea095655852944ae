"""Bulk API 2.0: one job takes a table of changes, works it off by itself, and tells of each line."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings

from crmllm.connectors.base import ConnectorError, Operation, RemoteRefused, RemoteUnavailable
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.errors import NotSent

if TYPE_CHECKING:
    from crmllm.connectors.engine.connector import DeclaredConnector

EMPTY = "#N/A"  # an empty cell leaves a field alone
FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0
OPERATIONS = {Operation.CREATE: "upsert", Operation.UPDATE: "update", Operation.DELETE: "delete"}
ENDED = ("JobComplete", "Failed", "Aborted")

BEGIN = Call(method="POST", path="jobs/ingest", body="{job}")
UPLOAD = Call(method="PUT", path="jobs/ingest/{id}/batches", headers={"Content-Type": "text/csv; charset=UTF-8"})
CLOSE = Call(method="PATCH", path="jobs/ingest/{id}", body={"state": "UploadComplete"})
STATE = Call(path="jobs/ingest/{id}")
DONE = Call(path="jobs/ingest/{id}/successfulResults", headers={"Accept": "text/csv"})
FAILED = Call(path="jobs/ingest/{id}/failedResults", headers={"Accept": "text/csv"})


def run(crm: DeclaredConnector, operation: Operation, items: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Carries changes out as one job: for each the record's id, or why not. Raises ConnectorError."""
    key = str(items[0]["our_id_field"]) if operation == Operation.CREATE else "Id"
    job = {
        "object": items[0]["object"],
        "operation": OPERATIONS[operation],
        "contentType": "CSV",
        "lineEnding": "LF",
        **({"externalIdFieldName": key} if operation == Operation.CREATE else {}),
    }
    lines = [{**item["body"], key: item["our_id" if operation == Operation.CREATE else "id"]} for item in items]
    state = _worked_off(crm, job, _table(lines))
    if state["state"] != "JobComplete":
        raise _refusal(crm, str(state.get("errorMessage") or "the job ended without a reason"))
    done = {line[key]: line["sf__Id"] for line in _lines(crm, DONE, state["id"])}
    failed = {line[key]: line["sf__Error"] for line in _lines(crm, FAILED, state["id"])}
    return [done.get(one) or _why(crm, failed.get(one)) for one in (str(line[key]) for line in lines)]


def hard_delete(crm: DeclaredConnector, theirs: str, external_id: str) -> None:
    """Deletes one record past the recycle bin. Raises RemoteRefused where our user may not, ConnectorError."""
    job = {"object": theirs, "operation": "hardDelete", "contentType": "CSV", "lineEnding": "LF"}
    state = _worked_off(crm, job, _table([{"Id": external_id}]))
    if state["state"] != "JobComplete":
        raise _refusal(crm, str(state.get("errorMessage") or "the job ended without a reason"))
    for line in _lines(crm, FAILED, state["id"]):
        raise _refusal(crm, line["sf__Error"])


def _worked_off(crm: DeclaredConnector, job: Mapping[str, Any], table: bytes) -> Mapping[str, Any]:
    """The job once it has ended. It is waited for as long as the lease on its changes certainly holds."""
    ends, wait = time.monotonic() + settings.LEASE_SECONDS / 2, FIRST_WAIT
    known = {"id": crm.transport.send(BEGIN, {"job": job})["id"]}
    crm.transport.ask(UPLOAD, known, content=table)
    crm.transport.send(CLOSE, known)
    while True:
        state: Mapping[str, Any] = crm.transport.send(STATE, known)
        if state["state"] in ENDED:
            return state
        if time.monotonic() + wait > ends:
            raise RemoteUnavailable(f"{crm.label} is still working on the job; what came of it is looked up.")
        time.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)


def _table(lines: Sequence[Mapping[str, Any]]) -> bytes:
    columns = list(dict.fromkeys(name for line in lines for name in line))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in line.items()} for line in lines)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    return EMPTY if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)


def _lines(crm: DeclaredConnector, call: Call, job: str) -> list[dict[str, str]]:
    text = crm.transport.ask(call, {"id": job}).text
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _why(crm: DeclaredConnector, said: str | None) -> ConnectorError:
    """A line that is in neither list was not worked on."""
    return _refusal(crm, said) if said else NotSent(f"{crm.label} did not come to this change; it is sent again.")


def _refusal(crm: DeclaredConnector, said: str) -> ConnectorError:
    """CODE:the org's words:fields--"""
    problem = {"message": said.partition(":")[2].rpartition(":")[0] or said}
    rule = crm.transport.rule_for(None, problem, said)
    return (
        crm.transport.told(rule, problem, said) if rule else RemoteRefused(f"{crm.label}: {problem['message'][:160]}")
    )
