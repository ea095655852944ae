"""What the account looks like: properties, pipelines, owners, itself."""

from __future__ import annotations

import uuid
from typing import Any

from tests.support.hubspot.calls import Call, Records, Reply, kind_of
from tests.support.hubspot.errors import invalid, not_found
from tests.support.hubspot.objects import given, paging
from tests.support.hubspot.pipelines import Pipeline, Stage
from tests.support.hubspot.values import DAY, iso

_METADATA = {"deals": "probability", "tickets": "ticketState"}

# properties ------------------------------------------------------------


def properties(call: Call) -> Reply:
    known = Records(call, call.path["object"]).known().values()
    asked = call.one("dataSensitivity", "non_sensitive")
    return Reply(body={"results": [one.as_json() for one in known if one.sensitivity == asked]})


def read_property(call: Call) -> Reply:
    known = Records(call, call.path["object"]).known().get(call.path["name"])
    if known is None:
        raise not_found(f"Property '{call.path['name']}' does not exist.")
    return Reply(body=known.as_json())


def create_property(call: Call) -> Reply:
    name = _schema_of(call)
    made = call.account.schema.create(name, given(call.body))
    call.account.keep_schema()
    return Reply(201, made.as_json())


def change_property(call: Call) -> Reply:
    changed = call.account.schema.change(_schema_of(call), call.path["name"], given(call.body))
    call.account.keep_schema()
    return Reply(200, changed.as_json())


def remove_property(call: Call) -> Reply:
    call.account.schema.remove(_schema_of(call), call.path["name"])
    call.account.keep_schema()
    return Reply(204)


def _schema_of(call: Call) -> str:
    kind = kind_of(call.path["object"])
    call.need(f"crm.schemas.{kind.name}.write", kind.write)
    return kind.name


# pipelines ------------------------------------------------------------


def pipelines(call: Call) -> Reply:
    found = [one for one in _pipelines(call) if not one.archived]
    return Reply(body={"results": [one.as_json(place) for place, one in enumerate(found)]})


def read_pipeline(call: Call) -> Reply:
    return Reply(body=_pipeline(call).as_json())


def stages(call: Call) -> Reply:
    return Reply(body={"results": _pipeline(call).as_json()["stages"]})


def create_pipeline(call: Call) -> Reply:
    kind = kind_of(call.path["object"])
    call.need(kind.write)
    body = given(call.body, "label", "stages")
    made = Pipeline(body.get("pipelineId") or str(uuid.uuid4()), body["label"], [])
    made.stages = [_stage(kind.name, one) for one in body["stages"]]
    made.changed = call.account.clock.now()
    call.account.pipelines.setdefault(kind.name, []).append(made)
    return Reply(201, made.as_json())


def create_stage(call: Call) -> Reply:
    kind = kind_of(call.path["object"])
    call.need(kind.write)
    pipeline = _pipeline(call)
    pipeline.stages.append(_stage(kind.name, given(call.body, "label", "metadata")))
    pipeline.changed = call.account.clock.now()
    return Reply(201, pipeline.as_json()["stages"][-1])


def _stage(name: str, body: dict[str, Any]) -> Stage:
    metadata = {key: str(value) for key, value in (body.get("metadata") or {}).items()}
    needed = _METADATA.get(name)
    if needed and needed not in metadata:
        raise invalid(f"The stage '{body.get('label')}' needs {needed} among its metadata")
    if name == "deals":
        metadata["isClosed"] = "true" if metadata["probability"] in ("0.0", "1.0") else "false"
    return Stage(body.get("stageId") or str(uuid.uuid4()), body["label"], metadata)


def _pipelines(call: Call) -> list[Pipeline]:
    kind = kind_of(call.path["object"])
    call.need(kind.read)
    return call.account.pipelines.get(kind.name, [])


def _pipeline(call: Call) -> Pipeline:
    for known in _pipelines(call):
        if known.id == call.path["pipeline"]:
            return known
    raise not_found(f"Pipeline '{call.path['pipeline']}' does not exist.")


# owners ------------------------------------------------------------


def owners(call: Call) -> Reply:
    call.need("crm.objects.owners.read")
    limit, after, email = call.whole("limit", 100), call.whole("after", 0), call.one("email")
    if not 0 < limit <= 500:
        raise invalid("limit must be between 1 and 500")
    found = [
        owner
        for owner in call.account.owners.values()
        if owner.archived == call.flag("archived") and (not email or owner.email == email) and int(owner.id) > after
    ]
    following = int(found[limit - 1].id) if len(found) > limit else None
    return Reply(body={"results": [owner.as_json() for owner in found[:limit]], **paging(following)})


def read_owner(call: Call) -> Reply:
    call.need("crm.objects.owners.read")
    key, by_user = call.path["owner"], call.one("idProperty") == "userId"
    for owner in call.account.owners.values():
        if key == (str(owner.user_id) if by_user else owner.id) and owner.archived == call.flag("archived"):
            return Reply(body=owner.as_json())
    raise not_found(f"Owner '{key}' does not exist.")


# the account ------------------------------------------------------------


def details(call: Call) -> Reply:
    body = {
        "portalId": call.account.hub_id,
        "accountType": "DEVELOPER_TEST",
        "timeZone": "Europe/Berlin",
        "companyCurrency": "EUR",
        "additionalCurrencies": ["USD"],
        "utcOffset": "+01:00",
        "utcOffsetMilliseconds": 3_600_000,
        "uiDomain": "app-eu1.hubspot.example",
        "dataHostingLocation": "eu1",
    }
    return Reply(body=body)


def usage(call: Call) -> Reply:
    now, limits = call.account.clock.now(), call.account.limits
    line = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": limits.daily or 250_000,
        "currentUsage": limits.used_today,
        "collectedAt": iso(now),
        "fetchStatus": "SUCCESS",
        "resetsAt": iso(now - now % DAY + DAY),
    }
    return Reply(body={"results": [line]})
