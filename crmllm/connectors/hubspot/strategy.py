"""What data cannot say of HubSpot: ties between records, whose a lead is, and the property that carries our id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from crmllm.connectors.base import Change, Operation, RemoteGone
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.errors import Duplicate
from crmllm.connectors.engine.mapping import Link
from crmllm.connectors.engine.strategy import Strategy
from crmllm.connectors.engine.transport import pick
from crmllm.core.errors import BadInput

LIMITS = ["default", "daily"]
_READ, _ONE = "/crm/objects/{version}/{object}", "/crm/objects/{version}/{object}/{id|path}"
PROPERTIES = Call(path="/crm/properties/{version}/{object}", rows="results", limits=LIMITS)
NEW_PROPERTY = Call(
    method="POST",
    path="/crm/properties/{version}/{object}",
    body={
        "name": "{name}",
        "label": "Id in crmllm",
        "description": "Set by crmllm when it makes a record, so that none is made twice.",
        "groupName": "{group}",
        "type": "string",
        "fieldType": "text",
        "hasUniqueValue": True,
    },
    limits=LIMITS,
)
TYPES = Call(path="/crm/associations/{version}/{object}/{other}/labels", rows="results", limits=LIMITS)
TIED = Call(path=_ONE + "/associations/{other}", query={"limit": 500}, rows="results", limits=LIMITS)
TIE = Call(method="PUT", path=_ONE + "/associations/{other}/{far|path}", body="{types}", limits=LIMITS)
UNTIE = Call(method="DELETE", path=_ONE + "/associations/{other}/{far|path}", limits=LIMITS)
PERSON = Call(path=_ONE, query={"idProperty": "{unique}"}, row="id", limits=LIMITS)
NEW_PERSON = Call(
    method="POST",
    path=_READ,
    body={"properties": "{body|texts}", "associations": []},
    row="id",
    limits=LIMITS,
)

Type = Mapping[str, Any]
#: Types of association never change under their number, so that they are asked for once in a process.
_known: dict[tuple[UUID, str, str], Type] = {}
#: Where the property that carries our id was seen: by connection and object.
_prepared: set[tuple[UUID, str]] = set()


class HubSpot(Strategy):
    """Hooks of HubSpot."""

    brings = frozenset({"associations"})

    # --- the property that carries our id

    def ready(self, object_name: str) -> None:
        """Makes the property where an object lacks it: without it nothing could tell whether a create arrived.

        Looked for once in a process. Raises BadInput, ConnectorError.
        """
        stream, key = self.connector.stream(object_name), (self.connector.connection.pk, object_name)
        if stream.our_id and key not in _prepared:
            self._property(stream.theirs, stream.our_id)
            _prepared.add(key)

    def _property(self, theirs: str, name: str) -> None:
        known = {one["name"]: one for one in self._ask(PROPERTIES, object=theirs)}
        if name not in known:
            group = known["hs_object_id"]["groupName"]
            with suppress(Duplicate):  # somebody else was quicker
                self._ask(NEW_PROPERTY, object=theirs, name=name, group=group)
        elif not known[name].get("hasUniqueValue"):
            raise BadInput(f"The property {name} of {theirs} is there, but its values need not be unique; remove it.")

    # --- ties

    def item(
        self, object_name: str, operation: Operation, change: Change, item: dict[str, Any], links: Sequence[Link]
    ) -> dict[str, Any]:
        """A new record goes out with its ties, so that it is never there without them."""
        if operation != Operation.CREATE:
            return item
        ties = [(self._theirs(one.target), one.external_id) for one in links if one.external_id]
        if object_name == "lead":
            ties.append((self._theirs("contact"), self._person(change)))
        associations = [{"to": {"id": far}, "types": [self._type(str(item["object"]), other)]} for other, far in ties]
        return {**item, "associations": associations}

    def tie(self, object_name: str, operation: Operation, external_id: str, links: Sequence[Link]) -> None:
        """Ties a record to another in place of the one that it was tied to."""
        if operation == Operation.CREATE:
            return
        for link in links:
            at = {"object": self._theirs(object_name), "id": external_id, "other": self._theirs(link.target)}
            held = self._held(at)
            if link.external_id and link.external_id != held:
                self._ask(TIE, **at, far=link.external_id, types=[self._type(at["object"], at["other"])])
            if held and link.external_id != held:
                self._ask(UNTIE, **at, far=held)

    def _held(self, at: Mapping[str, str]) -> str | None:
        """The record that counts as the one that is tied: the primary one, or the first."""
        found = self._ask(TIED, **at)
        primary = [one for one in found if any(kind.get("label") == "Primary" for kind in one["associationTypes"])]
        return str((primary or found)[0]["toObjectId"]) if found else None

    def _type(self, theirs: str, other: str) -> Type:
        """How records of two objects are tied: as the primary one where there is such a thing."""
        key = (self.connector.connection.pk, theirs, other)
        if key not in _known:
            found = [
                one for one in self._ask(TYPES, object=theirs, other=other) if one["category"] == "HUBSPOT_DEFINED"
            ]
            best = next((one for one in found if one.get("label") == "Primary"), None)
            best = best or next((one for one in found if not one.get("label")), None)
            if best is None:
                raise BadInput(f"HubSpot does not tie {theirs} to {other}.", code="crm_reference")
            _known[key] = {"associationCategory": best["category"], "associationTypeId": best["typeId"]}
        return _known[key]

    # --- leads

    def _person(self, change: Change) -> str:
        """The contact that a new lead is about: the one with its e-mail address, else a new one that carries our id."""
        mapping, stream = self.connector.mapping("contact"), self.connector.stream("contact")
        values = {name: value for name, value in change.values.items() if name in mapping.fields and value}
        our_id, email = str(change.context.record_id), values.get("email")
        known = {"object": stream.theirs}
        try:
            return str(self._ask(PERSON, **known, id=email or our_id, unique="email" if email else stream.our_id))
        except RemoteGone:
            self.ready("contact")
            body = mapping.body(values, lambda target, pk: None, create=True)
            return str(self._ask(NEW_PERSON, **known, body={**body, stream.our_id: our_id}))

    # --- in short

    def _theirs(self, name: str) -> str:
        return self.connector.stream(name).theirs

    def _ask(self, call: Call, **values: Any) -> Any:
        answer = self.connector.transport.send(call, values)
        return (pick(call.rows, answer) or []) if call.rows else pick(call.row, answer)
