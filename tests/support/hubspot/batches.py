"""Records in batches of up to 100. Some may fail if each input has an objectWriteTraceId; else one failure is all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.hubspot.calls import Call, Records, Reply
from tests.support.hubspot.errors import Refused, error, invalid
from tests.support.hubspot.objects import change_row, create_row, properties_of
from tests.support.hubspot.rules import checked
from tests.support.hubspot.values import iso

Input = dict[str, Any]


def create(call: Call) -> Reply:
    records = Records(call, call.path["object"], write=True)
    inputs = call.inputs()
    _refuse_twins(records, [_unique_values(records, one) for one in inputs])

    def work(one: Input) -> dict[str, Any]:
        row = create_row(records, one)
        return records.show(row, list(row.values))

    def check(one: Input) -> None:
        checked(call.account, records.name, properties_of(one), hidden=records.hidden)

    return _each(call, inputs, work, check, done=201)


def change(call: Call) -> Reply:
    records = Records(call, call.path["object"], write=True)
    inputs = call.inputs()
    _refuse_twins(records, [[(one.get("idProperty") or "", str(one.get("id")))] for one in inputs])

    def check(one: Input) -> None:
        row = records.get(str(one.get("id")), str(one.get("idProperty") or ""))
        checked(call.account, records.name, properties_of(one), row, records.hidden)

    def work(one: Input) -> dict[str, Any]:
        row = records.get(str(one.get("id")), str(one.get("idProperty") or ""))
        return records.show(change_row(records, row, one), list(row.values))

    return _each(call, inputs, work, check)


def upsert(call: Call) -> Reply:
    records = Records(call, call.path["object"], write=True)
    inputs = call.inputs()
    if any(not one.get("idProperty") for one in inputs):
        raise invalid("Some required fields were not set: [idProperty]")
    _refuse_twins(records, [[(str(one["idProperty"]), str(one.get("id")).lower())] for one in inputs])

    def filled(one: Input) -> Input:
        return {**one, "properties": {**properties_of(one), str(one["idProperty"]): str(one.get("id"))}}

    def check(one: Input) -> None:
        row = records.find(str(one.get("id")), str(one["idProperty"]))
        checked(call.account, records.name, filled(one)["properties"], row, records.hidden)

    def work(one: Input) -> dict[str, Any]:
        row = records.find(str(one.get("id")), str(one["idProperty"]))
        new = row is None
        row = create_row(records, filled(one)) if row is None else change_row(records, row, filled(one))
        return {**records.show(row, list(row.values)), "new": new}

    return _each(call, inputs, work, check)


def read(call: Call) -> Reply:
    """Unknown ids are reported beside what was found."""
    records = Records(call, call.path["object"])
    inputs, body = call.inputs(), call.body
    id_property, archived = str(body.get("idProperty") or ""), bool(body.get("archived")) or call.flag("archived")
    names, history = body.get("properties") or [], body.get("propertiesWithHistory") or []
    results, missing = [], []
    for one in inputs:
        row = records.find(str(one.get("id")), id_property, archived)
        if row is None:
            missing.append(str(one.get("id")))
        else:
            results.append(records.show(row, names, history))
    errors = []
    if missing:
        text = "Could not get some of the records, they may be deleted or not exist. Check that ids are valid."
        errors = [{**error(text, "OBJECT_NOT_FOUND"), "context": {"ids": missing}}]
    return _reply(call, results, errors)


def archive(call: Call) -> Reply:
    records = Records(call, call.path["object"], write=True)
    for one in call.inputs():
        row = records.find(str(one.get("id")))
        if row is not None:
            call.account.store.archive(records.name, row)
    return Reply(204)


def _each(
    call: Call,
    inputs: list[Input],
    work: Callable[[Input], dict[str, Any]],
    check: Callable[[Input], None],
    done: int = 200,
) -> Reply:
    traced = all(one.get("objectWriteTraceId") for one in inputs)
    if not traced:
        for one in inputs:  # nothing is written unless all of it can be
            check(one)
    results, errors = [], []
    for one in inputs:
        trace = one.get("objectWriteTraceId")
        try:
            results.append({**work(one), **({"objectWriteTraceId": trace} if trace else {})})
        except Refused as refused:
            if not traced:
                raise
            errors.append(_part(refused, str(trace)))
    return _reply(call, results, errors, done)


def _part(refused: Refused, trace: str) -> dict[str, Any]:
    context = {**refused.body.get("context", {}), "objectWriteTraceId": [trace]}
    return {**refused.body, "context": context, "errors": refused.body.get("errors", []), "links": {}}


def _reply(call: Call, results: list[Any], errors: list[Any], done: int = 200) -> Reply:
    at = iso(call.account.clock.now())
    body = {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}
    if errors:
        return Reply(207, {**body, "numErrors": len(errors), "errors": errors})
    return Reply(done, body)


def _refuse_twins(records: Records, keys: list[list[tuple[str, str]]]) -> None:
    flat = [key for one in keys for key in one]
    twins = {value for name, value in flat if flat.count((name, value)) > 1}
    if twins:
        raise invalid(f"Duplicate values in one batch are not allowed for {records.name}: {', '.join(sorted(twins))}")


def _unique_values(records: Records, one: Input) -> list[tuple[str, str]]:
    known = records.known()
    return [
        (name, str(value).lower()) for name, value in properties_of(one).items() if name in known and known[name].unique
    ]
